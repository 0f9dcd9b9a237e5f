"""The steps of a pass over one quad of samples, for any shape of network: each forward step, followed by its backward step.

The first arguments of all steps are
    struct: the address of a `memory.Call`, of which they read `network`, `formulas` and `work`;
    samples: `Samples`, see below;
    quad: int64, the place of the quad among those that `samples.inputs` holds.
Then come `index`, int64, the place of a layer, and the places of units within it, int64. A step takes and returns the numbers
of a unit as a quad, (QUAD, lanes) in registers.

Callers pass a layer's place, and each step reads the numbers that it needs. If they passed a `Layer`, its numbers would take
the registers of pointers, which would then be read back from the stack for each unit (XOR 5 % slower).
"""

from typing import Any, NamedTuple

from ..formulas.losses import QuadOutputs
from ..lanes.calls import call
from ..lanes.compile import leaf
from ..lanes.operations import Rows, all_lanes, given, load, rows, splat_row, store, table
from ..lanes.vector import QUAD
from ..memory import DISTANCE, MANTISSA, OFFSET, SCORE
from .layers import (
    bias_backward,
    bias_forward,
    data_backward,
    data_forward,
    dense_backward,
    dense_forward,
    layer_at,
)


class Samples(NamedTuple):
    """The samples of one pass, in quads: (rows, QUAD) if all lanes share them, else (rows, QUAD, lanes)."""

    inputs: Any  # quads * inputs rows
    targets: Any  # quads * outputs rows
    weights: Any  # (quads, QUAD): a sample's weight in the loss
    counts: Any  # (quads, QUAD): 1 for a sample, 0 for padding
    first: int  # the first quad of the pass
    stop: int  # the quad after its last
    shift: int  # by how many quads the weights and counts lie further on
    loss: Any  # the address of the loss's formula for such targets


@leaf
def all_samples(struct) -> Samples:
    """All samples, which all lanes share."""
    data = struct.data
    return Samples(data.inputs, data.targets, data.weights, data.counts, 0, data.weights.shape[0], 0, struct.formulas.loss)


@leaf
def given_samples(struct, batch) -> Samples:
    """One batch of the samples that all lanes share."""
    data, first, stop = struct.data, batch * struct.data.batch_quads, (batch + 1) * struct.data.batch_quads
    weights, counts, formula = data.batch_weights, data.batch_counts, struct.formulas.loss
    return Samples(data.batch_inputs, data.batch_targets, weights, counts, first, stop, 0, formula)


@leaf
def own_samples(struct, batch) -> Samples:
    """One batch of samples that each lane has gathered for itself."""
    data, tiles = struct.data, struct.tiles
    weights, counts, stop, shift = data.batch_weights, data.batch_counts, data.batch_quads, batch * data.batch_quads
    return Samples(tiles.tile_inputs, tiles.tile_targets, weights, counts, 0, stop, shift, struct.formulas.loss_of_own)


@leaf
def clear_totals(struct):
    """Set the totals to their starting values, before a pass adds to them."""
    network, work = struct.network, struct.work
    zero = splat_row(work.totals, 0.0)
    store(work.totals, SCORE, zero)
    store(work.totals, MANTISSA, splat_row(work.totals, 1.0) if network.product else zero)
    if network.needs.largest_error:
        store(work.totals, DISTANCE, zero)


@leaf
def unit_forward(struct, samples, quad, index, row) -> Rows:
    """The weighted sum of that unit of the layer whose weights start at `row`."""
    network, work = struct.network, struct.work
    layer = layer_at(network, index)
    z = splat_row(work.values, 0.0)
    z = data_forward(work, row, z, samples.inputs, quad * network.inputs, layer.data_inputs)
    z = dense_forward(work, row + layer.data_inputs, z, layer.source, layer.sources)
    if network.bias:
        z = bias_forward(work, row + layer.stride - 1, z, layer.bias_input)
    if network.scaled:
        z = z * layer.scale
    return z


@leaf
def unit_backward(struct, samples, quad, index, unit, dz):
    """From dz, the loss's slope at that sum, find the gradients of the data's weights and the bias; keep dz for units below."""
    network, work, fresh = struct.network, struct.work, quad == samples.first
    layer = layer_at(network, index)
    row = layer.first_weight + unit * layer.stride
    if network.scaled:
        dz = dz * layer.scale
    if index > 0:  # there are units below
        store(work.deltas, layer.first_unit + unit, dz)
    data_backward(work, row, dz, samples.inputs, quad * network.inputs, layer.data_inputs, fresh)
    if network.bias:
        bias_backward(work, row + layer.stride - 1, dz, layer.bias_input, fresh)


@leaf
def units_forward(struct, samples, quad, index, start, stop, out, first_row):
    """Write the weighted sums of a layer's units start ... stop - 1 to `out`, (rows, QUAD, lanes), from `first_row` on."""
    layer = layer_at(struct.network, index)
    row = layer.first_weight + start * layer.stride
    for unit in range(start, stop):
        store(out, first_row + unit - start, unit_forward(struct, samples, quad, index, row))
        row += layer.stride


@leaf
def reading_layers_backward(struct, samples, quad, index, unit) -> Rows:
    """The loss's slope at the output of a unit. unit: its place among all units; index: the place of its layer.

    The deltas of the layers that read the unit must already be there. The gradients of the weights by which they read it are
    added to.
    """
    network, work, fresh = struct.network, struct.work, quad == samples.first
    a, da = load(work.values, unit), splat_row(work.values, 0.0)
    for above in range(index + 1, network.layers.shape[0]):
        reader = layer_at(network, above)
        column = unit - reader.source
        if column >= 0 and column < reader.sources:
            da = dense_backward(work, reader.first_weight + reader.data_inputs + column, da, a, reader, fresh)
    return da


@leaf
def outputs_forward(struct, samples, quad, index):
    """Compute the logits of one quad, and the outputs' rows of `values` unless the loss does that itself."""
    network, work = struct.network, struct.work
    logits = quad * network.outputs
    units_forward(struct, samples, quad, index, 0, network.outputs, work.logits, logits)
    if not network.loss_reads_logits:
        output_activation(struct, quad, network.units)


@leaf
def output_activation(struct, quad, row):
    """Compute the outputs' rows of `values`, from `row` on, from the logits of one quad."""
    network, work = struct.network, struct.work
    out, slopes, z = rows(work.values, row), rows(work.slopes, row), rows(work.logits, quad * network.outputs)
    call(struct.formulas.output, out, z, slopes, network.outputs * QUAD)


@leaf
def outputs_backward(struct, samples, quad, index):
    """Compute the gradients of the output units' weights that do not come from hidden units, if there are any."""
    network, work = struct.network, struct.work
    if network.scaled or network.bias or layer_at(network, index).data_inputs:
        for unit in range(network.outputs):
            unit_backward(struct, samples, quad, index, unit, load(work.deltas, network.units + unit))


@leaf
def loss(struct, samples, quad, row):
    """Fill the outputs' rows of `deltas`, from `row` on, with the loss's slopes at the logits, and add to the score."""
    network, formulas, work = struct.network, struct.formulas, struct.work
    outputs, deltas = rows(work.values, row), rows(work.deltas, row)
    content = QuadOutputs(
        rows(work.logits, quad * network.outputs) if network.loss_reads_logits else outputs,
        deltas,
        given(samples.targets, quad * network.outputs),
        table(samples.weights, quad + samples.shift),
        table(samples.counts, quad + samples.shift),
        rows(work.totals, 0),
        rows(work.hyperparameters, 0),
        network.outputs,
        int(network.needs.largest_error),
    )
    call(samples.loss, content)
    if network.through_outputs:
        slopes, offset = rows(work.slopes, row), rows(work.hyperparameters, OFFSET)
        call(formulas.output_backward, deltas, outputs, slopes, offset, network.offset, network.outputs * QUAD)


@leaf
def may_have_ended(struct):
    """After a pass, whether a run may have ended. False only if in every lane the score is within its screening bounds, or an
    output is too far from its target and the score below its upper bound.
    """
    network, work = struct.network, struct.work
    if network.needs.every_epoch:
        return True
    score = load(work.totals, SCORE) - load(work.totals, MANTISSA)
    unfinished = load(work.screening_bounds, 0) < score
    if network.needs.largest_error:
        unfinished = unfinished | (load(work.totals, DISTANCE) >= load(work.screening_bounds, 2))
    return not all_lanes(unfinished & (score < load(work.screening_bounds, 1)))
