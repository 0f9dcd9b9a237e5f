"""What the front door says of arguments that it refuses: which, its value, and what is allowed."""

import pytest

import backsweep
from backsweep.errors import FileError, SettingError
from backsweep.results.figures import figure
from helpers.odd_arguments import SPEC, X, Y, taken


@pytest.fixture(scope="module")
def sweep():
    return backsweep.Sweep(**SPEC)


@pytest.fixture(scope="module")
def results(sweep, tmp_path_factory):
    return sweep.run(tmp_path_factory.mktemp("runs") / "xor", jobs=1)


def test_where_takes_no_value_that_is_not_there(results):
    assert taken("where.lr", results.where) == set()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda r: r.summary(3), "by = 3: must be names of settings, such as ['lr', 'hidden']"),
        (lambda r: r.summary([3]), "by: must be the name of a setting, not int"),
        (lambda r: r.best(seed="x"), "seed = 'x': must be a whole number, at least 0"),
        (lambda r: r.restarts(-1), "first = -1: must be a whole number, at least 0"),
        (lambda r: r.compare(3, 1, 2), "setting: must be the name of a setting, not int"),
        (lambda r: r.compare("lr", 0.5, 5.0, paired="no"), "paired = 'no': must be True or False"),
        (lambda r: r.compare_with("runs/b"), "other: must be results, such as backsweep.open returns, not str"),
        (lambda r: r.trajectories(3), "runs = 3: must be a list of numbers of runs"),
        (lambda r: r.weights(16), "run = 16: there is no such run; the runs are 0 to 15"),
        (lambda r: r.query(3), "sql: must be text, not int"),
        (lambda r: r.figure("survival", nope=1), "nope: the figure survival has no such option. It takes: by"),
        (lambda r: r.figure("importance", by=["lr"]), "by: the figure importance has no such option. It takes: none"),
        (lambda r: r.figure("loss"), "run: missing; the figure loss needs the number of a run"),
        (lambda r: r.figure(3), "kind = 3: there is no such figure. There are: success, final-loss, median, importance"),
        (lambda r: r.figure("success", axes=3), "axes: must be Axes of matplotlib, not int"),
        (lambda r: figure("success", r.table, row=3), "row: must be the name of a setting, not int"),
        (lambda r: r.figure("trajectories", cells=2.5), "cells = 2.5: must be a list, each member a whole number"),
        (lambda _: backsweep.open(3), "folder = 3: must be a path, such as 'runs/xor'"),
        (lambda _: backsweep.Sweep.from_dict(3), "table: must be a dict, not int"),
        (lambda _: backsweep.Sweep.of_spec(3), "spec: must be a backsweep.sweep.Spec, not int"),
        (
            lambda _: backsweep.Sweep(task="xor").run("a", backend="gpu"),
            "backend = 'gpu': there is no such name. There are: threads, processes",
        ),
        (lambda _: backsweep.Sweep(task="xor").run("a", address=3), "address: must be text, not int"),
        (lambda _: backsweep.Sweep(task="xor").run("a", force=1), "force = 1: must be True or False"),
        (lambda _: backsweep.Sweep(task="xor").run("a", progress=print), "progress: must be a Progress, not builtin"),
        (lambda _: backsweep.train(X, Y, keep_weights="no"), "keep_weights = 'no': must be True or False"),
    ],
)
def test_it_is_said_what_is_allowed(results, ask, message):
    with pytest.raises(SettingError) as refused:
        ask(results)
    assert str(refused.value).startswith(message)
    assert refused.value.settings[0]


OUTSIDE = {"a run of another setting": 12, "no run": 9999}


@pytest.mark.parametrize("run", OUTSIDE.values(), ids=OUTSIDE)
def test_runs_that_where_did_not_choose_are_refused(results, run):
    part = results.where(hidden=2)
    for ask in (lambda: part.trajectories([0, run]), lambda: part.trajectory(run), lambda: part.weights(run)):
        with pytest.raises(SettingError, match=rf"^runs? = {run}: ") as refused:
            ask()
        assert refused.value.value == run


def test_a_folder_refuses_runs_that_its_sweep_has_not(results):
    for ask in (lambda: results.trajectories([9999]), lambda: results.trajectory(9999), lambda: results.weights(9999)):
        with pytest.raises(SettingError, match="there is no such run; the runs are 0 to 15"):
            ask()


def test_a_setting_that_was_chosen_is_named_as_such(results):
    with pytest.raises(SettingError, match=r"^where: hidden is already restricted to 2$") as refused:
        results.where(hidden=2).where(hidden=4)
    assert refused.value.settings == ("hidden",)
    with pytest.raises(SettingError, match=r"lr is already restricted to 0\.5"):
        results.where(hidden=2).where(lr=0.5).where(lr=0.5)
    with pytest.raises(SettingError, match=r"there is no setting 'foo' that varies\.") as refused:
        results.where(foo=3)
    assert refused.value.settings == ("foo",)


def test_an_error_about_a_file_or_a_folder_carries_its_path(results, tmp_path):
    (tmp_path / "file").write_text("")
    for ask, path in (
        (lambda: backsweep.Sweep(task="xor").run(results.path), results.path),
        (lambda: backsweep.Sweep(task="xor").run(tmp_path / "file"), tmp_path / "file"),
        (lambda: backsweep.Sweep(task="xor").run(tmp_path), tmp_path),
        (lambda: backsweep.open(tmp_path), tmp_path),
        (lambda: backsweep.open(tmp_path / "file"), tmp_path / "file"),
    ):
        with pytest.raises(FileError) as refused:
            ask()
        assert refused.value.path == path
        assert str(refused.value).startswith(f"{path}: {refused.value.reason}")
    with pytest.raises(SettingError, match=r"none\.toml: no such file") as missing:
        backsweep.Sweep.from_toml(tmp_path / "none.toml")
    assert missing.value.settings == ("path",)
