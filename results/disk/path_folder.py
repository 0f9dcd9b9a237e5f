"""A folder by its path, for systems that open no folders, such as Windows. What is weaker here than in `open_folder.py`:

- Each name is looked up through the path. If the folder is moved, and another put in its place, between the look of a writer
  (`lock.py`) and what it then does, this is done in the other folder. Windows makes that hard: it moves no folder in which a
  file is open, and a writer's lock is.
- A link is seen by a look at it, and one that is put there after the look is followed.
- Names are not flushed: after a power cut the last files may be missing, whose runs are then trained again. A file that has a
  name is whole nevertheless, since its content was flushed before, and the file system keeps the order of its names.
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
        """What the system said of the folder at first."""
        return self._itself

    def within(self, path: Path) -> "PathFolder":
        """A folder in it, by its name."""
        return PathFolder(path, self)

    def found(self, name: str) -> os.stat_result:
        """What has a name there, be it a link."""
        return (self._path / name).lstat()

    def new(self, name: str) -> int:
        """The descriptor of a file that is made there, and was not there before."""
        return os.open(self._path / name, NEW, 0o666)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, in the place of what had it before."""
        patiently(os.replace, self._path / old, self._path / new)

    def remove(self, name: str) -> None:
        """Remove a file, or the link itself."""
        patiently(os.unlink, self._path / name)

    def make(self, name: str) -> None:
        """Make a folder there."""
        (self._path / name).mkdir()

    def flush(self) -> None:
        """Nothing: the names of a folder cannot be flushed."""

    def close(self) -> None:
        """Nothing: it is not open."""
