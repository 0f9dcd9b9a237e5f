"""The figures of a report: each that the table has an answer for, with words for those who do not see it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..analysis.tables import axis_columns, typical_run
from ..errors import InputError
from ..figures.epochs import draw_histogram, epochs_histogram
from ..figures.importance import draw_importance, importance_picture
from ..figures.loss import draw_loss, loss_picture
from ..figures.maps import draw_median_map, draw_success_map, median_map, success_map
from ..figures.outcomes import draw_outcome_shares, outcome_shares
from ..figures.slope import SlopePicture, draw_slope, scaling_setting, slope_picture
from ..figures.style import draw_svg
from ..figures.survival import draw_survival, survival_picture
from ..figures.trainability import draw_trainability_map, trainability_map
from ..figures.trajectories import draw_trajectories, trajectories_picture

# Name, title, how its value is computed and drawn, and its height in inches, which may depend on the value.
Kind = tuple[str, str, Callable[[], Any], Callable[..., Any], "float | Callable[[Any], float]"]


MOST_CURVES = 8


@dataclass(frozen=True)
class Picture:
    """A figure as an SVG element, with what goes beside it; name: of the file, if it is to be one."""

    name: str
    title: str
    svg: str
    words: str
    caption: str


def pictures(
    table: pd.DataFrame,
    records: pd.DataFrame,
    trajectory: pd.DataFrame | None,
    matters: pd.DataFrame | str,
    rng: np.random.Generator,
) -> list[Picture]:
    """Those that this sweep has an answer for.

    records: all its trajectories; trajectory: each epoch of the run of `tables.typical_run`, if kept; matters: what
    `what_matters` found, or why it could not.
    """
    found: list[Picture] = []
    for name, title, compute, draw, height in (*_kinds(table, records, matters, rng), *_one_run(table, trajectory)):
        try:
            value = compute()
        except InputError:  # as where nothing varies: there is nothing to be seen
            continue
        svg = draw_svg(draw, value, height=height(value) if callable(height) else height)
        found.append(Picture(name, title, svg, value.words, value.caption))
    return found


def _kinds(table: pd.DataFrame, records: pd.DataFrame, matters: pd.DataFrame | str, rng: np.random.Generator) -> Iterator[Kind]:
    varies = bool(axis_columns(table))
    yield "success", "Which settings converge", lambda: success_map(table), draw_success_map, _map_height
    yield "median-epochs", "How soon each converges", lambda: median_map(table), draw_median_map, _map_height
    if isinstance(matters, pd.DataFrame):
        yield "what-matters", "What matters", lambda: importance_picture(matters), draw_importance, 3.2
    if (table["outcome"] == "converged").any():  # or all its lines are one
        yield "survival", "How fast", lambda: survival_picture(table), draw_survival, 3.8
    yield "epochs-histogram", "Epochs to convergence", lambda: epochs_histogram(table), draw_histogram, 3.6
    if varies:
        yield "slope", "How epochs scale", lambda: _slopes(table, rng), draw_slope, 3.8
        yield "outcomes", "How runs end", lambda: outcome_shares(table), draw_outcome_shares, _bars_height
    yield "trajectories", "Loss on the way", lambda: trajectories_picture(table, records), draw_trajectories, 3.8
    yield "trainability", "Where training works", lambda: trainability_map(table), draw_trainability_map, 6.0


def _one_run(table: pd.DataFrame, trajectory: pd.DataFrame | None) -> Iterator[Kind]:
    run = typical_run(table)
    if run is not None and trajectory is not None and len(trajectory) > 1:
        yield "one-run", f"One run: number {run}", lambda: loss_picture(trajectory, run), draw_loss, 3.0


def _slopes(table: pd.DataFrame, rng: np.random.Generator) -> SlopePicture:
    """A curve for each value of the setting with the fewest values, where these are few enough to be told apart."""
    setting = scaling_setting(table)
    values = {name: table[name].nunique(dropna=False) for name in axis_columns(table) if name != setting}
    fewest = min(values, key=lambda name: values[name], default=None)
    by = fewest if fewest is not None and values[fewest] <= MOST_CURVES else None
    return slope_picture(table, setting, by, rng=rng)


def _bars_height(value: Any) -> float:
    return 1.2 + 0.26 * len(value.levels)


def _map_height(value: Any) -> float:
    return min(1.6 + 0.42 * max(len(value.rows), 1), 6.0)
