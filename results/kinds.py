"""The kinds of files in a folder of results, and what each must hold: its columns, its rows, and of which sweep they are.

A file says in its schema's metadata which sweep it is of, by the hash of what fixes the rows: so the same rows have the same
bytes in every folder, and those of another sweep with the same columns do not pass. Folders of before files said so have
`Manifest.signed` false; only there a file that says nothing is taken by its rows alone.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from . import faults
from .arrays import Integers, Span
from .errors import DamageError
from .parquet import opened, regular, whole
from .schema import RECORDS_SCHEMA, WEIGHTS_SCHEMA, Manifest, runs_schema
from .seeds import Seeds, recorded_runs
from .shards import Shard

SWEEP, RUN = b"backsweep.spec_hash", b"backsweep.run"


class Kind(NamedTuple):
    """Files of spans of runs. schema: their columns, and what they say of themselves; told: the columns that `fault` looks at.

    signed: whether they must; rows: how many a span has, None if that depends; fault: what is wrong with its rows.
    """

    schema: pa.Schema
    told: tuple[str, ...]
    signed: bool
    rows: Callable[[Span], int | None]
    fault: Callable[[pa.Table, Span], str | None]

    def read(self, file: Shard, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of a file, or of them some columns and those `told`. DamageError if it does not hold what it should.

        Arrow's threads would read it no sooner, and now and then abort a process that ends right after (apache/arrow#34314).
        """
        wanted = self.schema if columns is None else _part(self.schema, {*columns, *self.told})
        with opened(file.path, pa.BufferReader(whole(file.path, file.digest))) as parquet:
            fault = self._misfit(parquet, file.span)
            if fault is not None:
                raise DamageError(file.path, fault)
            table = parquet.read(wanted.names, use_threads=False)
            if not table.schema.equals(wanted, check_metadata=True):
                table = table.cast(wanted)  # as of categories, whose codes some releases of pyarrow read back wider
            fault = _unclear(table)
        fault = fault or self.fault(table, file.span)  # out here: an error in it is ours, and no damage
        if fault is not None:
            raise DamageError(file.path, fault)
        return table

    def glance(self, file: Shard) -> None:
        """DamageError if the end of a file, which says what is in it, is not that of one that holds what this one should."""
        with regular(file.path) as source, opened(file.path, source) as parquet:
            fault = self._misfit(parquet, file.span)
            if fault is not None:
                raise DamageError(file.path, fault)

    def _misfit(self, parquet: pq.ParquetFile, span: Span) -> str | None:
        """What is wrong with a file as a whole, before rows are read, which may be more than memory holds."""
        if unlike(parquet.schema_arrow, self.schema):
            return "has other columns than the manifest says"
        rows, due = parquet.metadata.num_rows, self.rows(span)
        if due is not None and rows != due:
            return f"has {rows:,} rows and not {due:,}"
        return _foreign(parquet, self.schema, self.signed)


def kinds_of(manifest: Manifest) -> dict[str, Kind]:
    """What the files in each folder of a sweep's results must hold, by the name of the folder."""
    seeds, sample = Seeds(manifest.spec), _sample(manifest.spec)
    says: dict[bytes | str, bytes | str] = {SWEEP: manifest.spec_hash.encode()}

    def recorded(span: Span) -> Integers:
        return recorded_runs(sample, manifest.runs, span)

    return {
        "shards": Kind(
            schema=runs_schema(manifest.axes, manifest.measure).with_metadata(says),
            told=("run", "cell", "seed", "outcome", "epochs"),
            rows=lambda span: span[1] - span[0],
            fault=lambda table, span: faults.of_rows(table, span, seeds),
            signed=manifest.signed,
        ),
        "records": Kind(
            schema=RECORDS_SCHEMA.with_metadata(says),
            told=("run", "epoch"),
            rows=lambda _: None,
            fault=lambda table, span: faults.of_records(table, recorded(span)),
            signed=manifest.signed,
        ),
        "weights": Kind(
            schema=WEIGHTS_SCHEMA.with_metadata(says),
            told=("run", "layers", "bias", "weights"),
            rows=lambda span: len(recorded(span)),
            fault=lambda table, span: faults.of_weights(table, recorded(span)),
            signed=manifest.signed,
        ),
    }


def unlike(found: pa.Schema, wanted: pa.Schema) -> bool:
    """Whether two tables have other columns; how wide the codes of categories are does not count."""

    def plain(field: "pa.Field[Any]") -> tuple[str, Any]:
        return field.name, getattr(field.type, "value_type", None) if pa.types.is_dictionary(field.type) else field.type

    return list(map(plain, found)) != list(map(plain, wanted))


class Trajectory(NamedTuple):
    """A file of every epoch of one run."""

    run: int
    digest: str
    path: Path


def read_trajectory(file: Trajectory, manifest: Manifest) -> pa.Table:
    """Columns epoch, loss, and perhaps more of `schema.RECORDS_SCHEMA`. DamageError if it does not hold what it should."""
    due, fault, table = signed_trajectory(pa.table([]), file.run, manifest).schema, None, pa.table([])
    with opened(file.path, pa.BufferReader(whole(file.path, file.digest))) as parquet:
        names = parquet.schema_arrow.names
        wanted = _part(RECORDS_SCHEMA, {*names} - {"run"})
        if not 0 <= file.run < manifest.runs:
            fault = f"the sweep has no run {file.run}"
        elif names[:2] != ["epoch", "loss"] or names != wanted.names:
            fault = "has other columns than a trajectory"
        else:
            fault = _foreign(parquet, due, manifest.signed)
            table = parquet.read(use_threads=False).cast(wanted)
    fault = fault or faults.of_trajectory(table)
    if fault is not None:
        raise DamageError(file.path, fault)
    return table


def signed_trajectory(table: pa.Table, run: int, manifest: Manifest) -> pa.Table:
    """A trajectory that says of which run it is, and of which sweep."""
    return table.replace_schema_metadata({SWEEP: manifest.spec_hash.encode(), RUN: str(run).encode()})


def _sample(spec: dict[str, Any]) -> int | None:
    """Of how many runs records and weights are kept; None: of all."""
    record = spec.get("record")
    runs = record.get("runs") if isinstance(record, dict) else None
    return runs if isinstance(runs, int) and runs > 0 else None


def _part(schema: pa.Schema, names: set[str]) -> pa.Schema:
    return pa.schema([field for field in schema if field.name in names])


def _foreign(parquet: pq.ParquetFile, schema: pa.Schema, signed: bool) -> str | None:
    """Whether a file says that it is of another sweep, or says nothing although it must."""
    due, said = schema.metadata or {}, parquet.schema_arrow.metadata or {}
    if all(said.get(key) == due[key] for key in due) or not (signed or said.keys() & due.keys()):
        return None
    return "is of another sweep" if said.keys() & due.keys() else "does not say of which sweep it is"


def _unclear(table: pa.Table) -> str | None:
    """Whether codes of categories stand for nothing, or two for the same: Arrow lets that pass, but what follows does not."""
    for name in (field.name for field in table.schema if pa.types.is_dictionary(field.type)):
        chunks: list[Any] = table.column(name).chunks
        for chunk in chunks:
            names = chunk.dictionary.to_pylist()
            most = pc.max(chunk.indices).as_py()
            if None in names or len({*names}) < len(names) or (most is not None and most >= len(names)):
                return f"the categories of {name} are not clear"
    return None
