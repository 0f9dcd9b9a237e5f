"""The levels of a setting along an axis of a figure: one cell per level, all equally wide; number k covers k to k + 1.

So a setting that was swept on a log scale appears on a log scale, a listed one as it was listed, and a level that is not a
number (a name, a switch, none) gets a place like any other. If there are too many levels to label each, evenly spaced numbers
get round ticks as on any axis, and other levels are labelled at regular intervals.
"""

from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, MaxNLocator

from ..analysis.tables import level_texts
from ..arrays import Floats
from .style import LETTER, is_narrow, plain, scale
from .ticks import Roomy

# Letters of a name, and of one in a narrow figure; of a longer one the middle is left out: names often differ at their ends.
LONGEST, NARROW_LONGEST = 20, 12
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def name_levels(axis: Axis, levels: list[Any], longest: int = LONGEST) -> None:
    """Ticks for the cells 0, 1, ... of an axis, as many as there is room for; names too wide for their cells stand aslant.

    longest: letters of a name; in a narrow figure they are fewer.
    """
    longest = longest * NARROW_LONGEST // LONGEST if is_narrow(axis.axes) else longest
    labels = [plain(shortened(" ".join(text.split()), longest), longest) for text in level_texts(levels, digits=3)]
    places: Floats = np.arange(len(levels), dtype=np.float64) + 0.5
    spread = spacing(levels)
    across = axis is axis.axes.xaxis
    widest = LETTER * scale() * (max(len(label) for label in labels) + 1)
    aslant = across and not spread and len(levels) * widest > axis.axes.bbox.width / axis.axes.figure.dpi

    def text(place: float) -> str:
        cell = round(place - 0.5)
        on_it = abs(place - 0.5 - cell) < 1e-6 and 0 <= cell < len(levels)
        return labels[cell] if on_it else number_text(_number_at(place, levels))

    fewer = _round_places(levels) if spread else [places[::step] for step in range(2, len(levels))]
    axis.set_major_locator(Roomy(lambda *_: [places, *fewer], text, aslant=aslant))
    axis.set_major_formatter(FuncFormatter(lambda place, _: text(place)))
    if aslant:
        axis.set_tick_params(rotation=45)
        for tick in axis.get_major_ticks(len(levels)):  # all that there may be, since fewer are shown in a small figure
            tick.label1.set(horizontalalignment="right", rotation_mode="anchor")
    axis.set_tick_params(length=0 if len(axis.get_ticklocs()) == len(levels) else 3)


def name_axis(axis: Axis, name: str) -> None:
    """Write the name of a setting or an input beside an axis; of one that is longer than the axis the middle is left out."""
    axes, across = axis.axes, axis is axis.axes.xaxis
    inches = (axes.bbox.width if across else axes.bbox.height) / axes.figure.dpi
    letters = max(int(inches / LETTER / scale()), NARROW_LONGEST)
    axis.set_label_text(plain(shortened(" ".join(name.split()), letters), letters))


def _round_places(levels: list[Any]) -> list[Floats]:
    """Where round numbers stand among evenly spaced levels: many, then fewer."""
    whole = all(isinstance(level, int) for level in levels)
    return [
        place_of(round_ticks(levels[0], levels[-1], spacing(levels), most, whole=whole), levels) for most in (6, 5, 4, 3, 2, 1)
    ]


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


def _number_at(place: float, levels: list[Any]) -> float:
    """The number that stands at a place, as `place_of` has it."""
    numbers = np.asarray(levels, np.float64)
    logarithmic = spacing(levels) == "log"
    found = np.interp(place, np.arange(len(levels)) + 0.5, np.log(numbers) if logarithmic else numbers)
    return float(np.exp(found) if logarithmic else found)


def round_ticks(low: float, high: float, scale: str | None, most: int, *, whole: bool = False) -> Floats:
    """Round numbers within [low, high], about `most` of them, and at least two where the ends differ. On a log scale they are
    powers of ten, or 1, 2 and 5 times these, if the interval holds enough of them. whole: only whole numbers."""
    if scale == "log":
        powers = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        for leading in ((1.0,), (1.0, 2.0, 5.0)):
            found = np.outer(10.0**powers, leading).ravel()
            found = found[(found >= low * (1 - 1e-9)) & (found <= high * (1 + 1e-9))]
            if len(found) > 2:
                return found[:: -(-len(found) // (most + 1))]
    found = np.asarray(MaxNLocator(most, integer=whole, min_n_ticks=2).tick_values(low, high))
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


def shortened(text: str, most: int) -> str:
    """A text without its middle, where it has more letters."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[len(text) + 1 - (most + 1) // 2 :]}"
