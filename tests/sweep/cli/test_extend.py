"""The command that extends a sweep, and what it and `run` say of folders with another one."""

import json
import re
import shutil
from pathlib import Path

import pytest

from backsweep.results import Results
from backsweep.results.disk.lock import only_writer
from helpers.author import all_go
from helpers.commands import SPEC, must, refused, tabled
from helpers.folders import contents

MORE = SPEC.replace("[0.5, 2.0]", "[0.5, 1.0, 2.0]").replace("seeds = 5", "seeds = 6")
NOT_ALL = SPEC.replace("[0.5, 2.0]", "[1.0, 2.0]")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    (folder / "s.toml").write_text(SPEC)
    must("run", "s.toml", cwd=folder)
    return folder


@pytest.fixture
def there(trained, tmp_path):
    for name, spec in (("more", MORE), ("not_all", NOT_ALL)):
        (tmp_path / f"{name}.toml").write_text(spec)
    shutil.copytree(trained / "runs" / "s", tmp_path / "runs" / "s")
    return tmp_path


def test_a_dry_run_says_what_is_new_and_changes_nothing(there):
    before = contents(there / "runs")
    printed = must("extend", "runs/s", "more.toml", "--dry-run", cwd=there)
    assert printed.startswith("36 runs: 6 cells × 6 seeds, 2 network shapes\n")
    assert "\nKept: 20 runs. New: 16 runs\n" in printed
    assert must("run", "more.toml", "--out", "runs/s", "--extend", "--dry-run", cwd=there).startswith("36 runs: 6 cells")
    assert contents(there / "runs") == before


def test_more_seeds_are_trained_and_the_old_runs_keep_their_numbers(there):
    (old,) = tabled("table", "runs/s", "--where", "hidden=4", "--where", "lr=2", "--format", "csv", cwd=there).splitlines()[1:]
    before = must("replay", "runs/s", 7, cwd=there)
    must("extend", "runs/s", "--seeds", 8, cwd=there)
    assert must("replay", "runs/s", 7, cwd=there) == before
    assert re.search(r"32 of 32 runs done.*\nRuns 20 to 31 were added \d{4}-", must("status", "runs/s", cwd=there), re.DOTALL)
    assert json.loads(must("ls", "--format", "json", cwd=there))[0]["runs"] == 32
    (now,) = tabled("table", "runs/s", "--where", "hidden=4", "--where", "lr=2", "--format", "csv", cwd=there).splitlines()[1:]
    assert (old.split(",")[0], now.split(",")[0]) == ("5", "8")
    must("bundle", "runs/s", "-o", "s.zip", cwd=there)
    must("open", "s.zip", "-o", "mine", cwd=there)
    assert Results.open(there / "mine").table.equals(Results.open(there / "runs" / "s").table)
    all_go(there / "mine")
    report = (there / "mine" / "report" / "report.md").read_text()
    assert re.search(r"\n- runs 20 to 31 were added \d{4}-.*\n- cost: ", report)
    must("report", "mine", cwd=there)
    assert "<dt>added</dt><dd>runs 20 to 31 were added " in (there / "mine" / "report.html").read_text()


def test_run_says_that_a_folder_can_be_extended_and_does_it_if_asked(there):
    message = refused("run", "more.toml", "--out", "runs/s", cwd=there)
    assert "runs/s: holds the results of another spec; choose another folder with --out, or keep its 20 runs" in message
    assert "and train what is new with --extend" in message
    assert "  train.lr: [0.5, 2.0] there, [0.5, 1.0, 2.0] here\n" in message
    assert "--extend" not in refused("run", "not_all.toml", "--out", "runs/s", cwd=there)
    must("run", "more.toml", "--out", "runs/s", "--extend", cwd=there)
    assert Results.open(there / "runs" / "s").done == 36
    must("run", "more.toml", "--out", "runs/new", "--extend", cwd=there)
    assert Results.open(there / "runs" / "new").done == 36
    assert "36 runs" in must("run", "more.toml", "--out", "runs/s", "--extend", "--dry-run", cwd=there)


def test_what_cannot_be_extended_is_refused_and_left_as_it_is(there):
    before = contents(there / "runs")
    cases = {
        ("runs/s",): "give either a SPEC or --seeds",
        ("runs/s", "more.toml", "--seeds", "9"): "give either a SPEC or --seeds",
        ("runs/s", "--seeds", "4"): "--seeds 4: the sweep has 5 already",
        ("runs/s", "--seeds", "many"): "--seeds many: must be a whole number",
        ("runs/s", "not_all.toml"): "train.lr: 0.5 there, [1.0, 2.0] here",
        ("runs", "more.toml"): "no results here",
        ("none", "--seeds", "9"): "no results here",
        ("runs/s", "none.toml"): "none.toml",
    }
    for arguments, message in cases.items():
        assert message in refused("extend", *arguments, cwd=there), arguments
    with only_writer(Path(there / "runs" / "s"), lambda _: "another process"):
        assert "another process" in refused("extend", "runs/s", "--seeds", "9", cwd=there)
    assert contents(there / "runs") == before


def test_runs_are_taken_over_and_status_says_from_where(there):
    (there / "third.toml").write_text(NOT_ALL.replace("[1.0, 2.0]", "[1.0, 2.0, 3.0]"))
    printed = must("run", "not_all.toml", "--out", "runs/new", "--adopt", "runs/s", cwd=there)
    assert printed.startswith("runs/s: 10 runs taken over\n")
    assert Results.open(there / "runs" / "new").last is None
    assert "\n10 runs were taken over from s in ../s\n" in must("status", "runs/new", cwd=there)
    must("run", "third.toml", "--out", "runs/third", "--adopt", "runs/s", "--adopt", "runs/new", cwd=there)
    status = json.loads(must("status", "runs/third", "--format", "json", cwd=there))
    assert [(one["folder"], sum(stop - start for start, stop in one["runs"])) for one in status["adopted"]] == [
        ("../s", 10),
        ("../new", 10),
    ]
    next((there / "runs" / "third" / "shards").iterdir()).unlink()
    printed = must("adopt", "runs/third", "runs/new", "runs/s", cwd=there)
    assert printed.startswith("runs/new: 20 runs taken over\nruns/s: 0 runs taken over\n")
    assert "20 of 30 runs done" in printed


def test_runs_that_cannot_be_taken_over_are_refused(there):
    for arguments, message in {
        ("runs/s", "runs/s"): "runs/s: the folder itself",
        ("runs/s", "runs"): "runs: no results here",
        ("runs", "runs/s"): "runs: no results here",
    }.items():
        assert message in refused("adopt", *arguments, cwd=there)
