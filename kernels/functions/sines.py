"""Sine and cosine on lanes or quads, of either precision: the same bits on every CPU.

Largest error found, in units in the last place, in float64 and float32: sine 1.57 and 1.56, cosine 1.54 and 1.55; over 10**7
arguments each (`python benchmarks/accuracy.py`). The relative error is as small near the zeros.
"""

from ..lanes.bits import ROUND_DOUBLE, ROUND_SINGLE, bit
from ..lanes.compile import leaf
from ..lanes.operations import Rows, fma, magnitude, select
from .polynomials import constant, polynomial

ROUND = (ROUND_DOUBLE, ROUND_SINGLE)
TWO_OVER_PI = 0.6366197723675814
# pi / 2 in three parts. Below FARTHEST x - n * PART_1 is exact, since it is less than 1 and a multiple of the last bit of
# PART_1 or of half of that bit; subtracting each of the other parts rounds once.
PART_1 = (1.570796326794896558, 1.57079625129699707031)
PART_2 = (6.12323399573676480327e-17, 7.54978941586159635335e-8)
PART_3 = (1.08285667392191389424e-32, 5.39030252995776476554e-15)
FARTHEST = (1073741824.0, 131072.0)  # 2**30, 2**17

SINE_TAIL = (
    (
        -0.16666666666666664038,
        0.0083333333333303968321,
        -0.00019841269835948028801,
        2.7557315693270571472e-6,
        -2.5051048675176378549e-8,
        1.5912280138774828687e-10,
    ),
    (-0.166666643804, 0.00833269655793, -0.000195771472416),
)
COSINE_TAIL = (
    (
        0.041666666666666665031,
        -0.00138888888888870588,
        0.00002480158729826690974,
        -2.755731701929643224e-7,
        2.087609487969903085e-9,
        -1.1379013165163862556e-11,
    ),
    (0.0416666643882, -0.00138882525944, 2.4537389539e-5),
)


@leaf
def sine_and_cosine(x) -> tuple[Rows, Rows]:
    """(sin x, cos x). Within 2 ulp for |x| <= FARTHEST; NaN beyond it (such a run counts as diverged) and for NaN.

    x = n pi / 2 + r with |r| <= pi / 4 (Cody and Waite, Software Manual for the Elementary Functions, 1980, with fused
    multiply-adds): n decides between ±sin r and ±cos r.
    """
    t = fma(x, TWO_OVER_PI, constant(x, ROUND))
    n = t - constant(x, ROUND)
    r = fma(n, -constant(x, PART_3), fma(n, -constant(x, PART_2), fma(n, -constant(x, PART_1), x)))
    u = r * r
    s = fma(u * r, polynomial(u, SINE_TAIL), r)
    c = fma(u * u, polynomial(u, COSINE_TAIL), fma(u, -0.5, 1.0))
    odd, near = bit(t, 1), magnitude(x) <= constant(x, FARTHEST)
    sine, cosine = select(odd, c, s), select(odd, s, c)
    sine = select(bit(t, 2), -sine, sine)
    cosine = select(bit(t + 1.0, 2), -cosine, cosine)
    return select(near, sine, float("nan")), select(near, cosine, float("nan"))
