"""Learning-rate schedules: each is a formula that computes the rates of an epoch from the lane's own epoch number e = 0, 1, ...

Every schedule may warm up: its factor is multiplied by min(1, (e + 1) / warmup), which is 1 if warmup is 0. Factors are powers
and cosines of the epoch itself and are not carried on from one epoch to the next, so they depend on nothing but e.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from backsweep.ranges import COUNT, POSITIVE, SHARE, Hyperparameter

from ..functions.elementary import exp, log
from ..functions.sines import sine_and_cosine
from ..lanes.bits import ROUND_DOUBLE, ROUND_SINGLE, single
from ..lanes.compile import Formula, inlined
from ..lanes.operations import load, select, splat_row, store
from ..lanes.vector import Memory
from ..memory import MOST_OF_A_SCHEDULE


@dataclass(frozen=True)
class Schedule:
    """A schedule: its formula, and its hyperparameters in the order in which the formula reads them.

    Raises ValueError if there are more of these than there is room for.
    """

    formula: Formula
    hyperparameters: Mapping[str, Hyperparameter]

    def __post_init__(self):
        if len(self.hyperparameters) > MOST_OF_A_SCHEDULE:
            raise ValueError(
                f"{self.formula.name}: {len(self.hyperparameters)} hyperparameters; there is room for {MOST_OF_A_SCHEDULE}: "
                "raise MOST_OF_A_SCHEDULE in memory.py"
            )


@inlined
def _fill(rates, bases, age, warmup, factor, layers):
    warm = (load(age, 0) + 1.0) / load(warmup, 0)
    factor = factor * select(warm < 1.0, warm, 1.0)
    for layer in range(layers):
        store(rates, layer, load(bases, layer) * factor)


@Formula
def constant(rates: Memory, bases: Memory, age: Memory, hyperparameters: Memory, warmup: Memory, layers: int):
    """1."""
    _fill(rates, bases, age, warmup, splat_row(age, 1.0), layers)


@Formula
def step(rates: Memory, bases: Memory, age: Memory, hyperparameters: Memory, warmup: Memory, layers: int):
    """factor**floor(e / every)."""
    steps = load(age, 0) / load(hyperparameters, 0)
    rounder = ROUND_SINGLE if single(steps) else ROUND_DOUBLE
    nearest = (steps + rounder) - rounder
    whole = select(nearest > steps, nearest - 1.0, nearest)
    _fill(rates, bases, age, warmup, exp(whole * log(load(hyperparameters, 1))), layers)


@Formula
def exponential(rates: Memory, bases: Memory, age: Memory, hyperparameters: Memory, warmup: Memory, layers: int):
    """factor**e."""
    _fill(rates, bases, age, warmup, exp(load(age, 0) * log(load(hyperparameters, 0))), layers)


@Formula
def cosine_decay(rates: Memory, bases: Memory, age: Memory, hyperparameters: Memory, warmup: Memory, layers: int):
    """floor + (1 - floor) (1 + cos(pi e / epochs)) / 2 to e = epochs, then floor (I. Loshchilov and F. Hutter, ICLR 2017)."""
    share, floor = load(age, 0) / load(hyperparameters, 0), load(hyperparameters, 1)
    share = select(share < 1.0, share, 1.0)
    _, cosine = sine_and_cosine(math.pi * share)
    factor = floor + (1.0 - floor) * (0.5 * (1.0 + cosine))
    _fill(rates, bases, age, warmup, factor, layers)


SCHEDULES = {
    "constant": Schedule(constant, {}),
    "step": Schedule(step, {"every": Hyperparameter(COUNT), "factor": Hyperparameter(POSITIVE)}),
    "exponential": Schedule(exponential, {"factor": Hyperparameter(POSITIVE)}),
    "cosine": Schedule(cosine_decay, {"epochs": Hyperparameter(COUNT), "floor": Hyperparameter(SHARE, 0.0)}),
}
