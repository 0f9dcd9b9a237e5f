"""All kinds of figures: drawn on new or given Axes, into files that are the same each time."""

import re
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from backsweep.errors import BacksweepError
from backsweep.kernels import Network
from backsweep.outcomes import OUTCOMES
from backsweep.results.figures import FIGURES, figure, own_axes, save
from backsweep.results.figures.loss import draw_loss, loss_picture
from backsweep.results.figures.maps import draw_success_map, success_map
from backsweep.results.figures.style import draw_svg

ODD = ["$x$", "a_b", "<script>", "^2"]


def runs(levels=(0.1, 0.2, 0.4, 0.8), rules=ODD, seeds=20):
    rng = np.random.default_rng(0)
    rule, lr, seed = (column.ravel() for column in np.meshgrid(rules, levels, np.arange(seeds), indexing="ij"))
    epochs = np.ceil(rng.lognormal(3, 0.5, len(lr)) / lr)
    outcome = np.where(epochs < 150, "converged", np.where(epochs < 160, "diverged", "capped"))
    table = pd.DataFrame({"run": np.arange(len(lr)), "cell": np.arange(len(lr)) // seeds, "seed": seed, "lr": lr, "rule": rule})
    outcome = pd.Categorical(outcome, categories=OUTCOMES)
    return table.assign(outcome=outcome, epochs=np.minimum(epochs, 160).astype(np.int32), loss=0.1, accuracy=1.0)


TRAJECTORY = pd.DataFrame({"run": 0, "epoch": np.arange(0, 160, 10), "loss": np.geomspace(1, 0.01, 16)})
RECORDS = pd.concat([TRAJECTORY.assign(run=run) for run in range(320)])
IMPORTANCE = pd.DataFrame({"response": "success", "factor": ["rule", "lr"], "share": [0.2, 0.7]})
IMPORTANCE = IMPORTANCE.assign(share_low=0.1, share_high=0.8, method="variance")
OPTIONS = {
    "trajectories": {"records": RECORDS},
    "loss": {"run": 0},
    "decision": {"run": 0},
    "weights": {"run": 0},
    "slope": {"rng": np.random.default_rng(0)},
    "ranks": {"rng": np.random.default_rng(0)},
}
MEASURED = runs(rules=[1, 2, 3]).rename(columns={"rule": "hidden"})
XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0]), {"epochs": 3}
TABLES = {
    **dict.fromkeys(("decision", "weights"), Network(*XOR, input_names=ODD[:2], target_names=ODD[2:3])),
    "importance": IMPORTANCE,
    "loss": TRAJECTORY,
    "trainability": MEASURED.assign(measure=np.where(MEASURED["lr"] < 0.3, -1.0, 2.0)),
}


LONG_NAMES = [f"a_very_long_name_that_somebody_chose_in_{year}.npz" for year in (2019, 2020, 2021, 2022)]


def drawn(kind, axes=None, rules=ODD):
    return figure(kind, TABLES.get(kind, runs(rules=rules)), axes, **OPTIONS.get(kind, {}))


@pytest.mark.parametrize("kind", FIGURES)
def test_a_figure_is_drawn_on_the_axes_that_are_given_and_returns_them(kind):
    axes = Figure().add_subplot()
    assert drawn(kind, axes) is axes
    assert any(each.has_data() for each in (axes, *axes.child_axes))


@pytest.mark.parametrize("kind", FIGURES)
def test_no_text_is_smaller_than_eight_points_and_none_is_a_formula(kind):
    axes = drawn(kind)
    axes.figure.draw_without_rendering()
    texts = [text for text in axes.figure.findobj(Text) if text.get_visible() and text.get_text()]
    assert min(text.get_fontsize() for text in texts) >= 8
    for text in texts:
        assert not text._preprocess_math(text.get_text())[1]


@pytest.mark.parametrize("kind", FIGURES)
def test_in_a_column_of_a_journal_nothing_is_cut_and_no_labels_touch(kind):
    """As matplotlib measures them, with names as long as they get."""
    axes = drawn(kind, own_axes(3.4), LONG_NAMES)
    figure = axes.figure
    figure.draw_without_rendering()
    whole = figure.bbox.padded(2)
    every = [*figure.axes, *(panel for each in figure.axes for panel in each.child_axes)]
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and not _is_tick_label(text, every):
            box = text.get_window_extent()
            assert whole.x0 <= box.x0 < box.x1 <= whole.x1, text
            assert whole.y0 <= box.y0 < box.y1 <= whole.y1, text
    for axis in (axis for each in every for axis in (each.xaxis, each.yaxis)):
        boxes = [label.get_window_extent() for label in _shown_labels(axis) if label.get_rotation() == 0]
        for one, other in pairwise(boxes):
            assert not one.overlaps(other)
    height = min(each.get_window_extent().height for each in (axes.child_axes or [axes]))
    assert height > 0.8 * figure.dpi


def _shown_labels(axis):
    low, high = sorted(axis.get_view_interval())
    margin = 1e-9 * (high - low)
    labels = [(tick.get_loc(), label) for tick in axis.get_major_ticks() for label in (tick.label1, tick.label2)]
    there = axis.get_visible() and axis.axes.axison
    return [
        label
        for at, label in labels
        if there and label.get_visible() and label.get_text() and low - margin <= at <= high + margin
    ]


def _is_tick_label(text, axes):
    return any(
        text in (tick.label1, tick.label2) for each in axes for axis in (each.xaxis, each.yaxis) for tick in axis.majorTicks
    )


@pytest.mark.parametrize("kind", FIGURES)
def test_every_share_has_a_space_before_its_percent_sign(kind):
    axes = drawn(kind)
    axes.figure.draw_without_rendering()
    texts = [text.get_text() for text in axes.figure.findobj(Text)]
    assert not [text for text in texts if re.search(r"\d%", text)]


@pytest.mark.parametrize("kind", ["survival", "ecdf", "histogram"])
def test_names_stand_in_a_file_as_they_are(kind, tmp_path):
    path = save(figure(kind, runs(), by=["rule"]), tmp_path / "a.svg")
    shown = "\n".join(text for element in ET.parse(path).iter() for text in element.itertext())
    for name in ODD:
        assert f"rule {name}" in shown


def test_signs_that_the_font_lacks_are_no_warning(tmp_path):
    """Warnings are errors here. SVG files keep the characters, for the reader's own fonts."""
    names = ["学习率", "🙂", "שלום", "नमस्ते", "กข"]
    table = runs(rules=names).rename(columns={"lr": "学习率"})
    for kind, suffix in (("success", "png"), ("survival", "pdf"), ("outcomes", "svg"), ("histogram", "svg")):
        path = save(figure(kind, table), tmp_path / f"{kind}.{suffix}")
        if suffix == "svg":
            shown = "\n".join(text for element in ET.parse(path).iter() for text in element.itertext())
            assert "学习率" in shown
    assert "🙂" in draw_svg(draw_success_map, success_map(table))


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf", "PNG"])
def test_a_file_is_the_same_each_time(suffix, tmp_path):
    axes = drawn("survival")
    first = save(axes, tmp_path / f"a.{suffix}").read_bytes()
    save(axes, tmp_path / "other.pdf")
    assert axes._repr_png_()[0].startswith(b"\x89PNG")
    assert save(axes, tmp_path / f"a.{suffix}").read_bytes() == first
    assert save(drawn("survival"), tmp_path / f"b.{suffix}").read_bytes() == first
    assert not any(word in first for word in (b"CreationDate", b"dc:date", b"Matplotlib v"))


def test_a_saved_png_has_two_hundred_dots_an_inch(tmp_path):
    axes = drawn("survival")
    width, height = axes.figure.get_size_inches()
    pixels = mpl.image.imread(save(axes, tmp_path / "a.png"))
    assert pixels.shape[:2] == (round(200 * height), round(200 * width))


def test_saving_leaves_the_figure_as_it_was(tmp_path):
    axes = drawn("success")
    places = [each.get_position().bounds for each in axes.figure.axes]
    save(axes, tmp_path / "a.png")
    assert [each.get_position().bounds for each in axes.figure.axes] == places
    assert all(each.get_in_layout() for each in axes.figure.axes)


def test_other_files_kinds_and_folders_are_refused_with_what_there_is(tmp_path):
    axes = drawn("loss")
    with pytest.raises(BacksweepError, match=r"\.png, \.svg, \.pdf"):
        save(axes, tmp_path / "a.jpg")
    with pytest.raises(BacksweepError, match="no folder"):
        save(axes, tmp_path / "none" / "a.png")
    with pytest.raises(
        BacksweepError,
        match=r"kind = 'surival': there is no such figure; did you mean survival\? There are: success, final-loss, median",
    ):
        figure("surival", runs())


def test_our_style_ends_with_the_figure():
    before = dict(mpl.rcParams)
    drawn("survival")
    assert dict(mpl.rcParams) == before


def test_no_window_and_no_list_of_open_figures_is_touched():
    code = """
import sys, pandas as pd
from backsweep.results.figures import figure
figure("loss", pd.DataFrame({"epoch": [0, 1], "loss": [1.0, 0.5]}), run=0)._repr_png_()
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_loss_of_a_run_in_words_and_as_a_line():
    picture = loss_picture(TRAJECTORY, 7)
    assert picture.alt_text == "The loss of run 7 goes from 1 to 0.01 in 150 epochs."
    assert "run 7" in picture.caption
    (line,) = draw_loss(picture, Figure().add_subplot()).lines
    np.testing.assert_array_equal(line.get_data(), TRAJECTORY[["epoch", "loss"]].to_numpy().T)


def test_losses_of_several_runs_have_a_label_and_a_colour_each():
    table = pd.DataFrame({"run": range(12), "cell": 0, "seed": range(12), "lr": [0.1, 1.0] * 6, "outcome": "capped"})
    losses = pd.concat([TRAJECTORY.assign(run=run, loss=TRAJECTORY["loss"] * (run + 1)) for run in (1, 4, 7)])
    picture = loss_picture(losses, table=table)
    assert [curve.label for curve in picture.curves] == ["run 1: lr 1, seed 1", "run 4: lr 0.1, seed 4", "run 7: lr 1, seed 7"]
    axes = draw_loss(picture, Figure().add_subplot())
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [curve.label for curve in picture.curves]
    assert [line.get_ydata()[0] for line in axes.lines] == [2 * TRAJECTORY["loss"][0], 5.0, 8.0]
    assert loss_picture(TRAJECTORY.assign(run=4000)).curves[0].label == "run 4000"  # as `--run` takes it
    many = pd.concat([TRAJECTORY.assign(run=run) for run in range(12)])
    lines = draw_loss(loss_picture(many, table=table), Figure().add_subplot()).lines
    assert len({line.get_color() for line in lines}) == 12


def test_a_loss_that_becomes_infinite_is_drawn_as_far_as_it_is_not():
    diverging = pd.DataFrame({"epoch": range(4), "loss": [1.0, 10.0, 1e5, np.inf]})
    picture = loss_picture(diverging, 7)
    assert picture.alt_text.endswith("from 1 to infinity in 3 epochs.")
    assert draw_loss(picture, Figure().add_subplot()).get_yscale() == "log"
    with pytest.raises(BacksweepError, match="no finite loss"):
        loss_picture(diverging.iloc[3:], 7)
