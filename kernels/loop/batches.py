"""An epoch of batches: which samples come in which order, laid out in quads, and a pass and an update for each batch.

If each run draws an order for itself, each lane gathers its own samples, and every number is there once per lane. A shared
order is a function of the epoch alone, `default_rng(epoch).permutation(samples)`: not one stream for all epochs, since a run
that begins late needs the order of epoch 0. While the runs of all lanes are in the same epoch, the samples are laid out once
for all lanes. When some runs have ended and others begun, each lane gathers the same samples for itself, with the same bits.
Lanes that waited for each other instead would lose more as soon as one run takes a third longer than another: gathering takes
up to a third of the time.
"""

from ..lanes.calls import ask
from ..lanes.compile import Section, inlined
from ..lanes.gather import COLUMNS, gather
from ..lanes.operations import rows, store
from ..lanes.vector import QUAD
from ..memory import IDLE
from ..random.streams import draw_indices, permute, permute_for_epoch

APART = -1  # instead of an epoch: lanes are in different ones


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
def _common_epoch(work, tick):
    """The epoch of all lanes that have a run, or APART."""
    epoch = APART
    for lane in range(work.run.shape[0]):
        if work.run[lane] != IDLE:
            if epoch != APART and epoch != tick - work.started[lane]:
                return APART
            epoch = tick - work.started[lane]
    return epoch


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


@inlined
def _share_rows(table, columns, order, first, last, out, row):
    """Lay out a quad for all lanes: places first ... first + 3 of the first lane's order, or `last` where that is past it."""
    a, b = order[0, min(first, last)], order[0, min(first + 1, last)]
    c, d = order[0, min(first + 2, last)], order[0, min(first + 3, last)]
    for column in range(columns):
        out[row + column, 0], out[row + column, 1] = table[a, column], table[b, column]
        out[row + column, 2], out[row + column, 3] = table[c, column], table[d, column]


@inlined
def _share_batch(network, data, tiles, batch):
    """Lay out one batch for all lanes, with the last sample repeated likewise."""
    last = min((batch + 1) * tiles.size, data.samples) - 1
    for quad in range(data.batch_quads):
        first, at = batch * tiles.size + quad * QUAD, batch * data.batch_quads + quad
        _share_rows(tiles.samples, network.inputs, tiles.order, first, last, data.batch_inputs, at * network.inputs)
        _share_rows(tiles.targets, network.outputs, tiles.order, first, last, data.batch_targets, at * network.outputs)


@inlined
def _own_batches(struct):
    network, data, tiles, sections = struct.network, struct.data, struct.tiles, struct.sections
    for batch in range(data.batches):
        _gather_batch(network, data, tiles, batch)
        ask(sections.own_batch, struct, batch)


@Section
def given_batches(struct, _tick):
    """Make one epoch of batches in the given order. Returns 0."""
    data, sections = struct.data, struct.sections
    for batch in range(data.batches):
        ask(sections.given_batch, struct, batch)
    return 0


@Section
def own_batches(struct, _tick):
    """Make one epoch of batches in an order that every run draws for itself. Returns 0."""
    _draw_orders(struct.start, struct.data, struct.tiles, struct.work)
    _own_batches(struct)
    return 0


@Section
def shared_batches(struct, tick):
    """Make one epoch of batches in the order of the epoch. Returns 0."""
    network, data, tiles, work, sections = struct.network, struct.data, struct.tiles, struct.work, struct.sections
    epoch = _common_epoch(work, tick)
    if epoch == APART:
        for lane in range(work.run.shape[0]):
            if work.run[lane] != IDLE:
                permute_for_epoch(work.streams, lane, tiles.order, tick - work.started[lane], data.samples)
        _own_batches(struct)
    else:
        permute_for_epoch(work.streams, 0, tiles.order, epoch, data.samples)
        for batch in range(data.batches):
            _share_batch(network, data, tiles, batch)
            ask(sections.given_batch, struct, batch)
    return 0


# The key: the order of samples.
ORDERS = {
    "given": given_batches,
    "shuffled": own_batches,
    "shared": shared_batches,
    "replacement": own_batches,
}
