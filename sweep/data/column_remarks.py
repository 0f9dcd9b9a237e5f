"""Remarks on columns of text that are usable but odd. They may be meant that way, so nothing is refused."""

import unicodedata
from collections import defaultdict
from contextlib import suppress
from decimal import Decimal, DecimalException

from .cells import plain
from .data import quoted
from .notation import NOTHING

MOST_EXAMPLES, MOST_NAMED = 3, 6


def of_names(name: str, cells: list[str], numbers: bool) -> list[str]:
    """Remarks on a column of categories. numbers: whether all are numbers, as text in a file that could have held numbers."""
    known = sorted(set(cells))
    column, found = f"column {quoted(name)}", list[str]()
    if len(known) == len(cells):
        found.append(f"{column}: every row is a category of its own ({quoted(known[0])}, {quoted(known[1])}, ...)")
    if numbers:
        found.append(f"{column}: numbers that the file holds as text, such as {quoted(known[0])}, are treated as names")
    absent = [value for value in known if value.lower() in NOTHING]
    if absent:
        keys = ", ".join(map(quoted, absent[:MOST_NAMED]))
        found.append(
            f"{column}: {keys} {_is(absent)} treated as a name; "
            f"if it means a missing value, write missing = [{keys}] in the task"
        )
    for alike in _alike(known)[:MOST_EXAMPLES]:
        names = " and ".join(map(quoted, alike[:MOST_NAMED]))
        found.append(f"{column}: {names} are categories of their own, though they look alike")
    return found


def of_numbers(name: str, cells: list[str]) -> list[str]:
    """Remarks on a column of numbers."""
    codes = [cell for cell in cells if len(cell) > 1 and cell[0] == "0" and cell.isdecimal()]
    if not codes:
        return []
    return [
        f"column {quoted(name)}: {quoted(codes[0])} is read as the number {float(codes[0]):.17g}; "
        f"if these are names, write categories = [{quoted(name)}]"
    ]


def _is(absent: list[str]) -> str:
    return "is" if len(absent) == 1 else "are each"


def _alike(known: list[str]) -> list[list[str]]:
    """Categories that differ only in case, in look-alike characters, in spaces, or in how they write the same number."""
    groups: defaultdict[object, list[str]] = defaultdict(list)
    for value in known:
        groups[_look(value)].append(value)
    return [group for group in groups.values() if len(group) > 1]


def _look(value: str) -> object:
    number = plain(value)
    if number is not None and value.lower() not in NOTHING:
        with suppress(DecimalException):
            return Decimal(number)
    visible = "".join(c for c in unicodedata.normalize("NFKC", value) if unicodedata.category(c) != "Cf")
    return "".join(visible.casefold().split())
