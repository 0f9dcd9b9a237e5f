"""Every operation on lanes: compiled, against what it means on NumPy rows, and fma against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from backsweep.kernels.exact import fused_multiply_add
from backsweep.kernels.lane_type import LANES, QUAD
from backsweep.kernels.lanes import (
    aligned,
    every,
    everywhere,
    exponent,
    fma,
    join,
    load,
    over_power_of_two,
    part,
    select,
    spread,
    store,
    times_power_of_two,
)

ROUND = 1.5 * 2.0**52


def rows(count, seed=0):
    table = aligned(count, LANES)
    table[:] = np.random.default_rng(seed).normal(size=table.shape)
    return table


def quads(count, seed=0):
    table = aligned(count, QUAD, LANES)
    table[:] = np.random.default_rng(seed).normal(size=table.shape)
    return table


LANE_OPERATIONS = {
    "add": lambda a, b, c: a + b,
    "subtract": lambda a, b, c: a - b,
    "multiply": lambda a, b, c: a * b,
    "divide": lambda a, b, c: a / b,
    "negate": lambda a, b, c: -a,
    "number on the left": lambda a, b, c: 1.5 - a,
    "number on the right": lambda a, b, c: a * 3,
    "fma": lambda a, b, c: fma(a, b, c),
    "fma with numbers": lambda a, b, c: fma(a, 0.1, -0.3),
    "less": lambda a, b, c: select(a < b, a, c),
    "at most": lambda a, b, c: select(a <= a, b, c),
    "greater": lambda a, b, c: select(a > b, 1.0, c),
    "at least": lambda a, b, c: select(a >= 0.0, a, -2.0),
    "both": lambda a, b, c: select((a < b) & (b < c), a, b),
    "everywhere": lambda a, b, c: a + everywhere(0.7),
    "times power": lambda a, b, c: times_power_of_two(a, b * 0.0 + (ROUND - 3.0)),
    "over power": lambda a, b, c: over_power_of_two(a, b * 0.0 + (ROUND - 3.0)),
    "exponent": lambda a, b, c: exponent(a * a * 1e30 + 1e-30),
}


def on_rows(function, table):
    result = np.zeros_like(table[:1])
    store(result, 0, function(load(table, 0), load(table, 1), load(table, 2)))
    return result[0]


@pytest.mark.parametrize("name", LANE_OPERATIONS)
@pytest.mark.parametrize("make", [rows, quads])
def test_compiled_lanes_and_numpy_rows_agree_to_the_bit(name, make):
    table, function = make(3), njit(LANE_OPERATIONS[name])

    @njit
    def compiled(table, result):
        store(result, 0, function(load(table, 0), load(table, 1), load(table, 2)))

    result = make(1)
    compiled(table, result)
    np.testing.assert_array_equal(result[0], on_rows(LANE_OPERATIONS[name], table))


def test_quads_spread_split_and_join():
    data = np.arange(8.0).reshape(2, QUAD)
    turned = aligned(1, QUAD, LANES)

    @njit
    def compiled(data, turned):
        q = spread(data, 1)
        store(turned, 0, join(part(q, 3), part(q, 2), part(q, 1), part(q, 0)))

    compiled(data, turned)
    for result in (turned[0], join(*(part(spread(data, 1), k) for k in (3, 2, 1, 0)))):
        np.testing.assert_array_equal(result, np.repeat(data[1, ::-1][:, None], LANES, axis=1))


@pytest.mark.parametrize("odd", [None, 0, LANES - 1])
def test_every_sees_each_lane_and_no_comparison_holds_for_nan(odd):
    table = rows(1)
    table[0] = 1.0
    if odd is not None:
        table[0, odd] = np.nan

    @njit
    def compiled(table):
        return every(load(table, 0) > 0.0), every(load(table, 0) <= 1.0)

    assert compiled(table) == (odd is None,) * 2
    assert every(table[0] > 0.0) == (odd is None)


def test_aligned_arrays_start_on_a_cache_line():
    assert [aligned(n, LANES).ctypes.data % 64 for n in range(1, 20)] == [0] * 19


numbers = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)


@given(numbers, numbers, numbers)
def test_numpy_fma_is_rounded_once(a, b, c):
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    assert fused_multiply_add(a, b, c) == float(exact)


@given(st.floats(-2, 2), st.floats(-2, 2), st.integers(-60, 3), st.booleans())
def test_numpy_fma_is_rounded_once_where_the_sum_almost_cancels(a, b, k, up):
    c = -a * b * (1 + (1 if up else -1) * 2.0**k)
    if all(x == 0 or abs(x) > 1e-100 for x in (a, b, c)):
        assert fused_multiply_add(a, b, c) == float(Fraction(a) * Fraction(b) + Fraction(c))


@given(numbers, numbers, numbers)
def test_compiled_fma_is_rounded_once(a, b, c):
    table = aligned(4, LANES)
    table[0], table[1], table[2] = a, b, c
    multiply_add(table)
    assert (table[3] == float(Fraction(a) * Fraction(b) + Fraction(c))).all()


@njit
def multiply_add(table):
    store(table, 3, fma(load(table, 0), load(table, 1), load(table, 2)))
