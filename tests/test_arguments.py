"""What is of no use as an argument is refused at the front door, by its name: no TypeError comes from deep inside."""

import inspect

import pytest

import backsweep
from backsweep.kernels.call.flatten import NAMES
from backsweep.results.figures import FIGURES, save
from helpers.odd_arguments import ODD, SPEC, X, Y, is_taken, taken

NUMBER_OR_MORE = {"fraction", "of no dimension", "frame", "empty"}  # one of a run, or one for each of any runs


# Which of these each argument takes, because they make sense there; all others are refused. A table's names are members of it,
# and lr, the one name that the frame has, is a setting.
TAKEN = {
    "summary.by": {"frame", "empty"},
    "details.by": {"frame", "empty"},
    "best.by": {"frame", "empty"},
    "seeds_to_know.by": {"frame", "empty"},
    "details.seed": {"many digits"},
    "best.seed": {"many digits"},
    "what_matters.seed": {"many digits"},
    "compare.seed": {"many digits"},
    "compare.best_of": {"empty"},
    "ranks.seed": {"many digits"},
    "ranks.best_of": {"empty"},
    "compare_with.seed": {"many digits"},
    "restarts.first": {"many digits"},
    "trajectories.runs": {"empty"},
    "network.data": {"empty"},
    "report.path": {"word"},
    "report_markdown.folder": {"word"},
    "of_folder.data": {"empty"},
    "of_spec.source": {"word"},
    "run.out": {"word"},
    "run.address": {"word"},
    "estimate.out": {"word"},
    "extend.address": {"word"},
    "adopt.folder": {"word"},
    **{name: {"empty"} for name in ("extend.data", "growth.data", "adopt.data", "adopt.sources")},
    **{f"figure.{kind}.by": {"frame", "empty"} for kind in ("survival", "histogram", "ecdf", "outcomes")},
    "figure.ranks.best_of": {"empty"},
    "train.hidden": {"empty"},
    "train.bias_input": {"negative", "fraction", "of no dimension"},
    "train.midpoint": {"negative", "fraction", "of no dimension"},
    "train.seed": {"array", "of no dimension", "frame", "empty"},
    "train.epochs": {"of no dimension", "frame", "empty"},
    "train.lr": NUMBER_OR_MORE - {"empty"},
    "train.clip": NUMBER_OR_MORE,
    "train.bound": NUMBER_OR_MORE,
    "train.weight_decay": NUMBER_OR_MORE | {"array"},
    "train.derivative_offset": NUMBER_OR_MORE | {"array"},
    "train.record_at": {"empty"},
    "train.record_runs": {"empty"},
    "spec.name": {"word"},
    "spec.seeds": {"of no dimension"},
    "spec.exclude": {"empty"},
}


@pytest.fixture(scope="module")
def sweep():
    return backsweep.Sweep(**SPEC)


@pytest.fixture(scope="module")
def results(sweep, tmp_path_factory):
    return sweep.run(tmp_path_factory.mktemp("runs") / "xor", jobs=1)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Runs with the convergence measure, which needs all epochs."""
    train = {name: value for name, value in SPEC["train"].items() if name != "stop"}
    return backsweep.Sweep(**{**SPEC, "train": train, "record": {"measure": True}}).run(
        tmp_path_factory.mktemp("runs") / "m", jobs=1
    )


@pytest.fixture(scope="module")
def nine(tmp_path_factory):
    """Runs of three learning rates in three combinations, in which these can be ranked."""
    train = {**SPEC["train"], "lr": {"values": [0.5, 1.0, 5.0]}, "weight_decay": {"values": [0.0, 0.001, 0.01]}}
    return backsweep.Sweep(**{**SPEC, "model": {}, "train": train}).run(tmp_path_factory.mktemp("runs") / "nine", jobs=1)


@pytest.fixture
def calls(results, nine, sweep, tmp_path, monkeypatch):
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
        nine.ranks: {"setting": "lr"},
        results.compare_with: {"other": results},
        results.seeds_to_know: {"half_width": 0.1},
        results.seeds_to_compare: values,
        results.where: {"lr": 0.5},
        results.trajectories: {},
        results.trajectory: {"run": 0},
        results.weights: {"run": 0},
        results.network: {"run": 0},
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
        sweep.estimate: {"jobs": 1},
        results.extend: {"seeds": 4},
        sweep.extend: {"folder": folder, "jobs": 1},
        sweep.growth: {"folder": folder},
        sweep.adopt: {"folder": "adopted", "sources": [folder]},
    }


@pytest.mark.parametrize("odd", ODD)
def test_methods_take_what_makes_sense_and_refuse_all_else(calls, odd, tmp_path, monkeypatch):
    for call, given in calls.items():
        for name in inspect.signature(call).parameters:
            if name not in {"options", "settings"}:
                argument = f"{call.__name__}.{name}"
                (tmp_path / argument).mkdir()
                monkeypatch.chdir(tmp_path / argument)
                done = is_taken(argument, call, {**given, name: ODD[odd]})
                assert (argument, done) == (argument, odd in TAKEN.get(argument, ()))


def test_every_method_is_asked(calls, results, sweep):
    asked = {call.__name__ for call in calls} | {"query", "to_xarray", "plan", "to_toml"}
    for one in (results, sweep):
        there = {name for name, _ in inspect.getmembers(type(one), callable) if not name.startswith("_")}
        assert there - asked == set()


@pytest.mark.parametrize(
    ("kind", "option"), [(name, option) for name, kind in FIGURES.items() for option in (*kind.options, "axes", "nope")]
)
def test_figures_do_so_with_their_options(results, measured, nine, kind, option):
    draw = {"trainability": measured, "ranks": nine}.get(kind, results).figure
    given = {"run": 0} if FIGURES[kind].trains else {"setting": "lr"} if kind == "ranks" else {}
    argument = f"figure.{kind}.{option}"
    assert taken(argument, draw, kind=kind, **given) == TAKEN.get(argument, set())


@pytest.mark.parametrize("name", [*NAMES, "x", "y", "keep_weights", "record_at", "record_runs"])
def test_training_does_so_with_its_settings(name):
    argument = f"train.{name}"
    assert taken(argument, backsweep.train, x=X, y=Y, epochs=5, record_at=[0]) == TAKEN.get(argument, set())


@pytest.mark.parametrize("key", ["name", "task", "seeds", "model", "train", "record", "design", "exclude"])
def test_a_spec_does_so_with_its_keys(key):
    argument = f"spec.{key}"
    assert taken(argument, lambda **table: backsweep.Sweep(**table).plan(), task="xor") == TAKEN.get(argument, set())
