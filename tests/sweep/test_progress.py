"""The output while a sweep runs, by a clock that tests advance."""

import io
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from backsweep.results.store.schema import Estimate, Session
from backsweep.results.store.writer import note, writer_of
from backsweep.sweep.cli.tables import stages_line
from backsweep.sweep.progress import JsonProgress, PlainProgress, Progress
from backsweep.sweep.run import heartbeat
from backsweep.sweep.text import duration, shares, size, speed, workers

EXPECTED = Estimate(jobs=2, runs=2000, cells=2, shapes=2, timed=2, cut=False, run_epochs=9, seconds=101.0, disk=5, memory=6)
SESSION = Session(
    started="then",
    jobs=2,
    backend="threads",
    runs=2000,
    run_epochs=9,
    wall=101.0,
    kernels=150.0,
    writing=2.0,
    elsewhere=50.0,
    versions={},
    cpu="some",
)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def test_time_left_goes_by_cost_not_by_count():
    """A thousand runs of a small network take a second; then come a thousand runs that cost a hundred times as much each."""
    clock = Clock()
    progress = Progress(clock)
    progress.start(2000, 0, 101.0, EXPECTED)
    assert progress.time_left is None
    assert "about 101 s left" in progress.line()
    clock.now += 1.0
    progress.advance(1000, 10_000, {"converged": 1000}, 1.0)
    assert progress.time_left == pytest.approx(100.0)
    assert progress.line() == "1,000 of 2,000 runs · 10 k run-epochs/s · 100.0 % converged · 100 s left"
    clock.now += 50.0
    progress.advance(500, 10_000, {"capped": 500}, 50.0)
    assert progress.time_left == pytest.approx(50.0)
    clock.now += 100.0  # the machine has become half as fast
    progress.advance(250, 10_000, {"capped": 250}, 25.0)
    assert progress.time_left == pytest.approx(25 * 151 / 76)
    progress.advance(250, 10_000, {"capped": 250}, 25.0)
    assert progress.time_left == 0
    assert progress.line().endswith("50.0 % converged · trained in 3 min")


def test_stages_account_for_all_of_the_time_since_the_command_began():
    clock = Clock()
    progress = Progress(clock, began=clock.now - 2.0)
    clock.now += 3.0
    progress.start(2000, 0, 101.0, EXPECTED)
    clock.now += 10.0
    progress.advance(2000, 10_000, {"capped": 2000}, 101.0)
    clock.now += 4.0
    assert progress.stages == {"preparing": 5.0, "training": 10.0, "finishing": 4.0}
    assert stages_line(progress.stages) == "19 s in all: preparing 5.0 s, training 10 s, finishing 4.0 s"


def test_what_was_done_earlier_does_not_count_as_fast():
    clock = Clock()
    progress = Progress(clock)
    progress.start(2000, 1900, 10.0, EXPECTED)
    clock.now += 5.0
    progress.advance(50, 100, {"capped": 50}, 5.0)
    assert progress.time_left == pytest.approx(5.0)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_the_log_is_an_object_a_line_and_not_too_many():
    clock, stream = Clock(), io.StringIO()
    progress = JsonProgress(stream, Path("runs/x"), clock)
    progress.warn("careful")
    progress.start(2000, 0, 2000.0, EXPECTED)
    for _ in range(15):
        clock.now += 1.0
        progress.advance(100, 1_000_000, {"converged": 60, "capped": 40}, 100.0)
    progress.fail((1500, 2000), "MemoryError: no room", 1.0)
    progress.close(SESSION, progress.done, progress.total, failed=True)
    found = lines(stream)
    assert [one["event"] for one in found] == ["remark", "started", *["progress"] * 3, "failed", "finished"]
    assert found[1] | {"time": ""} == {
        "event": "started",
        "time": "",
        "folder": "runs/x",
        "total": 2000,
        "done": 0,
        "estimate": EXPECTED.model_dump(),
    }
    assert found[2] | {"time": ""} == {
        "event": "progress",
        "time": "",
        "done": 500,
        "total": 2000,
        "outcomes": {"converged": 300, "capped": 200},
        "run_epochs_per_second": 1_000_000,
        "seconds_left": 15.0,
    }
    assert (found[5]["first"], found[5]["last"], found[5]["reason"]) == (1500, 1999, "MemoryError: no room")
    assert (found[6]["failed"], found[6]["warnings"], found[6]["session"]["elsewhere"]) == (True, ["careful"], 50.0)
    assert all(datetime.fromisoformat(one["time"]).utcoffset() == timedelta(0) for one in found)


def test_an_interrupted_log_says_so():
    stream = io.StringIO()
    JsonProgress(stream, Path("x"), Clock()).interrupted()
    assert [one["event"] for one in lines(stream)] == ["interrupted"]


def test_remarks_are_no_markup():
    stream = io.StringIO()
    PlainProgress(Console(file=stream)).warn("[red]data[/]")
    assert stream.getvalue() == "[red]data[/]\n"


def test_notes_say_how_fast_it_is_lately(tmp_path, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(heartbeat.time, "monotonic", clock)
    progress, beats = Progress(clock), heartbeat.Heartbeat(lambda rate, left: note(tmp_path, rate=rate, left=left))
    progress.start(2000, 0, 2000.0, EXPECTED)
    for second in range(40):
        clock.now += 1.0
        progress.advance(10, 100 if second < 20 else 400, {}, 10.0)
        beats.beat(progress)
    writer = writer_of(tmp_path)
    assert writer is not None
    assert writer.rate == pytest.approx(400)
    assert writer.left == pytest.approx(160.0)


def test_durations_and_sizes_in_words():
    assert [size(n) for n in (0, 999, 999.6, 1500, 2.5e12, 1e19)] == ["0 B", "999 B", "1 kB", "1.5 kB", "2.5 TB", "1e+04 PB"]
    assert [duration(s) for s in (0.04, 60, 600, 9000)] == ["0.0 s", "60 s", "10 min", "2.5 h"]
    assert shares({"converged": 1, "diverged": 0, "capped": 3}) == "25.0 % converged, 75.0 % capped"


@pytest.mark.parametrize(
    ("jobs", "backend", "text"),
    [
        (1, "threads", "1 thread"),
        (2, "threads", "2 threads"),
        (1, "processes", "1 process"),
        (3, "processes", "3 processes"),
        (1, "dask", "1 worker (dask)"),
        (8, "ray", "8 workers (ray)"),
    ],
)
def test_workers_are_counted_in_words(jobs, backend, text):
    assert workers(jobs, backend) == text


@pytest.mark.parametrize(
    ("rate", "shown"),
    [
        *((0.25, "0.25"), (4.96, "5.0"), (33.4, "33"), (996, "1.0 k"), (33_400, "33 k"), (999_999, "1.0 M")),
        *((1_234_567, "1.2 M"), (86_200_000, "86 M"), (123_456_789, "120 M"), (2.34e9, "2.3 G"), (2e13, "20000 G")),
    ],
)
def test_slow_sweeps_have_a_speed_too(rate, shown):
    assert speed(rate) == shown
