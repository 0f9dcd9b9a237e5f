"""Box-counting dimension of a picture: how the number of boxes that it touches grows as the boxes get smaller."""

from dataclasses import dataclass

import numpy as np

from ..arrays import Booleans, Floats, Integers

FEWEST_BOXES = 4  # along the shorter side; with fewer, the picture's frame is counted rather than its content
FEWEST_SIZES = 3
SHORTEST_SIDE = (FEWEST_BOXES - 1) * 2 ** (FEWEST_SIZES - 1) + 1  # in pixels: four of the third size, the last a pixel wide


@dataclass(frozen=True)
class BoxCounting:
    """count[k] boxes of size[k] x size[k] pixels meet the set; (sizes,), int64, sizes rising.

    dimension: minus the slope of log count on log size. standard_error: of that slope, from the distances of the points from
    the line. It only says how straight the points are: the counts of one picture are not independent of each other, and the
    dimension of a set whose own scales do not fit powers of two is off by up to a tenth.
    """

    size: Integers
    count: Integers
    dimension: float
    standard_error: float


def box_counting(picture: Booleans) -> BoxCounting:
    """Count the boxes of a grid that hold a pixel of the set, for sizes 1, 2, 4, ..., and fit a line by least squares.

    picture: bool (rows, columns), the set. Four of the largest boxes cover the shorter side; boxes at the far edges may stick
    out. ValueError if the set is empty, or the picture too small for three sizes.
    """
    picture = np.asarray(picture, bool)
    shorter = min(picture.shape)
    if shorter < SHORTEST_SIDE:
        raise ValueError(
            f"the picture's shorter side has {shorter} pixels; to count boxes of three sizes takes {SHORTEST_SIDE}"
        )
    if not picture.any():
        raise ValueError("there is nothing in the picture, so that no box can be counted")
    sizes = 2 ** np.arange(((shorter - 1) // (FEWEST_BOXES - 1)).bit_length())
    count = np.array([_boxes(picture, size) for size in sizes.tolist()])
    return BoxCounting(sizes, count, *_falling_line(np.log(sizes), np.log(count)))


def _falling_line(x: Floats, y: Floats) -> tuple[float, float]:
    x, y = x - x.mean(), y - y.mean()
    slope = x @ y / (x @ x)
    return float(-slope), float(np.sqrt(np.sum((y - slope * x) ** 2) / (len(x) - 2) / (x @ x)))


def _boxes(picture: Booleans, size: int) -> int:
    rows, columns = (np.arange(0, length, size) for length in picture.shape)
    in_bands = np.logical_or.reduceat(picture, rows, axis=0)
    return int(np.logical_or.reduceat(in_bands, columns, axis=1).sum())
