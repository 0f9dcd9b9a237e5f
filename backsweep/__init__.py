"""Sweeps over small neural networks, one training run per SIMD lane, for convergence research.

`Sweep(...).run(folder)` trains what a spec describes, `open(folder)` opens what was trained, and both give `Results`, whose
methods answer questions. `train` trains arrays in a notebook. `python -m backsweep` is the command line. All errors that
the user can fix are `BacksweepError`.

Everything is loaded on demand: the kernels alone need no pandas, results need no compiler, and the command line first checks
whether there is enough memory for either.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from .errors import (
    BacksweepError,
    BusyError,
    DamageError,
    DamageWarning,
    DataError,
    FileError,
    LaterError,
    LinkError,
    MovedError,
    NoAnswerError,
    ResultsError,
    SettingError,
)

if TYPE_CHECKING:
    from os import PathLike

    # A checker finds these where the package is installed; in a checkout the folders stand beside this one.
    from .kernels import train  # pyright: ignore
    from .results import Results  # pyright: ignore
    from .sweep import Sweep  # pyright: ignore

__all__ = [
    "BacksweepError",
    "BusyError",
    "DamageError",
    "DamageWarning",
    "DataError",
    "FileError",
    "LaterError",
    "LinkError",
    "MovedError",
    "NoAnswerError",
    "Results",
    "ResultsError",
    "SettingError",
    "Sweep",
    "__version__",  # pyright: ignore[reportUnsupportedDunderAll]
    "open",
    "train",
]

_PLACES = {"Results": ".results", "Sweep": ".sweep", "train": ".kernels"}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version(__name__)
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found = getattr(import_module(_PLACES[name], __name__), name)
    return found


def __dir__() -> list[str]:
    return __all__


def open(folder: "str | PathLike[str]") -> "Results":  # pyright: ignore[reportUnknownParameterType]  # noqa: A001  # backsweep.open reads as it should
    """The results in a folder, whether the sweep is finished or not.

    folder: that a sweep was run into. Opening it runs no code of the folder's, which is Parquet and JSON, and waits for no
    process that writes there. A bundle is no folder; the command `backsweep open FILE` makes one of it.

    Returns `Results`. Raises FileError if there are none, or none that can be read.

    >>> backsweep.open("runs/xor").done
    80
    """
    path = import_module(".arguments", __name__).path("folder", folder)
    return import_module(".results", __name__).Results.open(path)
