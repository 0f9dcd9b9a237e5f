"""Figures: each first computes a plain value from a table, then draws it on given Axes and returns those.

`figure` makes a figure by its name, and `save` writes it to a file. These figures belong to no window and to no list of open
figures, unlike those of pyplot, which have to be closed again. In a notebook their Axes display themselves.
"""

import io
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from backsweep import arguments
from backsweep.errors import FileError
from backsweep.escapes import visible

from ..store.files import write_whole
from .registry import FIGURES, Kind, kind_of
from .style import STYLES, WIDE, OwnFigure, our_style, scale, set_height

__all__ = ["FIGURES", "STYLES", "Kind", "figure", "kind_of", "own_axes", "save", "titled"]

SIZE = (WIDE, 3.8)  # inches, as in a report
DOTS = 200  # an inch
# What a file says of itself, without dates and versions: the same picture has the same bytes.
ABOUT: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


class ShownAxes(Axes):
    """Axes that a notebook shows as a picture when they are the value of a cell."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        return _drawn(self, "png"), {"width": round(SIZE[0] * 100)}


def figure(
    kind: str, data: pd.DataFrame | None = None, axes: Axes | None = None, *, style: str = "report", **options: Any
) -> Axes:
    """Draw one of FIGURES on these Axes, or in a figure of its own, and return the Axes.

    data: the first that the kind needs, mostly the table of runs, one row each; for "importance" what
    `what_matters.what_matters` found, for "loss" the losses of one run. style: one of STYLES. options: what else it needs, by
    name (`registry.Need`), and the options of its `compute`, as by = ["hidden"]. SettingError for an unknown kind, style or
    option, ResultsError where the runs cannot give the figure.
    """
    entry = kind_of(kind, options)
    if axes is not None:
        arguments.instance("axes", axes, Axes, "Axes of matplotlib")
    if data is not None:
        options[entry.needs[0]] = data
    value = entry.compute(**options)
    axes = own_axes() if axes is None else axes
    with our_style(arguments.one_of("style", style, STYLES)):
        if callable(entry.height):
            set_height(axes, entry.height(value) * scale())
        return entry.draw(value, axes)


def titled(axes: Axes, title: str | None, style: str = "report") -> Axes:
    """The Axes, with a title above all else in their figure; a title is no formula."""
    if title:
        with our_style(style):
            axes.figure.canvas.figure.suptitle(visible(title), parse_math=False, x=0.01, ha="left", fontsize="large")
    return axes


def save(axes: Axes, path: str | Path) -> Path:
    """Write the figure that holds these Axes as PNG (200 dots an inch), SVG or PDF, by the name's end; return the path.

    The same figure has the same bytes each time. FileError for another end, and where there is no such folder.
    """
    arguments.instance("axes", axes, Axes, "Axes of matplotlib")
    path = arguments.path("path", path)
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in ABOUT:
        raise FileError(path, f"a figure is saved as {', '.join(f'.{name}' for name in ABOUT)}; its name must end so")
    if not path.parent.is_dir():
        raise FileError(path, f"there is no folder {path.parent}")
    content = _drawn(axes, suffix)
    write_whole(path, lambda file: file.write(content))
    return path


def own_axes(width: float = WIDE, style: str = "report") -> Axes:
    """Axes in a figure of their own, so many inches wide; their labels and frame have the style from the beginning.

    Its height depends on what is drawn.
    """
    height = max(SIZE[1] / WIDE * width, min(2.6, 0.8 * width))  # a narrow one is not as flat
    with our_style(arguments.one_of("style", style, STYLES)):
        return OwnFigure(figsize=(width, height), layout="constrained").add_subplot(axes_class=ShownAxes)


def _drawn(axes: Axes, form: str) -> bytes:
    """The whole figure as a file; its layout begins where the last one ended, so what that moved is moved back."""
    buffer = io.BytesIO()
    whole = axes.figure.canvas.figure  # the Axes may be in a part of it
    places = [(each, each.get_position(original=True), each.get_in_layout()) for each in whole.axes]
    with our_style(**{"pdf.fonttype": 42}):  # TrueType: journals refuse the default
        whole.savefig(buffer, format=form, dpi=DOTS, metadata=ABOUT[form])
    for each, place, in_layout in places:
        each.set_position(place)
        each.set_in_layout(in_layout)
    return buffer.getvalue()
