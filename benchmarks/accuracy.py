"""The largest errors of the functions on lanes that a search finds: python benchmarks/accuracy.py [ARGUMENTS [NAME ...]]

Against NumPy's long double, whose 64 bits on x86 are 11 more than float64 has; ten million arguments for each function and
precision (the default), most of them where errors are largest, take two minutes. Machines without a longer double are told so.
The normal distribution, which NumPy lacks, is taken from mpmath, a hundredth of the arguments each.
"""

import sys
from pathlib import Path

import mpmath
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "kernels" / "functions"))

from test_functions import EXACT, FUNCTIONS, PRECISIONS, compute


def logistic(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


LONG = {
    "exp": np.exp,
    "log": np.log,
    "sigmoid": logistic,
    "symmetric_sigmoid": lambda x: np.tanh(x / 2) / 2,
    "tanh": np.tanh,
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "softplus": softplus,
    "softplus slope": logistic,
    "sine": np.sin,
    "cosine": np.cos,
}
REGIONS = {
    "exp": [(-4, 4), (-86, 87)],
    "log": [(0.5, 2), (1e-3, 1e3)],
    "sine": [(-4, 4), (-1e5, 1e5)],
    "cosine": [(-4, 4), (-1e5, 1e5)],
    "distribution": [(-3, 3), (-12.7, 3)],
    "density": [(-3, 3), (-12.7, 3)],
}
USUAL = [(-1, 1), (-4, 4), (-40, 40)]
CHUNK = 1_000_000


def by_mpmath(name, x):
    """As long doubles, put together from two doubles each."""
    exact = [EXACT[name](mpmath.mpf(float(argument))) for argument in x]
    high = [float(value) for value in exact]
    low = [float(value - part) for value, part in zip(exact, high, strict=True)]
    return np.array(high, np.longdouble) + np.array(low, np.longdouble)


def largest(name: str, dtype, low: float, high: float, count: int) -> tuple[float, float]:
    """The largest error in ulp, and where it is."""
    rng, worst = np.random.default_rng(5), (0.0, 0.0)
    for start in range(0, count, CHUNK):
        x = rng.uniform(low, high, min(count - start, CHUNK)).astype(dtype)
        exact = LONG[name](x.astype(np.longdouble)) if name in LONG else by_mpmath(name, x)
        error = np.abs((compute(name, x) - exact) / np.spacing(np.abs(exact.astype(dtype)))).astype(float)
        at = int(error.argmax())
        worst = max(worst, (float(error[at]), float(x[at])))
    return worst


if __name__ == "__main__":
    if np.finfo(np.longdouble).nmant < 63:
        sys.exit("this machine's long double is no longer than its double")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    for name in sys.argv[2:] or FUNCTIONS:
        for dtype in PRECISIONS:
            regions = REGIONS.get(name, USUAL)
            each = count // len(regions) // (1 if name in LONG else 100)
            error, where = max(largest(name, dtype, *region, each) for region in regions)
            print(f"{name:17} {np.dtype(dtype).name} {error:.2f} ulp at {where!r}", flush=True)
