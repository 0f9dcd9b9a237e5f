"""Bins for numbers that range over many powers of ten: each power of two is cut into as many equal parts.

So counts take the same room however many numbers are counted, and each is known to within a part (G. Tene's HdrHistogram).
"""

import numpy as np

from ..arrays import Floats, Integers

PARTS = 32  # of a power of two, for epochs
LOSS_PARTS = 16
LEAST, MOST = -40, 24  # losses have bins from 2**(LEAST - 1) to 2**(MOST - 1)


def epoch_bins(epochs: Integers) -> Integers:
    """The bin of each epoch, int64. epochs: whole numbers from 0 to 2**31 - 1; those below 2 PARTS have a bin each."""
    epochs = np.asarray(epochs, np.int64)
    above = np.maximum(np.frexp(epochs.astype(np.float64))[1] - PARTS.bit_length(), 0)
    return above * PARTS + (epochs >> above)


def last_epochs(bins: Integers) -> Integers:
    """The largest epoch of each bin, int64."""
    above = np.maximum(np.asarray(bins, np.int64) // PARTS - 1, 0)
    return ((bins - above * PARTS + 1) << above) - 1


EPOCH_BINS = int(epoch_bins(np.array(2**31 - 1))) + 1


def loss_bins(losses: Floats) -> Integers:
    """The bin of each loss, int64. What is below all, such as 0, has the first; what is above all or not finite, the last."""
    mantissa, power = np.frexp(np.where(np.isfinite(losses), losses, 2.0**MOST))
    place = (power - LEAST) * LOSS_PARTS + np.floor((2 * mantissa - 1) * LOSS_PARTS).astype(np.int64)
    return np.where(losses <= 0, 0, np.clip(place, 0, LOSS_BINS - 1))


def largest_losses(bins: Integers) -> Floats:
    """The end of each bin, float64, which no loss in it exceeds; inf for the last."""
    power, part = np.divmod(np.asarray(bins, np.int64), LOSS_PARTS)
    ends = np.ldexp((1 + (part + 1) / LOSS_PARTS) / 2, power + LEAST)
    return np.where(bins < LOSS_BINS - 1, ends, np.inf)


LOSS_BINS = (MOST - LEAST) * LOSS_PARTS + 1
