"""A folder of results in one file, to be handed on: written from a folder, and unpacked into another.

    manifest.json, manifest.copy.json, shards/..., records/..., weights/..., trajectories/...    as in the folder (`store.py`)
    spec.toml                     the spec, with its data files where they are now
    versions.txt                  what trained the runs, as pip reads it
    data/...                      the data files and files of initial weights
    bundle.json                   the digest of each of these; it is not unpacked

Only what counts in the folder is packed: no reports and figures, which the receiver can make, and nothing else that lies there.
The manifest names the files where they lie in the bundle, so nothing in it tells of the sender's folders. A folder that was
unpacked gives the same bundle again, byte for byte.
"""

import re
import shutil
from collections.abc import Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from backsweep.errors import FileError, LaterError, ResultsError

from ..disk.archive import Archive, Member, write_archive
from ..disk.new_folder import new_folder
from ..disk.opening import open_regular
from ..disk.places import hold_open
from ..disk.system import flush
from . import trajectories
from .files import make_folder, write_whole
from .manifest import COPY, MANIFEST, encoded
from .schema import Manifest
from .store import Store

SPEC, VERSIONS, DATA = "spec.toml", "versions.txt", "data"
SUFFIX = ".zip"
EXPECTED = re.compile(
    rf"{MANIFEST}|{COPY}|{SPEC}|{VERSIONS}|(shards|records|weights|trajectories)/[0-9a-f-]+\.parquet|{DATA}/.+"
)
VERSION = re.compile(r"[\w.+!-]+", re.ASCII)
NO_PACKAGES = ("python", "kernels")  # among a manifest's versions


def write_bundle(path: Path, store: Store, spec: Mapping[str, Any], toml: str, data: Mapping[str, Path]) -> int:
    """Pack a folder of results. Returns the size of the bundle in bytes.

    spec: as the manifest has it, but with files by their names in the bundle; toml: the same for people; data: where these
    files are, by these names. ResultsError if a file of results is damaged, or if `path` cannot be that of a bundle.
    """
    if path.suffix.lower() != SUFFIX:
        raise FileError(path, f"the name of a bundle must end in {SUFFIX}")
    manifest = store.manifest.model_copy(update={"spec": dict(spec), "source": SPEC})
    texts = {
        **dict.fromkeys((MANIFEST, COPY), encoded(manifest)),
        SPEC: toml.encode(),
        VERSIONS: versions_text(manifest).encode(),
    }
    members = [
        *(Member(name, partial(BytesIO, text)) for name, text in texts.items()),
        *(Member(f"{file.parent.name}/{file.name}", partial(open_regular, file)) for file in _sound_files(store)),
        *(Member(name, partial(open_regular, file, links=True)) for name, file in sorted(data.items())),
    ]
    make_folder(path.parent)
    with hold_open(path.parent) as place:
        place.refuse_others(path.name)
        with place.new_file(path.name) as (file, half):
            write_archive(file, members)
            file.flush()
            flush(file.fileno())
            size = file.tell()
            file.close()  # Windows cannot rename an open file
            place.rename(half, path.name)
        place.flush()
    return size


def _sound_files(store: Store) -> list[Path]:
    """All files of a folder that count, by name. ResultsError if any is damaged."""
    damage = store.damage()
    if damage:
        raise FileError(store.path, "not bundled, because it has damaged files", *damage)
    spans = [file.path for files in store.kept().values() for file in files]
    return sorted([*spans, *(file.path for file in trajectories.files_in(store.path / "trajectories"))])


def versions_text(manifest: Manifest) -> str:
    """What the latest session ran with, as constraints for pip; the rest, and other sessions, as comments."""
    latest, *earlier = [*(session.versions for session in reversed(manifest.sessions)), manifest.versions]
    known = {name: version if VERSION.fullmatch(version) else "unknown" for name, version in latest.items()}
    pins = [
        f"{'# ' * (name in NO_PACKAGES or version == 'unknown')}{name}=={version}"
        for name, version in known.items()
        if VERSION.fullmatch(name)
    ]
    others = sum(one != latest for one in earlier[:-1])
    lines = ["# What trained these runs. To install the same: pip install -c versions.txt backsweep", *pins]
    if others:
        lines.append(f"# {others} of {len(manifest.sessions)} sessions ran with other versions, which are in {MANIFEST}")
    return "".join(f"{line}\n" for line in lines)


def open_bundle(path: Path, folder: Path) -> None:
    """Unpack a bundle into a new folder, which appears only when every file in it matches its digest.

    FileError if `path` is no sound bundle, if `folder` exists, and if the disk has too little room.
    """
    with Archive.open(path) as archive:
        _check_names(path, archive.names)
        make_folder(folder.parent)
        _check_room(path, archive.total, folder.parent)
        with new_folder(folder) as hidden:
            for name in archive.names:
                _unpack(archive, name, hidden / name)
            _check_manifest(path, hidden)


def _unpack(archive: Archive, name: str, file: Path) -> None:
    def write(out: BinaryIO) -> None:
        archive.copy(name, out)

    make_folder(file.parent)
    write_whole(file, write)


def _check_names(path: Path, names: list[str]) -> None:
    """FileError if a bundle holds files that no folder of results has, or no manifest."""
    strangers = [name for name in names if not EXPECTED.fullmatch(name)]
    if strangers:
        raise FileError(path, f"no bundle of results: it holds {strangers[0]}, which is no part of one; nothing was unpacked")
    if MANIFEST not in names:
        raise FileError(path, f"no bundle of results: {MANIFEST} is missing; nothing was unpacked")


def _check_manifest(path: Path, folder: Path) -> None:
    try:
        Store.open(folder)
    except LaterError as error:
        raise LaterError(path, error.reason) from None
    except ResultsError:
        raise FileError(path, f"no bundle of results: {MANIFEST} in it is damaged; nothing was unpacked") from None


def _check_room(path: Path, total: int, parent: Path) -> None:
    free = shutil.disk_usage(parent).free
    if total > free:
        reason = f"it holds {total:,} bytes, and only {free:,} are free at {parent}"
        raise FileError(path, f"{reason}; free some space").advising(("choose a folder on another disk", "out"))
