"""Networks of a folder's runs: those that it kept and those that are trained again are the same, on the data of the spec."""

import numpy as np
import pytest

import backsweep
from backsweep.errors import BacksweepError, SettingError
from helpers.commands import must

SPEC = {
    "task": {"name": "moons", "samples": 30, "noise": {"values": [0.0, 0.2]}},
    "seeds": 4,
    "model": {"hidden": {"values": [[3], [4, 2]]}, "bias": True, "init": "xavier_uniform"},
    "train": {"lr": 0.5, "epochs": 40, "batch": {"size": 10, "order": "shuffled"}},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The same sweep with and without its final weights."""
    there = tmp_path_factory.mktemp("networks")
    kept = backsweep.Sweep(**SPEC, record={"weights": True}).run(there / "kept", jobs=1)
    return kept, backsweep.Sweep(**SPEC).run(there / "bare", jobs=1)


def test_weights_that_were_kept_and_weights_trained_again_have_the_same_bits(folders):
    kept, bare = folders
    for run in (0, 7, 15):
        one, other = kept.network(run), bare.network(run)
        weights, biases = kept.weights(run)
        assert all((a == b).all() for a, b in zip(weights + biases, other.weights + other.biases, strict=True))
        assert (one.predict(one.inputs) == other.predict(one.inputs)).all()
        assert one.epochs == other.epochs == kept.table.epochs[run]
        assert one.at([one.epochs])[0].weights[0].tolist() == weights[0].tolist()


def test_weights_that_were_kept_are_not_trained_again(folders, monkeypatch):
    monkeypatch.setattr("backsweep.kernels.call.job.Job.run", None)
    network = folders[0].network(3)
    assert len(network.weights) == 2
    with pytest.raises(TypeError):
        network.trajectory  # noqa: B018


def test_the_data_are_those_of_the_run(folders):
    for results in folders:
        plan = backsweep.Sweep.of_folder(results.path).plan()
        network, task = results.network(12), plan.task(12)
        assert (network.inputs == task.inputs).all()
        assert (network.targets == task.targets).all()
        assert (network.input_names, network.target_names) == (task.input_names, task.target_names)
        assert network.midpoint == 0.5


def test_the_loss_of_its_outputs_is_the_loss_of_the_run(folders):
    table = folders[1].table
    for run in (2, 11):
        network = folders[1].network(run)
        a, t = network.predict(network.inputs), network.targets
        assert np.mean(-t * np.log(a) - (1 - t) * np.log(1 - a)) == pytest.approx(table.loss[run], rel=1e-12)
        assert np.mean((a >= 0.5) == (t >= 0.5)) == table.accuracy[run]
        assert network.trajectory["loss"][-1] == table.loss[run]


def test_it_says_how_its_run_ended_and_its_settings_train_it_again(folders):
    for results in folders:
        row, network = results.table.loc[9], results.network(9)
        ended = f"{row.outcome} after {row.epochs} epochs, final loss {row.loss:.4g}"
        assert repr(network) == f"<Network 2-{row.hidden}-1: {ended}>"
        again = backsweep.train(network.inputs, network.targets, **network.settings)
        assert all((a == b).all() for a, b in zip(again.weights + again.biases, network.weights + network.biases, strict=True))


def test_only_runs_that_there_are(folders):
    kept, bare = folders
    with pytest.raises(SettingError, match="run = 16: there is no such run; the runs are 0 to 15"):
        bare.network(16)
    with pytest.raises(SettingError, match="run = 0: it is none of the 8 runs that `where` chose"):
        kept.where(noise=0.2).network(0)


def test_a_run_that_is_not_done_has_a_network_too(tmp_path, folders):
    backsweep.results.store.store.Store.create(tmp_path / "new", folders[1].manifest)
    network = backsweep.open(tmp_path / "new").network(7)
    assert repr(network) == "<Network 2-4-2-1, not trained yet: at most 40 epochs>"
    assert (network.weights[0] == folders[1].network(7).weights[0]).all()


def test_data_files_are_found_by_their_content_or_named(tmp_path, monkeypatch):
    file = tmp_path / "points.csv"
    file.write_text("width,kind\n0.1,a\n0.9,b\n0.4,a\n0.7,b\n", encoding="utf-8")
    task = {"file": str(file), "inputs": ["width"], "targets": ["kind"]}
    results = backsweep.Sweep(task=task, seeds=2, train={"epochs": 5}).run(tmp_path / "runs" / "own", jobs=1)
    assert results.network(1).input_names == ("width",)
    (tmp_path / "far").mkdir()
    moved = file.rename(tmp_path / "far" / "elsewhere.csv")
    monkeypatch.chdir(results.path)
    with pytest.raises(BacksweepError, match=r"points\.csv"):
        results.network(1)
    assert results.network(1, data=[moved]).predict([[0.5]]).shape == (1, 1)


def test_losses_are_drawn_of_runs_that_were_not_recorded(folders):
    axes = folders[1].figure("loss", run=[1, 6])
    for line, run in zip(axes.lines, (1, 6), strict=True):
        assert line.get_ydata().tolist() == folders[1].network(run).trajectory["loss"].tolist()
    few = folders[1].where(noise=0.2, hidden="4-2")
    assert len(few.figure("loss").lines) == 4
    with pytest.raises(SettingError, match="run: missing; the figure loss needs the number of a run, or of 1 to 16 runs"):
        folders[1].figure("loss")


def test_the_command_line_draws_runs_by_number_by_seed_and_at_epochs(folders, tmp_path):
    path = folders[1].path
    for words in (
        ["loss", "--run", "1,2,7"],
        ["loss", "--where", "noise=0.2", "--seeds", "0..1"],
        ["decision", "--run", "4", "--epochs", "0,10,40"],
    ):
        assert must("figure", path, *words, "--out", "a.svg", cwd=tmp_path) == "Figure: a.svg\n"
    text = (tmp_path / "a.svg").read_text()
    assert all(f"epoch {epoch}<" in text for epoch in (0, 10, 40))
