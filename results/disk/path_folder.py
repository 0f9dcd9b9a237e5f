"""A folder reached by its path, for systems that cannot open folders, such as Windows. It protects less than `open_folder.py`:

- Each name is looked up through the path. If somebody replaces the folder by another between a writer's check
  (`lock.py`) and its action, the action hits the other folder. Windows makes that hard: it does not move a folder that contains
  an open file, and a writer's lock is one.
- A link is noticed by a check, and a link that appears after the check is followed.
- Names are not flushed. After a power cut the last files may be missing; their runs are then trained again. A file that has a
  name is nevertheless complete, because its content was flushed first and the file system keeps the order of names.
"""

import os
from pathlib import Path

from .open_folder import NEW
from .opening import check_kind
from .system import patiently


class PathFolder:
    """Does what `open_folder.OpenFolder` does, by paths."""

    def __init__(self, path: Path, within: "PathFolder | None" = None):
        self._path = path
        check_kind(path, path.stat(follow_symlinks=within is None), "folder")
        self._itself = path.stat()

    def itself(self) -> os.stat_result:
        """The status of the folder when it was opened."""
        return self._itself

    def within(self, path: Path) -> "PathFolder":
        """A folder in it, by its name."""
        return PathFolder(path, self)

    def found(self, name: str) -> os.stat_result:
        """Whatever has this name there, links included."""
        return (self._path / name).lstat()

    def new(self, name: str) -> int:
        """Make a file that was not there before, and return its descriptor."""
        return os.open(self._path / name, NEW, 0o666)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, replacing whatever had that name before."""
        patiently(os.replace, self._path / old, self._path / new)

    def remove(self, name: str) -> None:
        """Remove a file, or the link itself."""
        patiently(os.unlink, self._path / name)

    def make(self, name: str) -> None:
        """Make a folder there."""
        (self._path / name).mkdir()

    def flush(self) -> None:
        """Do nothing: the names of a folder cannot be flushed."""

    def close(self) -> None:
        """Do nothing: the folder is not open."""
