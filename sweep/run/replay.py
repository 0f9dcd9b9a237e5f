"""Trains single runs again: with their whole trajectory, or only to check that every bit is the same."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from backsweep import arguments

from ...kernels import Training, train_flat
from ...results.analysis.names import shown_names
from ...results.arrays import Integers
from ...results.store.schema import RECORDS_SCHEMA, WEIGHTS_SCHEMA
from ...results.store.store import Store
from ..estimate.pace import MOST_NUMBERS, numbers
from ..plan.batch import table_of
from ..plan.plan import Plan
from ..plan.records import records_table, weights_table
from .bit_differences import record_differences, row_differences, weight_differences

if TYPE_CHECKING:
    import pandas as pd


class Replay(NamedTuple):
    """One run, trained again: its row, its final weights, and what was recorded before each epoch and at the end."""

    row: pa.Table
    training: Training
    trajectory: pa.Table

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The final weights w1 (units, inputs), b1 (units,), w2, ..., as in files of initial weights, and the trajectory.

        That is epoch, int32 (epochs + 1,), and float64 (epochs + 1,) loss, accuracy, gradient_norm and weight_norm.
        """
        layers = {"w": self.training.weights, "b": self.training.biases}
        weights = {f"{letter}{k}": layer[0] for letter, each in layers.items() for k, layer in enumerate(each, 1)}
        return {**weights, **{name: self.trajectory[name].to_numpy() for name in self.trajectory.column_names}}


def replay(plan: Plan, run: int) -> Replay:
    """Train one run of a plan again. SettingError if there is no such run."""
    run = arguments.run_of("run", run, plan.runs)
    runs = np.array([run])
    training = train_flat(**plan.arguments(runs))
    # A second training records it, now that its length is known: memory up to its limit could mean billions of records.
    at = np.arange(int(training.epochs[0]) + 1)
    again = train_flat(**plan.arguments(runs), keep_weights=False, record_at=at)
    row = table_of(plan, runs, training)
    shown = shown_names(plan.axes)
    row = row.rename_columns([shown.get(name, name) for name in row.column_names])
    return Replay(row, training, records_table(again.trajectories, run).drop_columns(["run"]))


def differences(plan: Plan, table: "pd.DataFrame", store: Store | None = None) -> list[str]:
    """Train the runs of these rows again. Returns a sentence for each value that is not the same to the last bit.

    store: the store with their records and final weights, which are then compared too.
    """
    shapes = np.array([plan.shape_of(run) for run in table["run"]], int)
    if store is None:
        return list(_differences(plan, table, shapes, None))
    found: list[str] = []
    each = {shape: numbers(plan, plan.shapes()[shape][0]) for shape in set(shapes.tolist())}
    portions = np.cumsum([each[shape] for shape in shapes]) // MOST_NUMBERS  # runs whose numbers fit in memory together
    for portion in np.unique(portions):
        found += _differences(plan, table[portions == portion], shapes[portions == portion], store)
    return found


def _differences(plan: Plan, rows: "pd.DataFrame", shapes: Integers, store: Store | None) -> Iterator[str]:
    records, weights = [RECORDS_SCHEMA.empty_table()], [WEIGHTS_SCHEMA.empty_table()]
    for shape in np.unique(shapes):
        stored = rows[shapes == shape]
        runs = stored["run"].to_numpy()
        recorded = np.array([plan.recorded((run, run + 1)).size > 0 for run in runs]) & (store is not None)
        places = np.flatnonzero(recorded)
        at = plan.record_at if len(places) else None
        kept = bool(len(places)) and plan.spec.record.weights
        training = train_flat(
            **plan.arguments(runs), keep_weights=kept, record_at=at, record_runs=None if at is None else places
        )
        again = table_of(plan, runs, training).to_pandas().rename(columns=shown_names(plan.axes))
        yield from row_differences(again, stored)
        if training.trajectories:
            records.append(records_table(training.trajectories._replace(run=runs[training.trajectories.run]), 0))
        if kept:
            weights.append(weights_table(training, runs, places))
    if store is not None:
        runs = rows["run"].to_numpy()
        yield from record_differences(pa.concat_tables(records), store.records(runs))
        yield from weight_differences(pa.concat_tables(weights), store.weights(runs))
