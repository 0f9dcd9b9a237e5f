"""Has anything become slower? python benchmarks/regressions.py compare (or make bench-compare); `baseline` stores a new one.

Seconds drift from day to day, by more than what is looked for; so of each case of `suites/` only its ratio to the bare kernel
counts, both timed in turns, in processor time. What remains of noise differs from process to process, mostly by where code and
stack come to lie, and hardly within one. So every case is measured in PROCESSES of them, the median over rounds in each.

The rule: a case is worse if each of its ratios now is above each of the baseline's, and their median by more than MARGIN. If
nothing has changed, the first has a chance of 1 in 252. So a case whose ratios differ by a tenth from process to process, as
some do, must become slower by about that to be seen; `baseline.json` has the spread of each. The exit code is 1 if a case is
worse, and 2 if the baseline is of another kind of processor, where ratios differ, too.
"""

import json
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from backsweep.sweep.machine import cpu_name

HERE = Path(__file__).parent
BASELINE = HERE / "baseline.json"
PROCESSES, MARGIN = 5, 0.05
PACKAGES = ("numba", "llvmlite", "numpy")

Ratios = dict[str, list[float]]


def measured_once() -> dict[str, float]:
    """The ratio of each case to the bare kernel, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "times.json"
        options = ["-q", "-p", "no:xdist", "--benchmark-timer=time.thread_time", f"--benchmark-json={written}"]
        command = [sys.executable, "-m", "pytest", HERE / "suites", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        benchmarks = json.loads(written.read_text())["benchmarks"]
    return {one["param"]: ratio(one["stats"]["data"], one["extra_info"]["bare"]) for one in benchmarks}


def ratio(seconds: list[float], bare: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(seconds, bare, strict=True))


def measured() -> Ratios:
    """In the order of the cases, a ratio for each process, the lowest first."""
    found = []
    for _ in range(PROCESSES):
        found.append(measured_once())
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return {case: sorted(round(one[case], 4) for one in found) for case in sorted(found[0])}


def is_worse(now: list[float], then: dict[str, Any]) -> bool:
    return min(now) > then["spread"][1] and statistics.median(now) > (1 + MARGIN) * then["median"]


def as_kept(ratios: Ratios) -> dict[str, Any]:
    return {
        "processor": cpu_name(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "ratios": {
            case: {"median": statistics.median(found), "spread": [min(found), max(found)]} for case, found in ratios.items()
        },
    }


def store() -> int:
    BASELINE.write_text(json.dumps(as_kept(measured()), indent=2) + "\n")
    print(f"{BASELINE.name}: ratios of {PROCESSES} processes")
    return 0


def compare() -> int:
    baseline = json.loads(BASELINE.read_text())
    kept_on, here = baseline["processor"], cpu_name()
    if kept_on != here:
        print(f"The baseline was stored on {kept_on}, and this is {here}: make bench-baseline stores one for it.")
        return 2
    table = Table("seconds ÷ the bare kernel's", "baseline", "spread", "now", "spread", "change", "", box=None)
    worse = 0
    for case, now in measured().items():
        then = baseline["ratios"].get(case)
        cells = row(now, then)
        worse += cells[-1] == "WORSE"
        table.add_row(case, *cells)
    Console(width=130).print(table)
    return min(worse, 1)


def row(now: list[float], then: dict[str, Any] | None) -> list[str]:
    """The cells behind the name of a case."""
    middle, spread = statistics.median(now), f"{min(now):.3g} ... {max(now):.3g}"
    if then is None:
        return ["", "", f"{middle:.3g}", spread, "", "new"]
    low, high = then["spread"]
    change = middle / then["median"] - 1
    verdict = "WORSE" if is_worse(now, then) else ""
    return [f"{then['median']:.3g}", f"{low:.3g} ... {high:.3g}", f"{middle:.3g}", spread, f"{change:+.1%}", verdict]


if __name__ == "__main__":
    commands = {"compare": compare, "baseline": store}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]]())
