"""Dense layers, four samples at a time: forward, and backward, outputs first, then inputs.

A layer's weights lie unit by unit, (units * fan_in, LANES); a bias is the weight of one more input that is always 1, the last
of its unit. So biases need no code here, and none is slower for being there. Each weight is loaded once for the four samples
of a quad and each gradient stored once; one sample at a time the loads and stores, not the multiply-adds, set the pace.

The first quad of an epoch writes the gradients (`fresh`) and the others add to them: setting them to zero first cost 4 % on
XOR, whose data are one quad.

`read` says where the inputs come from: `spread` for data, the same in every lane, `load` for activations.
"""

from .compile import inlined
from .lanes import Rows, fma, load, part, spread, store


@inlined
def weighted_sum(read, x, first, weights, row, fan_in) -> Rows:
    """z = sum of weights[row + i] * x[first + i] over one unit's inputs, as a quad."""
    z = load(weights, row) * read(x, first)
    for i in range(1, fan_in):
        z = fma(load(weights, row + i), read(x, first + i), z)
    return z


@inlined
def add_product(gradients, row, dz, x, fresh):
    """gradients[row] += dz * x, summed over the quad's samples in their order; a fresh row is written, not added to."""
    g = part(dz, 0) * part(x, 0) if fresh else fma(part(dz, 0), part(x, 0), load(gradients, row))
    g = fma(part(dz, 1), part(x, 1), g)
    g = fma(part(dz, 2), part(x, 2), g)
    store(gradients, row, fma(part(dz, 3), part(x, 3), g))


@inlined
def dense_backward(gradients, row, dz, weights, x, units, fan_in, fresh) -> Rows:
    """For one input of a layer: add to its weights' gradients, and return its own, dx.

    gradients, weights (weights, LANES): that input's weight in the layer's first unit is `row`, in the next row + fan_in.
    dz (units, QUAD, LANES); x: the input, a quad.
    """
    d = load(dz, 0)
    add_product(gradients, row, d, x, fresh)
    dx = load(weights, row) * d
    for unit in range(1, units):
        d = load(dz, unit)
        add_product(gradients, row + unit * fan_in, d, x, fresh)
        dx = fma(load(weights, row + unit * fan_in), d, dx)
    return dx


@inlined
def data_backward(gradients, row, dz, x, first, fan_in, fresh):
    """For one unit of the layer that reads the data: gradients[row + i] += dz * x[first + i]."""
    for i in range(fan_in):
        add_product(gradients, row + i, dz, spread(x, first + i), fresh)
