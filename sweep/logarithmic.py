"""Many numbers evenly spaced on a log scale: those that forty digits give, without as many operations of forty digits.

The k-th of them is low r^k. With k = a B + b it is the product of low r^(aB) and r^b, of both of which there are few. These are
made of forty digits, kept as the sum of two floats each (T. J. Dekker, Numerische Mathematik 18 (1971) 224), and multiplied so,
with an error under 2^-100 of the number. Where that leaves open to which float it rounds, it is made of forty digits after all.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np

from ..results.arrays import Floats

BLOCK = 1024
LEAST, MOST = 1e-140, 1e140  # between these no product of two is too large or too small for the sum of two floats
ERROR = 2.0**-96
SPLIT = 2.0**27 + 1

Pair = tuple[Floats, Floats]


def spaced(exact: Callable[[int], Decimal], ratio: Callable[[int], Decimal], count: int) -> Floats:
    """exact(k), rounded to a float, for k = 0 ... count - 1, which is exact(a BLOCK) ratio(b) for k = a BLOCK + b."""
    first = _pairs([exact(k) for k in range(0, count, BLOCK)])
    second = _pairs([ratio(k) for k in range(min(BLOCK, count))])
    high, low = (part.reshape(-1)[:count] for part in _product((first[0][:, None], first[1][:, None]), second))
    for k in np.flatnonzero((high + (low + high * ERROR) != high) | (high + (low - high * ERROR) != high)).tolist():
        high[k] = float(exact(k))
    return high


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
