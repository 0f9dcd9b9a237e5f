"""A process in which Linux lacks what Windows lacks and refuses what Windows refuses, as far as this code is concerned.

This is an imitation and proves nothing about Windows. Other packages have already loaded what they need of Linux.
"""

import errno
import json
import mmap
import os
import shutil
import signal
import sys
import time
from contextlib import redirect_stdout, suppress
from functools import wraps
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import platformdirs
import psutil

OTHERS = (
    "distributed",
    "filelock",
    "joblib",
    "numba",
    "pandas",
    "pyarrow.parquet",
    "pydantic",
    "rich.console",
    "scipy.stats",
    "typer",
)
FLAGS = ("O_DIRECTORY", "O_NOFOLLOW", "O_NOCTTY")
CALLS = ("pread", "sysconf", "sched_getaffinity", "getuid", "geteuid", "getppid", "killpg", "mkfifo", "fchmod", "fork")
LACKING = {
    os: FLAGS + CALLS,
    signal: ("SIGHUP", "SIGKILL", "SIGUSR1"),
    time: ("clock_gettime", "CLOCK_BOOTTIME"),
    mmap: ("MAP_PRIVATE", "MAP_NORESERVE"),
}
IN_USE = "The process cannot access the file because it is being used by another process"


def pretend():
    """Make this process behave so from now on."""
    for name in OTHERS:
        import_module(name)
    platformdirs.user_cache_path("backsweep")
    shutil._use_fd_functions = False
    for name in ("resource", "fcntl", "pwd", "grp"):
        sys.modules[name] = None
    for module, names in LACKING.items():
        for name in names:
            with suppress(AttributeError):
                delattr(module, name)
    signal.SIGBREAK = 21
    os.supports_dir_fd = set()
    psutil.Process.memory_info = lambda _: SimpleNamespace(rss=2**27, peak_wset=2**27)
    os.kill = _forbidden("os.kill ends a process, or is Ctrl-C")
    _forbid_folders_and_open_files()


def _forbidden(why):
    def refuse(*_, **__):
        raise AssertionError(why)

    return refuse


def _forbid_folders_and_open_files():
    def on_windows(act, *, folders=True, in_use=True):
        @wraps(act)
        def acting(*names, **options):
            if {"dir_fd", "src_dir_fd", "dst_dir_fd"} & options.keys():
                raise NotImplementedError("dir_fd unavailable on this platform")
            paths = {os.path.realpath(name) for name in names if isinstance(name, str | os.PathLike)}
            if not folders and any(map(os.path.isdir, paths)):
                raise PermissionError(errno.EACCES, "Permission denied", names[0])
            if not in_use and paths & _open_files():
                raise PermissionError(errno.EACCES, IN_USE, names[0])
            return act(*names, **options)

        return acting

    os.open = on_windows(os.open, folders=False)
    os.replace, os.rename = on_windows(os.replace, in_use=False), on_windows(os.rename, in_use=False)
    os.unlink = os.remove = on_windows(os.unlink, in_use=False, folders=False)
    os.mkdir, os.stat = on_windows(os.mkdir), on_windows(os.stat)


def _open_files():
    """The open files of this process, except those of the lock and of `tempfile`, which work differently on Windows."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(descriptor.readlink()))
    return {name for name in found if ".filelock" not in name and not Path(name).name.startswith("tmp")}


if __name__ == "__main__":
    pretend()
    from backsweep.sweep.cli.start import main

    codes = []
    for words in json.load(sys.stdin):
        sys.argv = ["backsweep", *words]
        with redirect_stdout(sys.stderr):
            try:
                codes.append(main())
            except SystemExit as end:
                codes.append(end.code)
    json.dump(codes, sys.stdout)
