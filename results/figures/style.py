"""What all figures share: colours, type, labels, and how one is drawn into a file.

Colours are told apart with any colour vision (cividis; Okabe and Ito's eight) and in grey print. Ink is one colour, INK,
which the report turns into the page's own text colour, so that one drawing serves light and dark.
"""

import io
from typing import Any

from matplotlib import rc_context
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from ..tables import level_texts

INK = "#1b1e23"
FAINT = "#8a8f98"
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#a58b00")
STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "legend.frameon": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "backsweep",
}


def draw_svg(draw, *values, width: float = 7.2, height: float = 3.6) -> str:
    """The SVG element of one figure: `draw(*values, axes)` on fresh Axes, sizes in inches, transparent ground."""
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(*values, figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def label_levels(axis: Axis, levels: list, most: int) -> None:
    """Name the cells 0, 1, ... of an axis by these values, at most so many of them."""
    step = -(-len(levels) // most) or 1
    shown = range(0, len(levels), step)
    axis.set_ticks([k + 0.5 for k in shown], level_texts([levels[k] for k in shown], digits=3))


def label_epochs(axis: Axis) -> None:
    """Write epochs out: 10,000 and not 10^4."""
    axis.set_major_formatter(FuncFormatter(lambda epochs, _: f"{epochs:,.0f}"))
    axis.set_minor_formatter(NullFormatter())
