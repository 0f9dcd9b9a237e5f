"""Records of runs while they train: which epochs of which runs are recorded, and the recorded values."""

from collections import namedtuple

import numpy as np

from backsweep.arguments import numbers
from backsweep.columns import RECORDED
from backsweep.errors import SettingError
from backsweep.ranges import ANY_COUNT, Range

from ..memory import RECORDED_ROW, Record

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
        if of is not None:
            raise SettingError(["record_runs"], "nothing is recorded of these runs; give record_at too", value=of)
        return _room(np.zeros(0, np.int64), np.full(runs, -1), 0)
    epochs = numbers("record_at", at, ANY_COUNT)
    if epochs.ndim != 1 or np.any(np.diff(epochs, prepend=-1) <= 0):
        raise SettingError(["record_at"], "must be a list of epochs in ascending order", value=at)
    allowed = Range(f"a place from 0 to {runs - 1}", 0, runs - 1, whole=True)
    places = np.arange(runs) if of is None else numbers("record_runs", of, allowed)
    if places.ndim != 1 or len(np.unique(places)) < len(places):
        raise SettingError(["record_runs"], f"must be a list, each member {allowed.words} and there once", value=of)
    row = np.full(runs, -1)
    row[places.astype(np.int64)] = np.arange(len(places))
    return _room(epochs[epochs <= limit].astype(np.int64), row, len(places))


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
