"""Median epochs to convergence with intervals that account for looks, and that a sample may stop for.

A median m splits the runs like a fair coin, whatever the distribution of epochs, ties included: there are throws of which the
first n have W heads with #{epochs < m} ≤ W ≤ #{epochs ≤ m}, at every n. So as long as W stays in l ... n − l, the l-th
smallest and the l-th largest epochs have m between them. How far W strays does not depend on the runs, so it does not matter
why one stops. The guarantees differ in when a look is allowed, and therefore in l:

- planned looks, at a quarter more runs each: |2 W − n| ≤ z √n at all of them with probability 0.95, with the least such z, by
  counting paths;
- any time: at all n = 1, 2, 3, ... without end the mixture of `anytime` stays below 20 with probability 0.95.

Nobody can promise exactly 95 % at stopping alone, as `fixed_width` does for rates: when the ratio of the ends becomes small
depends on the whole distribution of epochs. The guarantee at all planned looks is stronger than that one, and takes more
runs.

A run that is capped is longer than its limit, and one that never converges longer than any. Both count as inf, above all that
converge, so that an end that falls on them is inf. That is all that is known, if the runs of a group have the same limit.

S. R. Howard and A. Ramdas, Sequential estimation of quantiles, Bernoulli 28 (2022) 1704, section 2.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from ..arrays import Booleans, Floats, Integers
from .anytime import TRIALS_OVER_PRIOR, log_mixture
from .groups import CONFIDENCE
from .looks import check_trials, quarters
from .path_counting import count_paths

TOLERANCE = 0.001  # of z


@dataclass(frozen=True)
class Median:
    """A median whose interval has ends of at most this ratio, above 1, from minimum ... maximum runs, minimum at least 1.

    anytime: whether the interval holds at every number of runs, or at `looks` alone.
    """

    ratio: float
    minimum: int
    maximum: int
    anytime: bool

    def __post_init__(self) -> None:
        if not 1 < self.ratio < np.inf:
            raise ValueError(f"ratio {self.ratio}: must be a finite number above 1")
        check_trials(self.minimum, self.maximum)

    @cached_property
    def looks(self) -> Integers:
        """Planned numbers of runs, increasing, from minimum to maximum."""
        return quarters(self.minimum, self.maximum)

    def rank(self, n: int) -> int:
        """l of n runs: the interval is from the l-th smallest to the l-th largest epochs. 0: nothing is known yet.

        n at least 1. ValueError if the guarantee is for looks, and n is none.
        """
        heads = np.arange(n // 2 + 1)
        if self.anytime:
            weight = np.sqrt(self.minimum * self.maximum) / TRIALS_OVER_PRIOR
            return int(np.count_nonzero(log_mixture(heads, n, 0.5, weight) >= -np.log1p(-CONFIDENCE)))
        if n not in self.looks:
            raise ValueError(f"{n} runs: must be a planned look, {', '.join(map(str, self.looks))}")
        return int(np.count_nonzero(n - 2 * heads > planned_deviation(self.minimum, self.maximum) * np.sqrt(n)))

    def interval(self, group: Integers, epochs: Integers, converged: Booleans, groups: int) -> tuple[Floats, Floats]:
        """The ends (low, high) of the interval of each group's median, in epochs, (groups,).

        group: whole numbers from 0, (runs,); epochs, converged: (runs,). 0 and inf where nothing is known. Both ends inf: fewer
        than half of the runs converge within their limit. ValueError as of `rank`.
        """
        times = np.where(converged, np.asarray(epochs, np.float64), np.inf)
        times = times[np.lexsort((times, group))]
        sizes = np.bincount(group, minlength=groups)
        begins = np.cumsum(sizes) - sizes
        low, high = np.zeros(groups), np.full(groups, np.inf)
        for n in np.unique(sizes[sizes > 0]).tolist():
            rank = self.rank(n)
            if rank:
                same = sizes == n
                low[same], high[same] = times[begins[same] + rank - 1], times[begins[same] + n - rank]
        return low, high

    def precise(self, low: npt.ArrayLike, high: npt.ArrayLike) -> Booleans:
        """Whether intervals are narrow enough: their ends have at most this ratio, or are both inf. Arrays that broadcast."""
        low, high = np.asarray(low, np.float64), np.asarray(high, np.float64)
        return (high <= self.ratio * low) & (low > 0)


@lru_cache
def planned_deviation(minimum: int, maximum: int) -> float:
    """The least z, to within 0.001, for which |2 W − n| ≤ z √n at all planned looks with at least 95 % probability."""
    looks = quarters(minimum, maximum)

    def stays(z: float) -> bool:
        outcomes = count_paths(
            looks, lambda heads, n: np.abs(2 * heads - n) > z * np.sqrt(n), lambda heads, place: heads * 0 + place + 1
        )
        inside = np.abs(2 * outcomes.successes - outcomes.n) <= z * np.sqrt(outcomes.n)
        return float(outcomes.chances(0.5)[inside].sum()) >= CONFIDENCE

    low, high = 1.0, 5.0
    while high - low > TOLERANCE:
        middle = (low + high) / 2
        low, high = (low, middle) if stays(middle) else (middle, high)
    return high
