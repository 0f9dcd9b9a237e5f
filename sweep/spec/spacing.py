"""The values of evenly spaced axes (linear, log, range), computed with forty digits and rounded to a float once."""

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

from ...results.arrays import Floats
from ...results.logarithmic import FEW, FORTY_DIGITS, evenly, placed, within_reach

MOST_COUNTED = 2**52  # up to which each whole number, and each half of one, is a float
MOST_POINTS = 1_000_000


def whole_or_float(numbers: Sequence[Decimal | float]) -> list[int | float]:
    """Floats, or an int where one is, and settings that count may want it."""
    return [int(value) if value.is_integer() else value for value in map(float, numbers)]


def decimals(*numbers: float) -> list[Decimal]:
    """Floats as they are written: 0.1 is a tenth."""
    return [Decimal(repr(number)) for number in numbers]


def expanded(kind: str, numbers: tuple[float, ...], n: int | None) -> list[int | float]:
    """The values of an axis of this kind: linear, log or range. ValueError: what is wrong with its numbers."""
    with localcontext(FORTY_DIGITS):  # not the caller's: it would change the values
        try:
            return _EXPAND[kind](numbers, n)
        except InvalidOperation:
            raise ValueError(f"{kind}: these numbers are too far apart") from None


def _linear(ends: tuple[float, ...], n: int) -> list[int | float]:
    low, high = decimals(*ends)
    inner = [low + (high - low) * k / (n - 1) for k in range(1, n - 1)]
    return whole_or_float([low, *inner, high][:n])


def _log(ends: tuple[float, ...], n: int) -> list[int | float]:
    low, high = decimals(*ends)
    if low <= 0 or high <= 0:
        raise ValueError(f"a log axis needs both ends above 0; this one goes from {ends[0]:g} to {ends[1]:g}")
    return whole_or_float(evenly(low, high, n))


def log_placed(low: Decimal, top: Decimal, coordinates: Floats, whole: bool) -> Sequence[Decimal | float]:
    """The numbers from low to top at coordinates from 0 to 1 on a log scale; or those that are the same if rounded down."""
    ratio = (top / low).ln()
    if len(coordinates) > FEW and within_reach(low, top) and not (whole and top > MOST_COUNTED):
        return placed(low, ratio, coordinates, whole).tolist()
    return [low * (ratio * Decimal(u)).exp() for u in coordinates.tolist()]


def _range(spec: tuple[float, ...], _: None) -> list[int | float]:
    start, stop, step = decimals(*spec)
    if step == 0:
        raise ValueError("the step of a range cannot be 0")
    steps, rest = divmod(stop - start, step)
    count = steps + (rest != 0) if (stop > start) == (step > 0) else Decimal(0)  # `//` of Decimals rounds towards zero
    if count > MOST_POINTS:
        raise ValueError(f"a range may have at most {MOST_POINTS:,} values; this one has {count:,}")
    return whole_or_float([start + step * k for k in range(int(count))])


_EXPAND: dict[str, Callable[[tuple[float, ...], Any], list[int | float]]] = {"linear": _linear, "log": _log, "range": _range}
