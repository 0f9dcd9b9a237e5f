"""The data that networks learn: inputs and targets, and the numbers that stand for false and true in them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from backsweep.errors import DataError

from ...results.arrays import Booleans, Floats, Integers

Pair = tuple[float, float]
Values = npt.NDArray[np.float64 | np.bool_]

ZERO_ONE: Pair = (0.0, 1.0)
MOST_NUMBERS = 50_000_000  # of inputs and targets together, which are held as float64: 0.4 GB
PAIRS: tuple[Pair, ...] = (ZERO_ONE, (-1.0, 1.0), (-0.5, 0.5))


def quoted(cell: str) -> str:
    """A cell or a name as messages show it: on one line, and shortened if it is long."""
    return repr(cell if len(cell) <= 60 else f"{cell[:57]}...")


def check_size(rows: int, columns: int, data: str, place: str | None = None) -> None:
    """DataError if a table of this size is too large; call it before allocating memory. place: where in the data."""
    reason = too_many(rows, columns)
    if reason:
        raise DataError(data, reason, place=place)


def too_many(rows: int, columns: int) -> str | None:
    """Why a table of this size cannot be used; None if it can."""
    if rows * columns <= MOST_NUMBERS:
        return None
    return f"{rows:,} rows of {columns:,} columns are {rows * columns:,} numbers; at most {MOST_NUMBERS:,} are allowed"


class Where(NamedTuple):
    """Where the data come from. lines: of a CSV, the line that each row begins on; rows: those of the file that were kept."""

    source: str
    lines: tuple[int, ...] | None = None
    rows: tuple[int, ...] | None = None

    def only(self, kept: Sequence[int]) -> "Where":
        """Where some of the rows come from."""
        lines = None if self.lines is None else tuple(self.lines[row] for row in kept)
        return Where(self.source, lines, tuple(kept) if self.rows is None else tuple(self.rows[row] for row in kept))

    def in_file(self, row: int) -> int:
        """The row of the file that a row is, both counted from 0."""
        return self.rows[row] if self.rows else row

    def row(self, row: int) -> str:
        """The place of a row. Rows count from 0 here, and from 1 for people."""
        line = f" (line {self.lines[row]})" if self.lines else ""
        return f"{self.source}, row {self.in_file(row) + 1}{line}"

    def __call__(self, row: int, column: str) -> str:
        """The place of one value."""
        return f"{self.row(row)}, column {quoted(column)}"

    def error(self, reason: str, row: int | None = None, column: str | None = None, settings: Sequence[str] = ()) -> DataError:
        """The error that the data, or a row, column or value, cannot be used. settings: those that they conflict with."""
        rows = self.source if row is None else self.row(row)
        place = rows if column is None else f"{rows}, column {quoted(column)}"
        shown = ", ".join(settings)
        number = None if row is None else self.in_file(row)
        return DataError(
            self.source, reason, row=number, column=column, settings=settings, place=f"{shown}: {place}" if shown else place
        )


class Block(NamedTuple):
    """Columns that belong together, (samples, columns): numbers as float64, or bool, which a pair of numbers will replace.

    name: of the column in a file. categories: how many different ones its cells hold; 0 if they are numbers.
    """

    names: tuple[str, ...]
    values: Values
    name: str = ""
    categories: int = 0


class Task(NamedTuple):
    """The data that networks are trained on, S samples.

    inputs: (S, I) float64. targets: (S, O) float64. midpoint: a target or output is true from here on; None: the targets
    are numbers (regression). classes: each row of targets is one-hot, O >= 2. where(row, name of a column): the place of a
    value, for messages.
    """

    inputs: Floats
    targets: Floats
    midpoint: float | None
    classes: bool
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    where: Where


def assemble(inputs: Sequence[Block], targets: Sequence[Block], pairs: tuple[Pair, Pair], where: Where) -> Task:
    """Puts blocks side by side, and the pairs of inputs and of targets in place of false and true."""
    truths = np.hstack([block.values for block in targets]) if _all_truths(targets) else None
    return Task(
        inputs=_encoded(inputs, pairs[0]),
        targets=_encoded(targets, pairs[1]),
        midpoint=None if truths is None else sum(pairs[1]) / 2,
        classes=truths is not None and truths.shape[1] >= 2 and bool(np.all(truths.sum(axis=1) == 1)),
        input_names=_names(inputs),
        target_names=_names(targets),
        where=where,
    )


def one_hot(labels: Integers, classes: int) -> Booleans:
    """Labels (S,) -> bool (S, classes). Two classes make one column, which is true for the second."""
    return labels[:, None] == (np.arange(classes) if classes > 2 else np.ones(1))


def has_truths(blocks: Sequence[Block]) -> bool:
    """Whether there are false and true for a pair of numbers to replace."""
    return any(block.values.dtype == bool for block in blocks)


def _all_truths(blocks: Sequence[Block]) -> bool:
    return all(block.values.dtype == bool for block in blocks)


def _encoded(blocks: Sequence[Block], pair: Pair) -> Floats:
    false, true = pair
    parts = [np.where(block.values, true, false) if block.values.dtype == bool else block.values for block in blocks]
    return np.ascontiguousarray(np.hstack(parts), np.float64)


def _names(blocks: Sequence[Block]) -> tuple[str, ...]:
    return tuple(name for block in blocks for name in block.names)
