"""Many numbers on a log scale, as forty digits give them but without doing forty-digit arithmetic for each.

The k-th of evenly spaced numbers is low r^k. With k = a B + b it is the product of low r^(aB) and r^b, and there are few of
either. Likewise low r^u, for u from 0 to 1, is a product with one power per ten bits of u. These powers are computed with forty
digits, kept as sums of two floats each (T. J. Dekker, Numerische Mathematik 18 (1971) 224), and multiplied in that form, with a
relative error below 2^-98. If that error leaves open how a number rounds to a float, or to a whole number, the number is
computed with forty digits after all.
"""

from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from typing import Any

import numpy as np

from .arrays import Booleans, Floats

# Forty digits, rounded to a float once: the same values on every machine (NumPy's geomspace depends on the C library), and
# tenths come out as the tenths one would type.
FORTY_DIGITS = Context(prec=40)
FEW = 5000  # numbers, each of forty digits by itself
BLOCK = 1024
LEVELS = 6  # of ten bits each; of what is left of a place the power is 1 + x, to within x^2 < 2^-100
LEAST, MOST = 1e-140, 1e140  # between these no product of two is too large or too small for the sum of two floats
ERROR = 2.0**-96
SPLIT = 2.0**27 + 1

Pair = tuple[Floats, Floats]


def within_reach(*numbers: Decimal) -> bool:
    """Whether this method is for numbers from one of these to another."""
    return all(LEAST < number < MOST for number in numbers)


def evenly(low: Decimal, high: Decimal, count: int) -> list[float]:
    """So many numbers from low to high, over 0, evenly on a log scale, both included; of one, low."""
    with localcontext(FORTY_DIGITS):  # not the caller's: it would change the values
        ratio = (high / low).ln()

        def times(k: int) -> Decimal:
            return (ratio * k / (count - 1)).exp()

        if count <= FEW or not within_reach(low, high):
            inner = [float(low * times(k)) for k in range(1, count - 1)]
        else:
            inner = spaced(lambda k: low * times(k), times, count - 1)[1:].tolist()
    return [float(low), *inner, float(high)][:count]


def spaced(exact: Callable[[int], Decimal], ratio: Callable[[int], Decimal], count: int) -> Floats:
    """exact(k), rounded to a float, for k = 0 ... count - 1, which is exact(a BLOCK) ratio(b) for k = a BLOCK + b."""
    first = _pairs([exact(k) for k in range(0, count, BLOCK)])
    second = _pairs([ratio(k) for k in range(min(BLOCK, count))])
    high, low = (part.reshape(-1)[:count] for part in _product((first[0][:, None], first[1][:, None]), second))
    for k in _open(high, low).tolist():
        high[k] = float(exact(k))
    return high


def placed(low: Decimal, ratio: Decimal, places: Floats, whole: bool) -> Floats:
    """low exp(ratio u), rounded to a float, or down to a whole number, for each of the places u, 0 <= u < 1."""
    (first,), (second,) = _pairs([low])
    high, rest = _powers(ratio, places, (np.full(len(places), first), np.full(len(places), second)))
    error = high * ERROR
    found = _floor(high, rest) if whole else high
    doubtful = np.flatnonzero(_floor(high, rest + error) != _floor(high, rest - error)) if whole else _open(high, rest)
    for k in doubtful.tolist():
        exact = low * (ratio * Decimal(float(places[k]))).exp()
        found[k] = int(exact) if whole else float(exact)
    return found


def _powers(ratio: Decimal, places: Floats, number: Pair) -> Pair:
    """number exp(ratio u) for each place u: ten bits of it after the other, which no multiplication by BLOCK rounds."""
    left = places
    for level in range(1, LEVELS + 1):
        digits = np.floor(left * BLOCK)
        left = left * BLOCK - digits
        high, low = _pairs([(ratio * k / BLOCK**level).exp() for k in range(BLOCK)])
        chosen = digits.astype(np.int64)
        number = _product(number, (high[chosen], low[chosen]))
    high, low = number[0], number[1] + number[0] * (left * float(ratio / BLOCK**LEVELS))
    total = high + low
    return total, low - (total - high)


def _open(high: Floats, low: Floats) -> Any:
    """The places of sums of two floats of which the error leaves open to which float they round."""
    error = high * ERROR
    return np.flatnonzero((high + (low + error) != high) | (high + (low - error) != high))


def _floor(high: Floats, low: Floats) -> Floats:
    """The whole numbers up to sums of two floats."""
    below: Booleans = (high == np.floor(high)) & (low < 0)
    return np.floor(high) - below


def _pairs(numbers: list[Decimal]) -> Pair:
    high = [float(number) for number in numbers]
    return np.array(high), np.array([float(number - Decimal(near)) for number, near in zip(numbers, high, strict=True)])


def _product(first: Any, second: Pair) -> Pair:
    """The product of two sums of two floats, as such a sum, the first of which is the nearest to it."""
    high = first[0] * second[0]
    (a, b), (c, d) = _halves(first[0]), _halves(second[0])
    low = ((a * c - high) + a * d + b * c) + b * d + (first[0] * second[1] + first[1] * second[0])
    total = high + low
    return total, low - (total - high)


def _halves(numbers: Floats) -> Pair:
    """Floats as the sum of two of half as many digits, whose products are exact."""
    scaled = numbers * SPLIT
    upper = scaled - (scaled - numbers)
    return upper, numbers - upper
