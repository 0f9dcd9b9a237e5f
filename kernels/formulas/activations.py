"""Activations: each is a pair of formulas, forward on weighted sums z and backward on the outputs a = f(z).

Rows are handled one sample at a time, because a whole quad of sigmoids at once would not fit into the registers (4 % slower).
If f'(z) follows from a, backward computes it from a. Otherwise forward, which has most of it at hand, stores it in `slopes`.
"""

import math
from typing import NamedTuple

from ..functions.elementary import elu, exp, sigmoid, softplus_and_slope, symmetric_sigmoid, tanh
from ..functions.normal import gelu_and_slope
from ..functions.sines import sine_and_cosine
from ..lanes.compile import Formula, inlined
from ..lanes.operations import fma, load, select, splat, store
from ..lanes.vector import QUAD, Memory

LEAK = 0.01


@inlined
def _each_row(formula, out, z, count):
    """out = formula(z), row by row; out may be z."""
    for row in range(count):
        store(out, row, formula(load(z, row)))


@inlined
def _each_row_and_slope(formula, out, z, slopes, count):
    """(out, slopes) = formula(z), row by row; out may be z."""
    for row in range(count):
        a, slope = formula(load(z, row))
        store(out, row, a)
        store(slopes, row, slope)


@inlined
def _each_slope(slope, deltas, values, offset, with_offset, count):
    """deltas *= slope(values) + offset, row by row; the offset, one for each lane, only if asked for."""
    if with_offset:
        for row in range(count):
            store(deltas, row, load(deltas, row) * (slope(load(values, row)) + load(offset, 0)))
    else:
        for row in range(count):
            store(deltas, row, load(deltas, row) * slope(load(values, row)))


@Formula
def sigmoid_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = 1 / (1 + e**-z)."""
    _each_row(sigmoid, out, z, count)


@inlined
def sigmoid_slope(a):
    """f' from a = sigmoid(z)."""
    return fma(-a, a, a)


@Formula
def sigmoid_backward(deltas: Memory, out: Memory, slopes: Memory, offset: Memory, with_offset: int, count: int):
    """f' = a (1 - a)."""
    _each_slope(sigmoid_slope, deltas, out, offset, with_offset, count)


@Formula
def symmetric_sigmoid_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = 1 / (1 + e**-z) - 1/2."""
    _each_row(symmetric_sigmoid, out, z, count)


@inlined
def symmetric_sigmoid_slope(a):
    """f' from a = sigmoid(z) - 1/2."""
    return fma(-a, a, 0.25)


@Formula
def symmetric_sigmoid_backward(deltas: Memory, out: Memory, slopes: Memory, offset: Memory, with_offset: int, count: int):
    """f' = (1/2 + a) (1/2 - a)."""
    _each_slope(symmetric_sigmoid_slope, deltas, out, offset, with_offset, count)


@Formula
def tanh_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = tanh(z)."""
    _each_row(tanh, out, z, count)


@inlined
def tanh_slope(a):
    """f' from a = tanh(z)."""
    return fma(-a, a, 1.0)


@Formula
def tanh_backward(deltas: Memory, out: Memory, slopes: Memory, offset: Memory, with_offset: int, count: int):
    """f' = 1 - a**2."""
    _each_slope(tanh_slope, deltas, out, offset, with_offset, count)


@inlined
def _relu(z):
    return select(z <= 0.0, 0.0, z)  # NaN is not below 0: it stays


@Formula
def relu_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = max(z, 0)."""
    _each_row(_relu, out, z, count)


@inlined
def _relu_slope(a):
    return select(a > 0.0, splat(a, 1.0), 0.0)


@Formula
def relu_backward(deltas: Memory, out: Memory, slopes: Memory, offset: Memory, with_offset: int, count: int):
    """f' = 1 where a > 0, else 0."""
    _each_slope(_relu_slope, deltas, out, offset, with_offset, count)


@inlined
def _leaky_relu(z):
    return select(z <= 0.0, z * LEAK, z)


@Formula
def leaky_relu_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = z above 0, else 0.01 z."""
    _each_row(_leaky_relu, out, z, count)


@inlined
def _leaky_relu_slope(a):
    return select(a > 0.0, splat(a, 1.0), LEAK)


@Formula
def leaky_relu_backward(deltas: Memory, out: Memory, slopes: Memory, offset: Memory, with_offset: int, count: int):
    """f' = 1 where a > 0, else 0.01."""
    _each_slope(_leaky_relu_slope, deltas, out, offset, with_offset, count)


@Formula
def elu_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = z above 0, else e**z - 1."""
    _each_row(elu, out, z, count)


@inlined
def _elu_slope(a):
    return select(a > 0.0, 1.0, a + 1.0)


@Formula
def elu_backward(deltas: Memory, out: Memory, slopes: Memory, offset: Memory, with_offset: int, count: int):
    """f' = 1 where a > 0, else a + 1 = e**z."""
    _each_slope(_elu_slope, deltas, out, offset, with_offset, count)


@Formula
def softplus_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = log(1 + e**z), f' = sigmoid(z)."""
    _each_row_and_slope(softplus_and_slope, out, z, slopes, count)


@Formula
def gelu_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = z Phi(z), f' = Phi(z) + z phi(z)."""
    _each_row_and_slope(gelu_and_slope, out, z, slopes, count)


@Formula
def sine_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = sin z, f' = cos z."""
    _each_row_and_slope(sine_and_cosine, out, z, slopes, count)


@inlined
def _itself(values):
    return values


@Formula
def backward_from_slopes(deltas: Memory, out: Memory, slopes: Memory, offset: Memory, with_offset: int, count: int):
    """f' as forward left it."""
    _each_slope(_itself, deltas, slopes, offset, with_offset, count)


@Formula
def identity_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a = z."""
    _each_row(_itself, out, z, count)


@inlined
def _one(a):
    return splat(a, 1.0)


@Formula
def identity_backward(deltas: Memory, out: Memory, slopes: Memory, offset: Memory, with_offset: int, count: int):
    """f' = 1."""
    _each_slope(_one, deltas, out, offset, with_offset, count)


@Formula
def softmax_forward(out: Memory, z: Memory, slopes: Memory, count: int):
    """a_o = e**z_o / (sum of e**z), over a sample's outputs: its rows are QUAD apart. The largest z is taken off each first."""
    for sample in range(QUAD):
        most = load(z, sample)
        for row in range(sample + QUAD, count, QUAD):
            other = load(z, row)
            most = select(other > most, other, most)
        total = splat(most, 0.0)
        for row in range(sample, count, QUAD):
            part = exp(load(z, row) - most)
            total = total + part
            store(out, row, part)
        share = 1.0 / total
        for row in range(sample, count, QUAD):
            store(out, row, load(out, row) * share)


class Activation(NamedTuple):
    """A pair of formulas, and the closed range of the outputs.

    keeps_slopes: forward leaves f'(z) in `slopes`, since it cannot be had from a = f(z), or not as cheaply. backward is None
    where only a loss that has its slope from the logits goes with it. gain: of hidden layers where they are parametrized by
    "mean_field".
    """

    forward: Formula
    backward: Formula | None
    keeps_slopes: bool = False
    low: float | None = None
    high: float | None = None
    gain: float = 1.0


ACTIVATIONS = {
    "sigmoid": Activation(sigmoid_forward, sigmoid_backward, low=0.0, high=1.0),
    "symmetric_sigmoid": Activation(symmetric_sigmoid_forward, symmetric_sigmoid_backward, low=-0.5, high=0.5),
    "tanh": Activation(tanh_forward, tanh_backward, low=-1.0, high=1.0, gain=math.sqrt(2)),
    "relu": Activation(relu_forward, relu_backward, low=0.0, gain=math.sqrt(2)),
    "leaky_relu": Activation(leaky_relu_forward, leaky_relu_backward),
    "elu": Activation(elu_forward, elu_backward, low=-1.0),
    "softplus": Activation(softplus_forward, backward_from_slopes, keeps_slopes=True, low=0.0),
    "gelu": Activation(gelu_forward, backward_from_slopes, keeps_slopes=True),
    "sine": Activation(sine_forward, backward_from_slopes, keeps_slopes=True, low=-1.0, high=1.0),
    "identity": Activation(identity_forward, identity_backward),
}
OUTPUTS = {
    **{name: ACTIVATIONS[name] for name in ("sigmoid", "symmetric_sigmoid", "tanh", "identity")},
    "softmax": Activation(softmax_forward, None, low=0.0, high=1.0),
}
