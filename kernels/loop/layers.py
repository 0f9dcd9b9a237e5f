"""Dense layers, four samples at a time: forward, and backward, outputs first, then inputs.

A layer's weights lie unit by unit, (units * stride, lanes): those of the data inputs that it reads, those of the units before
it, and last the bias, the weight of an input that is the same for every sample. Each weight is loaded once for the four samples
of a quad and each gradient stored once; one sample at a time the loads and stores, not the multiply-adds, set the pace.

The first quad of a batch writes the gradients (`fresh`) and the others add to them: setting them to zero first cost 4 % on
XOR, whose data are one quad.

`read` says where data come from: `broadcast_quad` where all lanes see the same samples, `load` where each has its own.
"""

from ..lanes.compile import leaf
from ..lanes.operations import Rows, extract, fma, load, splat_row, store


@leaf
def weighted_sum(read, inputs, first_input, data_inputs, values, source, sources, weights, row) -> Rows:
    """Sum of weights[row + i] * x[i] over one unit's data inputs, then its source units, as a quad."""
    z = splat_row(values, 0.0)
    for i in range(data_inputs):
        z = fma(load(weights, row + i), read(inputs, first_input + i), z)
    for i in range(sources):
        z = fma(load(weights, row + data_inputs + i), load(values, source + i), z)
    return z


@leaf
def add_product(gradients, row, dz, x, fresh):
    """gradients[row] += dz * x, summed over the quad's samples in their order; a fresh row is written, not added to."""
    g = extract(dz, 0) * extract(x, 0) if fresh else fma(extract(dz, 0), extract(x, 0), load(gradients, row))
    g = fma(extract(dz, 1), extract(x, 1), g)
    g = fma(extract(dz, 2), extract(x, 2), g)
    store(gradients, row, fma(extract(dz, 3), extract(x, 3), g))


@leaf
def bias_backward(gradients, row, dz, bias_input, fresh):
    """gradients[row] += dz * bias_input, summed over the quad's samples."""
    g = ((extract(dz, 0) + extract(dz, 1)) + (extract(dz, 2) + extract(dz, 3))) * bias_input
    store(gradients, row, g if fresh else load(gradients, row) + g)


@leaf
def dense_backward(dx, gradients, row, deltas, first, weights, x, units, stride, fresh) -> Rows:
    """For one input x (a quad) of a layer: add to its weights' gradients, and return dx plus its own.

    gradients, weights (weights, lanes): the input's weight in the layer's first unit is `row`, in the next row + stride.
    deltas (rows, QUAD, lanes): those of the layer's units start at row `first`.
    """
    for unit in range(units):
        d = load(deltas, first + unit)
        add_product(gradients, row + unit * stride, d, x, fresh)
        dx = fma(load(weights, row + unit * stride), d, dx)
    return dx


@leaf
def data_backward(read, gradients, row, dz, inputs, first_input, data_inputs, fresh):
    """For one unit of a layer that reads data: gradients[row + i] += dz * x[i]."""
    for i in range(data_inputs):
        add_product(gradients, row + i, dz, read(inputs, first_input + i), fresh)
