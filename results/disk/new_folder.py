"""A folder that appears under its name when it is complete, and not before.

It is filled under a hidden name beside its place, and renamed. If that fails, nothing is left. A process that is killed leaves
the hidden folder; whoever next makes a folder of the same name there removes it, because its lock is free.
"""

import os
import re
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from backsweep.errors import FileError, ResultsError

from .folders import entries, is_folder, is_there
from .lock import only_writer
from .places import PARTIAL, hold_open
from .system import patiently


@contextmanager
def new_folder(path: Path) -> Generator[Path]:
    """An empty folder to be filled, which afterwards is `path`. FileError if anything has that name already.

    Its parent must be there. If the body raises an error, the folder is removed.
    """
    _refuse_existing(path)
    _clear_leftovers(path)
    hidden = _hidden(path)
    hidden.mkdir()
    try:
        with only_writer(hidden):
            yield hidden
        _refuse_existing(path)
        patiently(os.rename, hidden, path)  # after the lock is released: Windows renames no folder that has an open file
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    with hold_open(path.parent) as place:
        place.flush()


def _refuse_existing(path: Path) -> None:
    if is_there(path):
        raise FileError(path, "already there, and nothing is unpacked over it").advising(("choose another folder", "out"))


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}{PARTIAL}")


def _clear_leftovers(path: Path) -> None:
    """Remove the hidden folders that killed processes left while they made the same folder."""
    leftover = re.compile(rf"\.{re.escape(path.name[:40])}\.[0-9a-f]{{16}}{re.escape(PARTIAL)}")
    for entry in entries(path.parent, links=True):
        if is_folder(entry) and leftover.fullmatch(entry.name):
            with suppress(OSError, ResultsError):  # its owner lives, or it belongs to another user
                with only_writer(Path(entry.path)):
                    pass
                # Renamed first: its owner may have filled it and released the lock just now, and must not get half of it.
                removed = Path(entry.path).rename(_hidden(path))
                shutil.rmtree(removed, ignore_errors=True)
