"""What all figures share: colours, type, labels, and how one is drawn into a file.

Colours are told apart with any colour vision (cividis; Okabe and Ito's eight) and in grey print. Ink is one colour, INK,
which the report turns into the page's own text colour, so that one drawing serves light and dark.
"""

import io
import re
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from textwrap import wrap
from typing import Any

from matplotlib import colormaps, rc_context, rcParams
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
WIDE, PHONE = 7.2, 4.0  # inches: for a page, and for a phone, where the letters of a wide figure would be too small
LETTER = 0.085  # inches, the width of a letter of 10 points
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
STYLES: dict[str, dict[Any, Any]] = {  # what each changes in STYLE
    "report": {},
    "paper": {"font.family": ["STIXGeneral", "DejaVu Sans"], "mathtext.fontset": "stix", "font.size": 9, "axes.titlesize": 9},
    "slide": {"font.size": 14, "axes.titlesize": 16, "axes.linewidth": 1.2},
}
IN_TAG = re.compile(r"<\w[^<>]*>")
LONG = re.compile(r"(?<![\w.#-])-?\d+\.\d{3,}(?![\w.])")


def colours(count: int) -> list[str]:
    """A colour for each of so many lines or classes: those of LINES, or, if these are too few, as many of cividis."""
    if count <= len(LINES):
        return list(LINES[:count])
    return [to_hex(colormaps["cividis"](k / (count - 1))) for k in range(count)]


@contextmanager
def our_style(name: str = "report", /, **more: Any) -> Generator[None]:
    """Apply one of STYLES to what is drawn inside the block; more: settings of matplotlib in addition.

    Characters that the font lacks, such as Chinese ones, are boxes in PNG and PDF. In SVG they are text, which the reader's own
    fonts show. So matplotlib's warnings about them are suppressed.
    """
    with rc_context(STYLE | STYLES[name]), rc_context(dict[Any, Any](more)), warnings.catch_warnings():
        for message in (r"Glyph \d+ .*missing from", "Matplotlib currently does not support .* natively"):
            warnings.filterwarnings("ignore", message, UserWarning)
        yield


def draw_svg(draw: Callable[..., object], *values: Any, width: float = WIDE, height: float = 3.6) -> str:
    """The SVG element of one figure: `draw(*values, axes)` on fresh Axes, sizes in inches, transparent ground.

    Its ids are those of no other figure and no other width: a page that hides one must not hide what another refers to.
    """
    salt = f"backsweep {getattr(draw, '__name__', '')} {width}"
    with our_style(**{"svg.hashsalt": salt}):
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(*values, figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return IN_TAG.sub(_shorter, text[text.index("<svg") :])


def _shorter(tag: re.Match[str]) -> str:
    """A tag with its numbers to a hundredth of a point, which nobody sees; matplotlib writes six digits."""
    return LONG.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), tag[0])


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
    room = letters_across(axes)
    texts = ["\n".join(wrap(visible(label), room)) for label in labels]
    longest = max((len(label) for label in labels), default=0)
    columns = min(max(room // (longest + 4), 1), 3)
    legend = axes.legend(
        handles,
        ["name"] * len(handles),
        loc="lower left",
        bbox_to_anchor=(0, 1.01),
        borderaxespad=0,
        ncols=min(columns, len(texts) or 1),
        fontsize="small",
        handlelength=3.4,
    )
    for text, name in zip(legend.get_texts(), texts, strict=True):
        text.set_parse_math(False)  # `$x$` is no formula
        text.set_text(name)


def scale() -> float:
    """How large letters are, of those of 10 points."""
    return rcParams["font.size"] / 10


def letters_across(axes: Axes) -> int:
    """How many letters of a legend fit beside each other, but for a key before them."""
    return max(int(axes.figure.bbox.width / axes.figure.dpi / LETTER / scale()) - 8, 16)


def label_shares(axis: Axis) -> None:
    """Label an axis of shares in per cent, with the space that matplotlib's own formatter leaves out."""
    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g} %"))
