"""What the core can do at best: seconds for one multiply-add, sigmoid, division, and number loaded or stored, in float64.

Multiply-adds go round in a ring of independent sums that fills every vector register but those of one row, which is what they
multiply: 30 of the 32 of AVX-512, 14 of the 16 of AVX2, 28 of NEON's 32. A ring of fewer could wait for its own results, and a
larger one would be kept on the stack, as that of `bare_kernel.py` is on AVX2; `tests/kernels/lanes/test_spills.py` checks that
nothing is. They add to the sum, since arm64 writes each result over what was added to.

The other rates are measured on rows in the nearest cache. The rows that are read and those that are written lie half a page
apart, since a load that ends in the same twelve bits of the address as an earlier store waits for it. Sigmoids are the
kernel's own, a division for each included.

Sigmoids and multiply-adds share the core's pipes in part. Two ceilings follow. If all their instructions go through the same
pipes, their times add up: the sum. If they go through pipes of their own, the longer counts: the largest. `together` tells
which is nearer: both at once, independent of each other, take a share of the way from the largest to the sum.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils

from backsweep.kernels import lanes_of
from backsweep.kernels.functions.elementary import sigmoid
from backsweep.kernels.lanes.compile import compiled
from backsweep.kernels.lanes.operations import aligned, fma, intrinsic, load, store
from backsweep.kernels.lanes.registers import REGISTERS
from backsweep.kernels.lanes.vector import ROW_BYTES, Lanes, operation

CACHED_ROWS, HALF_A_PAGE = 128, 2048
RING = REGISTERS.number * REGISTERS.bytes // ROW_BYTES - 1  # rows of independent sums
BESIDE = 8  # multiply-adds beside a sigmoid, about as many as XOR has
RING_REPEATS, ROW_REPEATS, MOVE_REPEATS = 200_000, 2_000, 10_000


@operation(lambda *_: types.void)
def multiply_add_ring(ring, repeats) -> None:
    """`repeats` times add the square of the last row to each of the others, which stay in registers."""
    for _ in range(repeats):
        ring[:-1] += ring[-1] * ring[-1]


@multiply_add_ring.lower
def _multiply_add_ring(context, builder, sig, args):
    kind = Lanes(sig.args[0].dtype)
    first = context.make_array(sig.args[0])(context, builder, args[0]).data
    data = builder.bitcast(first, context.get_value_type(kind).as_pointer())
    *rows, last = (cgutils.gep_inbounds(builder, data, row) for row in range(RING + 1))
    factor = builder.load(last, align=8)
    sums = [cgutils.alloca_once_value(builder, builder.load(row, align=8)) for row in rows]
    with cgutils.for_range(builder, args[1]):
        for place in sums:
            builder.store(intrinsic(builder, kind, "fma", factor, factor, builder.load(place)), place)
    for row, place in zip(rows, sums, strict=True):
        builder.store(builder.load(place), row, align=8)
    return context.get_dummy_value()


@compiled
def many_multiply_adds(ring, repeats):
    multiply_add_ring(ring, repeats)


@compiled
def many_sigmoids(out, z, repeats):
    for _ in range(repeats):
        for row in range(z.shape[0]):
            store(out, row, sigmoid(load(z, row)))


@compiled
def many_divisions(out, z, repeats):
    for _ in range(repeats):
        for row in range(z.shape[0]):
            store(out, row, 1.0 / load(z, row))


@compiled
def many_moves(out, z, repeats):
    for _ in range(repeats):
        for row in range(z.shape[0]):
            store(out, row, load(z, row))


@compiled
def many_of_both(out, z, ring, repeats):
    a, b, c, d, factor = load(ring, 0), load(ring, 1), load(ring, 2), load(ring, 3), load(ring, RING)
    for _ in range(repeats):
        for row in range(z.shape[0]):
            store(out, row, sigmoid(load(z, row)))
            a, b, c, d = fma(factor, factor, a), fma(factor, factor, b), fma(factor, factor, c), fma(factor, factor, d)
            a, b, c, d = fma(factor, factor, a), fma(factor, factor, b), fma(factor, factor, c), fma(factor, factor, d)
    store(ring, 0, a + b + c + d)


def timed(function: Callable[..., Any], *arguments: Any) -> float:
    """Seconds of the processor, of which none pass while others have the core."""
    begin = time.thread_time()
    function(*arguments)
    return time.thread_time() - begin


def tables() -> tuple[np.ndarray, np.ndarray]:
    """Rows to write and rows to read, half a page apart."""
    lanes = lanes_of("float64")
    between = CACHED_ROWS + HALF_A_PAGE // ROW_BYTES
    both = aligned("float64", between + CACHED_ROWS, lanes)
    out, z = both[:CACHED_ROWS], both[between:]
    z[:] = np.random.default_rng(0).normal(size=z.shape)
    return out, z


def ring() -> np.ndarray:
    """The sums, and the row that is multiplied."""
    rows = aligned("float64", RING + 1, lanes_of("float64"))
    rows[:] = 0.5
    return rows


def fma_seconds() -> float:
    """For one, on one core: float64."""
    rows = ring()
    many_multiply_adds(rows, 1)
    return timed(many_multiply_adds, rows, RING_REPEATS) / (RING_REPEATS * rows[:-1].size)


def _seconds_on_rows(function: Callable[..., Any], repeats: int, *more: Any) -> float:
    out, z = tables()
    function(out, z, *more, 1)
    return timed(function, out, z, *more, repeats) / (repeats * z.size)


def sigmoid_seconds() -> float:
    """For one, on one core: float64."""
    return _seconds_on_rows(many_sigmoids, ROW_REPEATS)


def division_seconds() -> float:
    """For one, on one core: float64."""
    return _seconds_on_rows(many_divisions, ROW_REPEATS)


def move_seconds() -> float:
    """For one number loaded or stored, on one core: float64."""
    return _seconds_on_rows(many_moves, MOVE_REPEATS) / 2


def both_seconds() -> float:
    """For one sigmoid and, independent of it, BESIDE multiply-adds, on one core: float64."""
    return _seconds_on_rows(many_of_both, ROW_REPEATS, ring())


RATES = {
    "sigmoid": sigmoid_seconds,
    "fma": fma_seconds,
    "move": move_seconds,
    "division": division_seconds,
    "both": both_seconds,
}


def together(found: dict[str, list[float]]) -> float:
    """From rounds of `RATES`: 0 if sigmoids and multiply-adds at once take as long as the longer, 1 if as long as their sum."""
    sigmoids, both = np.array(found["sigmoid"]), np.array(found["both"])
    multiply_adds = BESIDE * np.array(found["fma"])
    longer = np.maximum(sigmoids, multiply_adds)
    return float(np.median((both - longer) / np.minimum(sigmoids, multiply_adds)))
