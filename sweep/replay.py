"""Runs again, one by one: with their whole trajectory, or only to see that every bit is the same."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..kernels import Training, train
from ..results.arrays import Booleans
from ..results.errors import InputError
from ..results.names import shown_names
from .batch import table_of
from .plan import Plan
from .records import records_table

if TYPE_CHECKING:
    import pandas as pd


class Replay(NamedTuple):
    """One run, trained again: its row, the weights at the end, and what was recorded before each epoch and at the end."""

    row: pa.Table
    training: Training
    trajectory: pa.Table


def replay(plan: Plan, run: int) -> Replay:
    """Train one run of a plan again. InputError if there is no such run."""
    if not 0 <= run < plan.runs:
        raise InputError(f"run {run}: there is none; the runs are 0 to {plan.runs - 1}")
    runs = np.array([run])
    training = train(**plan.arguments(runs))
    # Recorded in a second go, when it is known how long it is: its limit, for which room would be made, may be billions.
    at = np.arange(int(training.epochs[0]) + 1)
    again = train(**plan.arguments(runs), keep_weights=False, record_at=at)
    row = table_of(plan, runs, training)
    shown = shown_names(plan.axes)
    row = row.rename_columns([shown.get(name, name) for name in row.column_names])
    return Replay(row, training, records_table(again.trajectories, run).drop_columns(["run"]))


def differences(plan: Plan, table: "pd.DataFrame") -> list[str]:
    """Train the runs of these rows again; a sentence for each value of theirs that is not the same to the last bit."""
    found: list[str] = []
    shape = np.array([plan.shape_of(run) for run in table["run"]])
    for number in np.unique(shape):
        stored = table[shape == number]
        runs = stored["run"].to_numpy()
        again = table_of(plan, runs, train(**plan.arguments(runs), keep_weights=False)).to_pandas()
        again = again.rename(columns=shown_names(plan.axes))
        for name in again.columns:
            before, after = np.asarray(stored[name]), np.asarray(again[name])
            unequal = np.flatnonzero(~_same_bits(before, after))
            found += [f"run {runs[i]}: {name} is {after[i]!r}, the folder has {before[i]!r}" for i in unequal]
    return found


def _same_bits(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Booleans:
    if a.dtype == np.float64:
        return a.view(np.int64) == b.view(np.int64)
    return (a == b) | ((a != a) & (b != b))  # a name that a run has not is NaN
