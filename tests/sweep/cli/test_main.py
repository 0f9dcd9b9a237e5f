"""The command line as a user meets it: what it prints and its exit codes.

In real processes what a process of its own shows: how commands begin, end, and share a terminal and a disk.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version

import pandas as pd
import pytest

from helpers.commands import backsweep, complaint, must, refused, tabled
from helpers.commands import here as in_process
from helpers.sweeps import a_sweep_and_another_spec


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return a_sweep_and_another_spec(tmp_path_factory.mktemp("cli"))


def test_the_demo_path(tmp_path):
    """The steps of `make demo`, with a hundredth of the seeds."""
    done = backsweep("demo", "--small", "--jobs", "2", cwd=tmp_path)
    assert (done.returncode, complaint(done)) == (0, "")
    out = done.stdout
    assert "1,000 of 1,000 runs" in out
    assert " run-epochs/s" in out
    answer, rows = out.split("\n\n")[1:]
    assert answer.startswith("The best setting is hidden 8, lr 10: there 100.0 % ")
    assert [line.split()[2] for line in rows.splitlines()[1:-2]] == ["10"] * 12
    report = tmp_path / out.splitlines()[-1].removeprefix("Report: ")
    assert report.read_text().count("<figure>") == 8
    assert "All 1,000 runs were already done" in must("demo", "--small", cwd=tmp_path)


def test_version_and_help(tmp_path):
    assert backsweep("--version", cwd=tmp_path).stdout.strip() == f"backsweep {version('backsweep')}"
    assert must("-h", cwd=tmp_path) == must("--help", cwd=tmp_path)


def test_a_session_is_summed_up_in_words(here):
    out = must("run", "small.toml", "--out", "runs/alone", "--jobs", 1, cwd=here)
    assert re.search(r"^20 runs, [\d,]+ run-epochs in .* on 1 thread: runs/alone$", out, re.MULTILINE)


def test_run_goes_to_runs_by_name_and_is_not_repeated(here):
    assert (here / "runs" / "small" / "manifest.json").exists()
    assert "All 20 runs were already done: runs/small" in must("run", "small.toml", cwd=here)
    assert "All 20 runs were already done" in must("resume", "runs/small", cwd=here)


def test_a_dry_run_trains_nothing(here):
    out = must("run", "small.toml", "--out", "nothing", "--dry-run", cwd=here)
    assert "20 runs: 4 cells × 5 seeds, 2 network shapes" in out
    assert "train.lr: 2 in all, 0.5 ... 2.0" in out
    assert not (here / "nothing").exists()


def test_processes_give_the_same_table(here):
    must("run", "small.toml", "--out", "processes", "--backend", "processes", "--jobs", "2", cwd=here)
    tables = [tabled("table", folder, "--format", "csv", cwd=here) for folder in ("runs/small", "processes")]
    assert tables[0] == tables[1]


def test_tables_in_every_format(here):
    text = must("table", "runs/small", cwd=here)
    assert text.split()[:4] == ["hidden", "lr", "runs", "converged"]
    frame = pd.read_csv(io.StringIO(tabled("table", "runs/small", "--format", "csv", cwd=here)))
    assert frame[["hidden", "lr", "runs"]].to_numpy().tolist() == [[2, 0.5, 5], [2, 2, 5], [4, 0.5, 5], [4, 2, 5]]
    rows = json.loads(tabled("table", "runs/small", "--by", "lr", "--format", "json", cwd=here))
    assert [row["runs"] for row in rows] == [10, 10]
    markdown = tabled("table", "runs/small", "--by", "hidden", "--format", "markdown", cwd=here).splitlines()
    assert (len(markdown), markdown[1].count("---:")) == (4, 6)
    latex = tabled("table", "runs/small", "--by", "hidden", "--format", "latex", cwd=here)
    assert latex.splitlines()[:2] == [
        "% Pooled over lr; the pooled runs count as replicates of one setting.",
        "\\begin{tabular}{rrrrrr}",
    ]
    assert r" \% " in latex


def test_a_report_that_cannot_be_written_is_an_error(here):
    for out, message in (
        (".", "a folder; the report is one file, such as report.html"),
        ("no/r.html", "no/r.html: there is no folder no"),
    ):
        assert message in refused("report", "runs/small", "--out", out, cwd=here)


def test_a_report_of_data_that_are_gone_has_no_trajectory(tmp_path):
    (tmp_path / "d.csv").write_text("a,c\n0,0\n1,1\n")
    task = '{ file = "d.csv", inputs = ["a"], targets = ["c"], categories = ["c"] }'
    (tmp_path / "s.toml").write_text(f"task = {task}\n[train]\nepochs = 9\n")
    must("run", "s.toml", cwd=tmp_path)
    (tmp_path / "d.csv").unlink()
    code, printed, message = in_process("report", "runs/s", cwd=tmp_path)
    assert (code, printed) == (0, "Report: runs/s/report.html\n")
    assert "d.csv: no such file" in message
    assert message.endswith("; the report contains no trajectory\n")


def test_report_replay_and_verify(here):
    assert must("report", "runs/small", cwd=here) == "Report: runs/small/report.html\n"
    out = must("replay", "runs/small", 19, cwd=here)
    assert "The same bits as in the folder." in out
    whole = pd.read_csv(io.StringIO(must("replay", "runs/small", 19, "--format", "csv", cwd=here)))
    assert f"epochs {len(whole) - 1} " in out
    assert "20 of 20 runs trained again: every bit is the same" in must("verify", "runs/small", cwd=here)
    assert "7 of 20 runs" in must("verify", "runs/small", "--sample", 7, cwd=here)


REGRESSION = """
task = { name = "teacher", inputs = 3, hidden = 2, samples = 9 }
seeds = 3
[model]
hidden = { values = [2, [4, 4], []] }
activation = "tanh"
output = "identity"
[train]
loss = "mse"
lr = { values = [0.01, 0.1] }
epochs = 60
stall = { window = 5, improvement = 0.05 }
"""


@pytest.mark.long
def test_regression_with_layers_of_all_kinds(tmp_path):
    (tmp_path / "deep.toml").write_text(REGRESSION)
    must("run", "deep.toml", cwd=tmp_path)
    rows = [line.split()[0] for line in must("table", "runs/deep", "--by", "hidden", cwd=tmp_path).splitlines()[1:4]]
    assert sorted(rows) == ["2", "4-4", "none"]
    assert "model.hidden: 3 in all, [2] ... []" in must("run", "deep.toml", "--dry-run", cwd=tmp_path)
    text = must("replay", "runs/deep", 7, cwd=tmp_path)
    assert "accuracy –" in text
    assert "nan" not in text
    trajectory = json.loads(must("replay", "runs/deep", 7, "--format", "json", cwd=tmp_path))
    assert trajectory[0]["accuracy"] is None
    assert trajectory[0]["gradient_norm"] > 0
    assert "every bit is the same" in must("verify", "runs/deep", cwd=tmp_path)
    must("report", "runs/deep", cwd=tmp_path)
    report = (tmp_path / "runs" / "deep" / "report.html").read_text()
    assert "18 runs on teacher: model.hidden over 2, 4-4, none; train.lr over 0.01, 0.1" in report
    assert "<dt>stalled</dt>" in report


def test_rates_of_layers_and_the_measure(tmp_path):
    spec = 'task = "xor"\nseeds = 2\n[train]\nlr = [{ values = [0.1, 0.5] }, 0.3]\nepochs = 30\n[record]\nmeasure = true\n'
    (tmp_path / "rates.toml").write_text(spec)
    must("run", "rates.toml", cwd=tmp_path)
    rows = json.loads(tabled("table", "runs/rates", "--by", "lr[0]", "--format", "json", cwd=tmp_path))
    assert [row["lr[0]"] for row in rows] == [0.1, 0.5]
    assert "measure -" in must("replay", "runs/rates", 3, cwd=tmp_path)
    assert must("report", "runs/rates", cwd=tmp_path) == "Report: runs/rates/report.html\n"
    assert "train.lr[0] over 0.1, 0.5" in (tmp_path / "runs" / "rates" / "report.html").read_text()


def test_damage_that_needs_no_training_is_told_once(here, tmp_path):
    shutil.copytree(here / "runs" / "small", tmp_path / "r")
    manifest = tmp_path / "r" / "manifest.json"
    manifest.write_bytes(b"?" + manifest.read_bytes())
    printed = must("resume", tmp_path / "r", cwd=tmp_path)
    assert printed.count("manifest.json: damaged") == 1
    assert "restored from its copy" in printed


def test_imports_stay_light():
    """`run` does not spend a second on importing pandas and another on matplotlib."""
    code = "import sys, backsweep.sweep.sweep; print([m for m in ('pandas', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_terminals_without_our_characters_get_others(here):
    done = backsweep("table", "runs/small", cwd=here, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "%" in done.stdout


def test_a_column_named_twice_counts_once(here):
    assert must("table", "runs/small", "--by", "lr,lr", cwd=here) == must("table", "runs/small", "--by", "lr", cwd=here)


def test_columns_named_apart_count_as_those_named_together(here):
    together = must("table", "runs/small", "--by", "lr,hidden", cwd=here)
    assert must("table", "runs/small", "--by", "lr", "--by", "hidden", cwd=here) == together
    assert together != must("table", "runs/small", "--by", "hidden", cwd=here)
