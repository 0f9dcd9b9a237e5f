"""The difference of two success rates of paired runs, with an interval that holds at every look at once.

A pair counts x = −1 if only the first run converged, 1 if only the second did, else 0. Whoever bets a share λ of their money on
every pair, on a mean above δ, has after b pairs of −1 and c of 1 among n

    K(δ, λ) = (1 + λ (1 − δ))ᶜ (1 − λ (1 + δ))ᵇ (1 − λ δ)ⁿ⁻ᵇ⁻ᶜ

times what they began with. If δ is the difference, no bet gains on average, and neither does E(δ), the mean of K over some λ of
either sign; so it ever exceeds 20 in at most one of 20 samples. The interval contains the δ with E(δ) < 20. What share is best
depends on how many pairs differ, which nobody knows beforehand; so the λ double from the difference asked for up to a half.

E(0) depends on the pairs that differ alone: it is a test of equal success that allows looks, as McNemar's does not.

I. Waudby-Smith and A. Ramdas, J. Roy. Statist. Soc. B 86 (2024) 1, section 4 (betting). There is no second guarantee for
stopping alone: when an interval becomes narrow depends on two unknown numbers, the rates of both kinds of pairs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp, xlog1py

from ..arrays import Booleans, Floats, Integers
from .groups import CONFIDENCE
from .looks import check_trials, quarters

HALVINGS = 50  # of the range in which an end lies


@dataclass(frozen=True)
class PairedDifference:
    """Whether success rates differ, unless by less than `difference`, in (0, 1/2), from minimum ... maximum pairs."""

    difference: float
    minimum: int
    maximum: int

    def __post_init__(self) -> None:
        if not 0 < self.difference < 0.5:
            raise ValueError(f"difference {self.difference}: must be above 0 and below 0.5")
        check_trials(self.minimum, self.maximum)

    @cached_property
    def looks(self) -> Integers:
        """Numbers of pairs at which to look, increasing; the guarantee needs no plan, but whoever repeats a sample does."""
        return quarters(self.minimum, self.maximum)

    @cached_property
    def shares(self) -> Floats:
        """λ, (shares,): doubling from `difference` to at most 1/2, of either sign."""
        doubled = [self.difference * 2**power for power in range(int(np.log2(0.5 / self.difference)) + 1)]
        return np.array([-share for share in doubled] + doubled, np.float64)

    def log_evidence(
        self, only_first: npt.ArrayLike, only_second: npt.ArrayLike, pairs: npt.ArrayLike, difference: npt.ArrayLike = 0.0
    ) -> Floats:
        """The logarithm of E(difference), of the shape to which the arguments broadcast.

        only_first, only_second: the numbers of pairs in which only that run converged; pairs: of all pairs. difference: the
        success rate of the second minus that of the first, in (-1, 1).
        """
        b, c, n, delta = (np.asarray(of, np.float64)[..., None] for of in (only_first, only_second, pairs, difference))
        bet = self.shares
        money = xlog1py(c, bet * (1 - delta)) + xlog1py(b, -bet * (1 + delta)) + xlog1py(n - b - c, -bet * delta)
        return logsumexp(money, axis=-1) - np.log(len(bet))

    def interval(self, only_first: npt.ArrayLike, only_second: npt.ArrayLike, pairs: npt.ArrayLike) -> tuple[Floats, Floats]:
        """The ends (low, high) of the interval of the difference, in [-1, 1]; arrays as of `log_evidence`. No pair: (-1, 1)."""
        b, c, n = np.broadcast_arrays(*(np.asarray(of, np.float64) for of in (only_first, only_second, pairs)))
        inside = (c - b) / np.maximum(n, 1)
        return self._end(b, c, n, -1.0, inside), self._end(b, c, n, 1.0, inside)

    def precise(self, low: npt.ArrayLike, high: npt.ArrayLike) -> Booleans:
        """Whether an interval answers: it does not contain 0, or lies within ± difference. Arrays that broadcast."""
        low, high = np.asarray(low), np.asarray(high)
        return (low > 0) | (high < 0) | ((low >= -self.difference) & (high <= self.difference))

    def _end(self, b: Floats, c: Floats, n: Floats, outside: float, inside: Floats) -> Floats:
        refused = np.full(b.shape, outside)
        for _ in range(HALVINGS):
            middle = (refused + inside) / 2
            out = self.log_evidence(b, c, n, middle) >= -np.log1p(-CONFIDENCE)
            refused, inside = np.where(out, middle, refused), np.where(out, inside, middle)
        return refused
