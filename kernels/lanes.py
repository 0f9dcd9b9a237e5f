"""What can be done with lanes besides + - * / and comparison: load, store, fma, select, and the bits of exponents.

Each operation is a Python function on NumPy rows, followed by its LLVM code. A row of lanes is an array (LANES,), a quad an
array (QUAD, LANES). Compiled code loads lanes from arrays (rows, LANES) and quads from arrays (rows, QUAD, LANES), which
must start on a cache line (`aligned`): a load that straddles two lines costs up to 20 %.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types

from .exact import fused_multiply_add
from .lane_type import FOUR, LANES, ONE, QUAD, Lanes, Mask, floats, integers, operation, shuffle, spread_scalar, widen, widest

Rows = Any  # LANES or QUAD x LANES float64, in registers or as a NumPy array
CACHE_LINE = 64
MANTISSA_BITS = 52


def aligned(*shape: int) -> np.ndarray:
    """Zeros float64 of `shape` that start on a cache line."""
    size = math.prod(shape)
    raw = np.zeros(size * 8 + CACHE_LINE, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    return raw[start : start + size * 8].view(np.float64).reshape(shape)


def _kept(*kinds):
    return kinds[0]


def _row_address(context, builder, array_type, array, row, width):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [builder.mul(row, ir.Constant(row.type, width))])


def _held(array_type):
    return ONE if array_type.ndim == 2 else FOUR


@operation(lambda array, row: _held(array))
def load(array, row) -> Rows:
    """Row `row` of an array (rows, LANES) as lanes, or of an array (rows, QUAD, LANES) as a quad."""
    return array[row].copy()


@load.lower
def _load(context, builder, sig, args):
    count = sig.return_type.count
    address = _row_address(context, builder, sig.args[0], args[0], args[1], count)
    return builder.load(builder.bitcast(address, floats(count).as_pointer()), align=8)


@operation(lambda array, row, value: types.void)
def store(array, row, value) -> None:
    """Write lanes, or a quad, to row `row`."""
    array[row] = value


@store.lower
def _store(context, builder, sig, args):
    count = _held(sig.args[0]).count
    address = _row_address(context, builder, sig.args[0], args[0], args[1], count)
    builder.store(args[2], builder.bitcast(address, floats(count).as_pointer()), align=8)
    return context.get_dummy_value()


@operation(lambda data, row: FOUR)
def spread(data, row) -> Rows:
    """Row `row` of data (rows, QUAD), one number a sample, as a quad: every lane sees the same data."""
    return np.repeat(data[row][:, None], LANES, axis=1)


@spread.lower
def _spread(context, builder, sig, args):
    start = _row_address(context, builder, sig.args[0], args[0], args[1], QUAD)
    numbers = [builder.load(builder.gep(start, [ir.Constant(ir.IntType(64), k)])) for k in range(QUAD)]
    return _joined(builder, [spread_scalar(builder, number, LANES) for number in numbers])


@operation(lambda value: ONE)
def everywhere(value) -> Rows:
    """One number in all lanes."""
    return np.full(LANES, float(value))


@everywhere.lower
def _everywhere(context, builder, sig, args):
    return widen(context, builder, sig.args[0], args[0], ONE)


@operation(lambda quad, sample: ONE if isinstance(sample, types.Literal) else None)
def part(quad, sample) -> Rows:
    """The lanes of one sample of a quad; `sample` is a literal 0, 1, 2 or 3."""
    return quad[sample]


@part.lower
def _part(context, builder, sig, args):
    sample = sig.args[1].literal_value
    return shuffle(builder, args[0], args[0], range(sample * LANES, (sample + 1) * LANES))


@operation(lambda a, b, c, d: FOUR)
def join(a, b, c, d) -> Rows:
    """Four lanes, one a sample, as a quad."""
    return np.stack([a, b, c, d])


@join.lower
def _join(context, builder, sig, args):
    return _joined(builder, args)


def _joined(builder, parts):
    pair = range(2 * LANES)
    left, right = shuffle(builder, parts[0], parts[1], pair), shuffle(builder, parts[2], parts[3], pair)
    return shuffle(builder, left, right, range(QUAD * LANES))


@operation(widest)
def fma(a, b, c) -> Rows:
    """a * b + c, rounded once."""
    return fused_multiply_add(a, b, c)


@fma.lower
def _fma(context, builder, sig, args):
    kind = sig.return_type
    wide = [widen(context, builder, k, v, kind) for k, v in zip(sig.args, args, strict=True)]
    name, vector = f"llvm.fma.v{kind.count}f64", floats(kind.count)
    function = builder.module.globals.get(name) or ir.Function(builder.module, ir.FunctionType(vector, [vector] * 3), name)
    return builder.call(function, wide)


@operation(lambda mask, a, b: Lanes(mask.samples) if isinstance(mask, Mask) else None)
def select(mask, a, b) -> Rows:
    """Per lane: a where mask holds, else b; either may be a number."""
    return np.where(mask, a, b)


@select.lower
def _select(context, builder, sig, args):
    a, b = (widen(context, builder, k, v, sig.return_type) for k, v in zip(sig.args[1:], args[1:], strict=True))
    return builder.select(args[0], a, b)


@operation(lambda mask: types.boolean if isinstance(mask, Mask) else None)
def every(mask) -> bool:
    """Whether the mask holds in all lanes."""
    return bool(np.all(mask))


@every.lower
def _every(context, builder, sig, args):
    bits = ir.IntType(sig.args[0].count)
    return builder.icmp_unsigned("==", builder.bitcast(args[0], bits), ir.Constant(bits, -1))


@operation(_kept)
def times_power_of_two(x, t) -> Rows:
    """x * 2**k, where the integer k sits in the low bits of t = k + 1.5 * 2**52. No result may leave the normal range."""
    return (x.view(np.int64) + (t.view(np.int64) << MANTISSA_BITS)).view(np.float64)


@times_power_of_two.lower
def _times_power_of_two(context, builder, sig, args):
    return _shift_exponent(builder, sig.return_type, args, builder.add)


@operation(_kept)
def over_power_of_two(x, t) -> Rows:
    """x / 2**k, where the integer k sits in the low bits of t = k + 1.5 * 2**52. No result may leave the normal range."""
    return (x.view(np.int64) - (t.view(np.int64) << MANTISSA_BITS)).view(np.float64)


@over_power_of_two.lower
def _over_power_of_two(context, builder, sig, args):
    return _shift_exponent(builder, sig.return_type, args, builder.sub)


def _shift_exponent(builder, kind: Lanes, args, combine):
    bits = integers(kind.count)
    x, t = (builder.bitcast(value, bits) for value in args)
    shift = ir.Constant(bits, [MANTISSA_BITS] * kind.count)
    return builder.bitcast(combine(x, builder.shl(t, shift)), floats(kind.count))


@operation(_kept)
def exponent(x) -> Rows:
    """The k of x = m * 2**k, 1 <= m < 2, as a float; x is positive and normal."""
    return ((x.view(np.int64) >> MANTISSA_BITS) - 1023).astype(np.float64)


@exponent.lower
def _exponent(context, builder, sig, args):
    kind = sig.return_type
    bits = integers(kind.count)
    raw = builder.lshr(builder.bitcast(args[0], bits), ir.Constant(bits, [MANTISSA_BITS] * kind.count))
    # Adding the bits of 2**52 turns a small integer into the float 2**52 + it; AVX2 has no conversion of its own.
    magic = 4503599627370496.0
    biased = builder.or_(raw, ir.Constant(bits, [0x4330000000000000] * kind.count))
    return builder.fsub(
        builder.bitcast(biased, floats(kind.count)), ir.Constant(floats(kind.count), [magic + 1023.0] * kind.count)
    )
