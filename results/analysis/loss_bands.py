"""Quantiles of the losses of recorded runs by epoch, per group of runs: `statistics.loss_bands` for tables."""

import numpy as np
import pandas as pd

from backsweep.outcomes import Outcome, ended

from ..arrays import Integers
from ..statistics import loss_bands as bands

COLUMNS = ["group", "epoch", "runs", *bands.BANDS]


def loss_bands(
    records: pd.DataFrame, table: pd.DataFrame, group: Integers, points: int, spacing: bands.Spacing = "linear"
) -> pd.DataFrame:
    """Quantiles of the loss of each group's recorded runs, at `points` of the scheduled epochs at most, as `spacing` says.

    records: columns run, epoch, loss; a run's last record is where it ended. table: columns run and outcome of each run, and
    group: the number of its group, (runs,). Columns group, epoch, runs, and one for each of `BANDS`: the smallest loss that so
    large a share of the runs does not exceed; inf if only diverged runs reach it. No records: no rows.
    """
    records = records[records["run"].isin(table["run"])].sort_values(["run", "epoch"], kind="stable")
    if records.empty:
        return pd.DataFrame(columns=COLUMNS, dtype=np.float64)
    run, epoch, loss = (records[name].to_numpy() for name in ("run", "epoch", "loss"))
    place = pd.Index(table["run"]).get_indexer(records["run"].unique())
    group, diverged = np.asarray(group)[place], ended(table, Outcome.DIVERGED)[place]
    found = bands.loss_bands(run, epoch, loss, group, diverged, int(group.max()) + 1, points, spacing)
    quantiles = dict(zip(bands.BANDS, found.quantiles, strict=True))
    return pd.DataFrame({"group": found.group, "epoch": found.epoch, "runs": found.runs, **quantiles})
