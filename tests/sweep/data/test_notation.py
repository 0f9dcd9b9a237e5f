"""Numbers in another notation: refused if every cell of a column looks like one, or read as the task says."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.sweep.data.cells import Notation, plain
from backsweep.sweep.data.notation import in_another_notation
from helpers.tasking import data, refused

DECIMAL, THOUSANDS = 'in the task, decimal = ",", reads it', "in the task, thousands = {}, reads it"
NUMBERS = [
    (["0,5", "1,25", "-3,1e5"], DECIMAL),
    (["5", "0,5", "NA"], DECIMAL),
    (["1.234,5", "2.000,1"], 'in the task, decimal = "," and thousands = ".", reads it'),
    (["1,234", "5,678,901"], THOUSANDS.format('","')),
    (["1,00,000", "25,000"], THOUSANDS.format('","')),
    (["1,234", "5,678"], 'in the task, decimal = ",", or thousands = ",", reads it'),
    (["1 234", "12 345.5"], THOUSANDS.format('" "')),
    (["1\u202f234", "2\u202f000\u202f000"], THOUSANDS.format('"\\u202f"')),
    (["1\u00a0234,5"], 'in the task, decimal = "," and thousands = "\\u00a0", reads it'),
    (["1\u2009234"], THOUSANDS.format('"\\u2009"')),
    (["1'234.50"], THOUSANDS.format('"\'"')),
    (["1\u2019234"], THOUSANDS.format('"\\u2019"')),
    (["1_000", "25_000"], THOUSANDS.format('"_"')),
    (["1.234.567", "2.345.678"], 'in the task, decimal = "," and thousands = ".", reads it'),
    (["\u0661\u066b\u0665"], 'in the task, decimal = "\\u066b", reads it'),
    (["\u0661\u066c\u0662\u0663\u0664"], THOUSANDS.format('"\\u066c"')),
    (["5%", "7.5 %", "-1,5 %"], "write 5 % as 5 or as 0.05"),
    (["50 \u2030"], "write 5 % as 5 or as 0.05"),
    (["$10", "-$2.50", "US$3", "$1,000.00"], "take the currency out"),
    (["5 \u20ac", "1.234,50 \u20ac"], "take the currency out"),
    (["10 EUR", "CHF 5", "AUD 3"], "take the currency out"),
    (["\u20bf2", "5 z\u0142", "R$ 1.000,50"], "take the currency out"),
    (["\u22121", "2", "\u22122.5"], "write plain numbers"),
    (["\u22121,5", "\u20132,5"], "write plain numbers"),
    (["\uff11\uff0c\uff15"], "write plain numbers"),
    (["1\u200b", "\ufeff2", "\u200e-3"], "write plain numbers"),
    (["10 kg", "1.5 kg"], "take the unit out"),
    (["10kg", "500g", "2 t", "0,5 kg"], "take the unit out"),
    (["20\u00b0C", "25 \u00b0F"], "take the unit out"),
    (["5 KiB", "7 MB", "1.5m"], "take the unit out"),
    (["3 m/s", "10 km/h", "2 h", "5 min", "3 \u00b5V"], "take the unit out"),
    (["1.5D+03", "2d5", "1.5+103"], "write it as 1.5e+03"),
    (["1.5\u00d710^3", "2*^5", "3 x 10^-4"], "write it as 1.5e+03"),
    (["0x1F", "-0b101", "0o17", "0x1.8p3"], "write plain numbers"),
    (["'12", '="13"', "\u201c14\u201d"], "take the quotes out"),
    (["2024-01-02", "2024/2/3", "3.4.2024", "13/02/24", "2024-05"], "days or seconds since the first"),
    (["2024-01-02T10:00:00Z", "2024-01-02 11:00:00.5+01:00"], "days or seconds since the first"),
    (["12:30", "1:23:45.678", "3:05 PM"], "days or seconds since the first"),
    (["Jan 5, 2024", "6 February 2024", "07-MAR-24", "Mon, 01 Jan 2024", "Sept 2023", "2024-W05"], "days or seconds"),
    (
        ["5. Januar 2020", "1er mai 2021", "3 de enero de 2022", "January 5th, 2023", "2024\u5e741\u67085\u65e5"],
        "days or seconds",
    ),
    (["20200101T103000Z", "2020-01-01 10:00:00+00", "Mon Jan  6 10:00:00 2020"], "days or seconds"),
    (["100:02:03", "1 days 00:00:10", "10 AM", "1-Mar", "Jan-20"], "days or seconds"),
    (["1+2j", "3-4i"], "make its two parts two columns"),
]
NAMES = [
    *(["daisy", "rose"], ["1a", "2b", "3c"], ["1st", "2nd", "3rd"], ["Q1", "Q2"], ["18-25", "26-35"], ["<5", ">65"], ["65+"]),
    *(["2:1", "3:0"], ["1990-2000", "1990-95"], ["1.2.3", "1.2.4"], ["192.168.0.1"], ["nan", "inf"], ["Nan", "NA"]),
    *(["12-345", "13-456"], ["100-110", "120-130"], ["555-1234"], ["A320", "B737"], ["MARCH1", "SEPT2"], ["added", "face"]),
    *(["<=50K", ">50K"], ["5x7", "3x10"], ["rs123", "rs456"], ["1D", "2D3"], ["0-17", "65+"], ["0-", "0+"]),
    *(["I", "IV"], ["0x", "0xg"], ["1A", "2B"], ["d5", "e6"], ["#1", "#2"], ["5%", "half"], ["2 or more", "3"], ["-", "?"]),
]


@pytest.mark.parametrize(("cells", "remedy"), NUMBERS, ids=lambda value: str(value)[:30])
def test_each_notation_is_known_with_what_reads_it(cells, remedy):
    found = in_another_notation(cells)
    assert found is not None
    assert remedy in found.remedy
    assert found.sure
    assert plain(cells[found.row]) is None
    assert in_another_notation([*cells, "tulip"]) is None


@pytest.mark.parametrize("cells", NAMES, ids=str)
def test_names_are_not_taken_for_numbers(cells):
    assert in_another_notation(cells) is None


MAYBE = [
    *(["1/2", "1 3/4", "\u00bd"], ["2019/20", "2020/21"], ["120/80", "130/85"], ["1m", "5m"], ["1 A", "2 A"], ["3G", "4G"]),
    *(["EUR1", "EUR2"], ["Rs123", "Rs456"], ["(1)", "(2)"], ["6-", "- 7", "~8"]),
]


@pytest.mark.parametrize("cells", MAYBE, ids=str)
def test_what_may_be_a_name_can_be_declared_one(cells):
    found = in_another_notation(cells)
    assert found is not None
    assert not found.sure


SEPARATORS = [(",", None), (",", "."), (".", ","), (",", " "), (".", "\u202f"), (".", "'")]


@given(st.integers(-(10**12), 10**12), st.integers(0, 999), st.sampled_from(SEPARATORS))
def test_what_is_written_with_separators_is_read_with_them(whole, thousandths, marks):
    decimal, thousands = marks
    grouped = f"{whole:,}".replace(",", thousands or "")
    cell = f"{grouped}{decimal}{thousandths:03}"
    assert plain(cell, Notation(decimal, thousands)) == f"{whole}.{thousandths:03}"


@pytest.mark.parametrize(
    ("cell", "notation"),
    [
        ("1.5", Notation(",")),
        ("1.5", Notation(",", ".")),
        ("12.3456", Notation(",", ".")),
        ("0.123", Notation(",", ".")),
        ("1,5,0", Notation(",")),
        ("1 23", Notation(".", " ")),
        (",", Notation(",")),
        ("1_000", Notation()),
    ],
)
def test_what_a_notation_does_not_read(cell, notation):
    assert plain(cell, notation) is None


def write(folder, column, other=("p", "q")):
    """A file whose column is text, with each cell in quotes."""
    rows = [f'{number},"{cell}",{other[number % 2]}' for number, cell in enumerate(column)]
    (folder / "d.csv").write_text("\n".join(["n,c,k", *rows]), encoding="utf-8")


@pytest.mark.parametrize(
    "place",
    [{"inputs": "c", "targets": "k"}, {"inputs": "n", "targets": "c"}, {"inputs": "c", "targets": "k", "categories": "c"}],
)
@pytest.mark.parametrize(
    "column", [["0,5", "1,5", "2,5"], ["2024-01-01", "2024-01-02"], ["5 %", "6 %"], ["10 kg", "12 kg"]], ids=str
)
def test_such_a_column_is_refused_in_every_place(place, column, tmp_path):
    write(tmp_path, column)
    message = refused(tmp_path, {"file": "d.csv", **place})
    assert f"row 1 (line 2), column 'c': {column[0]!r} is not a number but looks like" in message


def test_the_options_that_are_named_read_it(tmp_path):
    (tmp_path / "d.csv").write_text("x;y;k\n0,5;1.000,25;1,0\n-1;2.500.000;2,0\n1e1;0;1,0\n", encoding="utf-8")
    table = {"file": "d.csv", "inputs": ["x", "y"], "targets": "k", "delimiter": ";", "decimal": ",", "thousands": "."}
    task = data(table, tmp_path)
    assert task.inputs.tolist() == [[0.5, 1000.25], [-1, 2_500_000], [10, 0]]
    assert data({**table, "categories": "k"}, tmp_path).target_names == ("k=2,0",)
    write(tmp_path, ["0,5", "1,5"])
    assert data({"file": "d.csv", "inputs": "c", "targets": "k", "decimal": ","}, tmp_path).inputs.tolist() == [[0.5], [1.5]]
    write(tmp_path, ["0.5", "1,5"])
    message = refused(tmp_path, {"file": "d.csv", "inputs": "c", "targets": "k", "decimal": ","})
    assert "'0.5' is not a number but looks like" in message
    assert "without decimal and thousands the task reads it" not in message  # it does not read 1,5
    write(tmp_path, ["0.5", "1.5"])
    message = refused(tmp_path, {"file": "d.csv", "inputs": "c", "targets": "k", "decimal": ","})
    assert "'0.5' is not a number but looks like" in message
    assert message.endswith("without decimal and thousands the task reads it")
    write(tmp_path, ["0,5", "oops"])
    message = refused(tmp_path, {"file": "d.csv", "inputs": "c", "targets": "k", "decimal": ","})
    assert "'oops' is not a number as the task writes them (decimal = ',')" in message


def test_a_word_behind_each_number_may_be_a_name_if_it_is_declared_one(tmp_path):
    write(tmp_path, ["5th", "6th", "7th"])
    table = {"file": "d.csv", "inputs": "c", "targets": "k"}
    assert "if they are names, write categories = ['c']" in refused(tmp_path, table)
    assert data({**table, "categories": "c"}, tmp_path).input_names == ("c=5th", "c=6th", "c=7th")


def test_text_of_files_with_types_is_looked_at_too(tmp_path):
    columns = {"comma": ["0,5", "1,5"], "real": ["0.5", "1.5"], "whole": ["1", "2"]}
    pq.write_table(pa.table({**columns, "k": ["p", "q"]}), tmp_path / "d.parquet")
    np.savez(tmp_path / "d.npz", **{name: np.array(cells) for name, cells in {**columns, "k": ["p", "q"]}.items()})
    for file in ("d.parquet", "d.npz"):
        table = {"file": file, "targets": "k"}
        assert "'0,5' is not a number but looks like one with a comma" in refused(tmp_path, {**table, "inputs": "comma"})
        message = refused(tmp_path, {**table, "inputs": "real"})
        assert "the file stores it as text; store numbers; if they are names, write categories = ['real']" in message
        assert data({**table, "inputs": "whole"}, tmp_path).input_names == ("whole=2",)
        assert data({**table, "inputs": "real", "categories": "real"}, tmp_path).input_names == ("real=1.5",)
