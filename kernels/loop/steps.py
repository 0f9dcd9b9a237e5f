"""The steps of a pass over one quad of samples, for any shape of network.

`read` is `broadcast_quad` for data that all lanes share, `load` for data of their own.
"""

from ..lanes.calls import call
from ..lanes.compile import leaf
from ..lanes.operations import all_lanes, fma, given, load, rows, splat_row, store, table
from ..lanes.vector import QUAD
from ..memory import (
    ALL,
    DATA_INPUTS,
    DISTANCE,
    FIRST_UNIT,
    FIRST_WEIGHT,
    MANTISSA,
    OFFSET,
    SCORE,
    SOURCE,
    SOURCES,
    STRIDE,
    UNITS,
)
from .layers import bias_backward, data_backward, dense_backward, weighted_sum


@leaf
def quads_of(data, batch):
    """The first quad of a batch and the one after its last, and the weights and counts of its samples; of all data for ALL."""
    if batch == ALL:
        return 0, data.weights.shape[0], data.weights, data.counts
    return batch * data.batch_quads, (batch + 1) * data.batch_quads, data.batch_weights, data.batch_counts


@leaf
def clear_totals(network, work):
    """Before a pass: what it adds up."""
    zero = splat_row(work.totals, 0.0)
    store(work.totals, SCORE, zero)
    store(work.totals, MANTISSA, splat_row(work.totals, 1.0) if network.product else zero)
    if network.needs.largest_error:
        store(work.totals, DISTANCE, zero)


@leaf
def unit_sum(network, work, layer, row, read, inputs, quad):
    """The weighted sum of the unit of a layer whose weights start at `row`."""
    layers = network.layers
    data_inputs, source, sources = layers[layer, DATA_INPUTS], layers[layer, SOURCE], layers[layer, SOURCES]
    z = weighted_sum(read, inputs, quad * network.inputs, data_inputs, work.values, source, sources, work.weights, row)
    if network.bias:
        z = fma(load(work.weights, row + layers[layer, STRIDE] - 1), network.scales[layer, 1], z)
    if network.scaled:
        z = z * network.scales[layer, 0]
    return z


@leaf
def layer_forward(network, work, layer, start, stop, out, first_out, read, inputs, quad, keep):
    """Fill rows of `out` from the weighted sums of a layer's units start ... stop - 1, by `keep`."""
    stride = network.layers[layer, STRIDE]
    row = network.layers[layer, FIRST_WEIGHT] + start * stride
    for unit in range(start, stop):
        keep(out, first_out + unit, unit_sum(network, work, layer, row, read, inputs, quad))
        row += stride


@leaf
def keep_sum(out, row, z):
    """Keep a weighted sum as it is."""
    store(out, row, z)


@leaf
def outputs(network, formulas, work, read, inputs, quad):
    """Fill the logits of one quad, and, unless the loss does that itself, the outputs' rows of `values`."""
    logits, last = quad * network.outputs, network.layers.shape[0] - 1
    layer_forward(network, work, last, 0, network.outputs, work.logits, logits, read, inputs, quad, keep_sum)
    if not network.loss_reads_logits:
        out, slopes = rows(work.values, network.units), rows(work.slopes, network.units)
        call(formulas.output, out, rows(work.logits, logits), slopes, network.outputs * QUAD)


@leaf
def loss(network, formulas, work, formula, targets, weights, counts, quad, weights_quad):
    """Fill the outputs' rows of `deltas` with the loss's slopes at the logits, and add to the score."""
    outputs, deltas = rows(work.values, network.units), rows(work.deltas, network.units)
    call(
        formula,
        rows(work.logits, quad * network.outputs) if network.loss_reads_logits else outputs,
        deltas,
        given(targets, quad * network.outputs),
        table(weights, weights_quad),
        table(counts, weights_quad),
        rows(work.totals, 0),
        rows(work.hyperparameters, 0),
        network.outputs,
        network.needs.largest_error,
    )
    if network.through_outputs:
        slopes, offset = rows(work.slopes, network.units), rows(work.hyperparameters, OFFSET)
        call(formulas.output_backward, deltas, outputs, slopes, offset, network.offset, network.outputs * QUAD)


@leaf
def unit_backward(network, work, layer, unit, a, fresh):
    """The loss's slope at the output `a` of a hidden unit; the gradients of the weights that read it are added to."""
    layers = network.layers
    da = splat_row(work.values, 0.0)
    for reader in range(layer + 1, layers.shape[0]):
        column = unit - layers[reader, SOURCE]
        if column >= 0 and column < layers[reader, SOURCES]:
            row = layers[reader, FIRST_WEIGHT] + layers[reader, DATA_INPUTS] + column
            first, units, stride = layers[reader, FIRST_UNIT], layers[reader, UNITS], layers[reader, STRIDE]
            da = dense_backward(da, work.gradients, row, work.deltas, first, work.weights, a, units, stride, fresh)
    return da


@leaf
def own_weights(network, work, layer, unit, dz, read, inputs, quad, fresh):
    """Add to the gradients of the weights of data, and of the bias, of a unit with slope dz at its weighted sum; keep dz."""
    layers = network.layers
    stride, data_inputs = layers[layer, STRIDE], layers[layer, DATA_INPUTS]
    row = layers[layer, FIRST_WEIGHT] + unit * stride
    if network.scaled:
        dz = dz * network.scales[layer, 0]
    if layer > 0:  # some unit below wants to know
        store(work.deltas, layers[layer, FIRST_UNIT] + unit, dz)
    data_backward(read, work.gradients, row, dz, inputs, quad * network.inputs, data_inputs, fresh)
    if network.bias:
        bias_backward(work.gradients, row + stride - 1, dz, network.scales[layer, 1], fresh)


@leaf
def outputs_backward(network, work, read, inputs, quad, fresh):
    """The gradients of the output units' own weights, where they have any beside those of the hidden units."""
    last = network.layers.shape[0] - 1
    if network.scaled or network.bias or network.layers[last, DATA_INPUTS]:
        for unit in range(network.outputs):
            dz = load(work.deltas, network.units + unit)
            own_weights(network, work, last, unit, dz, read, inputs, quad, fresh)


@leaf
def may_have_ended(network, work):
    """After a pass: false only if every score is within its screening bounds, or an output is too far from its target."""
    if network.needs.every_epoch:
        return True
    score = load(work.totals, SCORE) - load(work.totals, MANTISSA)
    unfinished = load(work.screening_bounds, 0) < score
    if network.needs.largest_error:
        unfinished = unfinished | (load(work.totals, DISTANCE) >= load(work.screening_bounds, 2))
    return not all_lanes(unfinished & (score < load(work.screening_bounds, 1)))
