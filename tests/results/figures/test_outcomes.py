"""The shares of outcomes against counts, and the bars drawn from them."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.figures.outcomes import LOOKS, MOST_BARS, draw_outcome_shares, outcome_shares
from backsweep.results.figures.style import draw_svg


def table(outcomes, **settings):
    count = len(outcomes)
    runs = pd.DataFrame({"run": np.arange(count), "cell": 0, "seed": np.arange(count)} | settings)
    return runs.assign(outcome=pd.Categorical(outcomes, OUTCOMES), epochs=3, loss=0.1)


def sweep(**settings):
    cells = pd.DataFrame(list(itertools.product(*settings.values())), columns=list(settings))
    runs = cells.loc[cells.index.repeat(8)].reset_index(drop=True)
    return table(np.random.default_rng(0).choice(OUTCOMES, len(runs)), **{name: runs[name] for name in runs})


def drawn(value, height=3.6):
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = draw_outcome_shares(value, figure.add_subplot())
    FigureCanvasAgg(figure).draw()
    return axes


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(OUTCOMES)), min_size=1))
def test_shares_are_pandas_and_add_up(case):
    level, outcomes = zip(*case, strict=True)
    value = outcome_shares(table(outcomes, lr=np.array(level)))
    expected = pd.crosstab(np.array(level), np.array(outcomes), normalize="index").reindex(columns=OUTCOMES, fill_value=0)
    np.testing.assert_allclose(value.share, expected.to_numpy())
    np.testing.assert_allclose(value.share.sum(axis=1), 1)
    assert [level for (level,) in value.levels] == expected.index.tolist()
    assert value.runs.sum() == len(case)


def test_by_default_each_cell_has_a_bar_unless_they_are_too_many():
    few, many = sweep(a=list(range(10)), b=list(range(4))), sweep(a=list(range(MOST_BARS)), b=[1, 2])
    assert (outcome_shares(few).by, outcome_shares(few).others) == (("a", "b"), ())
    assert (outcome_shares(many).by, outcome_shares(many).others) == (("b",), ("a",))
    assert outcome_shares(many, "a").by == outcome_shares(many, ["a"]).by == ("a",)


def test_the_bars_are_the_shares_one_after_another_the_first_on_top():
    value = outcome_shares(sweep(lr=[0.1, 0.2, 0.3]))
    axes = drawn(value)
    top, bottom = sorted(axes.get_ylim())
    assert axes.yaxis_inverted()
    assert (top, bottom) == (0, 3)
    for outcome, bars in enumerate(axes.containers):
        np.testing.assert_allclose([bar.get_width() for bar in bars], value.share[:, outcome])
        np.testing.assert_allclose([bar.get_x() for bar in bars], value.share[:, :outcome].sum(axis=1), atol=1e-12)
        assert {(to_hex(bar.get_facecolor()), bar.get_hatch() or "") for bar in bars} == {LOOKS[OUTCOMES[outcome]][:2]}
    assert len(axes.containers) == len(OUTCOMES)


def test_no_two_outcomes_look_alike_in_grey_print():
    assert list(LOOKS) == list(OUTCOMES)
    assert len({look.hatch for look in LOOKS.values()}) == len(OUTCOMES)


def test_the_legend_has_the_outcomes_that_there_are_and_lies_above():
    axes = drawn(outcome_shares(table(["converged", "capped"], lr=[1, 2])))
    legend = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["converged", "capped"]
    assert legend.get_window_extent().y0 >= axes.get_window_extent().y1


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": [0.1]},
        {"on": [True, False], "beta": [None, 0.5]},
        {"$x$": [f"a very long name ${k}$ of <a_b>" for k in range(10)], "_b": ["$y$", "^"]},
        {"lr": np.geomspace(1e-4, 1, 60).tolist(), "a": list(range(60))},
        {"name": [f"rule {k}" for k in range(60)]},
    ],
    ids=["one", "with none", "odd", "sixty", "sixty names"],
)
@pytest.mark.parametrize("height", [2.0, 6.0])
def test_names_neither_overlap_nor_are_small_nor_leave_the_picture(settings, height):
    axes = drawn(outcome_shares(sweep(**settings)), height)
    labels = [label for label in axes.yaxis.get_ticklabels() if label.get_text()]
    spans = sorted(label.get_window_extent().get_points()[:, 1].tolist() for label in labels)
    assert all(end < begin for (_, end), (begin, _) in itertools.pairwise(spans))
    shown = [text for text in axes.figure.findobj(Text) if text.get_visible() and text.get_text()]
    assert min(text.get_fontsize() for text in shown) >= 8
    assert min(text.get_window_extent().x0 for text in [*labels, *axes.get_legend().get_texts()]) >= 0


def test_names_are_shown_as_they_are():
    svg = draw_svg(draw_outcome_shares, outcome_shares(sweep(**{"$x$": ["$a$", "<b>"], "_y": ["c_d", "^"]})))
    for shown in (">$x$, _y<", ">$a$, c_d<", ">&lt;b&gt;, ^<"):
        assert shown in svg


def test_words_and_caption_have_the_numbers_that_matter():
    value = outcome_shares(
        table(["converged"] * 3 + ["diverged"] + ["capped"] * 4, lr=[0.5] * 4 + [2.0] * 4, a=[1, 2] * 4), "lr"
    )
    assert value.alt_text == (
        "Bars of how runs end: of all 8, 37.5 % converged, 12.5 % diverged, 0.0 % stalled, 50.0 % ran out of epochs. "
        "The most converge at lr 0.5, 75.0 %; the fewest at lr 2, 0.0 %."
    )
    assert "for each value of lr, over all seeds and over all values of a" in value.caption
    assert "The most" not in outcome_shares(table(["capped"])).alt_text


def test_tables_that_cannot_be_drawn_are_refused_with_the_reason():
    with pytest.raises(BacksweepError, match="no run"):
        outcome_shares(table([], lr=np.zeros(0)))
    with pytest.raises(BacksweepError, match="no setting 'beta'"):
        outcome_shares(table(["capped"], lr=[1]), "beta")
