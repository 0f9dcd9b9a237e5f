"""Losses of a sigmoid output: the exact value, the slope, and a cheap screen that says when to look.

The exact mean loss decides how a run ends, but a logarithm per output and epoch costs as much as the output's sigmoid. So
the loop keeps only a *score*, good enough to know that nothing can have happened: inside its band, `low < score < high`, a run
has neither reached its goal nor diverged; outside, or at NaN, the exact loss is computed and decides. The bands are
wider than all rounding errors, so that the screen never changes an answer, only the time (`benchmarks/NOTES.md`).

Binary cross-entropy is -log of the product of the probabilities that the targets were given; the score is that product,
with an absolute error below `outputs * 1e-15`. So the exact loss is computed each epoch where the product is within that error
of zero (some 40 outputs at loss ln 2, or a goal that is likewise far down), and where targets are not 0 or 1. It costs
half as much again for two hidden units and a few per cent for 32. For the mean squared error the score is the loss itself.

Means are over samples and outputs. `weight` is 1 / (samples * outputs), and 0 for the samples that only fill up a quad.
"""

import math

from .compile import inlined
from .functions import sigmoid, softplus
from .lanes import Rows, everywhere, fma, load, part, select, spread

BCE, MSE = 0, 1
LOSSES = {"bce": BCE, "mse": MSE}
INFINITY = float("inf")


@inlined
def loss_of(kind, z, target) -> Rows:
    """The loss of outputs with logits z: bce -t log s - (1 - t) log(1 - s), s = sigmoid(z), or mse (s - t)**2."""
    if kind == BCE:
        # log(1 + e**-|z|), and |z| times the share of the target on the wrong side: nothing cancels.
        positive = z > 0.0
        size = select(positive, z, -z)
        return fma(size, select(positive, 1.0 - target, target), softplus(-size))
    error = sigmoid(z) - target
    return error * error


@inlined
def slope_of(kind, error, a, weight) -> Rows:
    """d(mean loss) / d(logit) of outputs a = sigmoid(z), error = a - target."""
    slope = error * weight
    if kind == BCE:
        return slope
    slope = (slope + slope) * a
    return fma(-slope, a, slope)


@inlined
def first_score(kind) -> Rows:
    """The score before any output was seen."""
    return everywhere(1.0 if kind == BCE else 0.0)


@inlined
def next_score(kind, score, error, side, weight) -> Rows:
    """The score with four more outputs. side is 2 target - 1, or 0 for a sample that does not count."""
    if kind == BCE:
        given = fma(side, error, 1.0)
        return score * ((part(given, 0) * part(given, 1)) * (part(given, 2) * part(given, 3)))
    squares = (error * error) * weight
    return score + ((part(squares, 0) + part(squares, 1)) + (part(squares, 2) + part(squares, 3)))


@inlined
def calm_band(kind, goal, bound, outputs, screened):
    """(low, high): while low < score < high the loss is above `goal` and below `bound`. outputs: samples * outputs."""
    if not screened:
        return INFINITY, INFINITY
    if kind == BCE:
        slack = outputs * 1e-14
        goal_score = math.exp(min(-goal * outputs, 700.0))
        return math.exp(-bound * outputs) + slack, goal_score - slack * (1.0 + abs(goal))
    slack = outputs * 1e-15 + 1e-12
    return goal + abs(goal) * slack, bound * (1.0 - slack)


@inlined
def mean_loss(kind, logits, targets, weights) -> Rows:
    """The exact mean loss. logits (quads * outputs, QUAD, LANES), targets likewise without LANES, weights (quads, QUAD)."""
    outputs = targets.shape[0] // weights.shape[0]
    total = everywhere(0.0)
    for row in range(targets.shape[0]):
        weight = spread(weights, row // outputs)
        losses = loss_of(kind, load(logits, row), spread(targets, row)) * weight
        losses = select(weight > 0.0, losses, 0.0)  # a sample that only fills up must not end a run by overflowing
        total = total + ((part(losses, 0) + part(losses, 1)) + (part(losses, 2) + part(losses, 3)))
    return total
