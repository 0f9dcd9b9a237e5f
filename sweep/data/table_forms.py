"""What the readers of data files share: what a table is, how its text is written, and the message about a damaged one."""

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from backsweep.errors import DataError
from backsweep.suggestions import there_are

from .cells import PLAIN, Notation
from .data import Where, quoted

MOST_BYTES = 2**31  # of the columns used, after unpacking

Cells = list[str] | list[Decimal] | npt.NDArray[Any]


class Form(NamedTuple):
    """How a file is written. missing: texts of cells that stand for no value; drop: whether to leave such rows out.

    All else is for CSV only.
    """

    delimiter: str = ","
    notation: Notation = PLAIN
    missing: tuple[str, ...] = ("",)
    drop: bool = False


class Column(NamedTuple):
    """One column: its name, which may add a number to the name asked for, and its cells (samples,) as they are in the file.

    Cells are text without surrounding spaces, decimals, or an array of numbers. typed: whether the file says which of these
    they are, so that text cannot be numbers.
    """

    name: str
    cells: Cells
    typed: bool = True


class Table(NamedTuple):
    """The columns for each name asked for, where they come from, and how many rows were left out for want of a value."""

    columns: dict[str, list[Column]]
    where: Where
    dropped: int = 0

    def only(self, kept: Sequence[int]) -> "Table":
        """The table with some of its rows."""
        columns = {
            name: [column._replace(cells=_some(column.cells, kept)) for column in some] for name, some in self.columns.items()
        }
        rows = len(next(iter(self.columns.values()))[0].cells)
        return Table(columns, self.where.only(kept), self.dropped + rows - len(kept))


def _some(cells: Cells, kept: Sequence[int]) -> Cells:
    if isinstance(cells, np.ndarray):
        return cells[np.array(kept, np.int64)]
    return cast("Cells", [cells[row] for row in kept])


def check_names(names: Sequence[str], there: Sequence[str], path: Path, hint: str = "") -> None:
    """DataError for the first name that no column has, or more than one."""
    counts = Counter(there)
    for name in names:
        if name not in counts:
            reason = f"no column {quoted(name)}{there_are(name, there, show=quoted)}{hint}"
            raise DataError(str(path), reason, column=name, place=str(path))
        if counts[name] > 1:
            reason = f"{counts[name]} columns are called {quoted(name)}"
            raise DataError(str(path), reason, column=name, place=str(path))


def check_bytes(size: int, path: Path) -> None:
    """DataError if the columns used unpack to too much."""
    if size > MOST_BYTES:
        raise DataError(str(path), f"the columns used unpack to {size:,} bytes; at most {MOST_BYTES:,} are allowed")


@contextmanager
def reading(path: Path, kind: str) -> Generator[None]:
    """Turn whatever a library raises over a file's bytes into a DataError. kind: what the file should be."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # an error of the disk, not of the bytes
        raise DataError(str(path), f"not {kind}: {reason(error)}") from None


def reason(error: BaseException) -> str:
    """What an error says, on one line."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.splitlines()[0][:200]
