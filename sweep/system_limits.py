"""Tries out in advance whether the system leaves room for what commands load, because native libraries fail badly if it does
not.

If address space is short (`ulimit -v`), OpenBLAS asks for its threads' memory for ever as soon as it is loaded, and LLVM and
the engine that draws the report's explorer abort. If threads are short, OpenBLAS interrupts the process, and pools of workers
wait for a thread that never existed. Limits of memory itself, such as those of containers, are different: they end a process.
"""

import errno
import mmap
import multiprocessing
import os
import subprocess
import sys

from . import begin_threads

# In bytes, as measured on Linux: without limits the report takes most, 2,050 MB on one core and 2,190 on two; with less
# than 1,600 what is loaded last finds no place at times, and with less than 700 some commands hang. What is left over is for
# the stacks and buffers of the threads that libraries begin for each core.
ADDRESSES, ADDRESSES_OF_A_CORE = 2000 * 2**20, 150 * 2**20

# Of Arrow, joblib and ourselves; of two OpenBLAS; of joblib's worker processes.
THREADS, THREADS_OF_A_CORE, THREADS_OF_A_PROCESS = 8, 2, 6


def visible_cores() -> int:
    """How many cores native libraries see, and begin a thread for each, whatever a container's share of them is."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_limits() -> None:
    """Raise MemoryError if a command would not find the address space that it needs, and RuntimeError as `check_threads`."""
    if hasattr(mmap, "MAP_PRIVATE"):  # Windows has no such limit, and no way to ask for addresses alone
        _check_addresses(ADDRESSES + visible_cores() * ADDRESSES_OF_A_CORE)
    check_threads(visible_cores() * THREADS_OF_A_CORE)


def _check_addresses(needed: int) -> None:
    try:
        mmap.mmap(-1, needed, flags=mmap.MAP_PRIVATE | getattr(mmap, "MAP_NORESERVE", 0)).close()
    except OSError:
        raise MemoryError(f"about {needed / 1e6:,.0f} MB of address space are needed; see `ulimit -v`") from None


def has_semaphores() -> bool:
    """Whether processes here can wait for each other, without which joblib starts none, and threads one at a time only.

    Linux keeps semaphores in /dev/shm, which some containers lack, or may not write to.
    """
    try:
        multiprocessing.get_context("fork" if os.name == "posix" else "spawn").Lock()
    except (OSError, ImportError):  # the latter where the system knows no semaphores at all
        return False
    return True


def check_processes(count: int) -> None:
    """Raise RuntimeError, as Python does, if the system does not let joblib start `count` processes."""
    check_threads(count * THREADS_OF_A_PROCESS)


def check_threads(count: int) -> None:
    """Raise RuntimeError, as Python does, if the system does not let `count` threads start beside those of libraries.

    A separate process tries it, because a thread's memory pool stays with its process after the thread has ended.
    """
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-I", "-S", begin_threads.__file__, str(THREADS + count)], stderr=subprocess.DEVNULL, check=False
        )
    except OSError as error:
        if error.errno not in {errno.EAGAIN, errno.ENOMEM}:  # as where a user may not run this Python: no limit was met
            return
        done = None
    if done is None or done.returncode:
        raise RuntimeError("can't start new thread")
