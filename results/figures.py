"""Figures: each computes a plain value from a table first, then draws it on a given Axes and returns that.

Colours are told apart with any colour vision (cividis; Okabe and Ito's eight) and in grey print. Ink is one colour, INK,
which the report turns into the page's own text colour, so that one drawing serves light and dark.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

from .survival import Survival
from .tables import axis_columns, level_texts, summary, survival

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
    _label_levels(axes.xaxis, value.columns, most=9)
    axes.set_ylabel(value.row or "")
    _label_levels(axes.yaxis, value.rows, most=12)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if axes.figure is not None:
        bar = axes.figure.colorbar(picture, ax=axes, format=PercentFormatter(1, decimals=0), pad=0.02)
        bar.set_label("converged")
        bar.outline.set_visible(False)  # pyright: ignore[reportCallIssue]
    return axes


def _label_levels(axis, levels: list, most: int) -> None:
    step = -(-len(levels) // most) or 1
    shown = range(0, len(levels), step)
    axis.set_ticks([k + 0.5 for k in shown], level_texts([levels[k] for k in shown], digits=3))


@dataclass(frozen=True)
class SurvivalPicture:
    """Survival curves with their labels, and the epoch to which they are drawn."""

    curves: Survival
    labels: list[str]
    last: int


def best_cells(table: pd.DataFrame, most: int = len(LINES)) -> pd.DataFrame:
    """Summaries of cells: for each value of the setting with the fewest values the cell where most runs converge.

    Between equals the sooner median wins. Where nothing varies, the one cell.
    """
    found = summary(table)
    names = axis_columns(table)
    if len(names) == 1 and (found["success"] > 0).any():
        found = found[found["success"] > 0]  # of one setting many values may fail, and say nothing in a picture
    ranked = found.sort_values(["success", "median_epochs"], ascending=[False, True], kind="stable")
    if len(names) > 1:
        fewest = min(names, key=lambda name: table[name].nunique(dropna=False))
        ranked = ranked.groupby(fewest, sort=False, observed=True, dropna=False).head(1)
    return ranked.head(most).sort_index()


def survival_picture(table: pd.DataFrame) -> SurvivalPicture:
    """The curves of `best_cells`."""
    names = axis_columns(table)
    cells = best_cells(table)
    chosen = table.merge(cells[names], on=names) if names else table
    curves, settings = survival(chosen, names)
    texts = {str(name): level_texts(settings[name].tolist(), digits=3) for name in settings}
    labels = [", ".join(f"{name} {column[k]}" for name, column in texts.items()) for k in range(len(settings))]
    return SurvivalPicture(curves, [str(label) or "all runs" for label in labels or [""]], int(chosen["epochs"].max()))


def draw_survival(value: SurvivalPicture, axes: Axes) -> Axes:
    """The share of runs that has not converged by each epoch, with 95 % bands; epochs on a log scale."""
    curves = value.curves
    positive = curves.epoch[curves.epoch > 0]
    begin = max(1, int(positive.min(initial=max(value.last, 2)) * 0.7))
    for group, (label, colour) in enumerate(zip(value.labels, LINES, strict=False)):
        mine = curves.group == group
        epoch = np.concatenate([[begin], np.maximum(curves.epoch[mine], begin), [max(value.last, begin + 1)]])
        share, low, high = (_extended(line[mine]) for line in (curves.survival, curves.low, curves.high))
        axes.step(epoch, share, where="post", color=colour, label=label, linewidth=1.6)
        axes.fill_between(epoch, low, high, step="post", color=colour, alpha=0.18, linewidth=0)
    axes.set(xscale="log", ylim=(-0.02, 1.02), xlabel="epochs", ylabel="not yet converged")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda epochs, _: f"{epochs:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(loc="best")
    return axes


def _extended(line: np.ndarray) -> np.ndarray:
    return np.concatenate([[1.0], line, line[-1:] if len(line) else [1.0]])


def draw_loss(trajectory: pd.DataFrame, axes: Axes) -> Axes:
    """The loss of one run; columns epoch and loss."""
    axes.plot(trajectory["epoch"], trajectory["loss"], color=LINES[0], linewidth=1.6)
    axes.set(xlabel="epochs", ylabel="loss")
    if (trajectory["loss"] > 0).all():
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: f"{loss:.3g}"))
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda loss, _: f"{loss:.2g}" if str(f"{loss:e}")[0] in "25" else ""))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda epochs, _: f"{epochs:,.0f}"))
    return axes


def thinned(trajectory: pd.DataFrame, most: int = 1000) -> pd.DataFrame:
    """At most `most` rows of a trajectory, evenly spaced, the last among them: more cannot be seen."""
    picks: Sequence[int] = np.unique(np.linspace(0, len(trajectory) - 1, most).round().astype(int)).tolist()
    return trajectory.iloc[list(picks)]
