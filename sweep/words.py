"""Durations, sizes and counts as people read them."""

from collections.abc import Mapping

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def duration(seconds: float) -> str:
    """Seconds, minutes or hours."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


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
