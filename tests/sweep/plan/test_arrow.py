"""Arrays made of NumPy's memory are those that pyarrow.array makes, and neither pandas nor Arrow's casts are loaded."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from backsweep.results.store.schema import ARROW_TYPES, CATEGORY, WEIGHTS_SCHEMA
from backsweep.sweep.plan.arrow import categories, lists, names, numbers

TEXT = ARROW_TYPES["string"]


def assert_same(made, expected):
    made.validate(full=True)
    assert made.type == expected.type
    assert repr(made.to_pylist()) == repr(expected.to_pylist())
    assert made.null_count == expected.null_count


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.arange(-3, 9), pa.int64()),
        (np.arange(9), pa.int32()),
        (np.arange(9, dtype=np.int32)[::2], pa.int32()),
        (np.array([0.1, -0.0, np.inf, np.nan]), pa.float64()),
        (np.arange(20.0).reshape(4, 5)[:, 1], pa.float64()),
        (np.array([True, False, True] * 7), pa.bool_()),
        (np.array([], dtype=np.int64), pa.int64()),
    ],
    ids=str,
)
def test_numbers(values, kind):
    assert_same(numbers(values, kind), pa.array(values, from_pandas=False).cast(kind))


def test_numbers_with_gaps():
    values = np.array([1.0, np.nan, 3.0, np.nan])
    for kind in (pa.float64(), pa.int64()):
        assert_same(numbers(values, kind, np.isnan(values)), pa.array([1, None, 3, None], kind))


def test_what_does_not_fit_is_refused():
    for value in (2**31, -(2**31) - 1):
        with pytest.raises(OverflowError, match="numbers that int32 cannot hold"):
            numbers(np.array([0, value]), pa.int32())


@pytest.mark.parametrize("values", [np.array(["b", "a", "b", "ü"]), np.array(["x", None, "", "x"], object)], ids=str)
def test_names(values):
    made = names(values, TEXT)
    assert_same(made, pa.array(values, pa.string()).dictionary_encode().cast(TEXT))
    assert made.dictionary.to_pylist() == list(dict.fromkeys(value for value in values.tolist() if value is not None))


def test_categories():
    made = categories(np.array([2, 0, 0], np.int8), ["a", "b", "c"], CATEGORY)
    assert_same(made, pa.DictionaryArray.from_arrays(pa.array([2, 0, 0], pa.int8()), pa.array(["a", "b", "c"])))


@pytest.mark.parametrize("name", ["layers", "weights"])
@pytest.mark.parametrize("shape", [(3, 4), (1, 1), (2, 0)])
def test_lists(name, shape):
    kind = WEIGHTS_SCHEMA.field(name).type
    table = np.arange(np.prod(shape), dtype=float).reshape(shape)
    assert_same(lists(table, kind), pa.array(table.tolist(), kind))
    assert_same(lists(np.asfortranarray(table), kind), pa.array(table.tolist(), kind))


def test_a_sweep_of_rows_needs_no_pandas(tmp_path):
    code = f"""
import sys
from backsweep.sweep import Sweep
varied = {{"lr": {{"values": [0.1, 1.0]}}, "optimizer": {{"values": ["gd", "adam"]}}, "epochs": 3}}
Sweep(task="xor", seeds=20, train=varied).run({str(tmp_path / "r")!r}, jobs=1)
print([name for name in ("pandas", "pyarrow.compute") if name in sys.modules])
"""
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout == "[]\n"
