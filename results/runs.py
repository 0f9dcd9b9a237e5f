"""Some or all runs of a folder of results: their table, the findings, the figures, and what else was kept of them."""

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from backsweep import arguments
from backsweep.errors import DamageWarning, ResultsError, SettingError
from backsweep.networks import Kept, Network, networks_of

from .arrays import Floats
from .comparisons import Comparisons
from .findings import generator
from .reprs import about, html_of, html_of_summary, line_of, text_of
from .store.schema import Manifest
from .store.store import Store
from .store.written_spec import goals

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from .figures.registry import Need

MOST_RUNS = 2_000_000  # up to this many, a summary is computed just for display, in half a second


class Runs(Comparisons):
    """Runs of a sweep, chosen by `where`: tables, comparisons, figures and records of them alone."""

    def __init__(self, store: Store, read: "Callable[[], pd.DataFrame]", restricted: Mapping[str, str] = MappingProxyType({})):
        super().__init__(read)
        self.store, self.restricted = store, restricted  # settings that `where` left one value, as text

    @property
    def path(self) -> Path:
        """The folder of results that the runs are in.

        >>> results.path.name
        'xor'
        """
        return self.store.path

    @property
    def manifest(self) -> Manifest:
        """What was run, with which versions, on what, and when: what `manifest.json` in the folder says.

        Among its attributes are name, spec (a nested dict with defaults filled in), runs (how many the sweep has), axes,
        created, versions, cpu, and sessions, one per time that the sweep was worked on.

        >>> results.manifest.runs, [axis.setting for axis in results.manifest.axes]
        (80, ['model.hidden', 'train.lr'])
        """
        return self.store.manifest

    @property
    def has_rule(self) -> bool:
        """Whether the spec has a stopping rule, without which no run can count as converged.

        >>> results.has_rule
        True
        """
        return bool(goals(self.manifest.spec))

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
        each shows and needs. axes: matplotlib Axes to draw on; None: those of a figure of its own, 7.2 by 3.8 inches, which a
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

    def _network_of(self, kind: str, run: int | None, data: Sequence[str | Path]) -> Network:
        if run is None:
            raise SettingError(["run"], f"missing; the figure {kind} needs the number of a run")
        return self.network(run, data=data)

    def _losses(self, run: int | Collection[int] | None, data: Sequence[str | Path]) -> "pd.DataFrame":
        """The losses of some runs, columns run, epoch and loss: as they were recorded, or of the run trained again."""
        import pandas as pd

        runs = self._asked(run)
        recorded, kept, found = self.trajectories(runs), self.store.trajectories(), dict[int, pd.DataFrame]()
        for each in runs:
            whole = kept.get(each)
            found[each] = recorded[recorded["run"] == each] if whole is None else whole.to_pandas(use_threads=False)
        absent = [each for each in runs if found[each].empty]
        for each, network in zip(absent, self._networks(absent, data) if absent else (), strict=True):
            found[each] = pd.DataFrame(network.trajectory)
        return pd.concat([losses[["epoch", "loss"]].assign(run=each) for each, losses in found.items()])

    def _asked(self, run: int | Collection[int] | None) -> list[int]:
        """The runs whose losses are asked for; without a number all of these, if they are few."""
        from .figures.loss import MOST_CURVES

        if run is None:
            chosen = self._numbers()
            if chosen is None or not 0 < len(chosen) <= MOST_CURVES:
                reason = f"missing; the figure loss needs the number of a run, or of 1 to {MOST_CURVES} runs"
                raise SettingError(["run"], reason)
            return chosen
        if isinstance(run, int | np.integer) or not isinstance(run, list | tuple | range | np.ndarray):
            return [self._one(run)]
        chosen = self._numbers()
        runs = arguments.runs_of("run", run, self.manifest.runs, None if chosen is None else frozenset(chosen))
        if not 0 < len(runs) <= MOST_CURVES:
            raise SettingError(["run"], f"{len(runs)} were given; the figure loss shows 1 to {MOST_CURVES}")
        return runs

    def trajectories(self, runs: Collection[int] | None = None) -> "pd.DataFrame":
        """The records that `[record]` kept of runs.

        runs: their numbers; None: all of these that were recorded.

        Returns one row per run and epoch, taken before the epoch's first update, and one more at the end of the run: run
        (int64), epoch (int32), and one float64 column per entry of `backsweep.columns.RECORDED`, as loss. Empty if the sweep
        recorded nothing.

        >>> kept = results.trajectories([1])[["run", "epoch", "loss", "accuracy", "weight_norm"]]
        >>> print(kept.iloc[[0, 1, -1]].round(3).to_string(index=False))
         run  epoch  loss  accuracy  weight_norm
           1      0 0.723      0.50        1.753
           1    500 0.541      0.75        6.205
           1    924 0.100      1.00       14.540
        """
        chosen = self._numbers()
        runs = (
            chosen
            if runs is None
            else arguments.runs_of("runs", runs, self.manifest.runs, None if chosen is None else frozenset(chosen))
        )
        return self.store.records(runs).to_pandas(use_threads=False)  # see `file_kinds.FileKind.read`

    def _numbers(self) -> list[int] | None:
        """The numbers of these runs; None for all of the folder."""
        return self.table["run"].tolist()

    def _one(self, run: object) -> int:
        """The number of one of these runs."""
        return arguments.run_of("run", run, self.manifest.runs, self._numbers())

    def weights(self, run: int) -> tuple[list[Floats], list[Floats]]:
        """The final weights and biases of a run, which `[record]` keeps with `weights = true`.

        Returns two lists of float64 arrays, one per layer: weights (units, inputs), and biases (units,), the latter empty for a
        network without biases.

        Raises SettingError if there is no such run, and ResultsError if its weights were not kept.

        >>> weights, biases = results.weights(0)
        >>> [layer.shape for layer in weights], [layer.shape for layer in biases]
        ([(2, 2), (1, 2)], [(2,), (1,)])
        """
        run = self._one(run)
        return layers_of(self.store.weights([run]), run)

    def network(self, run: int, *, data: Sequence[str | Path] = ()) -> Network:
        """The network of a run, taken apart.

        run: its number, whether it is done or not. data: files of data or initial weights that the sweep needs, where they are
        now; those that are not given are looked for by their content, as `Sweep.of_folder` does.

        Its weights are those that the folder kept. If it kept none, the run is trained again, to the same bits, when something
        is asked of it; so are its trajectory and its earlier states.

        Returns a `backsweep.kernels.Network`: weights and biases per layer, predict(x) and activations(x), inputs and targets
        that it was trained on, trajectory (a dict of arrays with every epoch), and at(epochs), the network as it was then.

        Raises SettingError if there is no such run, and DataError if its data are nowhere.

        >>> network = results.network(1)
        >>> network.epochs, network.predict([[0, 0], [0, 1]]).round(1).tolist()
        (924, [[0.1], [0.9]])
        >>> network.trajectory["loss"].round(2)[[0, 100, -1]].tolist()
        [0.72, 0.69, 0.1]
        """
        return self._networks([self._one(run)], data)[0]

    def _networks(self, runs: Sequence[int], data: Sequence[str | Path] = ()) -> list[Network]:
        files = arguments.paths("data", data)
        return networks_of(self.path, runs, {run: kept for run in runs if (kept := self._kept(run))}, files)

    def _kept(self, run: int) -> Kept | None:
        """What the folder has of a run's end; None if it has no weights."""
        stored = self.store.weights([run])
        ends = self.table.loc[self.table["run"] == run, "epochs"].tolist() if len(stored) else []
        return Kept(ends[0], *layers_of(stored, run)) if ends else None

    def trajectory(self, run: int) -> "pd.DataFrame | None":
        """Each epoch's loss of a run that a report shows: columns epoch (int32) and loss (float64).

        None if it was not kept; `trajectories` has what the sweep recorded, and `backsweep replay` trains any run again.
        """
        kept = self.store.trajectories().get(self._one(run))
        return None if kept is None else kept.to_pandas(use_threads=False)

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
