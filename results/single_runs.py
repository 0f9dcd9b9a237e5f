"""What was kept of single runs, by their numbers: records, trajectories, final weights, and the networks that these make.

Weights and trajectories that a folder does not have come from training the run again, to the same bits (`backsweep.networks`).
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from backsweep import arguments
from backsweep.errors import ResultsError, SettingError
from backsweep.networks import Kept, Network, networks_of

from .arrays import Floats
from .comparisons import Comparisons
from .store.schema import Manifest
from .store.store import Store
from .store.written_spec import goals

if TYPE_CHECKING:
    import pandas as pd


class SingleRuns(Comparisons):
    """Runs of a folder, of which each can be asked for by its number."""

    def __init__(self, store: Store, read: "Callable[[], pd.DataFrame]"):
        super().__init__(read, has_rule=bool(goals(store.manifest.spec)))
        self.store = store

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
        runs = self._numbers() if runs is None else self._several("runs", runs)
        return self.store.records(runs).to_pandas(use_threads=False)  # see `file_kinds.FileKind.read`

    def _numbers(self) -> list[int] | None:
        """The numbers of these runs; None for all of the folder."""
        return self.table["run"].tolist()

    def _several(self, argument: str, runs: Collection[int]) -> list[int]:
        """The numbers of some of these runs."""
        chosen = self._numbers()
        return arguments.runs_of(argument, runs, self.manifest.runs, None if chosen is None else frozenset(chosen))

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
        """What the folder has of a run; None if it is not done."""
        found, stored = self.store.read([run]).to_pylist(), self.store.weights([run])
        if not found:
            return None
        row, layers = found[0], layers_of(stored, run) if len(stored) else ((), ())
        return Kept(row["outcome"], row["epochs"], row["loss"], *layers)

    def trajectory(self, run: int) -> "pd.DataFrame | None":
        """Each epoch's loss of a run that a report shows: columns epoch (int32) and loss (float64).

        None if it was not kept; `trajectories` has what the sweep recorded, and `backsweep replay` trains any run again.
        """
        kept = self.store.trajectories().get(self._one(run))
        return None if kept is None else kept.to_pandas(use_threads=False)

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
        if not isinstance(run, list | tuple | range | np.ndarray):
            return [self._one(run)]
        runs = self._several("run", run)
        if not 0 < len(runs) <= MOST_CURVES:
            raise SettingError(["run"], f"{len(runs)} were given; the figure loss shows 1 to {MOST_CURVES}")
        return runs


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
