"""Maps of trainability against pixels computed one by one, and a boundary with a known dimension."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.figure import Figure
from matplotlib.text import Text

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.figures.style import draw_svg
from backsweep.results.figures.trainability import COLOURS, draw_trainability_map, trainability_map
from backsweep.results.statistics.box_counting import SHORTEST_SIDE

MEASURES = st.sampled_from([-1e6, -100.0, -20.5, -3.0, 1.0, 1.5, 80.0])


def table(measure, columns=None, rows=None):
    """One run per pixel, or several: measure (rows, columns) or (rows, columns, seeds)."""
    measure = np.atleast_3d(measure)
    columns = np.geomspace(0.01, 100, measure.shape[1]) if columns is None else columns
    rows = np.linspace(0, 0.9, measure.shape[0]) if rows is None else rows
    i, j, seed = (index.ravel() for index in np.indices(measure.shape))
    runs = pd.DataFrame({"run": np.arange(measure.size), "cell": 0, "seed": seed})
    runs = runs.assign(lr=np.asarray(columns)[j], beta=np.asarray(rows)[i], epochs=100, loss=0.1)
    return runs.assign(outcome=pd.Categorical(["capped"] * measure.size, OUTCOMES), measure=measure.ravel())


def mapped(measure):
    return trainability_map(table(measure), "beta", "lr")


pixels = arrays(float, st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4)), elements=MEASURES)


@given(pixels, st.randoms())
def test_a_pixel_is_its_median_run_from_training_at_once_to_failing_at_once(measure, random):
    runs = table(measure)
    shuffled = runs.loc[random.sample(runs.index.tolist(), len(runs))]
    value = trainability_map(shuffled, "beta", "lr")
    for i, j in np.ndindex(measure.shape[:2]):
        training = sorted((m for m in measure[i, j] if m < 0), reverse=True)  # the least negative measure trained soonest
        failing = sorted((m for m in measure[i, j] if m > 0), reverse=True)  # the smallest measure failed soonest
        order = training + failing
        assert value.measure[i, j] == order[(len(order) - 1) // 2]
        assert (value.measure[i, j] < 0) == (len(training) >= len(failing))


@given(arrays(float, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=MEASURES))
def test_the_boundary_is_where_four_pixels_have_both_signs(measure):
    boundary = mapped(measure).boundary
    assert boundary.shape == (measure.shape[0] - 1, measure.shape[1] - 1)
    for i, j in np.ndindex(boundary.shape):
        block = measure[i : i + 2, j : j + 2]
        assert boundary[i, j] == (block.min() < 0 < block.max())


def test_a_straight_boundary_is_a_line_and_one_everywhere_fills_the_map():
    straight = np.where(np.arange(129) < 50, -5.0, 2.0) * np.ones((129, 1))
    assert mapped(straight).boxes.dimension == pytest.approx(1, abs=1e-12)
    checkered = np.where(np.indices((65, 65)).sum(axis=0) % 2, -5.0, 2.0)
    assert mapped(checkered).boxes.dimension == pytest.approx(2, abs=1e-12)


def test_without_a_boundary_or_with_few_pixels_there_is_no_dimension():
    assert mapped(np.full((40, 40), -3.0)).boxes is None
    half = np.where(np.arange(SHORTEST_SIDE + 1) < 3, -5.0, 2.0)
    assert mapped(half * np.ones((SHORTEST_SIDE + 1, 1))).boxes is not None
    small = mapped(half * np.ones((SHORTEST_SIDE, 1)))
    assert small.boxes is None
    assert "dimension" not in small.alt_text + small.caption


def shown(value):
    return draw_trainability_map(value, Figure(figsize=(7.2, 5), layout="constrained").add_subplot())


@settings(max_examples=20)  # each draws a figure
@given(arrays(float, (5, 6), elements=MEASURES))
def test_colours_keep_the_sign_and_the_order_of_the_measure(measure):
    ranks = shown(mapped(measure)).images[0].get_array().filled(np.nan)
    np.testing.assert_array_equal(np.sign(ranks), np.sign(measure))
    assert (np.abs(ranks) < 1).all()
    for one, two in itertools.product(range(0, 30, 7), repeat=2):
        assert np.sign(ranks.flat[one] - ranks.flat[two]) == np.sign(measure.flat[one] - measure.flat[two])


def test_there_is_contrast_everywhere():
    measure = np.concatenate([-np.geomspace(1, 1e30, 32), np.geomspace(1, 1e30, 32)]).reshape(8, 8)
    ranks = np.sort(shown(mapped(measure)).images[0].get_array().filled(np.nan).ravel())
    np.testing.assert_allclose(np.diff(ranks), 1 / 32)


def test_what_trains_is_lighter_in_grey_print_than_whatever_fails():
    grey = COLOURS(np.linspace(0, 1, 256))[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert grey[:128].min() > grey[128:].max()
    assert (np.diff(grey[:128]) < 0).all()
    assert (np.diff(grey[128:]) < 0).all()


def test_the_line_runs_between_the_pixels_of_unlike_sign():
    axes = shown(mapped(np.array([[-1.0, 2, 2], [-1, -1, 2]])))
    segments = set()
    for line in axes.lines:
        for x, y in zip(line.get_xdata().reshape(-1, 3), line.get_ydata().reshape(-1, 3), strict=True):
            assert np.isnan([x[2], y[2]]).all()
            segments.add((x[0], y[0], x[1], y[1]))
    assert segments == {(1, 0, 1, 1), (2, 1, 2, 2), (1, 1, 2, 1)}
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 3), (0, 2))


def test_pixels_without_runs_are_empty_and_belong_to_no_boundary():
    runs = table([[-1.0, -2.0], [np.nan, 3.0]])
    value = trainability_map(runs, "beta", "lr")
    np.testing.assert_array_equal(value.measure, [[-1, -2], [np.nan, 3]])
    same = trainability_map(runs[runs["measure"].notna()], "beta", "lr")
    np.testing.assert_array_equal(same.measure, value.measure)
    assert value.boundary.tolist() == [[True]]
    assert len(shown(value).lines[0].get_xdata()) == 0
    assert shown(value).images[0].get_array().mask.tolist() == [[False, False], [True, False]]


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (10, 2), (60, 60), (1, 60)])
def test_maps_of_any_size_are_drawn(shape):
    rng = np.random.default_rng(0)
    value = mapped(rng.choice([-5.0, 3.0, np.nan, -70.0], size=shape, p=[0.4, 0.3, 0.1, 0.2]))
    axes = shown(value)
    assert min(text.get_fontsize() for text in axes.figure.findobj(Text)) >= 8
    svg = draw_svg(draw_trainability_map, value)
    for label in ("trains late", "trains at once", "fails at once", "fails late"):
        assert f">{label}<" in svg


def test_words_and_caption_have_the_numbers_that_matter():
    measure = np.where(np.add.outer(np.arange(64), np.arange(64)) < 50, -7.0, 3.0)
    value = mapped(measure)
    trains = 100 * np.mean(measure < 0)
    corner = 100 * np.mean(measure[:32, :32] < 0)
    assert f"{trains:.1f} % of 4,096 pixels do; in the quarter of low values of both {corner:.1f} %," in value.alt_text
    assert "in that of high values 0.0 %." in value.alt_text
    assert f"dimension is {value.boxes.dimension:.2f}" in value.alt_text
    assert "at least half of its runs do" in value.caption


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (table(np.ones((2, 2))).drop(columns="measure"), "no convergence measure; a sweep keeps it"),
        (table(np.ones((2, 2))).drop(columns="beta"), "only lr varies"),
        (table(np.ones((2, 2))).drop(columns=["lr", "beta"]), "no setting varies"),
        (table(np.ones((2, 2))).iloc[:0], "no run in the table"),
        (table(np.ones((2, 2)), columns=["a", "b"]), "lr: .* settings of numbers"),
        (table(np.ones((2, 2)), rows=[False, True]), "beta: .* settings of numbers"),
        (table(np.ones((2, 2)), rows=[0.5, None]), "beta: .* settings of numbers"),
        (table(np.full((2, 2), np.nan)), "no run has a convergence measure"),
    ],
)
def test_tables_that_cannot_be_drawn_are_refused_with_the_reason(runs, message):
    with pytest.raises(BacksweepError, match=message):
        trainability_map(runs)
