"""Constants and polynomials that differ between the precisions, as pairs (for float64, for float32).

Single precision needs fewer terms. The choice between the two is made when code is compiled, so the other one costs nothing.
"""

from typing import Any

from numba import types

from ..lanes.bits import single
from ..lanes.operations import Rows, fma, intrinsic
from ..lanes.vector import Lanes, operation, widen

Pair = tuple[Any, Any]


def _chosen(x, pair):
    return pair.types[x.number.bitwidth == 32] if isinstance(x, Lanes) else None


@operation(_chosen)
def constant(x, pair) -> float:
    """The element of the pair that belongs to the precision of x."""
    return pair[single(x)]


@constant.lower
def _constant(context, builder, sig, args):
    return builder.extract_value(args[1], int(sig.args[0].number.bitwidth == 32))


@operation(lambda u, pair: u if isinstance(_chosen(u, pair), types.UniTuple) else None)
def polynomial(u, pair) -> Rows:
    """The sum of c[k] * u**k by Horner's rule. c is the element of the pair for u's precision, at least two coefficients."""
    *rest, total = pair[single(u)]
    for coefficient in reversed(rest):
        total = fma(total, u, coefficient)
    return total


@polynomial.lower
def _polynomial(context, builder, sig, args):
    kind = sig.return_type
    chosen = sig.args[1].types[kind.number.bitwidth == 32]
    numbers = builder.extract_value(args[1], int(kind.number.bitwidth == 32))
    *rest, total = [widen(context, builder, chosen.dtype, builder.extract_value(numbers, k), kind) for k in range(len(chosen))]
    for coefficient in reversed(rest):
        total = intrinsic(builder, kind, "fma", total, args[0], coefficient)
    return total
