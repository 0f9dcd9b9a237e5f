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
        """Whether the system found this same folder."""
        return _identity(found) == self._itself

    def refuse_others(self, name: str) -> None:
        """ResultsError if the name belongs to something other than a file; LinkError if it is a link."""
        with suppress(FileNotFoundError):
            check_kind(self.path / name, self.found(name))

    @contextmanager
    def new_file(self, name: str) -> Generator[tuple[BinaryIO, str]]:
        """A new file and its temporary name. The caller closes it and renames it to `name` or similar; else it is removed."""
        partial = f".{name[:40]}.{secrets.token_hex(8)}{PARTIAL}"
        try:
            with os.fdopen(self.folder.new(partial), "wb") as file:
                yield file, partial
        except BaseException:
            with suppress(OSError):
                self.folder.remove(partial)
            raise

    def rename(self, old: str, new: str) -> None:
        """Give a file there another name, replacing whatever had that name before. ResultsError if that is a folder."""
        try:
            self.folder.rename(old, new)
        except (IsADirectoryError, PermissionError):  # what Windows raises for a folder
            with suppress(LinkError):  # a link may be replaced
                self.refuse_others(new)
            raise

    def remove(self, name: str) -> None:
        """Remove a file there, or the link itself. ResultsError if it is a folder."""
        try:
            self.folder.remove(name)
        except OSError as error:
            if isinstance(error, IsADirectoryError | PermissionError):  # what macOS and Windows raise for a folder
                with suppress(LinkError):  # a link may be removed
                    self.refuse_others(name)
            error.filename = str(self.path / name)
            raise

    def open_within(self, name: str) -> OpenFolder | PathFolder:
        """Open a folder there, and make it if it is missing. LinkError if it is a link."""
        with suppress(FileExistsError):
            self.folder.make(name)
            self.flush()
        return _open(self.path / name, self.folder)

    def flush(self) -> None:
        """Flush its names to disk."""
        self.folder.flush()

    def close(self) -> None:
        """Close the folder."""
        self.folder.close()


@contextmanager
def hold_open(folder: Path | HeldFolder) -> Generator[HeldFolder]:
    """Hold a folder open; its own name may be a link. A folder that is already open stays open afterwards."""
    if isinstance(folder, HeldFolder):
        yield folder
        return
    place = HeldFolder(folder, _open(folder))
    try:
        yield place
    finally:
        place.close()


def half_written(inside: Iterable[os.DirEntry[str]]) -> list[str]:
    """What dead processes left in a folder: files without a final name, and links that were planted in place of such files."""
    found = (entry for entry in inside if entry.name.startswith(".") and entry.name.endswith(PARTIAL))
    return [entry.name for entry in found if entry.is_symlink() or entry.is_file(follow_symlinks=False)]


def _identity(found: os.stat_result) -> tuple[int, int]:
    """An identity that no other file can have while this one is open."""
    return found.st_ino, found.st_dev


def _open(path: Path, within: OpenFolder | PathFolder | None = None) -> OpenFolder | PathFolder:
    try:
        return Folder(path) if within is None else within.within(path)
    except OSError as error:
        if not isinstance(error, FileNotFoundError):
            check_kind(path, path.stat(follow_symlinks=within is None), "folder")
        error.filename = str(path)
        raise
