"""The argument reduction that every exponential here uses. It leaves one division, the most expensive instruction, to its
caller.

x = n ln 2 + r with an integer n and |r| <= ln 2 / 2, and tanh(r / 2) = p / q with p odd and q even in r, so that
e**r = (q + p) / (q - p). Hence sigmoid(x) = (q + p) / ((q + p) + 2**-n (q - p)), and likewise for the others. The rational
form (in float64 three terms each, in float32 two, divided through by the last coefficient of p) has a relative error of
5e-18 and 5e-10; `benchmarks/coefficients.py` prints it.

These were slower on an AVX-512 machine in float64: Cephes' three-term form of the exponential (12 % of the sigmoid), a
polynomial followed by the division (28 % of the whole kernel), one division shared by two or four sigmoids (15 %). No libm is
called, since its bits change with the C library; Numba's wheels have no vectorised libm anyway.
"""

from ..lanes.bits import ROUND_DOUBLE, ROUND_SINGLE, times_power_of_two
from ..lanes.compile import leaf
from ..lanes.operations import fma, select, splat
from .polynomials import constant, polynomial

ROUND = (ROUND_DOUBLE, ROUND_SINGLE)
LOG2_E = 1.4426950408889634
LN2_HIGH = (0.69314718036912381649, 0.693145751953125)  # its last bits are zero: n * LN2_HIGH is exact
LN2_LOW = (1.90821492927058770002e-10, 0.00000142860676533018704504)
LIMIT = (697.0, 83.0)  # q e**LIMIT is a normal number
FLAT = (44.0, 20.0)  # 1 - 2 e**-FLAT is 1

P = ((15131.470904316085574, 420.27308258377838897, 1.0), (60.0772358012, 1.0))
Q = ((30262.941808632171294, 3362.4579825535100522, 30.01365014493083107), (120.154471667, 12.0128629911))


@leaf
def within(x, limit):
    """x within ±limit; NaN stays NaN."""
    x = select(x < -limit, -limit, x)
    return select(x > limit, limit, x)


@leaf
def split(x):
    """(t, r) of x = n ln 2 + r, n in the low bits of t."""
    t = fma(x, LOG2_E, constant(x, ROUND))
    n = t - constant(x, ROUND)
    return t, fma(n, -constant(x, LN2_LOW), fma(n, -constant(x, LN2_HIGH), x))


@leaf
def ratio(r):
    """(p, q): tanh(r / 2) = p / q."""
    u = r * r
    return r * polynomial(u, P), polynomial(u, Q)


@leaf
def reduced(x):
    """(t, q + p, q - p) of x = n ln 2 + r: e**r = (q + p) / (q - p), n in the low bits of t."""
    t, r = split(x)
    p, q = ratio(r)
    return t, q + p, q - p


@leaf
def less_one(x):
    """(numerator of e**x - 1, numerator of e**x + 1, their denominator), all without cancellation; x within ±FLAT.

    e**x - 1 = ((2**n - 1) q + (2**n + 1) p) / (q - p).
    """
    t, r = split(x)
    p, q = ratio(r)
    power = times_power_of_two(splat(x, 1.0), t)
    less, more = power - 1.0, power + 1.0
    return fma(less, q, more * p), fma(more, q, less * p), q - p
