"""A folder of results at a glance, while others may write there: no lock, no content checked, nothing read that need not be.

Shards may be merged or removed between two looks, so spans may lie within others, and files may be gone when they are opened;
then one looks again. How runs ended stands in the manifest, unless a session was killed or still runs: then the outcomes of
all shards are counted, of files with one outcome from their statistics alone.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import InputError
from .folders import entries
from .manifest import COPY, MANIFEST
from .opening import open_regular
from .schema import OUTCOMES, Manifest
from .shards import LOOKS, Span, gaps, spans_in
from .store import Store
from .writer import Writer, writer_of

MAGIC = b"PAR1"


class Survey(NamedTuple):
    """What a folder says. missing: runs that are not done, as the fewest spans; outcomes: runs by outcome; damage: or None."""

    path: Path
    manifest: Manifest
    done: int
    missing: list[Span]
    outcomes: dict[str, int]
    writer: Writer | None
    damage: str | None


class _Files(NamedTuple):
    """Shards that lie in no other one, and the spans of runs that all that belongs to them covers."""

    shards: dict[Span, Path]
    covered: list[Span]
    damage: str | None


def survey(path: str | Path, closely: bool = False) -> Survey:
    """Look at a folder; `closely`: also at both ends of each shard. InputError if there are no results, or none to be read."""
    path = Path(path)
    for _ in range(LOOKS):
        with suppress(FileNotFoundError):
            return _look(path, closely)
    raise InputError(f"{path}: files vanish there whenever they are looked at")


def surveys(folder: Path) -> Iterator[tuple[Path, Survey | InputError]]:
    """All folders of results in a folder, by name; an error for each that cannot be read. Strangers are passed over."""
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            inside = entries(path, links=path == folder)
            found = _found(path) if any(map(_is_sign, inside)) else None
        except OSError as error:
            if path == folder:
                raise
            inside, found = [], InputError(f"{error.filename or path}: {error.strerror or error}")
        if found is not None:
            yield path, found
        else:
            waiting += [path / entry.name for entry in reversed(inside) if entry.is_dir(follow_symlinks=False)]


def _is_sign(entry: os.DirEntry[str]) -> bool:
    """Whether it makes one look closer at the folder that it is in."""
    return entry.name in {MANIFEST, COPY} or (entry.name == "shards" and (entry.is_dir() or entry.is_symlink()))


def _found(path: Path) -> Survey | InputError | None:
    """What a folder says; None if it is not one of results."""
    try:
        return survey(path)
    except InputError as error:
        return error if _has_spans(path) else None


def _has_spans(path: Path) -> bool:
    try:
        return bool(spans_in(path / "shards"))
    except InputError:
        return True


def _look(path: Path, closely: bool) -> Survey:
    store = Store.open(path)
    manifest = store.manifest
    files = _files(path, manifest)
    outcomes, damage = _outcomes(manifest, files)
    torn = next((f"{shard}: no whole file" for shard in files.shards.values() if _torn(shard)), None) if closely else None
    done = sum(stop - start for start, stop in files.covered)
    missing = gaps(files.covered, manifest.runs)
    return Survey(path, manifest, done, missing, outcomes, writer_of(path), files.damage or damage or torn or store.harm)


def _files(path: Path, manifest: Manifest) -> _Files:
    shards = _outermost(_spans(path / "shards"))
    covered = _union(shards)
    for name in manifest.beside:
        covered = _both(covered, _union(_spans(path / name)))
    damage = None
    for (_, end), (start, stop) in pairwise(sorted(shards)):
        if start < end:
            damage = f"{shards[start, stop]}: holds runs that another file holds too"
    if covered and covered[-1][1] > manifest.runs:
        damage = f"{path / 'shards'}: holds runs over {manifest.runs - 1}, the last there is"
    return _Files(shards, covered, damage)


def _spans(folder: Path) -> dict[Span, Path]:
    """The files of a folder that hold spans of runs."""
    return {(file.start, file.stop): file.path for file in spans_in(folder)}


def _outermost(files: dict[Span, Path]) -> dict[Span, Path]:
    """Files whose runs lie in no other: one that was merged of some may stand beside them for a moment."""
    kept: dict[Span, Path] = {}
    end = 0
    for start, stop in sorted(files, key=lambda span: (span[0], -span[1])):
        if stop > end:
            kept[start, stop] = files[start, stop]
            end = stop
    return kept


def _union(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


def _both(some: list[Span], others: list[Span]) -> list[Span]:
    """What two unions have in common."""
    found, i, j = [], 0, 0
    while i < len(some) and j < len(others):
        start, stop = max(some[i][0], others[j][0]), min(some[i][1], others[j][1])
        if start < stop:
            found.append((start, stop))
        if some[i][1] < others[j][1]:
            i += 1
        else:
            j += 1
    return found


def on_record(manifest: Manifest, done: int) -> Counter[str] | None:
    """How the runs that are done ended, as sessions put it on record; None if one was killed or still runs."""
    counts = Counter[str]()
    for session in manifest.sessions:
        counts.update(session.outcomes or {})
    return counts if counts.total() == done else None


def _outcomes(manifest: Manifest, files: _Files) -> tuple[dict[str, int], str | None]:
    """How the runs that are done ended, and the first file that cannot be read."""
    recorded = on_record(manifest, sum(stop - start for start, stop in files.covered))
    if recorded is not None:
        return _ordered(recorded), None
    counts, damage = Counter[str](), None
    for path in files.shards.values():
        try:
            counts.update(_of_file(path))
        except FileNotFoundError:
            raise
        except (pa.ArrowException, InputError, OSError, KeyError, ValueError):
            damage = damage or f"{path}: cannot be read"
    return _ordered(counts), damage


def _torn(path: Path) -> bool:
    """Whether a file does not begin and end as Parquet does."""
    try:
        with open_regular(path) as file:
            first = file.read(len(MAGIC))
            file.seek(max(os.fstat(file.fileno()).st_size - len(MAGIC), len(MAGIC)))
            return (first, file.read()) != (MAGIC, MAGIC)
    except InputError:
        return True


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def _of_file(path: Path) -> Counter[str]:
    """How the runs of a shard ended: from its statistics if all ended alike, else from that one column."""
    with open_regular(path) as opened, pq.ParquetFile(opened) as file:
        place = file.schema_arrow.names.index("outcome")
        chunks = [file.metadata.row_group(group).column(place) for group in range(file.metadata.num_row_groups)]
        kinds = {(s.min, s.max, s.null_count) if (s := chunk.statistics) and s.has_min_max else None for chunk in chunks}
        if len(kinds) == 1 and (kind := kinds.pop()) and kind[0] == kind[1] and kind[2] == 0:
            return Counter({str(kind[0]): file.metadata.num_rows})
        ended = file.read(["outcome"]).column("outcome").value_counts()
        names, counts = (ended.field(name).to_pylist() for name in ("values", "counts"))
        return Counter(dict(zip(map(str, names), counts, strict=True)))
