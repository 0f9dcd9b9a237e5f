"""Differences between operating systems in how they treat files."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Done = TypeVar("Done")

# Windows cannot open folders, so names cannot be looked up in open ones.
LOOKS_UP_IN_FOLDERS = {os.open, os.stat, os.rename, os.unlink, os.mkdir} <= os.supports_dir_fd
IN_USE_SECONDS = 1.0
PAUSE_SECONDS = 0.02


def patiently(act: Callable[..., Done], *arguments: object, **options: object) -> Done:
    """Open, rename or remove a file, and keep trying for a second if Windows forbids it.

    Windows forbids it while another process has the file open, as readers, virus scanners and indexers do for a moment.
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
    """Flush an open file, or the names in an open folder, to disk, so that they survive a power cut.

    macOS leaves them in the drive's own memory unless asked for a full flush, which not every file system there supports.
    """
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)
