"""Turns cells into numbers without merging different ones.

Cells are compared before they become float64, which has 53 bits: if two different cells would become the same number, the error
names both. Words such as `nan` and `inf`, which Python reads as numbers, count as numbers only in columns of numbers.
"""

import re
from collections import deque
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from backsweep.errors import DataError

from ...results.arrays import Floats
from .data import Where, quoted

EXACT_DIGITS = 15  # two numbers with at most this many digits never share a float64, unless they are very small
WORDS = {"nan", "inf", "infinity"}


class Notation(NamedTuple):
    """How numbers are written: the decimal mark, and the mark between groups of three digits."""

    decimal: str = "."
    thousands: str | None = None


PLAIN = Notation()


def plain(cell: str, notation: Notation = PLAIN) -> str | None:
    """A number in this notation, as Python writes it; None if the cell is not such a number."""
    if notation == PLAIN:
        return cell if _float(cell) is not None else None
    found = _pattern(notation).fullmatch(cell)
    if found is None:
        return cell if is_word(cell) else None
    whole = cell.replace(notation.thousands, "") if notation.thousands else cell
    return whole.replace(notation.decimal, ".")


def all_plain(cells: Sequence[str]) -> bool:
    """Whether every cell is a number as Python writes it; faster than asking for one cell at a time."""
    try:
        deque(map(float, cells), maxlen=0)
    except ValueError:
        return False
    return "_" not in "".join(cells)


def is_word(cell: str) -> bool:
    """Whether a cell is `nan` or similar, which may be a name or a missing number."""
    return cell.lstrip("+-").lower() in WORDS


def floats_of(cells: Sequence[str], numbers: Sequence[str], name: str, where: Where) -> Floats:
    """The numbers of a column of text as float64. numbers: the cells as Python writes them. DataError if two become one."""
    values = np.array([float(number) for number in numbers], np.float64)
    tiny = (np.abs(values) < 1e-300).any()
    if (tiny or any(len(number) > EXACT_DIGITS for number in numbers)) and _repeated(values):
        _check_each(cells, numbers, values, name, where)
    return values


def floats_of_decimals(cells: list[Decimal], name: str, where: Where) -> Floats:
    """Decimals as float64, each rounded once. DataError if two become one."""
    values = np.array([float(cell) for cell in cells], np.float64)
    if _repeated(values):
        _check_each(cells, cells, values, name, where)
    return values


def floats_of_array(cells: npt.NDArray[Any], name: str, where: Where) -> Floats:
    """Numbers of any width as float64. DataError if two become one."""
    with np.errstate(over="ignore"):  # from numbers wider than float64, which are found to be infinite below
        values = cells.astype(np.float64)
    if cells.dtype.itemsize < 8 or cells.dtype == np.float64:
        return values
    order = np.argsort(cells, kind="stable")
    one, other = order[:-1], order[1:]
    lost = np.flatnonzero((cells[one] != cells[other]) & (values[one] == values[other]) & np.isfinite(values[one]))
    if len(lost):
        first, second = sorted((int(one[lost[0]]), int(other[lost[0]])))
        raise _two_in_one(str(cells[first]), first, str(cells[second]), second, name, where)
    return values


def _repeated(values: Floats) -> bool:
    """Whether a number occurs twice. If none does, no two cells can have become one number."""
    ordered = np.sort(values)
    return bool((ordered[1:] == ordered[:-1]).any())


def _check_each(cells: Sequence[Any], numbers: Sequence[str | Decimal], values: Floats, name: str, where: Where) -> None:
    """DataError if cells with different numbers became one number. numbers: the cells as Python writes them."""
    known: dict[float, int] = {}
    for row, value in enumerate(values.tolist()):
        first = known.setdefault(value, row)
        if first == row or numbers[first] == numbers[row] or not isfinite(value):
            continue
        if not _same(numbers[first], numbers[row]):
            raise _two_in_one(str(cells[first]), first, str(cells[row]), row, name, where)


def _same(one: str | Decimal, other: str | Decimal) -> bool:
    """Whether two cells are the same number. A cell with an exponent of twenty digits, too long for Decimal, is another."""
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _two_in_one(cell: str, row: int, other: str, there: int, name: str, where: Where) -> DataError:
    reason = (
        f"{quoted(other)}, and {quoted(cell)} in row {where.in_file(row) + 1}, would become one number, since float64 "
        f"has some 16 digits; shorten them, or if they are names, write categories = [{quoted(name)}]"
    )
    return where.error(reason, there, name)


def _float(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


@lru_cache(maxsize=32)
def _pattern(notation: Notation) -> re.Pattern[str]:
    mark = re.escape(notation.decimal)
    whole = r"\d+"
    if notation.thousands:
        between = re.escape(notation.thousands)
        whole = rf"(?:(?!0)\d{{1,3}}(?:{between}\d{{2,3}})*{between}\d{{3}}|\d+)"
    return re.compile(rf"[+-]?(?:{whole}(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d+)?")
