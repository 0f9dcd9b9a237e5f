"""Power laws through medians: straight lines through their logarithms, and what other seeds would give.

The lines are fitted by ordinary least squares, with the same weight for every level. A power law is at best approximately true,
and weights would let the levels with the steadiest medians decide which part of the curve the line fits. The seeds were drawn
at random and are the same in every cell, so the bootstrap draws seeds with all their runs. A seed that is slow at one level is
slow at the next, and drawing the cells separately would hide that.
"""

from typing import NamedTuple

import numpy as np

from ..arrays import Booleans, Floats, Integers
from .resampling import resampled
from .survival import risk_sets, weighted_medians

MOST_AT_ONCE = 500_000  # weights of runs in memory at a time


class Lines(NamedTuple):
    """Lines of log y on log x: the slope, and the height at log x = 0. nan if fewer than two points are used."""

    slope: Floats
    height: Floats

    def at(self, x: Floats) -> Floats:
        """The logarithms of the lines, (..., curves), at x, (curves, points), as (..., curves, points)."""
        return self.height[..., None] + self.slope[..., None] * x


def lines_through(x: Floats, y: Floats, used: Booleans) -> Lines:
    """Lines (...,) by least squares through points (..., levels). x: logarithms, (levels,). used: which points count."""
    used = used & np.isfinite(y) & (y > 0)
    count = used.sum(axis=-1)
    y = np.log(np.where(used, y, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = [np.sum(used * part, axis=-1) / count for part in (x, y)]
        away = used * (x - middle[0][..., None])
        slope = np.where(count >= 2, np.sum(away * y, axis=-1) / np.sum(away**2, axis=-1), np.nan)
    return Lines(slope, middle[1] - slope * middle[0])


class Runs(NamedTuple):
    """Runs, as arrays (runs,): cell and seed of each, whole numbers from 0; its epochs, and how it ended, as for curves."""

    cell: Integers
    seed: Integers
    epochs: Integers
    converged: Booleans
    capped: Booleans

    def of(self, cells: Booleans) -> "Runs":
        """The runs of some cells, with these cells numbered anew."""
        mine = cells[self.cell]
        number = (np.cumsum(cells) - 1)[self.cell[mine]]
        return Runs(number, self.seed[mine], self.epochs[mine], self.converged[mine], self.capped[mine])


def drawn_medians(runs: Runs, used: Booleans, seeds: int, rng: np.random.Generator, resamples: int) -> Floats:
    """Kaplan-Meier medians in draws of as many seeds as there are, (resamples, cells); inf if there is none or it is unused."""
    some = runs.of(used)
    sets = risk_sets(some.cell, some.epochs, some.converged, some.capped)
    seed = some.seed[sets.order]
    median = np.full((resamples, len(used)), np.inf)
    draws = resampled(seeds, resamples, rng, at_once=max(MOST_AT_ONCE // max(len(seed), 1), 1))
    median[:, used] = np.concatenate([weighted_medians(sets, often[:, seed], int(used.sum())) for often in draws])
    return median


def ends_of(x: Floats, used: Booleans) -> tuple[Floats, Floats]:
    """The first and the last of x, (levels,), that each curve uses, (curves, levels); nan where it uses none."""
    first, last = x[used.argmax(axis=1)], x[::-1][used[:, ::-1].argmax(axis=1)]
    some = used.any(axis=1)
    return np.where(some, first, np.nan), np.where(some, last, np.nan)


def farthest(x: Floats, y: Floats, used: Booleans, lines: Lines) -> Floats:
    """The largest distance of a used point's logarithm from its line, (curves,)."""
    off = np.abs(np.log(np.where(used, y, 1)) - lines.height[:, None] - lines.slope[:, None] * x)
    return np.max(np.where(used | np.isnan(off), off, 0), axis=1)
