"""A folder of results, opened: its table, summary, figures and report."""

import warnings
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from backsweep.errors import DamageWarning, ResultsError

from .analysis.names import shown_names
from .arrays import Floats
from .reprs import about, html_of, html_of_summary, line_of, text_of
from .store.schema import Manifest, Session
from .store.store import Store

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes

    from .figures.registry import Need
    from .report.contents import Contents

MOST_RUNS = 2_000_000  # whose summary is made only to be looked at: half a second


class Results:
    """The runs of a sweep that are done. `last` is the session that just made some of them, if one did."""

    def __init__(self, store: Store, last: Session | None = None):
        self.store = store
        self.last = last
        self.whole = True

    @classmethod
    def open(cls, path: str | Path) -> "Results":
        """The results in a folder, whole or not. ResultsError if there are none."""
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
        """One row a run, in the order of the run number.

        The columns are those of `results.store.schema.runs_schema`, settings by their `results.analysis.names.shown_names`.
        Runs of damaged files are not in it, as if they were not done yet. A DamageWarning names each such file, and so does
        `damage`.
        """
        runs = self.store.read().to_pandas(use_threads=False)  # see `kinds.Kind.read`
        return runs.rename(columns=shown_names(self.manifest.axes))

    @property
    def damage(self) -> list[str]:
        """Files that were left out of what has been read so far, for they are damaged: a sentence each, with the remedy."""
        return self.store.left_out()

    def where(self, **settings: object) -> "Results":
        """The runs that have these values of settings, as of one optimizer, and without what then no longer varies.

        Tables, comparisons and figures of what is returned are of those runs alone; reports are of all.
        ResultsError for an unknown setting, and where no run has the values.
        """
        from .analysis.tables import part_of

        part = Results(self.store)
        part.table = part_of(self.table, settings)
        part.whole = False
        return part

    def summary(self, by: Sequence[str] | None = None) -> "pd.DataFrame":
        """See `results.analysis.tables.summary`."""
        from .analysis import tables  # with scipy and pandas a second, which a sweep that only runs does not need

        return tables.summary(self.table, by)

    def details(self, by: Sequence[str] | None = None, *, seed: int = 0) -> "pd.DataFrame":
        """See `results.analysis.summaries.detailed_summary`. seed: of the resampling that intervals come from."""
        from .analysis.summaries import detailed_summary

        return detailed_summary(self.table, by, rng=np.random.default_rng(seed))

    def best(self, by: Sequence[str] | None = None, *, seed: int = 0) -> "pd.DataFrame":
        """See `results.analysis.selection.best_on_other_seeds`. seed: of how seeds are dealt, and of the resampling."""
        from .analysis.selection import best_on_other_seeds

        return best_on_other_seeds(self.table, by, rng=np.random.default_rng(seed))

    def what_matters(self, *, seed: int = 0) -> "pd.DataFrame":
        """See `results.analysis.what_matters.what_matters`. seed: of the resampling."""
        from .analysis.designs import drawn_columns
        from .analysis.what_matters import what_matters

        return what_matters(self.table, drawn_columns(self.manifest), rng=np.random.default_rng(seed))

    def restarts(self, first: int | None = None) -> "pd.DataFrame":
        """See `results.analysis.tables.restart_report`."""
        from .analysis import tables

        return tables.restart_report(self.table, first)

    def compare(self, setting: str, first: object, second: object, *, paired: bool = True, seed: int = 0) -> "pd.DataFrame":
        """Two values of a setting, over the same seeds, or as samples: `results.analysis.comparison`. seed: of resampling."""
        from .analysis.comparison import values_of

        return _compared(*values_of(self.table, setting, first, second), None, paired, seed)

    def compare_with(
        self, other: "Results", by: Sequence[str] | None = None, *, paired: bool = True, seed: int = 0
    ) -> "pd.DataFrame":
        """Another sweep against this one, over the same seeds, or as samples; see `results.analysis.comparison`."""
        return _compared(self.table, other.table, by, paired, seed)

    def seeds_to_know(self, half_width: float, by: Sequence[str] | None = None) -> "pd.DataFrame":
        """How many runs it takes to know success within ±half_width; see `results.analysis.more_seeds`."""
        from .analysis.more_seeds import seeds_to_know

        return seeds_to_know(self.table, by, half_width=half_width)

    def seeds_to_compare(self, setting: str, first: object, second: object, *, power: float = 0.8) -> "pd.DataFrame":
        """How many seeds it takes to tell two values of a setting apart; see `results.analysis.more_seeds`."""
        from .analysis.comparison import values_of
        from .analysis.more_seeds import seeds_to_compare

        return seeds_to_compare(*values_of(self.table, setting, first, second), power=power)

    def figure(self, kind: str, axes: "Axes | None" = None, **options: Any) -> "Axes":
        """Draw one of `results.figures.FIGURES` by name, as "survival", and return its Axes; `figures.save` writes a file.

        options: those of its kind; "loss" takes run = a number whose trajectory was recorded, or is in the report.
        """
        from .figures import figure, kind_of

        sources: dict[Need, Callable[[], Any]] = {
            "table": lambda: self.table,
            "records": self.trajectories,
            "losses": lambda: self._losses(options.get("run")),
            "importance": self.what_matters,
            "rng": lambda: np.random.default_rng(0),
        }
        needed = {need: sources[need]() for need in kind_of(kind).needs if need not in options}
        return figure(kind, axes=axes, **needed, **options)

    def _losses(self, run: int | None) -> "pd.DataFrame":
        if run is None:
            raise ResultsError("run: the figure of a loss takes the number of a run")
        if not 0 <= run < self.manifest.runs:
            raise ResultsError(f"run {run}: there is none; runs are numbered 0 to {self.manifest.runs - 1}")
        kept = self.trajectory(run)
        losses = self.trajectories([run]) if kept is None else kept
        if losses.empty:
            raise ResultsError(f"run {run}: its losses were not recorded; `backsweep replay {self.path} {run}` trains it again")
        return losses

    def trajectories(self, runs: Collection[int] | None = None) -> "pd.DataFrame":
        """What the sweep recorded of these runs (None: of all that were recorded), a row for each run and epoch.

        Columns run, epoch, loss, accuracy, gradient_norm, weight_norm; all before the epoch's first update, and at the end.
        """
        if runs is None and not self.whole:
            runs = self.table["run"].tolist()
        return self.store.records(runs).to_pandas(use_threads=False)

    def weights(self, run: int) -> tuple[list[Floats], list[Floats]]:
        """The final weights of a run, (units, inputs) for each layer, and its biases, (units,). ResultsError if not kept."""
        return layers_of(self.store.weights([run]), run)

    def trajectory(self, run: int) -> "pd.DataFrame | None":
        """Columns epoch and loss of a run whose trajectory was kept, else None."""
        kept = self.store.trajectories().get(run)
        return None if kept is None else kept.to_pandas(use_threads=False)

    def report(self, path: str | Path | None = None) -> Path:
        """Write the report, one HTML file (default: report.html in the folder), and return its path."""
        from .report import write_html  # matplotlib and Altair take a second to import; only reports need them

        self._refuse_part()
        path = self.path / "report.html" if path is None else Path(path)
        if path.is_dir():
            raise ResultsError(f"{path}: a folder; the report is one file, such as {path / 'report.html'}")
        return write_html(self._report(), path)

    def report_markdown(self, folder: str | Path | None = None) -> Path:
        """Write the report as Markdown into a folder (default: report in the folder), figures and tables beside it."""
        from .report import write_markdown

        self._refuse_part()
        return write_markdown(self._report(), None if folder is None else Path(folder))

    def _report(self) -> "Contents":
        from .analysis.tables import typical_run
        from .report.contents import contents

        run = typical_run(self.table)
        trajectory = None if run is None else self.trajectory(run)
        return contents(self.path, self.manifest, self.table, self.trajectories(), trajectory)

    def _refuse_part(self) -> None:
        if not self.whole:
            raise ResultsError("a report is of all runs of a folder, not of those that `where` has chosen")

    def to_xarray(self) -> "xr.Dataset":
        """See `results.export.xarray.dataset`."""
        from .export.xarray import dataset

        if not self.whole:
            raise ResultsError("a dataset is of all runs of a folder; its own `sel` chooses among them")
        return dataset(self.table, self.manifest)

    def query(self, sql: str) -> "pd.DataFrame":
        """See `results.export.duckdb.query`."""
        from .export.duckdb import query

        return query(self.store, sql)

    def __repr__(self) -> str:
        return text_of(*about(self.path, self.manifest.name))

    def _repr_html_(self) -> str:
        head, lines = about(self.path, self.manifest.name)
        try:
            with warnings.catch_warnings(action="ignore", category=DamageWarning):  # what is damaged is told beside it
                summary = self.summary() if 0 < self.done <= MOST_RUNS else None
        except (ResultsError, OSError) as error:
            return html_of(head, dict.fromkeys([*lines, line_of(error)]))
        return html_of(head, lines) if summary is None else html_of_summary(head, [*lines, *self.damage], summary)


def _compared(
    first: "pd.DataFrame", second: "pd.DataFrame", by: Sequence[str] | None, paired: bool, seed: int
) -> "pd.DataFrame":
    from .analysis.comparison import compare_sweeps, compare_unpaired

    if paired:
        return compare_sweeps(first, second, by, rng=np.random.default_rng(seed))
    return compare_unpaired(first, second, by)


def layers_of(kept: pa.Table, run: int) -> tuple[list[Floats], list[Floats]]:
    """The weights and biases of one run, out of a table of `WEIGHTS_SCHEMA`."""
    if not len(kept):
        raise ResultsError(f"run {run}: its final weights were not kept; record = {{ weights = true }} keeps them")
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
