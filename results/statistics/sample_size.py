"""How many seeds a question needs."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ..arrays import Floats
from .groups import CONFIDENCE

LEVEL = 0.05  # of McNemar's test


def pairs_to_tell_apart(only_first: npt.ArrayLike, only_second: npt.ArrayLike, *, power: float) -> Floats:
    """Seeds that two settings run both, so that McNemar's two-sided test at level 0.05 finds their success different.

    only_first, only_second: shares of the seeds with which that setting alone converges, in [0, 1], that broadcast. power: the
    probability of finding it, in (0, 1). Whole numbers of their shape, as float64: inf for equal shares, nan for unknown ones.

    R. J. Connor, Biometrics 43 (1987) 207, equation 1.
    """
    b, c = np.asarray(only_first, np.float64), np.asarray(only_second, np.float64)
    spread = ndtri(1 - LEVEL / 2) * np.sqrt(b + c) + ndtri(power) * np.sqrt(b + c - (b - c) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(b == c, np.inf, np.ceil((spread / (b - c)) ** 2))


def seeds_to_half_width(rate: npt.ArrayLike, half_width: npt.ArrayLike) -> Floats:
    """The fewest seeds of which the success rate has a Wilson interval of at most `half_width` to each side of its centre.

    rate: as it will be found, in [0, 1]; half_width: in (0, 0.5); they broadcast. Whole numbers of their shape, as float64:
    nan for an unknown rate.

    The half-width of `groups.wilson_interval` set equal to half_width is a quadratic equation in the seeds.
    """
    p, h = np.asarray(rate, np.float64), np.asarray(half_width, np.float64)
    z2 = ndtri(0.5 + CONFIDENCE / 2) ** 2
    halved = z2 * (h**2 - p * (1 - p) / 2)  # half of the linear coefficient
    constant = z2**2 * h**2 - z2**2 / 4
    return np.ceil((np.sqrt(halved**2 - h**2 * constant) - halved) / h**2)


def more_seeds(needed: npt.ArrayLike, there: npt.ArrayLike) -> Floats:
    """How many seeds are still to be run: those needed minus those that are there, at least 0. The arguments broadcast."""
    return np.maximum(np.asarray(needed, np.float64) - np.asarray(there, np.float64), 0)
