"""Takes over runs of other folders: rows of the same settings, data and seed are copied, with their origin, and never trained.

A run that other kernels trained may differ in its bits. So such runs are refused, unless they are asked for, and then marked.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from backsweep.columns import COLUMNS
from backsweep.errors import FileError
from backsweep.outcomes import OUTCOMES

from ...kernels import SOURCES_HASH, Training
from ...results.arrays import Integers, Span
from ...results.store.adoption import Adopted
from ...results.store.manifest import MANIFEST
from ...results.store.store import Store
from ..estimate.pace import MOST_NUMBERS, MOST_RUNS, numbers
from ..machine import now
from ..plan.batch import table_of
from ..plan.contained import Difference, cells_like, check_recorded
from ..plan.plan import Plan
from .data_files import recorded

Tables = tuple[pa.Table, pa.Table | None, pa.Table | None]  # rows, records, weights


class Source(NamedTuple):
    """A folder that runs are taken from, and the plan of its runs."""

    store: Store
    plan: Plan


class Wanted(NamedTuple):
    """Runs that a source has and a folder lacks: their numbers there, ascending, and their places among the source's rows."""

    runs: Integers
    places: Integers


def adopt(store: Store, plan: Plan, source: Source, *, other_kernels: bool) -> int:
    """As the only writer: take over what is missing in a folder. Returns how many runs.

    FileError if other kernels trained them, unless `other_kernels`, and if something else is recorded of runs there.
    """
    rows = source.store.read()
    wanted = _wanted(store, plan, source, rows)
    if not len(wanted.runs):
        return 0
    others = _kernels(source.store) != {SOURCES_HASH}
    if others and not other_kernels:
        reason = f"other kernels trained its runs, so their bits may differ; {len(wanted.runs):,} of them are wanted"
        raise FileError(source.store.path, reason).advising(("take them over and mark them", "other_kernels"))
    spans = list(_spans(plan, wanted.runs))
    manifest = source.store.manifest
    store.note_adopted(
        Adopted(
            folder=recorded(source.store.path, store.path),
            name=manifest.name,
            spec_hash=manifest.spec_hash,
            runs=tuple(spans),
            at=now(),
            versions=manifest.versions,
            cpu=manifest.cpu,
            other_kernels=others,
        )
    )
    for span in spans:
        at = slice(*np.searchsorted(wanted.runs, span))
        part = rows.take(pa.Array.from_buffers(pa.int64(), span[1] - span[0], [None, _bytes(wanted.places[at])]))
        store.append(*_as_here(store, plan, source, span, part))
        if store.is_crowded():
            store.compact()
    return len(wanted.runs)


def _wanted(store: Store, plan: Plan, source: Source, rows: pa.Table) -> Wanted:
    manifest = source.store.manifest
    if store.manifest.beside:
        try:
            check_recorded(source.plan, plan, manifest.data)
        except Difference as difference:
            raise FileError(source.store.path / MANIFEST, "other things are recorded of its runs", f"  {difference}") from None
        if plan.spec.record.runs is not None:
            raise FileError(store.path, "record.runs chooses which runs are recorded, and not those that other folders chose")
    if plan.spec.record.measure != source.plan.spec.record.measure:
        raise FileError(source.store.path / MANIFEST, "record.measure is not the same")
    cells = cells_like(source.plan, plan, manifest.data)[rows.column("cell").to_numpy()]
    runs = plan.numbering.runs_of(cells, rows.column("seed").to_numpy())
    starts, stops = (np.array([span[end] for span in store.missing()], np.int64) for end in (0, 1))
    before = np.searchsorted(starts, runs, side="right") - 1
    places = np.flatnonzero((before >= 0) & (runs < stops[before])) if len(starts) else np.zeros(0, np.int64)
    places = places[np.argsort(runs[places], kind="stable")]
    return Wanted(runs[places], places)


def _kernels(store: Store) -> set[str | None]:
    """Which kernels may have trained runs of a folder."""
    manifest = store.manifest
    versions = [one.versions for one in (*manifest.all_blocks, *manifest.sessions)]
    return {one.get("kernels") for one in versions} | ({None} if any(one.other_kernels for one in manifest.adopted) else set())


def _spans(plan: Plan, runs: Integers) -> Iterator[Span]:
    """Runs in spans of a block, none of which has more numbers than a batch."""
    cuts = np.flatnonzero(np.diff(runs) != 1) + 1
    ends = [0, *cuts.tolist(), len(runs)]
    whole = [(int(runs[a]), int(runs[b - 1]) + 1) for a, b in pairwise(ends)]
    for start, stop in plan.numbering.cut(whole):
        most = int(min(max(MOST_NUMBERS // numbers(plan, start), 1), MOST_RUNS))
        yield from ((at, min(at + most, stop)) for at in range(start, stop, most))


def _as_here(store: Store, plan: Plan, source: Source, span: Span, rows: pa.Table) -> Tables:
    """Rows, records and weights of a source's runs as those of the runs of a span. rows: of the source, in the span's order."""
    there, runs = rows.column("run").to_numpy(), np.arange(*span)
    columns: dict[str, Any] = dict.fromkeys(COLUMNS)
    columns.update({name: rows.column(name).to_numpy() for name in COLUMNS if name in rows.column_names and name != "outcome"})
    columns["outcome"] = np.array(OUTCOMES)[_codes(rows.column("outcome"))]
    ended = Training(**columns, weights=(), biases=(), trajectories=None)
    beside = store.manifest.beside
    return (
        table_of(plan, runs, ended),
        _renumbered(source.store.records(there.tolist()), there, span[0]) if "records" in beside else None,
        _renumbered(source.store.weights(there.tolist()), there, span[0]) if "weights" in beside else None,
    )


def _codes(column: Any) -> Integers:
    """The places of outcomes among OUTCOMES."""
    coded = column.unify_dictionaries().combine_chunks()
    places = np.array([OUTCOMES.index(name) for name in coded.dictionary.to_pylist()])
    return places[coded.indices.to_numpy()]


def _renumbered(table: pa.Table, there: Integers, start: int) -> pa.Table:
    """Rows of runs there ..., as those of the runs start, start + 1, ... in this order."""
    order = np.argsort(there)
    runs = start + order[np.searchsorted(there, table.column("run").to_numpy(), sorter=order)]
    table = table.set_column(0, "run", pa.Array.from_buffers(pa.int64(), len(runs), [None, _bytes(runs)]))
    return table.take(pa.Array.from_buffers(pa.int64(), len(runs), [None, _bytes(np.argsort(runs, kind="stable"))]))


def _bytes(values: Any) -> pa.Buffer:
    return pa.py_buffer(values.astype(np.int64))


def same_folder(one: Path, other: Path) -> bool:
    """Whether two paths are of one folder."""
    return one.resolve() == other.resolve()


def check_sources(folder: Path, sources: Sequence[Path]) -> None:
    """FileError if a folder is among those that it is to take runs from."""
    for source in sources:
        if same_folder(folder, source):
            raise FileError(source, "the folder itself; name the folders that it is to take runs from")
