"""Counts the cells of a spec before the values of any axis are made: four axes of a million values would take half a minute."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from .axes import MOST_CELLS, too_many
from .spacing import MOST_POINTS

SECTIONS = ("task", "model", "train")
APART = 1e-15  # of float64, and more than what rounds away


def check_product(spec: Mapping[str, Any]) -> None:
    """SettingError if evenly spaced axes by themselves have too many cells. spec: as TOML gives it."""
    cells = math.prod(n for section in SECTIONS for n in _spaced(spec.get(section)))
    if cells > MOST_CELLS:
        raise too_many(cells, [section for section in SECTIONS if section in spec])


def _spaced(table: object) -> Iterator[int]:
    """How many values each axis has that is combined with all others, and whose values differ."""
    if not isinstance(table, Mapping) or "values" in table or "zip" in table:
        return
    ends, n = table.get("linear", table.get("log")), table.get("n")
    if isinstance(n, int) and 1 < n <= MOST_POINTS and isinstance(ends, list) and _apart(ends):
        yield n
    for value in table.values():
        yield from _spaced(value)


def _apart(ends: list[Any]) -> bool:
    numbers = len(ends) == 2 and all(isinstance(end, int | float) and math.isfinite(end) for end in ends)
    return numbers and abs(ends[1] / 2 - ends[0] / 2) > APART * MOST_POINTS * max(map(abs, ends))
