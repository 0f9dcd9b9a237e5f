"""Files that hold every epoch of one run, for reports: which of them exist, and what they must contain."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from backsweep.errors import DamageError

from ..disk.folders import names_within
from . import faults
from .file_kinds import SWEEP, foreign, part
from .parquet import parquet_file, whole
from .same_rows import same_rows
from .schema import RECORDS_SCHEMA, Manifest

NAME = re.compile(r"([0-9]{12})-([0-9a-f]{16})\.parquet")
RUN = b"backsweep.run"

EndOf = Callable[[int], int | None]


class Trajectory(NamedTuple):
    """A file of every epoch of one run."""

    run: int
    content_hash: str
    path: Path


def _read(file: Trajectory, manifest: Manifest, end_of: EndOf) -> pa.Table:
    """Columns epoch, loss, and perhaps more of `schema.RECORDS_SCHEMA`. DamageError if the file is not what it should be."""
    due, fault, table = signed_trajectory(pa.table([]), file.run, manifest).schema, None, pa.table([])
    with parquet_file(file.path, pa.BufferReader(whole(file.path, file.content_hash))) as parquet:
        names = parquet.schema_arrow.names
        wanted = part(RECORDS_SCHEMA, {*names} - {"run"})
        if not 0 <= file.run < manifest.runs:
            fault = f"the sweep has no run {file.run}"
        elif names[:2] != ["epoch", "loss"] or names != wanted.names:
            fault = "has columns other than those of a trajectory"
        else:
            fault = foreign(parquet.schema_arrow, due, manifest.signed)
            table = parquet.read(use_threads=False).cast(wanted)
    fault = fault or faults.of_trajectory(table) or _unlike_end(len(table) - 1, end_of(file.run))
    if fault is not None:
        raise DamageError(file.path, fault)
    return table


def signed_trajectory(table: pa.Table, run: int, manifest: Manifest) -> pa.Table:
    """The trajectory, marked with its run and its sweep."""
    block = manifest.all_blocks[manifest.numbering.place_of(run)]
    return table.replace_schema_metadata({SWEEP: block.spec_hash.encode(), RUN: str(run).encode()})


def _unlike_end(last: int, end: int | None) -> str | None:
    return None if end in (None, last) else f"it ends at epoch {last}, its run at {end}"


def read_trajectories(folder: Path, manifest: Manifest, end_of: EndOf) -> tuple[dict[int, pa.Table], list[DamageError]]:
    """The trajectories in a folder, by run, and what is wrong with files. If two of one run differ, neither is known to be
    right.

    end_of: the epoch at which a run ended; None if unknown.
    """
    found: dict[int, tuple[Path, pa.Table]] = {}
    damaged: dict[Path, DamageError] = {}
    for file in files_in(folder):
        try:
            table = _read(file, manifest, end_of)
        except DamageError as error:
            damaged[file.path] = error
            continue
        path, other = found.setdefault(file.run, (file.path, table))
        if path != file.path:
            alike = table.schema.equals(other.schema) and same_rows(table, other)
            for one, like in [(file.path, path), (path, file.path)][: 1 if alike else 2]:
                damaged[one] = DamageError(one, f"of run {file.run} there is {like.name} too")
    return {run: table for run, (path, table) in found.items() if path not in damaged}, list(damaged.values())


def files_in(folder: Path) -> list[Trajectory]:
    """The files of a folder that are trajectories by their names, in order."""
    return [file for name in names_within(folder) if (file := _named(folder, name))]


def _named(folder: Path, name: str) -> Trajectory | None:
    match = NAME.fullmatch(name)
    return Trajectory(int(match[1]), match[2], folder / name) if match else None
