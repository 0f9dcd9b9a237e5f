"""Figures: each computes a plain value from a table first, then draws it on a given Axes and returns that.

`figure` makes one by name, `save` writes it to a file. A figure of ours belongs to no window and to no list of open figures,
as those of pyplot do, which would have to be closed again; in a notebook its Axes show themselves, like any other value.
"""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import InputError
from ..store.files import write_whole
from .epochs import draw_ecdf, draw_histogram, epochs_ecdf, epochs_histogram
from .importance import draw_importance, importance_picture
from .loss import draw_loss, loss_picture
from .maps import draw_median_map, draw_success_map, median_map, success_map
from .outcomes import draw_outcome_shares, outcome_shares
from .slope import draw_slope, slope_picture
from .style import our_style
from .survival import draw_survival, survival_picture
from .trainability import draw_trainability_map, trainability_map
from .trajectories import draw_trajectories, trajectories_picture

__all__ = ["FIGURES", "Kind", "figure", "save"]

SIZE = (7.2, 3.8)  # inches, as in a report
DOTS = 200  # an inch
# What a file says of itself, without dates and versions: the same picture has the same bytes.
ABOUT: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


class Kind(NamedTuple):
    """How the value of a kind of figure is computed from a table, and how it is drawn."""

    compute: Callable[..., Any]
    draw: Callable[[Any, Axes], Axes]


FIGURES = {
    "success": Kind(success_map, draw_success_map),
    "median": Kind(median_map, draw_median_map),
    "survival": Kind(survival_picture, draw_survival),
    "histogram": Kind(epochs_histogram, draw_histogram),
    "ecdf": Kind(epochs_ecdf, draw_ecdf),
    "outcomes": Kind(outcome_shares, draw_outcome_shares),
    "slope": Kind(slope_picture, draw_slope),
    "trajectories": Kind(trajectories_picture, draw_trajectories),
    "importance": Kind(importance_picture, draw_importance),
    "trainability": Kind(trainability_map, draw_trainability_map),
    "loss": Kind(loss_picture, draw_loss),
}


class ShownAxes(Axes):
    """Axes that a notebook shows as a picture when they are the value of a cell."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        return _drawn(self, "png"), {"width": round(SIZE[0] * 100)}


def figure(kind: str, table: pd.DataFrame, axes: Axes | None = None, **options: Any) -> Axes:
    """Draw one of FIGURES on these Axes, or in a figure of its own, and return the Axes.

    table: one row a run; for "importance" what `what_matters.what_matters` found, for "loss" the trajectory of one run.
    options: those of the kind's `compute`, as by = ["hidden"] of "survival", "histogram" and "ecdf";
    "trajectories" needs records = results.trajectories(), "loss" needs run = its number. InputError for an unknown kind, and
    where the table cannot give the figure.
    """
    if kind not in FIGURES:
        raise InputError(f"there is no figure {kind!r}; there are {', '.join(FIGURES)}")
    compute, draw = FIGURES[kind]
    value = compute(table, **options)
    with our_style():
        return draw(value, _own_axes() if axes is None else axes)


def save(axes: Axes, path: str | Path) -> Path:
    """Write the figure that holds these Axes as PNG (200 dots an inch), SVG or PDF, by the name's end; return the path.

    The same figure has the same bytes each time. InputError for another end, and where there is no such folder.
    """
    path = Path(path)
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in ABOUT:
        raise InputError(f"{path}: a figure is saved as {', '.join(f'.{name}' for name in ABOUT)}, by the end of its name")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    content = _drawn(axes, suffix)
    write_whole(path, lambda file: file.write(content))
    return path


def _own_axes() -> Axes:
    return Figure(figsize=SIZE, layout="constrained").add_subplot(axes_class=ShownAxes)


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
