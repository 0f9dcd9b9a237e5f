"""Sentences about every value that differs, by at least a bit, between a folder and what was trained again."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ...results.arrays import Booleans
from ...results.store.schema import LATER

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]


def row_differences(again: "pd.DataFrame", stored: "pd.DataFrame") -> Iterator[str]:
    """Compare the rows of the same runs, in the same order."""
    runs = stored["run"].tolist()
    for name in (name for name in again.columns if name not in LATER or stored[name].notna().any()):
        yield from _unlike(np.asarray(again[name]), np.asarray(stored[name]), lambda i, name=name: f"run {runs[i]}: {name}")


def record_differences(again: pa.Table, stored: pa.Table) -> Iterator[str]:
    """Compare the records of the same runs."""
    new, kept = _records(again), _records(stored)
    for run in sorted({*new, *kept}):
        epochs = new.get(run, {}).get("epoch", np.zeros(0))
        kept_epochs = kept.get(run, {}).get("epoch", np.zeros(0))
        if not np.array_equal(epochs, kept_epochs):
            yield f"run {run}: {len(epochs)} records, the folder has {len(kept_epochs)}, or of other epochs"
            continue
        for name in kept[run]:
            place = f"run {run}: {name} at epoch "
            yield from _unlike(new[run][name], kept[run][name], lambda i, place=place, epochs=epochs: f"{place}{epochs[i]}")


def weight_differences(again: pa.Table, stored: pa.Table) -> Iterator[str]:
    """Compare the final weights of the same runs."""
    new, kept = _weights(again), _weights(stored)
    for run in sorted({*new, *kept}):
        shape, weights = new.get(run, ("none", np.zeros(0)))
        kept_shape, kept_weights = kept.get(run, ("none", np.zeros(0)))
        if shape != kept_shape or len(weights) != len(kept_weights):
            yield f"run {run}: {len(weights)} weights, {shape}, the folder has {len(kept_weights)}, {kept_shape}"
        else:
            yield from _unlike(weights, kept_weights, lambda i, run=run: f"run {run}: weight {i}")


def _records(table: pa.Table) -> dict[int, dict[str, Array]]:
    """The columns of each run's records, in the order of the epochs."""
    there = [name for name in table.column_names if name not in LATER or table.column(name).null_count < len(table)]
    columns = {name: table.column(name).to_numpy() for name in there}
    order = np.lexsort((columns["epoch"], columns["run"]))
    runs, starts = np.unique(columns.pop("run")[order], return_index=True)
    places = np.split(order, starts[1:]) if len(runs) else []
    return {run: {name: values[at] for name, values in columns.items()} for run, at in zip(runs.tolist(), places, strict=True)}


def _weights(table: pa.Table) -> dict[int, tuple[str, Array]]:
    """The layers of each run, as text, and all its numbers."""
    columns = (table.column(name) for name in table.column_names)
    return {
        run.as_py(): (f"layers {layers.as_py()}{' with biases' * bool(bias.as_py())}", np.asarray(weights.values))
        for run, layers, bias, weights in zip(*columns, strict=True)
    }


def _unlike(after: Array, before: Array, called: Callable[[int], str]) -> Iterator[str]:
    for i in np.flatnonzero(~_same_bits(after, before)).tolist():
        yield f"{called(i)} is {_shown(after[i])}, the folder has {_shown(before[i])}"


def _same_bits(a: Array, b: Array) -> Booleans:
    if a.dtype == b.dtype == np.float64:
        return a.view(np.int64) == b.view(np.int64)
    return (a == b) | ((a != a) & (b != b))  # a name that a run lacks is NaN


def _shown(value: Any) -> str:
    """A value as text; NaN with its bits, because there are many NaNs."""
    if isinstance(value, np.float64) and np.isnan(value):
        return f"nan ({value.view(np.uint64):#x})"
    return repr(value.item() if isinstance(value, np.generic) else value)
