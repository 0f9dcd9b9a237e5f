"""The maps of the explorer from runs that were counted: the same as `report.cell_maps`, without the runs.

Shares and their intervals are exact. Curves are exact at the ends of the bins of epochs, which are their points, so a median is
known to within 1 / PARTS of itself, and a loss to within 1 / LOSS_PARTS.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from backsweep.outcomes import OUTCOMES, Outcome

from ..arrays import Floats, Integers
from ..report.cell_map import MOST_CELLS, POINTS, CellMap, curve_points, shown_texts
from ..statistics.bins import EPOCH_BINS, LOSS_BINS, largest_losses, last_epochs
from ..statistics.groups import wilson_interval
from ..statistics.running_time import epochs_for_each_success
from ..statistics.survival import Survival, kaplan_meier, survival_quantile
from .counts import CountedRuns, Counts

MOST_MAPS = 10
MOST_POINTS = 18_000  # of all curves, which are written out anew at each look
NO_CURVES, NO_PATHS, NO_ENDS = (
    pd.DataFrame(columns=["cell", *names], dtype=np.float64)
    for names in (("epoch", "share", "low", "high"), ("epoch", "low", "lower", "median", "upper", "high"), ("share", "loss"))
)
LAST_EPOCHS, LARGEST_LOSSES = last_epochs(np.arange(EPOCH_BINS)), largest_losses(np.arange(LOSS_BINS))


def live_maps(counted: CountedRuns, shown: Mapping[str, str]) -> list[CellMap]:
    """Maps of pairs of settings, those with the most values first, up to MOST_CELLS cells together.

    shown: what the columns are called. Where nothing varies, or each map would have too many cells, all runs are one cell. Of
    curves and final losses each has only those that tell its cells apart.
    """
    chosen: list[Counts] = []
    for counts in counted.maps():
        if len(chosen) < MOST_MAPS and sum(map(len, chosen)) + len(counts) <= MOST_CELLS:
            chosen.append(counts)
    chosen = chosen or [counted.whole]
    points = max(min(POINTS, MOST_POINTS // sum(map(len, chosen))), 2)
    return [_cell_map(counted, counts, shown, points) for counts in chosen]


def _cell_map(counted: CountedRuns, counts: Counts, shown: Mapping[str, str], points: int) -> CellMap:
    by = sorted(counts.by, key=lambda name: -len(counted.values(name)))
    places, texts = zip(*(_places(counted, counts, name) for name in by), ([0] * len(counts), ["all runs"]), strict=True)
    outcomes, converge = counts.outcomes, counted.converge
    runs, converged = sum(outcomes.values()), outcomes[Outcome.CONVERGED]
    low, high = wilson_interval(converged, runs)
    curves, known = _curves(counted, counts)
    median, loss = survival_quantile(curves, len(counts))[0], _middle_losses(counts.loss)
    cost = epochs_for_each_success(np.stack([counts.epochs[:, 0], converged], axis=-1).astype(np.float64))
    return CellMap(
        across=shown.get(by[0], by[0]) if by else "",
        down=shown.get(by[1], by[1]) if len(by) > 1 else None,
        columns=texts[0],
        rows=texts[min(len(by), 1)],
        pooled=[shown.get(name, name) for name in counted.settings if name not in by],
        cells=pd.DataFrame(
            {
                "x": places[0],
                "y": places[min(len(by), 1)],
                "runs": runs,
                **{name: outcomes[Outcome(name)] / runs for name in OUTCOMES},
                "low": low,
                "high": high,
                "median": np.where(np.isfinite(median), median, np.nan),
                "loss": np.where(np.isfinite(loss), loss, np.nan),
            }
        ),
        curves=curve_points(curves, len(counts), known, points) if converge else NO_CURVES,
        paths=NO_PATHS,
        ends=NO_ENDS if converge else _final_losses(counts.loss, points),
        opens=int(np.lexsort([np.where(converged > 0, 0, loss), cost, -converged / runs])[0]),
    )


def _places(counted: CountedRuns, counts: Counts, name: str) -> tuple[Integers, list[str]]:
    """The place of each cell's value among all values of a setting, which rise, and their texts."""
    values = counted.values(name)
    order = sorted(range(len(values)), key=lambda code: (values[code] is None, values[code] if values[code] is not None else 0))
    return np.argsort(order)[counts.codes[:, counts.by.index(name)]], shown_texts([values[code] for code in order])


def _curves(counted: CountedRuns, counts: Counts) -> tuple[Survival, Floats]:
    """The curves of the cells, and the epoch up to which each is known."""
    group, place = np.nonzero(counts.ended)
    never = place >= 2 * EPOCH_BINS
    converged = place < EPOCH_BINS
    epochs = np.minimum(LAST_EPOCHS[np.where(never, 0, place % EPOCH_BINS)], counted.longest)
    curves = kaplan_meier(group, epochs, converged, ~converged & ~never, weight=counts.ended[group, place])
    known = np.zeros(len(counts))
    np.maximum.at(known, group[~never], epochs[~never])
    return curves, np.where(counts.outcomes[Outcome.CAPPED] > 0, known, counted.longest)


def _middle_losses(loss: Integers) -> Floats:
    """The mean of the middle half of each cell's losses, (cells,); inf where it has one that is."""
    size = loss.sum(axis=1, keepdims=True)
    middle = np.diff(np.clip(np.cumsum(loss, axis=1), size // 4, size - size // 4), axis=1, prepend=size // 4)
    ends = np.where(np.isfinite(LARGEST_LOSSES), LARGEST_LOSSES, 0)
    return np.where(middle[:, -1] > 0, np.inf, middle @ ends / middle.sum(axis=1))


def _final_losses(loss: Integers, points: int) -> pd.DataFrame:
    """Quantiles of the final losses of each cell, evenly spread, without those that are infinite."""
    shares = np.linspace(1 / points, 1, points)
    reached = np.cumsum(loss, axis=1)
    needed = np.ceil(np.round(reached[:, -1:] * shares, 9))
    place = np.array([np.searchsorted(of, least) for of, least in zip(reached, needed, strict=True)])
    ends = {"cell": np.repeat(np.arange(len(loss)), points), "share": np.tile(shares, len(loss))}
    found = pd.DataFrame({**ends, "loss": LARGEST_LOSSES[place].ravel()})
    return found[np.isfinite(found["loss"])]
