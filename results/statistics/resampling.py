"""How often a resample draws each of some things, and the ends of intervals from the statistics of resamples."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..arrays import Booleans, Floats, Integers

RESAMPLES = 1000
AT_ONCE = 2**21  # counts in memory


class Interval(NamedTuple):
    """Estimates with their intervals; arrays of one shape."""

    estimate: Floats
    low: Floats
    high: Floats

    def columns(self, name: str) -> dict[str, Floats]:
        """As columns of a table: `name`, and its ends `name`_low and `name`_high."""
        return {name: self.estimate, f"{name}_low": self.low, f"{name}_high": self.high}

    def known(self, known: Booleans) -> "Interval":
        """With nan in place of what is not known."""
        return Interval(*(np.where(known, of, np.nan) for of in self))


def resampled(
    things: int, resamples: int, rng: np.random.Generator, *, among: int | None = None, at_once: int | None = None
) -> Iterator[Integers]:
    """How often each thing is drawn when as many are drawn as there are, with replacement: some of the resamples at a time.

    Arrays (some, things). among: how many there are, if they are more than these things. at_once: resamples in an array; by
    default as many as AT_ONCE counts allow.
    """
    among = things if among is None else among
    at_once = max(AT_ONCE // max(things, 1), 1) if at_once is None else at_once
    chances = np.append(np.full(things, 1 / among), 1 - things / among)[: things + (among > things)]
    for begin in range(0, resamples, at_once):
        yield rng.multinomial(among, chances, min(at_once, resamples - begin))[:, :things]


def in_order(drawn: Floats, unknown: float) -> Floats:
    """What resamples gave, along the first axis, in rising order; what is nan could be anything, and counts as `unknown`."""
    return np.sort(np.where(np.isnan(drawn), unknown, drawn), axis=0)


def percentiles(drawn: Floats, tail: float, least: float = -np.inf, most: float = np.inf) -> tuple[Floats, Floats]:
    """The ends of the interval that leaves a share `tail` of the resamples out on either side, (low, high).

    What is nan counts as `least` for the lower end, as `most` for the upper.
    """
    end = max(int((len(drawn) + 1) * tail), 1)  # this one of the resamples, from below and from above
    return in_order(drawn, least)[end - 1], in_order(drawn, most)[-end]
