"""A folder held open: what is put into it lands in it, though its name may stand for another folder by then.

Names are looked up in the folder itself, never through a path, and a link in their place is not followed. A new file is made
under a name that nobody can foresee, so nothing can be planted where it will be written, and takes its name once it is whole.
"""

import os
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ..errors import LinkError
from .opening import WITHOUT_FOLLOWING, check_kind

PARTIAL = ".partial"
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | WITHOUT_FOLLOWING


class Place:
    """An open folder, and the path by which it was opened."""

    def __init__(self, path: Path, descriptor: int):
        self.path = path
        self.descriptor = descriptor
        self._itself = _identity(os.fstat(descriptor))

    def found(self, name: str) -> os.stat_result:
        """What lies there under a name, be it a link."""
        return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)

    def is_same(self, found: os.stat_result) -> bool:
        """Whether it was this folder that was found."""
        return _identity(found) == self._itself

    def refuse_others(self, name: str) -> None:
        """InputError if something that is no file has a name there, LinkError if it is a link."""
        with suppress(FileNotFoundError):
            check_kind(self.path / name, self.found(name))

    @contextmanager
    def new_file(self, name: str) -> Generator[tuple[BinaryIO, str]]:
        """A new file, and its name so far: by the end it has been renamed to `name` or the like, or it goes."""
        partial = f".{name[:40]}.{secrets.token_hex(8)}{PARTIAL}"
        try:
            with os.fdopen(os.open(partial, NEW, 0o666, dir_fd=self.descriptor), "wb") as file:
                yield file, partial
        except BaseException:
            with suppress(OSError):
                os.unlink(partial, dir_fd=self.descriptor)
            raise

    def rename(self, old: str, new: str) -> None:
        """Give a file there another name, in the place of what had it before. InputError if that is a folder."""
        try:
            os.replace(old, new, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        except IsADirectoryError:
            self.refuse_others(new)
            raise

    def remove(self, name: str) -> None:
        """Remove a file there, or the link itself. InputError if it is a folder."""
        try:
            os.unlink(name, dir_fd=self.descriptor)
        except OSError as error:
            if isinstance(error, IsADirectoryError | PermissionError):  # which macOS says of a folder
                with suppress(LinkError):  # a link may be removed
                    self.refuse_others(name)
            error.filename = str(self.path / name)
            raise

    def open_within(self, name: str) -> int:
        """A descriptor of a folder there, which is made if it is missing. LinkError if it is a link."""
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=self.descriptor)
            self.flush()
        return _descriptor(self.path / name, name, FOLDER | WITHOUT_FOLLOWING, self.descriptor)

    def flush(self) -> None:
        """Have its names on disk."""
        os.fsync(self.descriptor)

    def close(self) -> None:
        """Let go of it."""
        os.close(self.descriptor)


@contextmanager
def opened(folder: Path | Place) -> Generator[Place]:
    """A folder, open; its own name may be a link. One that is open already is left so."""
    if isinstance(folder, Place):
        yield folder
        return
    place = Place(folder, _descriptor(folder, str(folder), FOLDER))
    try:
        yield place
    finally:
        place.close()


def half_written(inside: Iterable[os.DirEntry[str]]) -> list[str]:
    """What processes that died left in a folder: files that got no name, and links planted in the place of such files."""
    found = (entry for entry in inside if entry.name.startswith(".") and entry.name.endswith(PARTIAL))
    return [entry.name for entry in found if entry.is_symlink() or entry.is_file(follow_symlinks=False)]


def _identity(found: os.stat_result) -> tuple[int, int]:
    """What no other file has while this one is open."""
    return found.st_ino, found.st_dev


def _descriptor(path: Path, name: str, flags: int, within: int | None = None) -> int:
    try:
        return os.open(name, flags, dir_fd=within)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            check_kind(path, path.stat(follow_symlinks=not flags & WITHOUT_FOLLOWING), "folder")
        error.filename = str(path)
        raise
