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
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar, cast

import llvmlite
import numba
import numpy as np
from numba import cfunc, njit, typeof, types
from numba.core import config
from numba.core.registry import cpu_target
from platformdirs import user_cache_path

from .boxes import Box
from .lane_type import Memory, Table

Function = TypeVar("Function", bound=Callable[..., Any])

Given = Memory | Table
SETTINGS: Any = config  # its attributes appear at run time
_compiling = RLock()
OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
INNER: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # only compiled code calls these


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


def inlined(function: Function) -> Function:
    """Make `function` part of its callers before they are compiled; it is never compiled on its own."""
    return cast("Function", njit(inline="always", **INNER)(function))


def leaf(function: Function) -> Function:
    """Compile `function` once, and have LLVM copy it into its callers."""
    return cast("Function", njit(forceinline=True, **INNER)(function))


def called(function: Function) -> Function:
    """Compile `function` on its own, to be called by other compiled functions."""
    return cast("Function", njit(**INNER)(function))


@contextmanager
def _kept_on_disk(subfolder: str = "") -> Iterator[dict[str, bool]]:
    """Options that keep machine code. Numba reads the folder when it decorates; other packages' functions keep their own.

    A function's variants share an index there, which two processes must not write at a time: hence a subfolder a precision.
    The setting is the process's, so one thread at a time may change it; Numba compiles for one at a time anyway.
    """
    with _compiling:
        before = SETTINGS.CACHE_DIR
        SETTINGS.CACHE_DIR = str(Path(CACHE_FOLDER, subfolder)) if CACHE_FOLDER else before
        try:
            yield {"cache": CACHE_FOLDER is not None}
        finally:
            SETTINGS.CACHE_DIR = before


def compiled(function: Function) -> Function:
    """Compile `function` for calls from Python: no GIL while it runs, machine code kept on disk."""
    with _kept_on_disk() as kept:
        return cast("Function", njit(nogil=True, **kept, **OPTIONS)(function))


PARTS: dict[str, Any] = {}  # every Phase and Section, by the name of its function


class Phase:
    """A function on rows of lanes that compiled code calls by its address (`lanes.call`); decorate with it.

    Its arguments are annotated: `Memory` for rows of lanes, `Table` for numbers that lanes share, `Given` for data that may be
    either, `int`.
    """

    def __init__(self, function: Callable[..., None]):
        self.function, self.name = function, function.__name__
        self.address = cache(self._address)
        PARTS[self.name] = self

    def _address(self, dtype, given: type = Table) -> Any:
        """Where the machine code for `dtype` starts, `given` being Table or Memory; the function itself if the JIT is off."""
        if SETTINGS.DISABLE_JIT:
            return self.function
        number = types.float64 if np.dtype(dtype) == np.float64 else types.float32
        kinds = {Memory: Memory(number), Table: Table(number), Given: given(number), int: types.int64}
        signature = types.void(*(kinds[kind] for kind in self.function.__annotations__.values()))
        return _address_of(self.function, signature, (np.dtype(dtype).name, given is Memory), forceinline=True)


class Section:
    """A part of the loop that is compiled on its own and called by its address (`lanes.ask`); decorate with it.

    It takes a box of all that the loop works on, and whole numbers, and answers with one.
    """

    def __init__(self, function: Callable[..., int]):
        self.function, self.name = function, function.__name__
        self._numbers = function.__code__.co_argcount - 1
        self._addresses: dict[int, Any] = {}
        PARTS[self.name] = self

    def address(self, content) -> Any:
        """Where the machine code for a box of this `state.Call` starts; the function itself if the JIT is off."""
        if SETTINGS.DISABLE_JIT:
            return self.function
        kind = typeof(content)
        if id(kind) not in self._addresses:  # Numba keeps one object a type; to hash it would take a tenth of a millisecond
            signature = types.int64(Box(kind), *[types.int64] * self._numbers)
            self._addresses[id(kind)] = _address_of(self.function, signature, (content.work.weights.dtype.name, False))
        return self._addresses[id(kind)]


def _address_of(function: Callable[..., Any], signature, variant: tuple[str, bool], **options: Any) -> Any:
    """Numba's C function first calls another, which has the body, unless LLVM is made to inline it (XOR 5 % faster)."""
    with _kept_on_disk(variant[0]) as kept:
        address = cfunc(signature, **kept, **OPTIONS, **options)(function).address
    if CACHE_FOLDER is not None:
        with suppress(OSError):
            _sign(function.__name__, *variant).touch()
    return address


def _sign(name: str, dtype: str, own: bool) -> Path:
    """The file whose presence says that a part is on disk, for this Numba on this processor: its index takes long to read."""
    context: Any = cpu_target.target_context
    compiler = (numba.__version__, llvmlite.__version__, context.codegen().magic_tuple())
    target = hashlib.sha256(repr(compiler).encode()).hexdigest()[:8]
    return Path(cast("str", CACHE_FOLDER)) / f"{name}-{dtype}{'-own' * own}-{target}.kept"


def is_kept(name: str, dtype: str, own: bool) -> bool:
    """Whether a part need not be compiled: it is on disk, or nothing can be kept there, or the JIT is off."""
    return CACHE_FOLDER is None or bool(SETTINGS.DISABLE_JIT) or _sign(name, dtype, own).exists()
