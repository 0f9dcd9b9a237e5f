"""How the functions here are compiled, and where the machine code is kept.

A function may depend on others in other files, so the folder of machine code (`cache.py`) is named after a hash of all sources
of this package and of the modules that it builds on. Changed sources therefore get another folder. The folder is in
NUMBA_CACHE_DIR if that is set, and otherwise among the user's own, since site-packages may be read-only. If no folder can be
written, every process compiles everything again.

There are six ways, chosen for the time that compiling takes: `compiled` for what Python calls; `inlined` for the parts of the
loop, each used in one or two places; `leaf` for arithmetic on lanes, used in many places; `called` for scalar work that is
rare; `Formula` for the formulas that a spec chooses among; `Section` for the large parts of the loop. With a single one of the
first four for everything the loop takes longer, because each function is then optimised again inside each of its callers.

A `Formula` or `Section` is compiled on its own, when it is first needed, and the loop calls it by its address. So a spec that
varies ten activations and ten optimizers compiles twenty small functions and one loop, not a hundred kernels, and nothing that
it does not use. Two alternatives were tried: Numba compiles a kernel that takes functions as arguments again in every process,
and a branch in the loop compiles every formula for everybody.

Nothing here allocates memory, so Numba's reference counts are switched off; in the loop they cost a tenth of the time.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit, typeof, types
from numba.core import config
from numba.core.ccallback import CFunc
from platformdirs import user_cache_path

from backsweep import errors

from .cache import CodeCache, CodeFolder, file_name
from .registers import REGISTERS
from .struct import Struct
from .vector import Memory, Table

Function = TypeVar("Function", bound=Callable[..., Any])

Given = Memory | Table
SETTINGS: Any = config  # its attributes appear at run time
OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
INNER: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # only compiled code calls these


def _sources_hash(package: Path, ground: Path) -> str:
    """A hash that is the same on every system, whichever way it ends lines (Git on Windows) or sorts names (ignoring case)."""
    digest = hashlib.sha256()
    for folder, sources in ((package, package.rglob("*.py")), (ground, ground.glob("[a-z]*.py"))):
        for source in sorted(sources, key=lambda source: source.relative_to(folder).parts):
            digest.update(source.relative_to(folder).as_posix().encode() + source.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def _caches() -> Path:
    """Where machine code is kept. The path begins with ~ if this user has no home, like some users of containers."""
    if SETTINGS.CACHE_DIR:
        return Path(SETTINGS.CACHE_DIR)
    try:
        return user_cache_path("backsweep")
    except RuntimeError:
        return Path("~/.cache/backsweep")


SOURCES_HASH = _sources_hash(Path(__file__).parents[1], Path(errors.__file__).parent)
CODE = CodeFolder(_caches() / f"kernels-{SOURCES_HASH}")


def inlined(function: Function) -> Function:
    """Make `function` part of its callers before they are compiled; it is never compiled on its own."""
    return cast("Function", njit(inline="always", **INNER)(function))


def leaf(function: Function) -> Function:
    """Compile `function` once, and let LLVM copy it into its callers."""
    return cast("Function", njit(forceinline=True, **INNER)(function))


def called(function: Function) -> Function:
    """Compile `function` on its own, to be called by other compiled functions."""
    return cast("Function", njit(**INNER)(function))


def compiled(function: Function) -> Function:
    """Compile `function` for calls from Python. It releases the GIL while it runs, and its machine code is kept on disk."""
    dispatcher: Any = njit(nogil=True, **OPTIONS)(function)
    if not SETTINGS.DISABLE_JIT:
        dispatcher._cache = CodeCache(CODE, function.__name__)
    return cast("Function", dispatcher)


PARTS: dict[str, Any] = {}  # every Formula and Section, by the name of its function


class Formula:
    """A decorator for a function on rows of lanes that compiled code calls by its address (`calls.call`).

    The function's arguments are annotated: `Memory` for rows of lanes, `Table` for numbers that lanes share, `Given` for data
    that may be either, `int`, or a NamedTuple of these.
    """

    def __init__(self, function: Callable[..., None]):
        self.function, self.name = function, function.__name__
        self.address = cache(self._address)
        PARTS[self.name] = self

    def _address(self, dtype, given: type = Table) -> Any:
        """The address of the machine code for `dtype`; the function itself if the JIT is off. given: Table or Memory."""
        if SETTINGS.DISABLE_JIT:
            return self.function
        number = types.float64 if np.dtype(dtype) == np.float64 else types.float32
        kinds = {Memory: Memory(number), Table: Table(number), Given: given(number), int: types.int64}
        signature = types.void(*(_type_of(kind, kinds) for kind in self.function.__annotations__.values()))
        return _address_of(self.function, signature, (np.dtype(dtype).name, given is Memory), forceinline=True)


def _type_of(kind: Any, kinds: Mapping[Any, Any]) -> Any:
    """Numba's type for an annotation; for a NamedTuple, field by field."""
    if kind in kinds:
        return kinds[kind]
    return types.NamedTuple([_type_of(field, kinds) for field in kind.__annotations__.values()], kind)


class Section:
    """A decorator for a part of the loop that is compiled on its own and called by its address (`calls.ask`).

    The function takes a struct of everything that the loop works on, and whole numbers, and returns a whole number.
    """

    def __init__(self, function: Callable[..., int]):
        self.function, self.name = function, function.__name__
        self._numbers = function.__code__.co_argcount - 1
        self._addresses: dict[int, Any] = {}
        PARTS[self.name] = self

    def address(self, content) -> Any:
        """The address of the machine code for a struct of this `memory.Call`; the function itself if the JIT is off."""
        if SETTINGS.DISABLE_JIT:
            return self.function
        kind = typeof(content)
        if id(kind) not in self._addresses:  # Numba has one object per type; hashing it would take a tenth of a millisecond
            signature = types.int64(Struct(kind), *[types.int64] * self._numbers)
            self._addresses[id(kind)] = _address_of(self.function, signature, (content.work.weights.dtype.name, False))
        return self._addresses[id(kind)]


_compiling = RLock()
_made: dict[tuple[str, str], Any] = {}  # the keys: the names of function and variant


def _variant(dtype: str, own: bool) -> str:
    return f"{dtype}{'-own' * own}"


def _address_of(function: Callable[..., Any], signature: Any, variant: tuple[str, bool], **options: Any) -> Any:
    """Compile and return the address. Numba's C function only calls the one with the body; inlining that gains 5 % on XOR."""
    key = function.__name__, _variant(*variant)
    with _compiling:
        if key not in _made:
            made: Any = CFunc(function, (signature.args, signature.return_type), {}, {**OPTIONS, **options})
            made._cache = CodeCache(CODE, *key)
            made.compile()
            _made[key] = made
        return _made[key].address


def is_ready(name: str, dtype: str, own: bool) -> bool:
    """Whether a part need not be compiled because this process has it, it is intact on disk, or the JIT is off."""
    key = name, _variant(dtype, own)
    return key in _made or bool(SETTINGS.DISABLE_JIT) or CODE.read(file_name(*key)) is not None


def why_not_kept() -> str | None:
    """A sentence that says why machine code cannot be kept, and what to do; None if it can be kept."""
    if CODE.trouble is None or SETTINGS.DISABLE_JIT:
        return None
    compiled_anew = "what is missing there" if CODE.trusted else "its own"
    return (
        f"machine code cannot be kept in {CODE.path} ({CODE.trouble}), so each process compiles {compiled_anew}: "
        "set NUMBA_CACHE_DIR to a folder that you can write to"
    )


def why_slow() -> str | None:
    """A sentence that says why training is slow on this processor, and what to do; None if it is not.

    LLVM calls the C library for each multiply-add of each lane if the processor cannot do it with one rounding, and the bits of
    results must not depend on the processor.
    """
    if REGISTERS.fma or SETTINGS.DISABLE_JIT:
        return None
    return (
        "this processor has no fused multiply-add (FMA), so training takes about a thousand times as long, with the same "
        "results: use a processor with FMA or, in a virtual machine, let it pass the host's processor on"
    )
