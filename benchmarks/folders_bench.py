"""What folders of results cost in processor time: python benchmarks/folders_bench.py TREE [TREE ...]

Each TREE is a checkout: this one, or others to hold against the first. Each makes its own folders and has a process of its own;
they take turns, round for round, and the medians count. What was kept and dropped by these numbers is in NOTES.md.
"""

import importlib
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROUNDS = 15
SHARED_MEMORY = Path("/dev/shm")
SPEC: dict[str, Any] = {"task": "xor", "train": {"lr": {"log": [0.1, 10.0], "n": 50}, "epochs": 100, "stop": {"loss": 0.05}}}
ROWS = 20  # of a small file
MANY, FEW, RUNS = 600, 400, 1_000_000
COMMAND = "import folders_bench, sys; folders_bench.take(sys.argv.pop(1)); folders_bench.command()"


def take(tree: str) -> None:
    """Let `backsweep` be the one of a tree, whichever is installed."""
    package = types.ModuleType("backsweep")
    root = Path(tree).resolve()
    package.__path__ = [str(root), str(root / "backsweep")]  # the packages, and what they stand on
    sys.modules["backsweep"] = package


def command() -> None:
    importlib.import_module("backsweep.sweep.cli.main").main()


def swept(folder: str, runs: int) -> Any:
    """The results of a sweep with this many runs, all of them done."""
    return importlib.import_module("backsweep.sweep").Sweep.from_dict({**SPEC, "seeds": runs // 50}).run(folder)


def small_files(folder: Path, files: int) -> tuple[Any, list[Any]]:
    """A store without rows, and the rows for this many of its files."""
    whole = swept(f"{folder}/whole-{files}", files * ROWS).store
    store = type(whole).create(folder / f"small-{files}-{time.monotonic_ns()}", whole.manifest)
    table = whole.read()
    return store, [table.slice(at * ROWS, ROWS) for at in range(files)]


def appended(folder: Path, files: int) -> tuple[float, Path]:
    """The processor time per append, over this many appends to a new store, and the path of the store."""
    store, tables = small_files(folder, files)
    with store.writing():
        begin = time.process_time()
        for table in tables:
            store.append(table)
        spent = time.process_time() - begin
    return spent / files, store.path


def spent(act: Callable[[], object], times: int = 1) -> float:
    begin = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - begin) / times


def opened(folder: Path) -> Any:
    return importlib.import_module("backsweep.results").Results.open(folder)


def resumed(tree: str, folder: Path) -> float:
    """Processor time of a whole command that finds nothing to do."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = [sys.executable, "-c", COMMAND, tree, "resume", str(folder)]
    subprocess.run(done, check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Folders:
    """The folders of one tree, in its own process."""

    def __init__(self, tree: str, disk: Path, memory: Path):
        take(tree)
        self._tree, self._disk, self._memory = tree, disk, memory
        self._many, self._few = (appended(memory, files)[1] for files in (MANY, FEW))
        self._large = Path(swept(f"{memory}/large", RUNS).path)

    def measured(self) -> dict[str, float]:
        """Seconds of one round of each case."""
        large = self._large
        return {
            "append 20 rows, in memory": appended(self._memory, FEW)[0],
            "append 20 rows, on a disk": appended(self._disk, FEW // 4)[0],
            "open a folder": spent(lambda: opened(large), 200),
            f"open one of {MANY} files, count its runs": spent(lambda: opened(self._many).done, 5),
            f"read {FEW} files of 20 rows": spent(lambda: opened(self._few).table),
            f"read {RUNS:,} rows": spent(lambda: opened(large).table),
            f"run a finished sweep of {RUNS:,} again": spent(lambda: swept(str(large), RUNS), 5),
            "the same, as a command": resumed(self._tree, large),
        }


_folders: list[Folders] = []


def begin(*arguments: Any) -> None:
    _folders.append(Folders(*arguments))


def measure() -> dict[str, float]:
    return _folders[0].measured()


def main(trees: list[str]) -> None:
    memory = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory() as disk, tempfile.TemporaryDirectory(dir=memory) as near:
        pools = []
        for at, tree in enumerate(trees):
            places = [Path(place, str(at)) for place in (disk, near)]
            for place in places:
                place.mkdir()
            pools.append(multiprocessing.get_context("spawn").Pool(1, begin, (tree, *places)))
        rounds = []
        for _ in range(ROUNDS):
            rounds.append([pool.apply(measure) for pool in pools])
            print(".", end="", file=sys.stderr, flush=True)
        for pool in pools:
            pool.close()
    print(file=sys.stderr)
    table = Table("milliseconds of a processor", *trees, *(f"÷ {trees[0]}" for _ in trees[1:]), box=None)
    for case in rounds[0][0]:
        times = [[one[at][case] for one in rounds] for at in range(len(trees))]
        ratios = [statistics.median(b / a for a, b in zip(times[0], other, strict=True)) for other in times[1:]]
        table.add_row(case, *(f"{statistics.median(one) * 1e3:.3g}" for one in times), *(f"{one:.3f}" for one in ratios))
    Console(width=130).print(table)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
