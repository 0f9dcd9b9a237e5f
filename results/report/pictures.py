"""The figures of a report: every figure that the table can answer, with text for readers who cannot see it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError

from ..analysis.answer import SEED
from ..figures.registry import FIGURES
from ..figures.style import PHONE, WIDE, draw_svg


@dataclass(frozen=True)
class Picture:
    """A figure as an SVG element, and one for narrow screens, with what goes beside it; name: of its kind, and of its file."""

    name: str
    title: str
    svg: str
    narrow: str
    alt_text: str
    caption: str


def pictures(
    table: pd.DataFrame,
    records: pd.DataFrame,
    trajectory: pd.DataFrame | None,
    matters: pd.DataFrame | ResultsError,
) -> list[Picture]:
    """Those that this sweep has an answer for.

    records: all its trajectories; trajectory: each epoch of the run of `shown_first.typical_run`, if kept; matters: what
    `what_matters` found, or why it could not.
    """
    there: dict[str, object] = {"table": table, "records": records}
    if trajectory is not None and len(trajectory) > 1:
        there["losses"] = trajectory
    if isinstance(matters, pd.DataFrame):
        there["importance"] = matters
    found: list[Picture] = []
    for name, kind in FIGURES.items():
        options = kind.in_report(table)
        there["rng"] = np.random.default_rng(SEED)  # of its own for each, as the same figure has when it is drawn alone
        if options is None or not there.keys() >= set(kind.needs):
            continue
        try:
            value = kind.compute(**{need: there[need] for need in kind.needs}, **options)
        except ResultsError:  # as where nothing varies: there is nothing to be seen
            continue
        if kind.worth_it(value):
            wide, narrow = (draw_svg(kind.draw, value, width=width, height=kind.height_of(value)) for width in (WIDE, PHONE))
            caption = f"{value.caption} {kind.choice(table)}".rstrip()
            found.append(Picture(name, kind.title, wide, narrow, value.alt_text, caption))
    return found
