"""Initial weights from a file: arrays w1, b1, w2, b2, ... in an .npz, which all runs start from."""

import hashlib
import zipfile
from pathlib import Path

import numpy as np

from ..results.errors import InputError

KEY = "model.init.file: "


def read_weights(path: str, layers: int, bias: bool) -> list[np.ndarray]:
    """w1, w2, ..., or w1, b1, w2, ... with biases, for so many layers. InputError: what the file lacks."""
    wanted = [f"{letter}{layer}" for layer in range(1, layers + 1) for letter in ("wb" if bias else "w")]
    arrays = _arrays(path)
    missing = [name for name in wanted if name not in arrays]
    if missing:
        raise InputError(f"{KEY}{path}: array {missing[0]} is missing; this network needs {', '.join(wanted)}")
    for name in wanted:
        if arrays[name].dtype.kind not in "fiu" or not np.all(np.isfinite(arrays[name])):
            raise InputError(f"{KEY}{path}: array {name}: finite numbers are needed")
    return [arrays[name].astype(np.float64) for name in wanted]


def weights_digest(path: str) -> str:
    """SHA-256 of all arrays of a file."""
    digest = hashlib.sha256()
    for name, array in sorted(_arrays(path).items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _arrays(path: str) -> dict[str, np.ndarray]:
    try:
        with Path(path).open("rb") as stream:
            file = np.load(stream, allow_pickle=False)
            if isinstance(file, np.ndarray):
                raise InputError(f"{KEY}{path}: an .npz file with arrays by name is needed")
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise InputError(f"{KEY}{path}: no such file") from None
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"{KEY}{path}: not an .npz file of plain arrays ({error})") from None
