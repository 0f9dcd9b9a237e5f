"""Columns of CSV, Parquet and NPZ files."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.sweep.spec.make_data import sides_of
from helpers.tasking import COLUMNS, FRAME, SUFFIXES, data, digest, parse, same, save


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_columns_of_a_file(suffix, tmp_path):
    task = data({"file": save(tmp_path, FRAME, suffix), **COLUMNS}, tmp_path)
    assert task.inputs.tolist() == [[1.5, 3, 1], [-2.25, 1, 0], [0.1, 2, 0], [4, 5, 1]]
    assert task.input_names == ("length", "width", "sex=m")
    assert task.target_names == ("kind=other", "kind=setosa", "kind=virginica")
    assert task.targets.tolist() == [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert (task.midpoint, task.classes) == (0.5, True)
    line = " (line 4)" if suffix == "csv" else ""
    assert task.where(2, "width") == f"{tmp_path / f'data.{suffix}'}, row 3{line}, column 'width'"


@given(
    st.lists(
        st.tuples(
            st.floats(allow_nan=False, allow_infinity=False, width=64),
            st.integers(-(2**31), 2**31),
            st.sampled_from("pqr"),
            st.sampled_from(["yes", "no, thanks"]),
        ),
        min_size=3,
        max_size=12,
    )
)
def test_files_of_three_kinds_give_the_same_task_and_digest(tmp_path_factory, rows):
    rows = [*rows, (0.5, 1, "p", "yes"), (0.25, 2, "q", "no, thanks")]
    frame = pd.DataFrame(rows, columns=["a", "b", "c", "d"])
    folder = tmp_path_factory.mktemp("files")
    tables = [{"file": save(folder, frame, suffix), "inputs": ["a", "c"], "targets": ["d", "b"]} for suffix in SUFFIXES]
    first, *others = (data(table, folder) for table in tables)
    assert all(same(first, other) for other in others)
    np.testing.assert_array_equal(first.inputs[:, 0], frame["a"])
    assert first.midpoint is None
    assert len({digest(parse(table), folder) for table in tables}) == 1


def test_npz_with_matrices_and_truths(tmp_path):
    x, y = np.arange(6.0).reshape(3, 2), np.array([[True, False], [False, False], [False, True]])
    np.savez(tmp_path / "d.npz", X=x, Y=y)
    task = data({"file": "d.npz", "inputs": "X", "targets": "Y"}, tmp_path)
    np.testing.assert_array_equal(task.inputs, x)
    np.testing.assert_array_equal(task.targets, y)
    assert (task.input_names, task.target_names) == (("X[0]", "X[1]"), ("Y[0]=true", "Y[1]=true"))


def test_parquet_types(tmp_path):
    columns = {
        "t": pa.array([True, False, True]),
        "d": pa.array(["x", "y", "z"]).dictionary_encode(),
        "i": pa.array([1, 2, 3], pa.int8()),
        "f": pa.array([1.5, 2, 3], pa.float32()),
    }
    pq.write_table(pa.table(columns), tmp_path / "d.parquet")
    task = data({"file": "d.parquet", "inputs": ["i", "f", "t"], "targets": ["d"]}, tmp_path)
    assert task.inputs.tolist() == [[1, 1.5, 1], [2, 2, 0], [3, 3, 1]]
    np.testing.assert_array_equal(task.targets, np.eye(3))


def test_csv_with_quotes_blank_lines_and_a_mark(tmp_path):
    (tmp_path / "d.csv").write_text('\ufeffa, b ,"c"\r\n1, 2 ,"two\nlines"\n\n3,4,x\n', encoding="utf-8", newline="")
    task = data({"file": "d.csv", "inputs": ["a", "b"], "targets": "c"}, tmp_path)
    assert task.inputs.tolist() == [[1, 2], [3, 4]]
    assert task.target_names == ("c=x",)
    assert task.where(1, "b").endswith("row 2 (line 5), column 'b'")


def test_the_digest_is_of_the_data_alone(tmp_path):
    table = {"file": save(tmp_path, FRAME, "csv"), **COLUMNS}
    first = digest(parse(table), tmp_path)
    (tmp_path / "elsewhere").mkdir()
    renamed = {"file": save(tmp_path / "elsewhere", FRAME.rename(columns={"width": "w"}), "csv"), "targets": "kind"}
    assert digest(parse({**renamed, "inputs": ["length", "w", "sex"]}), tmp_path / "elsewhere") == first
    assert digest(parse({**table, "inputs": ["width", "length", "sex"]}), tmp_path) != first
    assert digest(parse({**table, "categories": ["width"]}), tmp_path) != first
    save(tmp_path, FRAME.assign(width=[3, 1, 2, 6]), "csv")
    assert digest(parse(table), tmp_path) != first
    assert sides_of(parse("moons"), tmp_path) is None
