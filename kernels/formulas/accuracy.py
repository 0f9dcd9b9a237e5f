"""Accuracy: each rule a phase that counts the samples of one quad that a network gets right."""

from ..lanes.compile import Phase
from ..lanes.operations import filled, load, look, select, store
from ..lanes.vector import QUAD, Memory, Table


@Phase
def on_their_sides(out: Memory, targets: Table, counts: Table, right: Memory, midpoint: Memory, outputs: int):
    """Right: every output is on its target's side of the midpoint, which belongs to the upper side. NaN is on no side."""
    middle, total = load(midpoint, 0), load(right, 0)
    for sample in range(QUAD):
        good = look(counts, sample)
        for output in range(outputs):
            a, above = load(out, output * QUAD + sample), look(targets, output * QUAD + sample) >= middle
            good = select(above, select(a >= middle, good, 0.0), select(a < middle, good, 0.0))
        total = total + good
    store(right, 0, total)


@Phase
def largest_at_target(out: Memory, targets: Table, counts: Table, right: Memory, midpoint: Memory, outputs: int):
    """Right: the first of the largest outputs is at the first of the largest targets. NaN is never right."""
    total = load(right, 0)
    for sample in range(QUAD):
        best, most = load(out, sample), look(targets, sample)
        place, wanted, sound = filled(right, 0.0), filled(right, 0.0), best - best
        for output in range(1, outputs):
            a, target = load(out, output * QUAD + sample), look(targets, output * QUAD + sample)
            place, best = select(a > best, float(output), place), select(a > best, a, best)
            wanted, most = select(target > most, float(output), wanted), select(target > most, target, most)
            sound = sound + (a - a)
        same = (place <= wanted) & (place >= wanted) & (sound <= 0.0)
        total = total + select(same, look(counts, sample), 0.0)
    store(right, 0, total)
