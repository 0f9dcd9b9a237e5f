"""Numbers with mean 0 and standard deviation 1, to rounding, whatever their magnitude.

Sums are rounded once (`math.fsum`), so no processor changes a bit. The mean itself is also rounded: time stamps of 1.6e18 lie
256 apart, so their computed mean is off by up to half of that. What remains of it in the differences, which are exact there, is
removed in a second pass. Everything is scaled by a power of two, which rounds nothing, so that sums and squares stay within the
range of float64.
"""

import math
import sys

import numpy as np

from ...results.arrays import Floats


def standardised(values: Floats) -> Floats:
    """Values (n,), of which at least two differ, scaled to mean 0 and standard deviation 1 (of the population)."""
    scaled = _scaled(values)
    centred = _scaled(scaled - _mean(scaled))
    deviation, rest = _root_mean_square(centred), _mean(centred)
    if abs(rest) > 2 * sys.float_info.epsilon * deviation:  # otherwise a second pass would only change last bits
        centred = _scaled(centred - rest)
        deviation = _root_mean_square(centred)
    return centred / deviation


def _scaled(values: Floats) -> Floats:
    """The values times the power of two that brings the largest one between 1/2 and 1."""
    return np.ldexp(values, -math.frexp(float(np.abs(values).max()))[1])


def _root_mean_square(values: Floats) -> float:
    return math.sqrt(_mean(values * values))


def _mean(values: Floats) -> float:
    return math.fsum(values.tolist()) / len(values)
