"""Training rules: each a phase that updates weights from the gradient of the loss, and where it needs one, a clock's tick.

A phase updates `count` weights that share a learning rate: rows of `weights` and `gradients`, a rule's own numbers of each
weight in `state`, `size` rows apart, its settings in `numbers` in the order of `Rule.numbers`, and the `rate`, all one for each
lane. What depends on the update's number alone, and not on the weight, is carried on once an update by `advance`, in `clock`.
"""

from typing import NamedTuple

from ..lanes.compile import Phase, inlined
from ..lanes.operations import fma, load, magnitude, select, square_root, store
from ..lanes.vector import Memory


class Rule(NamedTuple):
    """A training rule. numbers: its settings and their defaults. states: the numbers that it keeps of each weight.

    starts_at_rate: which of them starts at the learning rate and not at 0, or -1. decoupled: weight decay is its own affair.
    """

    update: Phase
    numbers: dict[str, float]
    states: int = 0
    advance: Phase | None = None
    starts_at_rate: int = -1
    decoupled: bool = False


@Phase
def gradient_descent(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """w <- w - rate g."""
    step = load(rate, 0)
    for row in range(count):
        store(weights, row, fma(-step, load(gradients, row), load(weights, row)))


@inlined
def _velocity(gradients, state, beta, step, row):
    """The new velocity, beta v - rate g, which it keeps."""
    v = fma(beta, load(state, row), -step * load(gradients, row))
    store(state, row, v)
    return v


@Phase
def momentum(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """v <- beta v - rate g; w <- w + v (D. Rumelhart, G. Hinton and R. Williams, Nature 323, 1986)."""
    beta, step = load(numbers, 0), load(rate, 0)
    for row in range(count):
        store(weights, row, load(weights, row) + _velocity(gradients, state, beta, step, row))


@Phase
def averaged_momentum(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """m <- beta m + (1 - beta) g; w <- w - rate m: momentum as a running average of gradients."""
    beta, step = load(numbers, 0), load(rate, 0)
    rest = 1.0 - beta
    for row in range(count):
        m = fma(beta, load(state, row), rest * load(gradients, row))
        store(state, row, m)
        store(weights, row, fma(-step, m, load(weights, row)))


@Phase
def nesterov(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """v <- beta v - rate g; w <- w + beta v - rate g (I. Sutskever et al., ICML 2013, section 2, at the weights ahead)."""
    beta, step = load(numbers, 0), load(rate, 0)
    for row in range(count):
        v = _velocity(gradients, state, beta, step, row)
        store(weights, row, fma(beta, v, fma(-step, load(gradients, row), load(weights, row))))


@Phase
def adagrad(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """s <- s + g**2; w <- w - rate g / (sqrt(s) + epsilon) (J. Duchi, E. Hazan and Y. Singer, JMLR 12, 2011)."""
    epsilon, step = load(numbers, 0), load(rate, 0)
    for row in range(count):
        g = load(gradients, row)
        s = fma(g, g, load(state, row))
        store(state, row, s)
        store(weights, row, load(weights, row) - step * g / (square_root(s) + epsilon))


@Phase
def rmsprop(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """s <- alpha s + (1 - alpha) g**2; w <- w - rate g / (sqrt(s) + epsilon) (T. Tieleman and G. Hinton, lecture 6.5, 2012)."""
    alpha, epsilon, step = load(numbers, 0), load(numbers, 1), load(rate, 0)
    rest = 1.0 - alpha
    for row in range(count):
        g = load(gradients, row)
        s = fma(alpha, load(state, row), rest * g * g)
        store(state, row, s)
        store(weights, row, load(weights, row) - step * g / (square_root(s) + epsilon))


@Phase
def adam_clock(clock: Memory, numbers: Memory):
    """beta1**t and beta2**t, one factor an update; a clock starts at 1."""
    store(clock, 0, load(clock, 0) * load(numbers, 0))
    store(clock, 1, load(clock, 1) * load(numbers, 1))


@inlined
def _adam(weights, gradients, state, numbers, clock, step, keep, count, size):
    """w <- keep w - rate (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + epsilon).

    Both corrections are taken out of the loop: a division and a root a weight are dear enough.
    """
    beta1, beta2, epsilon = load(numbers, 0), load(numbers, 1), load(numbers, 2)
    rest1, rest2 = 1.0 - beta1, 1.0 - beta2
    step = step / (1.0 - load(clock, 0))
    scale = 1.0 / square_root(1.0 - load(clock, 1))
    for row in range(count):
        g = load(gradients, row)
        m = fma(beta1, load(state, row), rest1 * g)
        v = fma(beta2, load(state, size + row), rest2 * g * g)
        store(state, row, m)
        store(state, size + row, v)
        store(weights, row, fma(keep, load(weights, row), -step * m / fma(square_root(v), scale, epsilon)))


@Phase
def adam(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """D. Kingma and J. Ba, ICLR 2015, algorithm 1."""
    step = load(rate, 0)
    _adam(weights, gradients, state, numbers, clock, step, 1.0, count, size)


@Phase
def adamw(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """adam after w <- w - rate decay w (I. Loshchilov and F. Hutter, ICLR 2019); the decay is the last of its numbers."""
    step = load(rate, 0)
    _adam(weights, gradients, state, numbers, clock, step, fma(-step, load(numbers, 3), 1.0), count, size)


@Phase
def rprop(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """iRprop-: step sizes of their own for each weight, and no step back (C. Igel and M. Huesken, NC 2000, table 2).

    state: the step size, which starts at the learning rate, and the gradient before.
    """
    grow, shrink, least, most = load(numbers, 0), load(numbers, 1), load(numbers, 2), load(numbers, 3)
    for row in range(count):
        g, size_now = load(gradients, row), load(state, row)
        product = g * load(state, size + row)
        grown, shrunk = size_now * grow, size_now * shrink
        size_now = select(product > 0.0, select(grown < most, grown, most), size_now)
        size_now = select(product < 0.0, select(shrunk > least, shrunk, least), size_now)
        g = select(product < 0.0, 0.0, g)
        store(state, row, size_now)
        store(state, size + row, g)
        step = select(g > 0.0, size_now, select(g < 0.0, -size_now, g))  # not a number stays one
        store(weights, row, load(weights, row) - step)


@Phase
def quickprop(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """S. Fahlman, CMU-CS-88-162, 1988, as his program runs it; slope S = -g, epsilon = rate. state: the last step and slope.

    In the direction of the last step: epsilon S while S still points there; and a jump to the parabola's minimum, or mu times
    the last step if that is nearer. Downward steps are the mirror image.
    """
    mu, epsilon = load(numbers, 0), load(rate, 0)
    shrink = mu / (1.0 + mu)
    for row in range(count):
        slope, last, before = -load(gradients, row), load(state, row), load(state, size + row)
        backwards = last < 0.0
        onward, onward_before = select(backwards, -slope, slope), select(backwards, -before, before)
        jump = select(magnitude(onward) > 0.0, onward / (onward_before - onward), onward)  # 0 / 0 is 0 here
        factor = select(onward > shrink * onward_before, mu, jump)
        linear = select((magnitude(last) > 0.0) & (onward < 0.0), 0.0, epsilon * slope)
        step = select(magnitude(last) > 0.0, fma(factor, last, linear), linear)  # without a last step the factor is anything
        store(state, row, step)
        store(state, size + row, slope)
        store(weights, row, load(weights, row) + step)


@Phase
def delta_bar_delta(
    weights: Memory, gradients: Memory, state: Memory, numbers: Memory, clock: Memory, rate: Memory, count: int, size: int
):
    """R. Jacobs, Neural Networks 1, 1988, equations 4 and 5. state: the weight's own rate, and its averaged gradient."""
    kappa, phi, theta = load(numbers, 0), load(numbers, 1), load(numbers, 2)
    rest, keep = 1.0 - theta, 1.0 - phi
    for row in range(count):
        g, own, average = load(gradients, row), load(state, row), load(state, size + row)
        product = average * g
        own = select(product > 0.0, own + kappa, select(product < 0.0, own * keep, own))
        store(state, row, own)
        store(state, size + row, fma(rest, g, theta * average))
        store(weights, row, fma(-own, g, load(weights, row)))


BETAS = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
OPTIMIZERS = {
    "gd": Rule(gradient_descent, {}),
    "momentum": Rule(momentum, {"beta": 0.9}, states=1),
    "averaged_momentum": Rule(averaged_momentum, {"beta": 0.9}, states=1),
    "nesterov": Rule(nesterov, {"beta": 0.9}, states=1),
    "adagrad": Rule(adagrad, {"epsilon": 1e-10}, states=1),
    "rmsprop": Rule(rmsprop, {"alpha": 0.99, "epsilon": 1e-8}, states=1),
    "adam": Rule(adam, BETAS, states=2, advance=adam_clock),
    "adamw": Rule(adamw, BETAS, states=2, advance=adam_clock, decoupled=True),
    "rprop": Rule(rprop, {"grow": 1.2, "shrink": 0.5, "least": 1e-6, "most": 50.0}, states=2, starts_at_rate=0),
    "quickprop": Rule(quickprop, {"mu": 1.75}, states=2),
    "delta_bar_delta": Rule(delta_bar_delta, {"kappa": 0.01, "phi": 0.1, "theta": 0.7}, states=2, starts_at_rate=0),
}
