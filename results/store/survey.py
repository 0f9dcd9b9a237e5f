"""A quick look at a folder of results while others may be writing there: it takes no lock and reads only what it needs.

The manifest says how runs ended, unless a session was killed or is still running; then the outcomes of all shards are counted.
A close look checks the rows of all shards, but only the ends of the other files, which may be a thousand times as large.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from backsweep.errors import FileError, ResultsError
from backsweep.outcomes import OUTCOMES

from ..arrays import Span
from ..disk.folders import entries, is_folder
from .catalog import Catalog
from .manifest import COPY, MANIFEST, read_manifest
from .schema import Manifest
from .shards import LOOKS, Shard, runs_in, spans_in
from .writer import Writer, last_writer, was_training, writer_of


class Survey(NamedTuple):
    """What a folder says. missing: runs that are not done, as the fewest spans; outcomes: runs by outcome; damage: or None.

    killed: sessions that left no record.
    """

    path: Path
    manifest: Manifest
    done: int
    missing: list[Span]
    outcomes: dict[str, int]
    writer: Writer | None
    damage: str | None
    killed: int


def survey(path: str | Path, closely: bool = False) -> Survey:
    """Look at a folder; `closely`: whether all shards are sound. ResultsError if there are no results, or none to be read."""
    path = Path(path)
    for _ in range(LOOKS):
        with suppress(FileNotFoundError):
            return _look(path, closely)
    raise FileError(path, "files in it keep vanishing while they are read")


def surveys(folder: Path) -> Iterator[tuple[Path, Survey | ResultsError]]:
    """All folders of results in a folder, by name; an error for each that cannot be read. Strangers are passed over."""
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            inside = entries(path, links=path == folder)
            found = _found(path) if any(map(_is_sign, inside)) else None
        except (OSError, ResultsError) as error:
            if path == folder:
                raise
            inside, found = [], error if isinstance(error, ResultsError) else _as_error(error, path)
        if found is not None:
            yield path, found
        else:
            waiting += [path / entry.name for entry in reversed(inside) if is_folder(entry)]


def _as_error(error: OSError, path: Path) -> ResultsError:
    return FileError(Path(error.filename or path), error.strerror or str(error))


def _is_sign(entry: os.DirEntry[str]) -> bool:
    """Whether it makes one look closer at the folder that it is in."""
    return entry.name in {MANIFEST, COPY} or (entry.name == "shards" and (entry.is_dir() or entry.is_symlink()))


def _found(path: Path) -> Survey | ResultsError | None:
    """What a folder says; None if it is not one of results."""
    try:
        return survey(path)
    except ResultsError as error:
        return error if _has_spans(path) else None


def _has_spans(path: Path) -> bool:
    try:
        return bool(spans_in(path / "shards"))
    except ResultsError:
        return True


def _look(path: Path, closely: bool) -> Survey:
    manifest, harm = read_manifest(path)
    catalog = Catalog(path, manifest)
    done = manifest.runs - runs_in(catalog.missing())
    outcomes = on_record(manifest, done)
    if closely or outcomes is None:
        shards, *beside = catalog.folders
        counted = sum(catalog.each(shards, _outcomes, columns=["outcome"]), Counter[str]())
        for folder in beside if closely else []:
            catalog.glance(folder)
        outcomes = counted if outcomes is None or catalog.damaged() else outcomes
    missing, damaged = catalog.missing(), catalog.damaged()
    ended = {outcome: outcomes[outcome] for outcome in OUTCOMES}
    damage = str(damaged[0]) if damaged else harm
    killed = manifest.killed + was_training(last_writer(path))
    return Survey(path, manifest, manifest.runs - runs_in(missing), missing, ended, writer_of(path), damage, killed)


def _outcomes(_: Shard, rows: pa.Table) -> Counter[str]:
    """How the runs of a shard ended."""
    ended = rows.column("outcome").value_counts()
    names, counts = (ended.field(name).to_pylist() for name in ("values", "counts"))
    return Counter(dict(zip(map(str, names), counts, strict=True)))


def on_record(manifest: Manifest, done: int) -> Counter[str] | None:
    """How the runs that are done ended, as sessions put it on record; None if one was killed or still runs."""
    counts = Counter[str]()
    for session in manifest.sessions:
        counts.update(session.outcomes or {})
    return counts if counts.total() == done else None
