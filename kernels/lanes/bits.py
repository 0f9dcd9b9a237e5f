"""The bits of floating-point numbers on lanes: scaling by powers of two, and their exponents."""

import numpy as np
from llvmlite import ir
from numba import types

from .operations import Rows
from .vector import Lanes, Mask, floats, integers, operation

# For each width of a number: the bits of its mantissa, the bias of its exponent, and the bits of 2**mantissa as an integer.
LAYOUT = {64: (52, 1023, 0x4330000000000000), 32: (23, 127, 0x4B000000)}
ROUND_DOUBLE, ROUND_SINGLE = 1.5 * 2**52, 1.5 * 2**23  # adding it rounds a number to an integer, which is left in the low bits


def _kept(*kinds):
    return kinds[0] if all(isinstance(kind, Lanes) for kind in kinds) else None


def _as_integers(x):
    return x.view(np.int64 if x.dtype == np.float64 else np.int32)


def _mantissa(x) -> int:
    return LAYOUT[x.dtype.itemsize * 8][0]


@operation(lambda x: types.boolean if isinstance(x, Lanes) else None)
def single(x) -> bool:
    """Whether x is in single precision. This is known when code is compiled, so the other branch costs nothing."""
    return x.dtype == np.float32


@single.lower
def _single(context, builder, sig, args):
    return ir.Constant(ir.IntType(1), int(sig.args[0].number.bitwidth == 32))


@operation(_kept)
def times_power_of_two(x, t) -> Rows:
    """x * 2**k, where the integer k sits in the low bits of t = k + ROUND. No result may leave the normal range."""
    return (_as_integers(x) + (_as_integers(t) << _mantissa(x))).view(x.dtype)


@times_power_of_two.lower
def _times_power_of_two(context, builder, sig, args):
    return _shift_exponent(builder, sig.return_type, args, builder.add)


@operation(_kept)
def over_power_of_two(x, t) -> Rows:
    """x / 2**k, where the integer k sits in the low bits of t = k + ROUND. No result may leave the normal range."""
    return (_as_integers(x) - (_as_integers(t) << _mantissa(x))).view(x.dtype)


@over_power_of_two.lower
def _over_power_of_two(context, builder, sig, args):
    return _shift_exponent(builder, sig.return_type, args, builder.sub)


def _shift_exponent(builder, kind: Lanes, args, combine):
    bits, mantissa = integers(kind), LAYOUT[kind.number.bitwidth][0]
    x, t = (builder.bitcast(value, bits) for value in args)
    return builder.bitcast(combine(x, builder.shl(t, ir.Constant(bits, [mantissa] * kind.count))), floats(kind))


@operation(_kept)
def exponent(x) -> Rows:
    """The k of x = m * 2**k, 1 <= m < 2, as a float; x must be positive and normal."""
    mantissa, bias, _ = LAYOUT[x.dtype.itemsize * 8]
    return ((_as_integers(x) >> mantissa) - bias).astype(x.dtype)


@exponent.lower
def _exponent(context, builder, sig, args):
    kind = sig.return_type
    bits, (mantissa, bias, magic) = integers(kind), LAYOUT[kind.number.bitwidth]
    raw = builder.lshr(builder.bitcast(args[0], bits), ir.Constant(bits, [mantissa] * kind.count))
    # The bits of 2**mantissa turn a small integer into the float 2**mantissa + it; AVX2 has no instruction for this conversion.
    biased = builder.bitcast(builder.or_(raw, ir.Constant(bits, [magic] * kind.count)), floats(kind))
    return builder.fsub(biased, ir.Constant(floats(kind), [float(2**mantissa + bias)] * kind.count))


@operation(lambda t, which: Mask(t.number, t.samples) if isinstance(which, types.Literal) else None)
def bit(t, which) -> Rows:
    """Whether the integer in the low bits of t = k + ROUND has a bit set; `which` is a literal 1, 2, 4, ..."""
    return (_as_integers(t) & which) != 0


@bit.lower
def _bit(context, builder, sig, args):
    bits, which = integers(sig.args[0]), sig.args[1].literal_value
    masked = builder.and_(builder.bitcast(args[0], bits), ir.Constant(bits, [which] * sig.args[0].count))
    return builder.icmp_unsigned("!=", masked, ir.Constant(bits, [0] * sig.args[0].count))
