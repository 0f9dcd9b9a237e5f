"""How the losses of groups of runs develop over the epochs, as quantiles.

Runs end at different epochs, and a run that has ended must not drop out of the quantiles. Otherwise only the slow runs would
remain, and the losses would rise where training goes well. So a run that has ended keeps its last loss, and one that diverged
counts as infinite from its end on.

Quantiles are taken at the epochs at which every running run has a record. Between these epochs only runs that end there have
one.
"""

from typing import Literal, NamedTuple

import numpy as np

from ..arrays import Booleans, Floats, Integers
from .groups import at_quantiles

Spacing = Literal["linear", "log"]
BANDS = {"low": 0.05, "lower": 0.25, "median": 0.5, "upper": 0.75, "high": 0.95}


class LossBands(NamedTuple):
    """Quantiles of losses, one row per group and epoch. group, epoch, runs: (rows,). quantiles: at BANDS, (5, rows)."""

    group: Integers
    epoch: Integers
    runs: Integers
    quantiles: Floats


def loss_bands(
    run: Integers,
    epoch: Integers,
    loss: Floats,
    group: Integers,
    diverged: Booleans,
    groups: int,
    points: int,
    spacing: Spacing = "linear",
) -> LossBands:
    """Quantiles of the loss of each group's runs, at no more than `points` of the scheduled epochs.

    spacing: on which scale of the epochs the points are evenly spread, as far as there are records.

    run, epoch, loss: of each record, (records,), at least one, sorted by run, then epoch; a run's last record is at its end.
    group, diverged: of each run, (runs,), in the same order. Only groups with runs have rows. A quantile is inf if only
    diverged runs reach it.
    """
    last = np.append(run[1:] != run[:-1], True)
    first = np.append(True, last[:-1])
    number = np.cumsum(first) - 1
    loss = np.where(np.isnan(loss) | (last & diverged[number]), np.inf, loss)
    order = np.argsort(epoch, kind="stable")
    shown = _scheduled(epoch, first, last, points, spacing)
    stops = np.searchsorted(epoch[order], shown, side="right")
    size = np.bincount(group, minlength=groups)
    there = np.flatnonzero(size)
    latest, found = np.full(len(group), np.inf), np.empty((len(BANDS), len(there), len(shown)))
    for k, (start, stop) in enumerate(zip([0, *stops[:-1]], stops, strict=True)):
        news = order[start:stop]
        latest[number[news]] = loss[news]  # if a run has several, the last one counts
        found[:, :, k] = latest[at_quantiles(group, latest, groups, list(BANDS.values()))[:, there]]
    each = len(shown)
    return LossBands(
        np.repeat(there, each), np.tile(shown, len(there)), np.repeat(size[there], each), found.reshape(len(BANDS), -1)
    )


def _scheduled(epoch: Integers, first: Booleans, last: Booleans, points: int, spacing: Spacing) -> Integers:
    """Evenly spread epochs at which every run has a record or has ended; the first and the last of these are among them."""
    found = np.unique(np.append(epoch[~last], epoch.max()))
    found = found[found >= epoch[first].max()]
    if spacing == "linear":
        return found[np.unique(np.linspace(0, len(found) - 1, points).round().astype(np.int64))]
    spread = np.geomspace(max(found[0], 1), max(found[-1], 1), points - 1)
    return found[np.unique([0, *np.searchsorted(found, np.minimum(spread, found[-1]))])]
