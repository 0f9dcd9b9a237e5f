"""Columns of CSV, Parquet and NPZ files. Only the columns asked for are kept, and unusable cells are named with their place.

The files come from others. So their sizes are checked before anything is unpacked or allocated, and whatever a library raises
over their bytes becomes one sentence.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from backsweep.errors import DataError, FileError

from ...results.disk.opening import open_regular
from .csv_files import read_csv
from .data import check_size, quoted
from .npz_files import read_arrays, read_npz
from .parquet_files import read_parquet
from .table_forms import Column, Form, Table, reason

READERS: dict[str, Callable[[IO[bytes], Path, Sequence[str], Form], Table]] = {
    ".csv": read_csv,
    ".parquet": read_parquet,
    ".npz": read_npz,
}


def read(path: Path, names: Sequence[str], form: Form) -> Table:
    """The columns with these names, with at least one row and no cell missing. DataError: what is wrong.

    Rows in which a cell is missing are left out if the form says so.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise DataError(str(path), f"the name of a file of data must end in {', '.join(READERS)}")
    with _opened(path) as file:
        table = reader(file, path, names, form)
    _check_lengths(table)
    if form.drop:
        table = _without_gaps(table, form)
        _check_lengths(table)
    _check_complete(table, form)
    return table


def arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """All arrays of an NPZ file, by name. DataError: what is wrong."""
    with _opened(path) as file:
        return read_arrays(file, path, None)


@contextmanager
def _opened(path: Path) -> Generator[IO[bytes]]:
    """Open a file. DataError if it does not exist, is empty or cannot be read."""
    try:
        if "\0" in str(path):
            raise DataError(str(path), "no file can have this name", place=repr(str(path)))
        with open_regular(path, links=True) as file:
            if not file.read(1):
                raise DataError(str(path), "empty")
            file.seek(0)
            yield file
    except FileError as error:
        raise DataError(str(path), error.reason) from None
    except FileNotFoundError:
        raise DataError(str(path), "no such file") from None
    except PermissionError:
        raise DataError(str(path), "no permission to read it") from None
    except OSError as error:
        raise DataError(str(path), f"cannot be read: {reason(error)}") from None


def _columns(table: Table) -> list[Column]:
    return [column for some in table.columns.values() for column in some]


def _check_lengths(table: Table) -> None:
    """Check that each column has the same number of rows, some but not too many."""
    columns, where = _columns(table), table.where
    first = columns[0]
    check_size(len(first.cells), len(columns), where.source)
    if len(first.cells) == 0:
        raise where.error("a cell is missing in every row" if table.dropped else "no rows")
    for name, cells, _ in columns:
        if len(cells) != len(first.cells):
            reason = f"{quoted(name)} has {len(cells)} rows, {quoted(first.name)} has {len(first.cells)}"
            raise where.error(reason)


def _without_gaps(table: Table, form: Form) -> Table:
    """The rows that have a value in every cell."""
    gaps = {row for column in _columns(table) for row in _missing(column, form)}
    rows = len(_columns(table)[0].cells)
    return table.only([row for row in range(rows) if row not in gaps]) if gaps else table


def _check_complete(table: Table, form: Form) -> None:
    """Check that every cell has a value."""
    for column in _columns(table):
        row = next(iter(_missing(column, form)), None)
        if row is not None:
            reason = f"{_nothing(column.cells[row])}; every row needs a value, or missing = 'drop' leaves such rows out"
            raise table.where.error(reason, row, column.name)


def _nothing(cell: Any) -> str:
    """The words for a cell that has no value."""
    if isinstance(cell, str):
        return f"{quoted(cell)} is missing, as the task says" if cell else "empty"
    return "no number (NaN)"


def _missing(column: Column, form: Form) -> Iterable[int]:
    """The rows that have no value."""
    if isinstance(column.cells, np.ndarray):
        rows: list[int] = np.flatnonzero(column.cells != column.cells).tolist()
        return rows
    return (row for row, cell in enumerate(column.cells) if cell in form.missing)
