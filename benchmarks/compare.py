"""Is a change to the kernels faster? python benchmarks/compare.py TREE [TREE ...]

Each TREE is a folder with a `kernels` package: this checkout, or copies of it with a change each. They take turns in one
process, and the bare kernel with them, since absolute times drift; the best of the rounds counts. This is how the ratios in
NOTES.md were measured.
"""

import importlib
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path

import bare_kernel
import numpy as np

ROUNDS = 12
XOR_RUNS, XOR_EPOCHS = 16 * 20, 10_000
LARGE_RUNS, LARGE_EPOCHS = 16, 500


def kernels_of(tree: str) -> Callable:
    """`train` of the kernels in a folder, whatever other kernels are loaded already."""
    for name in [name for name in sys.modules if name.split(".")[0] == "backsweep"]:
        del sys.modules[name]
    package = types.ModuleType("backsweep")
    root = Path(tree).resolve()
    package.__path__ = [str(root), str(root / "backsweep")]  # the packages, and what they stand on
    sys.modules["backsweep"] = package
    return importlib.import_module("backsweep.kernels").train


def timed(function: Callable, *arguments) -> float:
    begin = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - begin


def xor(train: Callable) -> None:
    seeds = np.arange(XOR_RUNS)
    train(bare_kernel.X, bare_kernel.Y, hidden=2, seed=seeds, epochs=XOR_EPOCHS, stop={"loss": 1e-9}, keep_weights=False)


def large(train: Callable) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(192, 2)), rng.random(192) > 0.5
    train(x, y, hidden=32, seed=np.arange(LARGE_RUNS), epochs=LARGE_EPOCHS, stop={"loss": 1e-9}, keep_weights=False)


def main(trees: list[str]) -> None:
    trained = {tree: kernels_of(tree) for tree in trees}
    for tree, train in trained.items():
        print(f"{tree}: first call, compiled or from disk, {timed(xor, train):.1f} s")
        large(train)
    bare_kernel.train(*bare_kernel.xor_batch())
    best = dict.fromkeys([("bare", ""), *((case, tree) for tree in trees for case in ("xor", "large"))], float("inf"))
    for _ in range(ROUNDS):
        batch = bare_kernel.xor_batch()
        best["bare", ""] = min(best["bare", ""], timed(bare_kernel.train, *batch) * XOR_RUNS / bare_kernel.LANES)
        for tree, train in trained.items():
            for case, function in (("xor", xor), ("large", large)):
                best[case, tree] = min(best[case, tree], timed(function, train))
    for tree in trees:
        first = best["large", trees[0]] / best["large", tree]
        print(f"{tree}: XOR {best['bare', ''] / best['xor', tree]:.3f} of the bare kernel, 2-32-1 {first:.3f} of {trees[0]}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
