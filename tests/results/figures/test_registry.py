"""One registry of figures, which the command line, Python, the report and the documentation share."""

import re
from dataclasses import replace
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest

from backsweep.results import Results
from backsweep.results.figures import FIGURES
from backsweep.results.figures.registry import Kind, Need
from backsweep.sweep import Sweep
from backsweep.sweep.cli.figure import takes
from backsweep.sweep.sweep import keep_typical_trajectory
from helpers.commands import here as answered

WITH_RUN = ", ".join(name for name, kind in FIGURES.items() if "run" in kind.options)
FINDINGS = Path(__file__).parents[3] / "docs" / "findings.md"
SPEC = {
    "task": "xor",
    "seeds": 10,
    "model": {"hidden": {"values": [2, 4]}},
    "train": {"lr": {"values": [0.5, 2.0, 5.0]}, "epochs": 1500, "stop": {"loss": 0.1}},
    "record": {"every": 50},
}
MEASURED = {**SPEC, "seeds": 2, "train": {"lr": {"values": [0.5, 2.0, 5.0]}, "epochs": 100}, "record": {"measure": True}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    results = Sweep.from_dict(SPEC).run(tmp_path_factory.mktemp("runs") / "r", jobs=1)
    keep_typical_trajectory(results)
    return results.path


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return Sweep.from_dict(MEASURED).run(tmp_path_factory.mktemp("runs") / "measured", jobs=1).path


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    """Three names in three combinations of the rest."""
    spec = {**SPEC, "seeds": 2, "model": {"init": {"values": ["uniform", "xavier_uniform", "he_uniform"]}}}
    return Sweep.from_dict(spec).run(tmp_path_factory.mktemp("runs") / "ranked", jobs=1).path


def row(name, kind):
    names = ("by", "run", "seeds", "epochs", "setting", "best_of")
    options = [f"`--{option.replace('_', '-')}`" for option in names if takes(kind, option)]
    return f"| `{name}` | {kind.title} | {kind.condition or '–'} | {', '.join(options) or '–'} |"


def test_the_documentation_lists_every_kind_with_what_it_needs():
    text = FINDINGS.read_text()
    table = text[text.index("| kind | shows |") :].split("\n\n")[0].splitlines()[2:]
    assert table == [row(name, kind) for name, kind in FIGURES.items()]


@pytest.mark.parametrize("kind", FIGURES.values(), ids=FIGURES)
def test_an_entry_says_what_its_computation_takes(kind):
    takes = signature(kind.compute).parameters
    assert set(kind.needs) == set(takes) & set(get_args(Need))
    if kind.grouped:
        assert "by" in takes


def test_the_report_draws_each_kind_under_the_name_of_the_command_line(folder):
    results = Results.open(folder)
    written = {path.stem for path in results.report_markdown().parent.glob("*.svg")}
    wanted = {name for name, kind in FIGURES.items() if kind.in_report(results.table) is not None}
    assert written == wanted - {"trainability"}  # it needs the convergence measure


def test_a_report_of_measured_runs_has_the_map_of_them(measured):
    assert (Results.open(measured).report_markdown().parent / "trainability.svg").exists()


@pytest.mark.parametrize("name", FIGURES)
def test_every_kind_is_drawn_by_the_command_line_and_takes_the_options_it_declares(folder, measured, ranked, name, tmp_path):
    kind, out = FIGURES[name], tmp_path / "a.svg"
    folder = {"trainability": measured, "ranks": ranked}.get(name, folder)
    run = ["--run", 3] if "run" in kind.options else []
    assert answered("figure", folder, name, *run, "--out", out) == (0, f"Figure: {out}\n", "")
    out.unlink()
    code, _, message = answered("figure", folder, name, *run, "--by", "lr", "--out", out)
    assert (code, out.exists()) == ((0, True) if kind.grouped else (2, False)), message
    if not run:
        code, _, message = answered("figure", folder, name, "--run", 0)
        assert (code, message) == (2, f"backsweep: --run: cannot be combined with KIND {name}; use it with {WITH_RUN}\n")


def test_setting_and_best_of_are_for_the_kinds_that_take_them(folder, ranked, tmp_path):
    out = ["--out", tmp_path / "a.svg"]
    assert answered("figure", ranked, "ranks", "--setting", "lr", *out)[0] == 0
    assert answered("figure", folder, "slope", "--setting", "lr", *out)[0] == 0
    code, _, message = answered("figure", ranked, "ranks", "--best-of", "lr", *out)
    assert (code, "needs 3 combinations of other settings (such as tasks) or more" in message) == (2, True)
    for option, kinds in (("--setting", "slope, ranks"), ("--best-of", "ranks")):
        code, _, message = answered("figure", ranked, "success", option, "lr", *out)
        assert (code, message) == (2, f"backsweep: {option}: cannot be combined with KIND success; use it with {kinds}\n")


def test_help_lists_every_kind(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    code, output, _ = answered("figure", "--help")
    assert code == 0
    unwrapped = re.sub(r"\n   +", " ", output)  # long lines continue below, indented further
    for name, kind in FIGURES.items():
        (line,) = (line for line in unwrapped.splitlines() if line.startswith(f"  {name} "))
        assert kind.title in line
        assert ("takes --by" in line) == kind.grouped


def test_a_new_entry_is_drawn_everywhere(folder, monkeypatch, tmp_path):
    """Whatever it needs; no other place names it."""
    seen = SimpleNamespace(alt_text="A new figure in words.", caption="What it shows.")
    given = {}

    def compute(table, records, importance, rng):
        given.update(table=len(table), records=len(records), importance=len(importance), rng=type(rng))
        return seen

    def draw(value, axes):
        assert value is seen
        axes.plot([0, 1], [1, 0])
        return axes

    kind = Kind("A new figure", compute, draw, needs=("table", "records", "importance", "rng"), height=2.0)
    monkeypatch.setitem(FIGURES, "new", kind)
    results = Results.open(folder)
    assert results.figure("new").has_data()
    assert given["table"] == 60
    assert given["records"] == len(results.trajectories())
    assert given["importance"] == len(results.what_matters())
    assert given["rng"] is np.random.Generator
    assert answered("figure", folder, "new", "--out", tmp_path / "a.svg")[0] == 0
    assert "  new " in answered("figure", "--help")[1]
    text = results.report_markdown(tmp_path / "report").read_text()
    assert "## A new figure\n\n![A new figure in words.](new.svg)\n\nWhat it shows." in text
    monkeypatch.setitem(FIGURES, "new", replace(kind, in_report=lambda _: None))
    assert "A new figure" not in results.report(tmp_path / "a.html").read_text()
