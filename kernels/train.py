"""The fused training loop: forward, backward and update of LANES runs at once, and what happens when one of them ends.

Lanes never wait. Runs end at very different epochs; a lane whose run ended writes its row and takes the next run in place, so
only the last runs of a call leave lanes empty. Runs whose lengths differ a hundredfold cost nothing extra that way,
where a batch that waits for its slowest run would idle for most of its time.

Nothing in here lets a lane see another lane: what a run computes depends on the run alone, not on its neighbours, its
place, the number of threads or where a sweep was resumed.

The order within an epoch: forward and backward pass over all quads of samples; the test, of the weights that the forward
pass saw; the update. So a run that starts at its goal ends after 0 updates, and one with limit E makes at most E
updates and E + 1 forward passes, the last of which can still converge. A lane that ended is updated once more for
nothing, then overwritten. The test is one comparison of the score with its band (`losses.py`) and one of the
tick with the nearest deadline; all else is in `_judge`, which runs when something may have happened.

Shapes are run-time numbers: frozen into the kernel they gained nothing and cost a compilation per shape. The loss is a
branch outside the vector arithmetic, below 1 % of the time.
"""

from typing import Any, NamedTuple

from .activations import sigmoid_backward, sigmoid_forward
from .compile import called, compiled, inlined
from .lane_type import LANES, QUAD
from .lanes import every, load, spread, store
from .layers import data_backward, dense_backward, weighted_sum
from .losses import MSE, calm_band, first_score, mean_loss, next_score, slope_of
from .optimizers import gradient_descent
from .streams import next_uniform, seed_stream

Array = Any  # np.ndarray; Numba wants to see the arrays, a type checker their absence

RUNNING, CONVERGED, DIVERGED, STALLED, CAPPED = -1, 0, 1, 2, 3
OUTCOMES = ("converged", "diverged", "stalled", "capped")
IDLE = -1
NEVER = 2**62
INFINITY, NAN = float("inf"), float("nan")


class Network(NamedTuple):
    """The shape that all runs of a call share. bias is 0 or 1, loss one of `losses.LOSSES`."""

    inputs: int
    hidden: int
    outputs: int
    bias: int
    loss: int


class Data(NamedTuple):
    """The samples in quads, float64 (rows, QUAD); the last quad is filled up with samples of weight 0."""

    inputs: Array  # quads * (inputs + bias) rows
    targets: Array  # quads * outputs rows
    sides: Array  # likewise: 2 target - 1, or 0 where the sample does not count
    weights: Array  # quads rows: 1 / (samples * outputs), or 0
    samples: int
    hard: bool  # every target is 0 or 1


class Runs(NamedTuple):
    """What differs from run to run; each an array (runs,)."""

    seed: Array
    low: Array  # weights start uniform in [low, high)
    high: Array
    rate: Array
    epochs: Array  # the limit
    goal: Array  # converged when the loss is at most this; -1: never
    bound: Array  # diverged when the loss is over this, or not a number


class Rows(NamedTuple):
    """What comes out; each an array whose first axis is the runs. weights and losses have no rows when not asked for."""

    outcome: Array
    epochs: Array
    loss: Array
    accuracy: Array
    weights: Array  # (runs, weights), in the order of a lane's memory
    losses: Array  # (runs, limit + 1), NaN after the end


class Workspace(NamedTuple):
    """Memory for one call, allocated once."""

    weights: Array  # (weights, LANES)
    gradients: Array
    activations: Array  # (hidden + bias, QUAD, LANES); the row of the bias stays 1
    output_slopes: Array  # (outputs, QUAD, LANES)
    logits: Array  # (quads * outputs, QUAD, LANES)
    rate: Array  # (1, LANES)
    band: Array  # (2, LANES): low, high
    loss: Array  # (1, LANES)
    run: Array  # (LANES,) int64: the run in each lane, or IDLE
    started: Array  # (LANES,) int64: the tick of its first forward pass
    deadline: Array  # (LANES,) int64: the tick at which its epochs are used up
    ended: Array  # (LANES,) bool
    stream: Array


@inlined
def _forward(network, data, work, quad):
    """Fill activations and logits for one quad of samples."""
    fan_in = network.inputs + network.bias
    for unit in range(network.hidden):
        z = weighted_sum(spread, data.inputs, quad * fan_in, work.weights, unit * fan_in, fan_in)
        store(work.activations, unit, sigmoid_forward(z))
    first, fan_out = network.hidden * fan_in, network.hidden + network.bias
    for output in range(network.outputs):
        z = weighted_sum(load, work.activations, 0, work.weights, first + output * fan_out, fan_out)
        store(work.logits, quad * network.outputs + output, z)


@inlined
def _output_slopes(network, data, work, quad, score):
    """Fill the slopes of the loss at the outputs of one quad, and carry the score on."""
    weight = spread(data.weights, quad)
    for output in range(network.outputs):
        row = quad * network.outputs + output
        a = sigmoid_forward(load(work.logits, row))
        error = a - spread(data.targets, row)
        store(work.output_slopes, output, slope_of(network.loss, error, a, weight))
        score = next_score(network.loss, score, error, spread(data.sides, row), weight)
    return score


@inlined
def _backward(network, data, work, quad):
    """Add one quad's gradients."""
    fan_in, fan_out = network.inputs + network.bias, network.hidden + network.bias
    first, fresh = network.hidden * fan_in, quad == 0
    for unit in range(fan_out):
        a = load(work.activations, unit)
        da = dense_backward(work.gradients, first + unit, work.output_slopes, work.weights, a, network.outputs, fan_out, fresh)
        if unit < network.hidden:
            dz = sigmoid_backward(da, a)
            data_backward(work.gradients, unit * fan_in, dz, data.inputs, quad * fan_in, fan_in, fresh)


@inlined
def _loss_and_gradients(network, data, work):
    """One forward and backward pass over all samples; the score of its losses."""
    score = first_score(network.loss)
    for quad in range(data.weights.shape[0]):
        _forward(network, data, work, quad)
        score = _output_slopes(network, data, work, quad, score)
        _backward(network, data, work, quad)
    return score


@called
def _draw_weights(network, low, high, weights, stream, lane):
    """The notebook's order: w1 row by row, b1, w2 row by row, b2, each low + (high - low) * random_sample()."""
    first, inputs = 0, network.inputs
    for units in (network.hidden, network.outputs):
        fan_in = inputs + network.bias
        for unit in range(units):
            for i in range(inputs):
                weights[first + unit * fan_in + i, lane] = low + (high - low) * next_uniform(stream)
        if network.bias:
            for unit in range(units):
                weights[first + unit * fan_in + inputs, lane] = low + (high - low) * next_uniform(stream)
        first, inputs = first + units * fan_in, units


@inlined
def _start(network, data, runs, work, run, lane, tick, screened):
    """Put a run into a lane."""
    seed_stream(work.stream, runs.seed[run])
    _draw_weights(network, runs.low[run], runs.high[run], work.weights, work.stream, lane)
    outputs = data.samples * network.outputs
    low, high = calm_band(network.loss, runs.goal[run], runs.bound[run], outputs, screened)
    work.band[0, lane], work.band[1, lane] = low, high
    work.rate[0, lane] = runs.rate[run]
    work.run[lane] = run
    work.started[lane] = tick
    work.deadline[lane] = tick + runs.epochs[run]


@inlined
def _idle(work, lane):
    """Leave a lane without a run: zeros that nothing can end."""
    for row in range(work.weights.shape[0]):
        work.weights[row, lane] = 0.0
    work.rate[0, lane] = 0.0
    work.band[0, lane], work.band[1, lane] = -INFINITY, INFINITY
    work.run[lane] = IDLE
    work.deadline[lane] = NEVER


@inlined
def _outcome(loss, goal, bound, spent):
    """How a run stands whose forward pass gave this loss."""
    if loss <= goal:
        return CONVERGED
    if not loss <= bound or loss == INFINITY:
        return DIVERGED
    return CAPPED if spent else RUNNING


@called
def _accuracy(logits, targets, samples, outputs, lane):
    """The share of samples whose outputs all lie on their target's side of one half (logit 0)."""
    right = 0
    for sample in range(samples):
        quad, place = sample // QUAD, sample % QUAD
        wrong = 0
        for row in range(quad * outputs, (quad + 1) * outputs):
            z, above = logits[row, place, lane], targets[row, place] >= 0.5
            if not (z >= 0.0 if above else z < 0.0):  # not a number is on no side
                wrong += 1
        right += wrong == 0
    return right / samples


@inlined
def _write_row(network, data, rows, work, lane, run, outcome, epochs, loss):
    rows.outcome[run] = outcome
    rows.epochs[run] = epochs
    rows.loss[run] = loss
    rows.accuracy[run] = _accuracy(work.logits, data.targets, data.samples, network.outputs, lane)
    if rows.weights.shape[0]:
        for row in range(work.weights.shape[0]):
            rows.weights[run, row] = work.weights[row, lane]


@inlined
def _judge(network, data, runs, rows, work, tick):
    """Compute the exact losses, record them if asked to, and end the runs that they end; how many."""
    store(work.loss, 0, mean_loss(network.loss, work.logits, data.targets, data.weights))
    count = 0
    for lane in range(LANES):
        run = work.run[lane]
        work.ended[lane] = False
        if run == IDLE:
            continue
        loss, epochs = work.loss[0, lane], tick - work.started[lane]
        if loss != loss:
            loss = NAN  # CPUs differ in the sign and payload of theirs
        if rows.losses.shape[0]:
            rows.losses[run, epochs] = loss
        outcome = _outcome(loss, runs.goal[run], runs.bound[run], tick == work.deadline[lane])
        if outcome != RUNNING:
            work.ended[lane] = True
            count += 1
            _write_row(network, data, rows, work, lane, run, outcome, epochs, loss)
    return count


@inlined
def _refill(network, data, runs, work, waiting, tick, screened):
    """Give each lane that ended the next waiting run, or rest; the first run still waiting, and the nearest deadline."""
    deadline = NEVER
    for lane in range(LANES):
        if work.ended[lane]:
            if waiting < runs.seed.shape[0]:
                _start(network, data, runs, work, waiting, lane, tick, screened)
                waiting += 1
            else:
                _idle(work, lane)
        deadline = min(deadline, work.deadline[lane])
    return waiting, deadline


@compiled
def train_runs(network, data, runs, rows, work):
    """Train all runs, at least one, and fill `rows`. Arguments: `Network`, `Data`, `Runs`, `Rows`, `Workspace`."""
    screened = (data.hard or network.loss == MSE) and rows.losses.shape[0] == 0
    left, tick, waiting, deadline = runs.seed.shape[0], 0, 0, 0
    event = True
    for lane in range(LANES):
        work.ended[lane] = True
    while left > 0:
        if event:
            waiting, deadline = _refill(network, data, runs, work, waiting, tick, screened)
        score = _loss_and_gradients(network, data, work)
        calm = every((load(work.band, 0) < score) & (score < load(work.band, 1)))
        event = tick == deadline or not calm
        if event:
            left -= _judge(network, data, runs, rows, work, tick)
        gradient_descent(work.weights, work.gradients, load(work.rate, 0))
        tick += 1
