"""A sweep from Python: a spec, its plan, and running it into a folder."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..kernels import SOURCES_HASH
from ..results import Results
from ..results.errors import BusyError, InputError
from ..results.schema import Manifest
from ..results.store import MANIFEST, Store
from .execute import JOBLIB_NAMES, MOST_JOBS, Backend, execute
from .machine import cpu_name, now, versions
from .plan import Plan, plan_of
from .progress import Progress
from .replay import replay
from .spec import Spec


class Sweep:
    """Every combination of a spec's axes, times its seeds."""

    def __init__(self, spec: Spec, source: str = "spec"):
        self.spec = spec
        self._source = source

    @classmethod
    def from_toml(cls, path: str | Path) -> "Sweep":
        """The sweep that a TOML file describes. InputError says what is wrong in it, and where."""
        return cls(Spec.read(path), str(path))

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> "Sweep":
        """The sweep that a nested dict describes, as TOML would give it. InputError says what is wrong, and where."""
        return cls(Spec.parse(dict(table)))

    @classmethod
    def of_folder(cls, path: str | Path) -> "Sweep":
        """The sweep whose results, perhaps not all, are in a folder."""
        manifest, source = Store.open(path).manifest, str(Path(path) / MANIFEST)
        spec = Spec.parse(manifest.spec, source)
        sweep = cls(spec, source)
        if spec.digest() != manifest.spec_hash or sweep.plan().runs != manifest.runs:
            raise InputError(f"{source}: damaged (the spec in it is not the one that was run: its hash is another)")
        return sweep

    def plan(self) -> Plan:
        """Which runs there are, with which settings. InputError if axes that are each right do not go together."""
        try:
            return plan_of(self.spec)
        except InputError as error:
            raise InputError(f"{self._source}: {error}") from None

    def run(
        self, out: str | Path, *, jobs: int | None = None, backend: Backend = "threads", progress: Progress | None = None
    ) -> Results:
        """Train what is missing in the folder `out`, and open it. jobs: how many workers; None: a core each.

        Runs that are there already are not repeated. InputError if `out` holds the results of another spec, or damage.
        """
        if jobs is not None and not 1 <= jobs <= MOST_JOBS:
            raise InputError(f"jobs = {jobs}: from 1 to {MOST_JOBS}")
        if backend not in JOBLIB_NAMES:
            raise InputError(f"backend = {backend!r}: one of {', '.join(JOBLIB_NAMES)}")
        plan, progress = self.plan(), progress or Progress()
        store = self._store(Path(out), plan)
        with store.writing():
            if store.missing() and store.manifest.versions["kernels"] != SOURCES_HASH:
                progress.say("the runs so far were made by another version of the kernels, whose bits may differ")
            try:
                session = execute(plan, store, jobs or _cores(), backend, progress)
            finally:
                progress.finish()
        return Results(store, session)

    def _store(self, path: Path, plan: Plan) -> Store:
        if not (path / MANIFEST).exists():
            return Store.create(path, self._manifest(plan))
        there, here = Sweep.of_folder(path).spec.meaning(), self.spec.meaning()
        unlike = [
            f"  {key}: {_short(there.get(key))} there, {_short(here[key])} here" for key in here if here[key] != there.get(key)
        ]
        if unlike:
            raise InputError(
                "\n".join([f"{path}: holds the results of another spec; choose another folder with --out", *unlike])
            )
        store = Store.open(path)
        store.check()
        return store

    def _manifest(self, plan: Plan) -> Manifest:
        return Manifest(
            name=self.spec.name,
            spec=self.spec.written(),
            spec_hash=self.spec.digest(),
            runs=plan.runs,
            axes=plan.axes,
            created=now(),
            versions=versions(),
            cpu=cpu_name(),
        )


def keep_typical_trajectory(results: Results) -> None:
    """Train the run that reports show once more, and keep the loss of each of its epochs beside the results.

    While another process writes there, nothing is kept, and the report goes without.
    """
    from ..results.tables import typical_run  # with scipy and pandas a second; only reports need it

    run = typical_run(results.table)
    if run is not None and run not in results.store.trajectories():
        trajectory = replay(Sweep.of_folder(results.path).plan(), run).trajectory()
        with suppress(BusyError), results.store.writing():
            results.store.append_trajectory(run, trajectory)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _short(value: object) -> str:
    if isinstance(value, dict):
        value = value["values"]
    text = "not set" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
