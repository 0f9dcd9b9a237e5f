"""Which pairs of two settings train a network at all, and how soon: a map of the convergence measure with the boundary of its
sign.

The measure is negative if the loss of a run fell, and the later it fell the farther from 0. It is positive if the loss did not
fall, and the later the run failed the farther from 0. Because the values span many powers of ten, colours show ranks,
separately for each sign. This gives contrast everywhere and leaves the boundary where it is. (J. Sohl-Dickstein, The boundary
of neural network trainability is fractal, arXiv 2402.06184, colours his pictures this way and takes the boundary from blocks of
2 x 2 pixels.) A diverging colour map whose ends are equally dark cannot be read in grey print, so here the light half of the
scale shows runs that train and the dark half those that fail.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from scipy.stats import rankdata

from backsweep.errors import ResultsError

from ..analysis.tables import pooled
from ..arrays import Booleans, Floats, Integers
from ..statistics.box_counting import SHORTEST_SIDE, BoxCounting, box_counting
from ..statistics.groups import at_quantiles
from ..text.numbers import percent_text
from .levels import are_numbers
from .maps import Grid, chosen_settings, colour_bar, draw_cells
from .style import LINES

COLOURS = LinearSegmentedColormap.from_list(
    "trainability",
    [(0, "#eef6fb"), (0.25, "#9ecae6"), (0.5, "#3f8fc4"), (0.5, "#c4601d"), (0.75, "#7f2d10"), (1, "#2b0707")],
)


@dataclass(frozen=True)
class TrainabilityMap(Grid):
    """The measure of a run for each pixel: measure[i, j] at rows[i] and columns[j], (rows, columns), nan without runs.

    boundary: whether there are both signs among pixel [i, j] and those after it, (rows - 1, columns - 1). boxes: of the
    boundary, in pixels; None where there is no boundary or too few pixels to count.
    """

    measure: Floats
    boundary: Booleans
    boxes: BoxCounting | None

    @property
    def alt_text(self) -> str:
        """What is to be seen, for those who do not see it."""
        known = ~np.isnan(self.measure)
        halves = [slice(None, -(-length // 2)) for length in known.shape], [slice(length // 2, None) for length in known.shape]
        low, high = (_share_that_trains(self.measure[*half]) for half in halves)
        return (
            f"Map of which settings train, over {self.sides}: {_share_that_trains(self.measure)} of {known.sum():,} pixels do; "
            f"in the quarter of low values of both {low}, in that of high values {high}.{self._dimension}"
        )

    @property
    def caption(self) -> str:
        """What is shown and how it was computed."""
        return (
            f"The convergence measure (arXiv 2402.06184) over {self.over}, as ranks, separately for runs that train and "
            "runs that fail; the line is the boundary between them. A pixel shows the median of its runs, ordered from "
            "training at once to failing at once (of an even number, the better of the middle two). It trains if at least half "
            f"of its runs do. {self.what_a_cell_is}{self._dimension}"
        )

    @property
    def _dimension(self) -> str:
        if self.boxes is None:
            return ""
        return (
            f" The boundary's box-counting dimension is {self.boxes.dimension:.2f} (standard error of the fit "
            f"{self.boxes.standard_error:.2f}), from boxes of 1 to {self.boxes.size[-1]} pixels."
        )


def trainability_map(table: pd.DataFrame, row: str | None = None, column: str | None = None) -> TrainabilityMap:
    """The convergence measure over two settings of numbers, chosen as for `maps.success_map`.

    ResultsError as there, if the table has no measure, or the settings are not two of numbers.
    """
    if "measure" not in table:
        raise ResultsError("the runs have no convergence measure; a sweep keeps it with measure = true under [record]")
    row, column = chosen_settings(table, row, column)
    if row is None:
        raise ResultsError(f"only {column} varies in this table; a map of trainability is drawn over two settings")
    for name in (row, column):
        if not are_numbers(table[name].unique().tolist()):
            raise ResultsError(
                f"{name}: a map of trainability is drawn over settings of numbers, and this one has other values"
            )
    (rows, i), (columns, j) = (np.unique(table[name].to_numpy(), return_inverse=True) for name in (row, column))
    shape = (len(rows), len(columns))
    measure = _median_runs(table["measure"].to_numpy(np.float64), i * shape[1] + j, len(rows) * len(columns)).reshape(shape)
    if np.isnan(measure).all():
        raise ResultsError("no run has a convergence measure; a network whose loss is 0 to begin with has none")
    others = pooled(table, [row, column])
    boundary = _both_signs(measure)
    boxes = box_counting(boundary) if boundary.any() and min(boundary.shape) >= SHORTEST_SIDE else None
    return TrainabilityMap(column, columns.tolist(), row, rows.tolist(), others, measure, boundary, boxes)


def draw_trainability_map(value: TrainabilityMap, axes: Axes) -> Axes:
    """The ranks of the measure, and the boundary as a line between pixels; pixels without runs stay empty."""
    picture = draw_cells(value, _ranks(value.measure), axes, Normalize(-1, 1), COLOURS)
    for x, y in _edges(value.measure):
        axes.plot(x, y, color=LINES[2], linewidth=0.6, solid_capstyle="projecting", scalex=False, scaley=False)
    bar = colour_bar(picture, axes, "")
    bar.set_ticks([-0.94, -0.07, 0.07, 0.94], labels=["trains late", "trains at once", "fails at once", "fails late"])
    bar.ax.tick_params(length=0)
    return axes


def _share_that_trains(measure: Floats) -> str:
    known = measure[~np.isnan(measure)]
    return percent_text(float(np.mean(known < 0))) if len(known) else "none known"


def _median_runs(measure: Floats, pixel: Integers, pixels: int) -> Floats:
    """The measure of each pixel's median run, (pixels,), nan where none is known.

    In the order of 1 / measure, which rises from training at once over training late and failing late to failing at once.
    """
    known = ~np.isnan(measure)
    measure, pixel = measure[known], pixel[known]
    middle = at_quantiles(pixel, 1 / measure, pixels, [0.5])[0]
    return np.append(measure, np.nan)[middle]


def _both_signs(measure: Floats) -> Booleans:
    blocks = np.stack([measure[1:, 1:], measure[1:, :-1], measure[:-1, 1:], measure[:-1, :-1]])
    return np.any(blocks < 0, axis=0) & np.any(blocks > 0, axis=0)


def _ranks(measure: Floats) -> Floats:
    """Ranks in (-1, 0) of what is below 0, in (0, 1) of what is above."""
    shown = np.full(measure.shape, np.nan)
    for side, begin in ((measure < 0, -1), (measure > 0, 0)):
        shown[side] = begin + (rankdata(measure[side]) - 0.5) / max(side.sum(), 1)
    return shown


def _edges(measure: Floats) -> list[tuple[Floats, Floats]]:
    """Lines between neighbours of unlike sign, those that stand and those that lie, as x and y with gaps."""
    i, j = np.nonzero(measure[:, 1:] * measure[:, :-1] < 0)
    standing = (_with_gaps(j + 1, j + 1), _with_gaps(i, i + 1))
    i, j = np.nonzero(measure[1:] * measure[:-1] < 0)
    return [standing, (_with_gaps(j, j + 1), _with_gaps(i + 1, i + 1))]


def _with_gaps(begin: Integers, end: Integers) -> Floats:
    return np.column_stack([begin, end, np.full(len(begin), np.nan)]).ravel()
