"""What is recorded of runs: the same for all batches, workers and interruptions."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet as pq
import pytest

import reference
from backsweep.columns import RECORDED
from backsweep.errors import BacksweepError, DamageWarning
from backsweep.results import Results
from backsweep.results.store.recording import Recording, recorded_runs
from backsweep.results.store.store import Store
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.estimate import pace
from backsweep.sweep.estimate.pace import MOST_NUMBERS, Pace
from backsweep.sweep.plan.plan import Plan
from backsweep.sweep.progress import Progress
from backsweep.sweep.run.folder import manifest_of
from backsweep.sweep.run.replay import differences, replay

SPEC = {
    "task": "xor",
    "seeds": 40,
    "model": {"hidden": {"values": [2, [3, 2]]}, "bias": True},
    "train": {"lr": {"values": [0.5, 2.0]}, "epochs": 60, "stop": {"loss": 0.5}, "optimizer": "momentum"},
    "record": {"every": 25, "weights": True},
}
X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]


def contents(results):
    """The bytes of all files in a folder."""
    weights = results.store.weights()
    tables = [results.table, results.trajectories(), weights.to_pandas()]
    return [{name: [np.asarray(value).tobytes() for value in table[name]] for name in table} for table in tables]


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    return Sweep.from_dict(SPEC).run(tmp_path_factory.mktemp("once") / "r", jobs=1)


def test_records_and_weights_are_the_oracles(once):
    trajectories = once.trajectories()
    assert trajectories["run"].nunique() == 160
    assert set(once.table["outcome"]) == {"converged", "capped"}
    for run in (0, 45, 81, 159):
        row = once.table.iloc[run]
        hidden = (2,) if row["hidden"] == "2" else (3, 2)
        rule = {"optimizer": {"name": "momentum"}, "lr": row["lr"], "epochs": 60, "stop": {"loss": 0.5}}
        truth = reference.train(X, Y, hidden=hidden, bias=True, seed=row["seed"], **rule)
        kept = trajectories[trajectories["run"] == run]
        assert kept["epoch"].tolist() == [*range(0, truth.epochs, 25), truth.epochs]
        for name in RECORDED:
            values = np.array(reference.RECORDED[name](truth))
            np.testing.assert_allclose(kept[name], values[kept["epoch"]], rtol=1e-9)
        weights, biases = once.weights(run)
        for found, true in zip([*weights, *biases], [*truth.weights, *truth.biases], strict=True):
            np.testing.assert_allclose(found, true, rtol=1e-9)


@pytest.mark.parametrize(("options", "size"), [({"jobs": 2}, 7), ({"jobs": 2, "backend": "processes"}, 50)], ids=str)
def test_workers_and_batches_change_nothing(once, options, size, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "MOST_RUNS", size)
    assert contents(Sweep.from_dict(SPEC).run(tmp_path / "r", **options)) == contents(once)


def test_of_a_sample_of_runs(once, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "MOST_RUNS", 9)
    few = Sweep.from_dict({**SPEC, "record": {"every": 25, "runs": 7, "weights": True}}).run(tmp_path / "r")
    trajectories = few.trajectories()
    assert trajectories["run"].unique().tolist() == [0, 22, 45, 68, 91, 114, 137]
    expected = once.trajectories(trajectories["run"].unique())
    assert trajectories.equals(expected)
    assert few.trajectories([22, 23])["run"].unique().tolist() == [22]
    assert [array.tobytes() for array in few.weights(22)[0]] == [array.tobytes() for array in once.weights(22)[0]]
    with pytest.raises(BacksweepError, match=r"run 23: its final weights were not kept"):
        few.weights(23)


def test_files_in_which_no_run_is_recorded_are_sound(tmp_path, monkeypatch):
    """With a small sample, most files of a large sweep contain no recorded run."""
    monkeypatch.setattr(pace, "MOST_RUNS", 9)
    monkeypatch.setattr(Store, "compact", lambda _: None)
    sweep = Sweep.from_dict({**SPEC, "record": {"every": 25, "runs": 2, "weights": True}})
    sweep.run(tmp_path / "r", jobs=1)
    files = sorted((tmp_path / "r" / "records").iterdir())
    assert [len(pq.read_table(file)) > 0 for file in files].count(False) > 9
    store = Store.open(tmp_path / "r")
    assert store.damage() == []
    assert Results(store).trajectories()["run"].unique().tolist() == [0, 80]
    assert differences(sweep.plan(), Results(store).table, store) == []
    sorted((tmp_path / "r" / "shards").iterdir())[5].unlink()
    assert len(sweep.run(tmp_path / "r", jobs=1).table) == 160


def test_samples_are_spread_evenly_over_any_spans():
    runs = 99_999_999_999
    spans = [(0, 10**6), (10**10 + 17, 10**10 + 10**6), (runs - 10**6, runs)]
    for start, stop in spans:
        exact = [k * runs // 10**6 for k in range(-(-start * 10**6 // runs), -(-stop * 10**6 // runs))]
        assert recorded_runs(10**6, runs, (start, stop)).tolist() == exact
    assert recorded_runs(None, 50, (20, 23)).tolist() == [20, 21, 22]


def test_nothing_is_kept_unless_asked(tmp_path):
    results = Sweep.from_dict({"task": "xor", "train": {"epochs": 3}}).run(tmp_path / "r")
    assert len(results.trajectories()) == 0
    with pytest.raises(BacksweepError, match=r"run 0: its final weights were not kept; record = { weights = true } keeps them"):
        results.weights(0)


def test_points_are_spaced_evenly_on_a_log_scale(tmp_path):
    spec = {"task": "xor", "train": {"epochs": 1000, "lr": 0.01}, "record": {"points": 4}}
    results = Sweep.from_dict(spec).run(tmp_path / "r")
    assert results.trajectories()["epoch"].tolist() == [0, 1, 10, 100, 1000]


EPOCHS = [
    1,
    77,
    {"values": [30, 900, 4]},
    {"linear": [10, 1000], "n": 4},
    {"linear": [1000, 10], "n": 4},
    {"linear": [10, 1000], "n": 1},
    {"log": [1, 10_000], "n": 5},
    {"range": [5, 89, 7]},
    {"uniform": [3, 2000]},
]


@pytest.mark.parametrize("record", [{"every": 1}, {"every": 7}, {"every": 5000}, {"points": 1}, {"points": 9}, {"points": 200}])
@pytest.mark.parametrize("epochs", EPOCHS, ids=str)
def test_a_manifest_tells_at_which_epochs_runs_were_recorded(epochs, record, tmp_path):
    """For any axis of epochs; for ranges and drawn axes only if every value is a multiple."""
    drawn, told = "uniform" in str(epochs), not {"uniform", "range"} & set(epochs if isinstance(epochs, dict) else ())
    spec = {"task": "xor", "train": {"epochs": epochs}, "record": record, **({"design": {"points": 3}} if drawn else {})}
    sweep = Sweep.from_dict(spec)
    manifest = manifest_of(sweep.spec, sweep.plan(), None, tmp_path)
    at, due = sweep.plan().record_at, Recording(manifest.spec, manifest.numbering.blocks[0]).due
    if told:
        assert due.tolist() == [*at, 2**31]
    else:
        assert due is None if "points" in record else due[: len(at)].tolist() == at.tolist()


def test_the_measure_is_a_column_and_no_axis(tmp_path):
    spec = {**SPEC, "record": {"measure": True}, "train": {"lr": {"values": [0.5, 2.0]}, "epochs": 30}}
    results = Sweep.from_dict(spec).run(tmp_path / "r")
    assert list(results.table) == ["run", "cell", "seed", "hidden", "lr", "outcome", "epochs", "loss", "accuracy", "measure"]
    assert list(results.summary())[:3] == ["hidden", "lr", "runs"]
    truth = reference.train(X, Y, hidden=(2,), bias=True, seed=3, lr=0.5, epochs=30)
    assert results.table["measure"][3] == pytest.approx(truth.measure(), rel=1e-9)
    assert replay(Sweep.from_dict(spec).plan(), 3).row["measure"][0].as_py() == results.table["measure"][3]
    assert differences(Sweep.from_dict(spec).plan(), results.table.assign(measure=0.0).iloc[:2])[0].startswith(
        "run 0: measure is"
    )


def test_batches_hold_no_more_numbers_than_memory_allows():
    def runs(**record):
        spec = {"task": "xor", "seeds": 1_000_000, "train": {"epochs": 10_000, "stop": {"loss": 1}}, "record": record}
        paces = Pace(Plan(Spec.parse(spec)))
        paces.learn((0, 1_000_000), 1e-3)
        return paces.runs(0)

    assert runs() == pace.MOST_RUNS
    assert runs(every=1) <= MOST_NUMBERS / 5 / 10_000
    assert runs(every=1, runs=10) == pace.MOST_RUNS


def test_other_records_are_another_sweep(once):
    other = Sweep.from_dict({**SPEC, "record": {"every": 30, "weights": True}})
    with pytest.raises(BacksweepError, match=r"results of another spec[\s\S]*record.every: 25 there, 30 here"):
        other.run(once.path)


@pytest.mark.parametrize("kind", ["shards", "records", "weights"])
def test_a_file_that_is_gone_is_made_again(once, kind, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "MOST_RUNS", 20)
    monkeypatch.setattr(Store, "compact", lambda self: None)
    sweep = Sweep.from_dict(SPEC)
    before = contents(sweep.run(tmp_path / "r"))
    sorted((tmp_path / "r" / kind).iterdir())[2].unlink()
    partly = Results.open(tmp_path / "r")
    assert partly.done == 140
    assert len(partly.table) == 140
    assert partly.trajectories()["run"].nunique() == 140
    after = sweep.run(tmp_path / "r")
    assert after.last.runs == 20
    assert contents(after) == before == contents(once)


@pytest.mark.parametrize("kind", ["shards", "records", "weights"])
def test_a_damaged_file_is_named_and_made_again(once, kind, tmp_path):
    results = Sweep.from_dict(SPEC).run(tmp_path / "r")
    file = next((results.path / kind).iterdir())
    data = bytearray(file.read_bytes())
    data[50] ^= 1
    file.write_bytes(data)
    with pytest.warns(DamageWarning, match=rf"{file.name}: damaged .*`backsweep resume .*` trains its runs again"):
        contents(Results.open(results.path))
    progress = Progress()
    assert contents(Sweep.from_dict(SPEC).run(results.path, progress=progress)) == contents(once)
    message = f"{file}: damaged (its content does not match the hash in its name); runs 0 to 159 are trained again"
    assert message in progress.warnings


def test_records_whose_shard_was_never_written_are_not_shown(once, tmp_path, monkeypatch):
    sweep = Sweep.from_dict(SPEC)
    results = sweep.run(tmp_path / "r")
    for shard in (results.path / "shards").iterdir():
        shard.unlink()
    assert len(Results.open(results.path).trajectories()) == 0
    monkeypatch.setattr(pace, "MOST_RUNS", 33)  # with other spans than before
    assert contents(sweep.run(results.path)) == contents(once)


@pytest.mark.posix
def test_killed_at_any_moment_records_are_whole(tmp_path):
    """A real process is killed several times and then runs to the end."""
    spec = {**SPEC, "seeds": 3000, "train": {**SPEC["train"], "epochs": 600, "stop": {"loss": 0.001}}}
    file, out = tmp_path / "spec.json", tmp_path / "r"
    file.write_text(json.dumps(spec))
    code = f"""
import json, pathlib, time
from backsweep.sweep import Sweep; from backsweep.sweep.estimate import pace
from backsweep.sweep.progress import Progress
class Half(Progress):
    def advance(self, *counts):
        super().advance(*counts)
        while self.runs >= {spec["seeds"]}:  # of four times as many; then it waits for its end
            time.sleep(1)
pace.BATCH_SECONDS, pace.MOST_RUNS = 1e9, 100
Sweep.from_dict(json.loads(pathlib.Path({str(file)!r}).read_text())).run({str(out)!r}, jobs=2, progress=Half())
"""
    for wait in (0.0, 0.13):
        before = len(list(out.glob("shards/*.parquet")))
        process = subprocess.Popen([sys.executable, "-c", code])
        while len(list(out.glob("shards/*.parquet"))) == before:
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(wait)
        process.kill()
        assert process.wait() == -signal.SIGKILL
    results = Sweep.from_dict(spec).run(out, jobs=2)
    trajectories = results.trajectories()
    ends = trajectories.groupby("run")["epoch"].max()
    assert ends.tolist() == results.table["epochs"].tolist()
    assert not trajectories.duplicated(["run", "epoch"]).any()
    assert results.store.weights()["run"].to_pylist() == results.table["run"].tolist()
    last = trajectories.groupby("run")["loss"].last()
    assert last.to_numpy().tobytes() == results.table["loss"].to_numpy().tobytes()
