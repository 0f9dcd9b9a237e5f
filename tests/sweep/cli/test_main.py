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

from helpers.commands import SPEC, backsweep, complaint, must, refused
from helpers.commands import here as in_process


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    (folder / "small.toml").write_text(SPEC)
    (folder / "other.toml").write_text(SPEC.replace("2000", "3000"))
    (folder / "text.txt").write_text("text")
    must("run", "small.toml", cwd=folder)
    return folder


def test_the_demo_path(tmp_path):
    """The steps of `make demo`, with a hundredth of the seeds."""
    done = backsweep("demo", "--small", "--jobs", "2", cwd=tmp_path)
    assert (done.returncode, complaint(done)) == (0, "")
    out = done.stdout
    assert "1,000 of 1,000 runs" in out
    assert "M run-epochs/s" in out
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
    tables = [must("table", folder, "--format", "csv", cwd=here) for folder in ("runs/small", "processes")]
    assert tables[0] == tables[1]


def test_tables_in_every_format(here):
    text = must("table", "runs/small", cwd=here)
    assert text.split()[:4] == ["hidden", "lr", "runs", "converged"]
    frame = pd.read_csv(io.StringIO(must("table", "runs/small", "--format", "csv", cwd=here)))
    assert frame[["hidden", "lr", "runs"]].to_numpy().tolist() == [[2, 0.5, 5], [2, 2, 5], [4, 0.5, 5], [4, 2, 5]]
    rows = json.loads(must("table", "runs/small", "--by", "lr", "--format", "json", cwd=here))
    assert [row["runs"] for row in rows] == [10, 10]
    markdown = must("table", "runs/small", "--by", "hidden", "--format", "markdown", cwd=here).splitlines()
    assert (len(markdown), markdown[1].count("---:")) == (4, 6)
    latex = must("table", "runs/small", "--by", "hidden", "--format", "latex", cwd=here)
    assert latex.startswith("\\begin{tabular}{rrrrrr}")
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
    rows = json.loads(must("table", "runs/rates", "--by", "lr[0]", "--format", "json", cwd=tmp_path))
    assert [row["lr[0]"] for row in rows] == [0.1, 0.5]
    assert "measure -" in must("replay", "runs/rates", 3, cwd=tmp_path)
    assert must("report", "runs/rates", cwd=tmp_path) == "Report: runs/rates/report.html\n"
    assert "train.lr[0] over 0.1, 0.5" in (tmp_path / "runs" / "rates" / "report.html").read_text()


BAD = [
    (["run", "none.toml"], "none.toml: no such file"),
    (["run", "text.txt"], "text.txt: not TOML"),
    (["run", "other.toml", "--out", "runs/small"], "train.epochs: 2000 there, 3000 here"),
    (["run", "small.toml", "--out", "text.txt"], "text.txt: a file is in the place"),
    (["run", "small.toml", "--out", "."], "not empty, and not a folder of results"),
    (["run", "small.toml", "--jobs", "0"], "--jobs"),
    (
        ["run", "small.toml", "--backend", "thread"],
        "backsweep: --backend thread: there is no such name; did you mean threads? There are: threads, processes, dask, ray",
    ),
    (
        ["run", "small.toml", "--log", "jso"],
        "backsweep: --log jso: there is no such name; did you mean json? There are: bar, json",
    ),
    (
        ["table", "runs/small", "--of", "bst"],
        "--of bst: there is no such name; did you mean best? There are: summary, settings",
    ),
    (["report", "runs/small", "--format", "pdf"], "--format pdf: there is no such name. There are: html, markdown"),
    (["status", "runs/small", "--format", "xml"], "--format xml: there is no such name. There are: text, json"),
    (["run", "small.toml", "--out", "/proc/nowhere"], "/proc/nowhere"),
    (["resume", "nowhere"], "nowhere: no results here"),
    (["table", "."], "no results here"),
    (
        ["table", "runs/small", "--by", "lrr"],
        "--by: there is no setting 'lrr' that varies; did you mean lr? There are: hidden, lr",
    ),
    (["table", "runs/small", "--format", "xml"], "--format xml: there is no such name. There are: text, csv, markdown, latex"),
    (["replay", "runs/small", "20"], "RUN 20: there is no such run; the runs are 0 to 19"),
    (["replay", "runs/small", "--", "-1"], "RUN -1: there is no such run"),
    (["replay", "runs/small", "-1"], "backsweep: RUN -1: there is no such run; the runs are 0 to 19"),
    (["replay", "runs/small", "-2.5", "--format", "csv"], "backsweep: RUN -2.5: there is no such run; the runs are 0 to 19"),
    (["replay", "runs/small", "1e3"], "backsweep: RUN 1e3: there is no such run"),
    (["run", "small.toml", "--backend", ""], "backsweep: --backend '': there is no such name"),
    (["replay", "runs/small", "3", "--foo"], "No such option: --foo"),
    (["replay", "runs/small", "first"], "RUN"),
    (["report", "nowhere"], "nowhere: no results here"),
    (["verify", "runs/small", "--sample", "0"], "--sample"),
    (["sweep"], "No such command"),
]


@pytest.fixture(scope="module")
def answers(here):
    """The message for each of BAD; none of them changes a file."""
    before = (here / "runs" / "small" / "manifest.json").read_bytes()
    messages = [refused(*arguments, cwd=here) for arguments, _ in BAD]
    assert (here / "runs" / "small" / "manifest.json").read_bytes() == before
    return messages


@pytest.mark.parametrize("case", range(len(BAD)), ids=lambda case: " ".join(BAD[case][0]))
def test_bad_input_is_one_message_and_exit_code_2(answers, case):
    assert BAD[case][1] in answers[case]


def test_a_spec_with_a_mistake_is_named_with_file_key_and_value(here):
    (here / "wrong.toml").write_text(SPEC.replace("epochs = 2000", "epochs = -1\nlrr = 3"))
    message = refused("run", "wrong.toml", cwd=here)
    assert "wrong.toml: train.epochs = -1: must be a whole number from 1 to 2147483646" in message
    assert "wrong.toml: train.lrr: unknown key; did you mean lr?" in message
    assert not (here / "runs" / "wrong").exists()


def test_damage_that_needs_no_training_is_told_once(here, tmp_path):
    shutil.copytree(here / "runs" / "small", tmp_path / "r")
    manifest = tmp_path / "r" / "manifest.json"
    manifest.write_bytes(b"?" + manifest.read_bytes())
    printed = must("resume", tmp_path / "r", cwd=tmp_path)
    assert printed.count("manifest.json: damaged") == 1
    assert "restored from its copy" in printed


@pytest.mark.posix
def test_a_full_disk_is_named_and_nothing_is_lost(here):
    """A limit on file sizes stands in for the full disk: the shards of 20 runs fit, those of 40,000 do not."""
    (here / "wide.toml").write_text(SPEC.replace("seeds = 5", "seeds = 20000").replace("2000\n", "20\n"))
    spec = ["run", "wide.toml", "--out", "full", "--jobs", "1"]

    def limit():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    done = backsweep(*spec, cwd=here, preexec_fn=limit)
    assert done.returncode == 2
    assert "File too large. Everything written so far is intact" in done.stderr
    assert not list((here / "full").rglob("*.partial"))
    assert "80,000 of 80,000 runs" in must(*spec, cwd=here)
    assert "every bit is the same" in must("verify", "full", cwd=here)


@pytest.mark.posix
def test_a_folder_without_write_permission_is_named(public_path):
    """As a user without permission: root, who may write anywhere, becomes nobody first."""
    spec, closed = public_path / "small.toml", public_path / "closed"
    spec.write_text(SPEC)
    closed.mkdir()
    closed.chmod(0o555)
    code = f"""
import contextlib, os, sys
from backsweep.sweep.cli.main import main

def run(out):
    sys.argv = ["backsweep", "run", {str(spec)!r}, "--out", out]
    main()

with contextlib.suppress(SystemExit):
    run({str(public_path / "first")!r})  # so that all modules are loaded: nobody may not read them
if os.geteuid() == 0:
    os.seteuid(65534)
run({str(closed / "r")!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Permission denied" in done.stderr
    assert done.returncode == 2
    assert list(closed.iterdir()) == []


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
