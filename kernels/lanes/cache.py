"""Machine code on disk: one file per compiled function, which is used only if it is intact.

Numba's own cache loads whatever it finds: a damaged file ends the process, or trains wrongly without a word. So each file here
begins with a digest of its name and its content, and a function whose file does not match is compiled again. A file holds one
function for one precision and processor and is put in place by a rename; there is no index that two processes could write at
the same time.

The files hold pickles and machine code, so anyone who can write them can run code. The folder must therefore belong to the user
or the superuser, and nobody else may write to it. Anybody may read it, because it contains nothing secret: whoever runs an
image uses what was compiled while the image was built. A folder that can be read but not written is only read.
"""

import errno
import hashlib
import os
import pickle
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import llvmlite
import numba
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.registry import cpu_target
from numba.core.serialize import dumps

DIGEST_BYTES = 32
FOREIGN_WRITERS = stat.S_IWGRP | stat.S_IWOTH
SUPERUSER = 0


class CodeFolder:
    """A folder for machine code. `trouble`: why nothing can be kept there, or None."""

    def __init__(self, path: Path):
        self.path = path
        try:
            if path.parts[:1] == ("~",):
                raise FileNotFoundError(errno.ENOENT, "this user has no home folder")
            with suppress(FileExistsError):
                path.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.trouble = self._why_not_trusted()
        except OSError as error:
            self.trouble = error.strerror
        self.trusted = self.trouble is None
        if self.trusted and not os.access(path, os.W_OK):
            self.trouble = "it is read-only"

    def _why_not_trusted(self) -> str | None:
        found = self.path.lstat()
        if not stat.S_ISDIR(found.st_mode):
            return "it is not a folder"
        if hasattr(os, "getuid") and found.st_uid not in {os.getuid(), SUPERUSER}:
            return "it belongs to another user"
        if hasattr(os, "getuid") and found.st_mode & FOREIGN_WRITERS:
            return "others can write to it"
        return None if os.access(self.path, os.R_OK | os.X_OK) else "it cannot be read"

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if the file is missing or damaged."""
        path = self.path / name
        if not self.trusted or not path.is_file():  # reading a named pipe would wait
            return None
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, rest = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        return rest if self._digest(name, rest) == digest else None

    def write(self, name: str, content: bytes) -> None:
        """Keep a file if possible; otherwise `trouble` says why not."""
        if self.trouble is not None:
            return
        try:
            self._put(name, self._digest(name, content) + content)
        except OSError as error:
            self.trouble = error.strerror

    def _digest(self, name: str, content: bytes) -> bytes:
        """The digest of a file and its name: an intact file may still belong to another function or to other sources."""
        found = hashlib.sha256(f"{self.path.name}/{name}\0".encode())
        found.update(content)
        return found.digest()

    def _put(self, name: str, content: bytes) -> None:
        handle, partial = tempfile.mkstemp(dir=self.path)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(partial).chmod(0o644)
            self._name(Path(partial), name)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise

    def _name(self, partial: Path, name: str) -> None:
        """Give a file its name. If another process wrote it first and a third reads it, Windows lets nobody replace it."""
        try:
            partial.replace(self.path / name)
        except PermissionError:
            if self.read(name) is None:
                raise
            partial.unlink()


def target() -> str:
    """What machine code depends on besides our sources: the compiler, and the processor that it compiles for."""
    context: Any = cpu_target.target_context
    parts = numba.__version__, llvmlite.__version__, sys.implementation.cache_tag, context.codegen().magic_tuple()
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


class CodeCache(NullCache):
    """Where Numba looks for the machine code of one function. variant: names its types; None if the signature does."""

    def __init__(self, folder: CodeFolder, function: str, variant: str | None = None):
        self._folder, self._function, self._variant = folder, function, variant

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The function; None if its file is missing, damaged or unusable."""
        target_context.refresh()
        content = self._folder.read(self._name(sig))
        if content is None:
            return None
        rebuild = CompileResult._rebuild  # pyright: ignore[reportPrivateUsage]
        return rebuild(target_context, *pickle.loads(content))  # noqa: S301

    def save_overload(self, sig: Any, cres: Any) -> None:
        """Keep the function."""
        if self._folder.trouble is None:
            self._folder.write(self._name(sig), dumps(cres._reduce()))

    def _name(self, sig: Any) -> str:
        variant = hashlib.sha256(str(sig).encode()).hexdigest()[:8] if self._variant is None else self._variant
        return file_name(self._function, variant)


def file_name(function: str, variant: str) -> str:
    """The name of the file that holds a function."""
    return f"{function}-{variant}-{target()}.code"
