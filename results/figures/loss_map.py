"""A heat map of two settings: with which loss their runs end."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from backsweep.errors import ResultsError

from ..analysis.tables import grouped
from ..arrays import Floats
from ..statistics.groups import interquartile_mean
from ..text.numbers import loss_text
from .levels import number_text
from .maps import Grid, colour_bar, draw_cells, key_above, success_map, write_into_cells
from .style import FAINT
from .ticks import label_log


@dataclass(frozen=True)
class LossMap(Grid):
    """Means of the middle half of the final losses, loss[i, j] at rows[i] and columns[j], (rows, columns).

    inf where more than a quarter of them are infinite or NaN, nan without runs.
    """

    loss: Floats

    @property
    def alt_text(self) -> str:
        """What is to be seen, for those who do not see it."""
        known = np.where(np.isfinite(self.loss), self.loss, np.nan)
        low, high = (np.unravel_index(find(known), known.shape) for find in (np.nanargmin, np.nanargmax))
        unlike = f"from {loss_text(known[low])} at {self.cell(low)} to {loss_text(known[high])} at {self.cell(high)}"
        alike = f"{loss_text(known[low])} in every cell that has one"
        return f"Heat map of the final loss, over {self.sides}: {unlike if known[low] < known[high] else alike}."

    @property
    def caption(self) -> str:
        """What is shown and how it was computed."""
        return (
            f"Final loss, the mean of the middle half of the runs, over {self.over}. In hatched cells more than a quarter of "
            f"the runs end without a finite loss. {self.what_a_cell_is}"
        )


def loss_map(table: pd.DataFrame, row: str | None = None, column: str | None = None) -> LossMap:
    """The final loss over two settings, chosen as for `maps.success_map`.

    ResultsError as there, and if no cell has a finite loss.
    """
    grid = success_map(table, row, column)
    number, settings = grouped(table, [grid.column] if grid.row is None else [grid.column, grid.row])
    found = interquartile_mean(number, table["loss"].to_numpy(np.float64), len(settings))
    if not np.isfinite(found).any():
        raise ResultsError(f"over {grid.over} no cell has a finite loss")
    across = pd.Index(grid.columns).get_indexer(pd.Index(settings[grid.column]))
    down = np.zeros_like(across) if grid.row is None else pd.Index(grid.rows).get_indexer(pd.Index(settings[grid.row]))
    loss = np.full(grid.share.shape, np.nan)
    loss[down, across] = found
    return LossMap(grid.column, grid.columns, grid.row, grid.rows, grid.others, loss)


def draw_loss_map(value: LossMap, axes: Axes) -> Axes:
    """A heat map of the final loss, a low one is bright; hatched where it is infinite, empty without runs."""
    infinite = np.isinf(value.loss)
    loss = np.where(infinite, np.nan, value.loss)
    low, high = np.nanmin(loss), np.nanmax(loss)
    norm = LogNorm(low, high) if 0 < 10 * low <= high else Normalize(low, high)
    picture = draw_cells(value, loss, axes, norm, colormaps["cividis_r"])
    write_into_cells(loss, loss_text, picture, axes)
    if infinite.any():
        axes.pcolor(np.where(infinite, 1.0, np.nan), cmap=ListedColormap(["none"]), hatch="////", edgecolors=FAINT, linewidth=0)
        key_above(value, axes, {"no finite loss": Patch(facecolor="none", edgecolor=FAINT, hatch="////", linewidth=0)})
    bar = colour_bar(picture, axes, "final loss")
    if isinstance(norm, LogNorm):
        label_log(bar.ax.yaxis, number_text)
    else:
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: number_text(loss)))
    return axes
