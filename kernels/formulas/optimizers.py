"""Optimizers: each a formula that updates weights from the gradient of the loss, and where it needs one, a clock's tick.

A formula updates a `Segment`, weights that share a learning rate. What depends on the update's number alone, and not on the
weight, is carried on once per update by `advance`, in `clock`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from backsweep.ranges import AT_LEAST_ONE, BELOW_ONE, NOT_NEGATIVE, POSITIVE, UP_TO_ONE, Hyperparameter

from ..lanes.compile import Formula, inlined
from ..lanes.operations import fma, load, magnitude, select, square_root, store
from ..lanes.vector import Memory


class Segment(NamedTuple):
    """Weights that share a learning rate, and what an optimizer updates them from. Each row has a number for each lane."""

    weights: Memory  # (rows, lanes)
    gradients: Memory  # (rows, lanes)
    state: Memory  # (states * size, lanes): of weight `row` the optimizer keeps row `row`, row `size + row`, and so on
    hyperparameters: Memory  # (hyperparameters, lanes), in the order of `Optimizer.hyperparameters`
    clock: Memory  # (clocks, lanes): see `Optimizer.advance`
    rate: Memory  # (1, lanes)
    rows: int  # how many weights
    size: int  # how many there are in all segments


@dataclass(frozen=True)
class Optimizer:
    """An optimizer: its formula, and all that the rest of the program must know of it.

    hyperparameters: in the order in which the formula reads them. states: how many numbers it keeps of each weight;
    starts_at_rate: which of them starts at the learning rate and not at 0, or -1. advance: carries on `clocks` numbers, which
    start at 1, once per update. decoupled: weight decay is its own affair, the hyperparameter after its last.
    full_batch_only: it compares the gradient of one update with that of the last. own_rates: the learning rate only starts
    the rates that it finds.

    Raises ValueError for what would be read or stored past an array.
    """

    update: Formula
    hyperparameters: Mapping[str, Hyperparameter]
    states: int = 0
    advance: Formula | None = None
    clocks: int = 0
    starts_at_rate: int = -1
    decoupled: bool = False
    full_batch_only: bool = False
    own_rates: bool = False

    def __post_init__(self):
        if self.starts_at_rate >= self.states:
            raise ValueError(f"{self.update.name}: starts_at_rate = {self.starts_at_rate}: there are {self.states} states")
        if (self.advance is None) != (self.clocks == 0):
            raise ValueError(f"{self.update.name}: clocks = {self.clocks}: they go with `advance`, and it with them")

    @property
    def room(self) -> int:
        """How many rows its hyperparameters take."""
        return len(self.hyperparameters) + self.decoupled


@Formula
def gradient_descent(segment: Segment):
    """w <- w - rate g."""
    step = load(segment.rate, 0)
    for row in range(segment.rows):
        store(segment.weights, row, fma(-step, load(segment.gradients, row), load(segment.weights, row)))


@inlined
def _velocity(segment, beta, step, row):
    """The new velocity, beta v - rate g, which it keeps."""
    v = fma(beta, load(segment.state, row), -step * load(segment.gradients, row))
    store(segment.state, row, v)
    return v


@Formula
def momentum(segment: Segment):
    """v <- beta v - rate g; w <- w + v (D. Rumelhart, G. Hinton and R. Williams, Nature 323, 1986)."""
    beta, step = load(segment.hyperparameters, 0), load(segment.rate, 0)
    for row in range(segment.rows):
        store(segment.weights, row, load(segment.weights, row) + _velocity(segment, beta, step, row))


@Formula
def averaged_momentum(segment: Segment):
    """m <- beta m + (1 - beta) g; w <- w - rate m: momentum as a running average of gradients."""
    beta, step = load(segment.hyperparameters, 0), load(segment.rate, 0)
    rest = 1.0 - beta
    for row in range(segment.rows):
        m = fma(beta, load(segment.state, row), rest * load(segment.gradients, row))
        store(segment.state, row, m)
        store(segment.weights, row, fma(-step, m, load(segment.weights, row)))


@Formula
def nesterov(segment: Segment):
    """v <- beta v - rate g; w <- w + beta v - rate g (I. Sutskever et al., ICML 2013, section 2, at the weights ahead)."""
    beta, step = load(segment.hyperparameters, 0), load(segment.rate, 0)
    for row in range(segment.rows):
        v = _velocity(segment, beta, step, row)
        store(segment.weights, row, fma(beta, v, fma(-step, load(segment.gradients, row), load(segment.weights, row))))


@Formula
def adagrad(segment: Segment):
    """s <- s + g**2; w <- w - rate g / (sqrt(s) + epsilon) (J. Duchi, E. Hazan and Y. Singer, JMLR 12, 2011)."""
    epsilon, step = load(segment.hyperparameters, 0), load(segment.rate, 0)
    for row in range(segment.rows):
        g = load(segment.gradients, row)
        s = fma(g, g, load(segment.state, row))
        store(segment.state, row, s)
        store(segment.weights, row, load(segment.weights, row) - step * g / (square_root(s) + epsilon))


@Formula
def rmsprop(segment: Segment):
    """s <- alpha s + (1 - alpha) g**2; w <- w - rate g / (sqrt(s) + epsilon) (T. Tieleman and G. Hinton, lecture 6.5, 2012)."""
    alpha, epsilon, step = load(segment.hyperparameters, 0), load(segment.hyperparameters, 1), load(segment.rate, 0)
    rest = 1.0 - alpha
    for row in range(segment.rows):
        g = load(segment.gradients, row)
        s = fma(alpha, load(segment.state, row), rest * g * g)
        store(segment.state, row, s)
        store(segment.weights, row, load(segment.weights, row) - step * g / (square_root(s) + epsilon))


@Formula
def adam_clock(clock: Memory, hyperparameters: Memory):
    """beta1**t and beta2**t, one factor an update; a clock starts at 1."""
    store(clock, 0, load(clock, 0) * load(hyperparameters, 0))
    store(clock, 1, load(clock, 1) * load(hyperparameters, 1))


@inlined
def _adam(segment, step, keep):
    """w <- keep w - rate (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + epsilon).

    Both corrections are taken out of the loop: a division and a root a weight are dear enough.
    """
    beta1, beta2, epsilon = load(segment.hyperparameters, 0), load(segment.hyperparameters, 1), load(segment.hyperparameters, 2)
    rest1, rest2 = 1.0 - beta1, 1.0 - beta2
    step = step / (1.0 - load(segment.clock, 0))
    scale = 1.0 / square_root(1.0 - load(segment.clock, 1))
    for row in range(segment.rows):
        g = load(segment.gradients, row)
        m = fma(beta1, load(segment.state, row), rest1 * g)
        v = fma(beta2, load(segment.state, segment.size + row), rest2 * g * g)
        store(segment.state, row, m)
        store(segment.state, segment.size + row, v)
        store(segment.weights, row, fma(keep, load(segment.weights, row), -step * m / fma(square_root(v), scale, epsilon)))


@Formula
def adam(segment: Segment):
    """D. Kingma and J. Ba, ICLR 2015, algorithm 1."""
    step = load(segment.rate, 0)
    _adam(segment, step, 1.0)


@Formula
def adamw(segment: Segment):
    """adam after w <- w - rate decay w (I. Loshchilov and F. Hutter, ICLR 2019); the decay is its last hyperparameter."""
    step = load(segment.rate, 0)
    _adam(segment, step, fma(-step, load(segment.hyperparameters, 3), 1.0))


@Formula
def rprop(segment: Segment):
    """iRprop-: step sizes of their own for each weight, and no step back (C. Igel and M. Huesken, NC 2000, table 2).

    state: the step size, which starts at the learning rate, and the gradient before.
    """
    grow, shrink, least, most = (
        load(segment.hyperparameters, 0),
        load(segment.hyperparameters, 1),
        load(segment.hyperparameters, 2),
        load(segment.hyperparameters, 3),
    )
    for row in range(segment.rows):
        g, size_now = load(segment.gradients, row), load(segment.state, row)
        product = g * load(segment.state, segment.size + row)
        grown, shrunk = size_now * grow, size_now * shrink
        size_now = select(product > 0.0, select(grown < most, grown, most), size_now)
        size_now = select(product < 0.0, select(shrunk > least, shrunk, least), size_now)
        g = select(product < 0.0, 0.0, g)
        store(segment.state, row, size_now)
        store(segment.state, segment.size + row, g)
        step = select(g > 0.0, size_now, select(g < 0.0, -size_now, g))  # not a number stays one
        store(segment.weights, row, load(segment.weights, row) - step)


@Formula
def quickprop(segment: Segment):
    """S. Fahlman, CMU-CS-88-162, 1988, as his program runs it; slope S = -g, epsilon = rate. state: the last step and slope.

    In the direction of the last step: epsilon S while S still points there; and a jump to the parabola's minimum, or mu times
    the last step if that is nearer. Downward steps are the mirror image.
    """
    mu, epsilon = load(segment.hyperparameters, 0), load(segment.rate, 0)
    shrink = mu / (1.0 + mu)
    for row in range(segment.rows):
        slope, last, before = -load(segment.gradients, row), load(segment.state, row), load(segment.state, segment.size + row)
        backwards = last < 0.0
        onward, onward_before = select(backwards, -slope, slope), select(backwards, -before, before)
        jump = select(magnitude(onward) > 0.0, onward / (onward_before - onward), onward)  # 0 / 0 is 0 here
        factor = select(onward > shrink * onward_before, mu, jump)
        linear = select((magnitude(last) > 0.0) & (onward < 0.0), 0.0, epsilon * slope)
        step = select(magnitude(last) > 0.0, fma(factor, last, linear), linear)  # without a last step the factor is anything
        store(segment.state, row, step)
        store(segment.state, segment.size + row, slope)
        store(segment.weights, row, load(segment.weights, row) + step)


@Formula
def delta_bar_delta(segment: Segment):
    """R. Jacobs, Neural Networks 1, 1988, equations 4 and 5. state: the weight's own rate, and its averaged gradient."""
    kappa, phi, theta = load(segment.hyperparameters, 0), load(segment.hyperparameters, 1), load(segment.hyperparameters, 2)
    rest, keep = 1.0 - theta, 1.0 - phi
    for row in range(segment.rows):
        g, own, average = load(segment.gradients, row), load(segment.state, row), load(segment.state, segment.size + row)
        product = average * g
        own = select(product > 0.0, own + kappa, select(product < 0.0, own * keep, own))
        store(segment.state, row, own)
        store(segment.state, segment.size + row, fma(rest, g, theta * average))
        store(segment.weights, row, fma(-own, g, load(segment.weights, row)))


MOMENTUM = {"beta": Hyperparameter(BELOW_ONE, 0.9)}
ADAM = {
    "beta1": Hyperparameter(BELOW_ONE, 0.9),
    "beta2": Hyperparameter(BELOW_ONE, 0.999),
    "epsilon": Hyperparameter(NOT_NEGATIVE, 1e-8),
}
OPTIMIZERS = {
    "gd": Optimizer(gradient_descent, {}),
    "momentum": Optimizer(momentum, MOMENTUM, states=1),
    "averaged_momentum": Optimizer(averaged_momentum, MOMENTUM, states=1),
    "nesterov": Optimizer(nesterov, MOMENTUM, states=1),
    "adagrad": Optimizer(adagrad, {"epsilon": Hyperparameter(NOT_NEGATIVE, 1e-10)}, states=1),
    "rmsprop": Optimizer(
        rmsprop, {"alpha": Hyperparameter(BELOW_ONE, 0.99), "epsilon": Hyperparameter(NOT_NEGATIVE, 1e-8)}, states=1
    ),
    "adam": Optimizer(adam, ADAM, states=2, advance=adam_clock, clocks=2),
    "adamw": Optimizer(adamw, ADAM, states=2, advance=adam_clock, clocks=2, decoupled=True),
    "rprop": Optimizer(
        rprop,
        {
            "grow": Hyperparameter(AT_LEAST_ONE, 1.2),
            "shrink": Hyperparameter(UP_TO_ONE, 0.5),
            "least": Hyperparameter(NOT_NEGATIVE, 1e-6),
            "most": Hyperparameter(POSITIVE, 50.0),
        },
        states=2,
        starts_at_rate=0,
        full_batch_only=True,
        own_rates=True,
    ),
    "quickprop": Optimizer(quickprop, {"mu": Hyperparameter(POSITIVE, 1.75)}, states=2, full_batch_only=True),
    "delta_bar_delta": Optimizer(
        delta_bar_delta,
        {
            "kappa": Hyperparameter(NOT_NEGATIVE, 0.01),
            "phi": Hyperparameter(BELOW_ONE, 0.1),
            "theta": Hyperparameter(BELOW_ONE, 0.7),
        },
        states=2,
        starts_at_rate=0,
        own_rates=True,
    ),
}
