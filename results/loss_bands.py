"""How the losses of groups of runs go with the epochs, as quantiles.

A run that has ended is not left out, or the quantiles would be those of ever fewer, slower runs: it keeps the loss that it
ended with, and one that diverged has an infinite loss from then on.
"""

import numpy as np
import pandas as pd

from .statistics import first_of_group

BANDS = {"low": 0.05, "lower": 0.25, "median": 0.5, "upper": 0.75, "high": 0.95}


def loss_bands(records: pd.DataFrame, table: pd.DataFrame, group: np.ndarray, points: int) -> pd.DataFrame:
    """Quantiles of the loss of each group's recorded runs, at `points` of the epochs that were recorded at most.

    records: columns run, epoch, loss. table: columns run and outcome of each run, and group: the number of its group,
    (runs,). Columns group, epoch, runs, and one for each of BANDS: the smallest loss that so large a share of the runs does
    not exceed; inf if only diverged runs reach it. No records: no rows.
    """
    records = records[["run", "epoch", "loss"]].sort_values(["run", "epoch"], kind="stable")
    run, epoch, loss = (records[name].to_numpy() for name in records)
    if not len(run):
        return pd.DataFrame(columns=["group", "epoch", "runs", *BANDS], dtype=np.float64)
    first = np.flatnonzero(np.append(True, run[1:] != run[:-1]))
    which = pd.Index(table["run"]).get_indexer(run[first])
    known = which >= 0  # others were damaged, or not done yet
    of, diverged = np.asarray(group)[which[known]], (table["outcome"] == "diverged").to_numpy()[which[known]]
    number, span = np.arange(len(first)), int(epoch.max()) + 1
    keys = np.repeat(number, np.diff(np.append(first, len(run)))) * span + epoch
    last = np.append(first[1:], len(run))[known] - 1
    found = []
    for at in _spread(np.unique(epoch), points):
        place = np.searchsorted(keys, number[known] * span + at, side="right") - 1
        value = np.where(np.isnan(loss[place]) | (diverged & (epoch[last] < at)), np.inf, loss[place])
        found.append(_quantiles(of, value).assign(epoch=at))
    columns = ["group", "epoch", "runs", *BANDS]
    return pd.concat(found)[columns].sort_values(["group", "epoch"], kind="stable", ignore_index=True)


def _spread(epochs: np.ndarray, points: int) -> np.ndarray:
    """So many of these epochs, the first and the last among them, spread evenly in their order."""
    return epochs[np.unique(np.linspace(0, len(epochs) - 1, points).round().astype(int))]


def _quantiles(group: np.ndarray, value: np.ndarray) -> pd.DataFrame:
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    begin = np.unique(first_of_group(group))
    size = np.diff(np.append(begin, len(group)))
    columns = {name: value[begin + np.maximum(np.ceil(share * size).astype(np.int64) - 1, 0)] for name, share in BANDS.items()}
    return pd.DataFrame({"group": group[begin], "runs": size, **columns})
