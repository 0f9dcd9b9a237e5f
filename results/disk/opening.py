"""Opens files that somebody else may have put there: only regular files, and only up to a size that the reader can handle.

A named pipe would make its reader wait for ever, a device has no end, and a link leads out of the folder. So the type is
checked before the file is opened, because opening some devices already has effects. It is checked again on the opened file,
because the name may lead to something else by then. For the same reason the file is opened without waiting.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from backsweep.errors import FileError, LinkError

from .system import patiently

KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
    stat.S_IFLNK: "link",
}
# Not every system has all of these.
WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
WITHOUT_FOLLOWING = getattr(os, "O_NOFOLLOW", 0)
JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT
USUALLY = 2**16  # bytes to read first, even if more are allowed: Python allocates as many as one asks for


def open_regular(path: Path, *, links: bool = False, most: int | None = None) -> BinaryIO:
    """Open a regular file to read its bytes. links: whether its name may be a link; most: how many bytes it may have.

    FileError if it is anything else, LinkError if it is a link, FileError if it is larger; OSError as `open` raises it.
    """
    check_kind(path, path.stat(follow_symlinks=links))
    descriptor = patiently(os.open, path, os.O_RDONLY | WITHOUT_WAITING | (0 if links else WITHOUT_FOLLOWING))
    try:
        found = os.fstat(descriptor)
        check_kind(path, found)
        if most is not None:
            _refuse_more(path, found.st_size, most)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(path: Path, *, links: bool = False, most: int | None = None) -> bytes:
    """All bytes of a regular file, under the conditions of `open_regular`."""
    with open_regular(path, links=links, most=most) as file:
        if most is None:
            return file.read()
        data = file.read(min(most, USUALLY) + 1)  # some files grow meanwhile, and those in /proc claim to be empty
        if len(data) > USUALLY:
            data += file.read(most + 1 - len(data))
    _refuse_more(path, len(data), most)
    return data


def check_kind(path: Path, found: os.stat_result, wanted: str = "file") -> None:
    """FileError if a path is not a `wanted` (a file or a folder); LinkError if it is a link."""
    kind = "link" if is_junction(found) else KINDS.get(stat.S_IFMT(found.st_mode), "thing of another kind")
    if kind == "link":
        raise LinkError(f"{path}: a link, not a {wanted}; replace it by the {wanted} itself")
    if kind != wanted:
        raise FileError(path, f"a {kind}, not a {wanted}")


def is_junction(found: os.stat_result) -> bool:
    """Whether it is a junction, a link between folders on Windows, which Python does not list as a kind of its own."""
    return getattr(found, "st_reparse_tag", 0) == JUNCTION


def _refuse_more(path: Path, size: int, most: int) -> None:
    if size > most:
        raise FileError(path, f"larger than the {most:,} bytes that such a file may have")
