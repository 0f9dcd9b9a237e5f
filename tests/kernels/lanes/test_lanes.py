"""Every operation on lanes in both precisions: compiled code against NumPy rows, and fma against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numba import njit

from backsweep.kernels.functions.polynomials import constant, polynomial
from backsweep.kernels.lanes import operations
from backsweep.kernels.lanes.bits import (
    ROUND_DOUBLE,
    ROUND_SINGLE,
    bit,
    exponent,
    over_power_of_two,
    single,
    times_power_of_two,
)
from backsweep.kernels.lanes.calls import call
from backsweep.kernels.lanes.compile import Formula, compiled
from backsweep.kernels.lanes.fma import fused_multiply_add
from backsweep.kernels.lanes.operations import (
    aligned,
    all_lanes,
    broadcast_load,
    broadcast_quad,
    extract,
    fma,
    load,
    magnitude,
    rows,
    select,
    splat,
    splat_row,
    square_root,
    store,
    table,
)
from backsweep.kernels.lanes.vector import QUAD, Memory, Table, lanes_of

PRECISIONS = (np.float64, np.float32)
ROUND = (ROUND_DOUBLE, ROUND_SINGLE)
SERIES = ((0.1, 0.2, 0.3, 0.4), (0.5, 1.0))


def lane_rows(dtype, count, seed=0):
    array = aligned(dtype, count, lanes_of(dtype))
    array[:] = np.random.default_rng(seed).normal(size=array.shape)
    return array


def quads(dtype, count, seed=0):
    array = aligned(dtype, count, QUAD, lanes_of(dtype))
    array[:] = np.random.default_rng(seed).normal(size=array.shape)
    return array


LANE_OPERATIONS = {
    "add": lambda a, b, c: a + b,
    "subtract": lambda a, b, c: a - b,
    "multiply": lambda a, b, c: a * b,
    "divide": lambda a, b, c: a / b,
    "negate": lambda a, b, c: -a,
    "number on the left": lambda a, b, c: 1.1 - a,
    "number on the right": lambda a, b, c: a * 3,
    "fma": lambda a, b, c: fma(a, b, c),
    "fma with numbers": lambda a, b, c: fma(a, 0.1, -0.3),
    "square root": lambda a, b, c: square_root(a * a + b),
    "magnitude": lambda a, b, c: magnitude(a),
    "less": lambda a, b, c: select(a < b, a, c),
    "at most": lambda a, b, c: select(a <= a, b, c),
    "greater": lambda a, b, c: select(a > b, 1.0, c),
    "at least": lambda a, b, c: select(a >= 0.0, a, -2.0),
    "both": lambda a, b, c: select((a < b) & (b < c), a, b),
    "either": lambda a, b, c: select((a < b) | (b < c), a, b),
    "splat": lambda a, b, c: a + splat(b, 0.7),
    "times power": lambda a, b, c: times_power_of_two(a, b * 0.0 + (constant(b, ROUND) - 3.0)),
    "over power": lambda a, b, c: over_power_of_two(a, b * 0.0 + (constant(b, ROUND) - 3.0)),
    "exponent": lambda a, b, c: exponent(a * a * 1e20 + 1e-20),
    "bit": lambda a, b, c: select(bit(a * 9.0 + constant(a, ROUND), 2), b, c),
    "single": lambda a, b, c: a if single(a) else b,
    "polynomial": lambda a, b, c: polynomial(a, SERIES),
}


def on_rows(function, array):
    result = np.zeros_like(array[:1])
    with np.errstate(invalid="ignore"):
        store(result, 0, function(load(array, 0), load(array, 1), load(array, 2)))
    return result[0]


@pytest.mark.parametrize("name", LANE_OPERATIONS)
@pytest.mark.parametrize(("make", "dtype"), [(lane_rows, np.float64), (lane_rows, np.float32), (quads, np.float64)])
def test_compiled_lanes_and_numpy_rows_agree_to_the_bit(name, make, dtype):
    array, function = make(dtype, 3), njit(LANE_OPERATIONS[name])

    @njit
    def apply(array, result):
        store(result, 0, function(load(array, 0), load(array, 1), load(array, 2)))

    result = make(dtype, 1)
    apply(array, result)
    np.testing.assert_array_equal(result[0], on_rows(LANE_OPERATIONS[name], array))


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_quads_are_broadcast_and_extracted(dtype):
    data, turned = np.arange(8, dtype=dtype).reshape(2, QUAD), lane_rows(dtype, QUAD)

    def turn(data, turned):
        q = broadcast_quad(data, 1)
        store(turned, 0, extract(q, 3))
        store(turned, 1, extract(q, 2))
        store(turned, 2, extract(q, 1))
        store(turned, 3, extract(q, 0))

    for function in (njit(turn), turn):
        turned[:] = 0
        function(data, turned)
        np.testing.assert_array_equal(turned, np.repeat(data[1, ::-1][:, None], lanes_of(dtype), axis=1))


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("make", [lane_rows, quads])
def test_a_splat_row_is_as_wide_as_a_row(make, dtype):
    def fill(array):
        store(array, 1, splat_row(array, 0.1))

    for function in (njit(fill), fill):
        array = make(dtype, 2)
        function(array)
        assert (array[1] == dtype(0.1)).all()
        assert (array[0] != dtype(0.1)).all()


@Formula
def weigh(out: Memory, values: Memory, numbers: Table, shift: int):
    """A formula that reads and writes every kind of argument."""
    for row in range(2):
        store(
            out,
            row,
            load(values, row) * broadcast_load(numbers, row) + broadcast_load(values, row + shift) + splat_row(out, 0.5),
        )


def run_weigh(address, out, values, numbers):
    call(address, rows(out, 1), rows(values, 1), table(numbers, 1), 1)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("make", [lane_rows, quads])
def test_a_formula_is_called_by_its_address_with_memory_from_any_row_on(make, dtype):
    values, numbers = make(dtype, 4), np.arange(8, dtype=dtype).reshape(2, QUAD)
    flat = values.reshape(-1, lanes_of(dtype))[len(values[:1].reshape(-1, lanes_of(dtype))) :]
    expected = [flat[row] * numbers[1, row] + flat[row + 1] + dtype(0.5) for row in range(2)]
    for run, address in ((compiled(run_weigh), weigh.address(dtype)), (run_weigh, weigh.function)):
        out = lane_rows(dtype, 4)
        before = out.copy()
        run(address, out, values, numbers)
        np.testing.assert_array_equal(out[1:3], expected)
        np.testing.assert_array_equal(out[[0, 3]], before[[0, 3]])


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_given_data_are_a_table_for_all_lanes_or_memory_for_each(dtype):
    shared, own = np.arange(8, dtype=dtype).reshape(2, QUAD), quads(dtype, 2)

    def take(data, out):
        store(out, 0, broadcast_load(operations.given(data, 1), 2))

    for data, expected in ((shared, shared[1, 2]), (own, own[1, 2])):
        for function in (njit(take), take):
            out = lane_rows(dtype, 1)
            function(data, out)
            np.testing.assert_array_equal(out[0], np.broadcast_to(expected, out[0].shape))


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("odd", [None, 0, -1])
def test_all_lanes_sees_each_and_no_comparison_holds_for_nan(odd, dtype):
    array = lane_rows(dtype, 1)
    array[0] = 1.0
    if odd is not None:
        array[0, odd] = np.nan

    @njit
    def compare(array):
        return all_lanes(load(array, 0) > 0.0), all_lanes(load(array, 0) <= 1.0)

    assert compare(array) == (odd is None,) * 2
    assert all_lanes(array[0] > 0.0) == (odd is None)


def test_lanes_of_two_precisions_do_not_mix():
    @njit
    def add(a, b):
        store(a, 0, load(a, 0) + load(b, 0))

    with pytest.raises(Exception, match="No implementation"):
        add(lane_rows(np.float64, 1), lane_rows(np.float32, 1))


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_aligned_arrays_start_on_a_cache_line(dtype):
    assert [aligned(dtype, n, lanes_of(dtype)).ctypes.data % 64 for n in range(1, 20)] == [0] * 19


def rounded_once(a, b, c, dtype):
    """a * b + c rounded once: by NumPy to float64, or to float32 by comparing the neighbours."""
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    if dtype == np.float64:
        return float(exact)
    middle = np.float32(float(exact))
    near = [np.nextafter(middle, np.float32(-np.inf)), middle, np.nextafter(middle, np.float32(np.inf))]
    return min(near, key=lambda x: (abs(Fraction(float(x)) - exact), x.view(np.int32) & 1))


def sane(*values):
    return all(x == 0 or 1e-100 < abs(x) < 1e100 for x in values)


doubles = st.floats(-1e100, 1e100).filter(sane)
singles = st.floats(-(2.0**60), 2.0**60, width=32).filter(lambda x: x == 0 or abs(x) > 1e-15)


@given(doubles, doubles, doubles)
def test_numpy_fma_is_rounded_once(a, b, c):
    assert fused_multiply_add(a, b, c) == rounded_once(a, b, c, np.float64)


@given(st.floats(-2, 2), st.floats(-2, 2), st.integers(-60, 3), st.booleans())
def test_numpy_fma_is_rounded_once_where_the_sum_almost_cancels(a, b, k, up):
    c = -a * b * (1 + (1 if up else -1) * 2.0**k)
    assume(sane(a, b, c))
    assert fused_multiply_add(a, b, c) == rounded_once(a, b, c, np.float64)


@given(singles, singles, singles)
def test_numpy_fma_of_singles_is_rounded_once(a, b, c):
    result = fused_multiply_add(*np.array([a, b, c], np.float32))
    assert result.dtype == np.float32
    assert result == rounded_once(a, b, c, np.float32)


@given(st.floats(1, 2, width=32), st.floats(1, 2, width=32), st.integers(-60, 3), st.booleans(), st.integers(-2, 2))
def test_numpy_fma_of_singles_is_rounded_once_near_ties(a, b, k, up, steps):
    """Products of 48 bits with addends far below their last bit, where an intermediate rounding to float64 would show."""
    a, b = np.float32(a), np.float32(b)
    tie = (np.float64(np.float32(a * b)) + steps * 2.0**-24) - np.float64(a) * np.float64(b)
    for c in (np.float32(tie), np.float32((1 if up else -1) * 2.0**k)):
        assert fused_multiply_add(a, b, c) == rounded_once(a, b, c, np.float32)


@njit
def multiply_add(array):
    store(array, 3, fma(load(array, 0), load(array, 1), load(array, 2)))


@given(doubles, doubles, doubles)
def test_compiled_fma_is_rounded_once(a, b, c):
    array = aligned(np.float64, 4, 16)
    array[0], array[1], array[2] = a, b, c
    multiply_add(array)
    assert (array[3] == rounded_once(a, b, c, np.float64)).all()


@given(singles, singles, singles)
def test_compiled_fma_of_singles_is_rounded_once(a, b, c):
    array = aligned(np.float32, 4, 32)
    array[0], array[1], array[2] = a, b, c
    multiply_add(array)
    assert (array[3] == rounded_once(a, b, c, np.float32)).all()
