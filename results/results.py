"""A folder of results, opened: its table, summary, figures and report."""

from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from .errors import InputError
from .schema import Manifest, Session
from .store import Store

if TYPE_CHECKING:
    import pandas as pd


class Results:
    """The runs of a sweep that are done. `last` is the session that just made some of them, if one did."""

    def __init__(self, store: Store, last: Session | None = None):
        self.store = store
        self.last = last

    @classmethod
    def open(cls, path: str | Path) -> "Results":
        """The results in a folder, whole or not. InputError if there are none."""
        return cls(Store.open(path))

    @property
    def path(self) -> Path:
        """The folder."""
        return self.store.path

    @property
    def manifest(self) -> Manifest:
        """What was run, with which versions, on what, and when."""
        return self.store.manifest

    @property
    def done(self) -> int:
        """How many of the sweep's runs are here."""
        return self.store.done

    @cached_property
    def table(self) -> "pd.DataFrame":
        """One row a run, in the order of the run number; the columns are those of `results.schema.runs_schema`."""
        return self.store.read().to_pandas()

    def summary(self, by: Sequence[str] | None = None) -> "pd.DataFrame":
        """See `results.tables.summary`."""
        from . import tables  # with scipy and pandas a second, which a sweep that only runs does not need

        return tables.summary(self.table, by)

    def trajectories(self, runs: Collection[int] | None = None) -> "pd.DataFrame":
        """What the sweep recorded of these runs (None: of all that were recorded), a row for each run and epoch.

        Columns run, epoch, loss, accuracy, gradient_norm, weight_norm; all before the epoch's first update, and at the end.
        """
        return self.store.records(runs).to_pandas()

    def weights(self, run: int) -> "tuple[list[np.ndarray], list[np.ndarray]]":
        """The final weights of a run, (units, inputs) for each layer, and its biases, (units,). InputError if not kept."""
        return layers_of(self.store.weights([run]), run)

    def trajectory(self, run: int) -> "pd.DataFrame | None":
        """Columns epoch and loss of a run whose trajectory was kept, else None."""
        kept = self.store.trajectories().get(run)
        return None if kept is None else kept.to_pandas()

    def report(self, path: str | Path | None = None) -> Path:
        """Write the report, one HTML file (default: report.html in the folder), and return its path."""
        from .report import write_report  # matplotlib takes a second to import; only reports need it

        path = self.path / "report.html" if path is None else Path(path)
        if path.is_dir():
            raise InputError(f"{path}: a folder; the report is one file, such as {path / 'report.html'}")
        return write_report(self, path)

    def __repr__(self) -> str:
        return f"<Results {str(self.path)!r}: {self.manifest.name}, {self.done:,} of {self.manifest.runs:,} runs>"


def layers_of(kept: pa.Table, run: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The weights and biases of one run, out of a table of `WEIGHTS_SCHEMA`."""
    if not len(kept):
        raise InputError(f"run {run}: its final weights were not kept; record = {{ weights = true }} keeps them")
    row = kept.to_pylist()[0]
    weights, biases, at = [], [], 0
    flat, shapes = np.array(row["weights"]), np.array(row["layers"]).reshape(-1, 2)
    for units, inputs in shapes.tolist():
        weights.append(flat[at : at + units * inputs].reshape(units, inputs))
        at += units * inputs
        if row["bias"]:
            biases.append(flat[at : at + units])
            at += units
    return weights, biases
