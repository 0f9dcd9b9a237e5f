"""How the values of a setting rank over the combinations of the others: Demšar's diagram of critical differences.

J. Demšar, J. Machine Learning Research 7 (2006) 1, figure 1.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from backsweep.errors import ResultsError
from backsweep.escapes import visible

from ..analysis.mean_ranks import HOW_RANKED, MeanRanks, mean_ranks
from ..analysis.rivals import rivals
from ..analysis.tables import axis_columns
from ..arrays import Floats
from ..statistics.ranks import FEWEST_TREATMENTS
from .levels import shortened
from .style import FAINT, INK, LETTER, LINES, is_narrow, scale, set_height
from .ticks import Roomy, even_ticks

ROW, NARROW_ROW = 0.27, 0.38  # inches that a name takes, and one with its rank below it; at most twice as many
LONGEST, NARROW_LONGEST = 24, 14  # letters of a name
BAR = 0.4  # rows from one bar to the next
HEAD = 0.35  # inches above the scale, per line of its name


class RanksPicture(MeanRanks):
    """Mean ranks, to be seen."""

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        return f"A scale of mean ranks with a mark for each value of {self.setting}. {self.sentences}"

    @property
    def scale_name(self) -> str:
        """What is ranked, and where."""
        best = f", each at its best {' and '.join(self.best_of)}," if self.best_of else ""
        over = f"over all values of {' and '.join(self.within)} ({self.combinations:,} combinations)"
        return f"mean rank of {self.setting}{best} {over}; 1 is the soonest"

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        return f"{self.sentences} Values that a bar joins are not told apart. {HOW_RANKED}"


def ranks_picture(
    table: pd.DataFrame, setting: str | None = None, best_of: Sequence[str] | None = None, *, rng: np.random.Generator
) -> RanksPicture:
    """The mean ranks of the values of a setting, by default that of names with the most values, as of `mean_ranks`.

    ResultsError as there, and if no setting has three names.
    """
    of = rivals(table, setting_of_names(table) if setting is None else setting, best_of=best_of, rng=rng)
    return RanksPicture(**vars(mean_ranks(of)))


def setting_of_names(table: pd.DataFrame) -> str:
    """The setting of names with the most values, three or more. ResultsError if there is none."""
    names = [name for name in axis_columns(table) if not pd.api.types.is_numeric_dtype(table[name])]
    most = max(names, key=lambda name: table[name].nunique(), default=None)
    if most is None or table[most].nunique() < FEWEST_TREATMENTS:
        raise ResultsError(f"no setting of {FEWEST_TREATMENTS} names or more varies").advising(
            ("name the setting whose values are to be ranked", "setting")
        )
    return most


def draw_ranks(value: RanksPicture, axes: Axes) -> Axes:
    """The scale above, from each mean rank a line to its name at the nearer side, and bars that join what is not told apart.

    Below the scale, one unit is a row of names.
    """
    left, right = _sides(value)
    first, narrow = _first_row(value), is_narrow(axes)
    name = wrap(visible(value.scale_name), int(0.7 * axes.figure.bbox.width / axes.figure.dpi / LETTER / scale()))
    row_height, below_it = (NARROW_ROW, "\n ") if narrow else (ROW, "")
    set_height(axes, (HEAD * len(name) + row_height * _rows(value)) * scale())
    low, high = 1.0, max(float(len(value.levels)), 1 + value.critical_difference)
    for side, places, anchor in ((low, left, "right"), (high, right[::-1], "left")):
        for row, place in enumerate(places):
            rank, level = value.mean_rank[place], shortened(value.texts[place], NARROW_LONGEST if narrow else LONGEST)
            axes.plot([rank, rank, side], [0, first + row, first + row], color=INK, linewidth=1, clip_on=False)
            axes.text(
                side,
                first + row,
                f" {level} {below_it}({rank:.2f}) ",
                ha=anchor,
                va="center",
                fontsize="small",
                parse_math=False,
            )
    for row, places in enumerate(value.alike):
        ends = value.mean_rank[places[[0, -1]]] + np.array([-0.01, 0.01]) * (high - low)
        axes.plot(ends, [0.6 + BAR * row] * 2, color=LINES[0], linewidth=4, solid_capstyle="butt", clip_on=False)
    end, below = low + value.critical_difference, first + max(len(left), len(right))
    axes.plot([low, end], [below] * 2, color=FAINT, marker="|", markersize=9, linewidth=1.5, clip_on=False)
    axes.text(end, below, f"  critical difference {value.critical_difference:.2f}", fontsize="small", va="center")
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    inches = axes.bbox.height / axes.figure.dpi
    axes.set(xlim=(low, high), ylim=(max(below + 0.5, inches / (2 * row_height)), 0), yticks=[])
    axes.xaxis.set_major_locator(Roomy(_whole_ranks, "{:.0f}".format))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rank, _: f"{rank:.0f}"))
    axes.set_xlabel("\n".join(name), fontsize="small", parse_math=False)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "top")
    return axes


def ranks_height(value: RanksPicture) -> float:
    """In inches, in a report."""
    return 2 * HEAD + ROW * _rows(value)


def _rows(value: RanksPicture) -> float:
    """How many rows of names the picture is high."""
    return _first_row(value) + max(map(len, _sides(value))) + 0.5


def _whole_ranks(low: float, high: float) -> Iterator[Floats]:
    yield np.arange(1.0, high + 1)
    yield from even_ticks(low, high, whole=True)


def _first_row(value: RanksPicture) -> float:
    """Where the first names stand, below the bars."""
    return 1.4 + BAR * (len(value.alike) - 1)


def _sides(value: RanksPicture) -> tuple[list[int], list[int]]:
    """The places of the values that are named at the left, and at the right."""
    middle = (1 + len(value.levels)) / 2
    places = range(len(value.levels))
    return [k for k in places if value.mean_rank[k] <= middle], [k for k in places if value.mean_rank[k] > middle]
