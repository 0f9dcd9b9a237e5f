"""The numbers of the explorer: maps of two settings, and what is known of each cell.

The page never contains the runs, so ten million take no more room in it than a thousand: a curve has a few dozen points. A page
cannot pool cells of one map to those of another, since curves of pooled runs do not follow from curves; so each map that it
offers is computed here.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError

from ..analysis.loss_bands import loss_bands
from ..analysis.shown_first import shown_first
from ..analysis.summaries import known_until
from ..analysis.tables import axis_columns, curves_of, grouped, outcome_shares, summary_of
from ..arrays import Floats, Integers
from ..figures.maps import chosen_settings
from ..statistics.groups import at_quantiles, interquartile_mean
from .cell_map import MOST_CELLS, POINTS, CellMap, curve_points, shown_texts

MOST_RUNS = 5_000_000  # that are counted for maps other than the first, each time anew


def cell_maps(table: pd.DataFrame, records: pd.DataFrame) -> list[CellMap]:
    """Maps of pairs of settings, those with the most values first. records: of losses, as `Results.trajectories` gives.

    ResultsError where nothing varies, or each map has more than MOST_CELLS cells.
    """
    found: list[CellMap] = []
    first = table["run"].eq(shown_first(table).runs["run"].iloc[0]).to_numpy()
    for across, down in _pairs(table):
        by = [across] if down is None else [across, down]
        number, settings = grouped(table, by)
        cells = len(settings) + sum(len(other.cells) for other in found[1:])
        if cells <= MOST_CELLS and (len(table) + len(records)) * len(found) <= MOST_RUNS:
            found.append(_cell_map(table, records, by, number, settings, int(number[first][0])))
    if not found:
        by = [name for name in chosen_settings(table, None, None)[::-1] if name is not None]
        count = len(grouped(table, by)[1])
        raise ResultsError(f"the explorer shows {MOST_CELLS} cells at most, and {' × '.join(by)} has {count:,}")
    return found


def _pairs(table: pd.DataFrame) -> Iterator[tuple[str, str | None]]:
    """Settings across and down: first those of `maps.success_map`."""
    down, across = chosen_settings(table, None, None)
    if down is None:
        return iter([(across, None)])
    names = sorted(axis_columns(table), key=lambda name: -table[name].nunique(dropna=False))
    return combinations(names, 2)


def _cell_map(
    table: pd.DataFrame, records: pd.DataFrame, by: list[str], number: Integers, settings: pd.DataFrame, opens: int
) -> CellMap:
    curves = curves_of(table, number)
    found = summary_of(table, number, settings, curves)
    places = [pd.factorize(settings[name], sort=True, use_na_sentinel=False) for name in by]
    (x, columns), (y, rows) = places if len(by) == 2 else (*places, (np.zeros_like(places[0][0]), ["all runs"]))
    known = np.minimum(known_until(table, number, len(settings)), float(table["epochs"].max()))
    losses = table["loss"].to_numpy(np.float64)
    loss = interquartile_mean(number, losses, len(settings))
    paths = loss_bands(records, table, number, POINTS, spacing="log").rename(columns={"group": "cell"})
    return CellMap(
        by[0],
        by[1] if len(by) == 2 else None,
        shown_texts(columns),
        shown_texts(rows),
        [name for name in axis_columns(table) if name not in by],
        cells=pd.DataFrame(
            {
                "x": x,
                "y": y,
                "runs": found["runs"],
                **outcome_shares(table, number, len(settings)),
                "low": found["success_low"],
                "high": found["success_high"],
                "median": found["median_epochs"].where(np.isfinite(found["median_epochs"])),
                "loss": np.where(np.isfinite(loss), loss, np.nan),
            }
        ),
        curves=curve_points(curves, len(settings), known),
        paths=paths.assign(epoch=_above_zero(paths["epoch"].to_numpy())).drop(columns="runs"),
        ends=_final_losses(number, losses, len(settings)),
        opens=opens,
    )


def _final_losses(number: Integers, losses: Floats, cells: int) -> pd.DataFrame:
    """POINTS quantiles of the final losses of each cell, without those that are infinite."""
    shares = np.linspace(1 / POINTS, 1, POINTS)
    losses = np.where(np.isnan(losses), np.inf, losses)
    found = losses[at_quantiles(number, losses, cells, shares.tolist())]
    ends = {"cell": np.repeat(np.arange(cells), POINTS), "share": np.tile(shares, cells), "loss": found.T.ravel()}
    return pd.DataFrame(ends)[np.isfinite(ends["loss"])]


def _above_zero(epoch: Floats) -> Floats:
    """Epochs for a log axis: epoch 0 stands at its left edge."""
    return np.maximum(epoch, 0.7 * epoch[epoch > 0].min(initial=1e9)) if (epoch > 0).any() else np.maximum(epoch, 1)
