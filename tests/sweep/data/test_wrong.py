"""Messages for files that contain no usable data."""

import contextlib
import math
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backsweep.errors import DataError
from backsweep.sweep.data import csv_files
from helpers.tasking import AB, COLUMNS, FRAME, data, refused, save

CSV_ROWS = [
    ("", "d.csv: empty"),
    ("\n\n", "no header, only blank lines"),
    ("a,b\n", "d.csv: no rows"),
    ("A,b\n1,2\n", "no column 'a'. There are: 'A', 'b'"),
    ("aa,b\n1,2\n", "no column 'a'; did you mean 'aa'?"),
    ("a;b\n1;2\n", "There are: 'a;b'; backsweep expects commas between columns unless the task says delimiter = \";\""),
    ("a\tb\n1\t2\n", 'unless the task says delimiter = "\\t"'),
    ("a,b\n1,\0\n", "a NUL byte, which text never contains; is the file in UTF-16? (line 2)"),
    ("a,b\n1," + "2" * 200_000, "field larger than field limit"),
    ("a,b,a\n1,2,3\n", "2 columns are called 'a'"),
    ("a,b\n1,2\n\n3\n", "d.csv, row 2 (line 4): 1 cells; the header has 2"),
    ("a,b\n1,2\n3,4,5\n", "d.csv, row 2 (line 3): 3 cells; the header has 2"),
    ("a,b\n1,2\n ,4\n", "d.csv, row 2 (line 3), column 'a': empty"),
    ("a,b\n1,2\nNaN,4\n", "d.csv, row 2 (line 3), column 'a': no number (NaN)"),
    ("a,b\nx,2\n,4\n", "row 2 (line 3), column 'a': empty"),
    ("a,b\n1,2\n-inf,4\n", "row 2 (line 3), column 'a': infinite"),
    ("a,b\n1,2\n1e999,4\n", "row 2 (line 3), column 'a': infinite"),
    ("a,b\n1,2\noops,4\n", "row 2 (line 3), column 'a': 'oops' is not a number, though '1' in row 1 is"),
    ("a,b\nx,2\nnan,3\ny,4\n7,4\n", "row 1 (line 2), column 'a': 'x' is not a number, though '7' in row 4 is"),
    ("a,b\n1,2\n1_000,4\n", "column 'a': '1_000' is not a number"),
    ("a,b\nx,2\nx,4\n", "column 'a': it has only one category, 'x'"),
    ('a,b\n1,"2\n', "not a CSV file: line 2: unexpected end of data"),
    ("a,b\n" + "".join(f"n{row},1\n" for row in range(1001)), "column 'a': it has 1,001 categories; from 2 to 1,000"),
]


@pytest.mark.parametrize(
    ("text", "message"), CSV_ROWS, ids=[f"{row} {message[:40]}" for row, (_, message) in enumerate(CSV_ROWS)]
)
def test_what_is_wrong_in_a_csv_file(text, message, tmp_path):
    (tmp_path / "d.csv").write_text(text)
    assert message in refused(tmp_path)


def test_rows_without_end_are_refused_before_they_are_held(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_files, "MOST_IN_ROW", 1000)
    (tmp_path / "d.csv").write_text("a,b\n" + "1,2\n" * 1000)
    assert data(AB, tmp_path).inputs.shape == (1000, 1)
    for row in ("2" * 1001, '"x\n",' * 300, '"' + "x\n" * 600):
        (tmp_path / "d.csv").write_text(f"a,b\n1,{row}")
        assert "not a CSV file: a row of more than 1,000 characters, or a quote that is not closed" in refused(tmp_path)


def test_paths_that_are_no_files_of_data(tmp_path, monkeypatch):
    assert f"{tmp_path / 'd.csv'}: no such file" in refused(tmp_path)
    assert "must end in .csv, .parquet, .npz" in refused(tmp_path, {**AB, "file": "d.xlsx"})
    (tmp_path / "d.csv").mkdir()
    assert "d.csv: a folder, not a file" in refused(tmp_path)
    assert "cannot be read: File name too long" in refused(tmp_path, {**AB, "file": f"{'d' * 300}.csv"})
    (tmp_path / "e.csv").write_bytes(b"\x89\xff\x00PAR1")
    assert "e.csv: not a CSV file: not text in UTF-8" in refused(tmp_path, {**AB, "file": "e.csv"})

    def closed(*_, **__):
        raise PermissionError

    monkeypatch.setattr(os, "open", closed)
    assert "e.csv: no permission to read it" in refused(tmp_path, {**AB, "file": "e.csv"})


@pytest.mark.parametrize("suffix", ["parquet", "npz"])
@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PAR1" * 9, b"PK\x03\x04" * 9], ids=["empty", "text", "par", "zip"])
def test_damaged_binary_files(suffix, content, tmp_path):
    (tmp_path / f"d.{suffix}").write_bytes(content)
    message = refused(tmp_path, {**AB, "file": f"d.{suffix}"})
    assert message.startswith(f"{tmp_path / f'd.{suffix}'}: {'not a' if content else 'empty'}")


@pytest.mark.parametrize("suffix", ["parquet", "npz"])
def test_files_cut_short_or_altered_never_give_a_traceback(suffix, tmp_path):
    path = tmp_path / save(tmp_path, FRAME, suffix)
    whole = path.read_bytes()
    table = {"file": path.name, **COLUMNS}
    for at in range(0, len(whole), 37):
        for content in (whole[:at], whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :]):
            path.write_bytes(content)
            with contextlib.suppress(DataError):  # some bytes are never used
                data(table, tmp_path)


def test_what_is_wrong_in_a_parquet_file(tmp_path):
    columns = {
        "a": pa.array([1.0, None]),
        "b": pa.array([1.0, 2.0]),
        "nan": pa.array([1.0, math.nan]),
        "nested": pa.array([[1], [2]]),
        "day": pa.array([1, 2], pa.date32()),
        "text": pa.array(["x", ""]),
    }
    pq.write_table(pa.table(columns), tmp_path / "d.parquet")
    for name, message in (
        ("a", "d.parquet, row 2, column 'a': empty"),
        ("nan", "d.parquet, row 2, column 'nan': no number (NaN)"),
        ("text", "row 2, column 'text': empty"),
        ("nested", "column 'nested': its type is list<"),
        ("day", "column 'day': its type is date32"),
        ("tex", "no column 'tex'; did you mean 'text'?"),
    ):
        assert message in refused(tmp_path, {"file": "d.parquet", "inputs": [name], "targets": ["b"]})
    twice = pa.Table.from_arrays([pa.array([1.0])] * 3, names=["a", "b", "a"])
    pq.write_table(twice, tmp_path / "d.parquet")
    assert "2 columns are called 'a'" in refused(tmp_path, {**AB, "file": "d.parquet"})
    pq.write_table(pa.table({"a": pa.array([], pa.float64()), "b": pa.array([], pa.float64())}), tmp_path / "d.parquet")
    assert "no rows" in refused(tmp_path, {**AB, "file": "d.parquet"})


def test_text_that_swells_is_refused(tmp_path):
    """Each cell stores how much it shares with the one before: 400 kB stand for a gigabyte here."""
    text = pa.chunked_array([pa.array(["x" * 10_000] * 1_000)] * 100)
    table, path = pa.table({"a": text, "b": pa.array(range(100_000))}), tmp_path / "d.parquet"
    pq.write_table(table, path, use_dictionary=False, column_encoding={"a": "DELTA_BYTE_ARRAY", "b": "PLAIN"})
    assert path.stat().st_size < 10**6
    message = refused(tmp_path, {**AB, "file": "d.parquet"})
    assert "column 'a': text in the encoding DELTA_BYTE_ARRAY; write it plainly or with a dictionary" in message


def test_what_is_wrong_in_an_npz_file(tmp_path):
    arrays = {
        "Y": np.ones(3),
        "short": np.ones(2),
        "cube": np.ones((3, 1, 1)),
        "none": np.ones((3, 0)),
        "complex": np.ones(3) * 1j,
        "object": np.array([{}, 1, None]),
        "nan": np.array([[1, 2], [3, np.nan], [5, 6]]),
        "no": np.ones((0, 2)),
    }
    np.savez(tmp_path / "d.npz", **arrays)
    for name, message in (
        ("short", "d.npz: 'Y' has 3 rows, 'short' has 2"),
        ("cube", "array 'cube': its shape is (3, 1, 1); it must be (samples) or (samples, columns)"),
        ("none", "array 'none': its shape is (3, 0)"),
        ("complex", "array 'complex': its type is complex128"),
        ("object", "Object arrays cannot be loaded"),
        ("nan", "d.npz, row 2, column 'nan[1]': no number (NaN)"),
        ("no", "d.npz: no rows"),
        ("Z", "no column 'Z'. There are: 'Y', 'short'"),
    ):
        assert message in refused(tmp_path, {"file": "d.npz", "inputs": [name], "targets": ["Y"]})
    np.save(tmp_path / "plain.npy", np.ones(3))
    (tmp_path / "plain.npy").rename(tmp_path / "plain.npz")
    assert "plain.npz: not an NPZ file" in refused(tmp_path, {**AB, "file": "plain.npz"})
