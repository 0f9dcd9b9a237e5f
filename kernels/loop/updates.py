"""From gradients to new weights: one step for a full batch, or an epoch of smaller batches, each with a pass of its own."""

from ..lanes.compile import Section, inlined, leaf
from ..lanes.operations import ask, call, gather, load, rows, store
from ..lanes.vector import QUAD
from ..memory import CLIP, DECAY, FIRST_WEIGHT, GRADIENT_SQUARES, IDLE, RULE, SCHEDULE, STRIDE, UNITS, WARMUP
from ..random.streams import draw_indices, permute


@leaf
def next_rates(box):
    """The rates of this epoch, if there is a schedule."""
    network, phases, work = box.network, box.phases, box.work
    if network.schedule:
        bases, age, numbers = rows(work.bases, 0), rows(work.age, 0), rows(work.numbers, SCHEDULE)
        call(phases.schedule, rows(work.rates, 0), bases, age, numbers, rows(work.numbers, WARMUP), network.layers.shape[0])
        store(work.age, 0, load(work.age, 0) + 1.0)


@leaf
def update(box):
    """One step of the training rule, on all weights."""
    network, phases, work = box.network, box.phases, box.work
    size = work.weights.shape[0]
    gradients, weights = rows(work.gradients, 0), rows(work.weights, 0)
    if network.clip:
        norm = rows(work.totals, GRADIENT_SQUARES)
        call(phases.squares, gradients, norm, size)
        call(phases.clip, gradients, norm, rows(work.numbers, CLIP), size)
    if network.decay:
        call(phases.decay, gradients, weights, rows(work.numbers, DECAY), size)
    numbers, clock = rows(work.numbers, RULE), rows(work.clock, 0)
    if network.advance:
        call(phases.advance, clock, numbers)
    for segment in range(network.segments):
        first, count = 0, size
        if network.segments > 1:
            first = network.layers[segment, FIRST_WEIGHT]
            count = network.layers[segment, UNITS] * network.layers[segment, STRIDE]
        weights, gradients, state = rows(work.weights, first), rows(work.gradients, first), rows(work.state, first)
        call(phases.rule, weights, gradients, state, numbers, clock, rows(work.rates, segment), count, size)


@leaf
def next_epoch(box):
    """From a pass over all data to the next: rates, and one step or an epoch of them."""
    next_rates(box)
    if box.network.full:
        update(box)
    else:
        ask(box.sections.batches, box)


@inlined
def _draw_orders(start, data, tiles, work):
    """The order of this epoch's samples, for every lane from its own stream."""
    for lane in range(work.run.shape[0]):
        if work.run[lane] != IDLE:
            if tiles.replacement:
                draw_indices(start.stream, work.streams, lane, tiles.order, data.samples)
            else:
                permute(start.stream, work.streams, lane, tiles.order, data.samples)


@inlined
def _gather(network, data, tiles, batch):
    """Lay out one batch: each lane's own samples, the last of them once more wherever the quads need filling up."""
    first = batch * tiles.size
    last = min(tiles.size, data.samples - first) - 1
    for place in range(data.batch_quads * QUAD):
        quad, corner, at = place // QUAD, place % QUAD, first + min(place, last)
        for i in range(network.inputs):
            row = (quad * network.inputs + i) * QUAD + corner
            store(rows(tiles.tile_inputs, 0), row, gather(tiles.samples, i, tiles.order, at))
        for i in range(network.outputs):
            row = (quad * network.outputs + i) * QUAD + corner
            store(rows(tiles.tile_targets, 0), row, gather(tiles.targets, i, tiles.order, at))


@Section
def own_batches(box):
    """One epoch of batches that differ from lane to lane. Answers 0."""
    network, data, tiles, start, work, sections = box.network, box.data, box.tiles, box.start, box.work, box.sections
    _draw_orders(start, data, tiles, work)
    for batch in range(data.batches):
        _gather(network, data, tiles, batch)
        ask(sections.own_batch, box, batch)
        update(box)
    return 0


@Section
def given_batches(box):
    """One epoch of batches in the given order, the same for all lanes. Answers 0."""
    data, sections = box.data, box.sections
    for batch in range(data.batches):
        ask(sections.epochs, box, 0, 0, batch)
        update(box)
    return 0
