"""One pass over quads of samples: forward, the loss, and backward, four samples at a time and one layer after the other.

The formulas are called by address, on a block of a layer's units at a time: what one step writes is then still in the
nearest cache when the next reads it. That costs a store and a load of every weighted sum and of every slope, and keeps
divisions and multiply-adds apart, which a processor would overlap; `fused_passes.py` is for those who want it faster.
"""

from ..lanes.calls import call
from ..lanes.compile import Section, inlined
from ..lanes.operations import broadcast_quad, load, rows, store
from ..lanes.struct import align_stack
from ..lanes.vector import QUAD
from ..memory import ALL, FIRST_UNIT, OFFSET, UNITS
from .steps import (
    clear_totals,
    keep_sum,
    layer_forward,
    loss,
    may_have_ended,
    outputs,
    outputs_backward,
    own_weights,
    quads_of,
    unit_backward,
)
from .updates import next_epoch

BLOCK = 8


@inlined
def _forward(network, formulas, work, layer, read, inputs, quad):
    """A hidden layer: weighted sums, block by block, then the activation on their rows."""
    first, units = network.layers[layer, FIRST_UNIT], network.layers[layer, UNITS]
    for start in range(0, units, BLOCK):
        stop = min(start + BLOCK, units)
        layer_forward(network, work, layer, start, stop, work.values, first, read, inputs, quad, keep_sum)
        z, slopes = rows(work.values, first + start), rows(work.slopes, first + start)
        call(formulas.activate, z, z, slopes, (stop - start) * QUAD)


@inlined
def _backward(network, formulas, work, layer, read, inputs, quad, fresh):
    """A hidden layer: slopes at its outputs, block by block, then through the activation, then its own weights."""
    first, units = network.layers[layer, FIRST_UNIT], network.layers[layer, UNITS]
    for start in range(0, units, BLOCK):
        stop = min(start + BLOCK, units)
        for unit in range(first + start, first + stop):
            store(work.deltas, unit, unit_backward(network, work, layer, unit, load(work.values, unit), fresh))
        deltas, values = rows(work.deltas, first + start), rows(work.values, first + start)
        slopes, offset = rows(work.slopes, first + start), rows(work.hyperparameters, OFFSET)
        call(formulas.activate_backward, deltas, values, slopes, offset, network.offset, (stop - start) * QUAD)
        for unit in range(start, stop):
            dz = load(work.deltas, first + unit)
            own_weights(network, work, layer, unit, dz, read, inputs, quad, fresh)


@inlined
def _quads(network, formulas, work, read, inputs, targets, formula, weights, counts, first, stop, shift, backward):
    last = network.layers.shape[0] - 1
    for quad in range(first, stop):
        for layer in range(last):
            _forward(network, formulas, work, layer, read, inputs, quad)
        outputs(network, formulas, work, read, inputs, quad)
        loss(network, formulas, work, formula, targets, weights, counts, quad, quad + shift)
        if backward:
            outputs_backward(network, work, read, inputs, quad, quad == first)
            for layer in range(last - 1, -1, -1):
                _backward(network, formulas, work, layer, read, inputs, quad, quad == first)


@Section
def epochs(struct, tick, next_check, batch):
    """Passes over all data, and updates, until a run may have ended: the tick whose pass is made, but not its update.

    With a batch, not ALL: the gradients of that batch, of samples that all lanes share, and no more; answers 0. One section for
    both, since a pass takes one to two seconds to compile. `fused_passes.py` has this loop twice more.
    """
    network, formulas, data, work = struct.network, struct.formulas, struct.data, struct.work
    align_stack()
    whole = batch == ALL
    first, stop, weights, counts = quads_of(data, batch)
    backward = not whole or network.full or network.needs.gradient_norm
    inputs, targets, formula = data.inputs, data.targets, formulas.loss
    while True:
        clear_totals(network, work)
        _quads(network, formulas, work, broadcast_quad, inputs, targets, formula, weights, counts, first, stop, 0, backward)
        if not whole:
            return 0
        if tick == next_check or may_have_ended(network, work):
            return tick
        next_epoch(struct)
        tick += 1


@Section
def own_batch(struct, batch):
    """The gradients of one batch, of samples that each lane has gathered for itself. Answers 0."""
    network, formulas, data, tiles, work = struct.network, struct.formulas, struct.data, struct.tiles, struct.work
    align_stack()
    inputs, targets, shift = tiles.tile_inputs, tiles.tile_targets, batch * data.batch_quads
    weights, counts, stop = data.batch_weights, data.batch_counts, data.batch_quads
    _quads(network, formulas, work, load, inputs, targets, formulas.loss_of_own, weights, counts, 0, stop, shift, True)
    return 0


BY_FORMULA = (epochs, own_batch)
