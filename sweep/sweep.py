"""A sweep in Python: a spec, its plan, and running it into a folder."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from backsweep import arguments
from backsweep.backends import Backend
from backsweep.errors import BusyError

from ..kernels.lanes.arithmetic import usual_numbers
from ..results import Results
from ..results.arrays import Span
from ..results.store.manifest import MANIFEST
from ..results.store.schema import Estimate
from ..results.store.store import Store
from .described import Described
from .estimate.bounds import check_memory
from .estimate.estimate import checked_jobs, estimated
from .machine import cores
from .plan.plan import Plan, plan_of
from .progress import Progress
from .run.adopt import Source, adopt, check_sources
from .run.data_files import check_plan, other_data, spec_in
from .run.folder import another_spec, called_as_there, checked, healed, manifest_of, numbering_in, numbering_there
from .run.growth import Growth, growth_of
from .run.manner import Manner, checked_manner
from .run.prepare import prepare
from .run.replay import replay
from .run.session import train_missing
from .spec.spec import Spec, digest_of


class Sweep(Described):
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
        sweep._numbering = numbering_in(manifest)
        for key, digest in sweep._data().items():
            if digest != manifest.data[key]:
                raise other_data(spec.files[key], key, path).advising(("name their file", "data"))
        check_plan(manifest, sweep.plan(), source)
        return sweep

    @usual_numbers()
    def estimate(self, *, jobs: int | None = None, out: str | Path = ".", grown: Growth | None = None) -> Estimate:
        """What all runs would take: a sample of them is trained for up to four seconds, after the kernels are compiled.

        jobs: how many workers; None: one per core. out: the folder for the results, which need not be there yet; the speed of
        its disk counts. grown: what `growth` returns: then only the runs that are to be trained by it count.

        Returns an Estimate: seconds (of wall time), run_epochs (updates of all runs together), disk and memory (bytes), runs,
        cells, shapes (of networks) and how many of these were timed, and cut: whether runs were cut off while they were timed,
        which then are taken to use all their epochs.

        Raises SettingError if networks or data need more memory than there is.

        >>> estimate = sweep.estimate(jobs=1)
        >>> estimate.runs, estimate.shapes, estimate.seconds > 0
        (80, 2, True)
        """
        if grown is not None:
            grown = arguments.instance("grown", grown, Growth, "what `growth` returns")
        out, jobs, plan = arguments.path("out", out), checked_jobs(jobs), grown.plan if grown else self.plan()
        check_memory(plan, min(jobs, cores()))
        prepare(plan, jobs, Progress())
        return estimated(plan, grown.ahead if grown else [(0, plan.runs)], jobs, out)

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
        path, how = arguments.path("out", out), checked_manner(jobs, backend, address, progress, force)
        plan, spec = self._plan_there(path)
        store = healed(spec, plan, path, how.progress)
        missing = store.missing() if store else [(0, plan.runs)]

        def open_store() -> Store:
            return store or checked(Store.create(path, manifest_of(spec, plan, self._file, path)), spec, plan)

        return self._train(plan, missing, open_store, path, how)

    @usual_numbers()
    def extend(
        self,
        folder: str | Path,
        *,
        data: Sequence[str | Path] = (),
        jobs: int | None = None,
        backend: Backend = "threads",
        address: str | None = None,
        progress: Progress | None = None,
        force: bool = False,
    ) -> Results:
        """Extend the sweep in a folder to this one, which contains it: train what is new, and what is missing.

        folder: that of the results. Its runs stay as they are, with their numbers, and new ones get the numbers after those.
        From then on the folder is that of this sweep. Its table has the rows that this sweep has in a new folder, in their
        order, but for the numbers of runs. data: files that the folder's sweep needs, see `of_folder`. jobs, backend, address,
        progress, force: see `run`.

        This sweep contains another if it has all of its cells and seeds. So it may have more seeds, more values of an axis, an
        axis in place of a value, other tables in an axis of tables, cells that were excluded, and more points of a design that
        is drawn at random or by Sobol or Halton. The data must be the same, and so must be what is recorded.

        Returns `Results`, whose `last` is this session.

        Raises FileError if there are no results, and if this sweep does not contain theirs: it names the first difference. For
        the rest see `run` and `of_folder`.

        >>> _ = sweep.run("runs/larger")
        >>> more = backsweep.Sweep.from_dict({**sweep.spec.as_given(), "seeds": 25})
        >>> more.extend("runs/larger").done
        100
        """
        path, how = arguments.path("folder", folder), checked_manner(jobs, backend, address, progress, force)
        before, grown = Sweep.of_folder(path, data), self.growth(path, data=data)
        if not grown.extends:
            return self.run(path, jobs=jobs, backend=backend, address=address, progress=progress, force=force)
        store = healed(before.spec, before.plan(), path, how.progress) or Store.open(path)

        def open_store() -> Store:
            with store.writing():
                store.grow(grown.manifest)
            return store

        return self._train(grown.plan, [*store.missing(), *grown.new], open_store, path, how)

    @usual_numbers()
    def growth(self, folder: str | Path, *, data: Sequence[str | Path] = ()) -> Growth:
        """What extending the sweep in a folder to this one would add; nothing is trained, and nothing is written.

        folder, data: see `extend`, which says when this sweep contains another.

        Returns a Growth: kept, how many runs the sweep has, of which those in the spans missing are not done; new, the spans of
        runs that it would get; plan, that of all.

        Raises FileError as `extend` does.

        >>> backsweep.Sweep.from_dict({**sweep.spec.as_given(), "seeds": 25}).growth("runs/xor").kept
        80
        """
        path = arguments.path("folder", folder)
        before = Sweep.of_folder(path, data)
        self.plan()
        return growth_of(Store.open(path), before.plan(), self.spec, self._file)

    @usual_numbers()
    def adopt(
        self,
        folder: str | Path,
        sources: Sequence[str | Path],
        *,
        other_kernels: bool = False,
        data: Sequence[str | Path] = (),
    ) -> list[int]:
        """Take over runs of other folders into a folder of this sweep, instead of training them.

        folder: of the results; it is made if it is not there. sources: the folders that runs are taken from: those with the
        same settings, data and seed as a run that is missing here. What is recorded of runs must be the same, if anything is.
        other_kernels: take also runs that another version of the kernels trained, whose bits may differ; the manifest says
        so. data: files that the sources' sweeps need, see `of_folder`.

        Returns how many runs were taken from each source. The manifest's `adopted` says where runs come from.

        Raises FileError if a source has no results, is the folder itself, or was trained by other kernels, and what `run` does.

        >>> sweep.adopt("runs/taken", ["runs/xor"])
        [80]
        """
        path, given = arguments.path("folder", folder), arguments.paths("sources", sources)
        other_kernels = arguments.switch("other_kernels", other_kernels)
        check_sources(path, given)
        plan, spec = self._plan_there(path)
        found = [Source(Store.open(source), Sweep.of_folder(source, data).plan()) for source in given]
        store = healed(spec, plan, path, Progress()) or Store.create(path, manifest_of(spec, plan, self._file, path))
        with checked(store, spec, plan).writing():
            taken = [adopt(store, plan, source, other_kernels=other_kernels) for source in found]
            store.compact()
        return taken

    def _plan_there(self, path: Path) -> tuple[Plan, Spec]:
        """The plan and the spec with the numbers and names that a folder of this sweep has."""
        plan, spec = self.plan(), called_as_there(self.spec, path)
        numbering = numbering_there(spec, path)
        same = spec is self.spec and numbering == self._numbering
        return (plan if same else plan_of(spec, numbering)), spec

    def _train(self, plan: Plan, missing: Sequence[Span], open_store: Callable[[], Store], path: Path, how: Manner) -> Results:
        if not missing:
            return Results(open_store())
        for column in self.spec.contents.columns:
            how.progress.say(column.description)
        for remark in plan.remarks():
            how.progress.warn(remark)
        return Results(*train_missing(plan, missing, open_store, path, how))


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
