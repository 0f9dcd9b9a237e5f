"""--log json, and how sweeps end that are interrupted, or of which something fails."""

import json
import os
import signal
import subprocess
import sys

import pytest

from helpers.commands import PATIENCE, begun, complaint, must
from helpers.commands import here as in_process
from helpers.sweeps import one_of_two_specs

FAILING = [
    sys.executable,
    "-c",
    """
from backsweep.sweep.plan import batch; from backsweep.sweep.cli import main as cli
train = batch.train_flat
def fail(**call):
    if call["settings"]["hidden"] == (4,):
        raise MemoryError("[red]no room[/]")
    return train(**call)
batch.train_flat = fail
cli.main()
""",
]


UNANSWERED = [
    sys.executable,
    "-c",
    """
from backsweep.results.analysis import answer; from backsweep.sweep.cli import main as cli
def fail(*_, **__):
    raise KeyError("no answer")
answer.answer_of = fail
cli.main()
""",
]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return one_of_two_specs(tmp_path_factory.mktemp("overview"))


def run(program, *arguments, cwd):
    return subprocess.run([*program, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENCE)


def events(text):
    """All of stdout; each line must be an object with an event and a time in UTC."""
    found = [json.loads(line) for line in text.splitlines()]
    assert all(one["time"].endswith("+00:00") for one in found)
    return found


def test_a_log_for_programs_names_options_as_stderr_does(here):
    """In Python the remedy is an argument: "with `out`"."""
    (here / "other.toml").write_text('task = "and"')
    code, log, message = in_process("run", "other.toml", "--out", "runs/small", "--log", "json", cwd=here)
    (broken,) = events(log)
    assert broken["reason"].splitlines()[0].endswith("holds the results of another spec; choose another folder with --out")
    assert (code, message) == (2, f"backsweep: {broken['reason']}\n")


def test_a_log_for_programs_is_all_of_stdout(here):
    found = events(must("run", "small.toml", "--out", "logged", "--log", "json", cwd=here))
    assert [one["event"] for one in found if one["event"] != "progress"] == ["started", "finished"]
    assert (found[0]["total"], found[0]["estimate"]["runs"], found[0]["estimate"]["shapes"]) == (20, 20, 2)
    end = found[-1]
    assert (end["done"], end["failed"], sum(end["outcomes"].values())) == (20, False, 20)
    assert {"kernels", "writing", "elsewhere", "wall", "disk", "memory"} <= set(end["session"])
    again = events(must("resume", "logged", "--log", "json", cwd=here))
    assert [(one["event"], one["done"], one["session"]) for one in again] == [("finished", 20, None)]


def test_a_demo_for_programs(tmp_path):
    code, printed, message = in_process("demo", "--small", "--log", "json", cwd=tmp_path)
    assert code == 0
    assert events(printed)[-1]["event"] == "finished"
    assert message == "Report: runs/demo-small/report.html\n"


def test_failures_are_logged_with_their_runs(here):
    done = run(FAILING, "run", "small.toml", "--out", "failing", "--log", "json", cwd=here)
    assert done.returncode == 1
    found = events(done.stdout)
    failed = [one for one in found if one["event"] == "failed"]
    assert [(one["first"], one["last"], one["reason"]) for one in failed] == [(10, 19, "MemoryError: [red]no room[/]")]
    assert (found[-1]["event"], found[-1]["failed"], found[-1]["done"]) == ("finished", True, 10)
    assert "runs 10 to 19 failed: MemoryError: [red]no room[/]" in done.stderr


def test_failures_end_with_the_times_too(here):
    done = run(FAILING, "run", "small.toml", "--out", "failing-2", cwd=here)
    assert done.returncode == 1
    *_, times, stages = done.stdout.splitlines()
    assert "kernels " in times
    assert " in all: preparing " in stages
    assert "runs 10 to 19 failed: MemoryError: [red]no room[/]" in done.stderr


def test_a_finished_sweep_whose_answer_fails_says_why_after_its_times_and_ends_its_log(here):
    done = run(UNANSWERED, "run", "small.toml", "--out", "unanswered", cwd=here)
    why = "backsweep: all runs are done and kept, but what they say could not be computed: "
    assert (done.returncode, complaint(done)) == (0, f"{why}KeyError: 'no answer'\n")
    _, times, stages, outcome = done.stdout.splitlines()[-4:]
    assert ("kernels " in times, " in all: preparing " in stages, "20 runs, " in outcome) == (True, True, True)
    done = run(UNANSWERED, "run", "small.toml", "--out", "unanswered-2", "--log", "json", cwd=here)
    assert (done.returncode, complaint(done)) == (0, f"{why}KeyError: 'no answer'\n")
    last = events(done.stdout)[-1]
    assert (last["event"], last["failed"], last["done"], last["answer"]) == ("finished", False, 20, [])


@pytest.mark.posix
def test_an_interrupted_log_ends_with_that(here):
    process = begun("run", "long.toml", "--out", "cut", "--jobs", "1", "--log", "json", cwd=here)
    assert process.stdout is not None
    while '"started"' not in process.stdout.readline():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    rest, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert events(rest)[-1]["event"] == "interrupted"
    assert "To continue: backsweep resume cut" in errors
