"""A folder that the system holds open: names are looked up in the folder that was opened, whatever its path leads to by
then.
"""

import os
from pathlib import Path

from .opening import WITHOUT_FOLLOWING
from .system import flush

FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | WITHOUT_FOLLOWING | getattr(os, "O_BINARY", 0)


class OpenFolder:
    """A folder by its path, which may be a link; or by its name in an open one, where a link is not followed."""

    def __init__(self, path: Path, within: "OpenFolder | None" = None):
        if within is None:
            self._descriptor = os.open(path, FOLDER)
        else:
            self._descriptor = os.open(path.name, FOLDER | WITHOUT_FOLLOWING, dir_fd=within._descriptor)

    def itself(self) -> os.stat_result:
        """What the system says about the folder."""
        return os.fstat(self._descriptor)

    def within(self, path: Path) -> "OpenFolder":
        """A folder in it, by its name."""
        return OpenFolder(path, self)

    def found(self, name: str) -> os.stat_result:
        """Whatever has this name there, links included."""
        return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)

    def new(self, name: str) -> int:
        """Make a file that was not there before, and return its descriptor."""
        return os.open(name, NEW, 0o666, dir_fd=self._descriptor)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, replacing whatever had that name before."""
        os.replace(old, new, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file, or the link itself."""
        os.unlink(name, dir_fd=self._descriptor)

    def make(self, name: str) -> None:
        """Make a folder there."""
        os.mkdir(name, dir_fd=self._descriptor)

    def flush(self) -> None:
        """Flush its names to disk."""
        flush(self._descriptor)

    def close(self) -> None:
        """Close the folder."""
        os.close(self._descriptor)
