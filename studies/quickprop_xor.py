"""XOR by quickprop, 10,000 trials: the histogram of epochs, the failures, the mean and the standard deviation.

    python studies/quickprop_xor.py [--out DIR]

The histograms are compared by a chi-squared test of two samples. Epochs are merged from the left until a bin expects 20 trials
of each sample, that is, half of what both samples have there; 41 to 99 and the failures are bins of their own. A trial that the
hundredth update solves counts as failed, because the published histogram ends at 99. The other numbers are compared by their
difference, divided by the standard error of a difference of two independent samples. Fahlman's higher moments are unknown, so
ours take their place.
"""

import math
from pathlib import Path

import numpy as np
from scipy.stats import chi2_contingency

from common import Check, command, concluded, published, run

FEWEST, LEAST_P, MOST_Z = 20, 0.001, 3.3


def histogram(epochs: np.ndarray, first: int, count: int, limit: int) -> np.ndarray:
    """Counts of trials: fewer than `first` epochs, each of the next `count` epochs, more epochs, and exactly the limit."""
    edges = [0, *range(first, first + count + 1), limit, limit + 1]
    return np.histogram(epochs, edges)[0]


def merged(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Both histograms as an array (2, bins), with neighbours merged from the left until each bin expects enough trials."""
    bins, pair = [], np.zeros(2, np.int64)
    for both in zip(ours, theirs, strict=True):
        pair = pair + both
        if pair.sum() / 2 >= FEWEST:
            bins.append(pair)
            pair = np.zeros(2, np.int64)
    bins[-1] = bins[-1] + pair
    return np.array(bins).T


def compare(epochs: np.ndarray) -> list[Check]:
    """Compare the epochs of our trials, in which failures have the limit, with the published numbers."""
    told = published("quickprop_xor")
    n, limit = told["trials"], told["limit"]
    theirs = np.array([0, *told["counts"], told["later"], told["failures"]])
    both = merged(histogram(epochs, told["first"], len(told["counts"]), limit), theirs)
    chi2, p, freedom, _ = chi2_contingency(both, correction=False)
    failures, mean, sd = int(np.sum(epochs >= limit)), float(np.mean(epochs)), float(np.std(epochs, ddof=1))
    rate = (failures + told["failures"]) / (len(epochs) + n)
    size = 1 / len(epochs) + 1 / n
    spread = np.mean((epochs - mean) ** 4) - sd**4
    return [
        Check(
            "histogram of epochs",
            f"{n:,} trials",
            f"{len(epochs):,} trials",
            f"chi-squared {chi2:.1f}, {freedom} degrees of freedom: p = {p:.3g} > {LEAST_P}",
            bool(p > LEAST_P),
        ),
        _by_z("failures", told["failures"] / n, failures / len(epochs), math.sqrt(rate * (1 - rate) * size), ".4f"),
        _by_z("mean", told["mean"], mean, math.sqrt(told["sd"] ** 2 / n + sd**2 / len(epochs)), ".2f"),
        _by_z("standard deviation", told["sd"], sd, math.sqrt(spread * size) / (2 * sd), ".2f"),
    ]


def _by_z(what: str, theirs: float, ours: float, error: float, form: str) -> Check:
    z = (ours - theirs) / error
    return Check(what, format(theirs, form), format(ours, form), f"z = {z:+.2f}, |z| < {MOST_Z}", abs(z) < MOST_Z)


def study(spec: Path, out: Path) -> bool:
    """Run, compare, print."""
    epochs = run(spec, out).table["epochs"].to_numpy()
    return concluded(published("quickprop_xor")["source"], compare(epochs))


if __name__ == "__main__":
    command(study, __file__, __doc__)
