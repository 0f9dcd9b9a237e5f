"""Ticks whose labels do not touch, and how epochs and shares are written on an axis.

The length of an axis is known only when all that stands beside it has its place. So a locator that is `Roomy` has several sets
of ticks, and chooses among them whenever it is asked.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator, NullFormatter, NullLocator

from ..arrays import Floats
from .style import LETTER, scale

LINE = 0.19  # inches that a label takes above others
ASLANT = 1.5  # lines that a label takes beside others at 45 degrees
SHORT = 5.0  # ratio of the ends of a log axis up to which its ticks are evenly spaced numbers
LONG = 1000.0  # ratio up to which there are ticks between powers of ten

Choices = Callable[[float, float], Iterable[Floats]]


class Roomy(Locator):
    """Of several sets of ticks the first with two ticks or more whose labels have room; if none has, the last with two.

    choices: the sets for a view from low to high, the best first. text: the label of a tick. aslant: whether labels of an x
    axis stand at 45 degrees.
    """

    def __init__(self, choices: Choices, text: Callable[[float], str], *, aslant: bool = False):
        self._choices, self._text, self._aslant = choices, text, aslant
        self._letter, self._line = LETTER * scale(), LINE * scale()  # of the style in which the figure is drawn

    def __call__(self) -> list[float]:
        """The ticks for the axis as it is now."""
        low, high = sorted(self._axis.get_view_interval())
        return self.tick_values(low, high)

    def set_axis(self, axis: Any) -> None:
        """The axis whose ticks these are; matplotlib says so."""
        super().set_axis(axis)
        self._axis: Axis = axis

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """The ticks from vmin to vmax."""
        found = np.zeros(0)
        margin = 1e-9 * (vmax - vmin)
        for ticks in self._choices(vmin, vmax):
            inside = ticks[(ticks >= vmin - margin) & (ticks <= vmax + margin)]
            if len(inside) > 1 and self._have_room(inside):
                return inside.tolist()
            if len(inside) > 1 or len(found) < 2:
                found = inside
        return found.tolist()

    def _have_room(self, ticks: Floats) -> bool:
        axes, across = self._axis.axes, self._axis is self._axis.axes.xaxis
        scaled = self._axis.get_transform().transform
        low, high = scaled(np.array(self._axis.get_view_interval()))
        inches = (axes.bbox.width if across else axes.bbox.height) / axes.figure.dpi
        gaps = np.abs(np.diff(scaled(ticks))) / abs(high - low) * inches
        if across and not self._aslant:
            widths = self._letter * np.array([len(self._text(tick)) for tick in ticks.tolist()])
            return bool((gaps >= (widths[1:] + widths[:-1]) / 2 + self._letter).all())
        return bool((gaps >= self._line * (ASLANT if across else 1)).all())


def even_ticks(low: float, high: float, whole: bool = False) -> Iterator[Floats]:
    """Round numbers, evenly spaced: many, then fewer. whole: only whole numbers."""
    for most in (6, 5, 4, 3, 2, 1):
        yield np.asarray(MaxNLocator(most, integer=whole, min_n_ticks=2).tick_values(low, high))


def log_ticks(low: float, high: float, whole: bool = False) -> Iterator[Floats]:
    """Ticks of a log axis: 1, 2 and 5 times powers of ten unless the axis is long, then powers alone, then fewer of both."""
    if high < SHORT * low:
        yield from even_ticks(low, high, whole)
        return
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    all_ticks = np.outer(powers, (1.0, 2.0, 5.0)).ravel()
    powers, between = (ticks[(ticks >= low) & (ticks <= high)] for ticks in (powers, all_ticks))
    if high <= LONG * low:
        yield between
    yield from (powers[::step] for step in range(1, max(len(powers), 2)))
    yield from (between[::step] for step in range(2, max(len(between), 3)))


def label_epochs(axis: Axis) -> None:
    """Label an axis of epochs with whole numbers, written out: 10,000 and not 10^4."""
    axis.set_major_locator(Roomy(lambda low, high: even_ticks(low, high, whole=True), _epochs))
    axis.set_major_formatter(FuncFormatter(lambda epochs, _: _epochs(epochs)))
    axis.set_minor_formatter(NullFormatter())


def label_log_epochs(axis: Axis) -> None:
    """As `label_epochs`, on a log scale."""
    label_log(axis, _epochs, whole=True)


def label_log(axis: Axis, text: Callable[[float], str], *, whole: bool = False) -> None:
    """Label a log axis, whose ends are set, in at least two places. whole: only at whole numbers."""
    low, high = sorted(axis.get_view_interval())
    axis.set_major_locator(Roomy(lambda low, high: log_ticks(low, high, whole), text))
    axis.set_major_formatter(FuncFormatter(lambda number, _: text(number)))
    axis.set_minor_formatter(NullFormatter())
    if high < SHORT * low:
        axis.set_minor_locator(NullLocator())


def label_shares(axis: Axis) -> None:
    """Label an axis of shares in per cent, with the space that matplotlib's own formatter leaves out."""
    axis.set_major_locator(Roomy(_share_ticks, _share))
    axis.set_major_formatter(FuncFormatter(lambda share, _: _share(share)))


def _share_ticks(low: float, high: float) -> Iterator[Floats]:
    for most in (8, 5, 4, 2, 1):
        yield np.asarray(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))


def _epochs(epochs: float) -> str:
    return f"{epochs:,.0f}"


def _share(share: float) -> str:
    return f"{100 * share:.3g} %"
