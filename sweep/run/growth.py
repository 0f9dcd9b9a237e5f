"""What becomes of a folder of results when its sweep is extended: which runs are new, and what its manifest says then.

Old runs keep their numbers, and their files stay as they are. What is new are blocks whose numbers follow: first new seeds of
the old cells, then new cells with all seeds.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from backsweep.errors import FileError

from ...results.arrays import Integers, Span
from ...results.store.blocks import WIDER, Filled, WrittenBlock
from ...results.store.fields import AxisColumn
from ...results.store.manifest import MANIFEST
from ...results.store.numbering import Block, Numbering, Seeds, ranges_of
from ...results.store.schema import Manifest
from ...results.store.store import Store
from ...results.store.written_spec import SeedRange
from ..plan.contained import Difference, cells_in
from ..plan.plan import Plan, plan_of
from ..spec.spec import Spec
from .folder import manifest_of

# What a manifest keeps of the one before.
OF_THE_SWEEP = ("signed", "created", "versions", "cpu", "sessions", "killed", "adopted")


class Growth(NamedTuple):
    """What a folder's sweep becomes.

    plan, manifest: of all runs. kept: how many runs the sweep has; missing: those of them that are not done. extends: whether
    it becomes another sweep.
    """

    plan: Plan
    manifest: Manifest
    kept: int
    missing: list[Span]
    extends: bool = True

    @property
    def new(self) -> list[Span]:
        """The runs that it did not have."""
        return self.plan.numbering.cut([(self.kept, self.plan.runs)] if self.plan.runs > self.kept else [])

    @property
    def ahead(self) -> list[Span]:
        """The runs to train."""
        return [*self.missing, *self.new]


def growth_of(store: Store, small: Plan, spec: Spec, file: Path | None) -> Growth:
    """What a folder's sweep becomes with a spec that contains its own. FileError, with the first difference, if it does not.

    small: the plan of the folder's runs. file: that the spec was read from, if there was one.
    """
    before, folder = store.manifest, store.path
    if before.spec_hash == spec.digest:
        return Growth(small, before, before.runs, store.missing(), extends=False)
    alone = plan_of(spec)
    try:
        cells = cells_in(small, alone, before.data)
    except Difference as difference:
        reason = "holds the results of a sweep that this one does not contain, so it cannot be extended to this one"
        raise FileError(folder / MANIFEST, reason, f"  {difference}") from None
    fresh = manifest_of(spec, alone, file, folder)
    old = [_again(written, before, fresh, small, alone, cells) for written in before.all_blocks]
    new = [_written(block, fresh) for block in _added(small, alone, cells)]
    plan = plan_of(spec, Numbering(tuple(written.numbered for written in (*old, *new))))
    fields: dict[str, Any] = {name: getattr(before if name in OF_THE_SWEEP else fresh, name) for name in Manifest.model_fields}
    source = before.source if file is None else fresh.source
    manifest = Manifest.model_validate(fields | {"format": 2, "runs": plan.runs, "source": source, "blocks": (*old, *new)})
    return Growth(plan, manifest, before.runs, store.missing())


def _added(small: Plan, large: Plan, cells: Integers) -> Iterator[Block]:
    """The blocks of what a plan has besides the runs of a small one. cells: those of its own that the small one has."""
    others = np.ones(large.cells, bool)
    others[cells] = False
    seeds, start = large.spec.seed_values(), small.runs
    more = [(np.sort(cells), some) for some in _besides(small.spec.seed_values(), seeds)]
    for these, some in [*more, (np.flatnonzero(others), seeds)]:
        if len(these):
            runs, all_runs = len(these) * len(some), large.cells * len(seeds)
            sample = large.spec.record.runs
            yield Block(start, ranges_of(these), some, None if sample is None else max(sample * runs // all_runs, 1))
            start += runs


def _besides(old: Seeds, seeds: Seeds) -> list[Seeds]:
    """The seeds that are not among the old ones, all of which are among them."""
    if isinstance(old, range) and isinstance(seeds, range):
        return [some for some in (range(seeds.start, old.start), range(old.stop, seeds.stop)) if some]
    known = frozenset(old)
    found = tuple(seed for seed in seeds if seed not in known)
    return [found] if found else []


def _written(block: Block, fresh: Manifest) -> WrittenBlock:
    """A new block as a manifest has it. fresh: the manifest that a new folder of the whole sweep would have."""
    seeds = block.seeds
    return WrittenBlock(
        start=block.start,
        runs=block.runs,
        cells=tuple((one.start, one.stop, one.step) for one in block.cells),
        seeds=list(seeds) if isinstance(seeds, tuple) else SeedRange(start=seeds.start, count=len(seeds)),
        sample=block.sample,
        spec_hash=fresh.spec_hash,
        columns=fresh.axes,
        created=fresh.created,
        versions=fresh.versions,
        cpu=fresh.cpu,
    )


def _again(written: WrittenBlock, before: Manifest, fresh: Manifest, small: Plan, large: Plan, cells: Integers) -> WrittenBlock:
    """An old block, in cells of the large plan, with the values of those columns that its files do not have."""
    block = written.numbered
    old = block.cells_at(np.arange(block.places))
    known = {axis.setting: axis for axis in before.axes if axis.name not in written.filled}
    types = {column.setting: column.type for column in written.columns}

    def has(axis: AxisColumn) -> bool:
        there = known.get(axis.setting)
        if there is None or types.get(axis.setting) not in (axis.type, *(one for one, wide in WIDER if wide == axis.type)):
            return False
        return axis.type != "string" or np.array_equal(small.shown(axis.setting, old), large.shown(axis.setting, cells[old]))

    filled = {axis.name: _in_turn(large.shown(axis.setting, cells[old])) for axis in fresh.axes if not has(axis)}
    ranges = tuple((one.start, one.stop, one.step) for one in ranges_of(cells[old]))
    return WrittenBlock.model_validate({**dict(written), "cells": ranges, "filled": filled})


def _in_turn(values: Any) -> Filled:
    """Values that follow each other, each with how many times it does; None for a setting that a cell does not have."""
    plain = [None if value != value else value for value in values.tolist()]
    return tuple((value, len(list(some))) for value, some in groupby(plain))
