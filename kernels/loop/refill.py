"""Starts a run in a lane: sets its weights (`initial_weights.py`) and its settings, and clears the lane's memory."""

from ..lanes.calls import ask
from ..lanes.compile import Section, inlined
from ..memory import IDLE, INFINITY, NEVER, STRIDE, UNITS
from .screening import screening_bounds

ABOVE_ROUNDING = 1.0 + 2.0**-22  # a number times this is not below the number, even after rounding to single precision


@inlined
def _start_settings(network, runs, work, run, lane):
    for layer in range(network.layers.shape[0]):
        work.bases[layer, lane] = work.rates[layer, lane] = runs.rates[run, layer]
    for number in range(work.hyperparameters.shape[0]):
        work.hyperparameters[number, lane] = runs.hyperparameters[run, number]
    single = work.weights.itemsize == 4
    goal, bound, terms = runs.limits[run]["stop.loss"], runs.limits[run]["bound"], network.terms
    low, high = screening_bounds(network.product, network.screened, goal, bound, terms, single)
    work.screening_bounds[0, lane], work.screening_bounds[1, lane] = low, high
    work.screening_bounds[2, lane] = runs.limits[run]["stop.within"] * ABOVE_ROUNDING
    work.screening_bounds[3, lane] = runs.largest_weight[run]


@inlined
def _start_state(network, work, lane):
    """Reset what the optimizer keeps for each weight, and its clock."""
    size = work.weights.shape[0]
    for row in range(network.states * size):
        work.state[row, lane] = 0.0
    if network.state_at_rate >= 0:
        row = network.state_at_rate * size
        for layer in range(network.layers.shape[0]):
            for _ in range(network.layers[layer, UNITS] * network.layers[layer, STRIDE]):
                work.state[row, lane] = work.bases[layer, lane]
                row += 1
    for clock in range(work.clock.shape[0]):
        work.clock[clock, lane] = 1.0
    work.age[0, lane] = 0.0


@inlined
def next_check(runs, record, work, lane, epoch):
    """The next tick after `epoch` at which a lane must be checked: its last, its next record, or the end of its window."""
    run, started = work.run[lane], work.started[lane]
    tick = work.deadline[lane]
    if record.row[run] >= 0 and work.recorded[lane] < record.at.shape[0]:
        tick = min(tick, started + record.at[work.recorded[lane]])
    window = int(runs.limits[run]["stall.window"])
    if window:
        tick = min(tick, started + (epoch // window + 1) * window)
    return tick


@inlined
def _start_counters(work, run, lane, tick, epochs):
    work.run[lane] = run
    work.started[lane] = tick
    work.deadline[lane] = tick + epochs
    work.recorded[lane] = 0
    work.held[lane] = 0


@inlined
def _rest(network, work, lane):
    """Leave a lane without a run: no check ever ends it, and nobody reads its weights."""
    for row in range(work.weights.shape[0]):
        work.weights[row, lane] = 0.0
    for layer in range(network.layers.shape[0]):
        work.bases[layer, lane] = work.rates[layer, lane] = 0.0
    work.screening_bounds[0, lane], work.screening_bounds[1, lane], work.screening_bounds[2, lane] = (
        -INFINITY,
        INFINITY,
        INFINITY,
    )
    work.screening_bounds[3, lane] = INFINITY
    work.next_check[lane] = NEVER


@Section
def refill(struct, waiting, tick):
    """Give each lane whose run ended the next waiting run, or put it to rest. Returns the first run still waiting.

    Runs start in their order, on which their streams rely (`streams.start_legacy`).
    """
    network, runs, record, work, sections = struct.network, struct.runs, struct.record, struct.work, struct.sections
    for lane in range(work.run.shape[0]):
        if not work.ended[lane]:
            continue
        busy = waiting < runs.seed.shape[0]
        run = waiting if busy else 0  # a lane at rest gets the settings of the first run, which are valid
        _start_settings(network, runs, work, run, lane)
        _start_state(network, work, lane)
        _start_counters(work, run if busy else IDLE, lane, tick, runs.epochs[run])
        if busy:
            ask(sections.initial_weights, struct, run, lane)
            work.next_check[lane] = next_check(runs, record, work, lane, -1)
            waiting += 1
        else:
            _rest(network, work, lane)
    return waiting
