"""Parquet files. Their footer says how large they are when unpacked, and that is checked first; text is read as codes, each
once.

Each page repeats its unpacked size, at most 2 GiB, and Arrow believes it. Measurements show that Arrow reserves this memory, a
page at a time, but uses it only as far as there are bytes to unpack. If so much memory is not available, that is an error like
any other.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as kinds

from backsweep.errors import DataError

from .data import Where, check_size
from .table_forms import Cells, Column, Form, Table, check_bytes, check_names, reading

if TYPE_CHECKING:
    import numpy.typing as npt

SWELLING = "DELTA_BYTE_ARRAY"  # stores what a text shares with the one before, so a few bytes may stand for gigabytes
TIMES = (kinds.is_temporal, kinds.is_interval)


def read_parquet(file: IO[bytes], path: Path, names: Sequence[str], form: Form) -> Table:
    """The columns with these names. DataError: what is wrong."""
    where = Where(str(path))
    with reading(path, "a Parquet file that can be read"):
        parquet = pq.ParquetFile(file)
        schema = parquet.schema_arrow
        check_names(names, schema.names, path)
        types = {name: _plain(schema.field(name).type) for name in names}
        for name, kind in types.items():
            _check_type(kind, name, path)
        _check_sizes(parquet.metadata, names, path)
        text = [name for name, kind in types.items() if _is_text(kind)]
        _check_encodings(parquet.metadata, text, path)
        again = pq.ParquetFile(file, metadata=parquet.metadata, read_dictionary=text)
        table = again.read(columns=list(names), use_threads=False)
        rows = table.num_rows
        if form.drop and any(column.null_count for column in table.columns):
            there = ~np.any([column.is_null().to_numpy() for column in table.columns], axis=0)
            table, where = table.filter(pa.array(there)), where.only(np.flatnonzero(there).tolist())
        columns = {name: [Column(name, _cells(table[name], name, where))] for name in names}
    return Table(columns, where, rows - table.num_rows)


def _check_sizes(metadata: Any, names: Sequence[str], path: Path) -> None:
    """Check the size that these columns unpack to, and how many values they have, as the footer says per group of rows."""
    wanted, rows, size = set(names), 0, 0
    used = [at for at in range(metadata.num_columns) if metadata.schema.column(at).path in wanted]
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        chunks = [group.column(at) for at in used]
        rows += max([group.num_rows, *(chunk.num_values for chunk in chunks)])
        size += sum(chunk.total_uncompressed_size for chunk in chunks)
        check_size(rows, len(names), str(path))
        check_bytes(size, path)


def _check_encodings(metadata: Any, text: Sequence[str], path: Path) -> None:
    """DataError for text in an encoding that can swell when it is read, which Arrow cannot read as codes."""
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for chunk in map(group.column, range(metadata.num_columns)):
            if chunk.path_in_schema in text and SWELLING in chunk.encodings:
                reason = f"text in the encoding {SWELLING}; write it plainly or with a dictionary, as pandas and Arrow do"
                raise Where(str(path)).error(reason, column=chunk.path_in_schema)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if kinds.is_dictionary(kind) else kind


def _is_text(kind: pa.DataType) -> bool:
    return kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind)


def _check_type(kind: pa.DataType, name: str, path: Path) -> None:
    usable = (kinds.is_integer, kinds.is_floating, kinds.is_decimal, kinds.is_boolean, kinds.is_null, _is_text)
    if any(test(kind) for test in usable):
        return
    hint = "; store numbers, such as days or seconds since the first" if any(test(kind) for test in TIMES) else ""
    reason = f"its type is {str(kind)[:60]}; a column must hold numbers, text, or true and false{hint}"
    raise Where(str(path)).error(reason, column=name)


def _cells(values: "pa.ChunkedArray[Any]", name: str, where: Where) -> Cells:
    kind = _plain(values.type)
    if kinds.is_boolean(kind):
        _check_nulls(values, name, where)
        return [str(value).lower() for value in values.to_pylist()]
    if _is_text(kind):
        return _text(values, name, where)
    _check_nulls(values, name, where)
    if kinds.is_decimal(kind):
        return [cell for cell in values.to_pylist() if isinstance(cell, Decimal)]
    numbers: npt.NDArray[Any] = values.cast(kind).to_numpy()
    return numbers


def _text(values: "pa.ChunkedArray[Any]", name: str, where: Where) -> list[str]:
    """The cells of a column of text, with one object for all equal cells."""
    cells: list[str | None] = []
    for chunk in cast("list[Any]", values.chunks):
        if not kinds.is_dictionary(chunk.type):
            cells += chunk.to_pylist()
            continue
        words, codes = chunk.dictionary.to_pylist(), chunk.indices.to_pylist()
        cells += [None if code is None else words[code] for code in codes]
    stripped = [None if cell is None else cell.strip() for cell in cells]
    if None in stripped:
        raise _null(stripped.index(None), name, where)
    return [cell for cell in stripped if cell is not None]


def _check_nulls(values: "pa.ChunkedArray[Any]", name: str, where: Where) -> None:
    if values.null_count:
        raise _null(values.is_null().to_pylist().index(True), name, where)


def _null(row: int, name: str, where: Where) -> DataError:
    return where.error("empty; every row needs a value, or missing = 'drop' leaves such rows out", row, name)
