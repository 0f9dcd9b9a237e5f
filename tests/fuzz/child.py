"""Runs cases one after another in this process, as commands that users type, within limits of time and memory.

python -m fuzz.child SEED KINDS FIRST STOP

The seed, the case's number and the kinds to choose from determine a case. Prints one line of JSON before each case, and one
after it with what was wrong.
"""

import atexit
import gc
import io
import json
import os
import re
import shutil
import signal
import sys
import traceback
import unicodedata
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

from backsweep.kernels import missing_parts
from backsweep.sweep import sweep
from backsweep.sweep.cli.main import main

from .case import Case, names
from .data import data_case
from .folders import folder_case
from .lines import line_case
from .specs import spec_case

MAKERS = {"spec": spec_case, "data": data_case, "folder": folder_case, "line": line_case}
SHARES = {"spec": 4, "data": 3, "folder": 5, "line": 1}
MOST_BYTES = 4 * 2**30
MOST_SECONDS = 10  # seconds of processor time
MOST_SAID = 6000  # longest refusal, in characters
WARNED = re.compile(r"\b[A-Z]\w*Warning: ")
HARMFUL = {"\u202a", "\u202b", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068"}  # they reverse the direction of text


class Accepted(BaseException):
    """The input is accepted so far. Going on would compile kernels, which takes a minute, so the command ends here."""


class TooLong(BaseException):
    """The time limit is exceeded."""


def made(seed: int, kinds: list[str], number: int, folder: Path) -> tuple[str, Case]:
    """Make a case of one of the given kinds in a folder; the case and its kind."""
    rng = Random(f"{seed}-{number}")
    kind = rng.choices(kinds, [SHARES[kind] for kind in kinds])[0]
    return kind, MAKERS[kind](rng, folder)


def wrongs(case: Case) -> list[str]:
    """Everything that is wrong with how the commands of a case end, in the current folder."""
    return [f"{' '.join(command)[:300]}: {wrong}" for command in case.commands for wrong in tried(command, case)]


def tried(command: list[str], case: Case) -> list[str]:
    """Run a command; what is wrong with how it ends."""
    output, before = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True), peak()
    sys.argv = ["backsweep", *command]
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    code: Any = 0
    try:
        with redirect_stdout(output), redirect_stderr(output):
            main()
    except Accepted:
        pass
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        return [traceback.format_exc()]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        atexit.unregister(gc.freeze)
    text = output.buffer.getvalue().decode("utf-8", errors="replace")
    return found_in(text, code, case, command) + [f"{peak() - before:,} bytes of memory"] * (peak() - before > MOST_BYTES)


def found_in(text: str, code: Any, case: Case, command: list[str]) -> list[str]:
    """What is wrong with an exit code and everything that was printed."""
    named = case.named if case.named in command else None
    raw = sorted({sign for sign in text if sign not in "\n\t" and (unicodedata.category(sign) == "Cc" or sign in HARMFUL)})
    found = [f"raw on the terminal: {raw!r} in {text[:500]!r}"] * bool(raw)
    found += [f"exit code {code!r}: {text[:500]}"] * (code not in (0, 1, 2))
    found += ["a traceback is printed: " + text[:3000]] * ("Traceback (most recent call last)" in text)
    found += [f"a warning of Python: {text[:500]}"] * bool(WARNED.search(text))
    if code == 2:
        found += [f"a refusal of {len(text):,} characters: {text[:300]}"] * (len(text) > MOST_SAID)
        found += [f"{named} is not named: {text[:500]}"] * (named is not None and named not in text)
        changed = case.changed if case.commands[:1] == [command] else ()
        rest = text.replace(named or "\0", "")
        unnamed = [sorted(words) for words in changed if not any(names(rest, word) for word in words)]
        found += [f"what was changed is not named: {words}: {text[:500]}" for words in unnamed]
    elif case.must_refuse:
        found.append(f"accepted with exit code {code}, though the schema of specs refuses it: {text[:300]}")
    return found


def peak() -> int:
    """The most memory that this process has used so far, in bytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def limit_memory() -> None:
    """Allow this process only so much more memory than it has now, so that it fails before the machine does."""
    import resource

    now = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (now + MOST_BYTES, now + MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def compile_nothing() -> None:
    """Stop sweeps that need kernels that are not compiled yet before they compile them, and keep timing runs short."""
    prepare = sweep.prepare

    def prepared(plan: Any, jobs: int, progress: Any) -> None:
        if any(part.slow for part in missing_parts(map(plan.arguments, plan.kinds()), records=plan.record_at is not None)):
            raise Accepted
        prepare(plan, jobs, progress)

    sweep.prepare, sweep.MOST_SECONDS = prepared, 0.2


def over(*_: Any) -> None:
    """Raise TooLong."""
    raise TooLong(f"over {MOST_SECONDS} s of the processor")


def run(seed: int, kinds: list[str], first: int, stop: int) -> None:
    """Run the cases first ... stop - 1."""
    from .folders import sound

    sound()
    compile_nothing()
    limit_memory()
    signal.signal(signal.SIGPROF, over)
    stdout, home = sys.stdout, Path.cwd()
    for number in range(first, stop):
        folder = Path(mkdtemp(prefix=f"fuzz-{number}-"))
        print(json.dumps({"case": number}), file=stdout, flush=True)
        kind, case = made(seed, kinds, number, folder)
        os.chdir(folder)
        found = wrongs(case)
        os.chdir(home)
        shutil.rmtree(folder, ignore_errors=True)
        print(
            json.dumps({"case": number, "kind": kind, "commands": len(case.commands), "found": found}), file=stdout, flush=True
        )
    shutil.rmtree(sound().parent, ignore_errors=True)


if __name__ == "__main__":
    run(int(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3]), int(sys.argv[4]))
