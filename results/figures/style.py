"""What all figures share: colours, type, labels, and how one is drawn into a file.

Colours are told apart with any colour vision (cividis; Okabe and Ito's eight) and in grey print. Ink is one colour, INK,
which the report turns into the page's own text colour, so that one drawing serves light and dark.
"""

import io
import re
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from matplotlib import colormaps, rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

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
    """A colour for each of so many lines or classes: those of LINES, or, if too few, of cividis without its yellow."""
    if count <= len(LINES):
        return list(LINES[:count])
    return [to_hex(colormaps["cividis"](0.9 * k / (count - 1))) for k in range(count)]


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
    """The SVG element of one figure: `draw(*values, axes)` on fresh Axes, sizes in inches, transparent ground; it is taller if
    many names stand above the picture.

    Its ids are those of no other figure and no other width: a page that hides one must not hide what another refers to.
    """
    salt = f"backsweep {getattr(draw, '__name__', '')} {width}"
    with our_style(**{"svg.hashsalt": salt}):
        figure = OwnFigure(figsize=(width, height), layout="constrained")
        draw(*values, figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return IN_TAG.sub(_shorter, text[text.index("<svg") :])


def _shorter(tag: re.Match[str]) -> str:
    """A tag with its numbers to a hundredth of a point, which nobody sees; matplotlib writes six digits."""
    return LONG.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), tag[0])


def plain(text: str, most: int = 40) -> str:
    """A text that matplotlib shows as it is, on one line: a dollar begins no formula. Of a longer one the end is cut off."""
    line = visible(" ".join(text.split()))
    return (line if len(line) <= most else line[: most - 1] + "…").replace("$", r"\$")


NARROW = 5.0  # inches: a figure that is narrower is read at some 420 pixels, and has fewer columns


def is_narrow(axes: Axes) -> bool:
    """Whether there is little room from left to right."""
    return axes.figure.canvas.figure.get_figwidth() < NARROW


class OwnFigure(Figure):
    """A figure whose height is ours to choose: what stands above the picture makes it taller, and the picture not lower."""


def set_height(axes: Axes, inches: float) -> None:
    """Give the figure of these Axes a height, if that is ours to choose."""
    figure = axes.figure.canvas.figure
    if isinstance(figure, OwnFigure):
        figure.set_figheight(inches)


def scale() -> float:
    """How large letters are, of those of 10 points."""
    return rcParams["font.size"] / 10
