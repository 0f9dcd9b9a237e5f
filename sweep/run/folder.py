"""A folder of results and the spec that is run into it: whether they belong together, and what the manifest says."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from backsweep.errors import BacksweepError, FileError

from ...results.store.manifest import MANIFEST, has_manifest
from ...results.store.numbering import Numbering
from ...results.store.schema import MOST_REMARKS, Manifest
from ...results.store.store import Store
from ...results.store.swept_axes import swept_axes
from ..estimate.estimate import free_bytes
from ..machine import cpu_name, now, versions
from ..plan.contained import Difference, cells_in
from ..plan.plan import Plan, plan_of
from ..progress import Progress
from ..spec.spec import Spec, digest_of
from ..text import count, in_toml, size
from .data_files import called_as_in, check_plan, kept_beside, other_data, recorded, spec_as_recorded, with_files, written_in

ANOTHER_SPEC = "damaged (the spec in it is not the one that was run: its hash is another)"

OR_MOVED = (
    "; or the start files of one name have moved, which earlier versions called by their whole paths: move them back, "
    "or run the spec into another folder"
)


def another_spec(manifest: Path, spec: Spec) -> FileError:
    """That a manifest's spec is not the one that was run, and why that may be."""
    alike = any("/" in name for name in spec.called.values())
    return FileError(manifest, f"{ANOTHER_SPEC}{OR_MOVED * alike}")


def called_as_there(spec: Spec, path: Path) -> Spec:
    """The spec, with the names that an earlier version's folder gives to files in its rows, if it is such a folder."""
    if not (spec.called and has_manifest(path)):
        return spec
    return called_as_in(Store.open(path).manifest, spec)


def numbering_in(manifest: Manifest) -> Numbering | None:
    """The numbers of the runs of a folder whose sweep has grown; None if its spec alone tells them."""
    return manifest.numbering if manifest.blocks else None


def numbering_there(spec: Spec, path: Path) -> Numbering | None:
    """The same for a folder that may hold the results of a spec; None if it holds none of this one."""
    if not has_manifest(path):
        return None
    manifest = Store.open(path).manifest
    return numbering_in(manifest) if manifest.spec_hash == spec.digest else None


def healed(spec: Spec, plan: Plan, path: Path, progress: Progress) -> Store | None:
    """This spec's results in a folder, with damaged files removed; None if there are none yet."""
    if not has_manifest(path):
        return None
    store = checked(Store.open(path), spec, plan)
    with store.writing():
        for remark in store.heal():
            progress.warn(remark)
        files = {key: recorded(file, path) for key, file in spec.files.items()}
        store.put_spec(_with_report(with_files(store.manifest.spec, files), spec))
        store.compact()
    return store


def _with_report(there: dict[str, Any], spec: Spec) -> dict[str, Any]:
    """A folder's spec with what `spec` says for the report, which may change while the sweep remains the same."""
    trained = {key: value for key, value in there.items() if key != "report"}
    return trained | {key: value for key, value in spec.to_dict().items() if key == "report"}


def checked(store: Store, spec: Spec, plan: Plan) -> Store:
    """The store, if its results are of this spec; otherwise an error."""
    path = store.path
    recorded_spec = spec_as_recorded(store.manifest, path)
    there = recorded_spec.canonical(store.manifest.data)
    here = spec.canonical()
    if digest_of(there) != store.manifest.spec_hash:
        raise FileError(path / MANIFEST, ANOTHER_SPEC)
    unlike = [key for key in {**here, **there} if here.get(key) != there.get(key)]
    if unlike and set(unlike) <= set(spec.files):
        raise other_data(spec.files[unlike[0]], unlike[0], path)
    if unlike:
        lines = [f"  {key}: {_short(there.get(key))} there, {_short(here.get(key))} here" for key in unlike]
        remedies = ("choose another folder", "out"), *_extension(recorded_spec, store.manifest, plan)
        raise FileError(path, "holds the results of another spec", *lines).advising(*remedies)
    check_plan(store.manifest, plan, str(path / MANIFEST))
    return store


def _extension(there: Spec, manifest: Manifest, plan: Plan) -> list[tuple[str, str]]:
    """The remedy for results of another spec that this plan contains; none if it does not, or its files are not there."""
    with suppress(Difference, BacksweepError):
        cells_in(plan_of(there, numbering_in(manifest)), plan, manifest.data)
        return [(f"keep its {count(manifest.runs, 'run')} and train what is new", "extend")]
    return []


def manifest_of(spec: Spec, plan: Plan, file: Path | None, folder: Path) -> Manifest:
    """The manifest for a folder that this sweep is run into. file: the file that the spec was read from, if there was one."""
    written = written_in(spec, folder)
    return Manifest(
        name=spec.name,
        spec=written,
        spec_hash=spec.digest,
        data=spec.data,
        source=recorded(file, folder) if file else None,
        columns=spec.contents.columns,
        remarks=tuple(plan.remarks()[:MOST_REMARKS]),
        signed=True,
        runs=plan.runs,
        axes=plan.axes,
        swept=swept_axes(written, plan.axes),
        measure=spec.record.measure,
        beside=kept_beside(plan),
        created=now(),
        versions=versions(),
        cpu=cpu_name(),
    )


def check_free_space(needed: int, path: Path, progress: Progress, force: bool) -> None:
    """ResultsError if so many bytes would not fit on the folder's disk; only a warning if the user forces the run."""
    free = free_bytes(path)
    if needed <= free:
        return
    warning = f"about {size(needed)} are needed, but only {size(free)} are free on this disk"
    if not force:
        remedies = ("choose another folder", "out"), ("run anyway", "force")
        raise FileError(path, f"{warning}; free some space").advising(*remedies)
    progress.warn(f"{path}: {warning}")


def _short(value: Any) -> str:
    if isinstance(value, dict):
        value = value["values"]
    text = "not set" if value is None else in_toml(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
