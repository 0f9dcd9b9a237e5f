"""Facts for the manifest: the machine and the versions that a sweep ran with."""

import os
import platform
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryFile

import psutil

from ..kernels import SOURCES_HASH
from ..results.disk.system import flush

PACKAGES = ("backsweep", "numpy", "numba", "llvmlite", "joblib", "pyarrow")
GROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")  # of Linux, both versions
FLUSHED_BYTES = 4096
FLUSH_SECONDS = 0.02  # two flushes of a common disk


def now() -> str:
    """The time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def versions() -> dict[str, str]:
    """Of Python and the packages that make the numbers; `kernels` is a hash of the kernels' sources."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a tree that is not installed
            found[package] = "unknown"
    return {**found, "kernels": SOURCES_HASH}


def cpu_name() -> str:
    """The processor's name as it gives it, and the system."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return f"{names[0] if names else platform.processor() or platform.machine()}, {platform.system()}"


def cores() -> int:
    """How many cores this process may use: those that it may run on, or less if its container or its Slurm job has less."""
    from joblib import cpu_count

    allotted = os.environ.get("SLURM_CPUS_PER_TASK", "")
    return min(cpu_count(), max(int(allotted), 1)) if allotted.isdecimal() else cpu_count()


def peak_memory() -> int:
    """The most memory that this process has held so far, in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return psutil.Process().memory_info().peak_wset  # pyright: ignore[reportAttributeAccessIssue]
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def memory() -> int:
    """How much memory this process can have, in bytes: all of this machine's, or the part that it is allowed to use."""
    limits = [psutil.virtual_memory().total]
    with suppress(ImportError):  # on Windows
        import resource

        limits.append(resource.getrlimit(resource.RLIMIT_AS)[0])
    for limit in GROUP_LIMITS:
        with suppress(OSError, ValueError):  # no such file, or "max"
            limits.append(int(Path(limit).read_text(encoding="ascii")))
    return min(limit for limit in limits if limit > 0)  # RLIM_INFINITY is -1


def process_began() -> float:
    """When this process did, by time.perf_counter."""
    now = time.perf_counter()
    try:
        ticks = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, AttributeError):  # no Linux
        age = time.time() - psutil.Process().create_time()
    return now - max(age, 0.0)


def seconds_to_keep(folder: Path) -> float:
    """How long it takes until a small file, and its name in a folder, are on disk: FLUSH_SECONDS where one may not write.

    The file has no name where the system knows such files, so that nobody sees it, and nothing is left of it.
    """
    try:
        with TemporaryFile(dir=folder) as file:
            begin = time.perf_counter()
            file.write(bytes(FLUSHED_BYTES))
            file.flush()
            flush(file.fileno())
            return 2 * (time.perf_counter() - begin)
    except OSError:
        return FLUSH_SECONDS
