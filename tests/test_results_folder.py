"""The page on what is in a folder of results: every file, column and key, as files have them; its examples are run."""

import contextlib
import io
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backsweep.columns import COLUMNS, RECORDED
from backsweep.results.store.blocks import WrittenBlock
from backsweep.results.store.files import encoded
from backsweep.results.store.schema import RECORDS_SCHEMA, WEIGHTS_SCHEMA, AxisColumn, Manifest, runs_schema

PAGE = (Path(__file__).parents[1] / "docs" / "results-folder.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", re.DOTALL | re.MULTILINE)
EXAMPLES = EXAMPLE.findall(PAGE)
AXIS = "a setting"
ROWS = {
    "shards": (runs_schema((AxisColumn(name=AXIS, setting="train.lr", type="float64"),), measure=True), COLUMNS),
    "records": (RECORDS_SCHEMA, RECORDED),
    "weights": (WEIGHTS_SCHEMA, {}),
}
TYPES = {"double": "float64", "dictionary": "string", "list": "list of int32", "large_list": "list of float64"}
HELD = {pa.int64(): 1, pa.int32(): 1, pa.float64(): 0.5, pa.bool_(): True}


def table_under(heading):
    """The rows of the first table from a heading on, by their first cell."""
    table = re.search(r"^\|.*?\n\n", PAGE[PAGE.index(f"\n{heading}") + 1 :], re.DOTALL | re.MULTILINE)[0]
    rows = [re.split(r"\s*\|\s*", row.strip("| ")) for row in table.splitlines()[2:-1]]
    return {row[0].replace("`", ""): row[1:] for row in rows}


def one_row(schema):
    return pa.table({field.name: pa.array([held(field.type)], field.type) for field in schema}, schema=schema)


def held(kind):
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [held(kind.value_type)]
    return "word" if pa.types.is_dictionary(kind) else HELD[kind]


def encoding_of(file, place):
    encodings = {*file.metadata.row_group(0).column(place).encodings} - {"RLE"}
    return "dictionary" if "RLE_DICTIONARY" in encodings else encodings.pop()


@pytest.mark.parametrize("folder", ROWS)
def test_the_columns_of_files_are_those_of_the_page(folder):
    schema, columns = ROWS[folder]
    file = pq.ParquetFile(pa.BufferReader(encoded(one_row(schema))))
    shown = table_under(f"## {re.search(rf'^## (.*`{folder}/`)', PAGE, re.MULTILINE)[1]}")
    assert list(shown) == schema.names
    for place, field in enumerate(schema):
        kind, encoding, _, words = shown[field.name]
        name = str(field.type).partition("<")[0]
        assert TYPES.get(name, name) in kind.replace(" or", ",").split(", "), field.name
        assert encoding.partition(";")[0] == encoding_of(file, place), field.name
        if field.name in columns:
            assert words == columns[field.name].words
    assert {file.metadata.row_group(0).column(place).compression for place in range(len(schema))} == {"ZSTD"}


def test_the_keys_of_a_manifest_are_those_of_the_page():
    keys = [key for row in table_under("## `manifest.json`") for key in row.split(", ")]
    assert keys == ["checksum", *Manifest.model_fields]


def test_the_keys_of_a_block_are_those_of_the_page():
    keys = [key for row in table_under("### `blocks`") for key in row.split(", ")]
    assert keys == [*WrittenBlock.model_fields]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which the first example has trained the sweep that the others read."""
    folder = tmp_path_factory.mktemp("page")
    with contextlib.chdir(folder):
        exec(EXAMPLES[0][0], {})
    return folder


@pytest.mark.parametrize(("code", "output"), EXAMPLES[1:], ids=["pandas", "polars", "duckdb"])
def test_the_examples_print_what_the_page_shows(code, output, folder):
    pytest.importorskip(re.search(r"^import (\w+)", code)[1])
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {})
    assert (printed.getvalue(), output != "") == (output, True)


def test_every_file_of_a_folder_is_on_the_page(folder):
    files = {name.strip("/") for row in table_under("| file") for name in row.split(", ")}
    assert {path.name for path in (folder / "runs" / "xor").iterdir()} <= files
