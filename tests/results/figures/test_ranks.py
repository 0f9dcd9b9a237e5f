"""The diagram of critical differences: where its marks and bars are, and what it says in words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.mean_ranks import mean_ranks
from backsweep.results.analysis.rivals import rivals
from backsweep.results.figures import own_axes
from backsweep.results.figures.ranks import draw_ranks, ranks_height, ranks_picture

EPOCHS = {"a": [1, 1, 1, 2], "b": [2, 2, 2, 1], "c": [3, 3, 3, 3], "d": [4, 4, 4, 4]}  # by task


def table(epochs=EPOCHS):
    rows = [(task, rule, task, 0, number) for rule, numbers in epochs.items() for task, number in enumerate(numbers)]
    runs = pd.DataFrame(rows, columns=["cell", "rule", "task", "seed", "epochs"])
    outcome = pd.Categorical(["converged"] * len(runs), categories=OUTCOMES)
    return runs.assign(run=np.arange(len(runs)), outcome=outcome, loss=0.1, accuracy=1.0)


def picture(epochs=EPOCHS):
    return ranks_picture(table(epochs), rng=np.random.default_rng(0))


def drawn(value):
    """The ends of each bar, and the rank from which a line leads to each name."""
    axes = draw_ranks(value, Figure().add_subplot())
    bars = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 4]
    marks = {round(float(line.get_xdata()[0]), 2) for line in axes.lines if line.get_linewidth() == 1}
    return axes, [tuple(np.round(bar, 1)) for bar in bars], marks


def test_it_shows_the_mean_ranks_and_joins_what_is_not_told_apart():
    value = picture()
    found = mean_ranks(rivals(table(), "rule", rng=np.random.default_rng(0)))
    assert value.mean_rank.tolist() == found.mean_rank.tolist() == [1.25, 1.75, 3, 4]
    assert round(value.critical_difference, 2) == 2.35  # 2.569 times the root of 4 · 5 / (6 · 4)
    axes, bars, marks = drawn(value)
    assert marks == {1.25, 1.75, 3, 4}
    assert bars == [(1.2, 3.0), (1.7, 4.0)]
    assert {text.get_text().strip() for text in axes.texts} == {
        *("a (1.25)", "b (1.75)", "c (3.00)", "d (4.00)", "critical difference 2.35")
    }


def test_the_scale_says_over_what_it_ranks():
    axes, *_ = drawn(picture())
    words = axes.get_xlabel().replace("\n", " ")
    assert words == "mean rank of rule over all values of task (4 combinations); 1 is the soonest"
    tuned = replace(picture(), best_of=["lr"])
    assert drawn(tuned)[0].get_xlabel().replace("\n", " ").startswith("mean rank of rule, each at its best lr, over all values")


@pytest.mark.parametrize("width", [3.4, 7.2])
def test_a_figure_of_its_own_is_as_high_as_its_rows(width):
    axes = draw_ranks(picture(), own_axes(width))
    axes.figure.draw_without_rendering()
    lowest = min(text.get_window_extent().y0 for text in axes.texts)
    assert lowest < 0.2 * axes.figure.bbox.height


def test_where_friedmans_test_rejects_nothing_one_bar_joins_all():
    mixed = {"a": [1, 2, 3, 4], "b": [2, 3, 4, 1], "c": [3, 4, 1, 2], "d": [4, 1, 2, 3.5]}
    value = picture(mixed)
    assert value.p_value > 0.5
    assert [len(places) for places in value.alike] == [4]
    assert "no two values are told apart" in value.caption


def test_the_words_say_what_is_seen():
    value = picture()
    assert value.sentences in value.caption
    assert value.sentences in value.alt_text
    assert "tie last" in value.caption
    assert ranks_height(replace(value, levels=[*"abcdefgh"], mean_rank=np.arange(1.0, 9))) > ranks_height(value)


def test_without_a_setting_of_names_it_asks_for_one():
    numbers = table().replace({"rule": {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}}).astype({"rule": float})
    with pytest.raises(BacksweepError, match=r"no setting of 3 names or more varies; name the setting .* with `setting`"):
        ranks_picture(numbers, rng=np.random.default_rng(0))
    assert ranks_picture(numbers, "rule", rng=np.random.default_rng(0)).levels == [1, 2, 3, 4]
