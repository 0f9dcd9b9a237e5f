"""Ticks: two or more on every axis, whatever it spans, and labels that do not touch, as matplotlib measures them."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.figure import Figure

from backsweep.results.figures.levels import name_levels
from backsweep.results.figures.ticks import label_epochs, label_log, label_log_epochs, label_shares


def axes_of(width):
    return Figure(figsize=(width, 2.6)).add_subplot()


def labels_of(axes):
    """What stands on the x axis; it must not touch."""
    axes.figure.draw_without_rendering()
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.xaxis.get_major_ticks() if low <= tick.get_loc() <= high and tick.label1.get_text()]
    for left, right in pairwise(tick.label1.get_window_extent() for tick in ticks):
        assert left.x1 < right.x0
    return [tick.label1.get_text() for tick in ticks]


@pytest.mark.parametrize("width", [2.0, 7.2])
@pytest.mark.parametrize(("low", "ratio"), [(0.55, 1.9), (0.012, 4.9), (3.1, 5.1), (2200, 70), (0.7, 990), (30, 1e5), (2, 1e9)])
def test_a_log_axis_has_two_labels_or_more_that_do_not_touch(low, ratio, width):
    axes = axes_of(width)
    axes.set(xscale="log", xlim=(low, low * ratio))
    label_log(axes.xaxis, "{:.3g}".format)
    labels = labels_of(axes)
    assert len(labels) > 1
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("limits", "width", "expected"),
    [
        ((50, 4000), 7.2, ["50", "100", "200", "500", "1,000", "2,000"]),
        ((50, 4000), 3.4, ["100", "1,000"]),
        ((3, 30_000), 7.2, ["10", "100", "1,000", "10,000"]),
        ((210, 310), 3.4, ["220", "240", "260", "280", "300"]),
    ],
)
def test_epochs_on_a_log_scale(limits, width, expected):
    axes = axes_of(width)
    axes.set(xscale="log", xlim=limits)
    label_log_epochs(axes.xaxis)
    assert labels_of(axes) == expected


@pytest.mark.parametrize("last", [1, 7, 350, 1e5, 1e8])
@pytest.mark.parametrize("width", [2.0, 7.2])
def test_epochs_are_whole_and_evenly_spaced(last, width):
    axes = axes_of(width)
    axes.set(xlim=(0, last))
    label_epochs(axes.xaxis)
    numbers = [int(label.replace(",", "")) for label in labels_of(axes)]
    assert len(numbers) > 1
    assert len(set(np.diff(numbers))) == 1


@pytest.mark.parametrize("width", [2.0, 3.4, 7.2])
@pytest.mark.parametrize("high", [0.03, 0.4, 1.0])
def test_shares_have_room(width, high):
    axes = axes_of(width)
    axes.set(xlim=(0, high))
    label_shares(axes.xaxis)
    assert len(labels_of(axes)) > 1


def test_of_whole_numbers_there_are_no_ticks_between():
    axes = axes_of(2.4)
    levels = list(range(2, 17))
    axes.set(xlim=(0, len(levels)))
    name_levels(axes.xaxis, levels)
    labels = labels_of(axes)
    assert len(labels) > 1
    assert {int(label) for label in labels} <= set(levels)
    assert [tick.get_loc() for tick in axes.xaxis.get_major_ticks()][: len(labels)] == [int(label) - 1.5 for label in labels]
