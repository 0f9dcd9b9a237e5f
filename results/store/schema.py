"""The columns of the table of runs with their types, and the manifest, which describes a folder of results."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from backsweep.columns import COLUMNS, RECORDED, Column
from backsweep.outcomes import Outcome
from backsweep.ranges import ANY_COUNT, whole_from

from ..allowed import Says, TextOf, Within
from .adoption import Adopted
from .blocks import WrittenBlock, check_blocks
from .fields import (
    AxisColumn,
    AxisType,
    Count,
    Hash,
    Jobs,
    Record,
    RunCount,
    Seconds,
    Setting,
    SomeRuns,
    Switch,
    Versions,
    Word,
    Words,
    check_columns,
    checked,
    refuse_twice,
)
from .numbering import Numbering
from .recording import sample_in
from .written_spec import Drawn, WrittenSpec, axis_in, files_in, seeds_in

FORMAT = 2  # what this version reads; a sweep of one block is written as format 1, which earlier versions read too
MOST_REMARKS = 100
LATER = {name for name, column in (COLUMNS | RECORDED).items() if column.later}  # columns that older files may lack
CATEGORY = pa.dictionary(pa.int8(), pa.string())

Beside = Literal["records", "weights"]
Side = Literal["input", "target"]
Kind = Literal["number", "standardised", "category"]
ARROW_TYPES: dict[AxisType, pa.DataType] = {
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "string": pa.dictionary(pa.int32(), pa.string()),
}


def _fields(columns: Mapping[str, Column]) -> list[tuple[str, pa.DataType]]:
    """Columns that the kernels fill, as files have them: outcomes by name."""
    return [
        (name, CATEGORY if name == "outcome" else pa.from_numpy_dtype(np.dtype(one.dtype))) for name, one in columns.items()
    ]


RECORDS_SCHEMA = pa.schema([("run", pa.int64()), ("epoch", pa.int32()), *_fields(RECORDED)])
# layers: units and inputs of each. weights: layer by layer, unit by unit, then the layer's biases.
WEIGHTS_SCHEMA = pa.schema(
    [
        ("run", pa.int64()),
        ("layers", pa.list_(pa.int32())),
        ("bias", pa.bool_()),
        ("weights", pa.large_list(pa.float64())),
    ]
)


class SweptAxis(Record):
    """An axis of the spec.

    setting: the dotted setting that varies, such as `train.lr`; if the values are tables, the setting of these tables,
    `train.optimizer`. columns: the names of the columns that show it. words: a description of its values for people. together:
    axes with the same number advance together. drawn: the distribution from which the values were drawn at random; None if they
    were listed or spaced. nested: whether some of the columns show keys inside the axis's tables, which other tables of the
    axis may lack; runs with those have no value there.
    """

    setting: Setting
    columns: Annotated[tuple[Word, ...], Field(min_length=1, max_length=1000)]
    words: Annotated[str, TextOf(0, 20_000)]
    together: Annotated[int, Within(whole_from(0, 999))]
    drawn: Drawn | None = None
    nested: Switch = False


class DataColumn(Record):
    """A column of a data file, or several columns of the same kind.

    columns: how many. categories: how many a column has, or at most has if there are several columns; None for numbers.
    """

    name: Words
    side: Side
    kind: Kind
    columns: Annotated[int, Within(whole_from(1, 10**9))] = 1
    categories: Annotated[int, Within(whole_from(2, 10**9))] | None = None

    @property
    def description(self) -> str:
        """The column in words: `input colour: 3 categories`."""
        many = self.columns > 1
        kind = {
            "number": "number",
            "standardised": "number, standardised",
            "category": f"{'at most ' * many}{self.categories} categories",
        }[self.kind]
        return f"{self.side} {self.name}: {f'{self.columns:,} columns, each ' * many}{kind}"


class Estimate(Record):
    """What the missing runs are expected to take on `jobs` workers: by a guess, by a sample, or by their first batches.

    runs, cells: how many are missing. run_epochs: updates of all runs together. seconds: wall time. disk: bytes written.
    memory: the most that this process holds, in bytes. shapes: the number of network shapes; timed: how many of them were
    timed; the times of the others are scaled from these. cut: whether the estimate takes some runs that it goes by to use all
    their epochs, because they have not been trained to their end.
    """

    jobs: Jobs
    runs: RunCount
    cells: RunCount
    shapes: RunCount
    timed: RunCount
    cut: Switch
    run_epochs: Count
    seconds: Seconds
    disk: Count
    memory: Count


class Session(Record):
    """One stretch of work on a sweep, from start or resume to its end. Times are in seconds, sizes in bytes.

    kernels, writing: time spent training, summed over the workers, and time spent writing. elsewhere: the rest of jobs times
    wall, in which workers wait, start or build tables. outcomes: the number of runs by outcome. disk: bytes written. memory:
    the most that this process held. None: an older version did not record it.
    """

    started: Word
    jobs: Jobs
    backend: Word
    runs: RunCount
    run_epochs: Count
    wall: Seconds
    kernels: Seconds
    writing: Seconds
    versions: Versions
    cpu: Words
    elsewhere: Seconds | None = None
    outcomes: dict[Outcome, RunCount] | None = None
    disk: Count | None = None
    memory: Count | None = None
    estimate: Estimate | None = None


class Manifest(Record):
    """The content of `manifest.json`.

    spec: the whole spec with its defaults filled in. spec_hash: SHA-256 of everything that determines the rows and records.
    measure: whether the table has a column for the convergence measure. beside: the kinds of files that are stored beside each
    shard. data: SHA-256 hashes of the data files, by the setting that names the file. swept: the axes that the columns in
    `axes` show; reading a manifest of an earlier version, which lacks them, fills them in. source: the path of the spec file.
    It is relative to the folder, and so are the paths of files in the spec. columns: the inputs and targets of the task's file.
    remarks: warnings about the data and the stopping rules that may point to a mistake. killed: how many sessions ended before
    they could be recorded in `sessions`, as by `kill -9`, and were found when the next one began. signed: whether every file
    must carry the hash of this sweep; files of earlier versions need not. blocks: those of a sweep that has
    grown, which is of format 2; none if all of it was there from the beginning. adopted: runs that were taken over from other
    folders.
    """

    format: Annotated[Literal[1, 2], Says("must be 1 or 2")] = 1
    name: Word
    spec: dict[str, Any]
    spec_hash: Hash
    runs: SomeRuns
    axes: Annotated[tuple[AxisColumn, ...], Field(max_length=1000)]
    swept: Annotated[tuple[SweptAxis, ...], Field(max_length=1000)] = ()
    measure: Switch = False
    beside: tuple[Beside, ...] = ()
    data: dict[Setting, Hash] = Field(default_factory=dict)
    source: Words | None = None
    columns: Annotated[tuple[DataColumn, ...], Field(max_length=100)] = ()
    remarks: Annotated[tuple[Words, ...], Field(max_length=MOST_REMARKS)] = ()
    signed: Switch = False
    created: Word
    versions: Versions
    cpu: Words
    sessions: tuple[Session, ...] = ()
    killed: Annotated[int, Within(ANY_COUNT)] = 0
    blocks: Annotated[tuple[WrittenBlock, ...], Field(max_length=100_000)] = ()
    adopted: Annotated[tuple[Adopted, ...], Field(max_length=10_000)] = ()

    @property
    def all_blocks(self) -> tuple[WrittenBlock, ...]:
        """The blocks; of a sweep that has not grown the one that it is."""
        seeds = seeds_in(self.spec)
        whole: dict[str, Any] = {
            "start": 0,
            "runs": self.runs,
            "cells": ((0, self.runs // len(seeds), 1),),
            "seeds": self.spec.get("seeds", 1),
            "sample": sample_in(self.spec),
            "columns": self.axes,
            **{name: getattr(self, name) for name in ("spec_hash", "created", "versions", "cpu")},
        }
        return self.blocks or (WrittenBlock.model_construct(**whole),)

    @property
    def numbering(self) -> Numbering:
        """Which cell and which seed each run has."""
        return Numbering(tuple(block.numbered for block in self.all_blocks))

    @model_validator(mode="after")
    def _is_of_one_piece(self) -> Self:
        """Check that the spec is valid and that the other fields agree with it."""
        seeds = checked("spec", WrittenSpec.model_validate, self.spec).seed_count
        if not self.blocks and self.runs % seeds:
            raise ValueError(f"runs = {self.runs}: no multiple of {seeds}, the seeds of each cell")
        for axis in self.axes:
            checked(f"spec, {axis.setting}", axis_in, self.spec, axis.setting)
        check_columns("axes", self.axes)
        shown = [column for axis in self.swept for column in axis.columns]
        if shown and sorted(shown) != sorted(axis.name for axis in self.axes):
            raise ValueError("swept: each column of axes must be in one of its axes, and no other column")
        refuse_twice("beside", list(self.beside))
        if (self.format == 2) != bool(self.blocks):
            raise ValueError(f"format = {self.format}: a manifest has blocks if and only if its format is 2")
        if self.blocks:
            check_blocks(self.blocks, self.runs, seeds_in(self.spec), self.axes)
        unlike = self.data.keys() ^ files_in(self.spec).keys()
        if unlike:
            raise ValueError(f"data, {min(unlike)}: a file that the spec names has a digest there, and no other has")
        return self


def runs_schema(axes: tuple[AxisColumn, ...], measure: bool = False) -> pa.Schema:
    """The columns of the table of runs, in order; the convergence measure is included if `measure` is set."""
    return pa.schema(
        [
            ("run", pa.int64()),
            ("cell", pa.int32()),
            ("seed", pa.int64()),
            *((axis.name, ARROW_TYPES[axis.type]) for axis in axes),
            *_fields({name: column for name, column in COLUMNS.items() if measure or not column.on_demand}),
        ]
    )
