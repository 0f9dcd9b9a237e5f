"""Which epochs of which runs are recorded, and the tables that hold records and final weights."""

import numpy as np
import pyarrow as pa

from backsweep.errors import SettingError

from ...kernels import Training, Trajectories
from ...results.arrays import Floats, Integers
from ...results.store.recording import MOST_RECORDS, due_epochs
from ...results.store.schema import RECORDS_SCHEMA, WEIGHTS_SCHEMA
from ..spec.train import RecordSpec
from .arrow import lists, numbers


def record_epochs(record: RecordSpec, limit: int) -> Integers | None:
    """The epochs at which runs are recorded, up to the most that any run can take. None: never."""
    if record.every is not None and limit // record.every >= MOST_RECORDS:
        reason = f"with {limit:,} epochs {limit // record.every + 1:,} records per run; at most {MOST_RECORDS:,} are allowed"
        raise SettingError(["record.every", "train.epochs"], reason, f"record.every = {record.every}")
    return due_epochs(record.every, record.points, limit)


def records_table(trajectories: Trajectories | None, first_run: int) -> pa.Table:
    """A row for each record: run, epoch, and the columns of RECORDED. No rows for None."""
    if trajectories is None:
        return RECORDS_SCHEMA.empty_table()
    there = trajectories.epoch >= 0
    columns = {**trajectories._asdict(), "run": np.broadcast_to((trajectories.run + first_run)[:, None], there.shape)}
    return pa.table([numbers(columns[field.name][there], field.type) for field in RECORDS_SCHEMA], schema=RECORDS_SCHEMA)


def weights_table(training: Training, runs: Integers, places: Integers) -> pa.Table:
    """A row for each run at these places: its layers as [units, inputs] each, whether it has biases, and its flat weights."""
    if not len(places):
        return WEIGHTS_SCHEMA.empty_table()
    bias = bool(training.biases)
    flat = [array[places].reshape(len(places), -1) for pair in _layers(training) for array in pair]
    shapes = [size for weights in training.weights for size in weights.shape[1:]]
    columns = {
        "run": numbers(runs[places], pa.int64()),
        "layers": lists(np.array([shapes] * len(places), np.int32), WEIGHTS_SCHEMA.field("layers").type),
        "bias": numbers(np.full(len(places), bias), pa.bool_()),
        "weights": lists(np.hstack(flat), WEIGHTS_SCHEMA.field("weights").type),
    }
    return pa.table(columns, schema=WEIGHTS_SCHEMA)


def _layers(training: Training) -> list[tuple[Floats, ...]]:
    if training.biases:
        return list(zip(training.weights, training.biases, strict=True))
    return [(weights,) for weights in training.weights]
