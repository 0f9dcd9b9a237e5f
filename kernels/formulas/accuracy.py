"""Accuracy: each formula counts in its own way how many samples of a quad a network gets right."""

from ..lanes.compile import Formula
from ..lanes.operations import broadcast_load, load, select, splat_row, store
from ..lanes.vector import QUAD, Memory, Table


@Formula
def on_their_sides(out: Memory, targets: Table, counts: Table, right: Memory, midpoint: Memory, outputs: int):
    """Right: every output is on its target's side of the midpoint, which belongs to the upper side. NaN is on no side."""
    middle, total = load(midpoint, 0), load(right, 0)
    for sample in range(QUAD):
        good = broadcast_load(counts, sample)
        for output in range(outputs):
            a, above = load(out, output * QUAD + sample), broadcast_load(targets, output * QUAD + sample) >= middle
            good = select(above, select(a >= middle, good, 0.0), select(a < middle, good, 0.0))
        total = total + good
    store(right, 0, total)


@Formula
def largest_at_target(out: Memory, targets: Table, counts: Table, right: Memory, midpoint: Memory, outputs: int):
    """Right: the first of the largest outputs is at the first of the largest targets. NaN is never right."""
    total = load(right, 0)
    for sample in range(QUAD):
        best, most = load(out, sample), broadcast_load(targets, sample)
        place, wanted, sound = splat_row(right, 0.0), splat_row(right, 0.0), best - best
        for output in range(1, outputs):
            a, target = load(out, output * QUAD + sample), broadcast_load(targets, output * QUAD + sample)
            place, best = select(a > best, float(output), place), select(a > best, a, best)
            wanted, most = select(target > most, float(output), wanted), select(target > most, target, most)
            sound = sound + (a - a)
        same = (place <= wanted) & (place >= wanted) & (sound <= 0.0)
        total = total + select(same, broadcast_load(counts, sample), 0.0)
    store(right, 0, total)
