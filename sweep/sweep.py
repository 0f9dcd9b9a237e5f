"""A sweep in Python: a spec, its plan, and running it into a folder."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict, Unpack

from backsweep import arguments
from backsweep.backends import BACKENDS, Backend
from backsweep.errors import BacksweepError, BusyError

from ..kernels.lanes.arithmetic import usual_numbers
from ..results import Results
from ..results.arrays import Integers
from ..results.reprs import html_of, text_of
from ..results.store.manifest import MANIFEST
from ..results.store.schema import Estimate
from ..results.store.store import Store
from .estimate.bounds import check_memory
from .estimate.estimate import checked_jobs, estimated
from .machine import cores
from .plan.outline import sweep_lines
from .plan.plan import Plan, plan_of
from .progress import Progress
from .run.data_files import check_plan, other_data, spec_in
from .run.folder import another_spec, called_as_there, checked, healed, manifest_of
from .run.prepare import prepare
from .run.replay import replay
from .run.session import train_missing
from .run.workers import workers
from .spec.plain_data import toml_text
from .spec.spec import Spec, digest_of


class SpecKeywords(TypedDict, total=False):
    """What a spec says, by keywords; docs/spec.md is their reference."""

    name: str
    task: str | Mapping[str, Any]
    seeds: int | Sequence[int] | Mapping[str, int] | Integers
    model: Mapping[str, Any]
    train: Mapping[str, Any]
    record: Mapping[str, Any]
    design: Mapping[str, Any]
    exclude: Sequence[Mapping[str, Any]]


class Sweep:
    """Every combination of a spec's axes, times its seeds.

    The keywords are the keys of a TOML file, which docs/spec.md explains:

    - task: what the networks learn: a name, such as "xor", or a dict with a name or a file, and more;
    - seeds: how many, counted from 0; a list of seeds; or {"start": ..., "count": ...}. The same in every cell;
    - model: the network, its biases and initial weights; train: optimizer, learning rate, loss, epochs, stopping rule;
    - record: what to keep of runs beside their rows; design: how sampled axes are drawn; exclude: cells to leave out;
    - name: that tables and reports show.

    A dict such as {"values": [0.1, 1.0]} or {"log": [0.01, 10.0], "n": 25} in place of a value is an axis. NumPy's scalars
    count as numbers, and its arrays, tuples and ranges as lists. `spec` holds the checked spec, a frozen `Spec`.

    Raises SettingError, which says what is wrong, where, and what is allowed.

    >>> import backsweep
    >>> train = {"lr": {"values": [0.1, 1.0]}, "epochs": 500, "stop": {"loss": 0.1}}
    >>> sweep = backsweep.Sweep(task="xor", seeds=100, train=train)
    >>> sweep.plan().runs, sweep.spec.train.epochs
    (200, 500)
    """

    # All is read, planned and run in the usual arithmetic, whatever the caller has set: numbers in texts depend on it too.
    spec: Spec
    _source: str
    _file: Path | None = None

    @usual_numbers()
    def __init__(self, **settings: Unpack[SpecKeywords]):
        self._hold(Spec.parse(settings), "spec")

    def _hold(self, spec: Spec, source: str) -> "Sweep":
        self.spec, self._source = spec, source
        return self

    @classmethod
    def of_spec(cls, spec: Spec, source: str = "spec") -> "Sweep":
        """The sweep of a spec that is there already.

        spec: a `backsweep.sweep.Spec`. source: what errors say it was read from.

        >>> backsweep.Sweep.of_spec(sweep.spec).plan().cells
        4
        """
        spec = arguments.instance("spec", spec, Spec, "a backsweep.sweep.Spec")
        return cls.__new__(cls)._hold(spec, arguments.instance("source", source, str, "text"))

    @classmethod
    @usual_numbers()
    def from_toml(cls, path: str | Path) -> "Sweep":
        """The sweep that a TOML file describes.

        path: of the file. Files of data that it names lie beside it. It is named after the file, unless it has a name.

        Raises SettingError if there is no such file, and for what is wrong in it: the key, the value, what is allowed.

        >>> from pathlib import Path
        >>> _ = Path("xor.toml").write_text('task = "xor"\\nseeds = 3\\n')
        >>> backsweep.Sweep.from_toml("xor.toml").plan().runs
        3
        """
        file = arguments.path("path", path)
        sweep = cls.of_spec(Spec.read(file), str(file))
        sweep._file = file
        return sweep

    @classmethod
    @usual_numbers()
    def from_dict(cls, table: Mapping[str, Any]) -> "Sweep":
        """The sweep that a nested dict describes, as TOML would give it.

        table: the keys of `Sweep` and their values.

        Raises SettingError for what is wrong in it.

        >>> backsweep.Sweep.from_dict({"task": "xor", "seeds": 3}).plan().runs
        3
        """
        arguments.instance("table", table, Mapping, "a dict")
        return cls.of_spec(Spec.parse(table))

    @classmethod
    @usual_numbers()
    def of_folder(cls, path: str | Path, data: Sequence[str | Path] = ()) -> "Sweep":
        """The sweep whose results are in a folder, finished or not.

        path: of the folder. data: files of data or initial weights that the sweep needs, where they are now. Those that are not
        given are looked for by their content: where they were, beside the results, beside the spec, in the current folder.

        Raises FileError if there are no results, and DataError if a file is nowhere, or if its data are not those of the
        results.

        >>> backsweep.Sweep.of_folder("runs/xor").spec == sweep.spec
        True
        """
        path, files = arguments.path("path", path), arguments.paths("data", data)
        manifest, source = Store.open(path).manifest, str(path / MANIFEST)
        spec = spec_in(manifest, path, files)
        sweep = cls.of_spec(spec, source)
        if digest_of(spec.canonical(manifest.data)) != manifest.spec_hash:
            raise another_spec(path / MANIFEST, spec)
        for key, digest in sweep._data().items():
            if digest != manifest.data[key]:
                raise other_data(spec.files[key], key, path).advising(("name their file", "data"))
        check_plan(manifest, sweep.plan(), source)
        return sweep

    def to_toml(self) -> str:
        """TOML of the same sweep, for `from_toml` and `backsweep run`.

        Returns what was given, without defaults, and the name.

        >>> print(backsweep.Sweep(task="xor", seeds=3).to_toml())
        name = "sweep"
        task = "xor"
        seeds = 3
        <BLANKLINE>
        """
        return toml_text(self.spec.as_given())

    def __repr__(self) -> str:
        return text_of(*sweep_lines(self.spec))

    def _repr_html_(self) -> str:
        return html_of(*sweep_lines(self.spec))

    def _data(self) -> dict[str, str]:
        try:
            return self.spec.data
        except BacksweepError as error:
            raise error.inside(self._source) from None

    @usual_numbers()
    def plan(self) -> Plan:
        """Which runs there are, with which settings; nothing is trained.

        Returns a Plan. Among what it has are runs and cells, how many there are; outline, a line on their number and one per
        axis; and remarks(), a list of what may be a mistake: rules that can never hold, odd data. It is made once.

        Raises SettingError if axes that are each right do not go together, and DataError if a file of data cannot be used.

        >>> plan = sweep.plan()
        >>> plan.runs, plan.cells, plan.remarks()
        (80, 4, [])
        """
        try:
            return plan_of(self.spec)
        except BacksweepError as error:
            raise error.inside(self._source) from None

    @usual_numbers()
    def estimate(self, *, jobs: int | None = None, out: str | Path = ".") -> Estimate:
        """What all runs would take: a sample of them is trained for up to four seconds, after the kernels are compiled.

        jobs: how many workers; None: one per core. out: the folder for the results, which need not be there yet; the speed of
        its disk counts.

        Returns an Estimate: seconds (of wall time), run_epochs (updates of all runs together), disk and memory (bytes), runs,
        cells, shapes (of networks) and how many of these were timed, and cut: whether runs were cut off while they were timed,
        which then are taken to use all their epochs.

        Raises SettingError if networks or data need more memory than there is.

        >>> estimate = sweep.estimate(jobs=1)
        >>> estimate.runs, estimate.shapes, estimate.seconds > 0
        (80, 2, True)
        """
        out, jobs, plan = arguments.path("out", out), checked_jobs(jobs), self.plan()
        check_memory(plan, min(jobs, cores()))
        prepare(plan, jobs, Progress())
        return estimated(plan, [(0, plan.runs)], jobs, out)

    @usual_numbers()
    def run(
        self,
        out: str | Path,
        *,
        jobs: int | None = None,
        backend: Backend = "threads",
        address: str | None = None,
        progress: Progress | None = None,
        force: bool = False,
    ) -> Results:
        """Train the runs that are missing in a folder, and open it.

        out: the folder; it is made if it is not there. Runs that are there are not repeated, unless they are damaged, so the
        same call continues a sweep that was interrupted. jobs: how many workers; None: one per core. backend: "threads",
        "processes", "dask" or "ray". address: of the cluster's scheduler for dask and ray; None: they start one on this
        machine. progress: a `backsweep.sweep.progress.Progress`, which is told how it goes; None: nothing is shown. force: go
        on although the disk seems too small, or the time longer than ten years.

        Returns `Results`, whose `last` is this session.

        Raises FileError if `out` holds the results of another spec; SettingError if no cluster answers, and if networks or
        data need more memory than there is; DataError as `plan` does. Without `force`, ResultsError if the disk is too small,
        and SettingError if the time is too long.

        >>> results = sweep.run("runs/xor")
        >>> results.done, results.last  # all was done already
        (80, None)
        """
        path, jobs, force = arguments.path("out", out), checked_jobs(jobs), arguments.switch("force", force)
        backend = arguments.one_of("backend", backend, BACKENDS)
        address = None if address is None else arguments.instance("address", address, str, "text")
        progress = Progress() if progress is None else arguments.instance("progress", progress, Progress, "a Progress")
        plan, spec = self.plan(), called_as_there(self.spec, path)
        if spec is not self.spec:
            plan = plan_of(spec)
        store = healed(spec, plan, path, progress)
        missing = store.missing() if store else [(0, plan.runs)]
        if store and not missing:
            return Results(store)
        self._report_data(plan, progress)

        def open_store() -> Store:
            return store or checked(Store.create(path, manifest_of(spec, plan, self._file, path)), spec, plan)

        with workers(backend, jobs, address) as found:
            trained = train_missing(plan, missing, open_store, found, path=path, jobs=jobs, progress=progress, force=force)
        return Results(*trained)

    def _report_data(self, plan: Plan, progress: Progress) -> None:
        """Say what inputs and targets are, and what is odd about them or the rules, before anything is trained."""
        for column in self.spec.contents.columns:
            progress.say(column.description)
        for remark in plan.remarks():
            progress.warn(remark)


def keep_typical_trajectory(results: Results, data: Sequence[Path] = ()) -> None:
    """Train the run that reports show once more, and keep the loss of each of its epochs beside the results.

    While another process writes there, nothing is kept, and the report goes without. data: see `Sweep.of_folder`.
    """
    from ..results.analysis.shown_first import typical_run  # with scipy and pandas a second; only reports need it

    run = typical_run(results.table)
    if run is not None and run not in results.store.trajectories():
        trajectory = replay(Sweep.of_folder(results.path, data).plan(), run).trajectory
        with suppress(BusyError), results.store.writing():
            results.store.append_trajectory(run, trajectory)
