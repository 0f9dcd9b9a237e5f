"""Findings on the command line: tables, comparisons, seeds, figures and reports."""

import json
import os
import re

import pandas as pd
import pytest

from backsweep.results import Results
from backsweep.results.analysis.names import BEST
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep
from helpers.commands import backsweep, must, refused, tabled
from helpers.commands import here as answered
from helpers.sweeps import SPEC, csv, two_sweeps


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return two_sweeps(tmp_path_factory.mktemp("findings"))


@pytest.mark.parametrize("of", ["summary", "settings", "what-matters", "best", "restarts"])
def test_each_table_is_that_of_python(here, of):
    results = Results.open(here / "r")
    theirs = {
        "summary": results.summary,
        "settings": results.details,
        "what-matters": results.what_matters,
        "best": results.best,
        "restarts": results.restarts,
    }[of]()
    printed = tabled("table", "r", "--of", of, "--format", "csv", cwd=here)
    pd.testing.assert_frame_equal(csv(printed), theirs, check_dtype=False)
    assert must("table", "r", "--of", of, cwd=here).count("\n") > len(theirs)


def test_where_no_run_converged_the_table_goes_by_the_final_loss(tmp_path):
    train = {"lr": {"values": [0.001, 0.5, 2.0]}, "epochs": 50, "stop": {"loss": 1e-9}}
    results = Sweep(task="xor", seeds=4, train=train).run(tmp_path / "r", jobs=1)
    losses = {f"{lr:g}": f"{interquartile(runs['loss']):#.4g}" for lr, runs in results.table.groupby("lr")}
    head, *rows, remark = must("table", tmp_path / "r", cwd=tmp_path).splitlines()
    assert head.split() == ["lr", "runs", "converged", "success", "95", "%", "final", "loss"]
    assert all("4      0.0 %  0.0 % – 49.0 %" in row for row in rows)
    shown = [[line.split()[0], line.split()[-1]] for line in rows]
    assert shown == sorted(map(list, losses.items()), key=lambda pair: pair[1])
    assert remark.startswith("No run converged, so the rows are in the order of the final loss")


def interquartile(losses):
    """The mean of the two in the middle of four."""
    return sum(sorted(losses)[1:3]) / 2


@pytest.mark.parametrize("of", ["restarts", "best", "what-matters"])
def test_where_no_run_converged_a_sentence_stands_in_place_of_unknowns(of, tmp_path):
    train = {"lr": {"values": [0.001, 0.002]}, "epochs": 5, "stop": {"loss": 0.1}}
    Sweep(task="xor", seeds=4, train=train).run(tmp_path / "r", jobs=1)
    code, output, _ = answered("table", tmp_path / "r", "--of", of)
    assert (code, output.count("\n"), "?" in output, "converged" in output) == (0, 1, False, True)
    assert len(csv(answered("table", tmp_path / "r", "--of", of, "--format", "csv")[1])) == 0


def test_another_seed_of_the_resampling_moves_intervals_and_nothing_else(here):
    one, other = (
        csv(tabled("table", "r", "--of", "settings", "--resampling-seed", seed, "--format", "csv", cwd=here)) for seed in "01"
    )
    moved = {name for name in one if not one[name].equals(other[name])}
    assert moved
    assert moved <= {"running_time_low", "running_time_high"}


def test_two_values_and_two_sweeps_are_compared(here):
    results = Results.open(here / "r")
    printed = tabled("compare", "r", "--setting", "lr", "--values", "0.50, 2", "--format", "csv", cwd=here)
    pd.testing.assert_frame_equal(csv(printed), results.compare("lr", 0.5, 2.0), check_dtype=False)
    printed = tabled("compare", "r", "--with", "biased", "--by", "hidden,lr", "--format", "json", cwd=here)
    assert [row["pairs"] for row in json.loads(printed)] == [40] * 6
    shown = must("compare", "r", "--with", "biased", "--unpaired", cwd=here)
    assert "second converged" in shown
    assert "40 / 40" in shown


def test_where_selects_runs_for_every_finding(here):
    part = Results.open(here / "r").where(hidden=4, lr=2.0)
    chosen = ("--where", "hidden=4", "--where", "lr=2")
    printed = tabled("table", "r", *chosen, "--format", "csv", cwd=here)
    pd.testing.assert_frame_equal(csv(printed), part.summary(), check_dtype=False)
    assert "Pooled" not in must("table", "r", *chosen, cwd=here)
    found = csv(
        tabled("compare", "r", "--setting", "lr", "--values", "2,5", "--where", "hidden=4", "--format", "csv", cwd=here)
    )
    assert found["pairs"].tolist() == [40]
    assert must("seeds", "r", "--half-width", "0.1", "--by", "hidden", "--where", "lr=5", cwd=here).count("Pooled") == 0
    assert "Pooled over lr" in must("seeds", "r", "--half-width", "0.1", "--by", "hidden", cwd=here)


def test_a_figure_of_groups_that_one_chooses(here):
    must("figure", "r", "survival", "--by", "hidden", "--where", "lr=5", "--out", "s.svg", cwd=here)
    text = (here / "s.svg").read_text()
    assert all(f"<!-- hidden {units}" in text or f"hidden {units}" in text for units in (2, 4))
    must("figure", "r", "trajectories", "--where", "hidden=4", "--out", "t.svg", cwd=here)


def test_seeds_needed(here):
    printed = tabled("seeds", "r", "--half-width", "0.02", "--by", "lr", "--format", "csv", cwd=here)
    pd.testing.assert_frame_equal(csv(printed), Results.open(here / "r").seeds_to_know(0.02, ["lr"]), check_dtype=False)
    assert "needed" in must("seeds", "r", "--setting", "hidden", "--values", "2,4", cwd=here)


def test_what_counts_only_a_part_of_the_runs_says_so(tmp_path):
    store = Store.open(Sweep.from_dict({**SPEC, "record": {}}).run(tmp_path / "r", jobs=1).path)
    rows = store.read()
    with store.writing():
        for shard in store.shards():
            shard.path.unlink()
        store.append(rows.slice(0, 100))
    counts = "counts only the 100 of 240 runs that are done.\n"
    assert f"\nNot finished: the table {counts}" in must("table", "r", cwd=tmp_path)
    drawn = "Figure: r/{}.svg\n"
    assert must("figure", "r", "success", cwd=tmp_path) == f"{drawn.format('success')}Not finished: the figure {counts}"
    assert must("figure", "r", "loss", "--run", 7, cwd=tmp_path) == drawn.format("loss")  # which is the same in the end


@pytest.mark.parametrize(("length", "points"), [("3.4in", 244.8), ("8cm", 226.8), ("90 mm", 255.1)])
def test_a_figure_has_the_width_the_style_and_the_title_that_one_asks_for(here, length, points):
    more = ["--width", length, "--style", "paper", "--title", "On $x$"]
    must("figure", "r", "survival", *more, "--out", "w.svg", cwd=here)
    text = (here / "w.svg").read_text()
    assert float(re.search(r'width="([\d.]+)pt"', text)[1]) == pytest.approx(points, abs=0.1)
    assert ">On $x$</text>" in text
    assert text.count("STIXGeneral") == text.count("<text")


def test_what_is_no_width_or_style_is_refused(here):
    for width in ("3.4", "1in", "5000mm", "in", "1e3in"):
        assert f"--width {width}: must be a length in in, cm or mm" in refused(
            "figure", "r", "survival", "--width", width, cwd=here
        )
    assert "--style nice: there is no such name. There are: report, paper, slide" in refused(
        "figure", "r", "survival", "--style", "nice", cwd=here
    )


@pytest.mark.parametrize(("kind", "suffix"), [("success", "png"), ("survival", "pdf"), ("slope", "svg")])
def test_a_figure_goes_into_a_file(here, kind, suffix):
    out = here / f"{kind}.{suffix}"
    assert must("figure", "r", kind, "--out", out, cwd=here) == f"Figure: {out}\n"
    assert out.read_bytes().startswith({"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[suffix])


def test_the_loss_of_a_run_that_was_recorded(here):
    recorded = int(Results.open(here / "r").trajectories()["run"].iloc[0])
    must("figure", "r", "loss", "--run", str(recorded), "--out", "loss.svg", cwd=here)
    assert (here / "loss.svg").exists()


def test_a_report_as_markdown(here):
    assert must("report", "r", "--format", "markdown", cwd=here) == "Report: r/report/report.md\n"
    assert {"report.md", "success.svg", "settings.csv", "settings.tex", "what-matters.json"} <= {
        path.name for path in (here / "r" / "report").iterdir()
    }
    assert Results.open(here / "r").done == 240  # the folder of results is still sound


def test_a_setting_that_is_called_in_full_is_also_known_by_its_last_word(tmp_path):
    """As in earlier commands: restarts have a column `mean`, so the mean of the initial weights is `model.init.mean`."""
    init = {"scheme": "normal", "mean": {"values": [0.0, 0.5]}}
    stop = {"loss": 0.6}
    Sweep.from_dict(
        {"task": "xor", "seeds": 6, "model": {"init": init}, "train": {"epochs": 300, "stop": stop, "lr": 2.0}}
    ).run(tmp_path / "r", jobs=1)
    short, full = (
        [
            answered("table", tmp_path / "r", "--by", name, "--format", "csv"),
            answered("table", tmp_path / "r", "--of", "best", "--by", name, "--format", "json"),
            answered("table", tmp_path / "r", "--where", f"{name}=0.5", "--format", "csv"),
            answered("compare", tmp_path / "r", "--setting", name, "--values", "0,0.5"),
            answered("compare", tmp_path / "r", "--with", tmp_path / "r", "--by", name),
            answered("seeds", tmp_path / "r", "--half-width", "0.2", "--by", name),
            answered("seeds", tmp_path / "r", "--setting", name, "--values", "0,0.5"),
            answered("figure", tmp_path / "r", "survival", "--by", name, "--out", tmp_path / "s.svg"),
        ]
        for name in ("mean", "model.init.mean")
    )
    assert short == full
    assert all((code, message) == (0, "") for code, _, message in short)


def test_where_no_run_converged_no_setting_is_the_best(tmp_path):
    """People get a sentence; programs get an empty table, with the sentence on stderr."""
    nothing = {"task": "xor", "seeds": 4, "train": {"epochs": 2, "stop": {"loss": 1e-9}, "lr": {"values": [0.1, 1.0]}}}
    Sweep.from_dict(nothing).run(tmp_path / "r", jobs=1)
    best = ["table", tmp_path / "r", "--of", "best"]
    code, sentence, message = answered(*best)
    sentence = sentence.strip()
    assert (code, message) == (0, "")
    assert sentence.startswith("No run converged, so no setting is the best; the lowest final loss is that of lr ")
    code, printed, message = answered(*best, "--format", "csv")
    assert (code, message) == (0, f"backsweep: {sentence}\n")
    assert printed.splitlines() == [",".join(["lr", *BEST])]
    assert answered(*best, "--format", "json") == (0, "[]\n", f"backsweep: {sentence}\n")
    for form in ("markdown", "latex"):
        code, printed, message = answered(*best, "--format", form)
        assert (code, message) == (0, f"backsweep: {sentence}\n")
        assert "?" not in printed
    matters = answered("table", tmp_path / "r", "--of", "what-matters")
    assert matters == (0, "No share of variance is known, because the results do not vary or too few runs converged.\n", "")


def test_runs_that_begin_above_the_bound_are_said_where_one_looks(tmp_path):
    """At the end of the run, in its log and below the table; and ∞ never becomes a question mark on any terminal."""
    spec = tmp_path / "bound.toml"
    spec.write_text('task = "xor"\nseeds = 4\ntrain = { bound = 0.1, epochs = 9, stop = { loss = 0.01 } }\n')
    warning = "4 runs diverged before the first update, because they began with losses of "
    code, printed, message = answered("run", spec, "--out", tmp_path / "r", "--jobs", 1)
    assert (code, message) == (0, "")
    assert printed.count(f"Warning: {warning}") == 1
    code, log, _ = answered("run", spec, "--out", tmp_path / "logged", "--jobs", 1, "--log", "json")
    assert (code, log.count(warning)) == (0, 1)
    details = ["table", tmp_path / "r", "--of", "settings"]
    code, printed, _ = answered(*details)
    assert (code, printed.count(warning), printed.count("∞"), printed.count("?")) == (0, 1, 2 + 2, 0)
    for encoding in ("cp1252", "ascii"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        done = backsweep(*details, cwd=tmp_path, encoding=encoding, env=environment)
        assert (done.returncode, done.stdout.count("inf"), done.stdout.count("?")) == (0, 4, 0)


def test_of_a_sweep_without_runs_every_question_says_so(tmp_path):
    """People get a sentence, programs an empty table that has its columns; what compares or counts runs is refused."""
    train = {"lr": {"values": [0.5, 2.0]}, "epochs": 5, "stop": {"loss": 0.1}}
    begun = Sweep(task="xor", seeds=4, train=train).run(tmp_path / "r", jobs=1)
    for shard in (begun.path / "shards").iterdir():
        shard.unlink()
    for of in ("summary", "settings", "what-matters", "best", "restarts"):
        asked = ["table", "r", "--of", of]
        assert answered(*asked, "--where", "lr=2", cwd=tmp_path) == (0, "No run is done yet.\n", "")
        code, printed, message = answered(*asked, "--format", "csv", cwd=tmp_path)
        assert (code, len(csv(printed)), message) == (0, 0, "backsweep: No run is done yet.\n")
    for asked in (
        ["compare", "r", "--setting", "lr"],
        ["compare", "r", "--with", "r"],
        ["compare", "r", "--setting", "lr", "--of", "ranks"],
        ["seeds", "r", "--half-width", "0.1"],
        ["seeds", "r", "--setting", "lr", "--values", "0.5,2"],
        ["figure", "r", "success"],
    ):
        assert refused(*asked, cwd=tmp_path) == "backsweep: r: no run is done yet\n"
