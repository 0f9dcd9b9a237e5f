"""Where the constants in kernels come from: Remez' exchange algorithm in 80 digits.

    python benchmarks/coefficients.py [WORD ...]

prints, for each fit (or those whose names have all of the words), the numerator and denominator of the rational
approximation with the least relative error, and that error; then the numbers that are cut into parts. Needs mpmath (in the
`dev` extra).
"""

import sys
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import mpmath as mp

mp.mp.dps = 80
GRID = 500
SMALL = mp.mpf(10) ** -16  # below, the functions' own formulas cancel; their first two terms are exact to 32 digits


def half_tanh(u):
    """tanh(r / 2) / r as a function of u = r * r: even and smooth."""
    return mp.tanh(mp.sqrt(u) / 2) / mp.sqrt(u) if u else mp.mpf(1) / 2


def atanh_tail(z):
    """(2 atanh(s) - 2 s) / s**3 as a function of z = s * s."""
    if z < SMALL:
        return mp.mpf(2) / 3 + 2 * z / 5
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / s**3


def sine_tail(u):
    """(sin(r) - r) / r**3 as a function of u = r * r."""
    if u < SMALL:
        return -mp.mpf(1) / 6 + u / 120
    r = mp.sqrt(u)
    return (mp.sin(r) - r) / r**3


def cosine_tail(u):
    """(cos(r) - 1 + u / 2) / u**2 as a function of u = r * r."""
    return mp.mpf(1) / 24 - u / 720 if u < SMALL else (mp.cos(mp.sqrt(u)) - 1 + u / 2) / u**2


def normal_tail(y):
    """(1 - Phi(y)) e**(y**2 / 2): the tail of the normal distribution without what makes it small."""
    return mp.erfc(y / mp.sqrt(2)) * mp.exp(y * y / 2) / 2


def value(numerator, denominator, u):
    return mp.polyval(numerator[::-1], u) / mp.polyval(denominator[::-1], u)


def fit(f: Callable, points, up: int, down: int):
    """The rational function whose relative error alternates with one size over `points`; iterates on that size."""
    size = len(points)
    level = mp.mpf(0)
    for _ in range(20):
        matrix, right = mp.matrix(size, size), mp.matrix(size, 1)
        for row, u in enumerate(points):
            sign = (-1) ** row
            for power in range(up + 1):
                matrix[row, power] = u**power
            for power in range(1, down + 1):
                matrix[row, up + power] = -f(u) * (1 + sign * level) * u**power
            matrix[row, size - 1] = -f(u) * sign
            right[row] = f(u)
        solution = mp.lu_solve(matrix, right)
        level, before = solution[size - 1], level
        if abs(level - before) < abs(level) * mp.mpf(10) ** -12:
            break
    return list(solution[: up + 1]), [mp.mpf(1), *solution[up + 1 : up + down + 1]]


def remez(f: Callable, top, up: int, down: int, bend=0, rounds: int = 12):
    """Minimax rational approximation of f on [0, top] in the relative error; (numerator, denominator, error).

    A `bend` above 0 crowds the points towards 0, for a function that happens there.
    """
    f, size = cache(f), up + down + 2

    def place(k, of):
        share = (1 - mp.cos(mp.pi * k / of)) / 2
        return top * share / (1 + bend * (1 - share))

    points, grid = [place(k, size - 1) for k in range(size)], [place(k, GRID) for k in range(GRID + 1)]
    for _ in range(rounds):
        numerator, denominator = fit(f, points, up, down)
        errors = [value(numerator, denominator, u) / f(u) - 1 for u in grid]
        swings = [[0]]
        for k in range(1, GRID + 1):
            if errors[k] * errors[k - 1] < 0:
                swings.append([])
            swings[-1].append(k)
        if len(swings) != size:
            break
        before, points = points, [grid[max(swing, key=lambda k: abs(errors[k]))] for swing in swings]
        if points == before:
            break
    return numerator, denominator, max(abs(error) for error in errors)


class Fit(NamedTuple):
    """What `remez` is given; scaled so that the numerator's last coefficient is 1, or not."""

    f: Callable
    top: mp.mpf
    up: int
    down: int = 0
    bend: int = 0
    scaled: bool = False


MARGIN = mp.mpf("1.0005")
HALF_LN2 = (mp.log(2) / 2 * MARGIN) ** 2
ROOT_TWO = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * MARGIN
QUARTER_TURN = (mp.pi / 4 * mp.mpf("1.02")) ** 2  # what rounding leaves of the largest arguments in float32
FITS = {
    "P / Q of exponentials.py, float64": Fit(half_tanh, HALF_LN2, 2, 2, scaled=True),
    "P / Q of exponentials.py, float32": Fit(half_tanh, HALF_LN2, 1, 1, scaled=True),
    "LOG_TAIL, float64": Fit(atanh_tail, ROOT_TWO, 6),
    "LOG_TAIL, float32": Fit(atanh_tail, ROOT_TWO, 2),
    "SOFTPLUS_TAIL, float64": Fit(atanh_tail, mp.mpf(1) / 9, 9),
    "SOFTPLUS_TAIL, float32": Fit(atanh_tail, mp.mpf(1) / 9, 4),
    "SINE_TAIL, float64": Fit(sine_tail, QUARTER_TURN, 5),
    "SINE_TAIL, float32": Fit(sine_tail, QUARTER_TURN, 2),
    "COSINE_TAIL, float64": Fit(cosine_tail, QUARTER_TURN, 5),
    "COSINE_TAIL, float32": Fit(cosine_tail, QUARTER_TURN, 2),
    "N / D of normal.py, float64": Fit(normal_tail, mp.mpf("37.5"), 10, 11, bend=100),
    "N / D of normal.py, float32": Fit(normal_tail, mp.mpf(13), 4, 5, bend=5),
}


def cut(x, *bits: int) -> list:
    """x as a sum of numbers with the given counts of bits; the last number holds the remainder."""
    parts = []
    for count in bits:
        step = mp.mpf(2) ** (mp.floor(mp.log(abs(x), 2)) + 1 - count)
        parts.append(mp.floor(x / step) * step)
        x -= parts[-1]
    return parts


CUTS = {
    "ln 2": (mp.log(2), (32, 53), (15, 24)),
    "pi / 2": (mp.pi / 2, (53, 53, 53), (24, 24, 24)),
}


def main(words):
    for name, (f, top, up, down, bend, scaled) in FITS.items():
        if not all(word in name for word in words):
            continue
        numerator, denominator, error = remez(f, top, up, down, bend)
        scale, digits = numerator[-1] if scaled else mp.mpf(1), 20 if "64" in name else 12
        print(f"{name}: relative error {mp.nstr(error, 3)}")
        print("  numerator  ", ", ".join(mp.nstr(c / scale, digits) for c in numerator))
        if down:
            print("  denominator", ", ".join(mp.nstr(c / scale, digits) for c in denominator))
    for name, (number, *precisions) in CUTS.items():
        for bits in precisions:
            print(f"{name} in parts of {bits} bits:", ", ".join(mp.nstr(part, 21) for part in cut(number, *bits)))


if __name__ == "__main__":
    main(sys.argv[1:])
