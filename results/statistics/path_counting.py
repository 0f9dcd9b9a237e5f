"""Exact chances of a sequential sample of successes and failures, for every success rate at once, by counting paths.

A sample is looked at from time to time. It stops there, or goes on to a next look that depends only on its successes so far.
It stops at n trials with k successes with probability paths · pᵏ (1 − p)ⁿ⁻ᵏ. The number of paths does not depend on p, so
paths are counted once for all p. (J. R. Schultz et al., Biometrics 29 (1973) 293; J. Frey, The American Statistician 64
(2010) 242.)

Numbers of paths overflow. What is kept instead is `reached`: of all orders of k successes in n trials, the share that gets to
this look. Shares are multiplied by the chances of k at a rate near k ÷ n, convolved with those of the trials up to the next
look, and divided by the chances there. All terms are positive, so rounding stays at the relative size of float64.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

from ..arrays import Booleans, Floats, Integers

Stops = Callable[[Integers, int], Booleans]  # of successes at a number of trials: whether a sample stops
Next = Callable[[Integers, int], Integers]  # of successes at a place in the looks: the place of the next look

DEVIATIONS = 12.0  # beyond as many standard deviations binomial chances are 0
STRETCH = 20.0  # standard deviations of successes that share one rate
PIECES = 2000  # of the rates, at first
TINY = 1e-12


class Outcomes(NamedTuple):
    """Where a sample can stop, in increasing order of successes ÷ n, each array (outcomes,).

    successes, n: numbers of trials. log_paths: the natural logarithm of how many orders of successes and failures end here.
    """

    successes: Integers
    n: Integers
    log_paths: Floats

    def at(self, places: Integers | slice) -> "Outcomes":
        """Those at these places, in their order."""
        return Outcomes(self.successes[places], self.n[places], self.log_paths[places])

    def chances(self, rate: Floats | float) -> Floats:
        """Of each outcome at a success rate in (0, 1); they broadcast."""
        return np.exp(self.log_paths + self.successes * np.log(rate) + (self.n - self.successes) * np.log1p(-np.asarray(rate)))

    def expected_n(self, rate: float) -> float:
        """The mean number of trials at a success rate in (0, 1)."""
        return float(self.chances(rate) @ self.n)

    def coverage(self, low: Floats, high: Floats, rate: float) -> float:
        """The chance to stop at an outcome whose interval, low ... high, contains this success rate, in (0, 1)."""
        inside = (low <= rate) & (rate <= high)
        return float(self.chances(rate)[inside].sum())


def count_paths(looks: Integers, stops: Stops, following: Next) -> Outcomes:
    """The outcomes of a sample that is looked at after numbers of trials among `looks`.

    looks: increasing, (looks,); the first is always taken, and the last always stops. stops(successes, n): bool of the shape of
    successes, whole numbers. following(successes, place): for those that go on from looks[place], the place of their next look.
    Both must treat successes and failures alike: only half of the paths are counted, and mirrored.
    """
    log_factorial = gammaln(np.arange(int(looks[-1]) + 1) + 1.0)
    reached: dict[int, Floats] = {0: np.ones(int(looks[0]) + 1)}
    ended: list[tuple[Integers, int, Floats]] = []
    for place, n in enumerate(looks.tolist()):
        if place not in reached:
            continue
        share = reached.pop(place)
        successes = np.flatnonzero(share)
        stopped = stops(successes, n) | (place == len(looks) - 1)
        ended.append((successes[stopped], n, share[successes[stopped]]))
        left = successes[~stopped & (2 * successes <= n)]
        share[n // 2] /= 2 - n % 2  # the middle is its own mirror image
        if not len(left):
            continue
        for some, target in _alike(left, n, following(left, place)):
            later = int(looks[target])
            into = reached.setdefault(target, np.zeros(later + 1))
            first, arriving = _arriving(some, share[some], n, later, log_factorial)
            into[first : first + len(arriving)] += arriving
            into[::-1][first : first + len(arriving)] += arriving
    return _in_order(ended, log_factorial)


def _alike(successes: Integers, n: int, target: Integers) -> Iterator[tuple[Integers, int]]:
    """Runs of neighbouring successes with the same target that one rate can stand for, with that target."""
    stretch = 2 * np.sqrt(n) * np.arcsin(np.sqrt(successes / n)) // STRETCH
    ends = np.flatnonzero((np.diff(target) != 0) | (np.diff(stretch) != 0) | (np.diff(successes) > 1)) + 1
    for begin, end in zip([0, *ends], [*ends, len(successes)], strict=True):
        yield successes[begin:end], int(target[begin])


def _arriving(successes: Integers, share: Floats, n: int, later: int, log_factorial: Floats) -> tuple[int, Floats]:
    """The fewest successes at `later` trials that neighbouring successes at n trials lead to, and the shares from there on."""
    more = later - n
    rate = (successes[0] + successes[-1] + 1) / (2 * n + 2)

    def chances(k: Integers, trials: int) -> Floats:
        ways = log_factorial[trials] - log_factorial[k] - log_factorial[trials - k]
        return np.exp(ways + xlogy(k, rate) + xlog1py(trials - k, -rate))

    ends = successes[[0, -1]]
    share_there = (ends + 1) / (n + 2)
    reach = DEVIATIONS * (np.sqrt(more * share_there * (1 - share_there) * later / n) + 1)
    fewest = max(int(ends[0] * more / n - reach[0]) - int(ends[1] - ends[0]), 0)
    most = min(int(ends[1] * more / n + reach[1]) + int(ends[1] - ends[0]), more)
    gained = np.arange(fewest, most + 1)
    arriving = np.convolve(share * chances(successes, n), chances(gained, more))
    first = int(ends[0]) + fewest
    return first, arriving / chances(np.arange(first, first + len(arriving)), later)


def _in_order(ended: list[tuple[Integers, int, Floats]], log_factorial: Floats) -> Outcomes:
    k = np.concatenate([successes for successes, _, _ in ended])
    n = np.repeat([n for _, n, _ in ended], [len(successes) for successes, _, _ in ended])
    log_paths = (
        np.log(np.concatenate([share for *_, share in ended])) + log_factorial[n] - log_factorial[k] - log_factorial[n - k]
    )
    order = np.argsort(k / n, kind="stable")
    return Outcomes(k, n, log_paths).at(order)


def covers(outcomes: Outcomes, low: Floats, high: Floats, confidence: float) -> bool:
    """Whether the intervals low ... high, (outcomes,), contain every success rate in (0, 1/2] with at least this probability.

    This holds for all rates, not for those of a grid. Between two rates l < u the coverage is nowhere below the chance f to
    stop where the interval contains both, and f is nowhere below the lesser of f(l) and f(u) minus (u − l)² ÷ 8 times the
    largest |f″|. That is at most the information on p in a sample, the mean n ÷ (p (1 − p)): f″ is the mean over these
    outcomes of the score's square plus its slope, and over all outcomes the one is the information, the other its negative.
    Where the bound is too low, the halves are looked at.
    """
    order = np.argsort(low, kind="stable")
    outcomes, low, high = outcomes.at(order), low[order], high[order]
    widest = float((high - low).max())
    most = float(outcomes.n.max())
    rates = np.sin(np.linspace(0, np.pi / 4, PIECES + 1)) ** 2
    rates[0] = TINY
    pieces = list(zip(rates[:-1].tolist(), rates[1:].tolist(), strict=True))
    while pieces:
        first, last = pieces.pop()
        near = slice(*np.searchsorted(low, [first - widest, last], "right"))
        there = outcomes.at(near)
        both = (low[near] <= first) & (high[near] >= last)
        least = min(float(there.chances(rate)[both].sum()) for rate in (first, last))
        if least - (last - first) ** 2 / 8 * most / (first * (1 - first)) >= confidence:
            continue
        middle = (first + last) / 2
        if there.coverage(low[near], high[near], middle) < confidence or last - first < TINY:
            return False
        pieces += [(first, middle), (middle, last)]
    return True
