"""The exclusive right to write in a folder. The folder stays open as long as it is held.

The lock is the operating system's own lock on an open file, and it dies with its owner. It does not protect names: somebody may
replace the folder by another, or remove the lock file, so that a second process locks a new one. So before a writer renames or
removes anything, it checks that the folder and the lock file are still those that it locked. It compares device and inode,
which no other file can have while these are open.
"""

import errno
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from backsweep.errors import BusyError, FileError, MovedError

from .folders import is_there
from .open_folder import OpenFolder
from .opening import check_kind
from .path_folder import PathFolder
from .places import HeldFolder, hold_open

LOCK = ".lock"
WITHOUT_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP}


class Held(HeldFolder):
    """A folder in which no other process writes, as long as `check` passes; it is asked before each rename and removal."""

    def __init__(self, path: Path, folder: OpenFolder | PathFolder, check: Callable[[], None]):
        super().__init__(path, folder)
        self.check = check

    def rename(self, old: str, new: str) -> None:
        """As of any folder. MovedError if it is not the writer's any more."""
        self.check()
        super().rename(old, new)

    def remove(self, name: str) -> None:
        """As of any folder. MovedError if it is not the writer's any more."""
        self.check()
        super().remove(name)


class HeldRoot(Held):
    """The folder that was locked, and those folders within it that were asked for."""

    def __init__(self, folder: HeldFolder):
        super().__init__(folder.path, folder.folder, self._check)
        self._lock = self._found_lock()
        self._inside: dict[str, Held] = {}
        self.check()

    def within(self, name: str) -> Held:
        """A folder in it, made if it is missing, and held open like it. LinkError if it is a link."""
        if name not in self._inside:
            self._inside[name] = Held(self.path / name, self.open_within(name), self._check)
        return self._inside[name]

    def close_inside(self) -> None:
        """Close the folders in it."""
        for inside in self._inside.values():
            inside.close()

    def _check(self) -> None:
        """Check all folders at once, because what is removed in one depends on what was seen in the others."""
        _check_same(self, self.path.stat)
        if not os.path.samestat(self._lock, self._found_lock()):
            raise self._lost()
        for name, inside in self._inside.items():
            _check_same(inside, partial(self.found, name))

    def _found_lock(self) -> os.stat_result:
        try:
            return self.found(LOCK)
        except FileNotFoundError:
            raise self._lost() from None

    def _lost(self) -> MovedError:
        return MovedError(
            f"{self.path / LOCK}: removed or replaced while this process was writing here, so another process may have begun "
            f"to. Everything done so far is intact; `backsweep resume {self.path}` continues"
        )


@contextmanager
def only_writer(path: Path, other: Callable[[Path], str] = lambda _: "another process") -> Generator[HeldRoot]:
    """Be the only process that writes in a folder. BusyError if another one is; MovedError if that changed before the end.

    other: what a message calls the process that writes in a folder.
    """
    with hold_open(path) as folder, _locked(path, other):
        held = HeldRoot(folder)
        try:
            yield held
            held.check()
        finally:
            held.close_inside()


@contextmanager
def _locked(path: Path, other: Callable[[Path], str]) -> Generator[None]:
    file = path / LOCK
    if is_there(file):
        check_kind(file, file.lstat())
    lock = FileLock(file, blocking=False, fallback_to_soft=False)  # a soft lock outlives its owner
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(f"{path}: {other(path)} is writing here; wait until it ends, or end it") from None
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
        raise FileError(
            file,
            f"this file system has no locks ({error.strerror}), so two processes could write here at a time; choose a "
            "folder on another, such as a local disk, and move it here when it is done, or mount this one with locks",
        ) from None
    try:
        yield
    finally:
        lock.release()


def _check_same(held: HeldFolder, look: Callable[[], os.stat_result]) -> None:
    """MovedError if a place now holds something other than what is held open."""
    try:
        same = held.is_same(look())
    except (FileNotFoundError, NotADirectoryError):
        same = False
    if not same:
        raise MovedError(
            f"{held.path}: no longer the folder in which this process was writing: it was moved, or another took its "
            "place. Everything done so far is intact where it is now; `backsweep resume` continues there"
        )
