"""What a number may be. Each setting declares its range once; the kernels, the spec and the documentation read it there."""

import math
from typing import NamedTuple

import numpy as np

MOST_EPOCHS = 2**31 - 2


class Range(NamedTuple):
    """What a number may be: between low and high, the ends included unless open; whole numbers only if `whole`.

    words: the same, as the end of a sentence that begins "must be".
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
        above = values > self.low if self.open_low else values >= self.low
        below = values < self.high if self.open_high else values <= self.high
        sound = np.isfinite(values) | (values == math.inf) if self.infinite else np.isfinite(values)
        return bool(np.all(above & below & sound & ((values == np.floor(values)) | (not self.whole))))


FINITE = Range("finite")
POSITIVE = Range("finite and above 0", 0, open_low=True)
NOT_NEGATIVE = Range("finite and at least 0", 0)
AT_LEAST_ONE = Range("finite and at least 1", 1)
SHARE = Range("from 0 to 1", 0, 1)
BELOW_ONE = Range("at least 0 and below 1", 0, 1, open_high=True)
UP_TO_ONE = Range("above 0 and at most 1", 0, 1, open_low=True)
ANY_COUNT = Range("a whole number, at least 0", 0, whole=True)  # of anything that Python counts
COUNT = Range(f"a whole number from 1 to {MOST_EPOCHS}", 1, MOST_EPOCHS, whole=True)
COUNT_OR_NONE = Range(f"a whole number from 0 to {MOST_EPOCHS}", 0, MOST_EPOCHS, whole=True)


class Hyperparameter(NamedTuple):
    """A number of an optimizer or a schedule: what it may be, and what it is if not given; None: it must be given."""

    allowed: Range
    default: float | None = None
