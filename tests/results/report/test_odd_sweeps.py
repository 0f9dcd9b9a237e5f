"""Reports of sweeps that are unfinished, being written, or otherwise odd."""

import re

import pytest

from backsweep.errors import ResultsError
from backsweep.results import Results
from backsweep.results.report.cell_maps import cell_maps
from backsweep.results.report.question import question
from backsweep.sweep import Sweep
from backsweep.sweep.sweep import keep_typical_trajectory
from helpers.reported import SPEC


@pytest.fixture(scope="module")
def html(results):
    return results.report().read_text()


@pytest.mark.parametrize(
    "change",
    [
        {"model": {"hidden": 2}, "train": {"epochs": 3}},
        {"train": {"lr": {"values": [0.1, 0.2]}, "epochs": 3}, "seeds": 1},
        {"train": {"loss": {"values": ["bce", "mse"]}, "epochs": 5, "stop": {"loss": 0.9}}},
        {"train": {"lr": 1e9, "epochs": 5, "bound": 0.1}},
    ],
    ids=["one cell", "one seed, none converged", "all at epoch 0", "all diverged"],
)
def test_odd_sweeps_have_reports(change, tmp_path):
    results = Sweep.from_dict({"task": "xor", "seeds": 3, **change}).run(tmp_path / "r")
    keep_typical_trajectory(results)
    html = results.report().read_text()
    assert "</html>" in html
    assert "best" not in re.sub("<(script|style).*?</(script|style)>", "", html, flags=re.DOTALL)  # nothing is, or all tie


def test_an_unfinished_sweep_is_reported_as_such(results, tmp_path):
    whole = Sweep.from_dict(SPEC)
    copy = whole.run(tmp_path / "r")
    shards = sorted((copy.path / "shards").iterdir())
    shards[0].unlink()
    partly = Results.open(copy.path)
    text = partly.report().read_text()
    assert "Not finished" in text
    assert f"{partly.done:,} of 120 runs" in text
    for shard in shards[1:]:
        shard.unlink()
    assert "No run is done yet" in Results.open(copy.path).report().read_text()


@pytest.mark.parametrize("done", [1, 2, 5, 21, 22, 41, 62, 119])
def test_a_sweep_with_few_finished_runs_has_a_report(results, done, tmp_path):
    """Whichever seeds of the latest cell are done, even if all of them are in the choosing half."""
    partly = Results(results.store)
    partly.__dict__["table"] = results.table.head(done)
    assert "</html>" in partly.report(tmp_path / "r.html").read_text()


def test_what_decides_on_a_sampled_design_is_not_called_a_variance_between_runs(tmp_path):
    spec = {**SPEC, "model": {"hidden": 4}, "train": {**SPEC["train"], "epochs": 300}, "seeds": 5}
    spec["train"] |= {"lr": {"loguniform": [0.1, 10.0]}}
    spec["model"] = {"hidden": 4, "init": {"low": {"uniform": [-2.0, -0.1]}}}
    results = Sweep.from_dict({**spec, "design": {"method": "sobol", "points": 64, "seed": 0}}).run(tmp_path / "r")
    html = results.report().read_text()
    assert "among the best tenth" in html
    assert "Of the variance" not in html
    assert "chance, by the seed" not in html
    value = cell_maps(results.table, results.trajectories())[0]
    assert value.rows == sorted(value.rows, key=float)
    assert len(value.rows) == 64


def test_a_curve_of_the_explorer_ends_where_it_is_known(tmp_path):
    results = Sweep.from_dict({**SPEC, "model": {"hidden": 2}, "train": {"epochs": {"values": [50, 500]}}}).run(tmp_path / "r")
    curves = cell_maps(results.table, results.trajectories())[0].curves
    assert curves.groupby("cell")["epoch"].max().tolist() == [50, 500]


def test_while_another_process_writes_the_report_goes_without_a_trajectory(tmp_path):
    results = Sweep.from_dict(SPEC).run(tmp_path / "r")
    with results.store.writing():
        again = Results.open(results.path)
        keep_typical_trajectory(again)
        assert "The loss of run " not in again.report().read_text()


def test_a_criterion_that_is_not_known_is_an_error_and_not_left_out(results):
    stop = {"loss": 0.1, "patience": 2, "curvature": 0.5}
    other = {**results.manifest.spec, "train": {**results.manifest.spec["train"], "stop": stop}}
    with pytest.raises(ResultsError, match=r"train\.stop\.curvature: this version knows no such criterion"):
        question(results.manifest.model_copy(update={"spec": other}))
    known = {**other, "train": {**other["train"], "stop": {"patience": 2, "loss": 0.1, "within": 0.4}}}
    asked = question(results.manifest.model_copy(update={"spec": known}))
    assert asked.endswith("converged when its loss is at most 0.1 and every output is nearer to its target than 0.4.")
