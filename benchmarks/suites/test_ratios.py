"""Each case in turns with the bare kernel, whose times go with the case's own: only their ratios mean anything."""

import time

import bare_kernel
import pytest

from suites.cases import CASES

ROUNDS = 7


@pytest.mark.parametrize("case", CASES, ids=".".join)
def test_case_beside_the_bare_kernel(benchmark, case):
    bare = []

    def train_the_bare_one():
        batch = bare_kernel.xor_batch()
        begin = time.thread_time()
        bare_kernel.train(*batch)
        bare.append(time.thread_time() - begin)

    train_the_bare_one()  # compiled
    benchmark.pedantic(CASES[case], setup=train_the_bare_one, rounds=ROUNDS, warmup_rounds=1)
    benchmark.extra_info["bare"] = bare[-ROUNDS:]
