"""A sweep from Python: a spec, its plan, and running it into a folder."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict, Unpack

from backsweep.errors import BacksweepError, BusyError

from ..kernels import SOURCES_HASH
from ..kernels.lanes.arithmetic import usual_numbers
from ..results import Results
from ..results.arrays import Integers
from ..results.reprs import html_of, text_of
from ..results.store.manifest import MANIFEST, has_manifest
from ..results.store.schema import MOST_REMARKS, Estimate, Manifest
from ..results.store.store import Store
from ..results.store.swept import swept_axes
from .estimate.bounds import check_memory, check_years
from .estimate.estimate import MOST_SECONDS, checked_jobs, free_bytes, outlook
from .machine import cores, cpu_name, now, versions
from .plan.outline import sweep_lines
from .plan.plan import Plan, plan_of
from .progress import Progress
from .run.backends import BACKENDS, Backend, workers
from .run.execute import execute
from .run.found import (
    called_as_in,
    check_plan,
    kept_beside,
    other_data,
    recorded,
    spec_as_recorded,
    spec_in,
    with_files,
    written_in,
)
from .run.prepare import prepare
from .run.replay import replay
from .spec.spec import Spec, digest_of
from .spec.written import toml_text
from .text import in_toml, size

ANOTHER_SPEC = "damaged (the spec in it is not the one that was run: its hash is another)"
OR_MOVED = (
    "; or the start files of one name have moved, which earlier versions called by their whole paths: bring them back "
    "to where they were, or run the spec into another folder"
)


class Settings(TypedDict, total=False):
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

    By keywords as a TOML file has them, `Sweep(task="xor", seeds=100, train={"lr": {"values": [0.1, 1.0]}})`: the same spec.
    NumPy's scalars count as numbers; its arrays, tuples and ranges as lists. BacksweepError says what is wrong, and where.

    All is read, planned and run in the usual arithmetic, whatever the caller has set: numbers in texts depend on it too.
    """

    spec: Spec
    _source: str
    _file: Path | None = None

    @usual_numbers()
    def __init__(self, **settings: Unpack[Settings]):
        self._hold(Spec.parse(settings), "spec")

    def _hold(self, spec: Spec, source: str) -> "Sweep":
        self.spec, self._source = spec, source
        return self

    @classmethod
    def of_spec(cls, spec: Spec, source: str = "spec") -> "Sweep":
        """The sweep of a spec. source: what errors say it was read from."""
        return cls.__new__(cls)._hold(spec, source)

    @classmethod
    @usual_numbers()
    def from_toml(cls, path: str | Path) -> "Sweep":
        """The sweep that a TOML file describes. BacksweepError says what is wrong in it, and where."""
        sweep = cls.of_spec(Spec.read(path), str(path))
        sweep._file = Path(path)
        return sweep

    @classmethod
    @usual_numbers()
    def from_dict(cls, table: Mapping[str, Any]) -> "Sweep":
        """The sweep that a nested dict describes, as TOML would give it. BacksweepError says what is wrong, and where."""
        return cls.of_spec(Spec.parse(_a_dict(table)))

    @classmethod
    @usual_numbers()
    def of_folder(cls, path: str | Path, data: Sequence[str | Path] = ()) -> "Sweep":
        """The sweep whose results, perhaps not all, are in a folder. data: files that it names, where they are now.

        Others are looked for as `found` says. BacksweepError if one is nowhere, or its data are not those of the results.
        """
        manifest, source = Store.open(path).manifest, str(Path(path) / MANIFEST)
        spec = spec_in(manifest, Path(path), [Path(file) for file in data])
        sweep = cls.of_spec(spec, source)
        if digest_of(spec.meaning(manifest.data)) != manifest.spec_hash:
            alike = any("/" in name for name in spec.called.values())
            raise BacksweepError(f"{source}: {ANOTHER_SPEC}{OR_MOVED * alike}")
        for key, digest in sweep._data().items():
            if digest != manifest.data[key]:
                raise BacksweepError(other_data(spec.files[key], key, path))
        check_plan(manifest, sweep.plan(), source)
        return sweep

    def to_toml(self) -> str:
        """TOML of the same sweep, for `from_toml`: what was written without defaults, the name, and where its files lie."""
        return toml_text(self.spec.said())

    def __repr__(self) -> str:
        return text_of(*sweep_lines(self.spec))

    def _repr_html_(self) -> str:
        return html_of(*sweep_lines(self.spec))

    def _data(self) -> dict[str, str]:
        try:
            return self.spec.data
        except BacksweepError as error:
            raise BacksweepError(f"{self._source}: {error}") from None

    @usual_numbers()
    def plan(self) -> Plan:
        """Which runs there are, with which settings. BacksweepError if axes that are each right do not go together."""
        try:
            return plan_of(self.spec)
        except BacksweepError as error:
            raise BacksweepError(f"{self._source}: {error}") from None

    @usual_numbers()
    def estimate(self, *, jobs: int | None = None, out: str | Path = ".") -> Estimate:
        """What all runs would take on so many workers (None: a core each): run-epochs, seconds, bytes on disk, of memory.

        out: the folder for the results, which need not be there yet; how fast its disk is counts.

        A sample of the sweep's own runs is trained for this, for half a second a network shape and four in all at most, once
        their kernels are compiled.
        """
        plan, jobs = self.plan(), checked_jobs(jobs)
        check_memory(plan, min(jobs, cores()))
        prepare(plan, jobs, Progress())
        return outlook(plan, [(0, plan.runs)], jobs, Path(out), MOST_SECONDS).estimate

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
        """Train what is missing in the folder `out`, and open it. jobs: how many workers; None: a core each.

        address: of a cluster's scheduler, for dask and ray, which else start one on this machine.
        Runs that are there already are not repeated, unless they are damaged. BacksweepError if `out` holds the results of
        another spec, if no cluster answers, if networks or data need more memory than there is, or, unless `force`, if what is
        missing would not fit on the disk or may take more than ten years.
        """
        jobs = checked_jobs(jobs)
        if backend not in BACKENDS:
            raise BacksweepError(f"backend = {backend!r}: one of {', '.join(BACKENDS)}")
        path, plan, progress = Path(out), self.plan(), progress or Progress()
        there = self._as_in(path)
        if there is not self:
            return there.run(out, jobs=jobs, backend=backend, address=address, progress=progress, force=force)
        store = self._healed(path, progress)
        missing = store.missing() if store else [(0, plan.runs)]
        if store and not missing:
            return Results(store)
        self._tell_data(plan, progress)
        with workers(backend, jobs, address) as found:
            if found.here:
                check_memory(plan, found.jobs)
            check_years(plan, missing, found.jobs, progress, force)
            prepare(plan, jobs, progress)
            ahead = outlook(plan, missing, found.jobs, path, here=found.here)
            _check_room(ahead.estimate, path, progress, force)
            store = store or self._checked(Store.create(path, self._manifest(plan, path)))
            with store.writing():
                if store.manifest.versions.get("kernels") != SOURCES_HASH:
                    progress.warn("the runs so far were made by another version of the kernels, whose bits may differ")
                try:
                    session = execute(plan, store, found, progress, ahead)
                finally:
                    progress.finish()
                store.compact()
        return Results(store, session)

    def _as_in(self, path: Path) -> "Sweep":
        """This sweep, but for what rows call files, if a folder of an earlier version has it so."""
        if not (self.spec.called and has_manifest(path)):
            return self
        spec = called_as_in(Store.open(path).manifest, self.spec)
        if spec is self.spec:
            return self
        sweep = Sweep.of_spec(spec, self._source)
        sweep._file = self._file
        return sweep

    def _tell_data(self, plan: Plan, progress: Progress) -> None:
        """Say what inputs and targets are, and what is odd about them or the rules, before anything is trained."""
        for column in self.spec.contents.columns:
            progress.say(column.told)
        for remark in plan.remarks():
            progress.warn(remark)

    def _healed(self, path: Path, progress: Progress) -> Store | None:
        """The results in a folder, of this spec, without what was damaged; None where there are none yet."""
        if not has_manifest(path):
            return None
        store = self._checked(Store.open(path))
        with store.writing():
            for remark in store.heal():
                progress.warn(remark)
            store.put_files(
                with_files(store.manifest.spec, {key: recorded(file, path) for key, file in self.spec.files.items()})
            )
            store.compact()
        return store

    def _checked(self, store: Store) -> Store:
        """Results, if they are of this spec."""
        path = store.path
        there = spec_as_recorded(store.manifest, path).meaning(store.manifest.data)
        here = self.spec.meaning()
        if digest_of(there) != store.manifest.spec_hash:
            raise BacksweepError(f"{path / MANIFEST}: {ANOTHER_SPEC}")
        unlike = [key for key in {**here, **there} if here.get(key) != there.get(key)]
        if unlike and set(unlike) <= set(self.spec.files):
            raise BacksweepError(other_data(self.spec.files[unlike[0]], unlike[0], path))
        if unlike:
            lines = [f"  {key}: {_short(there.get(key))} there, {_short(here.get(key))} here" for key in unlike]
            raise BacksweepError(f"{path}: holds the results of another spec; choose another folder with --out", *lines)
        check_plan(store.manifest, self.plan(), str(path / MANIFEST))
        return store

    def _manifest(self, plan: Plan, folder: Path) -> Manifest:
        written = written_in(self.spec, folder)
        return Manifest(
            name=self.spec.name,
            spec=written,
            spec_hash=self.spec.digest,
            data=self.spec.data,
            source=recorded(self._file, folder) if self._file else None,
            columns=self.spec.contents.columns,
            remarks=tuple(plan.remarks()[:MOST_REMARKS]),
            signed=True,
            runs=plan.runs,
            axes=plan.axes,
            swept=swept_axes(written, plan.axes),
            measure=self.spec.record.measure,
            beside=kept_beside(plan),
            created=now(),
            versions=versions(),
            cpu=cpu_name(),
        )


def _check_room(estimate: Estimate, path: Path, progress: Progress, force: bool) -> None:
    """BacksweepError if what would be written into a folder does not fit on its disk, or a warning, if that is forced."""
    free = free_bytes(path)
    if estimate.disk <= free:
        return
    told = f"{path}: about {size(estimate.disk)} are needed, and {size(free)} are free on this disk"
    if not force:
        raise BacksweepError(f"{told}; make room, choose another folder with --out, or go on all the same with --force")
    progress.warn(told)


def keep_typical_trajectory(results: Results, data: Sequence[Path] = ()) -> None:
    """Train the run that reports show once more, and keep the loss of each of its epochs beside the results.

    While another process writes there, nothing is kept, and the report goes without. data: see `Sweep.of_folder`.
    """
    from ..results.analysis.tables import typical_run  # with scipy and pandas a second; only reports need it

    run = typical_run(results.table)
    if run is not None and run not in results.store.trajectories():
        trajectory = replay(Sweep.of_folder(results.path, data).plan(), run).trajectory
        with suppress(BusyError), results.store.writing():
            results.store.append_trajectory(run, trajectory)


def _a_dict(table: object) -> Mapping[str, Any]:
    if not isinstance(table, Mapping):
        raise BacksweepError(f"spec: a dict is needed, not {type(table).__name__}")
    return table


def _short(value: object) -> str:
    if isinstance(value, dict):
        value = value["values"]
    text = "not set" if value is None else in_toml(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
