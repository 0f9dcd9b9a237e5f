"""Standard normal numbers of NumPy's streams: the polar method (legacy) and the ziggurat (default).

NumPy takes logarithms and exponentials from the C library, whose last bits depend on its version and on the processor. Here
they are correctly rounded (`rounded.py`), so that a draw is the same everywhere. It is NumPy's own draw wherever the library
rounds correctly, and otherwise an ulp or two beside it. The polar method takes one logarithm per pair. The ziggurat takes
logarithms only for draws from its tail, a few in ten thousand, and an exponential, only to accept or reject, for one draw in a
hundred.
"""

import math

import numpy as np

from ..lanes.compile import inlined
from .mersenne import mersenne_uniform
from .pcg import pcg_uniform, pcg_word
from .rounded import exp_of_one, exponential, log_of_one, logarithm

STRIPS = 256
EDGE = 3.6541528853610088  # where the tail begins
EDGE_INVERSE = 0.27366123732975828
AREA = 0.0049286732339746519  # the area of each strip
SCALE = 2.0**52


def _density(x: float, strip: int) -> float:
    density = float(exponential(-0.5 * x * x))
    # The library that made NumPy's table rounded this density the other way.
    return math.nextafter(density, 1.0) if strip == 38 else density


def _ziggurat() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(widths (STRIPS,) float64, certain (STRIPS,) int64, densities (STRIPS,) float64), as NumPy's tables have them.

    G. Marsaglia and W. W. Tsang, J. Stat. Software 5 (2000) 8. Strip 0 is the base with the tail, 1 the top. Computed in
    float64, with each function correctly rounded.
    """
    edges, densities = np.zeros(STRIPS), np.ones(STRIPS)
    edges[-1], densities[-1] = EDGE, _density(EDGE, STRIPS - 1)
    for strip in range(STRIPS - 2, 0, -1):
        edges[strip] = math.sqrt(-2.0 * float(logarithm(densities[strip + 1] + AREA / edges[strip + 1])))
        densities[strip] = _density(edges[strip], strip)
    widths, certain = edges / SCALE, np.zeros(STRIPS)
    widths[0] = AREA / densities[-1] / SCALE
    certain[0] = EDGE * densities[-1] / AREA
    certain[2:] = edges[1:-1] / edges[2:]
    return widths, np.rint(certain * SCALE).astype(np.int64), densities


WIDTHS, CERTAIN, DENSITIES = _ziggurat()


@inlined
def polar_pair(state, lane) -> tuple[float, float]:
    """The next two numbers of `RandomState.standard_normal()`."""
    x = y = square = 0.0
    while square >= 1.0 or square == 0.0:
        x = 2.0 * mersenne_uniform(state, lane) - 1.0
        y = 2.0 * mersenne_uniform(state, lane) - 1.0
        square = x * x + y * y
    factor = math.sqrt(-2.0 * log_of_one(square) / square)
    return factor * y, factor * x


@inlined
def _tail(state, lane):
    """How far beyond EDGE a number of the tail lies; 1 - u is exact."""
    while True:
        beyond = -EDGE_INVERSE * log_of_one(1.0 - pcg_uniform(state, lane))
        height = -log_of_one(1.0 - pcg_uniform(state, lane))
        if height + height > beyond * beyond:
            return beyond


@inlined
def ziggurat(state, lane) -> float:
    """The next number of `Generator.standard_normal()`."""
    while True:
        word = pcg_word(state, lane)
        strip, place = word & 0xFF, word >> 9 & 0xFFFFFFFFFFFFF
        x = place * WIDTHS[strip]
        x = -x if word & 0x100 else x
        if place < CERTAIN[strip]:
            return x
        if strip == 0:
            x = EDGE + _tail(state, lane)
            return -x if place & 0x100 else x
        height = (DENSITIES[strip - 1] - DENSITIES[strip]) * pcg_uniform(state, lane) + DENSITIES[strip]
        if height < exp_of_one(-0.5 * x * x):
            return x
