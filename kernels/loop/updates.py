"""From gradients to new weights: one step for a full batch, or an epoch of smaller batches, each with its own pass."""

from ..formulas.optimizers import Segment
from ..lanes.calls import ask, call
from ..lanes.compile import Section, inlined, leaf
from ..lanes.gather import COLUMNS, gather
from ..lanes.operations import load, rows, store
from ..lanes.vector import QUAD
from ..memory import CLIP, DECAY, FIRST_WEIGHT, GRADIENT_SQUARES, IDLE, OPTIMIZER, SCHEDULE, STRIDE, UNITS, WARMUP
from ..random.streams import draw_indices, permute


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
def next_epoch(struct):
    """Go from one pass over all data to the next: set the rates, then make one step, or an epoch of steps with batches."""
    next_rates(struct)
    if struct.network.full:
        update(struct)
    else:
        ask(struct.sections.batches, struct)


@inlined
def _draw_orders(start, data, tiles, work):
    """Draw the order of this epoch's samples, for every lane from its own stream."""
    for lane in range(work.run.shape[0]):
        if work.run[lane] != IDLE:
            if tiles.replacement:
                draw_indices(start.stream, work.streams, lane, tiles.order, data.samples)
            else:
                permute(start.stream, work.streams, lane, tiles.order, data.samples)


@inlined
def _gather_rows(table, columns, order, place, tile, row):
    """Lay out every lane's own sample: column i goes to row `row + i * QUAD` of the tile.

    Up to three rows too many are written. They belong to the next quad, which is laid out later, or follow the last one.
    """
    for column in range(0, columns, COLUMNS):
        a, b, c, d = gather(table, column, order, place)
        at = row + column * QUAD
        store(tile, at, a)
        store(tile, at + QUAD, b)
        store(tile, at + 2 * QUAD, c)
        store(tile, at + 3 * QUAD, d)


@inlined
def _gather_batch(network, data, tiles, batch):
    """Lay out one batch: each lane's own samples, with the last one repeated to fill up the quads."""
    first = batch * tiles.size
    last = min(tiles.size, data.samples - first) - 1
    inputs, targets = rows(tiles.tile_inputs, 0), rows(tiles.tile_targets, 0)
    for place in range(data.batch_quads * QUAD):
        quad, corner, at = place // QUAD, place % QUAD, first + min(place, last)
        _gather_rows(tiles.samples, network.inputs, tiles.order, at, inputs, quad * network.inputs * QUAD + corner)
        _gather_rows(tiles.targets, network.outputs, tiles.order, at, targets, quad * network.outputs * QUAD + corner)


@Section
def own_batches(struct):
    """Make one epoch of batches that differ from lane to lane. Returns 0."""
    network, data, tiles, start, work, sections = (
        struct.network,
        struct.data,
        struct.tiles,
        struct.start,
        struct.work,
        struct.sections,
    )
    _draw_orders(start, data, tiles, work)
    for batch in range(data.batches):
        _gather_batch(network, data, tiles, batch)
        ask(sections.batch, struct, batch)
    return 0


@Section
def given_batches(struct):
    """Make one epoch of batches in the given order, the same for all lanes. Returns 0."""
    data, sections = struct.data, struct.sections
    for batch in range(data.batches):
        ask(sections.batch, struct, batch)
    return 0
