"""How long it takes to start a run: its random stream and its first draws alone, and how much of short runs that leaves."""

from collections.abc import Callable, Iterator

import bare_kernel
import numpy as np
from kernel_bench import timed

from backsweep.kernels import train
from backsweep.kernels.lanes.compile import compiled
from backsweep.kernels.random.mersenne import mersenne_uniform
from backsweep.kernels.random.pcg import pcg_uniform
from backsweep.kernels.random.streams import MT19937, PCG64, new_state, new_stock, start_default, start_legacy

RUNS, ROUNDS, WEIGHTS, EPOCHS = 20_000, 25, 6, 20


@compiled
def _legacy_starts(stock, state, seeds):
    total = 0.0
    for run in range(seeds.shape[0]):
        start_legacy(stock, state, run % state.shape[0], seeds, run)
        for _ in range(WEIGHTS):
            total += mersenne_uniform(state, run % state.shape[0])
    return total


@compiled
def _default_starts(stock, state, seeds):
    total = 0.0
    for run in range(seeds.shape[0]):
        start_default(stock, state, run % state.shape[0], seeds, run)
        for _ in range(WEIGHTS):
            total += pcg_uniform(state, run % state.shape[0])
    return total


def _best(function: Callable) -> float:
    """Microseconds of the processor per run."""
    function()
    return min(timed(function) for _ in range(ROUNDS)) / RUNS * 1e6


def starts_of_xor() -> Iterator[tuple[str, float, str, float | None]]:
    seeds = np.arange(RUNS)
    for name, kind, function in (("RandomState", MT19937, _legacy_starts), ("default_rng", PCG64, _default_starts)):
        stock, state = new_stock(kind, WEIGHTS, normal=False), new_state(16)
        best = _best(lambda function=function, stock=stock, state=state: function(stock, state, seeds))
        yield f"a stream of {name} and XOR's six weights from it, µs per run", best, "<=", 0.15
    settings = {"hidden": 2, "seed": seeds, "epochs": EPOCHS, "stop": {"loss": 1e-9}, "keep_weights": False}
    yield f"XOR runs of {EPOCHS} epochs, µs per run", _best(lambda: train(bare_kernel.X, bare_kernel.Y, **settings)), "", None
