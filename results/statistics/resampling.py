"""How often a resample draws each of some things, and the ends of intervals from the statistics of resamples."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..arrays import Booleans, Floats, Integers

RESAMPLES = 1000
AT_ONCE = 2**21  # counts in memory at a time


class Interval(NamedTuple):
    """Estimates with their intervals, as arrays of the same shape."""

    estimate: Floats
    low: Floats
    high: Floats

    def columns(self, name: str) -> dict[str, Floats]:
        """As columns of a table: `name`, and its ends `name`_low and `name`_high."""
        return {name: self.estimate, f"{name}_low": self.low, f"{name}_high": self.high}

    def known(self, known: Booleans) -> "Interval":
        """The same with nan for what is not known."""
        return Interval(*(np.where(known, of, np.nan) for of in self))


def resampled(
    things: int, resamples: int, rng: np.random.Generator, *, among: int | None = None, at_once: int | None = None
) -> Iterator[Integers]:
    """How often resamples draw each thing, if they draw as many as there are with replacement; a part of them at a time.

    Yields arrays (some, things). among: how many things there are, if more than these. at_once: the resamples per array; by
    default as many as AT_ONCE counts allow.
    """
    among = things if among is None else among
    at_once = max(AT_ONCE // max(things, 1), 1) if at_once is None else at_once
    chances = np.append(np.full(things, 1 / among), 1 - things / among)[: things + (among > things)]
    for begin in range(0, resamples, at_once):
        yield rng.multinomial(among, chances, min(at_once, resamples - begin))[:, :things]


def in_order(drawn: Floats, unknown: float) -> Floats:
    """The results of resamples, sorted along the first axis. nan could be anything, and counts as `unknown`."""
    return np.sort(np.where(np.isnan(drawn), unknown, drawn), axis=0)


def percentiles(drawn: Floats, tail: float, least: float = -np.inf, most: float = np.inf) -> tuple[Floats, Floats]:
    """The ends (low, high) of the interval that leaves out a share `tail` of the resamples on either side.

    nan counts as `least` for the lower end and as `most` for the upper.
    """
    end = max(int((len(drawn) + 1) * tail), 1)  # the place of this resample, counted from below and from above
    return in_order(drawn, least)[end - 1], in_order(drawn, most)[-end]
