"""A sweep that was extended has the table that the larger sweep has in a new folder, but for the numbers of its runs."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from backsweep.errors import FileError, ResultsError, SettingError
from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.run.replay import differences
from helpers.folders import contents

BASE = {
    "name": "sweep",
    "task": "xor",
    "seeds": 3,
    "model": {"hidden": {"values": [2, 3]}},
    "train": {"lr": {"values": [0.5, 5.0]}, "epochs": 40, "stop": {"loss": 0.69}},
    "record": {"every": 20, "weights": True},
}


def changed(**tables):
    """The spec with some of its tables' keys replaced."""
    return {**BASE, **{key: {**BASE[key], **value} if key in ("model", "train") else value for key, value in tables.items()}}


MOMENTUM = {"name": "momentum", "beta": {"values": [0.5, 0.9]}}
DRAWN = {"lr": {"loguniform": [0.1, 10.0]}, "weight_decay": {"uniform": [0, 0.1]}}
LARGER = {
    "seeds": (BASE, changed(seeds=5)),
    "seeds in front": (changed(seeds={"start": 4, "count": 2}), changed(seeds={"start": 1, "count": 7})),
    "a list of seeds": (changed(seeds=[7, 3]), changed(seeds=[9, 3, 1, 7])),
    "values": (BASE, changed(train={"lr": {"values": [0.1, 0.5, 1.0, 5.0]}})),
    "values in another order": (
        BASE,
        changed(train={"lr": {"values": [5.0, 0.1, 0.5]}}, model={"hidden": {"values": [4, 3, 2]}}),
    ),
    "values and seeds": (BASE, changed(seeds=4, train={"lr": {"values": [0.5, 1.0, 5.0]}})),
    "networks of another depth": (BASE, changed(model={"hidden": {"values": [2, [2, 2], 3, []]}})),
    "a new axis": (BASE, changed(model={"bias": {"values": [False, True]}})),
    "a new first axis": (changed(model={"hidden": 2}), BASE),
    "another axis of the same name": (
        changed(model={"init": {"low": -1}}),
        changed(model={"init": {"low": {"values": [-1, -2]}}}),
    ),
    "the first axis": (changed(model={"hidden": 2}, train={"lr": 0.5}), BASE),
    "a nested branch": (
        changed(train={"optimizer": "gd"}),
        changed(train={"optimizer": {"values": ["adam", MOMENTUM, "gd"]}}),
    ),
    "a value in a nested branch": (
        changed(train={"optimizer": {"values": ["gd", {"name": "momentum", "beta": 0.5}]}}),
        changed(train={"optimizer": {"values": ["gd", MOMENTUM]}}),
    ),
    "exclude lifted": ({**BASE, "exclude": [{"model.hidden": 2, "train.lr": 5.0}]}, BASE),
    **{
        method: tuple(changed(train=DRAWN, design={"method": method, "points": points}) for points in (3, 7))
        for method in ("sobol", "halton", "random")
    },
    "a task": (changed(task={"name": "parity", "bits": 2}), changed(task={"name": "parity", "bits": {"values": [3, 2]}})),
    "epochs as an axis": (BASE, changed(train={"epochs": {"values": [20, 40, 80]}})),
}


def values_of(table):
    """All of a table that a reader can see, but for the numbers of runs; numbers as their bytes."""
    found = {}
    for name in table.columns.drop("run"):
        column = table[name]
        categories = column.cat.categories.tolist() if isinstance(column.dtype, pd.CategoricalDtype) else None
        found[name] = str(column.dtype), categories, column.cat.codes.tolist() if categories else column.to_numpy().tobytes()
    return found


def findings(results):
    """What each finding is, to the last bit, or why there is none."""
    for find in ("summary", "details", "best", "restarts", "what_matters"):
        try:
            yield getattr(results, find)().to_json(double_precision=15)
        except ResultsError as error:
            yield str(error)


@pytest.mark.parametrize(("small", "large"), LARGER.values(), ids=LARGER)
def test_an_extended_sweep_is_the_larger_one(small, large, tmp_path):
    small, large = Sweep.from_dict(small), Sweep.from_dict(large)
    fresh = large.run(tmp_path / "fresh", jobs=1)
    before = small.run(tmp_path / "r", jobs=1)
    first, weights = before.table, before.store.weights().to_pydict()
    growth = large.growth(tmp_path / "r")
    assert (growth.kept, sum(stop - start for start, stop in growth.new)) == (len(first), len(fresh.table) - len(first))

    after = large.extend(tmp_path / "r", jobs=1)
    assert after.last.runs == len(fresh.table) - len(first)
    assert values_of(after.table) == values_of(fresh.table)
    old = after.table.sort_values("run").iloc[: len(first)]
    for name in ("run", "seed", "epochs", "loss", "accuracy"):
        assert old[name].tolist() == first[name].tolist()
    kept = after.store.weights().slice(0, len(first)).to_pydict()
    assert kept == weights
    again = Results.open(tmp_path / "r")
    assert values_of(again.table) == values_of(fresh.table)
    assert again.damage == []
    assert again.store.damage() == []
    assert large.run(tmp_path / "r", jobs=1).last is None


@pytest.mark.parametrize("name", ["values and seeds", "a nested branch"])
def test_all_findings_are_those_of_the_larger_sweep(name, tmp_path):
    small, large = map(Sweep.from_dict, LARGER[name])
    small.run(tmp_path / "r", jobs=1)
    after, fresh = large.extend(tmp_path / "r", jobs=1), large.run(tmp_path / "fresh", jobs=1)
    assert list(findings(after)) == list(findings(fresh))


def test_a_sweep_is_extended_again_and_again(tmp_path):
    """Each time by something else, so that blocks have different columns; then some of an old block is trained again."""
    steps = [
        changed(train={"lr": 0.5}),
        BASE,
        changed(seeds=4),
        changed(seeds=4, train={"optimizer": {"values": ["momentum", "gd"]}}),
        changed(seeds=6, model={"hidden": {"values": [[3, 2], 3, 2]}}, train={"optimizer": {"values": ["momentum", "gd"]}}),
    ]
    for step, spec in enumerate(steps):
        sweep = Sweep.from_dict(spec)
        results = sweep.extend(tmp_path / "r", jobs=1) if step else sweep.run(tmp_path / "r", jobs=1)
        assert values_of(results.table) == values_of(sweep.run(tmp_path / f"{step}", jobs=1).table)
        assert differences(Sweep.of_folder(tmp_path / "r").plan(), results.table, results.store) == []
    numbering = results.manifest.numbering
    assert [block.start for block in numbering.blocks] == [0, 6, 12, 16, 32, 48]
    shards = results.store.shards()
    for place in (0, 3):
        shards[place].path.unlink()
    assert Results.open(tmp_path / "r").store.missing() == numbering.cut([(0, 6), (16, 32)])
    again = Sweep.of_folder(tmp_path / "r").run(tmp_path / "r", jobs=2, backend="processes")
    assert again.last.runs == 22
    assert values_of(again.table) == values_of(results.table)


@pytest.mark.posix
@pytest.mark.long
def test_an_extension_that_is_killed_at_any_file_is_continued(tmp_path):
    """See growing.py."""
    command = [sys.executable, Path(__file__).with_name("growing.py"), tmp_path]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    *kills, fresh = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout.splitlines()
    signals, runs, done, hashes = zip(*(kill.split() for kill in kills), strict=True)
    assert len(kills) >= 20
    assert set(signals) == {str(int(signal.SIGKILL))}
    assert list(runs) == sorted(runs, key=int)
    assert set(runs) == {"4", "9"}
    assert (done[0], int(done[-1]) > 4) == ("4", True)
    assert set(hashes) == {fresh}


def extended(folder, spec):
    return Sweep.from_dict(spec).extend(folder, jobs=1)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return Sweep.from_dict(BASE).run(tmp_path_factory.mktemp("finished") / "r", jobs=1)


@pytest.mark.parametrize(
    ("spec", "difference"),
    [
        (changed(seeds=2), "seeds: '0 ... 2' there, '0 ... 1' here"),
        (changed(train={"lr": {"values": [0.5, 1.0]}}), r"train.lr: 5.0 there, \[0.5, 1.0\] here"),
        (changed(train={"lr": 0.5}), "train.lr: 5.0 there, 0.5 here"),
        (changed(task="and"), "task.name: 'xor' there, 'and' here"),
        (changed(model={"bias": True}), "model.bias: false there, true here"),
        (changed(train={"epochs": 80}), "train.epochs: 40 there, 80 here; a sweep is extended by seeds and cells"),
        (changed(record={"every": 10, "weights": True}), "record.every: 20 there, 10 here"),
        (changed(record={"every": 20}), "record.weights: true there, false here"),
        (
            {**BASE, "exclude": [{"model.hidden": 2, "train.lr": 5.0}]},
            "model.hidden = 2, train.lr = 5.0: a cell there, left out",
        ),
    ],
)
def test_a_sweep_that_does_not_contain_the_old_one_is_refused(spec, difference, finished):
    before = contents(finished.path)
    with pytest.raises(FileError, match=f"a sweep that this one does not contain.*\n  {difference}"):
        extended(finished.path, spec)
    assert contents(finished.path) == before


def test_a_sweep_that_is_not_finished_can_be_extended(tmp_path):
    small, large = Sweep.from_dict(BASE), Sweep.from_dict(changed(seeds=4))
    small.run(tmp_path / "r", jobs=1).store.shards()[0].path.unlink()
    growth = large.growth(tmp_path / "r")
    assert (growth.kept, growth.missing, growth.new, growth.ahead) == (12, [(0, 12)], [(12, 16)], [(0, 12), (12, 16)])
    results = large.extend(tmp_path / "r", jobs=1)
    assert results.last.runs == 16
    assert values_of(results.table) == values_of(large.run(tmp_path / "fresh", jobs=1).table)


def test_what_is_drawn_or_recorded_as_a_whole_cannot_be_continued(tmp_path):
    drawn = [changed(train=DRAWN, design={"method": "latin_hypercube", "points": points}) for points in (3, 7)]
    recorded = [changed(train={"epochs": {"values": values}}, record={"points": 3}) for values in ([20, 40], [20, 40, 80])]
    for name, (small, large), difference in (
        ("drawn", drawn, "design.points: 3 there, 7 here; a Latin hypercube is drawn as a whole"),
        ("recorded", recorded, "train.epochs: 40 there, 80 here; record.points spreads the records over the most of them"),
    ):
        Sweep.from_dict(small).run(tmp_path / name, jobs=1)
        with pytest.raises(FileError, match=difference):
            extended(tmp_path / name, large)


def test_other_data_are_refused_and_the_same_data_elsewhere_are_not(tmp_path):
    rows = ["a,b,kind", "0,0,0", "0,1,1", "1,0,1", "1,1,0"]
    for name, lines in (("there", rows), ("moved", rows), ("other", [*rows, "1,1,0"])):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")

    def sweep(name, seeds):
        task = {"file": str(tmp_path / f"{name}.csv"), "inputs": ["a", "b"], "targets": "kind"}
        return Sweep.from_dict(changed(task=task, seeds=seeds))

    sweep("there", 2).run(tmp_path / "r", jobs=1)
    with pytest.raises(FileError, match=r"task\.file: data [0-9a-f]{12} \.\.\. there, data [0-9a-f]{12} \.\.\. here"):
        sweep("other", 3).extend(tmp_path / "r", jobs=1)
    assert sweep("moved", 3).extend(tmp_path / "r", jobs=1).done == 12


def test_of_new_runs_as_many_are_recorded_as_in_a_new_folder(tmp_path):
    small, large = (changed(seeds=seeds, record={"every": 20, "runs": 4}) for seeds in (3, 6))
    before = Sweep.from_dict(small).run(tmp_path / "r", jobs=1).trajectories()
    results = extended(tmp_path / "r", large)
    assert results.trajectories().iloc[: len(before)].equals(before)
    assert results.trajectories()["run"].unique().tolist() == [0, 3, 6, 9, 12, 18]
    assert results.store.damage() == []


def test_results_get_more_seeds(tmp_path):
    results = Sweep.from_dict(BASE).run(tmp_path / "r", jobs=1).extend(seeds=5, jobs=1)
    assert values_of(results.table) == values_of(Sweep.from_dict(changed(seeds=5)).run(tmp_path / "fresh", jobs=1).table)
    with pytest.raises(SettingError, match="seeds = 4: the sweep has 5 already"):
        results.extend(seeds=4)
    listed = Sweep.from_dict(changed(seeds=[3, 9])).run(tmp_path / "listed", jobs=1)
    with pytest.raises(SettingError, match="those of this sweep are a list with gaps"):
        listed.extend(seeds=4)
