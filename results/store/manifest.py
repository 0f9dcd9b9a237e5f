"""The manifest of a folder of results, in two copies with a checksum each.

The manifest is small, and without it nothing in the folder can be interpreted. A flipped bit in it must neither turn it into
another spec nor cost the runs. The second copy is read only if the first is damaged.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from backsweep.errors import FileError, LaterError, LinkError, ResultsError

from ..disk.folders import is_there
from ..disk.opening import read_regular
from ..disk.places import HeldFolder
from ..disk.plain import has_too_many_values, parsed, reason_of, shortly, unknown_key
from .files import hash_of, write_within
from .schema import FORMAT, Manifest
from .swept_axes import swept_axes

MANIFEST, COPY = "manifest.json", "manifest.copy.json"
CHECKSUM = "checksum"
ROUNDING = "to anything but the nearest; a library set the processor so (C's fesetround does) and must set it back"
CANONICAL = json.JSONEncoder(sort_keys=True)
MOST_BYTES = 2**26  # of a manifest; a spec that lists a million numbers takes half


def has_manifest(folder: Path) -> bool:
    """Whether a folder is a folder of results. OSError if the system does not let us look."""
    return any(is_there(folder / name) for name in (MANIFEST, COPY))


def read_manifest(folder: Path) -> tuple[Manifest, str | None]:
    """The manifest of a folder, and the damage of its first copy (None if it is intact).

    ResultsError if there is no manifest, if both copies are damaged, or if this thread does not round to nearest, because then
    every number would be read wrongly; LaterError if a later version wrote it.
    """
    _check_rounding(folder)
    harms: list[str] = []
    later: list[str] = []
    for name in (MANIFEST, COPY):
        try:
            return _sound(folder / name), harms[0] if harms else None
        except (FileNotFoundError, NotADirectoryError):
            harms.append(f"{folder / name}: missing")
        except OSError as error:
            harms.append(f"{folder / name}: {error.strerror}")
        except LinkError:
            raise
        except ResultsError as error:
            harms.append(str(error))
        except _LaterManifest as error:
            harms.append(f"{folder / name}: {error}")
            later.append(str(error))
        except ValueError as error:
            harms.append(f"{folder / name}: damaged ({error})")
    raise _unreadable(folder, harms, later)


def _unreadable(folder: Path, harms: list[str], later: list[str]) -> ResultsError:
    """Why neither copy can be read. harms: what is wrong with each; later: what in them this version does not know."""
    if later:
        return LaterError(folder / MANIFEST, later[0])
    if folder.is_file():
        if folder.suffix.lower() == ".zip":
            return FileError(folder, f"a bundle must be unpacked first: `backsweep open {folder}` makes a folder of it")
        return FileError(folder, "a file; results are in a folder, such as `backsweep run` makes")
    if not has_manifest(folder):
        return FileError(folder, f"no results here ({MANIFEST} is missing); give a folder that a sweep was run into")
    return ResultsError(
        f"{'; '.join(harms)}. Without one of them nothing in this folder can be used; run the spec into another folder"
    )


def _check_rounding(folder: Path) -> None:
    if not 1.0 + sys.float_info.epsilon / 4 == 1.0 == 1.0 - sys.float_info.epsilon / 8:
        raise FileError(folder, f"cannot be read while numbers are rounded {ROUNDING}")


class _LaterManifest(ValueError):  # noqa: N818
    """The manifest is of a later version, or seems to be because of a flipped bit in its format; says what is new in it."""


def check_one_sweep(folder: Path) -> None:
    """Raise ResultsError if both copies are intact but belong to different sweeps: either would delete the other's files."""
    if copies_agree(folder):
        return
    try:
        first, second = _sound(folder / MANIFEST), _sound(folder / COPY)
    except (OSError, ValueError, ResultsError):
        return
    if first.spec_hash != second.spec_hash and not (_grew(first, second) or _grew(second, first)):
        raise FileError(
            folder, f"{MANIFEST} and {COPY} are of two sweeps; remove the one that does not belong to the files beside them"
        )


def _grew(large: Manifest, small: Manifest) -> bool:
    """Whether one manifest is that of a sweep that has grown from the other's, whose writer died before it wrote both."""
    return small.spec_hash in {block.spec_hash for block in large.blocks}


def copies_agree(folder: Path) -> bool:
    """Whether both copies have the same bytes, so that both are intact if one is."""
    try:
        first, second = (read_regular(folder / name, most=MOST_BYTES) for name in (MANIFEST, COPY))
    except (OSError, ResultsError):
        return False
    return first == second


def write_manifest(folder: Path | HeldFolder, manifest: Manifest) -> None:
    """Write both copies, one after the other, so that one of them is always complete.

    ResultsError if the manifest is too large for any reader to accept.
    """
    data = encoded(manifest)
    if len(data) > MOST_BYTES or has_too_many_values(data):
        raise ResultsError(
            f"{manifest.name}: the spec lists too many values to be stored with the results; write axes as linear or log"
        )
    for name in (MANIFEST, COPY):
        write_within(folder, name, lambda file: file.write(data))


def encoded(manifest: Manifest) -> bytes:
    """The bytes of either copy."""
    content = manifest.model_dump(mode="json", exclude={name for name in ("blocks", "adopted") if not getattr(manifest, name)})
    return json.dumps({CHECKSUM: _checksum(content), **content}, indent=1, allow_nan=True).encode()


def _sound(path: Path) -> Manifest:
    """The manifest in a file. ValueError, with the reason, if it is damaged."""
    found = parsed(read_regular(path, most=MOST_BYTES))
    if not isinstance(found, dict):
        raise ValueError("it is no table")  # noqa: TRY004
    written = found.get("format", FORMAT)
    if isinstance(written, int) and written > FORMAT:  # whatever its checksum is computed from
        raise _LaterManifest(f"it has format {shortly(written)}, and this version reads format {FORMAT}")
    if found.pop(CHECKSUM, None) != _checksum(found):
        raise ValueError("its content does not match its checksum")
    try:
        return _completed(Manifest.model_validate(found))
    except ValidationError as error:
        key = unknown_key(error)
        if key is not None:
            raise _LaterManifest(f"it has the key {key}, which this version does not know") from None
        raise ValueError(reason_of(error)) from None


def _completed(manifest: Manifest) -> Manifest:
    """The manifest, with what older versions did not write about the axes filled in."""
    if manifest.swept or not manifest.axes:
        return manifest
    return manifest.model_copy(update={"swept": swept_axes(manifest.spec, manifest.axes)})


def _checksum(content: dict[str, Any]) -> str:
    return hash_of(CANONICAL.encode(content).encode())
