"""Gathering: each lane's own row of a table, turned so that each column is a row of lanes.

A processor loads numbers that lie apart one by one and inserts each into a register, which took longer than everything else in
batches of small networks. So each lane loads COLUMNS neighbouring numbers of its row at once, and squares of four by four are
transposed in registers.
"""

import numpy as np
from llvmlite import ir
from numba import types

from .vector import Lanes, element, operation, shuffle

COLUMNS = 4


def in_columns(table: np.ndarray, dtype) -> np.ndarray:
    """A table (samples, columns), with columns of zeros that fill it up to a multiple of COLUMNS."""
    samples, columns = table.shape
    padded = np.zeros((samples, -(-columns // COLUMNS) * COLUMNS), dtype)
    padded[:, :columns] = table
    return padded


@operation(lambda table, *_: types.UniTuple(Lanes(table.dtype), COLUMNS))
def gather(table, column, order, place):
    """For each lane table[order[lane, place], column + i], for i = 0 ... COLUMNS - 1, of a table from `in_columns`.

    order: int64 (lanes, places).
    """
    return tuple(table[order[:, place], column + i] for i in range(COLUMNS))


@gather.lower
def _gather(context, builder, sig, args):
    (table_kind, _, order_kind, _), kind = sig.args, sig.return_type.dtype
    table = context.make_array(table_kind)(context, builder, args[0])
    order = context.make_array(order_kind)(context, builder, args[2])
    width, places = builder.extract_value(table.shape, 1), builder.extract_value(order.shape, 1)
    row_type = ir.VectorType(element(kind.number), COLUMNS)
    found = []
    for lane in range(kind.count):
        at = builder.add(builder.mul(places, ir.Constant(places.type, lane)), args[3])
        sample = builder.load(builder.gep(order.data, [at]))
        start = builder.gep(table.data, [builder.add(builder.mul(sample, width), args[1])])
        found.append(builder.load(builder.bitcast(start, row_type.as_pointer()), align=kind.number.bitwidth // 8))
    turned = [_turned(builder, found[lane : lane + COLUMNS]) for lane in range(0, kind.count, COLUMNS)]
    return context.make_tuple(builder, sig.return_type, [_joined(builder, parts) for parts in zip(*turned, strict=True)])


def _turned(builder, square):
    """Four rows of four numbers as four columns."""
    a, b, c, d = square
    even, odd = [0, 4, 2, 6], [1, 5, 3, 7]
    left, right = [0, 1, 4, 5], [2, 3, 6, 7]
    halves = [(shuffle(builder, a, b, order), shuffle(builder, c, d, order)) for order in (even, odd)]
    return [shuffle(builder, *half, order) for order in (left, right) for half in halves]


def _joined(builder, parts):
    """Vectors end to end."""
    while len(parts) > 1:
        parts = [shuffle(builder, a, b, range(2 * a.type.count)) for a, b in zip(parts[::2], parts[1::2], strict=True)]
    return parts[0]
