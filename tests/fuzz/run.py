"""The fuzzer: whatever specs, data files and results folders contain, a command ends with a result or with one sentence.

    python -m fuzz.run [--seed N] [--minutes M] [--cases K] [--first N] [--kinds spec,data,folder,line]

Cases are tried in processes of their own, many in each, as a crash or a hang shall end only one. What is found is printed with
the seed and number that repeat it: `make fuzz SEED=... FIRST=... CASES=1`.
"""

import argparse
import json
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, NamedTuple

ALL = "spec,data,folder,line"
BLOCK = 200  # cases per child process
PATIENCE = 90  # seconds without output after which a case counts as hanging
TESTS = Path(__file__).parents[1]


class Finding(NamedTuple):
    """Something that is wrong with a case."""

    number: int
    wrong: str

    @property
    def cause(self) -> str:
        """A key that findings with the same cause usually share: where it happened, and why."""
        lines = self.wrong.strip().splitlines()
        frames = [line.strip().partition(", in ")[0] for line in lines if line.strip().startswith('File "')]
        command, _, wrong = lines[0].partition(": ")
        return f"{frames[-1]}: {lines[-1].split(':')[0]}" if frames else f"{command.split()[0]}: {wrong[:20]}"


def tried(seed: int, kinds: str, first: int, stop: int, deadline: float, counts: Counter[str]) -> Iterator[Finding]:
    """What is wrong with the cases first ... stop - 1, or with as many of them as the time allows."""
    while first < stop and time.monotonic() < deadline:
        end = min(first + BLOCK, stop)
        begun = False
        command = [sys.executable, "-m", "fuzz.child", str(seed), kinds, str(first), str(end)]
        child = subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            for told in heard(child, deadline):
                if isinstance(told, str):
                    if not begun:
                        raise RuntimeError(told)
                    yield Finding(first, f"case {first}: {told}")
                    first += 1
                    break
                first, begun = told["case"], True
                if "found" in told:
                    counts.update({told["kind"]: 1, "commands": told["commands"]})
                    yield from (Finding(first, wrong) for wrong in told["found"])
                    first += 1
        finally:
            child.kill()
            child.communicate()
        print(f"{counts.total() - counts['commands']:,} cases", flush=True)


def heard(child: subprocess.Popen[str], deadline: float) -> Iterator[dict[str, Any] | str]:
    """What a child process reports about its cases; if it ended badly, also how it ended."""
    lines: Queue[str | None] = Queue()

    def read() -> None:
        assert child.stdout
        for line in child.stdout:
            lines.put(line)
        lines.put(None)

    Thread(target=read, daemon=True).start()
    while time.monotonic() < deadline:
        try:
            line = lines.get(timeout=PATIENCE)
        except Empty:
            yield f"hangs: nothing for {PATIENCE} s"
            return
        if line is None:
            assert child.stderr
            if child.wait():
                yield f"the process died with {child.returncode}: {child.stderr.read()[-3000:]}"
            return
        yield json.loads(line)


def fuzz(seed: int, first: int, cases: int, minutes: float, kinds: str = ALL) -> list[Finding]:
    """Run cases, print the first finding of each cause in full, and return all findings."""
    again = f"make fuzz SEED={seed}" + f" KINDS={kinds}" * (kinds != ALL)
    print(f"seed {seed}, from case {first}; to repeat: {again} FIRST={first}", flush=True)
    counts, causes, found = Counter[str](), Counter[str](), list[Finding]()
    for finding in tried(seed, kinds, first, first + cases, time.monotonic() + 60 * minutes, counts):
        found.append(finding)
        causes[finding.cause] += 1
        if causes[finding.cause] == 1:
            print(f"\nFOUND by {again} FIRST={finding.number} CASES=1\n{finding.wrong}", flush=True)
    commands = counts.pop("commands", 0)
    print(f"\n{counts.total():,} cases ({dict(counts)}), {commands:,} commands; {len(found)} findings of {len(causes)} causes")
    for cause, many in causes.most_common():
        print(f"{many:6} {cause}")
    return found


def main() -> None:
    """The command. Exit code 1 if there are findings."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--cases", type=int, default=10**9)
    parser.add_argument("--kinds", default=ALL)
    given = parser.parse_args()
    sys.exit(bool(fuzz(given.seed, given.first, given.cases, given.minutes, given.kinds)))


if __name__ == "__main__":
    main()
