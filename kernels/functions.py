"""exp, log, sigmoid and softplus on lanes or quads of float64: the same bits on every CPU, and as fast as a division allows.

Everything rests on one reduction: x = n ln 2 + r with an integer n and |r| <= ln 2 / 2, and tanh(r / 2) = p / q with p odd and
q even in r, so that e**r = (q + p) / (q - p). With that shape each of the functions needs a single division, the dearest
instruction: sigmoid(x) = (q + p) / ((q + p) + 2**-n (q - p)). The rational form (two terms each, divided through by the last
coefficient of p, which saves a multiply-add) has a relative error of 5e-18; `benchmarks/coefficients.py` prints it.

Largest error found, in units in the last place: exp 1.88, log 0.85, sigmoid 2.58, softplus 2.97, over 2 * 10**7 arguments each
(`python benchmarks/accuracy.py`). It is a search, not a proof; the docstrings leave some room, and
`tests/kernels/test_functions.py` holds what they state against mpmath, the worst arguments found among its points.
Slower, measured on an AVX-512 machine: Cephes' three-term form of the exponential (12 % of the sigmoid), a polynomial
followed by the division (28 % of the whole kernel), one division shared by two or four sigmoids (15 %). No libm is called,
since its bits change with the C library; Numba's wheels have no vectorised one anyway.
"""

from .compile import leaf
from .lanes import Rows, exponent, fma, over_power_of_two, select, times_power_of_two

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01  # its last 21 bits are zero: n * LN2_HIGH is exact
LN2_LOW = 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer, left in the low bits
LIMIT = 697.0  # q e**LIMIT is a normal number
LEAST_EXP, MOST_EXP = -708.0, 709.0  # between them e**x is a normal number

P0, P1 = 15131.470904316085573, 420.27308258377838895
Q0, Q1, Q2 = 30262.941808632171293, 3362.457982553510052, 30.013650144930831069

SQRT_HALF = 0.7071067811865476
SMALLEST = 4.450147717014403e-308  # 2**-1021
L0, L1, L2, L3, L4, L5, L6 = (
    0.66666666666666697101,
    0.39999999999898865754,
    0.28571428626246308339,
    0.22222211092994822485,
    0.18182892030267780158,
    0.15331628862587608657,
    0.14617556555296385382,
)
S0, S1, S2, S3, S4, S5, S6, S7, S8, S9 = (
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
)


@leaf
def _held(x):
    """x within ±LIMIT; NaN stays NaN."""
    x = select(x < -LIMIT, -LIMIT, x)
    return select(x > LIMIT, LIMIT, x)


@leaf
def _reduced(x):
    """(t, q + p, q - p) of x = n ln 2 + r: e**r = (q + p) / (q - p), n in the low bits of t."""
    t = fma(x, LOG2_E, ROUND)
    n = t - ROUND
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x))
    u = r * r
    p = r * fma(u, u + P1, P0)
    q = fma(u, fma(u, Q2, Q1), Q0)
    return t, q + p, q - p


@leaf
def sigmoid(x) -> Rows:
    """1 / (1 + e**-x). Within 3 ulp for |x| <= 697, beyond which it stays at e**-697 or 1; NaN gives NaN."""
    t, up, down = _reduced(_held(x))
    return up / (up + over_power_of_two(down, t))


@leaf
def exp(x) -> Rows:
    """e**x. Within 2 ulp; 0 below -708 (no subnormal results), infinity above 709; NaN gives NaN."""
    held = select(x > MOST_EXP, MOST_EXP, select(x < LEAST_EXP, LEAST_EXP, x))
    t, up, down = _reduced(held)
    result = times_power_of_two(up / down, t) + (held - held)  # the scaling of a NaN may be any number
    return select(x > MOST_EXP, float("inf"), select(x < LEAST_EXP, 0.0, result))


@leaf
def log(x) -> Rows:
    """Natural logarithm. Within 1 ulp; log(0) = -infinity, of negative numbers and NaN NaN, of infinity infinity.

    x = 2**k m with m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = (m - 1) / (m + 1), summed so that what is added
    last is exact (the arrangement of FreeBSD's and fdlibm's e_log.c: f - f**2/2 + s (f**2/2 + R)).
    """
    tiny = x < SMALLEST
    scaled = select(tiny, x * 18014398509481984.0, x)  # 2**54
    k = exponent(scaled * SQRT_HALF) + 1.0
    f = over_power_of_two(scaled, k + ROUND) - 1.0
    k = k - select(tiny, 54.0, 0.0)
    s = f / (f + 2.0)
    z = s * s
    tail = z * fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, L6, L5), L4), L3), L2), L1), L0)
    half = 0.5 * f * f
    result = fma(k, LN2_HIGH, f - (half - fma(s, half + tail, k * LN2_LOW)))
    result = select(x > 0.0, result, select(x < 0.0, float("nan"), select(x >= 0.0, -float("inf"), x)))
    return select(x >= float("inf"), x, result)


@leaf
def softplus(x) -> Rows:
    """log(1 + e**x). Within 3.5 ulp for x >= -697, below which it stays at e**-697; NaN gives NaN.

    = max(x, 0) + log(1 + e), e = e**-abs(x), and log(1 + e) = 2 atanh(e / (2 + e)): the same bits of e as the sigmoid's,
    one division, and no cancellation however small e is.
    """
    positive = x > 0.0
    t, up, down = _reduced(_held(select(positive, -x, x)))
    up = times_power_of_two(up, t)
    s = up / (down + down + up)
    z = s * s
    tail = fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, fma(z, S9, S8), S7), S6), S5), S4), S3), S2), S1), S0)
    return select(positive, x, 0.0) + fma(s * z, tail, s + s)
