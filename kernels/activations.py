"""Activations: each a pair of formulas, forward on the weighted sum z and backward on the output a = f(z)."""

from .compile import inlined
from .functions import sigmoid
from .lanes import Rows, fma, join, part


@inlined
def sigmoid_forward(z) -> Rows:
    """a = 1 / (1 + e**-z) of a quad, sample by sample: all four at once would not fit the registers (4 % slower)."""
    return join(sigmoid(part(z, 0)), sigmoid(part(z, 1)), sigmoid(part(z, 2)), sigmoid(part(z, 3)))


@inlined
def sigmoid_backward(da, a) -> Rows:
    """dz = da * a * (1 - a), with one rounding less than written."""
    e = da * a
    return fma(-e, a, e)
