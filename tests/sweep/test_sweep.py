"""Real sweeps: the same table for all workers, batches and interruptions."""

import numpy as np
import pytest

import reference
from backsweep.errors import ResultsError, SettingError
from backsweep.kernels import train_flat
from backsweep.results import Results
from backsweep.results.store.manifest import write_manifest
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from backsweep.sweep.machine import cores
from backsweep.sweep.plan import batch
from backsweep.sweep.progress import Progress
from backsweep.sweep.run.execute import BatchesFailed
from backsweep.sweep.run.replay import differences, replay

SPEC = {
    "task": "xor",
    "seeds": 30,
    "model": {"hidden": {"values": [2, 3]}, "bias": {"values": [False, True]}},
    "train": {
        "lr": {"log": [0.1, 10.0], "n": 5},
        "loss": {"values": ["bce", "mse"]},
        "epochs": 400,
        "stop": {"loss": 0.2},
        "bound": 3.0,
    },
}


def table_bytes(results):
    """The bytes of the table, column by column."""
    table = results.table
    return {name: table[name].to_numpy().tobytes() if table[name].dtype.kind in "ifb" else list(table[name]) for name in table}


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    return Sweep.from_dict(SPEC).run(tmp_path_factory.mktemp("once") / "r", jobs=1)


def test_rows_are_the_oracles(once):
    assert set(once.table["outcome"]) == {"converged", "diverged", "capped"}
    rng = np.random.default_rng(0)
    x, y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    stable = once.table[once.table["lr"] < 1.1]
    for row in stable.iloc[rng.choice(len(stable), 40, replace=False)].itertuples():
        run = reference.train(
            x,
            y,
            hidden=(row.hidden,),
            bias=row.bias,
            lr=row.lr,
            loss=stable.loc[row.Index, "train.loss"],
            seed=row.seed,
            epochs=400,
            stop={"loss": 0.2},
            bound=3.0,
        )
        assert (row.outcome, row.epochs, row.accuracy) == (run.outcome, run.epochs, run.accuracy)
        assert row.loss == pytest.approx(run.losses[-1], rel=1e-9)


@pytest.mark.parametrize("options", [{"jobs": 2}, {"jobs": 3}, {"jobs": 2, "backend": "processes"}], ids=str)
def test_workers_change_nothing(once, options, tmp_path):
    assert table_bytes(Sweep.from_dict(SPEC).run(tmp_path / "r", **options)) == table_bytes(once)


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_batches_of_any_size_change_nothing(once, size, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", size)
    few = {**SPEC, "seeds": 3}
    small = Sweep.from_dict(few).run(tmp_path / "r", jobs=2)
    expected = once.table[once.table["seed"] < 3]
    assert small.table["loss"].to_numpy().tobytes() == expected["loss"].to_numpy().tobytes()
    assert small.table["epochs"].tolist() == expected["epochs"].tolist()


class StopAfter(Progress):
    """An interruption like that of Ctrl-C, after some batches."""

    def __init__(self, batches):
        super().__init__()
        self.left = batches

    def advance(self, *counts):
        super().advance(*counts)
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def test_an_interrupted_sweep_goes_on_where_it_stopped(once, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "MOST_RUNS", 100)
    sweep, path = Sweep.from_dict(SPEC), tmp_path / "r"
    done = []
    for batches in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            sweep.run(path, jobs=2, progress=StopAfter(batches))
        done.append(Results.open(path).done)
    assert 0 < done[0] < done[1] < 1200
    results = sweep.run(path, jobs=2)
    assert table_bytes(results) == table_bytes(once)
    assert sum(session.runs for session in results.manifest.sessions) == 1200
    assert sweep.run(path).last is None


def test_another_specs_folder_is_refused_with_what_differs(once, tmp_path):
    other = Sweep.from_dict({**SPEC, "train": {**SPEC["train"], "epochs": 500}})
    before = sorted(path.name for path in once.path.rglob("*"))
    with pytest.raises(ResultsError, match=r"results of another spec[\s\S]*train.epochs: 400 there, 500 here"):
        other.run(once.path)
    assert sorted(path.name for path in once.path.rglob("*")) == before


def test_another_name_is_not_another_spec(once):
    assert Sweep.from_dict({**SPEC, "name": "renamed"}).run(once.path).last is None


@pytest.mark.parametrize("size", [64, 150, 4096])  # part of the failing runs, all of them, and all of them among others
def test_failing_runs_are_named_and_the_others_finish(size, once, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", size)

    def fail_where_mse_has_two_units(**call):
        settings = call["settings"]
        if (settings["hidden"], settings["loss"], settings["bias"]) == ((2,), "mse", False):
            raise MemoryError("no room")
        return train_flat(**call)

    monkeypatch.setattr(batch, "train_flat", fail_where_mse_has_two_units)
    with pytest.raises(BatchesFailed, match=r"runs 150 to 299 failed: MemoryError: no room$"):
        Sweep.from_dict(SPEC).run(tmp_path / "r", jobs=2)
    assert Results.open(tmp_path / "r").store.missing() == [(150, 300)]
    monkeypatch.undo()
    assert table_bytes(Sweep.from_dict(SPEC).run(tmp_path / "r")) == table_bytes(once)


def test_a_replay_is_the_row_and_its_trajectory(once):
    plan = Sweep.from_dict(SPEC).plan()
    for run in (0, 333, 1199):
        again, row = replay(plan, run), once.table.iloc[run]
        assert again.trajectory["epoch"].to_pylist() == list(range(row["epochs"] + 1))
        assert again.trajectory["loss"][-1].as_py() == row["loss"]
        assert again.row.to_pandas()["loss"].to_numpy().tobytes() == np.array(row["loss"]).tobytes()
    with pytest.raises(SettingError, match=r"run = 1200: there is no such run; the runs are 0 to 1199"):
        replay(plan, 1200)


def test_differences_are_found_to_the_last_bit(once):
    plan = Sweep.from_dict(SPEC).plan()
    changed = once.table.iloc[::100].copy()
    assert differences(plan, changed) == []
    changed.loc[100, "loss"] = np.nextafter(changed.loc[100, "loss"], 1)
    changed.loc[200, "epochs"] += 1
    assert [one.split(":")[0] for one in differences(plan, changed)] == ["run 100", "run 200"]


def test_the_manifest_says_what_ran_where_and_how_long(once):
    manifest = once.manifest
    assert manifest.spec["train"]["lr"] == {"log": [0.1, 10.0], "n": 5}
    assert manifest.spec_hash == Sweep.from_dict(SPEC).spec.digest
    assert set(manifest.versions) == {"python", "backsweep", "numpy", "numba", "llvmlite", "joblib", "pyarrow", "kernels"}
    assert manifest.cpu
    session = manifest.sessions[0]
    assert (session.runs, session.jobs, session.backend) == (1200, 1, "threads")
    assert session.run_epochs == once.table["epochs"].sum()
    assert session.kernels > 0
    assert Sweep.of_folder(once.path).spec.digest == manifest.spec_hash


def test_jobs_default_to_the_cores_this_process_may_use(tmp_path):
    results = Sweep.from_dict({"task": "xor", "train": {"epochs": 3}}).run(tmp_path / "r")
    assert results.last.jobs == cores()
    assert "1 of 1 runs" in repr(results)


def test_settings_that_were_changed_are_found_too(once):
    changed = once.table.iloc[:1].assign(lr=9.0)
    assert differences(Sweep.from_dict(SPEC).plan(), changed) == ["run 0: lr is 0.1, the folder has 9.0"]


def test_a_replay_needs_room_for_the_epochs_made_not_for_the_limit():
    long = Sweep.from_dict({"task": "xor", "train": {"lr": 2.0, "epochs": 2_000_000_000, "stop": {"loss": 0.3}}})
    again = replay(long.plan(), 0)
    assert again.row["outcome"][0].as_py() == "converged"
    losses = again.trajectory["loss"].to_pylist()
    assert len(losses) == again.row["epochs"][0].as_py() + 1
    assert losses[-1] == again.row["loss"][0].as_py() <= 0.3 < losses[-2]


def test_a_manifest_with_another_spec_than_was_run_is_damaged(tmp_path):
    results = Sweep.from_dict({"task": "xor", "train": {"epochs": 3}}).run(tmp_path / "r")
    other = {**results.manifest.spec, "train": {**results.manifest.spec["train"], "epochs": 4}}
    write_manifest(results.path, results.manifest.model_copy(update={"spec": other}))
    with pytest.raises(ResultsError, match=r"manifest.json: damaged \(the spec in it is not the one that was run"):
        Sweep.of_folder(results.path)


def test_continuing_with_other_kernels_is_remarked_on(tmp_path):
    messages = []

    class Listening(Progress):
        def say(self, text):
            messages.append(text)

    results = Sweep.from_dict(SPEC).run(tmp_path / "r")
    other = {**results.manifest.versions, "kernels": "0" * 16}
    write_manifest(results.path, results.manifest.model_copy(update={"versions": other}))
    next((results.path / "shards").iterdir()).unlink()
    again = Sweep.from_dict(SPEC).run(results.path, progress=Listening())
    assert any("another version of the kernels" in text for text in messages)
    assert again.last.versions["kernels"] != "0" * 16


def test_what_is_wrong_with_a_plan_names_the_file(tmp_path):
    file = tmp_path / "zipped.toml"
    file.write_text('task = "xor"\n[model]\nhidden = { values = [2, 3], zip = "a" }\n[train]\nlr = { values = [1], zip = "a" }')
    with pytest.raises(SettingError, match=r"zipped.toml: model.hidden and train.lr: zipped as 'a'"):
        Sweep.from_toml(file).plan()
