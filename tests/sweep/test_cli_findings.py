"""Findings on the command line: tables, comparisons, seeds, figures and reports, and what is said to bad input."""

import io
import json

import pandas as pd
import pytest
from tables import EXACT

from backsweep.results import Results
from backsweep.sweep import Sweep
from commands import must, refused_in_turn

SPEC = {
    "task": "xor",
    "seeds": 40,
    "model": {"hidden": {"values": [2, 4]}},
    "train": {"lr": {"values": [0.5, 2.0, 5.0]}, "epochs": 1500, "stop": {"loss": 0.1}},
    "record": {"every": 50, "runs": 60},
}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("findings")
    Sweep.from_dict(SPEC).run(folder / "r", jobs=1)
    Sweep.from_dict({**SPEC, "model": {"hidden": {"values": [2, 4]}, "bias": True}}).run(folder / "biased", jobs=1)
    return folder


def csv(text):
    return pd.read_csv(io.StringIO(text), **EXACT)


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
    printed = must("table", "r", "--of", of, "--format", "csv", cwd=here)
    pd.testing.assert_frame_equal(csv(printed), theirs, check_dtype=False)
    assert must("table", "r", "--of", of, cwd=here).count("\n") > len(theirs)


def test_another_seed_of_the_resampling_moves_intervals_and_nothing_else(here):
    one, other = (
        csv(must("table", "r", "--of", "settings", "--resampling-seed", seed, "--format", "csv", cwd=here)) for seed in "01"
    )
    moved = {name for name in one if not one[name].equals(other[name])}
    assert moved
    assert moved <= {"running_time_low", "running_time_high"}


def test_two_values_and_two_sweeps_are_compared(here):
    results = Results.open(here / "r")
    printed = must("compare", "r", "--setting", "lr", "--values", "0.50, 2", "--format", "csv", cwd=here)
    pd.testing.assert_frame_equal(csv(printed), results.compare("lr", 0.5, 2.0), check_dtype=False)
    printed = must("compare", "r", "--with", "biased", "--by", "hidden,lr", "--format", "json", cwd=here)
    assert [row["pairs"] for row in json.loads(printed)] == [40] * 6
    shown = must("compare", "r", "--with", "biased", "--unpaired", cwd=here)
    assert "second converged" in shown
    assert "40 / 40" in shown


def test_what_is_said_may_be_of_some_runs_alone(here):
    part = Results.open(here / "r").where(hidden=4, lr=2.0)
    chosen = ("--where", "hidden=4", "--where", "lr=2")
    printed = must("table", "r", *chosen, "--format", "csv", cwd=here)
    pd.testing.assert_frame_equal(csv(printed), part.summary(), check_dtype=False)
    assert "Pooled" not in must("table", "r", *chosen, cwd=here)
    found = csv(must("compare", "r", "--setting", "lr", "--values", "2,5", "--where", "hidden=4", "--format", "csv", cwd=here))
    assert found["pairs"].tolist() == [40]
    assert must("seeds", "r", "--half-width", "0.1", "--by", "hidden", "--where", "lr=5", cwd=here).count("Pooled") == 0
    assert "Pooled over lr" in must("seeds", "r", "--half-width", "0.1", "--by", "hidden", cwd=here)


def test_a_figure_of_groups_that_one_chooses(here):
    must("figure", "r", "survival", "--by", "hidden", "--where", "lr=5", "--out", "s.svg", cwd=here)
    text = (here / "s.svg").read_text()
    assert all(f"<!-- hidden {units}" in text or f"hidden {units}" in text for units in (2, 4))
    must("figure", "r", "trajectories", "--where", "hidden=4", "--out", "t.svg", cwd=here)


def test_seeds_that_it_takes(here):
    printed = must("seeds", "r", "--half-width", "0.02", "--by", "lr", "--format", "csv", cwd=here)
    pd.testing.assert_frame_equal(csv(printed), Results.open(here / "r").seeds_to_know(0.02, ["lr"]), check_dtype=False)
    assert "needed" in must("seeds", "r", "--setting", "hidden", "--values", "2,4", cwd=here)


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
    assert Results.open(here / "r").done == 240  # the folder of results is none the worse for it


BAD = [
    (["table", "r", "--by", "nix"], "there is no setting 'nix' that varies; there are hidden, lr, cell, seed"),
    (["table", "r", "--of", "restarts", "--by", "lr"], "--by: goes with --of summary, settings or best"),
    (["compare", "r"], "give either --with DIR, or --setting NAME --values A,B"),
    (["compare", "r", "--setting", "lr", "--values", "1"], "--values 1: two values of the setting are needed, as 0.1,1.0"),
    (["compare", "r", "--setting", "lr", "--values", "2,2"], "two values of the setting are needed"),
    (["compare", "r", "--with", "biased", "--values", "2,5"], "--values: goes with --setting"),
    (["seeds", "r", "--half-width", "0.1", "--power", "0.5"], "--power: goes with --setting"),
    (["seeds", "r", "--setting", "lr", "--values", "2,5", "--by", "x"], "--by: goes with --half-width"),
    (["table", "r", "--of", "best", "--by", "seed"], "the seeds choose and judge"),
    (["table", "r", "--of", "best", "--resampling-seed", "-1"], "resampling-seed"),
    (["compare", "r", "--setting", "lr", "--values", "1,2"], "--values: lr is never 1.0; there are 0.5, 2.0, 5.0"),
    (["compare", "r", "--setting", "beta", "--values", "1,2"], "there is no 'beta' that varies; there are hidden, lr"),
    (["compare", "r", "--setting", "lr", "--values", "2,5", "--by", "lr"], "--by: goes with --with"),
    (["compare", "r", "--with", "nix"], "nix"),
    (["seeds", "r"], "give either --half-width W, or --setting NAME --values A,B"),
    (["seeds", "r", "--half-width", "0.7"], "half_width: 0.7; it must be above 0 and below 0.5"),
    (["seeds", "r", "--setting", "lr", "--values", "2,5", "--power", "2"], "above 0 and below 1"),
    (["figure", "r", "pie"], "there is no figure 'pie'; there are success"),
    (["figure", "r", "success", "--out", "s.gif"], "s.gif: a figure is saved as .png, .svg, .pdf"),
    (["figure", "r", "loss"], "run: the figure of a loss takes the number of a run"),
    (["figure", "r", "loss", "--run", "99999"], "run 99999: there is none; runs are numbered 0 to 239"),
    (["figure", "r", "loss", "--run", "1"], "run 1: its losses were not recorded"),
    (["figure", "r", "success", "--run", "1"], "--run: goes with KIND loss, not with success"),
    (["figure", "r", "trainability"], "measure"),
    (["figure", "r", "success", "--by", "lr"], "--by: goes with KIND survival, histogram, ecdf, not with success"),
    (["table", "r", "--where", "lr"], "--where lr: a setting and its value are needed, as optimizer=gd"),
    (["table", "r", "--where", "lr=3"], "--where: lr is never 3.0; there are 0.5, 2.0, 5.0"),
    (["table", "r", "--where", "beta=3"], "where: there is no setting 'beta' that varies; there are hidden, lr"),
    (["compare", "r", "--setting", "lr"], "--values is missing: two values of the setting are needed"),
    (["table", "r/manifest.json"], "manifest.json: a file; results are a folder"),
]


@pytest.fixture(scope="module")
def answers(here):
    """What is said to each of BAD."""
    return refused_in_turn([arguments for arguments, _ in BAD], cwd=here)


@pytest.mark.parametrize("case", range(len(BAD)), ids=lambda case: " ".join(BAD[case][0]))
def test_bad_input_is_told_in_a_sentence(answers, case):
    assert BAD[case][1] in answers[case]
