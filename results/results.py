"""`Results`: a folder of results, opened."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from backsweep import arguments
from backsweep.errors import FileError
from backsweep.extension import extended

from .analysis.names import shown_names
from .runs import Runs
from .store.schema import Session
from .store.store import Store

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from .report.contents import Contents


class Results(Runs):
    """The results of a sweep: all of its runs that are done.

    `Sweep.run` returns them, and `backsweep.open(folder)` opens them later. `last` is the session that just made some of them
    (`backsweep.results.store.schema.Session`: runs, run_epochs, and its times in seconds), None for results that were opened.

    The methods answer questions about the runs; a DataFrame for each. The examples are of these results:

    >>> import backsweep
    >>> sweep = backsweep.Sweep(
    ...     task="xor",
    ...     seeds=20,
    ...     model={"hidden": {"values": [2, 4]}, "bias": True, "init": {"low": -1.0}},
    ...     train={"lr": {"values": [0.5, 5.0]}, "epochs": 2000, "stop": {"loss": 0.1}},
    ...     record={"every": 500, "weights": True},
    ... )
    >>> results = sweep.run("runs/xor")
    >>> results.summary().shape
    (4, 9)
    """

    def __init__(self, store: Store, last: Session | None = None):
        super().__init__(store, self._all_runs)
        self.last = last

    def _all_runs(self) -> "pd.DataFrame":
        runs = self.store.read().to_pandas(use_threads=False)  # see `file_kinds.FileKind.read`
        return runs.rename(columns=shown_names(self.manifest.axes))

    def _numbers(self) -> None:
        return None

    @classmethod
    def open(cls, path: str | Path) -> "Results":
        """The results in a folder, whether the sweep is finished or not; `backsweep.open` is the same.

        path: of the folder, which is Parquet and JSON; opening it runs no code, and waits for no process that writes there.

        Raises FileError if there are no results, or none that can be read.

        >>> Results.open("runs/xor").done
        80
        """
        return cls(Store.open(arguments.path("path", path)))

    def extend(self, *, seeds: int, **options: Any) -> "Results":
        """Give every cell more seeds: train the runs that are new, into the same folder.

        seeds: how many each cell shall have in all, counted from the first seed of the sweep. options: those of `Sweep.extend`:
        data, jobs, backend, address, progress, force.

        Returns the results with all runs; these here stay as they were read. Runs keep their numbers.

        Raises SettingError if the sweep has more seeds already, or if they are listed with gaps, and what `Sweep.extend` does.

        >>> import shutil
        >>> copy = shutil.copytree("runs/xor", "runs/more", dirs_exist_ok=True)
        >>> backsweep.open(copy).extend(seeds=25).done
        100
        """
        return extended(self.path, seeds, **options)

    def report(self, path: str | Path | None = None) -> Path:
        """Write the report: one HTML file that opens without a network.

        path: of the file; None: report.html in the folder of results. A file that is there is replaced.

        Returns the path. Raises FileError if the path is that of a folder, and if it is in none.

        >>> results.report().name
        'report.html'
        """
        from .report.write import write_html  # matplotlib and Altair take a second to import; only reports need them

        path = self.path / "report.html" if path is None else arguments.path("path", path)
        if path.is_dir():
            raise FileError(path, f"a folder; the report is one file, such as {path / 'report.html'}")
        if not path.parent.is_dir():
            raise FileError(path, f"there is no folder {path.parent}")
        return write_html(self._report(), path)

    def report_markdown(self, folder: str | Path | None = None) -> Path:
        """Write the report as Markdown, with its figures (SVG) and tables (CSV, JSON, LaTeX, Markdown) as files beside it.

        folder: for all of them; None: report in the folder of results. It is made if it is not there.

        Returns the path of report.md in it. Raises FileError if a file is in its place.

        >>> results.report_markdown("paper").as_posix()
        'paper/report.md'
        """
        from .report.write import write_markdown

        place = None if folder is None else arguments.path("folder", folder)
        if place is not None and place.is_file():
            raise FileError(place, "a file is in the place of this folder")
        return write_markdown(self._report(), place)

    def _report(self) -> "Contents":
        from .analysis.shown_first import typical_run
        from .report.contents import contents

        run = typical_run(self.table)
        trajectory = None if run is None else self.trajectory(run)
        return contents(self.path, self.manifest, self.table, self.trajectories(), trajectory)

    def to_xarray(self) -> "xr.Dataset":
        """The runs as an array with named dimensions (the extra `xarray`).

        Returns a Dataset of a grid with the dimensions (setting, ..., seed), the settings' values as coordinates; of a sampled
        design with (cell, seed). outcome is int8: 0 converged, 1 diverged, 2 stalled, 3 capped, -1 not done. epochs, loss,
        accuracy and, if it was asked for, measure are float64, NaN where a run is not done.

        Raises ResultsError if xarray is not installed.

        >>> results.to_xarray().epochs.median("seed").values.tolist()
        [[1352.0, 136.5], [905.0, 102.5]]
        """
        from .export.xarray import dataset

        return dataset(self.table, self.manifest)
