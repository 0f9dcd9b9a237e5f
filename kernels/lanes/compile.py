"""How the functions here are compiled, and where the machine code is kept.

A function may depend on others in other files, so the folder of machine code (`cache.py`) is named after a hash of all sources
of this package and of the ground that it stands on: other sources, other folder. It is a folder of the user's, since
site-packages may be read-only, in NUMBA_CACHE_DIR if that is set; where no folder can be written, everything is compiled again
in each process.

Six ways, chosen for the time that compiling takes: `compiled` for what Python calls; `inlined` for the parts of the loop, each
used in one place or two; `leaf` for arithmetic on lanes, used in many; `called` for scalar work that is rare; `Formula` for the
formulas that a spec chooses among; `Section` for the large parts of the loop. With one of the first four for everything the
loop takes longer, as each function is then optimised again inside each of its callers.

A `Formula` or `Section` is compiled on its own, when it is first needed, and the loop calls it by its address. So a spec that
varies ten activations and ten optimizers compiles twenty small functions and one loop, not a hundred kernels, and none that it
does not use. Tried instead: a kernel that takes functions as arguments, which Numba compiles again in every process, and a
branch in the loop, which compiles every formula for everybody.

Nothing here allocates, so Numba's reference counts are switched off: in the loop they cost a tenth of the time.
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
from .struct import Struct
from .vector import Memory, Table

Function = TypeVar("Function", bound=Callable[..., Any])

Given = Memory | Table
SETTINGS: Any = config  # its attributes appear at run time
OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
INNER: dict[str, Any] = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # only compiled code calls these


def _sources_hash(package: Path, ground: Path) -> str:
    """The same on each system: some end lines otherwise, as Git may on Windows, or sort names without regard to case."""
    digest = hashlib.sha256()
    for folder, sources in ((package, package.rglob("*.py")), (ground, ground.glob("[a-z]*.py"))):
        for source in sorted(sources, key=lambda source: source.relative_to(folder).parts):
            digest.update(source.relative_to(folder).as_posix().encode() + source.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def _caches() -> Path:
    """Where machine code is kept. It begins with ~ where this user has no home, as some users of containers."""
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
    """Compile `function` once, and have LLVM copy it into its callers."""
    return cast("Function", njit(forceinline=True, **INNER)(function))


def called(function: Function) -> Function:
    """Compile `function` on its own, to be called by other compiled functions."""
    return cast("Function", njit(**INNER)(function))


def compiled(function: Function) -> Function:
    """Compile `function` for calls from Python: no GIL while it runs, machine code kept on disk."""
    dispatcher: Any = njit(nogil=True, **OPTIONS)(function)
    if not SETTINGS.DISABLE_JIT:
        dispatcher._cache = CodeCache(CODE, function.__name__)
    return cast("Function", dispatcher)


PARTS: dict[str, Any] = {}  # every Formula and Section, by the name of its function


class Formula:
    """A function on rows of lanes that compiled code calls by its address (`calls.call`); decorate with it.

    Its arguments are annotated: `Memory` for rows of lanes, `Table` for numbers that lanes share, `Given` for data that may be
    either, `int`, or a NamedTuple of these.
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
        signature = types.void(*(_type_of(kind, kinds) for kind in self.function.__annotations__.values()))
        return _address_of(self.function, signature, (np.dtype(dtype).name, given is Memory), forceinline=True)


def _type_of(kind: Any, kinds: Mapping[Any, Any]) -> Any:
    """Numba's type of an annotation, or of a NamedTuple's, field by field."""
    if kind in kinds:
        return kinds[kind]
    return types.NamedTuple([_type_of(field, kinds) for field in kind.__annotations__.values()], kind)


class Section:
    """A part of the loop that is compiled on its own and called by its address (`calls.ask`); decorate with it.

    It takes a struct of all that the loop works on, and whole numbers, and answers with one.
    """

    def __init__(self, function: Callable[..., int]):
        self.function, self.name = function, function.__name__
        self._numbers = function.__code__.co_argcount - 1
        self._addresses: dict[int, Any] = {}
        PARTS[self.name] = self

    def address(self, content) -> Any:
        """Where the machine code for a struct of this `memory.Call` starts; the function itself if the JIT is off."""
        if SETTINGS.DISABLE_JIT:
            return self.function
        kind = typeof(content)
        if id(kind) not in self._addresses:  # Numba keeps one object a type; to hash it would take a tenth of a millisecond
            signature = types.int64(Struct(kind), *[types.int64] * self._numbers)
            self._addresses[id(kind)] = _address_of(self.function, signature, (content.work.weights.dtype.name, False))
        return self._addresses[id(kind)]


_compiling = RLock()
_made: dict[tuple[str, str], Any] = {}  # by the names of function and variant


def _variant(dtype: str, own: bool) -> str:
    return f"{dtype}{'-own' * own}"


def _address_of(function: Callable[..., Any], signature: Any, variant: tuple[str, bool], **options: Any) -> Any:
    """Numba's C function first calls another, which has the body, unless LLVM is made to inline it (XOR 5 % faster)."""
    key = function.__name__, _variant(*variant)
    with _compiling:
        if key not in _made:
            made: Any = CFunc(function, (signature.args, signature.return_type), {}, {**OPTIONS, **options})
            made._cache = CodeCache(CODE, *key)
            made.compile()
            _made[key] = made
        return _made[key].address


def is_ready(name: str, dtype: str, own: bool) -> bool:
    """Whether a part need not be compiled: this process has it, or it is whole on disk, or the JIT is off."""
    key = name, _variant(dtype, own)
    return key in _made or bool(SETTINGS.DISABLE_JIT) or CODE.read(file_name(*key)) is not None


def why_not_kept() -> str | None:
    """Why machine code cannot be kept, and what to do, as a sentence; None where it can."""
    if CODE.trouble is None or SETTINGS.DISABLE_JIT:
        return None
    compiled_anew = "what is missing there" if CODE.trusted else "its own"
    return (
        f"machine code cannot be kept in {CODE.path} ({CODE.trouble}), so each process compiles {compiled_anew}: "
        "set NUMBA_CACHE_DIR to a folder that you can write to"
    )
