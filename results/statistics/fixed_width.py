"""Success rates to within ± a half-width that is given beforehand, from about as few trials as that takes.

After k successes in n trials, with z for its confidence, the interval has Wilson's centre, and half as wide as it is

    centre = (k + z²/2) ÷ (n + z²),    width(k, n) = z √(r (1 − r) ÷ n)  with  r = (k + s) ÷ (n + 2 s).

A sample ends at the first of its looks (`looks`) at which the width is at most h, and its interval is then centre ± h. If it
comes to the maximum of trials before, its interval is centre ± width. Who stops when an interval is narrow stops too early by
luck now and then, so with z = 1.96 too few intervals would contain p. z is the first of 1.98, 1.985, ... for which the
interval *at stopping* contains p in at least 95 % of the samples, for every p, by counting paths. (J. Frey, Fixed-width
sequential confidence intervals for a proportion, The American Statistician 64 (2010) 242, adjusts the level so, with a look
after every trial.)

The guarantee is for intervals at stopping alone: one that is looked at on the way, or after more trials, has none.

What it costs is the mean number of trials, here divided by those of a sample that somebody who knew p planned for Wilson's
interval of the same width: for h = 0.01 and a minimum of 100 it is 1.04 at p = 0.5, 1.05 at 0.1, 1.10 at 0.01 and 1.24 at
0.001, where Wilson's contains p too seldom. Looks at a quarter more trials each would alone cost 1.12, since most samples
pass what is enough.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from ..arrays import Booleans, Floats, Integers
from .groups import CONFIDENCE
from .looks import check_half_width, check_trials, ladder, next_looks, next_place
from .path_counting import Outcomes, count_paths, covers

# s of the equations above. Less of it saves trials where almost none or all succeed, but costs some everywhere else, since z
# grows; this gives about as many trials at 1 in 10 as at 1 in 2, relative to a sample of planned size.
ADDED = 1.4
AHEAD = 1.01  # a look comes a little before the sample is expected to be precise: it may have been lucky
ROUNDED = 1 + 1e-12  # widths that differ by less are equal
START, STEP = 1.98, 0.005  # the z that are tried


@dataclass(frozen=True)
class FixedWidth:
    """A success rate to within half_width from minimum ... maximum trials; `fixed_width` finds z, its standard deviations."""

    half_width: float
    minimum: int
    maximum: int
    z: float

    @cached_property
    def narrow(self) -> float:
        """The half-width of intervals at stopping: half_width, or less if the minimum of trials gives less for every rate."""
        return min(self.half_width, self.z / 2 / np.sqrt(self.minimum))

    @cached_property
    def looks(self) -> Integers:
        """Numbers of trials at which to look, increasing; at the last all samples are precise, or it is the maximum."""
        most = int(np.ceil((self.z / 2 / self.narrow) ** 2 / ROUNDED))
        return ladder(self.minimum, max(min(most, self.maximum), self.minimum))

    def width(self, successes: npt.ArrayLike, n: npt.ArrayLike) -> Floats:
        """Half the width of the interval; arrays that broadcast, n at least 1."""
        k, n = np.asarray(successes, np.float64), np.asarray(n, np.float64)
        rate = (k + ADDED) / (n + 2 * ADDED)
        return self.z * np.sqrt(rate * (1 - rate) / n)

    def precise(self, successes: npt.ArrayLike, n: npt.ArrayLike) -> Booleans:
        """Whether samples with as many successes in n trials are narrow enough to end; arrays that broadcast."""
        return self.width(successes, n) <= self.narrow * ROUNDED

    def interval(self, successes: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Floats, Floats]:
        """The ends (low, high) of the interval of samples that ended so; arrays that broadcast, n at least 1."""
        k, n = np.asarray(successes, np.float64), np.asarray(n, np.float64)
        centre = (k + self.z**2 / 2) / (n + self.z**2)
        half = np.maximum(self.width(k, n), self.narrow)
        low = np.where(k == 0, 0.0, np.maximum(centre - half, 0))
        return low, np.where(k == n, 1.0, np.minimum(centre + half, 1))

    def next_look(self, successes: npt.ArrayLike, n: npt.ArrayLike) -> Integers:
        """After how many trials to look next at samples that are not precise yet, (samples,); n: in `looks`, not the last."""
        return next_looks(self.looks, successes, n, self._nearly)

    def outcomes(self) -> Outcomes:
        """Where samples can end, and with which chance at which rate. Takes a second for a half-width of 0.01."""
        return count_paths(
            self.looks, self.precise, lambda successes, place: next_place(self.looks, place, successes, self._nearly)
        )

    def holds(self) -> bool:
        """Whether the interval at stopping contains every success rate with at least 95 % probability."""
        outcomes = self.outcomes()
        return covers(outcomes, *self.interval(outcomes.successes, outcomes.n), CONFIDENCE)

    def _nearly(self, successes: npt.ArrayLike, n: npt.ArrayLike) -> Booleans:
        return self.width(successes, n) <= AHEAD * self.narrow


@lru_cache
def fixed_width(half_width: float, minimum: int, maximum: int) -> FixedWidth:
    """The rule for a half-width in (0, 0.5) and minimum ... maximum trials, minimum at least 1.

    ValueError for others. Takes five seconds for a half-width of 0.01, once per process.
    """
    check_half_width(half_width)
    check_trials(minimum, maximum)
    z = START
    while not FixedWidth(half_width, minimum, maximum, z).holds():
        z = round(z + STEP, 3)
    return FixedWidth(half_width, minimum, maximum, z)
