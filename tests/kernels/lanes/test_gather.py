"""Rows of a table that each lane has chosen for itself."""

import numpy as np
import pytest
from numba import njit

from backsweep.kernels.lanes.gather import COLUMNS, gather, in_columns
from backsweep.kernels.lanes.operations import aligned, store
from backsweep.kernels.lanes.vector import lanes_of


@njit
def _gathered(out, table, order, place, columns):
    for column in range(0, columns, COLUMNS):
        a, b, c, d = gather(table, column, order, place)
        store(out, column, a)
        store(out, column + 1, b)
        store(out, column + 2, c)
        store(out, column + 3, d)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("columns", [1, 4, 7])
def test_each_lane_has_the_columns_of_its_own_row(columns, dtype):
    rng = np.random.default_rng(columns)
    table, order = rng.normal(size=(30, columns)), rng.integers(0, 30, (lanes_of(dtype), 5))
    wide = -(-columns // COLUMNS) * COLUMNS
    for place in range(5):
        for function in (_gathered, _gathered.py_func):
            out = aligned(dtype, wide, lanes_of(dtype))
            function(out, in_columns(table, dtype), order, place, columns)
            assert np.array_equal(out[:columns], table[order[:, place]].T.astype(dtype))
            assert not out[columns:].any()
