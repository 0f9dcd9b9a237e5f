"""`status`, `ls`, dry runs and --force as a user meets them."""

import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from backsweep.results.store.schema import Estimate
from backsweep.results.store.store import Store
from backsweep.sweep.cli.tables import estimate_lines
from backsweep.sweep.machine import cores
from backsweep.sweep.text import count
from helpers.commands import BACKSWEEP, PATIENCE, backsweep, complaint, must, refused
from helpers.sweeps import one_of_two_specs

SMALL_DISK = [
    sys.executable,
    "-c",
    "from backsweep.sweep.run import folder; from backsweep.sweep.cli import main as cli; "
    "folder.free_bytes = lambda path: 1000; cli.main()",
]


ESTIMATE = Estimate(
    jobs=64, runs=7, cells=7, shapes=1, timed=1, cut=True, run_epochs=7000, seconds=7190.0, disk=1000, memory=1000
)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return one_of_two_specs(tmp_path_factory.mktemp("overview"))


def run(program, *arguments, cwd):
    return subprocess.run([*program, *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_a_dry_run_says_what_it_would_take(here):
    lines = must("run", "small.toml", "--dry-run", "--jobs", "2", cwd=here).splitlines()
    assert lines[0] == "20 runs: 4 cells × 5 seeds, 2 network shapes"
    assert re.search(r" on 2 workers[,:].* core-hours, ", lines[3])
    assert lines[3].endswith(" run-epochs")
    assert " on disk, " in lines[4]
    assert lines[4].endswith(" of memory")
    assert lines[5].startswith("This is an estimate: all network shapes were timed")


def test_more_workers_than_cores_are_no_faster(here):
    """The time is this machine's, and core-hours are what another machine would need too."""
    one, many = (must("run", "small.toml", "--dry-run", "--jobs", jobs, cwd=here).splitlines()[3] for jobs in (1, 1024))
    assert " on 1 worker: " in one
    assert f" on 1,024 workers, which share the {count(cores(), 'core')} of this machine: " in many
    line = estimate_lines(ESTIMATE, free=10**9, cores=2, preparing=1.0)[0]
    assert line == "at most 120 min on 64 workers, which share the 2 cores of this machine: 4 core-hours, 7,000 run-epochs"


def test_a_long_dry_run_is_cut_off_and_says_so(here):
    out = must("run", "long.toml", "--dry-run", cwd=here)
    assert "at most " in out
    assert "100,000,000,000,000 run-epochs" in out
    assert "some timed runs were cut off and are assumed to use all their epochs" in out


def test_the_end_says_where_the_time_went(here):
    begin = time.monotonic()
    lines = backsweep("run", "small.toml", "--out", "times", cwd=here).stdout.partition("\n\n")[0].splitlines()
    wall = time.monotonic() - begin
    assert "kernels " in lines[-3]
    assert ", writing " in lines[-3]
    assert ", elsewhere " in lines[-3]
    told = re.fullmatch(r"([\d.]+) s in all: preparing [\d.]+ s, training ([\d.]+) s, finishing [\d.]+ s", lines[-2])
    assert told
    assert float(told[2]) <= float(told[1]) <= wall + 0.5  # as the process measures it, without its own exit
    assert "20 runs, " in lines[-1]


def test_a_plan_that_exceeds_the_disk_is_refused_before_training(here):
    done = run(SMALL_DISK, "run", "small.toml", "--out", "full", cwd=here)
    assert (done.returncode, done.stdout) == (2, "")
    assert "full: about " in done.stderr
    assert "are needed, but only 1 kB are free on this disk; " in done.stderr
    assert "--force" in done.stderr
    assert not (here / "full").exists()
    done = run(SMALL_DISK, "run", "small.toml", "--out", "full", "--force", cwd=here)
    assert (done.returncode, complaint(done)) == (0, "")
    assert "Warning: full: about " in done.stdout
    assert "20 of 20 runs" in done.stdout


def test_status_of_a_finished_sweep(here):
    lines = must("status", "runs/small", cwd=here).splitlines()
    assert lines[0].startswith("[red]small[/]: 20 of 20 runs done: ")
    assert lines[1] == "Finished"
    assert lines[2].startswith("1 session so far, ")
    assert len(lines) == 3


def test_status_for_programs(here):
    """The same that is printed for people."""
    seen = json.loads(must("status", "runs/small", "--format", "json", cwd=here))
    assert (seen["folder"], seen["name"], seen["runs"], seen["done"]) == ("runs/small", "[red]small[/]", 20, 20)
    assert sum(seen["outcomes"].values()) == 20
    assert (seen["missing"], seen["damage"], seen["writer"]) == ([], None, None)
    assert (seen["sessions"], seen["killed"], seen["last_session"]["runs"]) == (1, 0, 20)
    documented = (Path(__file__).parents[3] / "docs" / "running.md").read_text(encoding="utf-8")
    assert [key for key in seen if f"`{key}`" not in documented] == []


def in_two_shards(folder):
    """Split the twenty runs of a finished sweep into two files, which are returned."""
    store = Store.open(folder)
    rows = store.read()
    with store.writing():
        for shard in store.shards():
            shard.path.unlink()
        store.append(rows.slice(0, 10))
        store.append(rows.slice(10))
    return [shard.path for shard in store.shards()]


def test_status_of_a_broken_sweep(here):
    must("run", "small.toml", "--out", "broken off", cwd=here)
    first, second = in_two_shards(here / "broken off")
    first.unlink()
    lines = must("status", "broken off", cwd=here).splitlines()
    assert lines[0].startswith("[red]small[/]: 10 of 20 runs done: ")
    assert lines[1] == "No process is writing. To continue: backsweep resume 'broken off'"
    assert lines[3] == "Missing: runs 0 to 9"
    second.write_bytes(b"rubbish")
    assert f"Damaged: broken off/shards/{second.name}: damaged (not a complete Parquet file)" in must(
        "status", "broken off", cwd=here
    )
    assert "nowhere: no results here" in refused("status", "nowhere", cwd=here)


def test_status_of_a_sweep_that_runs(here):
    process = subprocess.Popen(
        [*BACKSWEEP, "run", "long.toml", "--out", "running", "--jobs", "1"],
        cwd=here,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while not (here / "running" / ".writer.json").exists():
            assert process.poll() is None
            time.sleep(0.02)
        lines = must("status", "running", cwd=here).splitlines()
        assert f"Process {process.pid} on " in lines[1]
        assert " is writing" in lines[1]
        assert "running" in must("ls", "running", cwd=here).splitlines()[1].split()[-1]
        seen = json.loads(must("status", "running", "--format", "json", cwd=here))
        assert (seen["writer"]["pid"], seen["writer"]["here"], seen["sessions"]) == (process.pid, True, 0)
        while not json.loads((here / "running" / ".writer.json").read_text())["started"]:
            time.sleep(0.02)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
    output = must("status", "running", cwd=here)
    assert "No process is writing" in output
    assert "1 session so far, 1 of them killed before it could be recorded" in output
    with Store.open(here / "running").writing():  # as the next session does
        pass
    assert Store.open(here / "running").manifest.killed == 1
    seen = json.loads(must("status", "running", "--format", "json", cwd=here))
    assert (seen["sessions"], seen["killed"], seen["last_session"], seen["writer"]) == (1, 1, None, None)


def test_ls_in_every_format(here, tmp_path):
    for name in ("one", "two"):
        must("run", here / "small.toml", "--out", f"runs/{name}", cwd=tmp_path)
    in_two_shards(tmp_path / "runs" / "two")[0].unlink()
    for name in ("manifest.json", "manifest.copy.json"):
        (tmp_path / "runs" / "one" / name).write_text("{")
    text = must("ls", cwd=tmp_path).splitlines()
    assert text[0].split() == [
        "folder",
        "name",
        "runs",
        "done",
        "converged",
        "diverged",
        "stalled",
        "capped",
        "created",
        "note",
    ]
    assert "damaged: runs/one/manifest.json: damaged" in text[1]
    assert text[2].split()[:4] == ["runs/two", "[red]small[/]", "20", "10"]
    frame = pd.read_csv(io.StringIO(must("ls", "--format", "csv", cwd=tmp_path)))
    assert frame["done"].tolist()[1] == 10
    rows = json.loads(must("ls", "runs", "--format", "json", cwd=tmp_path))
    assert [row["runs"] for row in rows] == [None, 20]
    assert sum(rows[1][outcome] for outcome in ("converged", "diverged", "stalled", "capped")) == pytest.approx(1)
    assert must("ls", "--format", "markdown", cwd=tmp_path).splitlines()[1] == f"| :--- | :--- | {'---: | ' * 6}:--- | :--- |"
    assert must("ls", "--format", "latex", cwd=tmp_path).startswith("\\begin{tabular}{llrrrrrrll}")


def test_ls_where_there_is_nothing(tmp_path):
    assert must("ls", ".", cwd=tmp_path) == ".: no results here\n"
    assert json.loads(must("ls", ".", "--format", "json", cwd=tmp_path)) == []
    assert "runs: no such folder" in refused("ls", cwd=tmp_path)
