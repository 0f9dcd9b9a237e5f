"""Durations, sizes, counts and keys as people read them."""

import json
import re
from collections.abc import Mapping

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
BARE = re.compile(r"[\w-]+(\[\d+\])?")  # a key that needs no quotes, perhaps of a layer
LONGEST_KEY = LONGEST_VALUE = 60

Place = tuple[str | int, ...]


def duration(seconds: float) -> str:
    """Seconds, minutes, hours, days or years."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    days = seconds / 86400
    return f"{days:,.0f} days" if days < 2 * 365 else f"{days / 365.25:,.0f} years"


def size(number: float) -> str:
    """Bytes in powers of a thousand."""
    unit = 0
    while number >= 999.5 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g} {UNITS[unit]}"


def count(number: int, what: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def shares(outcomes: Mapping[str, int]) -> str:
    """How many runs in a hundred ended how, but for ends that none had."""
    total = sum(outcomes.values())
    return ", ".join(f"{some / total:.1%} {outcome}" for outcome, some in outcomes.items() if some)


def dotted(place: Place) -> str:
    """A key of a spec with the tables it stands in, as TOML would name it; `spec` where there is no key."""
    return ".".join(map(_word, place)) or "spec"


def _word(part: str | int) -> str:
    """One key, in quotes where it is no bare one, cut where it is long; what would not be seen, as direction marks, by code."""
    text = str(part)
    short = text if len(text) <= LONGEST_KEY else f"{text[:LONGEST_KEY]}..."
    return short if BARE.fullmatch(text) else json.dumps(short, ensure_ascii=not text.isprintable())


def short(value: object) -> str:
    """A value as Python writes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 3]}..."
