"""Which cell and which seed each run of a sweep has.

Runs are numbered in blocks. A block is some cells, each with the same seeds. A sweep begins as one block of all its cells, and
what is added to it later is another block, whose numbers follow the old ones. So a number means the same run for good.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..arrays import Integers, Span

Seeds = range | tuple[int, ...]  # a range where they are counted up, for a hundred million of them are 0.8 GB


@dataclass(frozen=True)
class Block:
    """Cells with the same seeds, whose runs have consecutive numbers from `start` on.

    Run start + k len(seeds) + i is the k-th of the cells with the i-th of the seeds. k is the cell's *place* in the block.

    cells: their numbers among the cells of the spec, as ranges one after the other. sample: how many of the runs are recorded,
    spread evenly over the block; None: all.
    """

    start: int
    cells: tuple[range, ...]
    seeds: Seeds
    sample: int | None = None

    @cached_property
    def places(self) -> int:
        """How many cells it has."""
        return sum(map(len, self.cells))

    @property
    def runs(self) -> int:
        """How many runs it has."""
        return self.places * len(self.seeds)

    @property
    def stop(self) -> int:
        """The number after that of its last run."""
        return self.start + self.runs

    def cells_at(self, places: Integers) -> Integers:
        """The cells at these places."""
        only = self.cells[0]
        if len(self.cells) > 1:
            return self._listed[places]
        return places if only.start == 0 and only.step == 1 else places * only.step + only.start

    @cached_property
    def _listed(self) -> Integers:
        starts, steps, counts = (np.array(some) for some in zip(*((r.start, r.step, len(r)) for r in self.cells), strict=True))
        within = np.arange(self.places) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(starts, counts) + within * np.repeat(steps, counts)

    def runs_of(self, cells: Integers, seeds: Integers) -> Integers:
        """The runs of the block that have these cells with these seeds, int64; -1 where there is none."""
        listed = self.cells_at(np.arange(self.places))
        places = np.full(max(int(listed.max()), int(cells.max(initial=-1))) + 2, -1)  # the last for cell -1
        places[listed] = np.arange(self.places)
        place, position = places[cells], positions_of(self.seeds, seeds)
        return np.where((place < 0) | (position < 0), -1, self.start + place * len(self.seeds) + position)

    def seeds_at(self, positions: Integers) -> Integers:
        """The seeds at these positions, int64."""
        if isinstance(self.seeds, range):
            return positions * self.seeds.step + self.seeds.start
        return self._seeds[positions]

    @cached_property
    def _seeds(self) -> Integers:
        return np.array(self.seeds, np.int64)

    def places_in(self, span: Span) -> Integers:
        """The place of the cell of each run of a span, int32."""
        start, stop, many = span[0] - self.start, span[1] - self.start, len(self.seeds)
        places = np.arange(start // many, (stop - 1) // many + 1)
        ends = np.minimum((places + 1) * many, stop)
        return np.repeat(places.astype(np.int32), np.diff(ends, prepend=start))

    def seeds_in(self, span: Span) -> Integers:
        """The seed of each run of a span, int64, without making all seeds of the block."""
        many, length = len(self.seeds), span[1] - span[0]
        first = (span[0] - self.start) % many
        if length + first <= many:
            return self.seeds_at(np.arange(first, first + length))
        return np.tile(self.seeds_at(np.arange(many)), -(-(first + length) // many))[first : first + length]

    def __reduce__(self):
        return type(self), (self.start, self.cells, self.seeds, self.sample)  # without the arrays made of them


@dataclass(frozen=True)
class Numbering:
    """The blocks of a sweep. The first begins with run 0, and each with the run after the last of the one before."""

    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, cells: int, seeds: Seeds, sample: int | None = None) -> "Numbering":
        """One block of all cells."""
        return cls((Block(0, (range(cells),), seeds, sample),))

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.blocks[-1].stop

    @property
    def recorded(self) -> int:
        """How many runs are recorded, if any are."""
        return sum(block.runs if block.sample is None else min(block.sample, block.runs) for block in self.blocks)

    @cached_property
    def starts(self) -> list[int]:
        """The first run of each block."""
        return [block.start for block in self.blocks]

    def place_of(self, run: int) -> int:
        """Which of the blocks a run is in."""
        return bisect_right(self.starts, run) - 1

    def block_of(self, run: int) -> Block:
        """The block that a run is in."""
        return self.blocks[self.place_of(run)]

    def cells_of(self, runs: Integers) -> Integers:
        """The cells of these runs."""
        return self._each(runs, lambda block, there: block.cells_at(there // len(block.seeds)))

    def seeds_of(self, runs: Integers) -> Integers:
        """The seeds of these runs."""
        return self._each(runs, lambda block, there: block.seeds_at(there % len(block.seeds)))

    def _each(self, runs: Integers, of: Callable[[Block, Integers], Integers]) -> Integers:
        """What `of` returns for a block and places of runs in it, in the order of the runs."""
        if len(self.blocks) == 1:
            return of(self.blocks[0], runs)
        numbers = np.searchsorted(self.starts, runs, side="right") - 1
        found = np.empty(len(runs), np.int64)
        for number in range(numbers.min(initial=len(self.blocks)), numbers.max(initial=-1) + 1):
            block, mine = self.blocks[number], numbers == number
            found[mine] = of(block, runs[mine] - block.start)
        return found

    def runs_of(self, cells: Integers, seeds: Integers) -> Integers:
        """The runs that have these cells with these seeds; -1 where there is none."""
        found = np.full(len(cells), -1, np.int64)
        for block in self.blocks:
            found = np.maximum(found, block.runs_of(cells, seeds))
        return found

    def changes(self, values: npt.NDArray[Any]) -> Integers:
        """The runs with which a block begins, or a cell with another value than the cell before. values: (cells,)."""
        return np.concatenate(list(self._changes(values)))

    def _changes(self, values: npt.NDArray[Any]) -> Iterator[Integers]:
        for block in self.blocks:
            here = values[block.cells_at(np.arange(block.places))]
            differs = np.ones(len(here), bool)
            np.not_equal(here[1:], here[:-1], out=differs[1:])
            yield block.start + np.flatnonzero(differs) * len(block.seeds)

    def first_runs(self, cells: int) -> Integers:
        """The first run of each of the cells 0 ... cells - 1."""
        found = np.zeros(cells, np.int64)
        for block in reversed(self.blocks):
            places = np.arange(block.places)
            found[block.cells_at(places)] = block.start + places * len(block.seeds)
        return found

    def has_all(self, cells: int) -> bool:
        """Whether its cells are 0 ... cells - 1, each in a block or several."""
        if any(max(one[0], one[-1]) >= cells for block in self.blocks for one in block.cells):
            return False
        found = np.zeros(cells, bool)
        for block in self.blocks:
            found[block.cells_at(np.arange(block.places))] = True
        return bool(found.all())

    def cut(self, spans: Iterable[Span]) -> list[Span]:
        """Spans of runs, cut where one block ends and another begins."""
        return [part for span in spans for part in self._parts(span)]

    def _parts(self, span: Span) -> Iterator[Span]:
        for block in self.blocks[self.place_of(span[0]) : self.place_of(span[1] - 1) + 1]:
            yield max(span[0], block.start), min(span[1], block.stop)


def are_within(some: Seeds, seeds: Seeds) -> bool:
    """Whether all of some seeds are among others."""
    if isinstance(some, range) and isinstance(seeds, range):
        return some[0] in seeds and some[-1] in seeds
    return frozenset(some) <= frozenset(seeds)


def positions_of(seeds: Seeds, some: Integers) -> Integers:
    """The places of some seeds among all of a block or a spec; -1 for a seed that is not there."""
    if isinstance(seeds, range):
        return np.where((some >= seeds.start) & (some < seeds.stop), some - seeds.start, -1)
    known = np.array(seeds, np.int64)
    order = np.argsort(known)
    found = order[np.minimum(np.searchsorted(known, some, sorter=order), len(known) - 1)]
    return np.where(known[found] == some, found, -1)


def ranges_of(cells: Integers) -> tuple[range, ...]:
    """Cells, in their order, as few ranges that follow each other."""
    steps = np.diff(cells)
    borders = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(steps)]  # where another step begins
    numbers, found, at = cells.tolist(), list[range](), 0
    for end in borders[1:]:
        if at < end:  # cells at ... end, of which none is in a range yet, have the same step
            step = numbers[at + 1] - numbers[at]
            found.append(range(numbers[at], numbers[end] + (1 if step > 0 else -1), step))
            at = end + 1
    return (*found, *(range(one, one + 1) for one in numbers[at:]))
