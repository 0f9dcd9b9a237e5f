"""How the losses of groups of runs go with the epochs, as quantiles.

Runs end at different epochs, and those that have ended must not drop out of the quantiles: what is left would be the slow
ones, and the losses would rise where training goes well. So a run that has ended keeps its last loss, and one that diverged
counts as infinite from its end on.

Quantiles are taken at the epochs of the schedule of records, at which every run that goes on has one; in between only those
have records that end there. They are losses of runs, never means of two: between a finite and an infinite loss there is none.
"""

import numpy as np
import pandas as pd

from ..arrays import Booleans, Floats, Integers
from .groups import first_of_group

BANDS = {"low": 0.05, "lower": 0.25, "median": 0.5, "upper": 0.75, "high": 0.95}


def loss_bands(records: pd.DataFrame, table: pd.DataFrame, group: Integers, points: int) -> pd.DataFrame:
    """Quantiles of the loss of each group's recorded runs, at `points` of the scheduled epochs at most.

    records: columns run, epoch, loss; a run's last record is where it ended. table: columns run and outcome of each run, and
    group: the number of its group, (runs,). Columns group, epoch, runs, and one for each of BANDS: the smallest loss that so
    large a share of the runs does not exceed; inf if only diverged runs reach it. No records: no rows.
    """
    columns = ["group", "epoch", "runs", *BANDS]
    records = records[records["run"].isin(table["run"])].sort_values(["run", "epoch"], kind="stable")
    if records.empty:
        return pd.DataFrame(columns=columns, dtype=np.float64)
    run, epoch, loss = (records[name].to_numpy() for name in ("run", "epoch", "loss"))
    last = np.append(run[1:] != run[:-1], True)
    first = np.append(True, last[:-1])
    number, place = np.cumsum(first) - 1, pd.Index(table["run"]).get_indexer(run[first])
    diverged = (table["outcome"] == "diverged").to_numpy()[place]
    loss = np.where(np.isnan(loss) | (last & diverged[number]), np.inf, loss)
    group = np.asarray(group)[place]
    order = np.argsort(epoch, kind="stable")
    shown = _scheduled(epoch, first, last, points)
    stops = np.searchsorted(epoch[order], shown, side="right")
    latest, found = np.full(len(group), np.inf), []
    for at, start, stop in zip(shown, [0, *stops[:-1]], stops, strict=True):
        news = order[start:stop]
        latest[number[news]] = loss[news]  # of a run's several the last is the latest
        found.append(_quantiles(group, latest).assign(epoch=at))
    return pd.concat(found)[columns].sort_values(["group", "epoch"], kind="stable", ignore_index=True)


def _scheduled(epoch: Integers, first: Booleans, last: Booleans, points: int) -> Integers:
    """Epochs at which every run has a record or has ended, the end of the longest among them; so many, spread evenly."""
    found = np.unique(np.append(epoch[~last], epoch.max()))
    found = found[found >= epoch[first].max()]
    return found[np.unique(np.linspace(0, len(found) - 1, points).round().astype(np.int64))]


def _quantiles(group: Integers, value: Floats) -> pd.DataFrame:
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    begin = np.unique(first_of_group(group))
    size = np.diff(np.append(begin, len(group)))
    columns = {name: value[begin + np.ceil(np.round(share * size, 9)).astype(np.int64) - 1] for name, share in BANDS.items()}
    return pd.DataFrame({"group": group[begin], "runs": size, **columns})
