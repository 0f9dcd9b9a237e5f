"""How a run begins in a lane: its weights from its own stream, its settings, and a clean slate."""

from .boxes import opened
from .compile import Section, inlined
from .losses import calm_band
from .state import BOUND, IDLE, INFINITY, LOSS_GOAL, NEVER, NUMBERS, STRIDE, UNITS, WINDOW, WITHIN
from .streams import next_normal, next_uniform, seed_stream

ABOVE_ROUNDING = 1.0 + 2.0**-22  # what it widens is not below itself when rounded to single precision


@inlined
def _draw(start, work, lane):
    return next_normal(start.stream, work.streams, lane) if start.normal else next_uniform(start.stream, work.streams, lane)


@inlined
def _start_weights(network, start, runs, work, run, lane):
    """The order of drawing: w1 unit by unit, b1, w2 unit by unit, b2, and so on."""
    first = 0
    for layer in range(network.layers.shape[0]):
        units, stride = network.layers[layer, UNITS], network.layers[layer, STRIDE]
        inputs = stride - network.bias
        for unit in range(units):
            for row in range(first + unit * stride, first + unit * stride + inputs):
                weight = start.weights[row] if start.weights.shape[0] else runs.centre[run, layer]
                if start.drawn:
                    weight += runs.spread[run, layer] * _draw(start, work, lane)
                work.weights[row, lane] = weight + runs.offset[run, layer]
        if network.bias:
            for row in range(first + inputs, first + units * stride, stride):
                weight = start.weights[row] if start.weights.shape[0] else runs.bias_centre[run, layer]
                if start.biases_drawn:
                    weight += runs.bias_spread[run, layer] * _draw(start, work, lane)
                work.weights[row, lane] = weight
        first += units * stride


@inlined
def _start_settings(network, runs, work, run, lane):
    for layer in range(network.layers.shape[0]):
        work.bases[layer, lane] = work.rates[layer, lane] = runs.rates[run, layer]
    for number in range(NUMBERS):
        work.numbers[number, lane] = runs.numbers[run, number]
    single = work.weights.itemsize == 4
    goal, bound, terms = runs.ends[run, LOSS_GOAL], runs.ends[run, BOUND], network.terms
    low, high = calm_band(network.product, network.screened, goal, bound, terms, single)
    work.band[0, lane], work.band[1, lane] = low, high
    work.band[2, lane] = runs.ends[run, WITHIN] * ABOVE_ROUNDING


@inlined
def _start_state(network, work, lane):
    """What the rule keeps of each weight, and of the time."""
    size = work.weights.shape[0]
    for row in range(network.states * size):
        work.state[row, lane] = 0.0
    if network.state_at_rate >= 0:
        row = network.state_at_rate * size
        for layer in range(network.layers.shape[0]):
            for _ in range(network.layers[layer, UNITS] * network.layers[layer, STRIDE]):
                work.state[row, lane] = work.bases[layer, lane]
                row += 1
    work.clock[0, lane] = work.clock[1, lane] = 1.0
    work.age[0, lane] = 0.0


@inlined
def start_run(network, start, runs, record, work, run, lane, tick):
    """Put a run into a lane."""
    seed_stream(start.stream, work.streams, lane, runs.seed[run])
    _start_weights(network, start, runs, work, run, lane)
    _start_settings(network, runs, work, run, lane)
    _start_state(network, work, lane)
    work.run[lane] = run
    work.started[lane] = tick
    work.deadline[lane] = tick + runs.epochs[run]
    work.recorded[lane] = 0
    work.held[lane] = 0
    work.appointment[lane] = next_appointment(runs, record, work, lane, -1)


@inlined
def next_appointment(runs, record, work, lane, epoch):
    """The tick at which a lane must be looked at next, after `epoch`: its last, its next record, or its window's end."""
    run, started = work.run[lane], work.started[lane]
    tick = work.deadline[lane]
    if record.row[run] >= 0 and work.recorded[lane] < record.at.shape[0]:
        tick = min(tick, started + record.at[work.recorded[lane]])
    window = int(runs.ends[run, WINDOW])
    if window:
        tick = min(tick, started + (epoch // window + 1) * window)
    return tick


@inlined
def leave_idle(network, runs, work, lane):
    """Leave a lane without a run: weights that are 0 and stay so, under the rule of the first run, whose settings are sound."""
    _start_settings(network, runs, work, 0, lane)
    _start_state(network, work, lane)
    for row in range(work.weights.shape[0]):
        work.weights[row, lane] = 0.0
    for layer in range(network.layers.shape[0]):
        work.bases[layer, lane] = work.rates[layer, lane] = 0.0
    work.band[0, lane], work.band[1, lane], work.band[2, lane] = -INFINITY, INFINITY, INFINITY
    work.run[lane] = IDLE
    work.deadline[lane] = work.appointment[lane] = NEVER


@Section
def refill(box, waiting, tick):
    """Give each lane that ended the next waiting run, or rest; the first run still waiting."""
    network, _, _, _, start, runs, record, _, work, _ = opened(box)
    for lane in range(work.run.shape[0]):
        if work.ended[lane]:
            if waiting < runs.seed.shape[0]:
                start_run(network, start, runs, record, work, waiting, lane, tick)
                waiting += 1
            else:
                leave_idle(network, runs, work, lane)
    return waiting
