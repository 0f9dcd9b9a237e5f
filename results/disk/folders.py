"""Lists what a folder contains, completely or not at all: a folder that cannot be read must not look empty.

Otherwise a caller that removes everything no file vouches for would remove what it merely failed to see. `Path.glob`, `exists`
and `os.walk` hide errors of the system, such as missing permission or too many open files; the functions here raise them.
"""

import os
from pathlib import Path

from .opening import check_kind, is_junction


def entries(folder: Path, *, links: bool = False) -> list[os.DirEntry[str]]:
    """Everything in a folder, by name. links: whether the folder's own name may be a link.

    FileNotFoundError if there is no folder; ResultsError if it is something else; OSError, with its name, if it cannot be read.
    """
    check_kind(folder, folder.stat(follow_symlinks=links), "folder")
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        error.filename = str(folder)  # errors in the middle of a listing lack it
        raise


def names_within(folder: Path) -> list[str]:
    """What is in a folder of results, by name; empty if the folder does not exist yet. LinkError if any is a link."""
    try:
        inside = entries(folder)
    except FileNotFoundError:
        return []
    for entry in inside:
        if entry.is_symlink():
            check_kind(Path(entry.path), entry.stat(follow_symlinks=False))
    return [entry.name for entry in inside]


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether the entry is itself a folder, not a link to one."""
    return entry.is_dir(follow_symlinks=False) and not is_junction(entry.stat(follow_symlinks=False))


def is_there(path: Path) -> bool:
    """Whether anything has that name, even a link that leads nowhere. OSError if that cannot be known."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
