"""Where the constants in kernels/functions.py come from: Remez' exchange algorithm in 50 digits.

    python benchmarks/coefficients.py

prints, for each function, the numerator and denominator of the rational approximation with the least relative error, and
that error. Needs mpmath (in the `dev` extra).
"""

from collections.abc import Callable

import mpmath as mp

mp.mp.dps = 50
GRID = 500


def half_tanh(u):
    """tanh(r / 2) / r as a function of u = r * r: even and smooth."""
    return mp.tanh(mp.sqrt(u) / 2) / mp.sqrt(u) if u else mp.mpf(1) / 2


def atanh_tail(z):
    """(2 atanh(s) - 2 s) / s**3 as a function of z = s * s."""
    if z < mp.mpf(10) ** -12:
        return mp.mpf(2) / 3 + 2 * z / 5
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) - 2 * s) / s**3


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
        if abs(level - before) < mp.mpf(10) ** -40:
            break
    return list(solution[: up + 1]), [mp.mpf(1), *solution[up + 1 : up + down + 1]]


def remez(f: Callable, top, up: int, down: int, rounds: int = 12):
    """Minimax rational approximation of f on [0, top] in the relative error; (numerator, denominator, error)."""
    size = up + down + 2
    points = [top * (1 - mp.cos(mp.pi * k / (size - 1))) / 2 for k in range(size)]
    grid = [top * (1 - mp.cos(mp.pi * k / GRID)) / 2 for k in range(GRID + 1)]
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
        points = [grid[max(swing, key=lambda k: abs(errors[k]))] for swing in swings]
    return numerator, denominator, max(abs(error) for error in errors)


def main():
    half_log2 = mp.log(2) / 2 * mp.mpf("1.0005")
    widest_log = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2 * mp.mpf("1.0005")
    for name, f, top, up, down in (
        ("half_tanh, for exp, sigmoid and softplus", half_tanh, half_log2**2, 2, 2),
        ("atanh_tail, for log", atanh_tail, widest_log, 6, 0),
        ("atanh_tail, for softplus", atanh_tail, mp.mpf(1) / 9, 9, 0),
    ):
        numerator, denominator, error = remez(f, top, up, down)
        scale = numerator[-1] if down else mp.mpf(1)
        print(f"{name}: relative error {mp.nstr(error, 3)}")
        print("  numerator  ", ", ".join(mp.nstr(c / scale, 20) for c in numerator))
        print("  denominator", ", ".join(mp.nstr(c / scale, 20) for c in denominator))


if __name__ == "__main__":
    main()
