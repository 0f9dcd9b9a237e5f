"""The operations on lanes besides + - * / and comparison: load, store, broadcast, fma, select, square root.

Each operation is a Python function on NumPy rows, followed by its LLVM code. A row of lanes is an array (LANES,), a quad an
array (QUAD, LANES). Compiled code loads lanes from arrays (rows, LANES), and quads from arrays (rows, QUAD, LANES), which
must start on a cache line (`aligned`): a load that straddles two lines costs up to 20 %.
"""

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types

from .fma import fused_multiply_add
from .vector import (
    CACHE_LINE,
    QUAD,
    Lanes,
    Mask,
    Memory,
    Table,
    floats,
    lanes_of,
    operation,
    shuffle,
    splat_scalar,
    widen,
    widest,
)

Rows = Any  # LANES or QUAD x LANES numbers, in registers or as a NumPy array


def aligned(dtype, *shape: int) -> np.ndarray:
    """Zeros of `shape` that start on a cache line."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    raw = np.zeros(size + CACHE_LINE, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    return raw[start : start + size].view(dtype).reshape(shape)


def _held(source):
    """The type of a row of `source`."""
    if isinstance(source, Memory):
        return Lanes(source.number)
    return Lanes(source.dtype, 1 if source.ndim == 2 else QUAD)


def _row_address(context, builder, kind, source, row, width):
    data = source if isinstance(kind, Memory) else context.make_array(kind)(context, builder, source).data
    return builder.gep(data, [builder.mul(row, ir.Constant(row.type, width))])


@operation(lambda array, row: Memory(array.dtype))
def rows(array, row) -> Rows:
    """The rows of lanes of an array, from row `row` on; a quad counts as four rows."""
    return array.reshape(-1, array.shape[-1])[row * math.prod(array.shape[1:-1]) :]


@rows.lower
def _rows(context, builder, sig, args):
    return _row_address(context, builder, sig.args[0], args[0], args[1], _held(sig.args[0]).count)


@operation(lambda source, row: _held(source))
def load(source, row) -> Rows:
    """Row `row` of memory or of an array (rows, LANES) as lanes, or of an array (rows, QUAD, LANES) as a quad."""
    return source[row].copy()


@load.lower
def _load(context, builder, sig, args):
    kind = sig.return_type
    address = _row_address(context, builder, sig.args[0], args[0], args[1], kind.count)
    return builder.load(builder.bitcast(address, floats(kind).as_pointer()), align=kind.number.bitwidth // 8)


@operation(lambda source, row, value: types.void)
def store(source, row, value) -> None:
    """Write lanes, or a quad, to row `row`."""
    source[row] = value


@store.lower
def _store(context, builder, sig, args):
    kind = _held(sig.args[0])
    address = _row_address(context, builder, sig.args[0], args[0], args[1], kind.count)
    builder.store(args[2], builder.bitcast(address, floats(kind).as_pointer()), align=kind.number.bitwidth // 8)
    return context.get_dummy_value()


@operation(lambda data, row: Lanes(data.dtype, QUAD))
def broadcast_quad(data, row) -> Rows:
    """Row `row` of data as a quad. The data are (rows, QUAD) if lanes share them, and (rows, QUAD, LANES) otherwise."""
    return np.repeat(data[row][:, None], lanes_of(data.dtype), axis=1) if data.ndim == 2 else load(data, row)


@broadcast_quad.lower
def _broadcast_quad(context, builder, sig, args):
    if sig.args[0].ndim == 3:
        return _load(context, builder, sig, args)
    start = _row_address(context, builder, sig.args[0], args[0], args[1], QUAD)
    numbers = [builder.load(builder.gep(start, [ir.Constant(ir.IntType(64), k)])) for k in range(QUAD)]
    return _concatenated(builder, [splat_scalar(builder, number, Lanes(sig.args[0].dtype).count) for number in numbers])


@operation(lambda data, row: Table(data.dtype))
def table(data, row) -> Any:
    """The numbers of data (rows, QUAD), from row `row` on."""
    return data.reshape(-1)[row * QUAD :]


@table.lower
def _table(context, builder, sig, args):
    return _row_address(context, builder, sig.args[0], args[0], args[1], QUAD)


@operation(lambda data, row: Table(data.dtype) if data.ndim == 2 else Memory(data.dtype))
def given(data, row) -> Any:
    """Data from row `row` on: a `Table` for data (rows, QUAD), a `Memory` for data (rows, QUAD, LANES)."""
    return table(data, row) if data.ndim == 2 else rows(data, row)


@given.lower
def _given(context, builder, sig, args):
    width = QUAD if sig.args[0].ndim == 2 else Lanes(sig.args[0].dtype, QUAD).count
    return _row_address(context, builder, sig.args[0], args[0], args[1], width)


@operation(lambda place, index: Lanes(place.number))
def broadcast_load(place, index) -> Rows:
    """Number `index` of a table, which lanes share, in all lanes; or row `index` of memory, with a number for each lane."""
    return place[index].copy() if place.ndim == 2 else np.full(lanes_of(place.dtype), place[index])


@broadcast_load.lower
def _broadcast_load(context, builder, sig, args):
    if isinstance(sig.args[0], Memory):
        return _load(context, builder, sig, args)
    return splat_scalar(builder, builder.load(builder.gep(args[0], [args[1]])), sig.return_type.count)


@operation(lambda like, value: like if isinstance(like, Lanes) else None)
def splat(like, value) -> Rows:
    """One number in all lanes, with the width and precision of the lanes or the quad `like`."""
    return np.full_like(like, value)


@splat.lower
def _splat(context, builder, sig, args):
    return widen(context, builder, sig.args[1], args[1], sig.return_type)


@operation(lambda like, value: _held(like))
def splat_row(like, value) -> Rows:
    """One number in a whole row of `like`: lanes for arrays (rows, LANES) and memory, a quad for (rows, QUAD, LANES)."""
    return np.full(like.shape[1:], value, like.dtype)


@splat_row.lower
def _splat_row(context, builder, sig, args):
    return widen(context, builder, sig.args[1], args[1], sig.return_type)


@operation(lambda quad, sample: Lanes(quad.number) if isinstance(sample, types.Literal) else None)
def extract(quad, sample) -> Rows:
    """The lanes of one sample of a quad; `sample` is a literal 0, 1, 2 or 3."""
    return quad[sample]


@extract.lower
def _extract(context, builder, sig, args):
    sample, lanes = sig.args[1].literal_value, sig.return_type.count
    return shuffle(builder, args[0], args[0], range(sample * lanes, (sample + 1) * lanes))


@operation(lambda a, b, c, d: Lanes(a.number, QUAD))
def concat(a, b, c, d) -> Rows:
    """Four lanes, one per sample, as a quad."""
    return np.stack([a, b, c, d])


@concat.lower
def _concat(context, builder, sig, args):
    return _concatenated(builder, args)


def _concatenated(builder, parts):
    lanes = parts[0].type.count
    left, right = (shuffle(builder, a, b, range(2 * lanes)) for a, b in (parts[:2], parts[2:]))
    return shuffle(builder, left, right, range(QUAD * lanes))


def intrinsic(builder, kind, name, *wide):
    """Call LLVM's function `name` on values that all have the type `kind`."""
    full_name, vector = f"llvm.{name}.v{kind.count}f{kind.number.bitwidth}", floats(kind)
    signature = ir.FunctionType(vector, [vector] * len(wide))
    function = builder.module.globals.get(full_name) or ir.Function(builder.module, signature, full_name)
    return builder.call(function, wide)


def _intrinsic(context, builder, sig, args, name):
    """The same, on arguments that may be narrower than the result."""
    kind = sig.return_type
    return intrinsic(builder, kind, name, *(widen(context, builder, k, v, kind) for k, v in zip(sig.args, args, strict=True)))


@operation(widest)
def fma(a, b, c) -> Rows:
    """a * b + c, rounded once."""
    return fused_multiply_add(a, b, c)


@fma.lower
def _fma(context, builder, sig, args):
    return _intrinsic(context, builder, sig, args, "fma")


@operation(widest)
def square_root(x) -> Rows:
    """The square root, correctly rounded; NaN below 0."""
    return np.sqrt(x)


@square_root.lower
def _square_root(context, builder, sig, args):
    return _intrinsic(context, builder, sig, args, "sqrt")


@operation(widest)
def magnitude(x) -> Rows:
    """|x|."""
    return np.abs(x)


@magnitude.lower
def _magnitude(context, builder, sig, args):
    return _intrinsic(context, builder, sig, args, "fabs")


@operation(lambda mask, a, b: Lanes(mask.number, mask.samples) if isinstance(mask, Mask) else None)
def select(mask, a, b) -> Rows:
    """For each lane a if the mask holds, else b; one of the two may be a number."""
    return np.where(mask, a, b)


@select.lower
def _select(context, builder, sig, args):
    a, b = (widen(context, builder, k, v, sig.return_type) for k, v in zip(sig.args[1:], args[1:], strict=True))
    return builder.select(args[0], a, b)


@operation(lambda mask: types.boolean if isinstance(mask, Mask) else None)
def all_lanes(mask) -> bool:
    """Whether the mask holds in all lanes."""
    return bool(np.all(mask))


@all_lanes.lower
def _all_lanes(context, builder, sig, args):
    bits = ir.IntType(sig.args[0].count)
    return builder.icmp_unsigned("==", builder.bitcast(args[0], bits), ir.Constant(bits, -1))
