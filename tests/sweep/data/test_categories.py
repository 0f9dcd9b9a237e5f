"""Categorical columns: different categories stay different, and no number is merged with another in float64."""

from contextlib import suppress
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.sweep.spec.make_data import sides_of
from helpers.tasking import SUFFIXES, data, digest, parse, refused, save

IDS = [3266119658877827601, 3266119658877827602, 3266119658877827603, 9104209908849226329]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_numbers_declared_categories(suffix, tmp_path):
    frame = pd.DataFrame({"a": [10, 2, 10, 1], "b": [0.5, 0.25, 0.5, 0.5]})
    table = {"file": save(tmp_path, frame, suffix), "inputs": ["a"], "targets": ["b"], "categories": ["a", "b"]}
    task = data({**table, "encoding": [-1, 1]}, tmp_path)
    assert task.input_names == ("a=1", "a=2", "a=10")  # by number, not by letter
    assert task.inputs.tolist() == [[-1, -1, 1], [-1, 1, -1], [-1, -1, 1], [1, -1, -1]]
    assert task.target_names == ("b=0.5",)
    assert task.targets.tolist() == [[1], [-1], [1], [1]]
    assert (task.midpoint, task.classes) == (0, False)


def test_two_columns_of_classes_are_not_one_choice(tmp_path):
    frame = pd.DataFrame({"x": [1, 2, 3], "a": ["p", "q", "r"], "b": ["u", "v", "w"]})
    task = data({"file": save(tmp_path, frame, "csv"), "inputs": ["x"], "targets": ["a", "b"]}, tmp_path)
    assert (task.targets.shape, task.midpoint, task.classes) == ((3, 6), 0.5, False)


ROWS = {"file": "d.csv", "inputs": "x", "targets": "id", "categories": "id"}


def csv(folder, cells):
    (folder / "d.csv").write_text("\n".join(["x,id", *(f"{row},{cell}" for row, cell in enumerate(cells))]), encoding="utf-8")


def test_neighbours_beyond_53_bits_are_categories_of_their_own(tmp_path):
    csv(tmp_path, IDS)
    found = [sides_of(parse(ROWS), tmp_path)]
    for kind in (pa.int64(), pa.uint64(), pa.decimal128(20, 0), pa.decimal256(40, 3)):
        ids = [Decimal(one) for one in IDS] if pa.types.is_decimal(kind) else IDS
        pq.write_table(pa.table({"x": [0, 1, 2, 3], "id": pa.array(ids, kind)}), tmp_path / "d.parquet")
        found.append(sides_of(parse({**ROWS, "file": "d.parquet"}), tmp_path))
    for kind in (np.int64, np.uint64):
        np.savez(tmp_path / "d.npz", x=np.arange(4), id=np.array(IDS, kind))
        found.append(sides_of(parse({**ROWS, "file": "d.npz"}), tmp_path))
    for sides in found:
        np.testing.assert_array_equal(sides.targets[0][1], np.eye(4, dtype=bool))


@pytest.mark.parametrize(
    "cells", [["01001", "1001"], ["007", "7"], ["1", "1.0"], ["1e5", "100000"], ["0", "-0"], ["Nan", "nan"]]
)
def test_categories_of_a_csv_are_its_texts(cells, tmp_path):
    csv(tmp_path, [*cells, *cells])
    sides = sides_of(parse(ROWS), tmp_path)
    assert data(ROWS, tmp_path).targets[:, 0].sum() == 2
    assert set(sides.targets[0].names[0].split("=")[1:]) <= set(cells)


LOST = [
    (["3266119658877827601", "5", "3266119658877827602"], "row 3 (line 4), column 'id': '3266119658877827602'", "in row 1"),
    (["0.1", "0.2", "0.10000000000000000555"], "row 3 (line 4), column 'id': '0.10000000000000000555', and '0.1'", "in row 1"),
    (["9007199254740993", "9007199254740992"], "'9007199254740992', and '9007199254740993'", "in row 1"),
    (["1e-400", "2e-400"], "'2e-400', and '1e-400'", "in row 1"),
    (["0", "1e-400"], "'1e-400', and '0'", "in row 1"),
    (["0", f"1e-{'9' * 30}"], f"'1e-{'9' * 30}', and '0'", "in row 1"),
]


@pytest.mark.parametrize(("cells", "message", "other"), LOST, ids=str)
def test_numbers_that_would_become_one_are_refused(cells, message, other, tmp_path):
    csv(tmp_path, cells)
    found = refused(tmp_path, {"file": "d.csv", "inputs": "x", "targets": "id"})
    assert message in found
    assert other in found
    assert "would become one number" in found


@pytest.mark.parametrize(
    "cells", [["0.1", "0.10", "1e-1"], ["007", "7", "8"], [str(2**53), str(2**53 + 2)], ["1e400", "2e400"]]
)
def test_other_ways_to_write_a_number_are_that_number(cells, tmp_path):
    csv(tmp_path, cells)
    table = {"file": "d.csv", "inputs": "x", "targets": "id"}
    if "1e400" in cells:
        assert "row 1 (line 2), column 'id': infinite" in refused(tmp_path, table)
    else:
        assert data(table, tmp_path).targets[:, 0].tolist() == [float(cell) for cell in cells]


@given(
    st.lists(st.integers(2**53 - 9, 2**53 + 9), min_size=2, max_size=6), st.sampled_from([np.int64, np.uint64, np.longdouble])
)
def test_whole_numbers_are_refused_just_where_two_become_one(tmp_path_factory, numbers, kind):
    folder = tmp_path_factory.mktemp("whole")
    array = np.array(numbers).astype(kind)
    np.savez(folder / "d.npz", x=np.arange(len(array)), y=array)
    table = {"file": "d.npz", "inputs": "x", "targets": "y"}
    if len(set(map(float, numbers))) == len(set(numbers)):
        assert data(table, folder).targets[:, 0].tolist() == [float(number) for number in numbers]
    else:
        assert "would become one number" in refused(folder, table)


def test_decimals_are_rounded_once_and_refused_where_two_become_one(tmp_path):
    texts = ["0.35", "1234.57", "0.07", "-2.10"]
    column = pa.array([Decimal(text) for text in texts], pa.decimal128(30, 20))
    pq.write_table(pa.table({"x": [0, 1, 2, 3], "id": column}), tmp_path / "d.parquet")
    csv(tmp_path, texts)
    tables = [{"file": file, "inputs": "x", "targets": "id"} for file in ("d.csv", "d.parquet")]
    assert data(tables[1], tmp_path).targets[:, 0].tolist() == [float(text) for text in texts]
    assert digest(parse(tables[0]), tmp_path) == digest(parse(tables[1]), tmp_path)
    close = pa.array([Decimal("0.1"), Decimal("0.10000000000000000001")], pa.decimal128(30, 20))
    pq.write_table(pa.table({"x": [0, 1], "id": close}), tmp_path / "d.parquet")
    assert "'0.10000000000000000001', and '0.10000000000000000000' in row 1, would become one" in refused(tmp_path, tables[1])


TEXTS = ["Nan", " Phrae ", "inf", "NA", "Phrae", "null"]


def every_file(folder, texts):
    """The same text column in each kind of file, and in Parquet with each type of text."""
    x = np.arange(len(texts))
    pd.DataFrame({"x": x, "id": texts}).to_csv(folder / "d.csv", index=False)
    np.savez(folder / "d.npz", x=x, id=np.array(texts))
    kinds = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
    for number, kind in enumerate(kinds):
        column = pa.array(texts).dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else pa.array(texts, kind)
        with suppress(pa.ArrowNotImplementedError):  # the oldest supported Arrow does not write views
            pq.write_table(pa.table({"x": x, "id": column}), folder / f"d{number}.parquet")
    return sorted(path.name for path in folder.iterdir())


def test_text_is_the_same_in_every_file(tmp_path):
    for file in every_file(tmp_path, TEXTS):
        for declared in ([], ["id"]):
            table = {"file": file, "inputs": "x", "targets": "id", "categories": declared}
            sides = sides_of(parse(table), tmp_path)
            assert sides.targets[0].names == ("id=NA", "id=Nan", "id=Phrae", "id=inf", "id=null")
            assert "'Phrae' and ' Phrae '" not in "".join(sides.remarks)
            told = "column 'id': 'NA', 'Nan', 'null' are each treated as a name; if it means a missing value, write missing ="
            assert told in "".join(sides.remarks)
        assert "column 'id': 'NA' is missing, as the task says" in refused(tmp_path, {**table, "missing": ["NA", ""]})
        assert "row 4" in refused(tmp_path, {**table, "missing": "NA"})
    for file in every_file(tmp_path, ["a", "  ", "b"]):
        table = {"file": file, "inputs": "x", "targets": "id"}
        assert "row 2" in refused(tmp_path, table)
        assert "column 'id': empty; every row needs a value" in refused(tmp_path, table)
        assert data({**table, "missing": []}, tmp_path).target_names == ("id=", "id=a", "id=b")


def test_half_a_character_is_no_text(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.arange(2), id=np.array(["a", "\ud800"]))
    assert "row 2, column 'id': '\\ud800' is no text" in refused(tmp_path, {"file": "d.npz", "inputs": "x", "targets": "id"})


REMARKS = [
    (["True", "true", "False"], "'True' and 'true' are categories of their own, though they look alike"),
    (["Yes", "yes", "no"], "'Yes' and 'yes' are categories of their own"),
    (["new york", "newyork", "x"], "'new york' and 'newyork' are categories"),
    (["caf\u00e9", "cafe\u0301", "tea"], "are categories of their own, though they look alike"),
    (["a", "b", "c"], "every row is a category of its own ('a', 'b', ...)"),
    (["?", "a", "a"], "'?' is treated as a name; if it means a missing value, write missing = ['?'] in the task"),
    (["None", "a", "a"], "'None' is treated as a name"),
]


@pytest.mark.parametrize(("cells", "message"), REMARKS, ids=str)
def test_remarks_on_odd_names(cells, message, tmp_path):
    csv(tmp_path, cells)
    remarks = sides_of(parse({"file": "d.csv", "inputs": "x", "targets": "id"}), tmp_path).remarks
    assert any(message in remark and remark.startswith("column 'id': ") for remark in remarks)


def test_remarks_on_odd_numbers(tmp_path):
    csv(tmp_path, ["01001", "20", "0.5"])
    table = {"file": "d.csv", "inputs": "x", "targets": "id"}
    assert sides_of(parse(table), tmp_path).remarks == (
        "column 'id': '01001' is read as the number 1001; if these are names, write categories = ['id']",
    )
    csv(tmp_path, [f"{'0' * 30}17", "20", "0.5"])
    (remark,) = sides_of(parse(table), tmp_path).remarks
    assert "is read as the number 17;" in remark
    csv(tmp_path, ["1", "1.0", "2", "2"])
    (remark,) = sides_of(parse({**table, "categories": "id"}), tmp_path).remarks
    assert remark == "column 'id': '1' and '1.0' are categories of their own, though they look alike"
    csv(tmp_path, ["p", "q", "p", "q"])
    assert sides_of(parse(table), tmp_path).remarks == ()
