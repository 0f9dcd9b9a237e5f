"""The largest errors of the functions on lanes against mpmath: python benchmarks/accuracy.py [ARGUMENTS]

A million arguments for each function (the default) take about ten minutes: mpmath is exact, not fast.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "kernels"))

from test_functions import EXACT, arguments, largest_error

if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for name in EXACT:
        print(f"{name:9} {largest_error(name, arguments(name, count, seed=5)):.2f} ulp", flush=True)
