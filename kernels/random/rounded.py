"""The logarithm and the exponential of one float64, correctly rounded, for draws of normal numbers.

The C library's functions will not do: they compute differently on processors without a fused multiply-add, and other libraries
differ again, so that the last bit changes. Here numbers are sums of two float64, `high + low`, with error-free sums and
products (T. Dekker, Numer. Math. 18, 1971; D. Knuth, TAOCP 2, 4.2.2), of a relative error below 2**-103: additions,
multiplications and fused multiply-adds alone, so that the bits are the same everywhere. They round as the exact value does
unless that lies within 2**-49 of an ulp of the middle between two neighbours, as one draw in 10**14 might.

The logarithm is first computed in a shorter way, and in the long way only if the error of the first could change the rounding,
which happens once in a thousand draws (A. Ziv, ACM TOMS 17, 1991).
"""

import math
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np
from llvmlite import ir
from numba import types

from ..lanes.compile import called, inlined
from ..lanes.fma import fused_multiply_add
from ..lanes.vector import operation

EXACT = Context(prec=60)


def exponential(x: float | Fraction) -> Decimal:
    """e**x to sixty digits."""
    return EXACT.exp(_decimal(x))


def logarithm(x: float | Fraction) -> Decimal:
    """Log x to sixty digits."""
    return EXACT.ln(_decimal(x))


def _decimal(x: float | Fraction) -> Decimal:
    return EXACT.divide(*map(Decimal, x.as_integer_ratio()))


def _two(number: Decimal) -> tuple[float, float]:
    """A number as high + low."""
    high = float(number)
    return high, float(EXACT.subtract(number, Decimal(high)))


def _three(number: Decimal) -> tuple[float, float, float]:
    """A number as a multiple of 2**-42, and the rest as high + low."""
    first = round(float(number) * 2.0**42) / 2.0**42
    return first, *_two(EXACT.subtract(number, Decimal(first)))


def _table(numbers) -> np.ndarray:
    return np.array([_two(number) for number in numbers])


# The series of log(1 + u) / u and e**u: the first coefficients as high + low, the others as single float64.
FIRST, LOG_LAST, EXP_LAST = 8, 18, 15
LOG_SERIES = _table(_decimal(Fraction((-1) ** k, k + 1)) for k in range(LOG_LAST))
EXP_SERIES = _table(_decimal(Fraction(1, math.factorial(k))) for k in range(EXP_LAST))

# x = 2**k m with m in [LEAST, 2 LEAST). Each m lies in a cell whose factor r, of eight bits, makes u = r m - 1 small and exact.
CELL_BITS = 7
LEAST, LEAST_BITS = 0.6875, 0x3FE6000000000000
MANTISSA = 52
_MIDDLES = [*np.arange(LEAST + 2.0**-9, 1.0, 2.0**-8), *np.arange(1.0 + 2.0**-8, 2.0 * LEAST, 2.0**-7)]
# On either side of 1 the factor is 1, because nothing may cancel there.
FACTORS = np.array([1.0 if abs(middle - 1.0) <= 2.0**-8 else round(128 / middle) / 128 for middle in _MIDDLES])
# Logarithms as a multiple of 2**-42, so that the first additions are exact, and the rest as high + low.
LOG_FACTORS = np.array([_three(logarithm(1 / Fraction(factor))) for factor in FACTORS.tolist()])
LN2 = _three(logarithm(2.0))

STEPS = 16  # the table holds e**x for x = -k / STEPS, as far down as the ziggurat goes
LEAST_EXP = -7.0
EXPONENTIALS = _table(exponential(Fraction(-k, STEPS)) for k in range(int(-LEAST_EXP * STEPS) + 1))


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


@operation(lambda a, b, c: types.float64)
def fma_of_one(a, b, c) -> float:
    """a * b + c of three float64, rounded once."""
    return float(fused_multiply_add(a, b, c))


@fma_of_one.lower
def _fma_of_one(context, builder, sig, args):
    return builder.fma(*args)


@inlined
def _sum(a, b):
    """(s, error), s + error == a + b exactly."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@inlined
def _product(a, b):
    """(p, error), p + error == a b exactly."""
    p = a * b
    return p, fma_of_one(a, b, -p)


@inlined
def _plus(high, low, other_high, other_low):
    """The sum of two numbers that are each high + low."""
    s, error = _sum(high, other_high)
    t, rest = _sum(low, other_low)
    s, error = _sum(s, error + t)
    return _sum(s, error + rest)


@inlined
def _times(high, low, other_high, other_low):
    """The product of two numbers that are each high + low."""
    p, error = _product(high, other_high)
    return _sum(p, error + (high * other_low + low * other_high))


@called
def _series(u, coefficients):
    """The sum of coefficients[k] u**k, as high + low."""
    high, low = coefficients[-1, 0], 0.0
    for k in range(coefficients.shape[0] - 2, FIRST - 1, -1):
        high = high * u + coefficients[k, 0]
    for k in range(FIRST - 1, -1, -1):
        high, low = _times(high, low, u, 0.0)
        high, low = _plus(high, low, coefficients[k, 0], coefficients[k, 1])
    return high, low


@inlined
def _cell(x):
    """(k, cell, u): x = 2**k (1 + u) / FACTORS[cell]."""
    bits = bits_of(x)
    over = bits - LEAST_BITS
    k, cell = over >> MANTISSA, over >> (MANTISSA - CELL_BITS) & (2**CELL_BITS - 1)
    return float(k), cell, fma_of_one(FACTORS[cell], number_of(bits - (k << MANTISSA)), -1.0)


@called
def _log_at_length(x):
    """log x as high + low."""
    k, cell, u = _cell(x)
    high, low = _series(u, LOG_SERIES)
    high, low = _times(high, low, u, 0.0)
    rest, error = _times(LN2[1], LN2[2], k, 0.0)
    rest, error = _plus(rest, error, LOG_FACTORS[cell, 1], LOG_FACTORS[cell, 2])
    high, low = _plus(high, low, rest, error)
    return _plus(k * LN2[0] + LOG_FACTORS[cell, 0], 0.0, high, low)


@called
def log_of_one(x) -> float:
    """The natural logarithm, correctly rounded, of a positive normal number."""
    k, cell, u = _cell(x)
    high, low = _sum(k * LN2[0] + LOG_FACTORS[cell, 0], u)
    tail = LOG_SERIES[8, 0]
    for power in range(7, 1, -1):
        tail = tail * u + LOG_SERIES[power, 0]
    square = u * u
    low += square * (u * tail - 0.5) + (k * LN2[1] + LOG_FACTORS[cell, 1])
    doubt = square * 2.0**-50 + abs(high) * 2.0**-85  # more than everything that was rounded or left out
    if high + (low - doubt) != high + (low + doubt):
        high, low = _log_at_length(x)
    return high + low


@called
def _exp_at_length(x):
    """e**x as high + low."""
    step = int(0.5 - x * STEPS)
    high, low = _series(x + step / STEPS, EXP_SERIES)  # this sum cancels exactly, without rounding
    return _times(high, low, EXPONENTIALS[step, 0], EXPONENTIALS[step, 1])


@called
def exp_of_one(x) -> float:
    """e**x, correctly rounded, for LEAST_EXP <= x <= 0."""
    high, low = _exp_at_length(x)
    return high + low
