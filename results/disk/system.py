"""Differences between operating systems in how they treat files."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Done = TypeVar("Done")

# Windows opens no folders, so it looks no names up in them.
LOOKS_UP_IN_FOLDERS = {os.open, os.stat, os.rename, os.unlink, os.mkdir} <= os.supports_dir_fd
IN_USE_SECONDS = 1.0
PAUSE_SECONDS = 0.02


def patiently(act: Callable[..., Done], *arguments: object, **options: object) -> Done:
    """Open, rename or remove a file, and try for a second where Windows forbids it.

    It does so as long as another process has that file open, as readers, virus scanners and indexers have for a moment.
    """
    give_up = time.monotonic() + IN_USE_SECONDS
    while True:
        try:
            return act(*arguments, **options)
        except PermissionError:
            if LOOKS_UP_IN_FOLDERS or time.monotonic() > give_up:
                raise
        time.sleep(PAUSE_SECONDS)


def flush(descriptor: int) -> None:
    """Have an open file, or the names in an open folder, on disk, so that they survive a power cut.

    macOS leaves them in the drive's own memory unless it is asked otherwise, which not every file system there can do.
    """
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)
