"""Columns of CSV, Parquet and NPZ files. Only those asked for are kept; what cannot be used is named with its place."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as kinds

from ..results.arrays import Floats
from ..results.errors import InputError
from .data import Where


class Column(NamedTuple):
    """One column: its name, which may add a number to the name asked for; float64 (samples,), or a list of text."""

    name: str
    values: Floats | list[str]


class Contents(NamedTuple):
    """The columns of each name asked for, and where they come from."""

    columns: dict[str, list[Column]]
    where: Where


def read(path: Path, names: Sequence[str], categories: Sequence[str]) -> Contents:
    """The columns with these names, a row at least. `categories` may mix numbers and text. InputError: what is wrong."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: the name of a file of data must end in {', '.join(READERS)}")
    with _opened(path) as file:
        contents = reader(file, path, names, categories)
    _check(contents)
    return contents


def arrays(path: Path) -> dict[str, Any]:
    """All that is in an NPZ file, by name: arrays, and bytes for what is none. InputError: what is wrong."""
    with _opened(path) as file:
        return _from_npz(file, path, None)


@contextmanager
def _opened(path: Path) -> Generator[IO[bytes]]:
    """A file that has something in it. InputError if there is none, or it cannot be read."""
    try:
        if "\0" in str(path):
            raise InputError(f"{str(path)!r}: no file has such a name")
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: not a file{' but a folder' if path.is_dir() else ''}")
        with path.open("rb") as file:
            if not file.peek(1):
                raise InputError(f"{path}: empty")
            yield file
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except PermissionError:
        raise InputError(f"{path}: no permission to read it") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {_reason(error)}") from None


def _check(contents: Contents) -> None:
    """Some rows, as many in each column, and a value in each."""
    columns = [column for some in contents.columns.values() for column in some]
    first, where = columns[0], contents.where
    for name, values in columns:
        if len(values) != len(first.values):
            raise InputError(f"{where.source}: {name!r} has {len(values)} rows, {first.name!r} has {len(first.values)}")
        if len(values) == 0:
            raise InputError(f"{where.source}: no rows")
        if isinstance(values, list):
            wrong, what = [row for row, text in enumerate(values) if not text], "empty"
        else:
            wrong = np.flatnonzero(~np.isfinite(values))
            what = "infinite" if len(wrong) and np.isinf(values[wrong[0]]) else "no number (NaN)"
        if len(wrong):
            raise InputError(f"{where(int(wrong[0]), name)}: {what}; every row needs a value")


def _check_names(names: Sequence[str], there: Sequence[str], path: Path, hint: str = "") -> None:
    for name in names:
        if name not in there:
            near = get_close_matches(name, there, 1)
            meant = f"; did you mean {near[0]!r}?" if near else "."
            shown = ", ".join(map(repr, there[:20])) + (", ..." if len(there) > 20 else "")
            raise InputError(f"{path}: no column {name!r}{meant} There are: {shown}{hint}")
        if there.count(name) > 1:
            raise InputError(f"{path}: {there.count(name)} columns are called {name!r}")


def _read_csv(file: IO[bytes], path: Path, names: Sequence[str], categories: Sequence[str]) -> Contents:
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        rows = csv.reader(text, strict=True)
        try:
            cells, lines = _cells(rows, path, names)
        except UnicodeDecodeError:
            raise InputError(f"{path}: not a CSV file: not text in UTF-8") from None
        except csv.Error as error:
            raise InputError(f"{path}: not a CSV file: line {rows.line_num}: {error}") from None
    where = Where(str(path), tuple(lines))
    found = {name: [Column(name, _parsed(cells[name], name, name in categories, where))] for name in names}
    return Contents(found, where)


def _cells(rows: Any, path: Path, names: Sequence[str]) -> tuple[dict[str, list[str]], list[int]]:
    """The cells of each column asked for, and the line that each row begins on. `rows`: a csv.reader."""
    header = [cell.strip() for cell in next((row for row in rows if row), [])]
    if not header:
        raise InputError(f"{path}: no header, only blank lines")
    lonely = len(header) == 1 and any(mark in header[0] for mark in ";\t|")
    _check_names(names, header, path, "; columns are separated by commas" if lonely else "")
    places = {name: header.index(name) for name in names}
    cells: dict[str, list[str]] = {name: [] for name in names}
    lines: list[int] = []
    end = rows.line_num
    for row in rows:
        begin, end = end + 1, rows.line_num
        if not row:
            continue
        lines.append(begin)
        if len(row) != len(header):
            place = Where(str(path), tuple(lines)).row(len(lines) - 1)
            raise InputError(f"{place}: {len(row)} cells; the header has {len(header)}")
        for name, at in places.items():
            cells[name].append(row[at].strip())
    return cells, lines


def _parsed(cells: list[str], name: str, category: bool, where: Where) -> Floats | list[str]:
    """Numbers if all cells are, else text. A column with some of both is a mistake, unless declared a category."""
    for row, cell in enumerate(cells):
        if cell.lower() in {"", "nan"}:
            raise InputError(f"{where(row, name)}: {'no number (NaN)' if cell else 'empty'}; every row needs a value")
    numbers = [_number(cell) for cell in cells]
    text = [row for row, number in enumerate(numbers) if number is None]
    if text and not category and len(text) < len(cells):
        raise InputError(
            f"{where(text[0], name)}: {cells[text[0]]!r} is not a number, though other cells of the column are; "
            f"if they are names of categories, say categories = [{name!r}]"
        )
    return cells if text else np.array(numbers, np.float64)


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def _read_parquet(file: IO[bytes], path: Path, names: Sequence[str], _: Sequence[str]) -> Contents:
    try:
        parquet = pq.ParquetFile(file)
        _check_names(names, parquet.schema_arrow.names, path)
        types = {name: _type_of_values(parquet.schema_arrow.field(name).type, name, path) for name in names}
        table = parquet.read(columns=list(names))
        where = Where(str(path))
        columns = {name: [Column(name, _from_arrow(table[name].cast(types[name]), name, where))] for name in names}
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a Parquet file that can be read: {_reason(error)}") from None
    return Contents(columns, where)


def _type_of_values(kind: pa.DataType, name: str, path: Path) -> pa.DataType:
    plain = kind.value_type if kinds.is_dictionary(kind) else kind
    usable = (kinds.is_integer, kinds.is_floating, kinds.is_decimal, kinds.is_boolean, kinds.is_string, kinds.is_large_string)
    if not any(test(plain) for test in usable):
        raise InputError(f"{path}, column {name!r}: its type is {kind}; a column must hold numbers, text, or true and false")
    return plain


def _from_arrow(values: "pa.ChunkedArray[Any]", name: str, where: Where) -> Floats | list[str]:
    if values.null_count:
        row = values.is_null().to_pylist().index(True)
        raise InputError(f"{where(row, name)}: empty; every row needs a value")
    if kinds.is_boolean(values.type) or kinds.is_string(values.type) or kinds.is_large_string(values.type):
        return _as_text(values.to_pylist())
    return values.cast(pa.float64(), safe=False).to_numpy()


def _from_npz(file: IO[bytes], path: Path, names: Sequence[str] | None) -> dict[str, Any]:
    """These arrays, or all."""
    try:
        if not zipfile.is_zipfile(file):
            raise InputError(f"{path}: not an NPZ file")
        file.seek(0)
        with np.load(file, allow_pickle=False) as archive:
            _check_names(names or (), archive.files, path)
            return {name: archive[name] for name in (archive.files if names is None else names)}
    except (ValueError, EOFError, MemoryError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: not an NPZ file of plain arrays: {_reason(error)}") from None


def _read_npz(file: IO[bytes], path: Path, names: Sequence[str], _: Sequence[str]) -> Contents:
    found = _from_npz(file, path, names)
    return Contents({name: _from_array(array, name, path) for name, array in found.items()}, Where(str(path)))


def _from_array(array: npt.NDArray[Any] | bytes, name: str, path: Path) -> list[Column]:
    """An array (samples,) is one column; (samples, columns) are several, with their numbers in brackets."""
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "iufbU":
        what = array.dtype if isinstance(array, np.ndarray) else "not an array"
        raise InputError(f"{path}, array {name!r}: its type is {what}; an array must hold numbers, text, or true and false")
    if array.ndim not in {1, 2} or 0 in array.shape[1:]:
        shape = f"{array.shape}".replace(",)", ")")
        raise InputError(f"{path}, array {name!r}: its shape is {shape}; it must be (samples) or (samples, columns)")
    if array.ndim == 1:
        return [Column(name, _from_numpy(array))]
    return [Column(f"{name}[{number}]", _from_numpy(values)) for number, values in enumerate(array.T)]


def _from_numpy(values: npt.NDArray[Any]) -> Floats | list[str]:
    if values.dtype.kind in "bU":
        return _as_text(values.tolist())
    with np.errstate(over="ignore"):  # of numbers wider than float64; they are then found to be infinite
        return values.astype(np.float64)


def _as_text(values: list[Any]) -> list[str]:
    return [str(value).lower() if isinstance(value, bool) else value for value in values]


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.splitlines()[0]


READERS: dict[str, Callable[..., Contents]] = {".csv": _read_csv, ".parquet": _read_parquet, ".npz": _read_npz}
