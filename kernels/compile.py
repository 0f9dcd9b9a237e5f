"""How the functions here are compiled, and where the machine code is kept.

Numba's disk cache does not notice a change in a function that lives in another file, so the folder of the cache is named
after a hash of all sources of this package: other sources, other folder. It is a folder of the user's, since site-packages
may be read-only; where no folder can be written, everything is compiled again in each process.

Six ways, chosen for the time that compiling takes: `compiled` for what Python calls; `inlined` for the parts of the loop, each
used in one place or two; `leaf` for arithmetic on lanes, used in many; `called` for scalar work that is rare; `Phase` for the
formulas that a spec chooses among; `Section` for the large parts of the loop. With one of the first four for everything the
loop takes longer, as each function is then optimised again inside each of its callers.

A `Phase` or `Section` is compiled on its own, when it is first needed, and the loop calls it by its address. So a spec that
varies ten activations and ten rules compiles twenty small functions and one loop, not a hundred kernels, and none that it does
not use. Tried instead: a kernel that takes functions as arguments, which Numba compiles again in every process, and a branch in
the loop, which compiles every formula for everybody.

Nothing here allocates, so Numba's reference counts are switched off: in the loop they cost a tenth of the time.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numba import cfunc, njit, typeof, types
from numba.core import config
from platformdirs import user_cache_path

from .boxes import Box
from .lane_type import Memory, Table

Function = TypeVar("Function", bound=Callable[..., Any])

Given = Memory | Table
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


@contextmanager
def _kept_on_disk() -> Iterator[dict[str, bool]]:
    """Options that keep machine code. Numba reads the folder when it decorates; other packages' functions keep their own."""
    before = SETTINGS.CACHE_DIR
    SETTINGS.CACHE_DIR = CACHE_FOLDER or before
    try:
        yield {"cache": CACHE_FOLDER is not None}
    finally:
        SETTINGS.CACHE_DIR = before


def compiled(function: Function) -> Function:
    """Compile `function` for calls from Python: no GIL while it runs, machine code kept on disk."""
    with _kept_on_disk() as kept:
        return cast("Function", njit(nogil=True, **kept, **OPTIONS)(function))


class Phase:
    """A function on rows of lanes that compiled code calls by its address (`lanes.call`); decorate with it.

    Its arguments are annotated: `Memory` for rows of lanes, `Table` for numbers that lanes share, `Given` for data that may be
    either, `int`.
    """

    def __init__(self, function: Callable[..., None]):
        self.function = function
        self.address = cache(self._address)

    def _address(self, dtype, given: type = Table) -> Any:
        """Where the machine code for `dtype` starts, `given` being Table or Memory; the function itself if the JIT is off."""
        if SETTINGS.DISABLE_JIT:
            return self.function
        number = types.float64 if np.dtype(dtype) == np.float64 else types.float32
        kinds = {Memory: Memory(number), Table: Table(number), Given: given(number), int: types.int64}
        signature = types.void(*(kinds[kind] for kind in self.function.__annotations__.values()))
        return _address_of(self.function, signature)


class Section:
    """A part of the loop that is compiled on its own and called by its address (`lanes.ask`); decorate with it.

    It takes a box of all that the loop works on, and whole numbers, and answers with one.
    """

    def __init__(self, function: Callable[..., int]):
        self.function = function
        self._numbers = function.__code__.co_argcount - 1
        self._addresses: dict[Any, Any] = {}

    def address(self, content) -> Any:
        """Where the machine code for a box of this tuple starts; the function itself if the JIT is off."""
        if SETTINGS.DISABLE_JIT:
            return self.function
        kind = typeof(content)
        if kind not in self._addresses:
            signature = types.int64(Box(kind), *[types.int64] * self._numbers)
            self._addresses[kind] = _address_of(self.function, signature)
        return self._addresses[kind]


def _address_of(function: Callable[..., Any], signature) -> Any:
    with _kept_on_disk() as kept:
        return cfunc(signature, **kept, **OPTIONS)(function).address
