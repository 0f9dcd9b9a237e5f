"""Initial weights from an .npz file, with arrays w1, b1, w2, b2, ..., which all runs share."""

import hashlib
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

from backsweep.errors import DataError

from ...results.arrays import Floats
from .files import arrays

SETTING = "model.init.file"

Arrays = dict[str, npt.NDArray[Any]]


def read_arrays(path: str) -> Arrays:
    """All arrays of a file, by name. DataError: what is wrong with it."""
    try:
        return arrays(Path(path))
    except DataError as error:
        raise error.inside(SETTING) from None


def weights_of(found: Arrays, path: str, layers: int, bias: bool) -> list[Floats]:
    """w1, w2, ... of each layer from a file's arrays, or w1, b1, w2, ... with biases. DataError: what the file lacks."""
    wanted = [f"{letter}{layer}" for layer in range(1, layers + 1) for letter in ("wb" if bias else "w")]
    missing = [name for name in wanted if name not in found]
    if missing:
        raise _lacking(path, f"array {missing[0]} is missing; this network needs {', '.join(wanted)}")
    for name in wanted:
        if found[name].dtype.kind not in "fiu" or not np.all(np.isfinite(found[name])):
            raise _lacking(path, f"array {name}: all its numbers must be finite")
    return [found[name].astype(np.float64) for name in wanted]


def _lacking(path: str, reason: str) -> DataError:
    return DataError(path, reason, settings=[SETTING]).inside(SETTING)


def arrays_digest(found: Arrays) -> str:
    """The SHA-256 of all arrays of a file."""
    digest = hashlib.sha256()
    for name, array in sorted(found.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def file_names(paths: Iterable[str]) -> dict[str, str]:
    """What the table of runs calls each of these files: its name, with as many of its folders as tell all files apart.

    Folders that all files share are left out, so the names stay the same wherever the files are moved together.
    """
    parts = {path: PurePath(path).parts for path in paths}
    folders = zip(*(steps[:-1] for steps in parts.values()), strict=False)
    shared = len([*takewhile(lambda steps: len(set(steps)) == 1, folders)])
    for many in range(1, max(map(len, parts.values()), default=0) + 1):
        names = {path: "/".join(steps[shared:][-many:]) for path, steps in parts.items()}
        if len(set(names.values())) == len(names):
            return names
    return {}
