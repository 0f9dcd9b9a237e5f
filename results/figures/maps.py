"""Heat maps of two settings."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from ..tables import axis_columns, summary
from .style import label_levels


@dataclass(frozen=True)
class SuccessMap:
    """Shares converged over one or two settings: share[i, j] at rows[i] of setting `row` and columns[j] of `column`."""

    column: str
    columns: list
    row: str | None
    rows: list
    share: np.ndarray


def success_map(table: pd.DataFrame) -> SuccessMap | None:
    """Of the two settings with the most values, the one with more across; None if no setting varies."""
    levels = {name: table[name].nunique(dropna=False) for name in axis_columns(table)}
    chosen = sorted(levels, key=lambda name: -levels[name])[:2]
    if not chosen:
        return None
    found = summary(table, chosen)
    if len(chosen) == 1:
        return SuccessMap(chosen[0], found[chosen[0]].tolist(), None, [], found["success"].to_numpy()[None, :])
    grid = found.pivot(index=chosen[1], columns=chosen[0], values="success")  # noqa: PD010  # pivot_table leaves out NaN
    return SuccessMap(chosen[0], grid.columns.tolist(), chosen[1], grid.index.tolist(), grid.to_numpy())


def draw_success_map(value: SuccessMap, axes: Axes) -> Axes:
    """A heat map of the share that converged; cells without runs stay empty."""
    picture = axes.pcolormesh(value.share, cmap=colormaps["cividis"], vmin=0, vmax=1, edgecolors="face", linewidth=0.3)
    axes.set_xlabel(value.column)
    label_levels(axes.xaxis, value.columns, most=9)
    axes.set_ylabel(value.row or "")
    label_levels(axes.yaxis, value.rows, most=12)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if axes.figure is not None:
        bar = axes.figure.colorbar(picture, ax=axes, format=PercentFormatter(1, decimals=0), pad=0.02)
        bar.set_label("converged")
        bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    return axes
