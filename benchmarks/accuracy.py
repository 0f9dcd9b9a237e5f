"""The largest errors of the functions on lanes that a search finds: python benchmarks/accuracy.py [ARGUMENTS]

Against NumPy's long double, whose 64 bits on x86 are 11 more than are judged; twenty million arguments for each function (the
default), most of them where errors are largest, take about a minute. Machines without a longer double are told so.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "kernels"))

from test_functions import compute

EXACT = {
    "exp": np.exp,
    "log": np.log,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
}
REGIONS = {
    "exp": [(-4, 4), (-700, 700)],
    "log": [(0.5, 2), (1e-3, 1e3)],
    "sigmoid": [(-4, 4), (-40, 40)],
    "softplus": [(-4, 4), (-40, 40)],
}
CHUNK = 1_000_000


def largest(name: str, low: float, high: float, count: int) -> tuple[float, float]:
    """The largest error in ulp, and where it is."""
    rng, worst = np.random.default_rng(5), (0.0, 0.0)
    for _ in range(max(count // CHUNK, 1)):
        x = rng.uniform(low, high, min(count, CHUNK))
        exact = EXACT[name](x.astype(np.longdouble))
        error = np.abs((compute(name, x) - exact) / np.spacing(np.abs(exact.astype(np.float64)))).astype(float)
        at = int(error.argmax())
        worst = max(worst, (float(error[at]), float(x[at])))
    return worst


if __name__ == "__main__":
    if np.finfo(np.longdouble).nmant < 63:
        sys.exit("this machine's long double is no longer than its double")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000_000
    for name, regions in REGIONS.items():
        error, where = max(largest(name, *region, count // len(regions)) for region in regions)
        print(f"{name:9} {error:.2f} ulp at {where!r}", flush=True)
