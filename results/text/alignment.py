"""How the cells of a column of text stand under each other: words at the left, numbers at the right, on the decimal point.

A column is judged by its texts, since a table for people has nothing else left.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

NUMBER = r"[+−-]?(?:∞|\d[\d,]*(?P<fraction{0}>\.\d+)?(?P<power{0}>e[+-]?\d+)?)(?P<unit{0}> %)?"
ONE = re.compile(NUMBER.format(""))
TWO = re.compile(f"{NUMBER.format(1)} (?:–|/) {NUMBER.format(2)}")  # an interval, or two counts
UNKNOWN = ("?", "–", "")


class Aligned(NamedTuple):
    """Whether a column is of numbers, and what each cell lacks after its text to end where the longest does."""

    numbers: bool
    missing: list[str]


def aligned(texts: Sequence[str]) -> Aligned:
    """The alignment of a column's cells. What is missing is text of the same width, to be set so that nobody sees it."""
    known = [text for text in texts if text not in UNKNOWN]
    single = [ONE.fullmatch(text) for text in texts]
    if not known or not all(ONE.fullmatch(text) or TWO.fullmatch(text) for text in known):
        return Aligned(False, [""] * len(texts))
    ends = ["".join(filter(None, found.group("fraction", "power", "unit"))) if found else None for found in single]
    longest = max((end for end in ends if end is not None), key=len, default="")
    return Aligned(True, ["" if end is None else longest[len(end) :] for end in ends])
