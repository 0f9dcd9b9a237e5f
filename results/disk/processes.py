"""Whether a process is still alive. Its number alone does not tell, because a later process may get the same number.

So a process is identified by its number and its time of birth. psutil asks each system in its own way. The usual test on POSIX,
`os.kill(pid, 0)`, would send Ctrl-C on Windows.
"""

import os
from pathlib import Path

import psutil

DEAD = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}  # ended, but perhaps not yet waited for by its parent; not on Windows


def birth(pid: int) -> str | None:
    """When the process with this number started, as a text that never changes; None if there is no such process."""
    try:
        process = psutil.Process(pid)
        if os.name == "posix" and process.status() in DEAD:
            return None
        return _ticks(pid) or repr(process.create_time())
    except (psutil.Error, ValueError, OverflowError):
        return None


def _ticks(pid: int) -> str | None:
    """When a process started, in ticks since Linux started. Unlike psutil's time of day, it stays when the clock is set."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, UnicodeDecodeError, IndexError):
        return None
