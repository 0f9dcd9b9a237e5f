"""Sums of products for a whole batch, several at a time, so that each number that is loaded is used more than once.

`two_sums` computes the weighted sums of two units on a quad of samples, or the slopes at the outputs of two units. `gradients`
sums the products of slopes and inputs over a batch's samples, with the sums of up to eight weights in registers.

Where the registers hold no more than two quads, as with AVX2, nothing is computed in pairs: the sums would fill all registers,
and what is multiplied would go through the stack (digits up to 1.28 times as fast without pairs).

Each sum adds its terms one by one in their order, whatever is computed beside it. So the bits do not depend on how many sums
are computed at a time.
"""

from typing import Any, NamedTuple

from ..lanes.compile import called, leaf
from ..lanes.operations import Rows, broadcast_load, broadcast_quad, fma, load, splat, store
from ..lanes.registers import REGISTERS
from ..lanes.struct import align_stack
from ..lanes.vector import QUAD, ROW_BYTES

PAIRS_FIT = REGISTERS.number * REGISTERS.bytes > 2 * QUAD * ROW_BYTES


@leaf
def one_sum(weights, row, step, source, place, count, z) -> Rows:
    """z plus the sum of weights[row + i * step] * source[place + i] over i < count; z is a quad."""
    for i in range(count):
        z = fma(load(weights, row + i * step), broadcast_quad(source, place + i), z)
    return z


@leaf
def two_sums(weights, first, second, step, source, place, count, z, y):
    """The same for two rows of weights, `first` and `second`."""
    if not PAIRS_FIT:
        return one_sum(weights, first, step, source, place, count, z), one_sum(weights, second, step, source, place, count, y)
    for i in range(count):
        x = broadcast_quad(source, place + i)
        z = fma(load(weights, first + i * step), x, z)
        y = fma(load(weights, second + i * step), x, y)
    return z, y


class Factors(NamedTuple):
    """Of each product one factor, in the quads of a chunk: values[(i + quad * stride) * QUAD + sample], i < size."""

    values: Any  # a `Memory` with a number for each lane, or a `Table`, from the first quad's first factor on
    size: int
    stride: int  # from one quad's first factor to the next quad's
    step: int  # from the row of one factor's sum to that of the next one's


@leaf
def _start(out, row, fresh):
    """The sum so far. -0.0 plus a product is the product, even if that is -0.0."""
    return splat(load(out, row), -0.0) if fresh else load(out, row)


@leaf
def _one_row(out, row, p, i, q, k, others, quads, fresh):
    second, third, fourth = others
    a, b = _start(out, row, fresh), _start(out, row + second * q.step, fresh)
    c, d = _start(out, row + third * q.step, fresh), _start(out, row + fourth * q.step, fresh)
    for quad in range(quads):
        for sample in range(QUAD):
            s, at = broadcast_load(p.values, (i + quad * p.stride) * QUAD + sample), (k + quad * q.stride) * QUAD + sample
            a = fma(s, broadcast_load(q.values, at), a)
            b = fma(s, broadcast_load(q.values, at + second * QUAD), b)
            c = fma(s, broadcast_load(q.values, at + third * QUAD), c)
            d = fma(s, broadcast_load(q.values, at + fourth * QUAD), d)
    store(out, row, a)
    store(out, row + second * q.step, b)
    store(out, row + third * q.step, c)
    store(out, row + fourth * q.step, d)


@leaf
def _two_rows(out, row, p, i, q, k, others, quads, fresh):
    second, third, fourth = others
    below = row + p.step
    a, b = _start(out, row, fresh), _start(out, row + second * q.step, fresh)
    c, d = _start(out, row + third * q.step, fresh), _start(out, row + fourth * q.step, fresh)
    e, f = _start(out, below, fresh), _start(out, below + second * q.step, fresh)
    g, h = _start(out, below + third * q.step, fresh), _start(out, below + fourth * q.step, fresh)
    for quad in range(quads):
        for sample in range(QUAD):
            place, at = (i + quad * p.stride) * QUAD + sample, (k + quad * q.stride) * QUAD + sample
            s, t = broadcast_load(p.values, place), broadcast_load(p.values, place + QUAD)
            x = broadcast_load(q.values, at)
            a, e = fma(s, x, a), fma(t, x, e)
            x = broadcast_load(q.values, at + second * QUAD)
            b, f = fma(s, x, b), fma(t, x, f)
            x = broadcast_load(q.values, at + third * QUAD)
            c, g = fma(s, x, c), fma(t, x, g)
            x = broadcast_load(q.values, at + fourth * QUAD)
            d, h = fma(s, x, d), fma(t, x, h)
    store(out, row, a)
    store(out, row + second * q.step, b)
    store(out, row + third * q.step, c)
    store(out, row + fourth * q.step, d)
    store(out, below, e)
    store(out, below + second * q.step, f)
    store(out, below + third * q.step, g)
    store(out, below + fourth * q.step, h)


@called
def gradients(out, p, q, quads, fresh):
    """out[i * p.step + k * q.step] += sum of p's factor i times q's factor k, over the samples of `quads` quads.

    p, q: `Factors`. If `fresh`, the rows of `out` are overwritten. Where fewer than four of q's factors are left, the last sum
    is computed several times.
    """
    align_stack()
    for k in range(0, q.size, 4):
        most = q.size - 1 - k
        others = min(1, most), min(2, most), min(3, most)
        paired = p.size // 2 * 2 if PAIRS_FIT else 0
        for i in range(0, paired, 2):
            _two_rows(out, i * p.step + k * q.step, p, i, q, k, others, quads, fresh)
        for i in range(paired, p.size):
            _one_row(out, i * p.step + k * q.step, p, i, q, k, others, quads, fresh)
