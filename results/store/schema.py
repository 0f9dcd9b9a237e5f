"""The columns of the table of runs, their types, and the manifest, in which a folder of results describes itself."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self, TypeVar

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from backsweep.columns import COLUMNS, RECORDED, Column
from backsweep.outcomes import Outcome

from ..disk.plain import reason_of, shortly
from .written_spec import Drawn, WrittenSpec, axis_in, files_in

FORMAT = 1
MOST_REMARKS = 100
MOST_RUNS = 10**11  # the names of shards have twelve digits
FIRST_COLUMNS = ("run", "cell", "seed")
LAST_COLUMNS = tuple(COLUMNS)
LATER = {name for name, column in (COLUMNS | RECORDED).items() if column.later}  # which files from before lack
CATEGORY = pa.dictionary(pa.int8(), pa.string())

Checked = TypeVar("Checked")
Beside = Literal["records", "weights"]
Side = Literal["input", "target"]
Kind = Literal["number", "standardised", "category"]
AxisType = Literal["bool", "int64", "float64", "string"]
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


Count = Annotated[int, Field(strict=True, ge=0, le=10**24)]  # of whatever; budgets of many years may be estimated
RunCount = Annotated[int, Field(strict=True, ge=0, le=MOST_RUNS)]
Jobs = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(strict=True, ge=0, le=1e20, allow_inf_nan=False)]
Word = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[str, Field(max_length=1000)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{1,128}$")]
Setting = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\[[0-9]{1,6}\])?$", max_length=200)]
Versions = Annotated[dict[Word, Words], Field(max_length=100)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class AxisColumn(_Record):
    """One column of settings: its name in the table, the dotted setting that it shows, and its type."""

    name: Word
    setting: Setting
    type: AxisType


class SweptAxis(_Record):
    """An axis of the spec: what it varies, over which values, and with which others it advances.

    setting: the dotted setting that varies, `train.lr`; of an axis of tables that of the tables, `train.optimizer`.
    columns: those that show it, by name. words: its values, for people. together: axes with the same number advance together.
    drawn: on which scale its values were drawn; None if they were listed or spaced. nested: whether columns show numbers that
    the tables of an axis have of their own, so that other tables have no value there.
    """

    setting: Setting
    columns: Annotated[tuple[Word, ...], Field(min_length=1, max_length=1000)]
    words: Annotated[str, Field(max_length=20_000)]
    together: Annotated[int, Field(strict=True, ge=0, lt=1000)]
    drawn: Drawn | None = None
    nested: Annotated[bool, Field(strict=True)] = False


class DataColumn(_Record):
    """A column of a file of data, or so many columns of one kind; categories: how many at most."""

    name: Words
    side: Side
    kind: Kind
    columns: Annotated[int, Field(strict=True, ge=1, le=10**9)] = 1
    categories: Annotated[int, Field(strict=True, ge=2, le=10**9)] | None = None

    @property
    def description(self) -> str:
        """In words: `input colour: 3 categories`."""
        many = self.columns > 1
        kind = {
            "number": "number",
            "standardised": "number, standardised",
            "category": f"{'at most ' * many}{self.categories} categories",
        }[self.kind]
        return f"{self.side} {self.name}: {f'{self.columns:,} columns, each ' * many}{kind}"


class Estimate(_Record):
    """What the runs that are missing were expected to take before they were begun, on so many jobs.

    run_epochs: updates of all runs together; seconds: of wall time; disk: bytes written; memory: bytes of this process at
    most. shapes: how many network shapes there are, timed: how many of them were timed, the others are scaled from these.
    cut: whether timing was cut off before some runs had ended; these are then taken to use all their epochs.
    """

    jobs: Jobs
    runs: RunCount
    cells: RunCount
    shapes: RunCount
    timed: RunCount
    cut: Annotated[bool, Field(strict=True)]
    run_epochs: Count
    seconds: Seconds
    disk: Count
    memory: Count


class Session(_Record):
    """One stretch of work on a sweep. Times in seconds; `kernels` is summed over the workers.

    elsewhere: what is left of jobs x wall: workers that wait, start or make tables. outcomes: runs by outcome. disk: bytes
    written; memory: the most that this process held.
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


class Manifest(_Record):
    """What `manifest.json` holds.

    spec: the whole spec with defaults filled in; spec_hash: SHA-256 of what fixes the rows and records. measure: whether there
    is such a column. beside: what is kept beside each shard. data: digests of the data files, by the setting that names them.
    swept: the axes that the columns of `axes` show; folders of before they were written get them when they are read.
    source: where the file of the spec was. This and the files that the spec names are places as seen from the folder.
    columns: of the task's file. remarks: on what may be a mistake, of the data and the rules.
    signed: whether every file must say that it is of this sweep; those of folders of before they did need not.
    """

    format: Literal[1] = FORMAT
    name: Word
    spec: dict[str, Any]
    spec_hash: Hash
    runs: Annotated[int, Field(strict=True, ge=1, le=MOST_RUNS)]
    axes: Annotated[tuple[AxisColumn, ...], Field(max_length=1000)]
    swept: Annotated[tuple[SweptAxis, ...], Field(max_length=1000)] = ()
    measure: Annotated[bool, Field(strict=True)] = False
    beside: tuple[Beside, ...] = ()
    data: dict[Setting, Hash] = {}
    source: Words | None = None
    columns: Annotated[tuple[DataColumn, ...], Field(max_length=100)] = ()
    remarks: Annotated[tuple[Words, ...], Field(max_length=MOST_REMARKS)] = ()
    signed: Annotated[bool, Field(strict=True)] = False
    created: Word
    versions: Versions
    cpu: Words
    sessions: tuple[Session, ...] = ()

    @model_validator(mode="after")
    def _is_of_one_piece(self) -> Self:
        """Whether the spec is one, and all else is said of that spec."""
        seeds = _checked("spec", WrittenSpec.model_validate, self.spec).seed_count
        if self.runs % seeds:
            raise ValueError(f"runs = {self.runs}: no multiple of {seeds}, the seeds of each cell")
        for axis in self.axes:
            _checked(f"spec, {axis.setting}", axis_in, self.spec, axis.setting)
        for what in ("name", "setting"):
            _refuse_twice(f"axes, {what}", [*(FIRST_COLUMNS + LAST_COLUMNS), *(getattr(axis, what) for axis in self.axes)])
        shown = [column for axis in self.swept for column in axis.columns]
        if shown and sorted(shown) != sorted(axis.name for axis in self.axes):
            raise ValueError("swept: each column of axes must be in one of its axes, and no other column")
        _refuse_twice("beside", list(self.beside))
        unlike = self.data.keys() ^ files_in(self.spec).keys()
        if unlike:
            raise ValueError(f"data, {min(unlike)}: a file that the spec names has a digest there, and no other has")
        return self


def _checked(place: str, check: Callable[..., Checked], *arguments: object) -> Checked:
    try:
        return check(*arguments)
    except ValidationError as error:
        raise ValueError(reason_of(error, place)) from None


def _refuse_twice(place: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{place}: {shortly(name)} stands for two columns")


def runs_schema(axes: tuple[AxisColumn, ...], measure: bool = False) -> pa.Schema:
    """The columns of the table of runs, in order; the last is the convergence measure, if it was asked for."""
    return pa.schema(
        [
            ("run", pa.int64()),
            ("cell", pa.int32()),
            ("seed", pa.int64()),
            *((axis.name, ARROW_TYPES[axis.type]) for axis in axes),
            *_fields({name: column for name, column in COLUMNS.items() if measure or not column.on_demand}),
        ]
    )
