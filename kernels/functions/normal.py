"""The normal distribution on lanes or quads, of either precision, for gelu: the same bits on every CPU.

Largest error found, in units in the last place, in float64 and float32: Phi 6.60 and 5.36, phi 3.74 and 4.27; over 10**5
arguments each (`python benchmarks/accuracy.py`). So gelu is within 9, and its slope, which crosses zero, has an
absolute error within 4 epsilon. The polynomials, not the one division, take the time. They cover the whole tail at once, since
every lane would have to compute all of erf's usual pieces.
"""

from ..lanes.bits import times_power_of_two
from ..lanes.compile import leaf
from ..lanes.operations import Rows, fma, magnitude, select
from .exponentials import LN2_HIGH, LN2_LOW, LOG2_E, ROUND, ratio
from .polynomials import constant, polynomial

ROOT_TWO_PI_INVERSE = 0.3989422804014327
FARTHEST = (37.25, 12.75)  # e**(-FARTHEST**2 / 2), and that times q, are normal numbers
# (1 - Phi(y)) e**(y**2 / 2) = N(y) / D(y) for 0 <= y <= FARTHEST, all coefficients positive.
N = (
    (
        0.49999999999999999956,
        0.80369428884388263826,
        0.6415081588856145279,
        0.32774587441280764111,
        0.11743604097886123105,
        0.030664460315703253003,
        0.0058945148533501833505,
        0.00082342852770664915702,
        0.000080125957281410693845,
        4.9203209134106983777e-6,
        1.4547312607145493068e-7,
    ),
    (0.500000015492, 0.474138461944, 0.210343646882, 0.0499262698299, 0.00553696542489),
)
D = (
    (
        1.0,
        2.4052731384906304214,
        2.7021466194867633529,
        1.8748177685619453565,
        0.89439702464155918837,
        0.30874579818259786723,
        0.078903766278411781908,
        0.014975474272288044069,
        0.0020763626456885649341,
        0.00020121063709675035113,
        0.000012333415521888740524,
        3.6464705100933569798e-7,
    ),
    (1.0, 1.7461634528, 1.31390425852, 0.541155236772, 0.125143539177, 0.0138792131814),
)


@leaf
def _bell(y):
    """(t, up, down) with e**(-y**2 / 2) = 2**n up / down, n in the low bits of t. y**2 is computed in twice the precision."""
    square = y * y
    rest = fma(y, y, -square)
    x = -0.5 * square
    t = fma(x, LOG2_E, constant(y, ROUND))
    n = t - constant(y, ROUND)
    r = fma(n, -constant(y, LN2_HIGH), x) + fma(n, -constant(y, LN2_LOW), -0.5 * rest)
    p, q = ratio(r)
    return t, q + p, q - p


@leaf
def distribution_and_density(x) -> tuple[Rows, Rows]:
    """(Phi(x), phi(x)) of the standard normal distribution, with one division. Constant below -FARTHEST; NaN gives NaN.

    Phi within 8 ulp, in the lower tail too, where erf's 1 + erf(x / sqrt 2) would cancel; phi within 6 ulp.
    """
    y = magnitude(x)
    y = select(y > constant(x, FARTHEST), constant(x, FARTHEST), y)
    t, up, down = _bell(y)
    numerator, denominator = polynomial(y, N), polynomial(y, D)
    scaled = up / (down * denominator)
    tail = times_power_of_two(scaled * numerator, t)
    density = times_power_of_two(scaled * denominator, t) * ROOT_TWO_PI_INVERSE
    distribution = select(x > 0.0, 1.0 - tail, tail)
    return distribution, density


@leaf
def gelu_and_slope(x) -> tuple[Rows, Rows]:
    """(x Phi(x), Phi(x) + x phi(x)); both are constant below -FARTHEST; NaN gives NaN.

    Hendrycks and Gimpel, "Gaussian error linear units", arXiv:1606.08415 (2016), the exact form.
    """
    distribution, density = distribution_and_density(x)
    far = constant(x, FARTHEST)
    held = select(x < -far, -far, x)
    return held * distribution, fma(select(held > far, far, held), density, distribution)
