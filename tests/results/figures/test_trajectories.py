"""Quantiles of losses by epoch: against a plain loop, and against a sweep that recorded every epoch."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from backsweep.errors import BacksweepError
from backsweep.results.figures.trajectories import MOST_EPOCHS, draw_trajectories, trajectories_picture
from backsweep.results.statistics.loss_bands import BANDS
from backsweep.sweep import Sweep


def axes():
    return Figure().add_subplot()


def table(outcomes, **settings):
    count = len(outcomes)
    cell = pd.factorize(pd.Series(list(zip(*settings.values(), strict=True)) or [()] * count, dtype=object))[0]
    first = pd.DataFrame({"run": np.arange(count), "cell": cell, "seed": np.arange(count), **settings})
    return first.assign(outcome=outcomes, epochs=9, loss=0.1, accuracy=1.0)


def made_up(rng, runs, schedule):
    """Runs recorded at scheduled epochs and at their end, and their outcomes."""
    rows = []
    for run in range(runs):
        end = int(rng.integers(0, max(schedule) + 1))
        epochs = sorted({*(epoch for epoch in schedule if epoch < end), end})
        rows += [(run, epoch, loss) for epoch, loss in zip(epochs, rng.random(len(epochs)), strict=True)]
    records = pd.DataFrame(rows, columns=["run", "epoch", "loss"]).sample(frac=1, random_state=0)
    return table(rng.choice(["converged", "diverged", "capped", "stalled"], runs)), records


def by_hand(runs, records, at):
    losses = []
    for run, outcome in zip(runs["run"], runs["outcome"], strict=True):
        mine = records[records["run"] == run].sort_values("epoch")
        ended = mine["epoch"].iloc[-1] <= at
        losses.append(np.inf if ended and outcome == "diverged" else mine[mine["epoch"] <= at]["loss"].iloc[-1])
    ordered = sorted(losses)
    count = len(ordered)
    return [ordered[next(k for k in range(count) if (k + 1) / count >= share - 1e-12)] for share in BANDS.values()]


@pytest.mark.parametrize("schedule", [range(0, 60, 7), [0, 1, 2, 4, 8, 16, 32, 64], range(12)], ids=["even", "log", "each"])
@pytest.mark.parametrize("runs", [1, 2, 20, 41])
def test_quantiles_are_those_of_a_plain_loop(runs, schedule):
    for seed in range(5):
        found_runs, records = made_up(np.random.default_rng(seed), runs, schedule)
        try:
            (bands,) = trajectories_picture(found_runs, records).cells
        except BacksweepError:  # all diverged at once
            assert (found_runs["outcome"] == "diverged").all()
            continue
        last = records["epoch"].max()
        assert set(bands.epoch) == {*(epoch for epoch in schedule if epoch < last), last}
        np.testing.assert_array_equal(bands.quantiles.T, [by_hand(found_runs, records, at) for at in bands.epoch])


def test_records_of_some_epochs_give_what_records_of_all_give_there(tmp_path):
    spec = {"task": "xor", "seeds": 30, "model": {"hidden": 4}, "train": {"lr": 5.0, "epochs": 400, "stop": {"loss": 0.1}}}
    each, some = (
        Sweep.from_dict({**spec, "record": record}).run(tmp_path / name, jobs=1)
        for name, record in (("each", {"every": 1}), ("some", {"points": 20}))
    )
    assert each.table["epochs"].nunique() > 5
    (every,), (few,) = (trajectories_picture(results.table, results.trajectories()).cells for results in (each, some))
    assert len(every.epoch) > 5 * len(few.epoch) > 50
    at = np.isin(every.epoch, few.epoch)
    np.testing.assert_array_equal(every.quantiles[:, at], few.quantiles)


def test_a_run_that_converged_stays_in_the_quantiles_with_its_last_loss():
    records = pd.DataFrame({"run": [0, 0, 1, 1, 1], "epoch": [0, 3, 0, 5, 10], "loss": [1.0, 0.1, 1.0, 0.9, 0.8]})
    (bands,) = trajectories_picture(table(["converged", "capped"]), records).cells
    assert bands.epoch.tolist() == [0, 5, 10]
    assert bands.quantiles[0].tolist() == [1.0, 0.1, 0.1]
    assert bands.quantiles[4].tolist() == [1.0, 0.9, 0.8]


def test_of_runs_that_diverge_the_loss_is_infinite_and_the_band_leaves_the_picture():
    records = pd.DataFrame({"run": np.repeat(np.arange(4), 3), "epoch": [0, 5, 10] * 4, "loss": [1.0, 0.5, 0.2] * 4})
    records.loc[2, "loss"] = np.nan
    picture = trajectories_picture(table(["diverged", "capped", "capped", "capped"]), records)
    (bands,) = picture.cells
    assert bands.quantiles[:, -1].tolist() == [0.2, 0.2, 0.2, 0.2, np.inf]
    assert "25.0 % diverge" in picture.alt_text
    drawn = draw_trajectories(picture, axes())
    assert drawn.collections[0].get_paths()[0].vertices[:, 1].max() > drawn.get_ylim()[1]
    assert drawn.collections[1].get_paths()[0].vertices[:, 1].max() < drawn.get_ylim()[1]


def test_by_default_the_best_cell_of_each_value_and_never_more_than_three():
    outcomes = ["capped", "converged", "converged", "converged", "capped", "converged"] * 2
    runs = table(outcomes, hidden=[1, 1, 2, 2, 3, 3] * 2, lr=[0.1, 0.2] * 6)
    records = pd.DataFrame({"run": runs["run"], "epoch": 0, "loss": 0.5})
    labels = [bands.label for bands in trajectories_picture(runs, records).cells]
    assert labels == ["hidden 1, lr 0.2", "hidden 2, lr 0.1"]
    assert len(trajectories_picture(runs.assign(lr=0.1 * runs["cell"]).drop(columns="hidden"), records).cells) == 3
    chosen = trajectories_picture(runs, records, cells=[4, 0]).cells
    assert [(bands.label, bands.runs) for bands in chosen] == [("hidden 3, lr 0.1", 2), ("hidden 1, lr 0.1", 2)]
    with pytest.raises(BacksweepError, match="4 were given"):
        trajectories_picture(runs, records, cells=[0, 1, 2, 3])
    twice = trajectories_picture(runs, records, cells=[4, 0, 4, 0]).cells  # each once, in the order in which they were named
    assert [bands.label for bands in twice] == [bands.label for bands in chosen]


def test_only_runs_that_were_recorded_count_and_the_caption_says_how_many():
    runs = table(["converged"] * 4, lr=[0.1, 0.1, 0.2, 0.2])
    records = pd.DataFrame({"run": [2, 99], "epoch": [0, 0], "loss": [0.5, 9.0]})
    picture = trajectories_picture(runs, records)
    assert [(bands.label, bands.runs) for bands in picture.cells] == [("lr 0.2", 1)]
    assert "lr 0.2: 1 runs" not in picture.caption
    assert "lr 0.2: 1 run." in picture.caption
    with pytest.raises(BacksweepError, match="nothing was recorded of cell 0"):
        trajectories_picture(runs, records, cells=[0])
    with pytest.raises(BacksweepError, match="nothing was recorded of these runs"):
        trajectories_picture(runs, records.iloc[:0])


def test_of_many_epochs_as_many_are_shown_as_can_be_seen_with_both_ends():
    records = pd.DataFrame({"run": np.repeat([0, 1], 5000), "epoch": np.tile(np.arange(5000), 2)})
    (bands,) = trajectories_picture(table(["capped"] * 2), records.assign(loss=1 / (1 + records["epoch"]))).cells
    assert (len(bands.epoch), bands.epoch[0], bands.epoch[-1]) == (MOST_EPOCHS, 0, 4999)
    np.testing.assert_array_equal(bands.quantiles[2], 1 / (1 + bands.epoch))


@pytest.mark.parametrize("loss", [0.0, 0.5])
@pytest.mark.parametrize("epochs", [[0], [0, 10, 20, 30], [0, 1, 2, 4, 1000]], ids=["start", "even", "log"])
def test_scales_follow_the_records(epochs, loss):
    records = pd.DataFrame({"run": 0, "epoch": epochs, "loss": np.linspace(1, loss, len(epochs)) if len(epochs) > 1 else loss})
    picture = trajectories_picture(table(["capped"]), records)
    drawn = draw_trajectories(picture, axes())
    drawn.figure.canvas.draw()
    assert drawn.get_yscale() == ("log" if loss > 0 else "linear")
    assert drawn.get_xscale() == ("log" if epochs[-1] == 1000 else "linear")
    assert ("left edge" in picture.caption) == (epochs[-1] == 1000)
    low, high = drawn.get_ylim()
    assert low < loss < high


@pytest.mark.parametrize(
    ("losses", "message"),
    [
        ([5.0, np.nan], "at once, from a loss of 5; there is no course to draw, see train.bound"),
        ([5.0, 7.25], "at once, from losses of 5 to 7.25; there is no course to draw, see train.bound"),
        ([np.inf, np.nan], "at once; there is no finite loss to draw"),
    ],
)
def test_where_all_diverge_at_once_it_is_said_from_where(losses, message):
    records = pd.DataFrame({"run": [0, 1], "epoch": 0, "loss": losses})
    with pytest.raises(BacksweepError, match=re.escape(message)):
        trajectories_picture(table(["diverged"] * 2), records)
