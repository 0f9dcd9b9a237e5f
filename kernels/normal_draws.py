"""Standard normal numbers of NumPy's streams, bit for bit: the polar method (legacy) and the ziggurat (default).

The one place where the C library is called, for a logarithm or an exponential: NumPy calls it too, and its own bits depend on
it. The same machine gives NumPy's bits; another C library may move a last bit, NumPy's as well as ours. The polar method takes
a logarithm for each pair; the ziggurat calls it in one draw of a hundred, and as a rule only to accept or reject.
"""

import math
from decimal import Context, Decimal

import numpy as np
from llvmlite import ir
from numba import types

from .compile import inlined
from .lane_type import operation
from .mersenne import mersenne_uniform
from .pcg import pcg_uniform, pcg_word

STRIPS = 256
EDGE = 3.6541528853610088  # where the tail begins
EDGE_INVERSE = 0.27366123732975828
AREA = 0.0049286732339746519  # of each strip
SCALE = 2.0**52
EXACT = Context(prec=40)


def _exponential(x: float) -> float:
    return float(EXACT.exp(Decimal(x)))


def _logarithm(x: float) -> float:
    return float(EXACT.ln(Decimal(x)))


def _density(x: float, strip: int) -> float:
    density = _exponential(-0.5 * x * x)
    # The library that made NumPy's table rounded this one the other way.
    return math.nextafter(density, 1.0) if strip == 38 else density


def _ziggurat() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(widths (STRIPS,) float64, certain (STRIPS,) int64, densities (STRIPS,) float64), as NumPy's tables have them.

    G. Marsaglia and W. W. Tsang, J. Stat. Software 5 (2000) 8. Strip 0 is the base with the tail, 1 the top. In float64, each
    function correctly rounded.
    """
    edges, densities = np.zeros(STRIPS), np.ones(STRIPS)
    edges[-1], densities[-1] = EDGE, _density(EDGE, STRIPS - 1)
    for strip in range(STRIPS - 2, 0, -1):
        edges[strip] = math.sqrt(-2.0 * _logarithm(densities[strip + 1] + AREA / edges[strip + 1]))
        densities[strip] = _density(edges[strip], strip)
    widths, certain = edges / SCALE, np.zeros(STRIPS)
    widths[0] = AREA / densities[-1] / SCALE
    certain[0] = EDGE * densities[-1] / AREA
    certain[2:] = edges[1:-1] / edges[2:]
    return widths, np.rint(certain * SCALE).astype(np.int64), densities


WIDTHS, CERTAIN, DENSITIES = _ziggurat()


@operation(lambda number: types.int64)
def bits_of(number) -> int:
    """The bits of a float64, as an int64."""
    return int(np.float64(number).view(np.int64))


@bits_of.lower
def _bits_of(context, builder, sig, args):
    return builder.bitcast(args[0], ir.IntType(64))


@operation(lambda bits: types.float64)
def number_of(bits) -> float:
    """The float64 of these bits."""
    return float(np.int64(bits).view(np.float64))


@number_of.lower
def _number_of(context, builder, sig, args):
    return builder.bitcast(args[0], ir.DoubleType())


@inlined
def polar_pair(state, lane) -> tuple[float, float]:
    """The next two numbers of `RandomState.standard_normal()`."""
    x = y = square = 0.0
    while square >= 1.0 or square == 0.0:
        x = 2.0 * mersenne_uniform(state, lane) - 1.0
        y = 2.0 * mersenne_uniform(state, lane) - 1.0
        square = x * x + y * y
    factor = math.sqrt(-2.0 * math.log(square) / square)
    return factor * y, factor * x


@inlined
def _tail(state, lane):
    """How far beyond EDGE a number of the tail lies."""
    while True:
        beyond = -EDGE_INVERSE * math.log1p(-pcg_uniform(state, lane))
        height = -math.log1p(-pcg_uniform(state, lane))
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
        if height < math.exp(-0.5 * x * x):
            return x
