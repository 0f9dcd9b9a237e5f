"""Some or all runs of a folder of results: choosing among them, findings on what matters, figures, SQL."""

import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from backsweep import arguments
from backsweep.errors import DamageWarning, ResultsError, SettingError

from .findings import generator
from .reprs import about, html_of, html_of_summary, line_of, text_of
from .single_runs import SingleRuns
from .store.store import Store

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from .figures.registry import Need

MOST_RUNS = 2_000_000  # up to this many, a summary is computed just for display, in half a second


class Runs(SingleRuns):
    """Runs of a sweep, chosen by `where`: tables, comparisons, figures and records of them alone."""

    def __init__(self, store: Store, read: "Callable[[], pd.DataFrame]", restricted: Mapping[str, str] = MappingProxyType({})):
        super().__init__(store, read)
        self.restricted = restricted  # settings that `where` left one value, as text

    @property
    def done(self) -> int:
        """How many of the sweep's runs the folder has; all of `manifest.runs`, if the sweep is finished.

        >>> results.done
        80
        """
        return self.store.done

    @property
    def damage(self) -> list[str]:
        """Damaged files that were left out of what has been read so far: one sentence per file, with the remedy.

        >>> results.damage
        []
        """
        return self.store.left_out()

    def where(self, **settings: object) -> "Runs":
        """Choose the runs that have these values of settings.

        settings: names of settings, or their last words, with one value each, as the table has or shows it. Write names with
        dots as `where(**{"model.init.mean": 0.5})`. A setting that has only one value among the chosen runs is not a column of
        their table.

        Returns `Runs`: all methods of results but those of a whole folder, `report`, `report_markdown` and `to_xarray`.

        Raises SettingError for a setting that does not vary, and for a value that no run has, or that may stand for several.

        >>> print(results.where(hidden=2).summary().iloc[:, :3].to_string(index=False))
         lr  runs  success
        0.5    20      0.6
        5.0    20      0.8
        """
        from .analysis.tables import part_of

        part, restricted = part_of(self.table, settings, self.restricted)
        return Runs(self.store, lambda: part, restricted)

    def what_matters(self, *, seed: int = 0) -> "pd.DataFrame":
        """How much of the differences between runs each setting explains.

        seed: seed of the bootstrap that gives the intervals.

        Returns one row per response and factor, the largest share first:

        - response: "success", whether a run converges; "log epochs", the logarithm of the epochs that it takes, where a run
          that does not converge counts with the epochs at which the first run was cut off;
        - factor: a setting (`lr`), two that interact (`hidden × lr`), "higher interactions", "chance" (all that
          seeds do), or "rest" (all else, on a sampled design). Settings that advance together are one factor, `lr = beta`;
        - share, share_low, share_high (float64): the share of the variance, from 0 to 1, and its 95 % interval;
        - method: "variance", for a grid; "PED-ANOVA", where at least 50 points were sampled: the share is then of what decides
          whether a point is among the best tenth.

        A response that does not vary has no rows.

        Raises ResultsError where nothing varies, where combinations or seeds are missing, where some runs lack a setting, and
        where a grid has one seed; NoAnswerError where neither response varies.

        >>> print(results.what_matters().iloc[4:6, :3].round(3).to_string(index=False))
          response factor  share
        log epochs     lr  0.650
        log epochs chance  0.296
        """
        from .analysis.designs import drawn_columns
        from .analysis.what_matters import what_matters

        return what_matters(self.table, drawn_columns(self.manifest), rng=generator(seed))

    def figure(self, kind: str, axes: "Axes | None" = None, *, style: str = "report", **options: Any) -> "Axes":
        """Draw a figure of these runs.

        kind: its name, such as "success" (a map of two settings) or "survival"; `backsweep figure --help` lists all, with what
        each shows and needs. axes: matplotlib Axes to draw on; None: those of a figure of its own, 7.2 inches wide, which a
        notebook shows. style: "report"; "paper", with serifs, for a journal; or "slide", with large letters.

        options: those of the kind, for example by = ["lr"], settings to tell apart in "survival"; row and column, the settings
        of a map; run, the number of a run, for "decision" and "loss", which takes a list too; epochs, a list of those at which
        "decision" shows the run; data, files that are needed to train a run again, as for `network`.

        Returns the Axes. `backsweep.results.figures.save(axes, "a.pdf")` writes PNG, SVG or PDF.

        Raises SettingError for an unknown kind, style or option, and ResultsError where the runs lack what the kind needs.

        >>> axes = results.figure("survival", by=["lr"])
        >>> axes.get_xlabel(), axes.get_ylabel()
        ('epochs', 'not yet converged')
        """
        from .figures import figure, kind_of

        data = options.pop("data", None)
        entry = kind_of(kind, options)
        if data is not None and not entry.trains:
            raise SettingError(["data"], f"the figure {kind} trains no run again, so it needs no files")
        sources: dict[Need, Callable[[], Any]] = {
            "table": lambda: self.table,
            "records": self.trajectories,
            "losses": lambda: self._losses(options.get("run"), data or ()),
            "network": lambda: self._network_of(kind, options.get("run"), data or ()),
            "importance": self.what_matters,
            "rng": lambda: np.random.default_rng(0),
        }
        needed = {need: sources[need]() for need in entry.needs if need not in options}
        return figure(kind, axes=axes, style=style, **needed, **options)

    def query(self, sql: str) -> "pd.DataFrame":
        """Ask these runs by SQL, with DuckDB (the extra `duckdb`).

        sql: one statement on the tables runs (the columns of `table`), records (those of `trajectories`) and weights (run,
        layers, bias, weights). A loss, accuracy or norm that is no number is NULL, as is a setting that a run does not have.

        Returns what it finds. It can read no file outside the folder, and change none.

        Raises ResultsError if DuckDB is not installed, and for what DuckDB refuses.

        >>> found = results.query("SELECT lr, count(*) AS n FROM runs WHERE outcome = 'converged' GROUP BY lr ORDER BY lr")
        >>> print(found.to_string(index=False))
         lr  n
        0.5 32
        5.0 36
        """
        from .export.duckdb import query

        arguments.instance("sql", sql, str, "text")
        return query(self.store, sql, self._numbers())

    def _about(self) -> tuple[str, list[str]]:
        head, lines = about(self.path, self.manifest.name)
        chosen = self._numbers()
        return head, lines if chosen is None else [*lines, f"{len(chosen):,} of them, chosen by where"]

    def __repr__(self) -> str:
        return text_of(*self._about())

    def _repr_html_(self) -> str:
        head, lines = self._about()
        try:
            with warnings.catch_warnings(action="ignore", category=DamageWarning):  # what is damaged is told beside it
                summary = self.summary() if 0 < self.done <= MOST_RUNS else None
        except (ResultsError, OSError) as error:
            return html_of(head, dict.fromkeys([*lines, line_of(error)]))
        return html_of(head, lines) if summary is None else html_of_summary(head, [*lines, *self.damage], summary)
