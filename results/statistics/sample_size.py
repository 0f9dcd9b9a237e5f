"""How many seeds a question needs."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from backsweep.ranges import Range

from ..arrays import Floats
from .groups import CONFIDENCE

POWER = 0.8
HALF_WIDTHS = Range("a number above 0 and below 0.5", 0, 0.5, open_low=True, open_high=True)
POWERS = Range("a number above 0 and below 1", 0, 1, open_low=True, open_high=True)


def pairs_to_tell_apart(
    only_first: npt.ArrayLike, only_second: npt.ArrayLike, alpha: float = 0.05, power: float = POWER
) -> Floats:
    """Seeds that two settings run both, so that McNemar's two-sided test at level alpha finds their success different.

    only_first, only_second: shares of the seeds with which that setting alone converges, in [0, 1], that broadcast; whole
    numbers of their shape, as float64: inf for equal shares.

    R. J. Connor, Biometrics 43 (1987) 207, equation 1.
    """
    b, c = _rates(only_first), _rates(only_second)
    spread = _z(1 - alpha / 2) * np.sqrt(b + c) + _z(power) * np.sqrt(b + c - (b - c) ** 2)
    return _seeds(spread, b - c)


def seeds_to_half_width(rate: npt.ArrayLike, half_width: npt.ArrayLike, confidence: float = CONFIDENCE) -> Floats:
    """The fewest seeds of which the success rate has a Wilson interval of at most `half_width` to each side of its centre.

    rate: as it will be found, in [0, 1]; half_width: in (0, 0.5); they broadcast. Whole numbers of their shape, as float64.
    The half-width of `statistics.wilson_interval` set equal to half_width is a quadratic equation in the seeds.
    """
    p, h = _rates(rate), np.asarray(half_width, np.float64)
    if not HALF_WIDTHS.admits(h):
        raise ValueError(f"half_width = {half_width}: must be {HALF_WIDTHS.words}")
    z2 = _z(0.5 + confidence / 2) ** 2
    halved = z2 * (h**2 - p * (1 - p) / 2)  # half of the linear coefficient
    constant = z2**2 * h**2 - z2**2 / 4
    return np.ceil((np.sqrt(halved**2 - h**2 * constant) - halved) / h**2)


def more_seeds(needed: npt.ArrayLike, there: npt.ArrayLike) -> Floats:
    """How many seeds are still to be run: those needed minus those that are there, at least 0. The arguments broadcast."""
    return np.maximum(np.asarray(needed, np.float64) - np.asarray(there, np.float64), 0)


def _z(probability: float) -> float:
    if not POWERS.admits(np.asarray(probability)):
        raise ValueError(f"{probability:g}: alpha, power and confidence must each be {POWERS.words}")
    return float(ndtri(probability))


def _rates(rate: npt.ArrayLike) -> Floats:
    rates = np.asarray(rate, np.float64)
    if not np.all((rates >= 0) & (rates <= 1)):
        raise ValueError(f"rate = {rate}: must be from 0 to 1")
    return rates


def _seeds(spread: Floats, difference: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(difference == 0, np.inf, np.ceil((spread / difference) ** 2))
