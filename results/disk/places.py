"""A folder that is held open: whatever is written into it lands in it, even if its path leads to another folder by then.

Names are looked up in the folder itself and never through a path, and links are not followed (`open_folder.py`;
`path_folder.py` says what holds on systems that cannot do that). A new file first gets an unpredictable name, so that nobody
can plant anything there, and gets its final name once it is complete.
"""

import os
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from backsweep.errors import LinkError

from .open_folder import OpenFolder
from .opening import check_kind
from .path_folder import PathFolder
from .system import LOOKS_UP_IN_FOLDERS

PARTIAL = ".partial"
Folder = OpenFolder if LOOKS_UP_IN_FOLDERS else PathFolder


class HeldFolder:
    """An open folder, and the path by which it was opened."""

    def __init__(self, path: Path, folder: OpenFolder | PathFolder):
        self.path = path
        self.folder = folder
        self._itself = _identity(folder.itself())

    def found(self, name: str) -> os.stat_result:
        """Whatever lies there under this name, links included."""
        return self.folder.found(name)

    def is_same(self, found: os.stat_result) -> bool:
        """Whether it was this folder that was found."""
        return _identity(found) == self._itself

    def refuse_others(self, name: str) -> None:
        """ResultsError if something that is no file has a name there, LinkError if it is a link."""
        with suppress(FileNotFoundError):
            check_kind(self.path / name, self.found(name))

    @contextmanager
    def new_file(self, name: str) -> Generator[tuple[BinaryIO, str]]:
        """A new file, and its name so far: by the end it has been closed and renamed to `name` or the like, or it goes."""
        partial = f".{name[:40]}.{secrets.token_hex(8)}{PARTIAL}"
        try:
            with os.fdopen(self.folder.new(partial), "wb") as file:
                yield file, partial
        except BaseException:
            with suppress(OSError):
                self.folder.remove(partial)
            raise

    def rename(self, old: str, new: str) -> None:
        """Give a file there another name, in the place of what had it before. ResultsError if that is a folder."""
        try:
            self.folder.rename(old, new)
        except (IsADirectoryError, PermissionError):  # which Windows says of a folder
            with suppress(LinkError):  # a link may be replaced
                self.refuse_others(new)
            raise

    def remove(self, name: str) -> None:
        """Remove a file there, or the link itself. ResultsError if it is a folder."""
        try:
            self.folder.remove(name)
        except OSError as error:
            if isinstance(error, IsADirectoryError | PermissionError):  # which macOS and Windows say of a folder
                with suppress(LinkError):  # a link may be removed
                    self.refuse_others(name)
            error.filename = str(self.path / name)
            raise

    def open_within(self, name: str) -> OpenFolder | PathFolder:
        """A folder there, which is made if it is missing. LinkError if it is a link."""
        with suppress(FileExistsError):
            self.folder.make(name)
            self.flush()
        return _open(self.path / name, self.folder)

    def flush(self) -> None:
        """Have its names on disk."""
        self.folder.flush()

    def close(self) -> None:
        """Let go of it."""
        self.folder.close()


@contextmanager
def hold_open(folder: Path | HeldFolder) -> Generator[HeldFolder]:
    """A folder, open; its own name may be a link. One that is open already is left so."""
    if isinstance(folder, HeldFolder):
        yield folder
        return
    place = HeldFolder(folder, _open(folder))
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


def _open(path: Path, within: OpenFolder | PathFolder | None = None) -> OpenFolder | PathFolder:
    try:
        return Folder(path) if within is None else within.within(path)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            check_kind(path, path.stat(follow_symlinks=within is None), "folder")
        error.filename = str(path)
        raise
