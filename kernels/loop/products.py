"""Sums of products for a whole batch, several at a time, so that each number that is loaded is used more than once.

`two_sums` computes the weighted sums of two units on a quad of samples, or the slopes at the outputs of two units. `gradients`
sums the products of slopes and inputs over a batch's samples, with the sums of up to eight weights in registers.

Each sum adds its terms one by one in their order, whatever is computed beside it. So the bits do not depend on how many sums
are computed at a time.
"""

from ..lanes.compile import called, leaf
from ..lanes.operations import Rows, broadcast_load, broadcast_quad, fma, load, splat, store
from ..lanes.struct import align_stack
from ..lanes.vector import QUAD


@leaf
def one_sum(weights, row, step, source, place, count, z) -> Rows:
    """z plus the sum of weights[row + i * step] * source[place + i] over i < count; z is a quad."""
    for i in range(count):
        z = fma(load(weights, row + i * step), broadcast_quad(source, place + i), z)
    return z


@leaf
def two_sums(weights, first, second, step, source, place, count, z, y):
    """The same for two rows of weights, `first` and `second`."""
    for i in range(count):
        x = broadcast_quad(source, place + i)
        z = fma(load(weights, first + i * step), x, z)
        y = fma(load(weights, second + i * step), x, y)
    return z, y


@leaf
def _start(out, row, fresh):
    """The sum so far. -0.0 plus a product is the product, even if that is -0.0."""
    return splat(load(out, row), -0.0) if fresh else load(out, row)


@leaf
def _one_row(out, row, step, p, p_place, p_stride, q, q_place, q_stride, others, quads, fresh):
    second, third, fourth = others
    a, b = _start(out, row, fresh), _start(out, row + second * step, fresh)
    c, d = _start(out, row + third * step, fresh), _start(out, row + fourth * step, fresh)
    for _ in range(quads):
        for sample in range(QUAD):
            s, at = broadcast_load(p, p_place + sample), q_place + sample
            a = fma(s, broadcast_load(q, at), a)
            b = fma(s, broadcast_load(q, at + second * QUAD), b)
            c = fma(s, broadcast_load(q, at + third * QUAD), c)
            d = fma(s, broadcast_load(q, at + fourth * QUAD), d)
        p_place += p_stride
        q_place += q_stride
    store(out, row, a)
    store(out, row + second * step, b)
    store(out, row + third * step, c)
    store(out, row + fourth * step, d)


@leaf
def _two_rows(out, row, below, step, p, p_place, p_stride, q, q_place, q_stride, others, quads, fresh):
    second, third, fourth = others
    a, b = _start(out, row, fresh), _start(out, row + second * step, fresh)
    c, d = _start(out, row + third * step, fresh), _start(out, row + fourth * step, fresh)
    e, f = _start(out, below, fresh), _start(out, below + second * step, fresh)
    g, h = _start(out, below + third * step, fresh), _start(out, below + fourth * step, fresh)
    for _ in range(quads):
        for sample in range(QUAD):
            s, t, at = broadcast_load(p, p_place + sample), broadcast_load(p, p_place + QUAD + sample), q_place + sample
            x = broadcast_load(q, at)
            a, e = fma(s, x, a), fma(t, x, e)
            x = broadcast_load(q, at + second * QUAD)
            b, f = fma(s, x, b), fma(t, x, f)
            x = broadcast_load(q, at + third * QUAD)
            c, g = fma(s, x, c), fma(t, x, g)
            x = broadcast_load(q, at + fourth * QUAD)
            d, h = fma(s, x, d), fma(t, x, h)
        p_place += p_stride
        q_place += q_stride
    store(out, row, a)
    store(out, row + second * step, b)
    store(out, row + third * step, c)
    store(out, row + fourth * step, d)
    store(out, below, e)
    store(out, below + second * step, f)
    store(out, below + third * step, g)
    store(out, below + fourth * step, h)


@called
def gradients(out, row, p_step, q_step, p, p_first, p_stride, ps, q, q_first, q_stride, qs, quads, fresh):
    """out[row + i * p_step + k * q_step] += sum of p[i] * q[k] over the samples of `quads` quads, i < ps, k < qs.

    p and q are a `Memory` with a number for each lane or a `Table`; the four numbers of a quad at p[first + i], the next
    quad's `stride` numbers further on. If `fresh`, the rows of `out` are overwritten. Where fewer than four of qs are left, the
    last is computed several times.
    """
    align_stack()
    for k in range(0, qs, 4):
        most = qs - 1 - k
        others = min(1, most), min(2, most), min(3, most)
        q_place, at = (q_first + k) * QUAD, row + k * q_step
        for i in range(0, ps - 1, 2):
            place, above = (p_first + i) * QUAD, at + i * p_step
            _two_rows(out, above, above + p_step, q_step, p, place, p_stride, q, q_place, q_stride, others, quads, fresh)
        if ps % 2:
            place, above = (p_first + ps - 1) * QUAD, at + (ps - 1) * p_step
            _one_row(out, above, q_step, p, place, p_stride, q, q_place, q_stride, others, quads, fresh)
