"""Columns of the table of runs, their types, and the manifest: what a folder of results says about itself."""

from typing import Any, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

FORMAT = 1
OUTCOMES = ("converged", "diverged", "stalled", "capped")
FIRST_COLUMNS = ("run", "cell", "seed")
LAST_COLUMNS = ("outcome", "epochs", "loss", "accuracy", "measure")
CATEGORY = pa.dictionary(pa.int8(), pa.string())

Beside = Literal["records", "weights"]
AxisType = Literal["bool", "int64", "float64", "string"]
ARROW_TYPES: dict[AxisType, pa.DataType] = {
    "bool": pa.bool_(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "string": pa.dictionary(pa.int32(), pa.string()),
}


RECORDS_SCHEMA = pa.schema(
    [
        ("run", pa.int64()),
        ("epoch", pa.int32()),
        ("loss", pa.float64()),
        ("accuracy", pa.float64()),
        ("gradient_norm", pa.float64()),
        ("weight_norm", pa.float64()),
    ]
)
# layers: units and inputs of each. weights: layer by layer, unit by unit, then the layer's biases.
WEIGHTS_SCHEMA = pa.schema(
    [
        ("run", pa.int64()),
        ("layers", pa.list_(pa.int32())),
        ("bias", pa.bool_()),
        ("weights", pa.large_list(pa.float64())),
    ]
)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class AxisColumn(_Record):
    """One column of settings: its name in the table, the dotted setting that it shows, and its type."""

    name: str
    setting: str
    type: AxisType


class Estimate(_Record):
    """What the runs that are missing were expected to take before they were begun, on so many jobs.

    run_epochs: updates of all runs together; seconds: of wall time; disk: bytes written; memory: bytes of this process at
    most. shapes: how many network shapes there are, timed: how many of them were timed, the others are scaled from these.
    cut: whether timing was cut off before some runs had ended; these are then taken to use all their epochs.
    """

    jobs: int
    runs: int
    cells: int
    shapes: int
    timed: int
    cut: bool
    run_epochs: int
    seconds: float
    disk: int
    memory: int


class Session(_Record):
    """One stretch of work on a sweep. Times in seconds; `kernels` is summed over the workers.

    elsewhere: what is left of jobs x wall: workers that wait, start or make tables. outcomes: runs by outcome. disk: bytes
    written; memory: the most that this process held.
    """

    started: str
    jobs: int
    backend: str
    runs: int
    run_epochs: int
    wall: float
    kernels: float
    writing: float
    versions: dict[str, str]
    cpu: str
    elsewhere: float | None = None
    outcomes: dict[str, int] | None = None
    disk: int | None = None
    memory: int | None = None
    estimate: Estimate | None = None


class Manifest(_Record):
    """What `manifest.json` holds.

    spec: the whole spec with defaults filled in; spec_hash: SHA-256 of what fixes the rows and records. measure: whether there
    is such a column. beside: what is kept beside each shard. data: digests of the data files, by the setting that names them.
    """

    format: Literal[1] = FORMAT
    name: str
    spec: dict[str, Any]
    spec_hash: str
    runs: int
    axes: tuple[AxisColumn, ...]
    measure: bool = False
    beside: tuple[Beside, ...] = ()
    data: dict[str, str] = {}
    created: str
    versions: dict[str, str]
    cpu: str
    sessions: tuple[Session, ...] = ()


def runs_schema(axes: tuple[AxisColumn, ...], measure: bool = False) -> pa.Schema:
    """The columns of the table of runs, in order; the last is the convergence measure, if it was asked for."""
    return pa.schema(
        [
            ("run", pa.int64()),
            ("cell", pa.int32()),
            ("seed", pa.int64()),
            *((axis.name, ARROW_TYPES[axis.type]) for axis in axes),
            ("outcome", CATEGORY),
            ("epochs", pa.int32()),
            ("loss", pa.float64()),
            ("accuracy", pa.float64()),
            *([("measure", pa.float64())] if measure else []),
        ]
    )
