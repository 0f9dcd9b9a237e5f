"""How a sweep ends on the command line: with the same answer as the report's, and few rows."""

import json
import subprocess
import sys

from backsweep.results import Results
from backsweep.results.analysis.answer import answer_of
from backsweep.results.text.answer import sentences
from helpers.commands import PATIENCE, here, must

SPEC = """
task = "xor"
seeds = 4
[model]
hidden = {{ values = [2, 3, 4, 5] }}
[train]
lr = {{ values = [0.5, 1.0, 2.0, 5.0] }}
epochs = 200
{rule}
"""
NO_RULE = "No run can count as converged, because the spec has no stopping rule (train.stop)."


def test_a_sweep_ends_with_its_answer_and_a_dozen_rows(tmp_path, monkeypatch):
    (tmp_path / "s.toml").write_text(SPEC.format(rule="stop = { loss = 0.5 }"))
    first = must("run", "s.toml", "--out", "s", cwd=tmp_path)
    answer, rows = (part.splitlines() for part in first.split("\n\n")[1:])
    results = Results.open(tmp_path / "s")
    assert answer == sentences(answer_of(results.table, results.manifest))
    assert len(rows) == 1 + 12 + 1
    assert rows[-1] == (
        "The first 12 of 16 settings, in order, by all their runs. Look closer: backsweep table s; backsweep report s"
    )
    for again in (["run", "s.toml", "--out", "s"], ["resume", "s"]):
        assert must(*again, cwd=tmp_path).split("\n\n")[1:] == first.split("\n\n")[1:]
    monkeypatch.setattr("backsweep.sweep.cli.answer.MOST_RUNS", 63)
    assert must("resume", "s", cwd=tmp_path).splitlines()[1:] == ["Look closer: backsweep table s; backsweep report s"]
    monkeypatch.undo()
    log = must("run", "s.toml", "--out", "s", "--log", "json", cwd=tmp_path)
    assert json.loads(log.splitlines()[-1])["answer"] == answer


def test_the_answer_loads_no_tests_of_scipy(tmp_path):
    """They take half a second to import, of every command that ends with an answer."""
    (tmp_path / "s.toml").write_text(SPEC.format(rule="stop = { loss = 0.5 }"))
    code = "import sys; from backsweep.sweep.cli.start import main; main(); print('scipy.stats' in sys.modules)"
    command = [sys.executable, "-c", code, "run", "s.toml", "--out", "s"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert "The best setting is" in done.stdout
    assert done.stdout.splitlines()[-1] == "False"


def test_without_a_rule_every_table_says_so_and_goes_by_loss(tmp_path):
    (tmp_path / "s.toml").write_text(SPEC.format(rule=""))
    assert NO_RULE in must("run", "s.toml", "--out", "s", cwd=tmp_path)
    details = Results.open(tmp_path / "s").details()
    by_loss = details.sort_values("interquartile_mean_loss", kind="stable")["interquartile_mean_loss"]
    for of in ("summary", "settings"):
        *rows, remark = must("table", "s", "--of", of, cwd=tmp_path).splitlines()
        assert [line.split()[-1] for line in rows[1:]] == [f"{loss:#.4g}" for loss in by_loss]
        assert remark == NO_RULE
    tables = (["table", "s", "--of", of] for of in ("best", "what-matters", "restarts"))
    for command in (*tables, ["seeds", "s", "--half-width", "0.1"], ["seeds", "s", *LRS], ["compare", "s", *RANKS]):
        assert must(*command, cwd=tmp_path).startswith(NO_RULE.rstrip("."))
        assert here(*command, "--format", "json", cwd=tmp_path)[1] == "[]\n"
    assert NO_RULE in must("compare", "s", *LRS, cwd=tmp_path).splitlines()


RANKS = ("--setting", "lr", "--of", "ranks")
LRS = ("--setting", "lr", "--values", "1,2")
