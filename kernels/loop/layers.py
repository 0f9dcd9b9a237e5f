"""Dense layers, four samples at a time: each sum of the forward pass, followed by its gradients in the backward pass.

A layer's weights lie unit by unit, (units * stride, lanes): first those of the data inputs that the unit reads, then those of
the units before it, and last the bias, the weight of an input that is the same for every sample. Each weight is loaded once and
each gradient stored once for the four samples of a quad. With one sample at a time the loads and stores, not the multiply-adds,
would set the pace.

The first quad of a batch writes the gradients (`fresh`) and the others add to them. Setting them to zero first cost 4 % on XOR,
whose data are one quad.

Quads are (QUAD, lanes), in registers. The arrays are those of `memory.py`: work.weights and work.gradients (weights, lanes),
work.values and work.deltas (units, QUAD, lanes), `inputs` (quads * inputs, QUAD) where all lanes see the same samples and
(quads * inputs, QUAD, lanes) where each has its own. All other arguments are int64, except `bias_input`, a number in the
kernel's precision, and `fresh`, a bool.
"""

from typing import Any, NamedTuple

from ..lanes.compile import leaf
from ..lanes.operations import Rows, broadcast_quad, extract, fma, load, store
from ..memory import DATA_INPUTS, FIRST_UNIT, FIRST_WEIGHT, SOURCE, SOURCES, STRIDE, UNITS


class Layer(NamedTuple):
    """One layer of a network: a row of `Architecture.layers`, and of `Architecture.scales`."""

    units: int
    first_unit: int  # the row of its first unit among all units
    first_weight: int  # the row of its first weight among all weights
    stride: int  # from one unit's weights to the next unit's
    data_inputs: int  # how many inputs of the data its units read
    source: int  # the first unit that they read
    sources: int  # how many units they read
    scale: Any  # the factor of the weighted sums
    bias_input: Any  # the factor of the biases within these sums


@leaf
def layer_at(network, index) -> Layer:
    """The layer at `index`, counted from 0."""
    table, scales = network.layers, network.scales
    return Layer(
        table[index, UNITS],
        table[index, FIRST_UNIT],
        table[index, FIRST_WEIGHT],
        table[index, STRIDE],
        table[index, DATA_INPUTS],
        table[index, SOURCE],
        table[index, SOURCES],
        scales[index, 0],
        scales[index, 1],
    )


@leaf
def data_forward(work, row, z, inputs, first_input, data_inputs) -> Rows:
    """z plus the sum of weights[row + i] * x[i], over the data inputs of one unit."""
    weights = work.weights
    for i in range(data_inputs):
        z = fma(load(weights, row + i), broadcast_quad(inputs, first_input + i), z)
    return z


@leaf
def data_backward(work, row, dz, inputs, first_input, data_inputs, fresh):
    """gradients[row + i] += dz * x[i], for one unit; dz is the loss's slope at its weighted sum, a quad."""
    gradients = work.gradients
    for i in range(data_inputs):
        _add_product(gradients, row + i, dz, broadcast_quad(inputs, first_input + i), fresh)


@leaf
def dense_forward(work, row, z, source, sources) -> Rows:
    """z plus the sum of weights[row + i] * values[source + i], over the units that this unit reads."""
    weights, values = work.weights, work.values
    for i in range(sources):
        z = fma(load(weights, row + i), load(values, source + i), z)
    return z


@leaf
def dense_backward(work, row, da, a, reader, fresh) -> Rows:
    """For a unit with output a, a quad, and a layer that reads it: gradients += delta * a. Returns da plus that layer's part.

    `row` is the row of the weight by which the layer's first unit reads this one; the next unit's is `reader.stride` further
    on.
    """
    gradients, weights, deltas, stride = work.gradients, work.weights, work.deltas, reader.stride
    for unit in range(reader.units):
        d = load(deltas, reader.first_unit + unit)
        _add_product(gradients, row + unit * stride, d, a, fresh)
        da = fma(load(weights, row + unit * stride), d, da)
    return da


@leaf
def bias_forward(work, row, z, bias_input) -> Rows:
    """z plus the bias."""
    return fma(load(work.weights, row), bias_input, z)


@leaf
def bias_backward(work, row, dz, bias_input, fresh):
    """gradients[row] += dz * bias_input, summed over the quad's samples."""
    g = ((extract(dz, 0) + extract(dz, 1)) + (extract(dz, 2) + extract(dz, 3))) * bias_input
    store(work.gradients, row, g if fresh else load(work.gradients, row) + g)


@leaf
def _add_product(gradients, row, dz, x, fresh):
    """gradients[row] += dz * x, summed over the quad's samples in their order; if `fresh`, the row is overwritten instead."""
    g = extract(dz, 0) * extract(x, 0) if fresh else fma(extract(dz, 0), extract(x, 0), load(gradients, row))
    g = fma(extract(dz, 1), extract(x, 1), g)
    g = fma(extract(dz, 2), extract(x, 2), g)
    store(gradients, row, fma(extract(dz, 3), extract(x, 3), g))
