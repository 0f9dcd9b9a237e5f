"""The random streams against NumPy's own RandomState and default_rng: bit for bit; normal draws up to their last bits.

NumPy takes their logarithms from the C library; mpmath checks the exact values here.
"""

import hashlib
import os
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from backsweep.kernels.random.mersenne import mersenne_uniform
from backsweep.kernels.random.normal_draws import EDGE, ziggurat
from backsweep.kernels.random.pcg import pcg_uniform
from backsweep.kernels.random.streams import (
    LAST_SEED,
    MT19937,
    PCG64,
    STREAMS,
    draw_indices,
    legacy_normal,
    new_state,
    new_stock,
    permute,
    start_default,
    start_legacy,
)

UNIFORMS, NORMALS, PERMUTATION, INDICES = range(4)
LONGEST = 1000
LANES, LANE = 7, 2
ROOMS = new_state(LANES), np.zeros((LANES, LONGEST), np.int64)  # never cleared: a new seed must reset a used state


@njit(error_model="numpy")
def draw(kind, state, lane, order, what, count, values):
    if what == UNIFORMS:
        for i in range(count):
            values[i] = mersenne_uniform(state, lane) if kind == MT19937 else pcg_uniform(state, lane)
    elif what == NORMALS:
        for i in range(count):
            values[i] = legacy_normal(state, lane) if kind == MT19937 else ziggurat(state, lane)
    else:
        if what == PERMUTATION:
            permute(kind, state, lane, order, count)
        else:
            draw_indices(kind, state, lane, order, count)
        for i in range(count):
            values[i] = order[lane, i]


@njit(error_model="numpy")
def start(kind, stock, state, lane, seeds, run):
    if kind == MT19937:
        start_legacy(stock, state, lane, seeds, run)
    else:
        start_default(stock, state, lane, seeds, run)


def drawn(kind, lane, what, count):
    values = np.zeros(count)
    draw(kind, ROOMS[0], lane, ROOMS[1], what, count, values)
    return values


def ours(kind, seed, program, stock=6):
    start(kind, new_stock(kind, stock, False), ROOMS[0], LANE, np.array([seed]), 0)
    return np.concatenate([drawn(kind, LANE, what, count) for what, count in program])


def stream(kind, seed):
    return np.random.RandomState(seed) if kind == MT19937 else np.random.default_rng(seed)


def numpys_draw(stream, what, count):
    if what == UNIFORMS:
        return stream.random(count)
    if what == NORMALS:
        return stream.standard_normal(count)
    if what == PERMUTATION:
        return stream.permutation(count)
    # int64 by name: RandomState's default is 32 bits wide on Windows
    return stream.randint(0, count, count, np.int64) if hasattr(stream, "randint") else stream.integers(0, count, count)


def numpys(kind, seed, program):
    theirs = stream(kind, seed)
    return np.concatenate([numpys_draw(theirs, what, count) for what, count in program])


def assert_numpys(found, wanted, program):
    """Compare with NumPy's draws. The C library's logarithm is within an ulp, and a draw adds a root and two products."""
    normal = np.concatenate([np.full(count, what == NORMALS) for what, count in program])
    np.testing.assert_array_equal(found[~normal], wanted[~normal])
    if normal.any():
        np.testing.assert_array_max_ulp(found[normal], wanted[normal], 4)


kinds = pytest.mark.parametrize("kind", STREAMS.values(), ids=STREAMS.keys())
few_or_many = st.one_of(st.integers(1, 5), st.integers(1, LONGEST))
any_seed = st.one_of(st.sampled_from([0, LAST_SEED]), st.integers(0, LAST_SEED))
stocks = st.sampled_from([0, 1, 6, 12, 13, 200, 312, 500, 624, 700])
programs = st.lists(st.tuples(st.integers(UNIFORMS, INDICES), few_or_many), min_size=1, max_size=12)


@kinds
@given(seed=any_seed, program=programs, stock=stocks)
def test_any_draws_in_any_order_are_numpys(kind, seed, program, stock):
    assert_numpys(ours(kind, seed, program, stock), numpys(kind, seed, program), program)


@kinds
@given(runs=st.sampled_from([1, 32, 33, 64, 65, 99]), any_seed=any_seed, program=programs, stock=stocks, normal=st.booleans())
def test_runs_that_start_from_one_stock_have_streams_of_their_own(kind, runs, any_seed, program, stock, normal):
    """Also if there are more of them than one filling of the stock, 32, lasts for."""
    room, seeds = new_stock(kind, stock, normal), np.random.default_rng(any_seed).integers(0, LAST_SEED, runs, endpoint=True)
    for run, seed in enumerate(seeds):
        start(kind, room, ROOMS[0], run % LANES, seeds, run)
        if run % 11 == 0 or run == runs - 1:
            found = np.concatenate([drawn(kind, run % LANES, what, count) for what, count in program])
            assert_numpys(found, numpys(kind, seed, program), program)


@pytest.mark.parametrize("stock", [0, 1, 12, 13, 96, 312, 313, 620, 624, 625])
def test_a_stream_continues_where_its_words_from_the_stock_end(stock):
    """The stock of 312 numbers is one turn of the twister, that of 624 the most that a state has room for."""
    seeds, words = np.array([0, LAST_SEED, 12345]), new_stock(MT19937, stock, False)
    for run, seed in enumerate(seeds):
        start(MT19937, words, ROOMS[0], LANE, seeds, run)
        wanted = np.random.RandomState(seed).random(stock + 1000)
        np.testing.assert_array_equal(drawn(MT19937, LANE, UNIFORMS, stock + 1000), wanted)


@kinds
@pytest.mark.parametrize("seed", [0, 1, 2, LAST_SEED])
@pytest.mark.parametrize("what", [UNIFORMS, NORMALS])
def test_long_runs_are_numpys(kind, seed, what):
    program = [(what, 5001)] * 2
    assert_numpys(ours(kind, seed, program), numpys(kind, seed, program), program)


def test_the_polar_method_with_correctly_rounded_logarithms_bit_for_bit():
    seed, count = 11, 3000
    uniforms, wanted = stream(MT19937, seed), []
    while len(wanted) < count:
        x, y = (2.0 * uniforms.random() - 1.0 for _ in range(2))
        square = x * x + y * y
        if 0.0 < square < 1.0:
            factor = np.sqrt(-2.0 * float(mpmath.log(square)) / square)
            wanted += [factor * y, factor * x]
    np.testing.assert_array_equal(ours(MT19937, seed, [(NORMALS, count)]), wanted)


@pytest.mark.parametrize(("kind", "most"), [(MT19937, 1000), (PCG64, 20)], ids=STREAMS)
def test_few_normal_draws_are_not_numpys_to_the_last_bit(kind, most):
    """Of a million draws, some 360 and one differ with glibc 2.36."""
    found, wanted = (np.concatenate([draw(kind, 3, [(NORMALS, 1000)] * 1000)]) for draw in (ours, numpys))
    assert np.sum(found != wanted) < most


@kinds
@pytest.mark.parametrize("what", [PERMUTATION, INDICES])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 192, 1000])
def test_repeated_permutations_are_numpys(kind, what, count):
    program = [(what, count)] * 30 + [(UNIFORMS, 1)]
    for seed in (0, 1, LAST_SEED):
        np.testing.assert_array_equal(ours(kind, seed, program), numpys(kind, seed, program))


def test_the_tail_and_the_wedges_of_the_ziggurat_are_numpys():
    seed, count = 5, 300_000
    expected, raw = stream(PCG64, seed), np.random.PCG64(seed)
    values = expected.standard_normal(count)
    assert_numpys(ours(PCG64, seed, [(NORMALS, count)]), values, [(NORMALS, count)])
    more_words = 0
    raw.advance(count)
    while raw.state != expected.bit_generator.state:
        raw.advance(1)
        more_words += 1
    tail = np.sum(np.abs(values) > EDGE)
    assert tail > 50
    assert more_words - 4 * tail > 1000  # the tail uses two words, rarely four; a wedge uses one


@kinds
def test_lanes_draw_independently_of_each_other(kind):
    expected = [stream(kind, lane) for lane in range(LANES)]
    stock, seeds = new_stock(kind, 100, False), np.arange(LANES)
    for lane in range(LANES):
        start(kind, stock, ROOMS[0], lane, seeds, lane)
    for turn in range(40):
        lane, what = turn % LANES, turn % 4
        assert_numpys(drawn(kind, lane, what, 61), numpys_draw(expected[lane], what, 61), [(what, 61)])


def some_draws():
    program = [(NORMALS, 1001), (INDICES, 5), (UNIFORMS, 500), (PERMUTATION, 193), (NORMALS, 3), (INDICES, 200)]
    values = [ours(kind, seed, program) for kind in STREAMS.values() for seed in (0, 1, LAST_SEED)]
    return hashlib.sha256(np.concatenate(values).tobytes()).hexdigest()


def test_without_the_jit_the_draws_are_the_same():
    settings = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run([sys.executable, "-W", "error", __file__], env=settings, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == some_draws()


if __name__ == "__main__":
    sys.stdout.write(some_draws())
