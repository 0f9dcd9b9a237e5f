"""The right to be the only process that writes in a folder, and the folder held open meanwhile.

The lock is the operating system's, on an open file, and dies with its owner. It says nothing of names: the folder may be moved
and another put in its place, or the lock file be removed, so that a second process locks a new one. So before anything gets a
name there, or is removed, it is asked whether the folder and the lock file are still those that were locked: by device and
inode, which no other file can have while they are open.
"""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from .errors import BusyError, MovedError
from .folders import is_there
from .opening import check_kind
from .places import Place, opened

LOCK = ".lock"


class Held(Place):
    """A folder in which no other process writes, as long as `check` passes; it is asked before each rename and removal."""

    def __init__(self, path: Path, descriptor: int, check: Callable[[Place], None]):
        super().__init__(path, descriptor)
        self._check = check
        self._inside: dict[str, Held] = {}

    def check(self) -> None:
        """MovedError if its name leads to another folder by now, or the lock is lost."""
        self._check(self)

    def rename(self, old: str, new: str) -> None:
        """As of any folder."""
        self.check()
        super().rename(old, new)

    def remove(self, name: str) -> None:
        """As of any folder."""
        self.check()
        super().remove(name)

    def within(self, name: str) -> "Held":
        """A folder in it, made if it is missing, and held open like it. LinkError if it is a link."""
        if name not in self._inside:
            self.check()
            self._inside[name] = Held(self.path / name, self.open_within(name), self._check_inside)
        return self._inside[name]

    def _check_inside(self, inside: Place) -> None:
        self.check()
        _check_same(inside, lambda: self.found(inside.path.name))

    def close_inside(self) -> None:
        """Let go of the folders in it."""
        for inside in self._inside.values():
            inside.close()


@contextmanager
def only_writer(path: Path) -> Generator[Held]:
    """Be the only process that writes in a folder. BusyError if another is."""
    with opened(path) as folder, _locked(path):
        lock = _found_lock(folder)

        def check(held: Place) -> None:
            _check_same(held, path.stat)
            if not os.path.samestat(lock, _found_lock(held)):
                raise _lost(path)

        held = Held(path, folder.descriptor, check)
        try:
            held.check()
            yield held
        finally:
            held.close_inside()


@contextmanager
def _locked(path: Path) -> Generator[None]:
    file = path / LOCK
    if is_there(file):
        check_kind(file, file.lstat())
    lock = FileLock(file, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(f"{path}: another process is writing here; wait for it, or end it") from None
    try:
        yield
    finally:
        lock.release()


def _found_lock(folder: Place) -> os.stat_result:
    try:
        return folder.found(LOCK)
    except FileNotFoundError:
        raise _lost(folder.path) from None


def _check_same(held: Place, look: Callable[[], os.stat_result]) -> None:
    try:
        same = held.is_same(look())
    except (FileNotFoundError, NotADirectoryError):
        same = False
    if not same:
        raise MovedError(
            f"{held.path}: no longer the folder in which this process was writing: it was moved, or another put in its "
            "place. What was done is whole where it is now; `backsweep resume` goes on there"
        )


def _lost(path: Path) -> MovedError:
    return MovedError(
        f"{path / LOCK}: removed or replaced while this process was writing here, so another may have begun to. "
        f"What was done is whole; `backsweep resume {path}` goes on"
    )
