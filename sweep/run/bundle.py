"""Makes a bundle of a folder of results: finds the data files, and names them as they are to be called in it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from backsweep.errors import DataError, FileError

from ...results.disk.portable import clash_of, fault_of
from ...results.store.bundle import DATA, write_bundle
from ...results.store.manifest import MANIFEST
from ...results.store.shards import retry_if_gone
from ...results.store.store import Store
from ..spec.plain_data import toml_text
from ..spec.spec import Spec, digest_of
from .data_files import spec_in, with_files


class Bundled(NamedTuple):
    """What a bundle holds. size: in bytes; done, runs: how many runs are in it, and how many the sweep has."""

    name: str
    size: int
    done: int
    runs: int
    data: list[str]


def bundle(folder: Path, out: Path, given: Sequence[Path] = ()) -> Bundled:
    """Pack a folder of results into one file, with its spec and the files that the spec names.

    given: where the user says that some of these files are. ResultsError if there are no results or damaged ones; DataError if
    a file cannot be found, or if its name would not do on every system.

    It takes no lock: if another process trains there, the bundle holds the runs that are done.
    """
    return retry_if_gone(lambda: _bundle(folder, out, given))


def _bundle(folder: Path, out: Path, given: Sequence[Path]) -> Bundled:
    store = Store.open(folder)
    spec = spec_in(store.manifest, folder, given)
    names = _names(spec)
    files = {key: names[path] for key, path in spec.files.items()}
    packed = with_files(spec.to_dict(), files)
    if digest_of(Spec.parse(packed, recorded=True).canonical(store.manifest.data)) != store.manifest.spec_hash:
        reason = (
            "cannot be handed on: an earlier version called the files of initial weights by their whole paths; "
            "run the spec into another folder, and bundle that"
        )
        raise FileError(folder / MANIFEST, reason)
    data = {name: Path(path) for path, name in names.items()}
    size = write_bundle(out, store, with_files(store.manifest.spec, files), toml_text(packed), data)
    return Bundled(store.manifest.name, size, store.done, store.manifest.runs, sorted(data))


def _names(spec: Spec) -> dict[str, str]:
    """What the files of a spec are called in a bundle, by path: as rows call them, so that the rows stay true."""
    names: dict[str, str] = {}
    for path in dict.fromkeys(spec.files.values()):
        called = spec.called.get(path, path)
        name = Path(path).name if called == path else called
        fault = fault_of(name)
        if fault is not None:
            known = "run the spec again with another name" if path in spec.called else "rename it; its content identifies it"
            raise DataError(path, f"its name {fault}, so some systems could not unpack it; {known}")
        apart = clash_of([*names.values(), f"{DATA}/{name}"]) is None
        names[path] = f"{DATA}/{name}" if apart else f"{DATA}/{len(names) + 1}/{name}"
    return names
