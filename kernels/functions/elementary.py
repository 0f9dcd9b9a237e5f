"""exp, log, sigmoid, tanh, elu and softplus on lanes or quads, of either precision: the same bits on every CPU.

Largest error found, in units in the last place, in float64 and float32: exp 1.85 and 1.83, log 0.85 and 0.84, sigmoid 2.58
and 2.58, symmetric_sigmoid 2.83 and 2.57, tanh 2.79 and 2.62, elu 2.95 and 2.73, softplus 2.94 and 2.89, its slope 2.58 and
2.58; over 10**7 arguments each (`python benchmarks/accuracy.py`). This is a search, not a proof. The docstrings leave some
room, and `tests/kernels/functions/test_functions.py` compares what they state with mpmath, also at the worst arguments found.
"""

from ..lanes.bits import exponent, over_power_of_two, times_power_of_two
from ..lanes.compile import leaf
from ..lanes.operations import Rows, fma, magnitude, select
from .exponentials import FLAT, LIMIT, LN2_HIGH, LN2_LOW, ROUND, less_one, reduced, within
from .polynomials import constant, polynomial

LEAST_EXP, MOST_EXP = (-708.0, -87.0), (709.0, 88.0)  # between them e**x is a normal number

SQRT_HALF = 0.7071067811865476
SMALLEST = (4.450147717014403e-308, 2.350988701644575e-38)  # 2**-1021, 2**-125
LIFT_BITS, LIFT = (54.0, 25.0), (18014398509481984.0, 33554432.0)  # 2**LIFT_BITS
LOG_TAIL = (
    (
        0.66666666666666697101,
        0.39999999999898865754,
        0.28571428626246308339,
        0.22222211092994822485,
        0.18182892030267780158,
        0.15331628862587608657,
        0.14617556555296385382,
    ),
    (0.666666851277, 0.399887526808, 0.295810284888),
)
SOFTPLUS_TAIL = (
    (
        0.66666666666666658403,
        0.40000000000014814601,
        0.28571428567052737282,
        0.22222222722631394887,
        0.1818178919422170742,
        0.15385576378178432856,
        0.13314047479705865281,
        0.12001936214906145901,
        0.087965840064435627789,
        0.16172372522579058506,
    ),
    (0.666666673311, 0.399997032299, 0.285924989362, 0.217045330773, 0.232335641521),
)


@leaf
def sigmoid(x) -> Rows:
    """1 / (1 + e**-x). Within 3 ulp for |x| <= LIMIT, beyond which it stays at e**-LIMIT or 1; NaN gives NaN."""
    t, up, down = reduced(within(x, constant(x, LIMIT)))
    return up / (up + over_power_of_two(down, t))


@leaf
def tanh(x) -> Rows:
    """The hyperbolic tangent, (e**2x - 1) / (e**2x + 1). Within 4 ulp, near 0 too; NaN gives NaN."""
    less, more, _ = less_one(within(x + x, constant(x, FLAT)))
    return less / more


@leaf
def symmetric_sigmoid(x) -> Rows:
    """sigmoid(x) - 1/2 = tanh(x / 2) / 2. Within 4 ulp, near 0 too; NaN gives NaN."""
    less, more, _ = less_one(within(x, constant(x, FLAT)))
    return less / (more + more)


@leaf
def elu(x) -> Rows:
    """x above 0, else e**x - 1. Within 4 ulp; NaN gives NaN."""
    less, _, down = less_one(select(x > 0.0, 0.0, select(x < -constant(x, FLAT), -constant(x, FLAT), x)))
    return select(x > 0.0, x, less / down)


@leaf
def exp(x) -> Rows:
    """e**x. Within 2 ulp; 0 below LEAST_EXP (no subnormal results), infinity above MOST_EXP; NaN gives NaN."""
    least, most = constant(x, LEAST_EXP), constant(x, MOST_EXP)
    held = select(x > most, most, select(x < least, least, x))
    t, up, down = reduced(held)
    result = times_power_of_two(up / down, t) + (held - held)  # scaling a NaN may give any number
    return select(x > most, float("inf"), select(x < least, 0.0, result))


@leaf
def log(x) -> Rows:
    """Natural logarithm. Within 1 ulp; 0 gives -infinity, negative numbers and NaN give NaN, and infinity gives infinity.

    x = 2**k m with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m - 1) / (m + 1), summed so that the last term
    added is exact (the arrangement of FreeBSD's and fdlibm's e_log.c: f - f**2/2 + s (f**2/2 + R)).
    """
    tiny = x < constant(x, SMALLEST)
    scaled = select(tiny, x * constant(x, LIFT), x)
    k = exponent(scaled * SQRT_HALF) + 1.0
    f = over_power_of_two(scaled, k + constant(x, ROUND)) - 1.0
    k = select(tiny, k - constant(x, LIFT_BITS), k)
    s = f / (f + 2.0)
    z = s * s
    half = 0.5 * f * f
    tail = z * polynomial(z, LOG_TAIL)
    result = fma(k, constant(x, LN2_HIGH), f - (half - fma(s, half + tail, k * constant(x, LN2_LOW))))
    result = select(x > 0.0, result, select(x < 0.0, float("nan"), select(x >= 0.0, -float("inf"), x)))
    return select(x >= float("inf"), x, result)


@leaf
def softplus_and_slope(x) -> tuple[Rows, Rows]:
    """(log(1 + e**x), sigmoid(x)). Beyond ±LIMIT both keep their values there, except for the line x; NaN gives NaN.

    softplus, within 3.5 ulp, is max(x, 0) + log(1 + e), e = e**-abs(x), and log(1 + e) = 2 atanh(s), s = e / (2 + e): no
    cancellation however small e is. One division for both (by the product of the two denominators) is slower and less exact.
    """
    t, up, down = reduced(within(-magnitude(x), constant(x, LIMIT)))
    up = times_power_of_two(up, t)
    total = up + down
    s = up / (down + down + up)  # 2 down is exact: one rounding
    z = s * s
    rest = fma(s * z, polynomial(z, SOFTPLUS_TAIL), s + s)
    return select(x > 0.0, x, 0.0) + rest, select(x > 0.0, down, up) / total


@leaf
def softplus(x) -> Rows:
    """log(1 + e**x), as in `softplus_and_slope`."""
    return softplus_and_slope(x)[0]
