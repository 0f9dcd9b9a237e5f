"""The kinds of files in a folder of results, and what each must contain: its columns, its rows, and the sweep that it belongs
to.

The metadata of a file's schema names its sweep by a hash of everything that determines the rows. So the same rows have the same
bytes in every folder, and rows of another sweep with the same columns are not accepted. Files of a sweep that has grown name it
as it was when their block was added. In folders of earlier versions, whose
files did not have the hash, `Manifest.signed` is false; only there is a file without it judged by its rows alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from backsweep.errors import DamageError

from ..arrays import Integers, Span
from . import faults
from .blocks import WrittenBlock
from .faults import PART
from .parquet import parquet_file, regular, whole
from .recording import Recording
from .schema import LATER, RECORDS_SCHEMA, WEIGHTS_SCHEMA, Manifest, runs_schema
from .shards import Shard

SWEEP = b"backsweep.spec_hash"
TOGETHER = 2**14  # rows of small files that are checked together, since checking each by itself takes longer than decoding it
NO_ENDS: Integers = np.zeros(0, np.int32)


class FileKind(NamedTuple):
    """Files that hold spans of runs. schema: their columns, and what they say about themselves.

    examined: the columns that `fault` looks at. signed: whether files must say what they are. rows: the least and the largest
    number of rows that a span can have. by_run: whether there is one row per run, in order, so that some rows can be checked by
    themselves. fault: what is wrong with rows. ends: the epochs at which recorded runs ended, by the rows or the records, which
    must agree; empty for other kinds.
    """

    schema: pa.Schema
    examined: tuple[str, ...]
    signed: bool
    rows: Callable[[Span], tuple[int, int]]
    by_run: bool
    fault: Callable[[pa.Table, Span], str | None]
    ends: Callable[[pa.Table, Span], Integers] = lambda *_: NO_ENDS

    def read(self, file: Shard, columns: Sequence[str] | None = None) -> pa.Table:
        """A file's rows: all columns, or some and those `examined`. DamageError if the file does not hold what it should."""
        (found,) = self.tables([file], columns)
        if isinstance(found, DamageError):
            raise found
        return found

    def tables(self, files: Iterable[Shard], columns: Sequence[str] | None = None) -> Iterator[pa.Table | DamageError]:
        """The same for each of several files, in order, or what is wrong with the file."""
        wanted = self.schema if columns is None else part(self.schema, {*columns, *self.examined})
        held: list[tuple[Shard, pa.Table | DamageError]] = []
        rows = 0
        for file in files:
            try:
                (found,) = self._tables(file, wanted)
                rows += len(found)
            except DamageError as error:
                found = error
            held.append((file, found))
            if rows >= TOGETHER or not self.by_run:
                yield from self._judged(held)
                held, rows = [], 0
        yield from self._judged(held)

    def _judged(self, held: list[tuple[Shard, pa.Table | DamageError]]) -> Iterator[pa.Table | DamageError]:
        sound = self._are_one(held)
        for file, found in held:
            fault = None if sound or isinstance(found, DamageError) else self._fault(found, file.span)
            yield found if fault is None else DamageError(file.path, fault)

    def _are_one(self, held: list[tuple[Shard, pa.Table | DamageError]]) -> bool:
        """Whether files of neighbouring runs each have the right number of rows, and together hold what one file would."""
        tables = [found for file, found in held if isinstance(found, pa.Table) and not self._miscount(len(found), file.span)]
        apart = any(file.stop != after.start for (file, _), (after, _) in pairwise(held))
        if len(held) < 2 or len(tables) < len(held) or apart:
            return False
        return self.fault(pa.concat_tables(tables), (held[0][0].start, held[-1][0].stop)) is None

    def check(self, file: Shard) -> Integers:
        """The `ends` of a file. DamageError if it does not hold what it should. With a row per run, it reads few at a time."""
        if not self.by_run:
            return self.ends(self.read(file), file.span)
        at, ends = file.start, [NO_ENDS]
        for table in self._tables(file, self.schema, PART):
            span = at, at + len(table)
            if fault := self._fault(table, span):
                raise DamageError(file.path, fault)
            ends.append(self.ends(table, span))
            at += len(table)
        fault = self._miscount(at - file.start, file.span)
        if fault is not None:
            raise DamageError(file.path, fault)
        return np.concatenate(ends)

    def _tables(self, file: Shard, wanted: pa.Schema, most: int | None = None) -> Iterator[pa.Table]:
        """Some columns of a file. most: rows at a time; None for all at once.

        It uses no threads of Arrow's: they are no faster, and sometimes abort a process that ends soon after
        (apache/arrow#34314).
        """
        path = file.path
        with parquet_file(path, pa.BufferReader(whole(path, file.content_hash))) as parquet:
            fault = self._misfit(parquet, file.span)
            if fault is not None:
                raise DamageError(path, fault)
            if most is None:
                names = None if wanted is self.schema else wanted.names  # picking columns takes a while
                yield _clear(path, parquet.read(names, use_threads=False), wanted)
                return
            for batch in parquet.iter_batches(most, columns=wanted.names, use_threads=False):
                yield _clear(path, pa.Table.from_batches([batch]), wanted)

    def _fault(self, table: pa.Table, span: Span) -> str | None:
        """What is wrong with the rows of a span. Not part of `_tables`, because an error in `fault` is ours, not damage."""
        return self._miscount(len(table), span) or self.fault(table, span)

    def _miscount(self, rows: int, span: Span) -> str | None:
        least, most = self.rows(span)
        if least <= rows <= most:
            return None
        return f"has {rows:,} rows and not {f'{least:,}' if least == most else f'{least:,} to {most:,}'}"

    def glance(self, file: Shard) -> None:
        """DamageError if the file's footer, which describes its content, is not that of a file with the right content."""
        with regular(file.path) as source, parquet_file(file.path, source) as parquet:
            fault = self._misfit(parquet, file.span)
            if fault is not None:
                raise DamageError(file.path, fault)

    def _misfit(self, parquet: pq.ParquetFile, span: Span) -> str | None:
        """What is wrong with a file as a whole. It is asked before rows are read, which may be more than memory holds."""
        found = parquet.schema_arrow
        if found.equals(self.schema, check_metadata=True):
            return self._miscount(parquet.metadata.num_rows, span)
        if different_columns(found, _as_written(self.schema, found)):
            return "has columns other than those in the manifest"
        return self._miscount(parquet.metadata.num_rows, span) or foreign(found, self.schema, self.signed)


def kinds_of(manifest: Manifest, written: WrittenBlock) -> dict[str, FileKind]:
    """What the files of a block must hold in each folder of a sweep's results, by the name of the folder."""
    block = written.numbered
    record = Recording(manifest.spec, block)
    says: dict[bytes | str, bytes | str] = {SWEEP: written.spec_hash.encode()}

    def ends_of_rows(table: pa.Table, span: Span) -> Integers:
        if "records" not in manifest.beside:
            return NO_ENDS
        return table.column("epochs").to_numpy()[record.runs_of(span) - span[0]]

    return {
        "shards": FileKind(
            schema=runs_schema(written.columns, manifest.measure).with_metadata(says),
            examined=("run", "cell", "seed", "outcome", "epochs"),
            rows=lambda span: (span[1] - span[0], span[1] - span[0]),
            by_run=True,
            fault=lambda table, span: faults.of_rows(table, span, block),
            signed=manifest.signed,
            ends=ends_of_rows,
        ),
        "records": FileKind(
            schema=RECORDS_SCHEMA.with_metadata(says),
            examined=("run", "epoch"),
            rows=lambda span: (record.count(span), record.count(span) * record.most),
            by_run=False,
            fault=lambda table, span: faults.of_records(table, record.runs_of(span), record.due),
            ends=lambda table, _: faults.last_epochs(table),
            signed=manifest.signed,
        ),
        "weights": FileKind(
            schema=WEIGHTS_SCHEMA.with_metadata(says),
            examined=("run", "layers", "bias", "weights"),
            rows=lambda span: (record.count(span), record.count(span)),
            by_run=False,
            fault=lambda table, span: faults.of_weights(table, record.runs_of(span)),
            signed=manifest.signed,
        ),
    }


def different_columns(found: pa.Schema, wanted: pa.Schema) -> bool:
    """Whether two tables have different columns; the width of the codes of categories does not matter."""

    def plain(field: "pa.Field[Any]") -> tuple[str, Any]:
        return field.name, getattr(field.type, "value_type", None) if pa.types.is_dictionary(field.type) else field.type

    return list(map(plain, found)) != list(map(plain, wanted))


def _as_written(schema: pa.Schema, found: pa.Schema) -> pa.Schema:
    """The columns that a file must have. Those added in later versions are required only if the file has them."""
    return pa.schema([field for field in schema if field.name not in LATER or field.name in found.names])


def part(schema: pa.Schema, names: set[str]) -> pa.Schema:
    """The columns with these names."""
    return pa.schema([field for field in schema if field.name in names])


def foreign(found: pa.Schema, schema: pa.Schema, signed: bool) -> str | None:
    """Whether a file says that it belongs to another sweep, or says nothing although it must."""
    expected, stated = schema.metadata or {}, found.metadata or {}
    shared = stated.keys() & expected.keys()
    if all(stated.get(key) == expected[key] for key in expected) or not (signed or shared):
        return None
    return "belongs to another sweep" if shared else "does not say which sweep it belongs to"


def _clear(path: Path, table: pa.Table, wanted: pa.Schema) -> pa.Table:
    """A table with the types of its schema, since some releases of pyarrow read codes of categories back wider than they were
    written. Columns that are newer than the file are null.

    DamageError if a code stands for nothing, or two codes for the same: Arrow accepts that, but later code does not.
    """
    if not table.schema.equals(wanted, check_metadata=True):
        for field in (field for field in wanted if field.name not in table.column_names):
            table = table.append_column(field.name, pa.nulls(len(table), field.type))
        table = table.select(wanted.names).cast(wanted)
    for place, kind in enumerate(wanted.types):
        chunks: list[Any] = table.column(place).chunks if pa.types.is_dictionary(kind) else []
        for chunk in chunks:
            names = chunk.dictionary.to_pylist()
            if None in names or len({*names}) < len(names) or not _has_all(chunk):
                raise DamageError(path, f"the categories of {wanted.names[place]} are not clear")
    return table


def _has_all(coded: Any) -> bool:
    """Whether each code stands for something."""
    try:
        coded.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
