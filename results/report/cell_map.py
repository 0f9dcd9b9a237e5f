"""A map of two settings as the explorer shows it, and what is known of each of its cells.

Neither matplotlib nor Altair is loaded for it, since a sweep that is watched makes maps while it trains.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backsweep.escapes import visible

from ..analysis.tables import level_texts
from ..arrays import Floats
from ..statistics.survival import Survival

MOST_CELLS = 900  # of a map, and of all maps but the first together
POINTS = 40  # of a curve; between two of them a page shows no more
OBJECTS_OWN = {
    *("constructor", "prototype", "hasOwnProperty", "isPrototypeOf"),
    *("propertyIsEnumerable", "toLocaleString", "toString", "valueOf"),
}


@dataclass(frozen=True)
class CellMap:
    """A map of cells: `across`, and `down`, None where only one setting varies, with the texts of their values, which rise.

    pooled: the settings that vary and are not on the map. cells: x and y, the places of the cell's values; runs; the shares of
    the outcomes; low and high, the interval of those that converged; median, of their epochs, nan where there is none; loss,
    the mean of the middle half of the final losses, nan where it is infinite. curves: cell, the row of `cells`, then epoch,
    share not yet converged, low, high. paths: cell, epoch, and quantiles of the losses; epochs above 0. ends: cell, share, and
    the final loss that this share of its runs does not exceed.

    opens: the cell that is shown first, which holds the setting of `shown_first.shown_first`.
    """

    across: str
    down: str | None
    columns: list[str]
    rows: list[str]
    pooled: list[str]
    cells: pd.DataFrame
    curves: pd.DataFrame
    paths: pd.DataFrame
    ends: pd.DataFrame
    opens: int

    def values(self, converge: bool) -> dict[str, Any]:
        """The map as plain values, a list per column. converge: whether curves are those of convergence, or else of losses."""
        return {
            "across": as_vega_takes_it(self.across),
            "down": None if self.down is None else as_vega_takes_it(self.down),
            "columns": self.columns,
            "rows": self.rows,
            "pooled": self.pooled,
            "opens": self.opens,
            "cells": _lists(self.cells, 6),
            "curves": _lists(self.curves if converge else self.ends, 4),
            "paths": _lists(self.paths, 4),
        }


def _lists(frame: pd.DataFrame, digits: int) -> dict[str, list[Any]]:
    """The columns as lists, to so many digits; None where a number is not finite."""
    return {str(name): _short(frame[name].to_numpy(np.float64), digits) for name in frame}


def _short(numbers: Floats, digits: int) -> list[Any]:
    there = np.isfinite(numbers)
    numbers = np.where(there, numbers, 0.0)
    whole = numbers == np.floor(numbers)
    if there.all() and whole.all():
        return list(map(int, numbers.tolist()))
    with np.errstate(over="ignore", invalid="ignore"):
        scale = 10.0 ** (digits - 1 - np.floor(np.log10(np.abs(np.where(numbers == 0, 1.0, numbers)))))
        rounded = np.round(numbers * scale) / scale
    found = np.where(whole | ~np.isfinite(rounded), numbers, rounded).astype(object)
    found[~there] = None
    return found.tolist()


def shown_texts(levels: Iterable[Any]) -> list[str]:
    """The values of a setting as texts on the map."""
    return list(map(as_vega_takes_it, level_texts(list(levels), digits=3)))


def as_vega_takes_it(text: str) -> str:
    """A text as Vega takes it: what JavaScript's objects have of themselves stands behind a space, which is not seen."""
    return f" {visible(text)}" if text.startswith("__") or text in OBJECTS_OWN else visible(text)


def curve_points(curves: Survival, cells: int, known: Floats, points: int = POINTS) -> pd.DataFrame:
    """Each curve at about `points` epochs evenly spread over its steps, and to where it is known; the others are left out."""
    size = np.bincount(curves.group, minlength=cells)
    first = np.cumsum(size) - size
    place = np.arange(len(curves.group)) - first[curves.group]
    step = np.maximum(size // points, 1)[curves.group]
    kept = (place % step == 0) | (place == size[curves.group] - 1)
    begin = pd.DataFrame({"cell": np.arange(cells), "epoch": 1, "share": 1.0, "low": 1.0, "high": 1.0})
    steps = {"share": curves.survival, "low": curves.low, "high": curves.high}
    middle = pd.DataFrame({"cell": curves.group, "epoch": np.maximum(curves.epoch, 1), **steps})[kept]
    both = pd.concat([begin, middle])
    end = both.groupby("cell", sort=False).tail(1)
    end = end.assign(epoch=np.maximum(known[end["cell"]], np.maximum(end["epoch"], 2)))
    return pd.concat([both, end]).sort_values("cell", kind="stable")
