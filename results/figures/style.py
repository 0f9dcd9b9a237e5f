"""What all figures share: colours, type, labels, and how one is drawn into a file.

Colours are told apart with any colour vision (cividis; Okabe and Ito's eight) and in grey print. Ink is one colour, INK,
which the report turns into the page's own text colour, so that one drawing serves light and dark.
"""

import io
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from textwrap import wrap
from typing import Any

from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from backsweep.escapes import visible

INK = "#1b1e23"
FAINT = "#8a8f98"
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f", "#a58b00")
# A pattern for each colour of LINES, for print in grey.
DASHES: tuple[Any, ...] = (
    "-",
    (0, (6, 2)),
    (0, (1, 1.2)),
    (0, (6, 2, 1, 2)),
    (0, (3, 1)),
    (0, (3, 1, 1, 1, 1, 1)),
    (0, (1, 3)),
    (0, (10, 3)),
)
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


def colours(count: int) -> list[str]:
    """A colour for each of so many lines or classes: those of LINES, or, if these are too few, as many of cividis."""
    if count <= len(LINES):
        return list(LINES[:count])
    return [to_hex(colormaps["cividis"](k / (count - 1))) for k in range(count)]


@contextmanager
def our_style(**more: Any) -> Generator[None]:
    """Apply our style to what is drawn inside the block; more: settings of matplotlib in addition to STYLE.

    Characters that the font lacks, such as Chinese ones, are boxes in PNG and PDF. In SVG they are text, which the reader's own
    fonts show. So matplotlib's warnings about them are suppressed.
    """
    with rc_context(STYLE), rc_context(dict[Any, Any](more)), warnings.catch_warnings():
        for message in (r"Glyph \d+ .*missing from", "Matplotlib currently does not support .* natively"):
            warnings.filterwarnings("ignore", message, UserWarning)
        yield


def draw_svg(draw: Callable[..., object], *values: Any, width: float = 7.2, height: float = 3.6) -> str:
    """The SVG element of one figure: `draw(*values, axes)` on fresh Axes, sizes in inches, transparent ground."""
    with our_style():
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(*values, figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def label_epochs(axis: Axis) -> None:
    """Write epochs out: 10,000 and not 10^4."""
    axis.set_major_formatter(FuncFormatter(lambda epochs, _: f"{epochs:,.0f}"))
    axis.set_minor_formatter(NullFormatter())


def plain(text: str, most: int = 40) -> str:
    """A text that matplotlib shows as it is, on one line: a dollar begins no formula. Of a longer one the end is cut off."""
    line = visible(" ".join(text.split()))
    return (line if len(line) <= most else line[: most - 1] + "…").replace("$", r"\$")


def label_log_epochs(axis: Axis, first: float, last: float) -> None:
    """As `label_epochs`, on a log scale from `first` to `last`: where that is not many powers of ten, also between them."""
    if last < 5 * first:
        axis.set_major_locator(MaxNLocator(6, integer=True))
        axis.set_minor_locator(NullLocator())
    else:
        axis.set_major_locator(LogLocator(10, (1.0,) if last > 1000 * first else (1.0, 2.0, 5.0)))
    label_epochs(axis)


NARROW = 5.0  # inches: a figure that is narrower is read at some 420 pixels, and has fewer columns


def is_narrow(axes: Axes) -> bool:
    """Whether there is little room from left to right."""
    return axes.figure.canvas.figure.get_figwidth() < NARROW


def legend_above(axes: Axes, labels: list[str]) -> None:
    """Name what was drawn with a label, in this order, above the Axes: there no legend can cover data.

    The names are put in afterwards, since matplotlib leaves out those that begin with an underscore.
    """
    handles, _ = axes.get_legend_handles_labels()
    narrow = is_narrow(axes)
    texts = ["\n".join(wrap(visible(label), 44 if narrow else 76)) for label in labels]
    longest = max((len(label) for label in labels), default=0)
    columns = (1 if longest > 14 else 2) if narrow else 1 if longest > 34 else 2 if longest > 20 else 3
    legend = axes.legend(
        handles,
        ["name"] * len(handles),
        loc="lower left",
        bbox_to_anchor=(0, 1.01),
        borderaxespad=0,
        ncols=min(columns, len(texts) or 1),
        fontsize=9 if len(labels) <= 4 else 8,
        handlelength=3.4,
    )
    for text, name in zip(legend.get_texts(), texts, strict=True):
        text.set_parse_math(False)  # `$x$` is no formula
        text.set_text(name)


def label_shares(axis: Axis) -> None:
    """Label an axis of shares in per cent, with the space that matplotlib's own formatter leaves out."""
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g} %"))
