"""Long tests: ten million runs, and a sweep killed twenty times at work: python benchmarks/soak.py (or make soak)."""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bars
import findings_bench

from backsweep.results import Results
from backsweep.sweep import Sweep

BACKSWEEP = [sys.executable, "-c", "from backsweep.sweep.cli.start import main; main()"]
TEN_MILLION = {
    "task": "xor",
    "seeds": 200_000,
    "train": {"lr": {"log": [0.1, 10.0], "n": 50}, "epochs": 100, "stop": {"loss": 0.05}},
}
SWEEP = """
import json, resource, sys, time
from backsweep.sweep import Sweep
from backsweep.sweep.progress import Progress
class Watched(Progress):
    seen = []
    def advance(self, *counts):
        super().advance(*counts)
        with open("/proc/self/statm") as file:
            memory = int(file.read().split()[1]) * resource.getpagesize()
        self.seen.append((time.perf_counter(), self.runs, memory))
spec, out = json.loads(sys.argv[1])
Sweep.from_dict(spec).run(out, progress=Watched())
print(json.dumps([Watched.seen, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""
SUMMARY = """
import sys, time
begin = time.perf_counter()
from backsweep.results import Results
Results.open(sys.argv[1]).summary()
print(time.perf_counter() - begin)
"""


def printed(code: str, *arguments: str) -> str:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True).stdout


def ten_million_runs():
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/r"
        seen, peak = json.loads(printed(SWEEP, json.dumps([TEN_MILLION, out])))
        begin, first, last, end = seen[0], at(seen, 1e6), at(seen, 9e6), seen[-1]
        yield "10,000,000 runs × 100 epochs: s", end[0] - begin[0], "", None
        yield "  runs a second in the last million ÷ in the first", rate(last, end) / rate(begin, first), ">=", 0.95
        yield "  peak memory, GB", peak / 1e9, "<=", 1.0
        yield "  memory at the end ÷ after a million", end[2] / first[2], "<=", 1.2
        size = sum(path.stat().st_size for path in Path(out).rglob("*.parquet"))
        yield "  bytes per run on disk", size / 1e7, "<=", 60.0
        yield "  files", sum(path.is_file() for path in Path(out).rglob("*")), "<=", 1000
        start = time.perf_counter()
        subprocess.run([*BACKSWEEP, "resume", out], check=True, capture_output=True)
        yield "  resume of the finished sweep, s", time.perf_counter() - start, "<=", 2.0
        yield "  opening and summarising it, s", float(printed(SUMMARY, out)), "<=", 15.0


def at(seen, runs):
    return next(row for row in seen if row[1] >= runs)


def rate(one, other):
    return (other[1] - one[1]) / (other[0] - one[0])


def twenty_kills():
    """Whole commands, with batches as large as they always are."""
    spec = 'task = "xor"\nseeds = 400000\n[train]\nlr = { log = [0.1, 1.0], n = 4 }\nstop = { loss = 0.05 }\n'
    rng, kills = random.Random(0), 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "spec.toml").write_text(spec)
        while kills < 20:
            process = subprocess.Popen([*BACKSWEEP, "run", "spec.toml", "--out", "r"], cwd=folder, stdout=subprocess.DEVNULL)
            time.sleep(rng.uniform(0.5, 4.0))
            process.kill()
            if process.wait() == 0:
                break
            kills += 1
        done = Results.open(f"{folder}/r").done if Path(folder, "r").exists() else 0
        subprocess.run([*BACKSWEEP, "run", "spec.toml", "--out", "r"], cwd=folder, check=True, capture_output=True)
        again, once = Results.open(f"{folder}/r"), Sweep.from_toml(f"{folder}/spec.toml").run(f"{folder}/once")
        yield "kill -9 while `backsweep run` is at work, times", kills, ">=", 20
        yield "  runs done by then, share", done / again.manifest.runs, "", None
        yield "  values that differ from those of one go", int((again.table != once.table).to_numpy().sum()), "<=", 0


if __name__ == "__main__":
    sys.exit(bars.main((ten_million_runs, findings_bench.report_of_ten_million, twenty_kills)))
