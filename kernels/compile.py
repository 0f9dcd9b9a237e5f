"""How the functions here are compiled, and where the machine code is kept.

Numba's disk cache does not notice a change in a function that lives in another file, so the folder of the cache is named
after a hash of all sources of this package: other sources, other folder. It is a folder of the user's, since site-packages
may be read-only; where no folder can be written, everything is compiled again in each process.

Four ways, chosen for the time that compiling takes (the whole: 4 s; everything `inlined` 6 s, everything `called` 9 s, LLVM's
inlining for everything 12 s, as each function is then optimised again inside each of its callers):
`compiled` for what Python calls; `inlined` for the parts of the loop, each used in one place or two; `leaf` for arithmetic on
lanes, used in many; `called` for scalar work that is rare.

Nothing here allocates, so Numba's reference counts are switched off: in the loop they cost a tenth of the time.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core import config
from platformdirs import user_cache_path

Function = TypeVar("Function", bound=Callable[..., Any])

SETTINGS: Any = config  # its attributes appear at run time
OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}


def _sources_hash() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


SOURCES_HASH = _sources_hash()


def _cache_folder() -> str | None:
    """The folder for machine code, or None where none can be written. NUMBA_CACHE_DIR, if set, is its parent."""
    parent = Path(SETTINGS.CACHE_DIR) if SETTINGS.CACHE_DIR else user_cache_path("backsweep")
    folder = parent / f"kernels-{SOURCES_HASH}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
    except OSError:
        return None
    return str(folder)


CACHE_FOLDER = _cache_folder()


def compiled_before() -> bool:
    """Whether machine code of these very sources is on disk already, for this or another processor."""
    return CACHE_FOLDER is not None and any(Path(CACHE_FOLDER).rglob("*.nbi"))


def inlined(function: Function) -> Function:
    """Make `function` part of its callers before they are compiled; it is never compiled on its own."""
    return cast("Function", njit(inline="always", **OPTIONS)(function))


def leaf(function: Function) -> Function:
    """Compile `function` once, and have LLVM copy it into its callers."""
    return cast("Function", njit(forceinline=True, **OPTIONS)(function))


def called(function: Function) -> Function:
    """Compile `function` on its own, to be called by other compiled functions."""
    return cast("Function", njit(**OPTIONS)(function))


def compiled(function: Function) -> Function:
    """Compile `function` for calls from Python: no GIL while it runs, machine code kept on disk."""
    if CACHE_FOLDER is None:
        return cast("Function", njit(nogil=True, **OPTIONS)(function))
    # Numba reads this setting when the function is decorated; other packages' functions keep their own folder.
    before, SETTINGS.CACHE_DIR = SETTINGS.CACHE_DIR, CACHE_FOLDER
    try:
        return cast("Function", njit(nogil=True, cache=True, **OPTIONS)(function))
    finally:
        SETTINGS.CACHE_DIR = before
