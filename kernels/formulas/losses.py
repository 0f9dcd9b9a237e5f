"""Losses: each a formula that gives the slopes of one quad's outputs and adds to the score, and for some one more for the exact
loss.

The loop needs to know each epoch whether a run may have ended. A loss that is a sum of errors is cheap: its *score* is the loss
itself. Cross-entropies cost a logarithm for each output, as much as the output's sigmoid, so for them the loop keeps only a
score that is good enough to know that nothing can have happened, and the exact loss decides wherever something may have
(`loop/screening.py`).

Cross-entropy is -log of the product of the probabilities that the targets were given. The score is that product's binary
logarithm with the sign changed, or nearly: with product = m 2**k, 1 <= m < 2, it is -(k + m), which falls as the
product rises and needs no logarithm. A probability is 1 - error, whose relative error is large where it is small; so where
four of them have a product below a limit the score is infinite, and the exact loss decides, as it does wherever targets are
not 0 or 1.

A sample's weight is its share of the mean, or 1 in a sum, times the factor of the loss. Where the number of samples is no
multiple of QUAD, padding samples complete the last quad; their weight is 0, and so is their count.
"""

from typing import NamedTuple

from ..functions.elementary import exp, log, sigmoid, softplus
from ..lanes.bits import ROUND_DOUBLE, ROUND_SINGLE, exponent, over_power_of_two, single
from ..lanes.compile import Formula, Given, inlined
from ..lanes.operations import broadcast_load, fma, load, magnitude, select, splat_row, store
from ..lanes.vector import QUAD, Memory, Table
from ..memory import DISTANCE, HUBER_DELTA, INFINITY, LOSS, MANTISSA, SCORE

SMALL_DOUBLE, SMALL_SINGLE = 2.0**-16, 2.0**-10
STEEPEST = 17.0  # slope of the atanh error where |error| nears 1 (S. Fahlman, CMU-CS-88-162, 1988)


class QuadOutputs(NamedTuple):
    """What a loss reads and writes of one quad of samples. Row `output * QUAD + sample` has a number for each lane."""

    out: Memory  # (outputs * QUAD, lanes): what the output units give; the logits if the loss reads them
    deltas: Memory  # (outputs * QUAD, lanes): written, the slopes
    targets: Given  # (outputs * QUAD,), or (outputs * QUAD, lanes) where each lane has its own samples
    weights: Table  # (QUAD,): each sample's share of the mean, times the factor of the loss; 0 for padding
    counts: Table  # (QUAD,): 1, or 0 for padding
    totals: Memory  # (totals, lanes): the score and the largest error are added to
    hyperparameters: Memory  # (hyperparameters, lanes)
    outputs: int  # how many output units
    largest_error: int  # 1 where a stopping rule asks for the largest error, else 0


class Loss(NamedTuple):
    """A loss. outputs: the output activations that it goes with. from_logits: its slope is d loss / d z, not d loss / d a.

    reads_logits: the output activation is part of its formula, which saves a call and two trips to memory.
    mean: "outputs" (and samples), "samples", or "" for a sum. factor: of the squared errors. rises: no sample lowers the score,
    not even by rounding.
    """

    formula: Formula
    outputs: tuple[str, ...]
    exact: Formula | None = None
    reads_logits: bool = False
    mean: str = "outputs"
    factor: float = 1.0
    rises: bool = True

    @property
    def from_logits(self) -> bool:
        """Whether the slope is of the logits."""
        return self.exact is not None


@inlined
def _multiply_probability(totals, product):
    """Multiply the product of all probabilities, which the score and MANTISSA hold, by that of one quad."""
    m = load(totals, MANTISSA) * product
    k = exponent(m)
    rounder, small = (ROUND_SINGLE, SMALL_SINGLE) if single(m) else (ROUND_DOUBLE, SMALL_DOUBLE)
    store(totals, MANTISSA, over_power_of_two(m, k + rounder))
    store(totals, SCORE, load(totals, SCORE) + select(product > small, -k, INFINITY))


@inlined
def _keep_largest_error(totals, error, count):
    """Keep the largest error, without its sign, among those of samples that count."""
    size, most = magnitude(error) * count, load(totals, DISTANCE)
    store(totals, DISTANCE, select(size > most, size, most))


@inlined
def _probability_of_target(quad, sample, error):
    """The probability 1 - |error| that the network gives to one sample's target; 1 for padding."""
    count = broadcast_load(quad.counts, sample)
    if quad.largest_error:
        _keep_largest_error(quad.totals, error, count)
    return fma(-count, magnitude(error), 1.0)


@Formula
def binary_cross_entropy(quad: QuadOutputs):
    """-t log a - (1 - t) log(1 - a) of a = sigmoid(z), whose slope at z is a - t; `quad.out` are logits.

    The four samples side by side, not in a loop: XOR, which has nothing else to do in the meantime, is 6 % faster.
    """
    for row in range(0, quad.outputs * QUAD, QUAD):
        e0 = sigmoid(load(quad.out, row)) - broadcast_load(quad.targets, row)
        e1 = sigmoid(load(quad.out, row + 1)) - broadcast_load(quad.targets, row + 1)
        e2 = sigmoid(load(quad.out, row + 2)) - broadcast_load(quad.targets, row + 2)
        e3 = sigmoid(load(quad.out, row + 3)) - broadcast_load(quad.targets, row + 3)
        store(quad.deltas, row, e0 * broadcast_load(quad.weights, 0))
        store(quad.deltas, row + 1, e1 * broadcast_load(quad.weights, 1))
        store(quad.deltas, row + 2, e2 * broadcast_load(quad.weights, 2))
        store(quad.deltas, row + 3, e3 * broadcast_load(quad.weights, 3))
        p0, p1 = _probability_of_target(quad, 0, e0), _probability_of_target(quad, 1, e1)
        p2, p3 = _probability_of_target(quad, 2, e2), _probability_of_target(quad, 3, e3)
        _multiply_probability(quad.totals, p0 * p1 * p2 * p3)


@Formula
def binary_cross_entropy_exactly(logits: Memory, targets: Table, weights: Table, totals: Memory, outputs: int):
    """log(1 + e**-|z|), and |z| times the share of the target on the wrong side: nothing cancels."""
    total = load(totals, LOSS)
    for output in range(outputs):
        for sample in range(QUAD):
            row = output * QUAD + sample
            z, target, weight = load(logits, row), broadcast_load(targets, row), broadcast_load(weights, sample)
            size = magnitude(z)
            loss = fma(size, select(z > 0.0, 1.0 - target, target), softplus(-size))
            total = total + select(weight > 0.0, loss * weight, 0.0)  # padding must not end a run by overflowing
    store(totals, LOSS, total)


@Formula
def cross_entropy(quad: QuadOutputs):
    """-sum of t log p of p = softmax(z), whose slope at z is p - t."""
    product = splat_row(quad.totals, 1.0)
    for sample in range(QUAD):
        given = splat_row(quad.totals, 0.0)
        for output in range(quad.outputs):
            row = output * QUAD + sample
            p, target = load(quad.out, row), broadcast_load(quad.targets, row)
            store(quad.deltas, row, (p - target) * broadcast_load(quad.weights, sample))
            given = fma(target, p, given)
            if quad.largest_error:
                _keep_largest_error(quad.totals, p - target, broadcast_load(quad.counts, sample))
        product = product * fma(broadcast_load(quad.counts, sample), given - 1.0, 1.0)
    _multiply_probability(quad.totals, product)


@Formula
def cross_entropy_exactly(logits: Memory, targets: Table, weights: Table, totals: Memory, outputs: int):
    """Sum of t (most - z), and log(1 + s), s the other terms of the softmax's sum over the largest."""
    total = load(totals, LOSS)
    for sample in range(QUAD):
        most = load(logits, sample)
        for output in range(1, outputs):
            z = load(logits, output * QUAD + sample)
            most = select(z > most, z, most)
        loss, below, largest = splat_row(totals, 0.0), splat_row(totals, 0.0), splat_row(totals, -1.0)
        for output in range(outputs):
            row = output * QUAD + sample
            under = most - load(logits, row)
            loss = fma(broadcast_load(targets, row), under, loss)
            below = below + select(under > 0.0, exp(-under), 0.0)
            largest = largest + select(under > 0.0, 0.0, 1.0 + (under - under))  # NaN stays NaN
        rest = below + largest
        sum_ = 1.0 + rest
        loss = loss + (log(sum_) + (rest - (sum_ - 1.0)) / sum_)  # log1p, Kahan's way
        weight = broadcast_load(weights, sample)
        total = total + select(weight > 0.0, loss * weight, 0.0)
    store(totals, LOSS, total)


@inlined
def _each_error(loss_and_slope, quad):
    """For losses that are sums over errors: write the slopes at the outputs and add to the score.

    loss_and_slope: a function of an error and Huber's delta, which the other losses ignore.
    """
    total, delta = load(quad.totals, SCORE), load(quad.hyperparameters, HUBER_DELTA)
    for output in range(quad.outputs):
        for sample in range(QUAD):
            row = output * QUAD + sample
            error, weight = load(quad.out, row) - broadcast_load(quad.targets, row), broadcast_load(quad.weights, sample)
            loss, slope = loss_and_slope(error, delta)
            store(quad.deltas, row, slope * weight)
            total = fma(select(weight > 0.0, loss, 0.0), weight, total)  # infinity times 0 would be no number
            if quad.largest_error:
                _keep_largest_error(quad.totals, error, broadcast_load(quad.counts, sample))
    store(quad.totals, SCORE, total)


@inlined
def _squared(error, _delta):
    return error * error, error + error


@Formula
def squared_error(quad: QuadOutputs):
    """(a - t)**2, weighted: mse, half_mse, sse and half_sse."""
    _each_error(_squared, quad)


@inlined
def _huber(error, delta):
    slope = select(error > delta, delta, select(error < -delta, -delta, error))
    return slope * (error - 0.5 * slope), slope


@Formula
def huber(quad: QuadOutputs):
    """e**2 / 2 for errors up to delta, linear beyond (P. Huber, Ann. Math. Statist. 35, 1964)."""
    _each_error(_huber, quad)


@inlined
def _atanh(error, _delta):
    above, below = 1.0 + error, 1.0 - error
    log_above, log_below = log(above), log(below)
    slope = log_above - log_below
    slope = select(slope > STEEPEST, STEEPEST, select(slope < -STEEPEST, -STEEPEST, slope))
    loss = select(above > 0.0, above * log_above, 0.0) + select(below > 0.0, below * log_below, 0.0)
    return loss + (error - error), slope


@Formula
def atanh_error(quad: QuadOutputs):
    """(1 + e) log(1 + e) + (1 - e) log(1 - e), whose slope log((1 + e) / (1 - e)) is held to +-STEEPEST (S. Fahlman, 1988)."""
    _each_error(_atanh, quad)


BOUNDED = ("sigmoid", "symmetric_sigmoid")
SMOOTH = (*BOUNDED, "tanh", "identity")
LOSSES = {
    "bce": Loss(binary_cross_entropy, ("sigmoid",), binary_cross_entropy_exactly, reads_logits=True),
    "cross_entropy": Loss(cross_entropy, ("softmax",), cross_entropy_exactly, mean="samples"),
    "mse": Loss(squared_error, SMOOTH),
    "half_mse": Loss(squared_error, SMOOTH, factor=0.5),
    "sse": Loss(squared_error, SMOOTH, mean=""),
    "half_sse": Loss(squared_error, SMOOTH, mean="", factor=0.5),
    "huber": Loss(huber, SMOOTH),
    "atanh": Loss(atanh_error, BOUNDED, mean="", rises=False),
}
