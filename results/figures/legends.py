"""Legends above the Axes, and what is to be said of all that is drawn."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend

from backsweep.escapes import visible

from .style import FAINT, is_narrow, scale, set_height

LETTER, LINE, BETWEEN = 0.07, 0.14, 0.4  # inches of a letter, and of a line; lines between two names
KEY = 0.33  # inches beside a key
BESIDE = 0.8  # inches beside the Axes: the labels of an axis
MOST_COLUMNS = 5
Side = Literal["left", "right", "beside"]
PLACES: dict[Side, dict[str, Any]] = {
    "left": {"loc": "lower left", "bbox_to_anchor": (0, 1.01)},
    "right": {"loc": "lower right", "bbox_to_anchor": (1, 1.01), "alignment": "right"},
    "beside": {"loc": "upper left", "bbox_to_anchor": (1.03, 1)},
}
ROOM = 0.4  # inches of a legend for which a figure has room


def legend_above(axes: Axes, labels: list[str], note: str = "", *, side: Side = "left") -> None:
    """Name what was drawn with a label, in this order, above the Axes: there no legend can cover data.

    note: what is to be said of all of it, above the names. side: "right" where long names beside the Axes leave room above
    them; "beside" for Axes that leave room at their right, where the legend then stands.

    Names are put in afterwards, since matplotlib leaves out those that begin with an underscore.
    """
    handles, _ = axes.get_legend_handles_labels()
    handle = 2.4 if is_narrow(axes) else 3.4
    width, key = axes.figure.bbox.width / axes.figure.dpi, (KEY + handle * 8.33 / 72) * scale()
    inches = 0.42 * width if side == "beside" else width - BESIDE * scale()
    texts = ["\n".join(wrap(visible(label), _letters(inches - key))) for label in labels]
    longest = max((len(line) for text in texts for line in text.splitlines()), default=0)
    columns = min(max(int(inches / (key + longest * LETTER * scale())), 1), MOST_COLUMNS, len(texts) or 1)
    columns = 1 if side == "beside" else columns
    place: dict[str, Any] = {"alignment": "left", **PLACES[side]}
    legend = axes.legend(
        handles,
        ["name"] * len(handles),
        borderaxespad=0,
        ncols=columns,
        fontsize="small",
        handlelength=handle,
        **place,
    )
    for text, name in zip(legend.get_texts(), texts, strict=True):
        text.set_parse_math(False)  # `$x$` is no formula
        text.set_text(name)
    lines = set_note(legend, note, inches)
    rows = [sum(1 + BETWEEN + text.count("\n") for text in column) for column in np.array_split(texts, columns)]
    tall = LINE * scale() * (lines + max(rows))
    if side != "beside":
        set_height(axes, axes.figure.canvas.figure.get_figheight() + max(tall - ROOM, 0))


def set_note(legend: Legend, note: str, inches: float) -> int:
    """Write a note over a legend, in lines at most so many inches wide; how many lines it has."""
    lines = wrap(visible(note), _letters(inches))
    legend.set_title("\n".join(lines), FontProperties(size="small"))
    legend.get_title().set(parse_math=False, color=FAINT)
    return len(lines)


def _letters(inches: float) -> int:
    """How many letters of a legend fit on a line."""
    return max(int(inches / LETTER / scale()), 12)


def together(settings: Sequence[str]) -> str:
    """That the runs of all values of these settings are taken together, in words; nothing for none."""
    return f"all values of {' and '.join(settings)} together" if settings else ""
