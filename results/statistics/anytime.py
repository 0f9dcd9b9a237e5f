"""Success rates and medians with intervals that hold at every look at once, however often somebody looks and why one stops.

The chance that the interval of any number of trials, 1, 2, 3, ... without end, misses the truth is at most 5 %. For a success
rate p after k successes in n trials, the likelihood of p is compared with its mean over rates that might be true instead,

    E(p) = B(a + k, b + n − k) ÷ (B(a, b) · pᵏ (1 − p)ⁿ⁻ᵏ),    a = τ(p) p + ½,  b = τ(p) (1 − p) + ½,

which at the true p is a martingale that starts at 1, and exceeds 20 in only one of 20 samples (J. Ville 1939; H. Robbins, Ann.
Math. Statist. 41 (1970) 1397). The interval contains the p with E(p) < 20. τ says how far away the other rates are: their
standard deviation is about 0.9 half-widths, for which the interval becomes narrow enough soonest. (S. R. Howard, A. Ramdas,
J. McAuliffe and J. Sekhon, Ann. Statist. 49 (2021) 1055: the beta-binomial mixture, and its tuning.)
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, xlog1py, xlogy

from ..arrays import Booleans, Floats, Integers
from .groups import CONFIDENCE
from .looks import check_half_width, check_trials, ladder, next_looks

HALVINGS = 50  # of the range in which an end lies
TUNED = 1.15  # half-widths squared over the variance of the other rates
TRIALS_OVER_PRIOR = 8.0  # how many times as many trials as the weight of the prior the mixture is tuned for


def log_mixture(successes: npt.ArrayLike, n: npt.ArrayLike, rate: npt.ArrayLike, weight: npt.ArrayLike) -> Floats:
    """The logarithm of E(rate), of the shape to which the arguments broadcast. weight: τ, in trials; rate: in (0, 1)."""
    k, n, p, tau = (np.asarray(of, np.float64) for of in (successes, n, rate, weight))
    a, b = tau * p + 0.5, tau * (1 - p) + 0.5
    return betaln(a + k, b + n - k) - betaln(a, b) - xlogy(k, p) - xlog1py(n - k, -p)


@dataclass(frozen=True)
class Anytime:
    """A success rate to within half_width, in (0, 0.5), from minimum ... maximum trials, at least 1."""

    half_width: float
    minimum: int
    maximum: int

    def __post_init__(self) -> None:
        check_half_width(self.half_width)
        check_trials(self.minimum, self.maximum)

    @cached_property
    def looks(self) -> Integers:
        """Numbers of trials at which to look, increasing; the guarantee needs no plan, but whoever repeats a sample does."""
        return ladder(self.minimum, self.maximum)

    def interval(self, successes: npt.ArrayLike, n: npt.ArrayLike) -> tuple[Floats, Floats]:
        """The ends (low, high) of the interval after as many successes in n trials; arrays that broadcast. n of 0: (0, 1)."""
        k, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(n, np.float64))
        estimate = np.divide(k, n, out=np.full(k.shape, 0.5), where=n > 0)
        low = np.where(k > 0, self._end(k, n, np.zeros_like(estimate), estimate), 0.0)
        high = np.where(k < n, self._end(k, n, np.ones_like(estimate), estimate), 1.0)
        return low, high

    def precise(self, successes: npt.ArrayLike, n: npt.ArrayLike) -> Booleans:
        """Whether the interval is at most twice half_width wide; arrays that broadcast."""
        low, high = self.interval(successes, n)
        return high - low <= 2 * self.half_width

    def next_look(self, successes: npt.ArrayLike, n: npt.ArrayLike) -> Integers:
        """After how many trials to look next at samples that are not precise yet, (samples,); n: in `looks`, not the last."""
        return next_looks(self.looks, successes, n, self.precise)

    def _end(self, k: Floats, n: Floats, outside: Floats, inside: Floats) -> Floats:
        """Where E(rate) reaches 20 between a rate that is refused and one that is not: the side that is refused."""
        for _ in range(HALVINGS):
            middle = (outside + inside) / 2
            weight = TUNED * middle * (1 - middle) / self.half_width**2
            refused = log_mixture(k, n, middle, weight) >= -np.log1p(-CONFIDENCE)
            outside, inside = np.where(refused, middle, outside), np.where(refused, inside, middle)
        return outside
