"""Heat maps of two settings: how many runs converge, and how soon."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize
from matplotlib.image import AxesImage
from matplotlib.patches import Patch

from backsweep.errors import ResultsError, SettingError

from ..analysis.names import column_if_any
from ..analysis.tables import axis_columns, level_texts, pooled, summary
from ..arrays import Floats
from ..text.numbers import percent_text
from .legends import set_note, together
from .levels import levels_in_words, name_axis, name_levels
from .style import FAINT, LETTER, scale
from .ticks import LINE, label_log_epochs, label_shares

LEFT_BY_BAR = 0.8  # of the width that the cells have before the colour bar stands beside them


@dataclass(frozen=True)
class Grid:
    """The cells of a map: rows[i] of setting `row`, None where only one varies, at columns[j] of `column`.

    others: settings that vary as well, whose runs are taken together.
    """

    column: str
    columns: list[Any]
    row: str | None
    rows: list[Any]
    others: tuple[str, ...]

    @property
    def over(self) -> str:
        """The settings of the map, for texts."""
        return f"{self.row} and {self.column}" if self.row is not None else self.column

    @property
    def what_a_cell_is(self) -> str:
        """A sentence for the caption."""
        others = f" and all values of {', '.join(self.others)}" if self.others else ""
        return f"Each cell shows all its seeds{others}; an empty cell has no runs."

    @property
    def sides(self) -> str:
        """The same with how many values there are and between which."""
        sides = f"{self.column} ({levels_in_words(self.columns)})"
        return sides if self.row is None else f"{sides} and {self.row} ({levels_in_words(self.rows)})"

    def cell(self, at: Sequence[Any]) -> str:
        """The settings of the cell at this row and column."""
        words = f"{self.column} {level_texts(self.columns, digits=3)[at[1]]}"
        return words if self.row is None else f"{words}, {self.row} {level_texts(self.rows, digits=3)[at[0]]}"


@dataclass(frozen=True)
class SuccessMap(Grid):
    """Shares of runs that converged: share[i, j] at rows[i] and columns[j], (rows, columns), nan without runs."""

    share: Floats

    @property
    def alt_text(self) -> str:
        """What is to be seen, for those who do not see it."""
        there = self.share[np.isfinite(self.share)]
        shown = f"Heat map of the share of runs that converged, over {self.sides}"
        if not there.any():
            return f"{shown}: none, in any of {len(there):,} cells."
        best = self.cell(np.unravel_index(np.nanargmax(self.share), self.share.shape))
        alike = np.sum(there == there.max())
        most = f"the most at {best}" if alike == 1 else f"the most in {alike:,} cells alike, first at {best}"
        unlike = f"from {percent_text(there.min())} to {percent_text(there.max())}, {most}"
        return (
            f"{shown}: {unlike if there.min() < there.max() else f'{percent_text(there.max())} in every cell'}. "
            f"At least half converge in {np.sum(there >= 0.5):,} of {len(there):,} cells, none in {np.sum(there == 0):,}."
        )

    @property
    def caption(self) -> str:
        """What is shown and how it was computed."""
        return f"Share of runs that converged, over {self.over}. {self.what_a_cell_is}"


@dataclass(frozen=True)
class MedianMap(Grid):
    """Kaplan-Meier medians of the epochs to convergence, median[i, j] at rows[i] and columns[j], (rows, columns).

    inf where the curve does not fall to one half, nan without runs.
    """

    median: Floats

    @property
    def alt_text(self) -> str:
        """What is to be seen, for those who do not see it."""
        known = np.where(np.isfinite(self.median), self.median, np.nan)
        low, high = (np.unravel_index(find(known), known.shape) for find in (np.nanargmin, np.nanargmax))
        unlike = f"from {known[low]:,.0f} at {self.cell(low)} to {known[high]:,.0f} at {self.cell(high)}"
        never, there = np.isinf(self.median).sum(), (~np.isnan(self.median)).sum()
        without = f" In {never:,} of {there:,} cells there is none: the curve does not fall to one half." if never else ""
        return (
            f"Heat map of the median epochs to convergence, over {self.sides}: "
            f"{unlike if known[low] < known[high] else f'{known[low]:,.0f} in every cell that has one'}.{without}"
        )

    @property
    def caption(self) -> str:
        """What is shown and how it was computed."""
        return (
            f"Median epochs to convergence (Kaplan–Meier), over {self.over}; colours on a log scale. Capped runs count "
            "as censored, diverged and stalled runs as never converging. Hatched cells have no median: their curve does "
            f"not fall to one half. {self.what_a_cell_is}"
        )


def success_map(table: pd.DataFrame, row: str | None = None, column: str | None = None) -> SuccessMap:
    """The share converged over two settings; by default the two with the most values, the one with more across.

    ResultsError if no setting varies or the table is empty; SettingError if there is no setting of that name.
    """
    return SuccessMap(*_grid(table, row, column, "success"))


def median_map(table: pd.DataFrame, row: str | None = None, column: str | None = None) -> MedianMap:
    """The median epochs over two settings, chosen as for `success_map`.

    ResultsError as there, and if no cell has a median.
    """
    found = MedianMap(*_grid(table, row, column, "median_epochs"))
    if not np.isfinite(found.median).any():
        raise ResultsError(f"over {found.over} no cell has a median: in none are half of the runs seen to converge")
    return found


def draw_success_map(value: SuccessMap, axes: Axes) -> Axes:
    """A heat map of the share that converged; cells without runs stay empty."""
    picture = draw_cells(value, value.share, axes, Normalize(0, 1), colormaps["cividis"])
    write_into_cells(value.share, percent_text, picture, axes)
    bar = colour_bar(picture, axes, "converged")
    label_shares(bar.ax.yaxis)
    return axes


def draw_median_map(value: MedianMap, axes: Axes) -> Axes:
    """A heat map of the median epochs, few are bright; hatched where there is none, empty without runs."""
    never = np.isinf(value.median)
    median = np.where(never, np.nan, np.maximum(value.median, 1))  # a log scale has no place for epoch 0
    low, high = np.nanmin(median), np.nanmax(median)
    picture = draw_cells(value, median, axes, LogNorm(low, high if high > low else 1.1 * low), colormaps["cividis_r"])
    write_into_cells(value.median, "{:,.0f}".format, picture, axes)
    if never.any():
        axes.pcolor(np.where(never, 1.0, np.nan), cmap=ListedColormap(["none"]), hatch="////", edgecolors=FAINT, linewidth=0)
        key_above(value, axes, {"no median": Patch(facecolor="none", edgecolor=FAINT, hatch="////", linewidth=0)})
    bar = colour_bar(picture, axes, "median epochs")
    label_log_epochs(bar.ax.yaxis)
    return axes


def chosen_settings(table: pd.DataFrame, row: str | None, column: str | None) -> tuple[str | None, str]:
    """The two settings of a map, row and column; what is not given is the one with the most values of those left.

    The row is None where only one setting varies. ResultsError as for `success_map`.
    """
    if table.empty:
        raise ResultsError("there is no run in the table, so there is nothing to draw")
    levels = {name: table[name].nunique(dropna=False) for name in axis_columns(table)}
    names = sorted(levels, key=lambda name: -levels[name])
    if not names:
        raise ResultsError("no setting varies in this table; a map is drawn over one or two that do")
    row, column = (column_if_any(given, names, side) for given, side in ((row, "row"), (column, "column")))
    if row is not None and (row == column or len(names) == 1):
        raise SettingError(["row"], f"{row!r} is the setting across as well; the row must be another, or left out")
    free = [name for name in names if name not in (row, column)]
    column = column if column is not None else free.pop(0)
    return row if row is not None else free[0] if free else None, column


def _grid(table: pd.DataFrame, row: str | None, column: str | None, statistic: str) -> tuple[Any, ...]:
    row, column = chosen_settings(table, row, column)
    others = pooled(table, [column] if row is None else [column, row])
    found = summary(table, [column] if row is None else [column, row])
    if row is None:
        return column, found.iloc[:, 0].tolist(), None, [], others, found[statistic].to_numpy()[None, :]
    across, down = found.columns[:2]
    grid = found.pivot(index=down, columns=across, values=statistic)  # noqa: PD010  # pivot_table leaves out NaN
    return column, grid.columns.tolist(), row, grid.index.tolist(), others, grid.to_numpy()


def map_height(value: Grid) -> float:
    """Inches for a map in a report: more for more rows."""
    return min(1.6 + 0.42 * max(len(value.rows), 1), 6.0)


def draw_cells(grid: Grid, values: Floats, axes: Axes, norm: Normalize, colours: Colormap) -> AxesImage:
    """Values (rows, columns) as an image whose axes name the settings; empty where nan."""
    rows, columns = values.shape
    # An image: thousands of cells stay small in a file, and no hairlines show between them.
    picture = axes.imshow(
        values, colours, norm, aspect="auto", origin="lower", interpolation="none", extent=(0, columns, 0, rows)
    )
    axes.spines[:].set_visible(False)
    if grid.others:
        key_above(grid, axes, {})
    name_levels(axes.xaxis, grid.columns)
    name_axis(axes.xaxis, grid.column)
    if grid.row is None:
        axes.set_yticks([])
    else:
        name_levels(axes.yaxis, grid.rows)
        name_axis(axes.yaxis, grid.row)
    return picture


def key_above(grid: Grid, axes: Axes, key: dict[str, Patch]) -> None:
    """What hatching means, and whose runs a cell takes together; at the right, since names of rows leave room beside it."""
    place: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.2, "alignment": "right"}
    legend = axes.legend([*key.values()], [*key], fontsize="small", **place)
    set_note(legend, together(grid.others), 0.7 * axes.figure.bbox.width / axes.figure.dpi)


def write_into_cells(values: Floats, text: Callable[[float], str], picture: AxesImage, axes: Axes) -> None:
    """The numbers themselves, if all are few and short enough to stand in their cells."""
    there = np.argwhere(np.isfinite(values))
    texts = [text(value) for value in values[np.isfinite(values)].tolist()]
    width, height = (size / axes.figure.dpi / cells for size, cells in zip(axes.bbox.size, values.shape[::-1], strict=True))
    if LEFT_BY_BAR * width < LETTER * scale() * max(map(len, texts)) or height < LINE * scale():
        return
    ground = picture.to_rgba(np.asarray(picture.get_array()))
    dark = ground[..., :3] @ [0.3, 0.59, 0.11] < 0.5
    for (i, j), number in zip(there, texts, strict=True):
        # Not INK, which follows the page: these stand on the map's own colours.
        colour = "white" if dark[i, j] else "black"
        axes.text(j + 0.5, i + 0.5, number, ha="center", va="center", fontsize="small", color=colour)


def colour_bar(picture: AxesImage, axes: Axes, label: str) -> Colorbar:
    """The key to the colours, on the right."""
    bar = axes.figure.colorbar(picture, ax=axes, pad=0.02)
    bar.set_label(label)
    bar.outline.set_visible(False)
    bar.minorticks_off()
    return bar
