"""What is of no use as an argument is refused at the front door, by its name: no TypeError comes from deep inside."""

import inspect

import numpy as np
import pandas as pd
import pytest

import backsweep
from backsweep.errors import BacksweepError, SettingError
from backsweep.kernels.call.nested import NAMES
from backsweep.results.figures import FIGURES, figure, save

ODD = {
    "negative": -1,
    "many digits": 10**400,
    "fraction": 2.5,
    "nan": float("nan"),
    "word": "nope",
    "bytes": b"x",
    "object": object(),
    "objects": [object()],
    "table": {"a": 1},
    "function": len,
    "array": np.zeros(2),
    "of no dimension": np.array(3),
    "frame": pd.DataFrame({"lr": [1]}),
    "complex": 1j,
}
X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
SPEC = {
    "task": "xor",
    "seeds": 4,
    "model": {"hidden": {"values": [2, 4]}},
    "train": {"lr": {"values": [0.5, 5.0]}, "epochs": 60, "stop": {"loss": 0.5}},
    "record": {"every": 5, "weights": True},
}


@pytest.fixture(scope="module")
def sweep():
    return backsweep.Sweep(**SPEC)


@pytest.fixture(scope="module")
def results(sweep, tmp_path_factory):
    return sweep.run(tmp_path_factory.mktemp("runs") / "xor", jobs=1)


@pytest.fixture
def calls(results, sweep, tmp_path, monkeypatch):
    """Each method of the front door, with arguments that it takes."""
    monkeypatch.chdir(tmp_path)  # where a report called nope goes
    values = {"setting": "lr", "first": 0.5, "second": 5.0}
    folder = str(results.path)
    axes = results.figure("success")
    return {
        results.summary: {},
        results.details: {},
        results.best: {},
        results.restarts: {},
        results.what_matters: {},
        results.compare: values,
        results.compare_with: {"other": results},
        results.seeds_to_know: {"half_width": 0.1},
        results.seeds_to_compare: values,
        results.where: {"lr": 0.5},
        results.trajectories: {},
        results.trajectory: {"run": 0},
        results.weights: {"run": 0},
        results.report: {},
        results.report_markdown: {},
        results.figure: {"kind": "success"},
        save: {"axes": axes, "path": "a.svg"},
        backsweep.open: {"folder": folder},
        backsweep.Results.open: {"path": folder},
        backsweep.Sweep.from_toml: {"path": "none.toml"},
        backsweep.Sweep.from_dict: {"table": SPEC},
        backsweep.Sweep.of_folder: {"path": folder},
        backsweep.Sweep.of_spec: {"spec": sweep.spec},
        sweep.run: {"out": folder, "jobs": 1},
        sweep.estimate: {"jobs": 0},
    }


def refused_or_done(call, **given):
    """Whatever else is raised fails the test; what the system refuses names the file."""
    try:
        call(**given)
    except (BacksweepError, OSError) as error:
        assert str(error)  # noqa: PT017


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_methods_take_or_refuse_whatever_they_are_given(calls, odd):
    for call, given in calls.items():
        for name in inspect.signature(call).parameters:
            if name not in {"options", "settings"}:
                refused_or_done(call, **{**given, name: odd})


def test_every_method_is_asked(calls, results, sweep):
    asked = {call.__name__ for call in calls} | {"query", "to_xarray", "plan", "to_toml"}
    for one in (results, sweep):
        there = {name for name, _ in inspect.getmembers(type(one), callable) if not name.startswith("_")}
        assert there - asked == set()


@pytest.mark.parametrize(
    ("kind", "option"), [(name, option) for name, kind in FIGURES.items() for option in (*kind.options, "axes", "nope")]
)
def test_figures_do_so_with_their_options(results, kind, option):
    run = {"run": 0} if kind == "loss" else {}
    for odd in ODD.values():
        refused_or_done(results.figure, kind=kind, **{**run, option: odd})


@pytest.mark.parametrize("name", [*NAMES, "x", "y", "keep_weights", "record_at", "record_runs"])
def test_training_does_so_with_its_settings(name):
    for odd in ODD.values():
        refused_or_done(backsweep.train, **{"x": X, "y": Y, "epochs": 5, "record_at": [0], name: odd})


@pytest.mark.parametrize("key", ["name", "task", "seeds", "model", "train", "record", "design", "exclude"])
def test_a_spec_does_so_with_its_keys(key):
    for odd in ODD.values():
        refused_or_done(lambda odd=odd: backsweep.Sweep(**{"task": "xor", key: odd}).plan())


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda r: r.summary(3), "by = 3: must be names of settings, such as ['lr', 'hidden']"),
        (lambda r: r.summary([3]), "by: must be the name of a setting, not int"),
        (lambda r: r.best(seed="x"), "seed = 'x': must be a whole number, at least 0"),
        (lambda r: r.restarts(-1), "first = -1: must be a whole number, at least 0"),
        (lambda r: r.compare(3, 1, 2), "setting: must be the name of a setting, not int"),
        (lambda r: r.compare("lr", 0.5, 5.0, paired="no"), "paired = 'no': must be True or False"),
        (lambda r: r.compare_with("runs/b"), "other: must be results, such as backsweep.open returns, not str"),
        (lambda r: r.trajectories(3), "runs = 3: must be a list, each member a whole number, at least 0"),
        (lambda r: r.weights(16), "run = 16: there is no such run; the runs are 0 to 15"),
        (lambda r: r.query(3), "sql: must be text, not int"),
        (lambda r: r.figure("survival", nope=1), "nope: the figure survival has no such option; it takes by"),
        (lambda r: r.figure("importance", by=["lr"]), "by: the figure importance has no such option; it takes none"),
        (lambda r: r.figure("loss"), "run: missing; the figure loss needs the number of a run"),
        (lambda r: r.figure(3), "there is no figure 3; there are success, median, importance"),
        (lambda r: r.figure("success", axes=3), "axes: must be Axes of matplotlib, not int"),
        (lambda r: figure("success", r.table, row=3), "row: must be the name of a setting, not int"),
        (lambda r: r.figure("trajectories", cells=2.5), "cells = 2.5: must be a list, each member a whole number"),
        (lambda _: backsweep.open(3), "folder = 3: must be a path, such as 'runs/xor'"),
        (lambda _: backsweep.Sweep.from_dict(3), "table: must be a dict, not int"),
        (lambda _: backsweep.Sweep.of_spec(3), "spec: must be a backsweep.sweep.Spec, not int"),
        (lambda _: backsweep.Sweep(task="xor").run("a", backend="gpu"), "backend = 'gpu': must be one of threads, processes"),
        (lambda _: backsweep.Sweep(task="xor").run("a", address=3), "address: must be text, not int"),
        (lambda _: backsweep.Sweep(task="xor").run("a", force=1), "force = 1: must be True or False"),
        (lambda _: backsweep.Sweep(task="xor").run("a", progress=print), "progress: must be a Progress, not builtin"),
        (lambda _: backsweep.train(X, Y, keep_weights="no"), "keep_weights = 'no': must be True or False"),
    ],
)
def test_it_is_said_what_is_allowed(results, ask, said):
    with pytest.raises(SettingError) as refused:
        ask(results)
    assert str(refused.value).startswith(said)
    assert refused.value.settings[0]
