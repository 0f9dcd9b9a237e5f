"""The same bits on every processor and without the JIT: the same cases in processes whose compiler uses fewer features.

`tests/emulated.sh` trains them on other processors.
"""

import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("same_bits_cases.py")
X86 = platform.machine().lower() in {"x86_64", "amd64"}
PROCESSORS = {
    # The C library also chooses other code if it sees fewer features.
    "sse2": {
        "NUMBA_CPU_NAME": "x86-64",
        "NUMBA_CPU_FEATURES": "+sse2",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F",
    },
    "avx2 and fma": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+avx,+avx2,+fma"},
}


def started(length, settings=None):
    command = [sys.executable, str(CASES), length]
    return subprocess.Popen(command, env={**os.environ, **(settings or {})}, stdout=subprocess.PIPE, text=True)


@cache
def digests(process):
    """One line per case."""
    printed, _ = process.communicate()
    assert process.returncode == 0
    return printed.splitlines()


@cache
def elsewhere(processor, length="long"):
    return started(length, PROCESSORS[processor])


@pytest.fixture(scope="module")
def here():
    return digests(started("long"))


@pytest.mark.skipif(not X86, reason="the features named are those of x86")
@pytest.mark.long
@pytest.mark.parametrize("processor", PROCESSORS)
def test_processors_with_fewer_features_give_the_same_bits(processor, here):
    assert digests(elsewhere(processor)) == here


@pytest.mark.skipif(not X86, reason="the features named are those of x86")
@pytest.mark.long
def test_the_oldest_processor_gives_the_same_bits_in_some_cases():
    """Only some cases, because all kernels are compiled again for it."""
    assert digests(elsewhere("sse2", "some")) == digests(started("some"))


@pytest.mark.long
def test_without_the_jit_the_bits_are_the_same():
    assert digests(started("short", {"NUMBA_DISABLE_JIT": "1"})) == digests(started("short"))
