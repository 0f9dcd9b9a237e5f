"""From gradients to new weights: one step for a full batch, or an epoch of smaller batches, each with its own pass
(`batches.py`)."""

from ..formulas.optimizers import Segment
from ..lanes.calls import ask, call
from ..lanes.compile import leaf
from ..lanes.operations import load, rows, store
from ..memory import CLIP, DECAY, FIRST_WEIGHT, GRADIENT_SQUARES, OPTIMIZER, SCHEDULE, STRIDE, UNITS, WARMUP


@leaf
def next_rates(struct):
    """Set the learning rates of this epoch, if there is a schedule."""
    network, formulas, work = struct.network, struct.formulas, struct.work
    if network.schedule:
        bases, age, hyperparameters = rows(work.bases, 0), rows(work.age, 0), rows(work.hyperparameters, SCHEDULE)
        call(
            formulas.schedule,
            rows(work.rates, 0),
            bases,
            age,
            hyperparameters,
            rows(work.hyperparameters, WARMUP),
            network.layers.shape[0],
        )
        store(work.age, 0, load(work.age, 0) + 1.0)


@leaf
def update(struct):
    """Make one step of the optimizer, on all weights."""
    network, formulas, work = struct.network, struct.formulas, struct.work
    size = work.weights.shape[0]
    gradients, weights = rows(work.gradients, 0), rows(work.weights, 0)
    if network.clip:
        norm = rows(work.totals, GRADIENT_SQUARES)
        call(formulas.squares, gradients, norm, size)
        call(formulas.clip, gradients, norm, rows(work.hyperparameters, CLIP), size)
    if network.decay:
        call(formulas.decay, gradients, weights, rows(work.hyperparameters, DECAY), size)
    hyperparameters, clock = rows(work.hyperparameters, OPTIMIZER), rows(work.clock, 0)
    if network.advance:
        call(formulas.advance, clock, hyperparameters)
    for segment in range(network.segments):
        first, count = 0, size
        if network.segments > 1:
            first = network.layers[segment, FIRST_WEIGHT]
            count = network.layers[segment, UNITS] * network.layers[segment, STRIDE]
        weights, gradients, state = rows(work.weights, first), rows(work.gradients, first), rows(work.state, first)
        rate = rows(work.rates, segment)
        call(formulas.update, Segment(weights, gradients, state, hyperparameters, clock, rate, count, size))


@leaf
def advance(struct):
    """Carry on the optimizer's clock, once per update."""
    network, formulas, work = struct.network, struct.formulas, struct.work
    if network.advance:
        call(formulas.advance, rows(work.clock, 0), rows(work.hyperparameters, OPTIMIZER))


@leaf
def clip_gradients(struct):
    """Scale the gradients of all weights to the largest norm that is allowed."""
    formulas, work = struct.formulas, struct.work
    gradients, norm, size = rows(work.gradients, 0), rows(work.totals, GRADIENT_SQUARES), work.weights.shape[0]
    call(formulas.squares, gradients, norm, size)
    call(formulas.clip, gradients, norm, rows(work.hyperparameters, CLIP), size)


@leaf
def update_rows(struct, layer, first, gradient, count):
    """Update `count` weights of a layer from row `first` on; their gradients are those from row `gradient` on."""
    network, formulas, work = struct.network, struct.formulas, struct.work
    weights, gradients, state = rows(work.weights, first), rows(work.gradients, gradient), rows(work.state, first)
    if network.decay:
        call(formulas.decay, gradients, weights, rows(work.hyperparameters, DECAY), count)
    rate, clock = rows(work.rates, layer if network.segments > 1 else 0), rows(work.clock, 0)
    hyperparameters, size = rows(work.hyperparameters, OPTIMIZER), work.weights.shape[0]
    call(formulas.update, Segment(weights, gradients, state, hyperparameters, clock, rate, count, size))


@leaf
def next_epoch(struct, tick):
    """Go from one pass over all data, that of `tick`, to the next: set the rates, then make one step, or one for each batch."""
    next_rates(struct)
    if struct.network.full:
        update(struct)
    else:
        ask(struct.sections.batches, struct, tick)
