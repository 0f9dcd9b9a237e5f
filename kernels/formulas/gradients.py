"""What happens to a gradient before the optimizer sees it, and its norm."""

from ..lanes.compile import Formula
from ..lanes.operations import fma, load, select, splat_row, square_root, store
from ..lanes.vector import Memory


@Formula
def squares(rows: Memory, total: Memory, count: int):
    """total = the sum of squares over `count` rows."""
    a, b = splat_row(total, 0.0), splat_row(total, 0.0)
    for row in range(0, count - 1, 2):  # two sums, because each waits four cycles for its last addition
        x, y = load(rows, row), load(rows, row + 1)
        a, b = fma(x, x, a), fma(y, y, b)
    if count % 2:
        x = load(rows, count - 1)
        a = fma(x, x, a)
    store(total, 0, a + b)


@Formula
def clip(gradients: Memory, squared_norm: Memory, most: Memory, count: int):
    """g <- g most / |g| where |g| is over `most` (R. Pascanu, T. Mikolov and Y. Bengio, ICML 2013, algorithm 1).

    A gradient whose squares add up to infinity counts as infinite, so its step is 0.
    """
    norm, bound = square_root(load(squared_norm, 0)), load(most, 0)
    factor = select(norm > bound, bound / norm, 1.0)
    for row in range(count):
        store(gradients, row, load(gradients, row) * factor)


@Formula
def decay(gradients: Memory, weights: Memory, rate: Memory, count: int):
    """g <- g + rate w: the gradient of rate |w|**2 / 2. Runs with rate 0 keep their g even if others decay.

    A plain fma will not do: 0 times a weight that has become infinite is NaN, and a run must not depend on other runs.
    """
    factor = load(rate, 0)
    for row in range(count):
        g = load(gradients, row)
        store(gradients, row, select(factor > 0.0, fma(factor, load(weights, row), g), g))
