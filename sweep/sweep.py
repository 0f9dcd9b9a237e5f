"""A sweep from Python: a spec, its plan, and running it into a folder."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np

from ..kernels import SOURCES_HASH
from ..results import Results
from ..results.errors import BusyError, InputError
from ..results.manifest import MANIFEST, has_manifest
from ..results.schema import Beside, Manifest
from ..results.store import Store
from .backends import BACKENDS, Backend, workers
from .blame import in_words
from .execute import MOST_JOBS, execute
from .machine import cpu_name, now, versions
from .plan import Plan, plan_of
from .progress import Progress
from .replay import replay
from .spec import Spec, digest_of
from .written import toml_text

ANOTHER_SPEC = "damaged (the spec in it is not the one that was run: its hash is another)"


class Settings(TypedDict, total=False):
    """What a spec says, by keywords; docs/spec.md is their reference."""

    name: str
    task: str | Mapping[str, Any]
    seeds: int | Sequence[int] | Mapping[str, int] | np.ndarray
    model: Mapping[str, Any]
    train: Mapping[str, Any]
    record: Mapping[str, Any]
    design: Mapping[str, Any]
    exclude: Sequence[Mapping[str, Any]]


class Sweep:
    """Every combination of a spec's axes, times its seeds.

    By keywords as a TOML file has them, `Sweep(task="xor", seeds=100, train={"lr": {"values": [0.1, 1.0]}})`: the same spec.
    NumPy's scalars count as numbers; its arrays, tuples and ranges as lists. InputError says what is wrong, and where.
    """

    spec: Spec
    _source: str

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
    def from_toml(cls, path: str | Path) -> "Sweep":
        """The sweep that a TOML file describes. InputError says what is wrong in it, and where."""
        return cls.of_spec(Spec.read(path), str(path))

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> "Sweep":
        """The sweep that a nested dict describes, as TOML would give it. InputError says what is wrong, and where."""
        if not isinstance(table, Mapping):
            raise InputError(f"spec: a dict is needed, not {type(table).__name__}")
        return cls.of_spec(Spec.parse(table))

    @classmethod
    def of_folder(cls, path: str | Path) -> "Sweep":
        """The sweep whose results, perhaps not all, are in a folder."""
        manifest, source = Store.open(path).manifest, str(Path(path) / MANIFEST)
        spec = Spec.parse(manifest.spec, source)
        sweep = cls.of_spec(spec, source)
        if digest_of(spec.meaning(manifest.data)) != manifest.spec_hash:
            raise InputError(f"{source}: {ANOTHER_SPEC}")
        for key, digest in sweep._data().items():
            if digest != manifest.data[key]:
                raise InputError(
                    f"{spec.files[key]}: holds other data than {path} was run on ({key}); "
                    "bring those back, or run the sweep into another folder"
                )
        if sweep.plan().runs != manifest.runs:
            raise InputError(f"{source}: damaged (it should say {sweep.plan().runs:,} runs)")
        return sweep

    def to_toml(self) -> str:
        """TOML of the same sweep, for `from_toml`: what was written without defaults, the name, and where its files lie."""
        return toml_text(self.spec.said())

    def _data(self) -> dict[str, str]:
        try:
            return self.spec.data
        except InputError as error:
            raise InputError(f"{self._source}: {error}") from None

    def plan(self) -> Plan:
        """Which runs there are, with which settings. InputError if axes that are each right do not go together."""
        try:
            return plan_of(self.spec)
        except InputError as error:
            raise InputError(f"{self._source}: {error}") from None

    def run(
        self,
        out: str | Path,
        *,
        jobs: int | None = None,
        backend: Backend = "threads",
        address: str | None = None,
        progress: Progress | None = None,
    ) -> Results:
        """Train what is missing in the folder `out`, and open it. jobs: how many workers; None: a core each.

        address: of a cluster's scheduler, for dask and ray, which else start one on this machine.
        Runs that are there already are not repeated, unless they are damaged. InputError if `out` holds the results of
        another spec, or if no cluster answers.
        """
        if jobs is not None and not (isinstance(jobs, int) and 1 <= jobs <= MOST_JOBS):
            raise InputError(f"jobs = {jobs!r}: a whole number from 1 to {MOST_JOBS}")
        if backend not in BACKENDS:
            raise InputError(f"backend = {backend!r}: one of {', '.join(BACKENDS)}")
        plan, progress = self.plan(), progress or Progress()
        store = self._store(Path(out), plan)
        with store.writing():
            for remark in store.heal():
                progress.say(remark)
            session = None
            if store.missing():
                if store.manifest.versions["kernels"] != SOURCES_HASH:
                    progress.say("the runs so far were made by another version of the kernels, whose bits may differ")
                try:
                    with workers(backend, jobs or _cores(), address) as found:
                        session = execute(plan, store, found, progress)
                finally:
                    progress.finish()
            store.compact()
        return Results(store, session)

    def _store(self, path: Path, plan: Plan) -> Store:
        if not has_manifest(path):
            return Store.create(path, self._manifest(plan))
        store = Store.open(path)
        there = Spec.parse(store.manifest.spec, str(path / MANIFEST)).meaning(store.manifest.data)
        here = self.spec.meaning()
        if digest_of(there) != store.manifest.spec_hash:
            raise InputError(f"{path / MANIFEST}: {ANOTHER_SPEC}")
        unlike = [
            f"  {key}: {_short(there.get(key))} there, {_short(here.get(key))} here"
            for key in {**here, **there}
            if here.get(key) != there.get(key)
        ]
        if unlike:
            raise InputError(
                "\n".join([f"{path}: holds the results of another spec; choose another folder with --out", *unlike])
            )
        return store

    def _manifest(self, plan: Plan) -> Manifest:
        return Manifest(
            name=self.spec.name,
            spec=self.spec.written(),
            spec_hash=self.spec.digest,
            data=self.spec.data,
            runs=plan.runs,
            axes=plan.axes,
            measure=self.spec.record.measure,
            beside=_beside(plan),
            created=now(),
            versions=versions(),
            cpu=cpu_name(),
        )


def _beside(plan: Plan) -> tuple[Beside, ...]:
    """What is kept beside the rows of every shard."""
    records: tuple[Beside, ...] = () if plan.record_at is None else ("records",)
    return (*records, "weights") if plan.spec.record.weights else records


def keep_typical_trajectory(results: Results) -> None:
    """Train the run that reports show once more, and keep the loss of each of its epochs beside the results.

    While another process writes there, nothing is kept, and the report goes without.
    """
    from ..results.tables import typical_run  # with scipy and pandas a second; only reports need it

    run = typical_run(results.table)
    if run is not None and run not in results.store.trajectories():
        trajectory = replay(Sweep.of_folder(results.path).plan(), run).trajectory
        with suppress(BusyError), results.store.writing():
            results.store.append_trajectory(run, trajectory)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _short(value: object) -> str:
    if isinstance(value, dict):
        value = value["values"]
    text = "not set" if value is None else in_words(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
