"""The levels of a setting along an axis of a figure: one cell per level, all equally wide; number k covers k to k + 1.

So a setting that was swept on a log scale appears on a log scale, a listed one as it was listed, and a level that is not a
number (a name, a switch, none) gets a place like any other. If there are too many levels to label each, evenly spaced numbers
get round ticks as on any axis, and other levels are labelled at regular intervals.
"""

from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import MaxNLocator

from ..analysis.tables import level_texts
from ..arrays import Floats
from .style import LETTER, plain, scale

LINE = 0.19  # inches that a name takes above others
LONGEST = 20  # letters of a name; of a longer one the middle is left out, since names often differ at their ends
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def name_levels(axis: Axis, levels: list[Any], longest: int = LONGEST) -> None:
    """Ticks for the cells 0, 1, ... of an axis, as many as there is room for; names too wide for their cells stand aslant.

    longest: letters of a name.
    """
    labels = [plain(_shortened(" ".join(text.split()), longest), longest) for text in level_texts(levels, digits=3)]
    across = axis is axis.axes.xaxis
    inches = (axis.axes.bbox.width if across else axis.axes.bbox.height) / axis.axes.figure.dpi
    widest = max(len(label) for label in labels)
    if len(levels) * (LETTER * (widest + 1) if across else LINE) * scale() <= inches:
        axis.set_ticks(np.arange(len(levels)) + 0.5, labels)
    elif spacing(levels):
        round_numbers = round_ticks(levels[0], levels[-1], spacing(levels), most=6)
        axis.set_ticks(place_of(round_numbers, levels), [number_text(number) for number in round_numbers])
    else:
        step = -(-len(levels) // max(int(inches / LINE / scale()), 1))
        axis.set_ticks(np.arange(0, len(levels), step) + 0.5, labels[::step])
        if across:
            axis.set_tick_params(rotation=45)
            for label in axis.get_ticklabels():
                label.set(horizontalalignment="right", rotation_mode="anchor")
    axis.set_tick_params(length=0 if len(axis.get_ticklocs()) == len(levels) else 3)


def spacing(levels: list[Any]) -> str | None:
    """How three or more rising numbers are spread: evenly on a "linear" or a "log" scale; None for all else."""
    if len(levels) < 3 or not are_numbers(levels):
        return None
    numbers = np.asarray(levels, np.float64)
    for name, scaled in (("linear", numbers), ("log", np.log(numbers) if numbers[0] > 0 else numbers)):
        steps = np.diff(scaled)
        if (steps > 0).all() and np.ptp(steps) <= 1e-6 * steps.mean():
            return name
    return None


def place_of(numbers: Floats, levels: list[Any]) -> Floats:
    """Where numbers stand among evenly spaced levels, in cells: the middle of the first is at 0.5."""
    scale = np.log if spacing(levels) == "log" else np.asarray
    return np.interp(scale(numbers), scale(np.asarray(levels, np.float64)), np.arange(len(levels)) + 0.5)


def round_ticks(low: float, high: float, scale: str | None, most: int) -> Floats:
    """Round numbers within [low, high], about `most` of them, and at least two where the ends differ. On a log scale they are
    powers of ten, or 1, 2 and 5 times these, if the interval holds enough of them."""
    if scale == "log":
        powers = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        for leading in ((1.0,), (1.0, 2.0, 5.0)):
            found = np.outer(10.0**powers, leading).ravel()
            found = found[(found >= low * (1 - 1e-9)) & (found <= high * (1 + 1e-9))]
            if len(found) > 2:
                return found[:: -(-len(found) // (most + 1))]
    found = np.asarray(MaxNLocator(most, min_n_ticks=2).tick_values(low, high))
    return found[(found >= low) & (found <= high)]


def number_text(number: float) -> str:
    """A round number for an axis: 10,000, 0.01, 10⁻⁶, 2×10⁷."""
    if number == 0 or 1e-4 < abs(number) < 1e6:
        return f"{number:,.6g}"
    digits, exponent = f"{number:.4e}".split("e")
    digits = digits.rstrip("0").rstrip(".")
    power = "10" + str(int(exponent)).translate(SUPERSCRIPTS)
    return power if digits == "1" else f"{digits}×{power}"


def levels_in_words(levels: list[Any]) -> str:
    """How many values there are, and between which: for texts, not for axes."""
    texts = level_texts(levels, digits=3)
    if len(levels) > 3 and are_numbers(levels):
        return f"{len(levels)} values from {texts[0]} to {texts[-1]}"
    return ", ".join(texts) if len(levels) <= 5 else f"{len(levels)} values"


def are_numbers(levels: list[Any]) -> bool:
    """Whether all values of a setting are numbers, none missing."""
    return all(isinstance(level, int | float) and not isinstance(level, bool) and np.isfinite(level) for level in levels)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2]}…{text[len(text) + 1 - (most + 1) // 2 :]}"
