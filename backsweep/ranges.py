"""What a number may be. Each setting declares its range once; the kernels, the spec and the documentation read it there."""

import math
from typing import NamedTuple

import numpy as np

MOST_EPOCHS = 2**31 - 2


class Range(NamedTuple):
    """What a number may be: between low and high, the ends included unless open; whole numbers only if `whole`.

    words: the same, as the end of a sentence that begins "must be"; they begin with the type, as "a finite number above 0".
    """

    words: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    whole: bool = False
    infinite: bool = False

    def admits(self, values: np.ndarray) -> bool:
        """Whether all of the values are within it."""
        return bool(np.all(self.within(values)))

    def within(self, values: np.ndarray) -> np.ndarray:
        """Whether each of the values is within it; bool, of their shape."""
        above = values > self.low if self.open_low else values >= self.low
        below = values < self.high if self.open_high else values <= self.high
        sound = np.isfinite(values) | (values == math.inf) if self.infinite else np.isfinite(values)
        return above & below & sound & ((values == np.floor(values)) | (not self.whole))


FINITE = Range("a finite number")
POSITIVE = Range("a finite number above 0", 0, open_low=True)
NOT_NEGATIVE = Range("a finite number, at least 0", 0)
AT_LEAST_ONE = Range("a finite number, at least 1", 1)
SHARE = Range("a number from 0 to 1", 0, 1)
BELOW_ONE = Range("a number, at least 0 and below 1", 0, 1, open_high=True)
UP_TO_ONE = Range("a number above 0 and at most 1", 0, 1, open_low=True)
ANY_COUNT = Range("a whole number, at least 0", 0, whole=True)  # of anything that Python counts
ANY_SIZE = Range("a whole number, at least 1", 1, whole=True)


def whole_from(low: int, high: int) -> Range:
    """The whole numbers from low to high."""
    return Range(f"a whole number from {low} to {high}", low, high, whole=True)


COUNT, COUNT_OR_NONE = whole_from(1, MOST_EPOCHS), whole_from(0, MOST_EPOCHS)


class Hyperparameter(NamedTuple):
    """A number of an optimizer or a schedule: what it may be, and what it is if not given; None: it must be given."""

    allowed: Range
    default: float | None = None
