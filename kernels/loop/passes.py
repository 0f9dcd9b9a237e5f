"""One pass over quads of samples: forward, the loss, and backward, four samples at a time and one layer after the other.

The formulas are called by address, on one block of a layer's units at a time, so that what one step writes is still in the
nearest cache when the next step reads it. This costs a store and a load of every weighted sum and of every slope, and it keeps
divisions and multiply-adds apart, which a processor would otherwise overlap. `fused_passes.py` has the faster version.
"""

from ..lanes.calls import call
from ..lanes.compile import Section, inlined
from ..lanes.operations import load, rows, store
from ..lanes.struct import align_stack
from ..lanes.vector import QUAD
from ..memory import OFFSET
from .layers import layer_at
from .steps import (
    all_samples,
    clear_totals,
    loss,
    may_have_ended,
    outputs_backward,
    outputs_forward,
    reading_layers_backward,
    unit_backward,
    units_forward,
)
from .updates import next_epoch

BLOCK = 8


@inlined
def _layer_forward(struct, samples, quad, index):
    """Compute a hidden layer block by block: the weighted sums, then the activation on their rows."""
    formulas, work, layer = struct.formulas, struct.work, layer_at(struct.network, index)
    for start in range(0, layer.units, BLOCK):
        stop, first = min(start + BLOCK, layer.units), layer.first_unit + start
        units_forward(struct, samples, quad, index, start, stop, work.values, first)
        z, slopes = rows(work.values, first), rows(work.slopes, first)
        call(formulas.activate, z, z, slopes, (stop - start) * QUAD)


@inlined
def _layer_backward(struct, samples, quad, index):
    """Take the slopes of hidden layer `index` from its outputs through the activation to its weights, block by block."""
    network, formulas, work = struct.network, struct.formulas, struct.work
    layer = layer_at(network, index)
    for start in range(0, layer.units, BLOCK):
        stop, first = min(start + BLOCK, layer.units), layer.first_unit + start
        for unit in range(first, layer.first_unit + stop):
            store(work.deltas, unit, reading_layers_backward(struct, samples, quad, index, unit))
        deltas, values = rows(work.deltas, first), rows(work.values, first)
        slopes, offset = rows(work.slopes, first), rows(work.hyperparameters, OFFSET)
        call(formulas.activate_backward, deltas, values, slopes, offset, network.offset, (stop - start) * QUAD)
        for unit in range(start, stop):
            unit_backward(struct, samples, quad, index, unit, load(work.deltas, layer.first_unit + unit))


@inlined
def _pass(struct, samples):
    """For each quad of the samples: forward, the loss, and backward."""
    last = struct.network.layers.shape[0] - 1
    for quad in range(samples.first, samples.stop):
        for index in range(last):
            _layer_forward(struct, samples, quad, index)
        outputs_forward(struct, samples, quad, last)
        loss(struct, samples, quad, struct.network.units)
        outputs_backward(struct, samples, quad, last)
        for index in range(last - 1, -1, -1):
            _layer_backward(struct, samples, quad, index)


@Section
def epochs(struct, tick, next_check):
    """Make passes over all data, and updates, until a run may have ended. Returns the tick whose pass, but not update, is done.

    `fused_passes.py` repeats this loop twice.
    """
    align_stack()
    samples = all_samples(struct)
    while True:
        clear_totals(struct)
        _pass(struct, samples)
        if tick == next_check or may_have_ended(struct):
            return tick
        next_epoch(struct, tick)
        tick += 1
