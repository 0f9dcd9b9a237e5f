"""Maps of two settings against shares and medians computed cell by cell, and their drawings."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.text import Text

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.tables import summary
from backsweep.results.figures.levels import name_levels, number_text, place_of, round_ticks, spacing
from backsweep.results.figures.maps import draw_median_map, draw_success_map, median_map, success_map
from backsweep.results.figures.style import STYLE, draw_svg


def sweep(seeds=4, keep=1.0, number=0, **settings):
    """Runs of all combinations; in some cells most converge, in others few. With `keep` below 1, some cells are missing."""
    rng = np.random.default_rng(number)
    cells = pd.DataFrame(list(itertools.product(*settings.values())), columns=list(settings))
    cells = cells[rng.random(len(cells)) < keep]
    runs = cells.loc[cells.index.repeat(seeds)].reset_index(drop=True)
    likely = rng.random(len(cells)).repeat(seeds)
    outcome = np.where(rng.random(len(runs)) < likely, "converged", rng.choice(OUTCOMES[1:], len(runs)))
    epochs = np.where(outcome == "capped", 20_000, rng.integers(1, 20_000, len(runs)))
    runs.insert(0, "seed", np.tile(np.arange(seeds), len(cells)))
    return runs.assign(run=np.arange(len(runs)), cell=0, outcome=pd.Categorical(outcome, OUTCOMES), epochs=epochs)


def all_converge(runs, epochs=100):
    return runs.assign(outcome=pd.Categorical(["converged"] * len(runs), OUTCOMES), epochs=epochs)


def drawn(draw, value, height=3.6):
    figure = Figure(figsize=(7.2, height), layout="constrained")
    axes = draw(value, figure.add_subplot())
    FigureCanvasAgg(figure).draw()
    return axes


def texts(axes):
    return [text.get_text() for text in axes.figure.findobj(Text) if text.get_visible() and text.get_text()]


CASES = {
    "one": {"lr": [0.1]},
    "two": {"lr": [0.1, 0.2], "on": [True, False]},
    "ten": {"lr": np.geomspace(0.01, 10, 10).tolist(), "name": [f"rule {k}" for k in range(10)]},
    "sixty": {"lr": np.geomspace(1e-4, 1, 60).tolist(), "beta": np.linspace(0, 0.9, 60).tolist()},
    "odd": {"$x$": [f"a very long name ${k}$ of <a_b>" for k in range(12)], "a_b": [None, 0.5], "^": ["_", "$"]},
}
CASE = pytest.mark.parametrize("settings", CASES.values(), ids=CASES)


def test_cells_are_those_of_the_table_wherever_they_stand():
    runs = sweep(keep=0.7, lr=[0.1, 0.2, 0.3], on=[True, False], beta=[None, 0.5])
    value = success_map(runs, row="beta", column="on")
    medians = median_map(runs, row="beta", column="on")
    assert (value.row, value.column, value.others, value.columns) == ("beta", "on", ("lr",), [False, True])
    found = summary(runs, ["beta", "on"])
    for i, j in np.ndindex(2, 2):
        same = found["beta"].isna() if pd.isna(value.rows[i]) else found["beta"] == value.rows[i]
        (row,) = found[same & (found["on"] == value.columns[j])].index
        assert value.share[i, j] == found["success"][row]
        assert medians.median[i, j] == found["median_epochs"][row]


def test_a_cell_without_runs_is_no_number_and_one_that_fails_is_infinite():
    runs = all_converge(sweep(lr=[0.1, 0.2], hidden=[2, 3]), epochs=7)
    runs.loc[(runs["lr"] == 0.1) & (runs["hidden"] == 2), "outcome"] = "diverged"
    runs = runs[(runs["lr"] != 0.2) | (runs["hidden"] != 3)]
    np.testing.assert_array_equal(success_map(runs, "hidden", "lr").share, [[0, 1], [1, np.nan]])
    np.testing.assert_array_equal(median_map(runs, "hidden", "lr").median, [[np.inf, 7], [7, np.nan]])


def test_by_default_the_settings_with_the_most_values_are_chosen_the_first_across():
    runs = sweep(a=[1, 2], b=[1, 2, 3, 4], c=[1, 2, 3])
    chosen = [(value.row, value.column, value.others) for value in (success_map(runs), success_map(runs, row="b"))]
    assert chosen == [("c", "b", ("a",)), ("b", "c", ("a",))]
    value = success_map(runs, column="a")
    assert (value.row, value.column) == ("b", "a")
    alone = success_map(sweep(a=[1, 2]))
    assert (alone.row, alone.column, alone.rows, alone.share.shape) == (None, "a", [], (1, 2))


@pytest.mark.parametrize(
    ("runs", "options", "message"),
    [
        (sweep(a=[1]).drop(columns="a"), {}, "no setting varies"),
        (sweep(a=[1]).iloc[:0], {}, "no run in the table"),
        (sweep(a=[1, 2]), {"row": "b"}, r"^row: there is no setting 'b' that varies\. There are: a$"),
        (sweep(a=[1, 2]), {"row": "a"}, "must be another"),
        (sweep(a=[1, 2], b=[3, 4]), {"row": "a", "column": "a"}, "must be another"),
    ],
)
def test_tables_without_a_map_are_refused_with_the_reason(runs, options, message):
    for compute in (success_map, median_map):
        with pytest.raises(BacksweepError, match=message):
            compute(runs, **options)


def test_where_nothing_converges_there_are_shares_and_no_medians():
    runs = sweep(a=[1, 2]).assign(outcome=pd.Categorical(["stalled"] * 8, OUTCOMES))
    assert success_map(runs).share.tolist() == [[0, 0]]
    with pytest.raises(BacksweepError, match="half of the runs"):
        median_map(runs)


@CASE
def test_every_map_is_drawn_on_the_axes_given(settings):
    runs = sweep(keep=0.9 if len(settings) > 1 else 1, **settings)
    runs.loc[runs.index[:4], "outcome"] = "converged"
    for compute, draw in ((success_map, draw_success_map), (median_map, draw_median_map)):
        value = compute(runs)
        axes = drawn(draw, value)
        assert axes.get_xlabel() == value.column.replace("$", r"\$")
        assert min(text.get_fontsize() for text in axes.figure.findobj(Text) if text.get_text()) >= 8
        assert draw_svg(draw, value) == draw_svg(draw, value)


@CASE
def test_no_two_names_of_an_axis_overlap(settings):
    axes = drawn(draw_success_map, success_map(sweep(**settings)))
    for axis, side in ((axes.xaxis, 0), (axes.yaxis, 1)):
        labels = [label for label in axis.get_ticklabels() if label.get_text()]
        if labels and labels[0].get_rotation() == 0:
            spans = sorted(label.get_window_extent().get_points()[:, side].tolist() for label in labels)
            assert all(end < begin for (_, end), (begin, _) in itertools.pairwise(spans))


@pytest.mark.parametrize("count", [2, 5, 8, 11, 14, 17, 20, 40, 60])
@pytest.mark.parametrize("height", [2.0, 6.0])
def test_however_many_names_there_are_they_do_not_overlap(count, height):
    axes = Figure(figsize=(7.2, height)).add_subplot()
    axes.set(xlim=(0, count), ylim=(0, count))
    levels = [1000 + k * k for k in range(count)]
    for axis, side in ((axes.xaxis, 0), (axes.yaxis, 1)):
        name_levels(axis, levels)
        FigureCanvasAgg(axes.figure).draw()
        labels = [label for label in axis.get_ticklabels() if label.get_rotation() == 0]
        spans = [label.get_window_extent().get_points()[:, side].tolist() for label in labels]
        assert all(end < begin for (_, end), (begin, _) in itertools.pairwise(spans))
        aslant = [
            place for label, place in zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True) if label.get_rotation()
        ]
        inches = np.diff(aslant) * axes.bbox.width / count / axes.figure.dpi
        assert (inches > 10 / 72 * np.sqrt(2) * 0.9).all()  # their height is 10 points, and slanted text needs more


def test_names_are_shown_as_they_are_and_not_as_formulas():
    runs = all_converge(sweep(**{"$x$": ["$a_b$", "<script>", "a & b"], "_y": ["$", "^"]}))
    for compute, draw in ((success_map, draw_success_map), (median_map, draw_median_map)):
        svg = draw_svg(draw, compute(runs))
        for shown in (">$x$<", ">$a_b$<", ">&lt;script&gt;<", ">a &amp; b<", ">_y<", ">$<", ">^<"):
            assert shown in svg


def test_the_numbers_stand_in_the_cells_where_there_is_room():
    runs = sweep(seeds=400, lr=[0.1, 0.2])
    runs = runs.assign(outcome=pd.Categorical(["converged"] + ["capped"] * 399 + ["converged"] * 399 + ["capped"], OUTCOMES))
    assert {"0.2 %", "99.8 %"} <= set(texts(drawn(draw_success_map, success_map(runs))))
    assert "12,345" in texts(drawn(draw_median_map, median_map(all_converge(sweep(lr=[1, 2]), 12_345))))
    many = success_map(sweep(lr=np.geomspace(0.01, 10, 60).tolist()))
    assert not drawn(draw_success_map, many).texts


def test_colours_are_shares_and_the_logarithms_of_epochs():
    runs = sweep(seeds=9, keep=0.8, lr=list(range(8)), hidden=[2, 3, 4])
    shares, medians = success_map(runs), median_map(runs)
    image = drawn(draw_success_map, shares).images[0]
    np.testing.assert_array_equal(image.get_array().filled(np.nan), shares.share)
    assert image.get_clim() == (0, 1)
    image = drawn(draw_median_map, medians).images[0]
    finite = np.isfinite(medians.median)
    np.testing.assert_array_equal(image.get_array().mask, ~finite)
    assert isinstance(image.norm, LogNorm)
    assert image.get_clim() == (medians.median[finite].min(), medians.median[finite].max())


def test_what_fewer_than_half_reach_is_hatched_and_the_legend_says_so():
    runs = all_converge(sweep(lr=[1, 2, 3], hidden=[2, 3]))
    assert drawn(draw_median_map, median_map(runs)).get_legend() is None
    runs.loc[(runs["lr"] == 2) & (runs["hidden"] == 3), "outcome"] = "capped"
    axes = drawn(draw_median_map, median_map(runs))
    (hatched,) = axes.collections
    assert hatched.get_hatch()
    (path,) = hatched.get_paths()
    assert path.get_extents().extents.tolist() == [1, 1, 2, 2]
    assert "no median" in texts(axes)


def test_all_runs_at_epoch_zero_have_a_colour():
    axes = drawn(draw_median_map, median_map(all_converge(sweep(lr=[1, 2]), 0)))
    assert [text.get_text() for text in axes.texts] == ["0", "0"]
    assert np.isfinite(axes.images[0].norm(axes.images[0].get_array())).all()
    assert np.ma.count(axes.images[0].norm(axes.images[0].get_array())) == 2


def test_words_and_caption_have_the_numbers_that_matter():
    runs = all_converge(sweep(lr=[0.1, 0.2, 0.3, 0.4], on=[True, False], beta=[1, 2]), 1500)
    runs.loc[runs["lr"] == 0.1, "outcome"] = "diverged"
    runs.loc[runs["lr"] == 0.4, "epochs"] = 25_000
    value = success_map(runs, "on", "lr")
    assert value.alt_text == (
        "Heat map of the share of runs that converged, over lr (4 values from 0.1 to 0.4) and on (False, True): from 0.0 % to "
        "100.0 %, the most in 6 cells alike, first at lr 0.2, on False. At least half converge in 6 of 8 cells, none in 2."
    )
    assert "all its seeds and all values of beta" in value.caption
    words = median_map(runs, "on", "lr").alt_text
    assert "from 1,500 at lr 0.2, on False to 25,000 at lr 0.4, on False" in words
    assert "In 2 of 8 cells there is none: the curve does not fall to one half." in words


def test_words_of_cells_that_are_all_alike():
    runs = all_converge(sweep(lr=[0.1, 0.2], on=[True, False]), 1500)
    assert ": 100.0 % in every cell. At least half converge in 4 of 4 cells, none in 0." in success_map(runs).alt_text
    assert median_map(runs).alt_text.endswith(": 1,500 in every cell that has one.")
    runs["outcome"] = "capped"
    assert success_map(runs).alt_text.endswith(": none, in any of 4 cells.")
    runs.loc[0, "outcome"] = "converged"
    assert "the most at lr" in success_map(runs).alt_text


# ---- levels along an axis


@given(st.floats(1e-6, 1e6), st.floats(1.01, 10), st.integers(3, 60))
def test_spacing_is_told_from_the_numbers(first, factor, count):
    steps = np.arange(count)
    assert spacing((first * factor**steps).tolist()) == "log"
    assert spacing((first + factor * steps).tolist()) == "linear"
    assert spacing([*(first + factor * steps).tolist(), 1e9]) is None


@pytest.mark.parametrize("levels", [[1.0, 2.0], [True, False, True], ["a", "b", "c"], [1, 2, None], [3, 2, 1], [0, 1, 10]])
def test_what_is_not_evenly_spaced_numbers_has_no_spacing(levels):
    assert spacing(levels) is None


@given(st.floats(1e-9, 1e9), st.floats(1.5, 1e9))
def test_ticks_are_few_round_numbers_within_the_levels(low, factor):
    high = low * factor
    for scale in ("log", "linear"):
        ticks = round_ticks(low, high, scale, most=6)
        assert 2 <= len(ticks) <= 9
        assert (np.diff(ticks) > 0).all()
        assert ((ticks >= low * (1 - 1e-8)) & (ticks <= high * (1 + 1e-8))).all()


@given(st.sampled_from([np.linspace, np.geomspace]), st.integers(3, 60))
def test_a_level_stands_in_the_middle_of_its_cell(space, count):
    levels = space(0.5, 300, count)
    np.testing.assert_allclose(place_of(levels, levels.tolist()), np.arange(count) + 0.5, atol=1e-9)


def test_round_ticks_stand_between_the_levels():
    axis = Figure(figsize=(7.2, 3.6)).add_subplot(xlim=(0, 41)).xaxis
    name_levels(axis, np.geomspace(0.01, 100, 41).tolist())
    assert [label.get_text() for label in axis.get_ticklabels()] == ["0.01", "0.1", "1", "10", "100"]
    np.testing.assert_allclose(axis.get_ticklocs(), [0.5, 10.5, 20.5, 30.5, 40.5])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (10_000, "10,000"),
        (0.001, "0.001"),
        (1e-6, "10⁻⁶"),
        (2e7, "2×10⁷"),
        (-2.5, "-2.5"),
        (1e6, "10⁶"),
        (0.2, "0.2"),
    ],
)
def test_numbers_are_written_out_or_as_powers_of_ten(number, text):
    assert number_text(number) == text


def test_long_names_keep_their_ends():
    axis = Figure(figsize=(7.2, 3.6)).add_subplot(ylim=(0, 2)).yaxis
    name_levels(axis, ["a rather long name, version 1", "a rather long name, version 2"])
    assert [label.get_text() for label in axis.get_ticklabels()] == ["a rather l…version 1", "a rather l…version 2"]


def test_the_style_has_no_text_that_is_too_small():
    assert STYLE["font.size"] >= 8
