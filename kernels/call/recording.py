"""Records of runs while they train: which epochs of which runs are recorded, and the recorded values."""

from collections import namedtuple

import numpy as np

from backsweep.columns import RECORDED
from backsweep.errors import SettingError

from ..memory import RECORDED_ROW, Record
from .arguments import numbers

Trajectories = namedtuple("Trajectories", ["run", "epoch", *RECORDED])  # pyright: ignore[reportUntypedNamedTuple]
Trajectories.__doc__ = "\n".join(
    [
        "Records of some runs, one row per run: at the epochs asked for and at the end, then nothing.",
        "",
        "run: int64 (rows,): its place among the runs, flattened.",
        "epoch: int32 (rows, times): passes over the data before the record, -1 where nothing was recorded.",
        *(
            f"{name}: {column.dtype} (rows, times), NaN where nothing was recorded. {column.words}"
            for name, column in RECORDED.items()
        ),
    ]
)


def plan_records(runs: int, limit: int, at, of) -> Record:
    """Memory for the records of the runs `of` (places, or None for all) at the epochs `at` up to `limit` (None: no records)."""
    if at is None:
        return _room(np.zeros(0, np.int64), np.full(runs, -1), 0)
    epochs = numbers("record_at", at)
    if epochs.ndim != 1 or not _whole(epochs) or np.any(np.diff(epochs, prepend=-1) <= 0):
        raise SettingError(("record_at",), "must be epochs in ascending order, at least 0")
    places = np.arange(runs) if of is None else numbers("record_runs", of)
    if (
        places.ndim != 1
        or not _whole(places)
        or np.any((places < 0) | (places >= runs))
        or len(np.unique(places)) < len(places)
    ):
        raise SettingError(("record_runs",), f"must be places from 0 to {runs - 1}, each at most once")
    row = np.full(runs, -1)
    row[places.astype(np.int64)] = np.arange(len(places))
    return _room(epochs[epochs <= limit].astype(np.int64), row, len(places))


def _whole(values: np.ndarray) -> bool:
    return bool(np.all(values == np.floor(values)))


def _room(at: np.ndarray, row: np.ndarray, count: int) -> Record:
    shape = count, len(at) + 1
    values = np.empty(shape, RECORDED_ROW)
    for name in RECORDED:  # filling whole rows at once takes NumPy five times as long
        values[name] = np.nan
    return Record(at=at, row=row.astype(np.int64), values=values, epoch=np.full(shape, -1, np.int32))


def trajectories_of(record: Record) -> Trajectories:
    """The records, without the times at which nothing was recorded."""
    used = int(np.max((record.epoch >= 0).sum(axis=1), initial=0))
    run = np.flatnonzero(record.row >= 0)
    order = np.argsort(record.row[run])
    values = {name: record.values[name][:, :used] for name in RECORDED}
    return Trajectories(run=run[order], epoch=record.epoch[:, :used], **values)
