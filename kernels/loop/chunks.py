"""The layers' steps on a chunk of a batch, which is at most CHUNK quads: forward, the loss, and backward with the update.

`batch_passes.py` explains the order. `first` and `stop` are the chunk's quads, int64, the places of quads among those that
`samples.inputs` holds. The values and slopes of the chunk's quads lie one after the other: a quad's *block* is the row of its
first unit, hidden units first, then outputs.
"""

from ..lanes.calls import call
from ..lanes.compile import called, inlined, leaf
from ..lanes.operations import Rows, extract, given, load, rows, splat_row, store
from ..lanes.struct import align_stack
from ..lanes.vector import QUAD
from ..memory import OFFSET, UNITS
from .layers import bias_forward, layer_at
from .products import Factors, gradients, one_sum, two_sums
from .steps import loss, output_activation
from .updates import update_rows

NEAR_ROWS = 1024  # of weights, 128 KB: they stay in the second cache while the quads of a chunk pass by
ROWS_UPDATED, UNITS_UPDATED = 512, 8  # weights are updated so many at once, or those of so many units if these have more


@leaf
def _units_near(rows_per_unit):
    """How many units' weights stay near: an even number, because units are computed in pairs."""
    return max(NEAR_ROWS // rows_per_unit // 2 * 2, 2)


@leaf
def block_at(network, quad):
    """The first row of a quad's block. quad: its place in the chunk."""
    return quad * (network.units + network.outputs)


@leaf
def _biased_and_scaled(struct, layer, row, z) -> Rows:
    if struct.network.bias:
        z = bias_forward(struct.work, row + layer.stride - 1, z, layer.bias_input)
    if struct.network.scaled:
        z = z * layer.scale
    return z


@leaf
def _weighted_sums(struct, samples, quad, block, index, start, stop, out, first_row):
    """Write the weighted sums of a layer's units start ... stop - 1, on one quad, to `out` from `first_row` on."""
    network, work = struct.network, struct.work
    layer, first_input, zero = layer_at(network, index), quad * network.inputs, splat_row(work.values, 0.0)
    row, source = layer.first_weight + start * layer.stride, block + layer.source
    for unit in range(start, stop - 1, 2):
        below = row + layer.stride
        z, y = two_sums(work.weights, row, below, 1, samples.inputs, first_input, layer.data_inputs, zero, zero)
        dense, dense_below = row + layer.data_inputs, below + layer.data_inputs
        z, y = two_sums(work.weights, dense, dense_below, 1, work.values, source, layer.sources, z, y)
        store(out, first_row + unit - start, _biased_and_scaled(struct, layer, row, z))
        store(out, first_row + unit - start + 1, _biased_and_scaled(struct, layer, below, y))
        row = below + layer.stride
    if (stop - start) % 2:
        z = one_sum(work.weights, row, 1, samples.inputs, first_input, layer.data_inputs, zero)
        z = one_sum(work.weights, row + layer.data_inputs, 1, work.values, source, layer.sources, z)
        store(out, first_row + stop - 1 - start, _biased_and_scaled(struct, layer, row, z))


@inlined
def layer_forward(struct, samples, first, stop, index, last):
    """The outputs of a hidden layer on all quads, or the last layer's logits."""
    network, formulas, work = struct.network, struct.formulas, struct.work
    layer = layer_at(network, index)
    near = _units_near(layer.stride)
    for start in range(0, layer.units, near):
        end = min(start + near, layer.units)
        for quad in range(first, stop):
            block = block_at(network, quad - first)
            row = quad * network.outputs + start if index == last else block + layer.first_unit + start
            out = work.logits if index == last else work.values
            _weighted_sums(struct, samples, quad, block, index, start, end, out, row)
            if index < last:
                z = rows(out, row)
                call(formulas.activate, z, z, rows(work.slopes, row), (end - start) * QUAD)


@inlined
def _losses(struct, samples, first, stop):
    """From the logits of the quads the loss and its slopes."""
    network = struct.network
    for quad in range(first, stop):
        outputs = block_at(network, quad - first) + network.units
        if not network.loss_reads_logits:
            output_activation(struct, quad, outputs)
        loss(struct, samples, quad, outputs)


@leaf
def _scale(struct, index, row, count):
    """Scale the slopes of a layer's weighted sums as the sums were scaled."""
    if struct.network.scaled:
        scale = layer_at(struct.network, index).scale
        for unit in range(row, row + count):
            store(struct.work.deltas, unit, load(struct.work.deltas, unit) * scale)


@leaf
def _slopes_at_outputs(struct, block, index, unit, stop):
    """Write the loss's slopes at the outputs of units unit ... stop - 1 of layer `index`, on one quad.

    The slopes of the layers above must already be there.
    """
    network, work = struct.network, struct.work
    layer, zero = layer_at(network, index), splat_row(work.values, 0.0)
    for first in range(layer.first_unit + unit, layer.first_unit + stop, 2):
        pair = first + 1 < layer.first_unit + stop
        da, db = zero, zero
        for above in range(index + 1, network.layers.shape[0]):
            reader = layer_at(network, above)
            column = first - reader.source
            if column >= 0 and column < reader.sources:
                row, deltas = reader.first_weight + reader.data_inputs + column, block + reader.first_unit
                if pair:
                    da, db = two_sums(work.weights, row, row + 1, reader.stride, work.deltas, deltas, reader.units, da, db)
                else:
                    da = one_sum(work.weights, row, reader.stride, work.deltas, deltas, reader.units, da)
        store(work.deltas, block + first, da)
        if pair:
            store(work.deltas, block + first + 1, db)


@inlined
def _hidden_backward(struct, first, stop, index):
    """The loss's slopes at the weighted sums of hidden layer `index`, on all quads."""
    network, formulas, work = struct.network, struct.formulas, struct.work
    layer, offset = layer_at(network, index), rows(work.hyperparameters, OFFSET)
    near = _units_near(network.layers[index + 1, UNITS])
    for start in range(0, layer.units, near):
        end = min(start + near, layer.units)
        for quad in range(stop - first):
            block = block_at(network, quad)
            row = block + layer.first_unit + start
            _slopes_at_outputs(struct, block, index, start, end)
            deltas, values, slopes = rows(work.deltas, row), rows(work.values, row), rows(work.slopes, row)
            call(formulas.activate_backward, deltas, values, slopes, offset, network.offset, (end - start) * QUAD)
            _scale(struct, index, row, end - start)


@leaf
def _bias_gradient(struct, unit, row, bias_input, quads, fresh):
    """gradients[row] += dz * bias_input, summed over the samples."""
    network, work = struct.network, struct.work
    total = splat_row(work.gradients, -0.0) if fresh else load(work.gradients, row)
    for quad in range(quads):
        dz = load(work.deltas, block_at(network, quad) + unit)
        total = total + ((extract(dz, 0) + extract(dz, 1)) + (extract(dz, 2) + extract(dz, 3))) * bias_input
    store(work.gradients, row, total)


@inlined
def _layer_gradients(struct, samples, first, stop, index, fresh, last, apart):
    """The gradients of layer `index`, some units at a time, and after the batch's last sample their update.

    apart: whether the gradients of all weights are kept.
    """
    network, work, quads = struct.network, struct.work, stop - first
    layer, block = layer_at(network, index), block_at(network, 1)
    inputs = Factors(given(samples.inputs, first * network.inputs), layer.data_inputs, network.inputs, 1)
    sources = Factors(rows(work.values, layer.source), layer.sources, block, 1)
    some = max(ROWS_UPDATED // layer.stride, UNITS_UPDATED)
    for start in range(0, layer.units, some):
        count, weight = min(some, layer.units - start), layer.first_weight + start * layer.stride
        row, unit = weight if apart else 0, layer.first_unit + start
        slopes = Factors(rows(work.deltas, unit), count, block, layer.stride)
        if layer.data_inputs >= QUAD:
            gradients(rows(work.gradients, row), slopes, inputs, quads, fresh)
        elif layer.data_inputs:
            gradients(rows(work.gradients, row), inputs, slopes, quads, fresh)
        if layer.sources:
            gradients(rows(work.gradients, row + layer.data_inputs), slopes, sources, quads, fresh)
        if network.bias:
            for k in range(count):
                _bias_gradient(struct, unit + k, row + (k + 1) * layer.stride - 1, layer.bias_input, quads, fresh)
        if last and not network.clip:
            update_rows(struct, index, weight, row, count * layer.stride)


@called
def forward(struct, samples, first, stop):
    """Forward and the loss, on a chunk."""
    align_stack()
    last = struct.network.layers.shape[0] - 1
    for index in range(last + 1):
        layer_forward(struct, samples, first, stop, index, last)
    _losses(struct, samples, first, stop)


@called
def backward(struct, samples, first, stop, fresh, updates, apart):
    """The gradients of a chunk, from the slopes that its loss left, and if `updates` the new weights."""
    align_stack()
    network = struct.network
    layers = network.layers.shape[0]
    for quad in range(stop - first):
        _scale(struct, layers - 1, block_at(network, quad) + network.units, network.outputs)
    for index in range(layers - 2, -1, -1):
        _hidden_backward(struct, first, stop, index)
    for index in range(layers):
        _layer_gradients(struct, samples, first, stop, index, fresh, updates, apart)
