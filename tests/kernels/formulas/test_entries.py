"""Formulas find exactly the arrays that their entry declares, and never read or write past one; an entry that needs more room
than there is raises an error when it is made.
"""

import os
import subprocess
import sys

import pytest

from backsweep.kernels.call.hyperparameters import ranges_of
from backsweep.kernels.formulas.optimizers import Optimizer, adam, adam_clock, gradient_descent, rprop
from backsweep.kernels.formulas.schedules import Schedule, step
from backsweep.ranges import BELOW_ONE, POSITIVE, Hyperparameter

BETA = {"beta": Hyperparameter(BELOW_ONE, 0.9)}

# Without the JIT, arrays are NumPy's, which check their bounds.
EXACTLY = """
import numpy as np
from backsweep.kernels.formulas.optimizers import OPTIMIZERS, Segment
from backsweep.kernels.formulas.schedules import SCHEDULES

def rows(count):
    return np.full((count, 4), 0.5)

for name, entry in OPTIMIZERS.items():
    weights, size = rows(3), 3
    numbers, clock = rows(entry.room), rows(entry.clocks)
    if entry.advance is not None:
        entry.advance.function(clock, numbers)
    entry.update.function(Segment(weights, rows(size), rows(entry.states * size), numbers, clock, rows(1), size, size))
    assert np.isfinite(weights).all(), name
for name, entry in SCHEDULES.items():
    rates = rows(2)
    entry.formula.function(rates, rows(2), rows(1), rows(len(entry.hyperparameters)), rows(1), 2)
    assert np.isfinite(rates).all(), name
"""

# w <- w - (a + b + c + d + e) (sum of three clocks) g / 3, and three states that count updates.
WIDE = """
import numpy as np
from backsweep.kernels import OPTIMIZERS, RANGES, train
from backsweep.kernels.call.hyperparameters import ranges_of
from backsweep.kernels.formulas.optimizers import Optimizer, Segment
from backsweep.kernels.lanes.compile import Formula
from backsweep.kernels.lanes.operations import load, store
from backsweep.kernels.lanes.vector import Memory
from backsweep.ranges import POSITIVE, Hyperparameter

@Formula
def halve(clock: Memory, hyperparameters: Memory):
    for row in range(3):
        store(clock, row, load(clock, row) * 0.5)

@Formula
def wide(segment: Segment):
    weights, gradients, state, hyperparameters, clock, _, rows, size = segment
    factor = sum(load(hyperparameters, k) for k in range(5)) * sum(load(clock, k) for k in range(3)) / 3.0
    for row in range(rows):
        for k in range(3):
            store(state, k * size + row, load(state, k * size + row) + 1.0)
        store(weights, row, load(weights, row) - factor * load(gradients, row))

numbers = {name: Hyperparameter(POSITIVE, 0.1) for name in "abcde"}
OPTIMIZERS["wide"] = Optimizer(wide, numbers, states=3, advance=halve, clocks=3)
RANGES.update(ranges_of("optimizer", [numbers]))
plain = {"hidden": (), "output": "identity", "loss": "half_mse", "init": {"scheme": "constant", "value": 1.0}, "epochs": 2}
fit = train([[1.0]], [[0.0]], **plain, optimizer={"name": "wide", "e": [0.1, 0.6]}, midpoint=None)
expected = [(1 - 0.5 * 0.5) * (1 - 0.5 * 0.25), (1 - 1.0 * 0.5) * (1 - 1.0 * 0.25)]
np.testing.assert_allclose(fit.weights[0].reshape(-1), expected)
"""


@pytest.mark.parametrize("script", [EXACTLY, WIDE], ids=["all entries find what they declare", "as much as one declares"])
def test_formulas_stay_within_the_arrays(script):
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Optimizer(rprop, BETA, states=1, starts_at_rate=1), "rprop: starts_at_rate = 1: there are 1 states"),
        (lambda: Optimizer(adam, BETA, states=2, advance=adam_clock), "adam: clocks = 0"),
        (lambda: Optimizer(gradient_descent, {}, clocks=1), "gradient_descent: clocks = 1"),
        (lambda: Schedule(step, dict.fromkeys("abc", BETA["beta"])), "step: 3 hyperparameters; there is room for 2"),
        (lambda: ranges_of("optimizer", [BETA, {"beta": Hyperparameter(POSITIVE, 0.9)}]), "optimizer.beta: two entries"),
    ],
)
def test_an_impossible_entry_is_refused_when_it_is_made(make, told):
    with pytest.raises(ValueError, match=told):
        make()
