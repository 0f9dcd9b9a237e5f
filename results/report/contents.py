"""Everything that a report says, as plain values. The templates decide how it looks."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError
from backsweep.outcomes import Outcome, ended

from ..analysis.answer import SEED, answer_of
from ..analysis.ranking import in_order
from ..analysis.remarks import unequal_limits
from ..analysis.summaries import detailed_summary
from ..analysis.tables import axis_columns
from ..figures.maps import chosen_settings
from ..store.schema import Manifest
from ..text import readable
from ..text.alignment import aligned
from ..text.answer import sentences
from ..text.toml import toml_text
from .cell_maps import CellMap, cell_maps
from .explorer import explorer
from .pictures import Picture, pictures
from .question import question


@dataclass(frozen=True)
class Table:
    """A table of the report: its data in full, and as text for people.

    beside: the name of the picture that shows the same, in whose section it stands. falling: the column by which it is sorted.
    """

    name: str
    title: str
    note: str
    data: pd.DataFrame
    shown: pd.DataFrame
    beside: str = ""
    falling: str = ""

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        """The texts of the cells, each with what it lacks, as of `alignment.aligned`."""
        texts = [list(map(str, self.shown.iloc[:, place])) for place in range(self.shown.shape[1])]
        cells = [list(zip(column, aligned(column).missing, strict=True)) for column in texts]
        return [list(row) for row in zip(*cells, strict=True)]

    @property
    def of_text(self) -> list[bool]:
        """Which columns are of words."""
        return [not aligned(list(map(str, self.shown.iloc[:, place]))).numbers for place in range(self.shown.shape[1])]


@dataclass(frozen=True)
class Contents:
    """What the templates show. notes: paragraphs. spec: TOML.

    explorer: as of `explorer.explorer`, or None with `no_explorer` saying why.

    explored: the pictures that show what the explorer shows as well: the page has them on paper. data: what inputs and targets
    of a file are, and what is odd.
    """

    manifest: Manifest
    title: str
    author: str
    notes: list[str]
    folder: str
    question: str
    done: int
    answer: str
    data: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, float]] = field(default_factory=list)
    cost: dict[str, Any] = field(default_factory=dict)
    explorer: dict[str, Any] | None = None
    no_explorer: str = ""
    explored: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    spec: str = ""

    def has_picture(self, name: str) -> bool:
        """Whether there is a picture of this name."""
        return any(picture.name == name for picture in self.pictures)


def contents(
    folder: Path, manifest: Manifest, table: pd.DataFrame, records: pd.DataFrame, trajectory: pd.DataFrame | None
) -> Contents:
    """The report of a folder of results, whole or not.

    table: its runs; records: all that was recorded of them; trajectory: each epoch of the run of `tables.typical_run`, if kept.
    """
    said = manifest.spec.get("report") or {}
    common: dict[str, Any] = {
        "manifest": manifest,
        "title": said.get("title") or manifest.name,
        "author": said.get("author") or "",
        "notes": [" ".join(part.split()) for part in re.split(r"\n\s*\n", said.get("notes") or "") if part.strip()],
        "folder": str(folder),
        "question": question(manifest),
        "data": [column.description for column in manifest.columns],
        "done": len(table),
        "cost": cost(manifest, table),
        "spec": toml_text(manifest.spec),
    }
    found = answer_of(table, manifest)
    answer, *more = sentences(found)
    if table.empty:
        return Contents(**common, answer=answer, remarks=[*manifest.remarks])
    maps, no_explorer = _maps(table, records)
    pooled = maps[0].pooled if maps else []
    told_apart = [name for name in axis_columns(table) if name not in pooled]
    return Contents(
        **common,
        answer=answer,
        remarks=[*manifest.remarks, *more, *unequal_limits(table, told_apart)],
        outcomes=[(outcome.value, float(ended(table, outcome).mean())) for outcome in Outcome],
        explorer=explorer(maps) if maps else None,
        no_explorer=no_explorer,
        explored=["success", "median"] if maps and _drawn(table, maps[0]) else [],
        pictures=pictures(table, records, trajectory, found.matters, _rng()),
        tables=_tables(table, found.matters),
    )


def _rng() -> np.random.Generator:
    return np.random.default_rng(SEED)


def _maps(table: pd.DataFrame, records: pd.DataFrame) -> tuple[list[CellMap], str]:
    try:
        return cell_maps(table, records), ""
    except ResultsError as error:
        return [], str(error)


def _drawn(table: pd.DataFrame, first: CellMap) -> bool:
    """Whether the figures draw the map with which the explorer begins."""
    return (first.down, first.across) == chosen_settings(table, None, None)


def _tables(table: pd.DataFrame, matters: pd.DataFrame | ResultsError) -> list[Table]:
    details = in_order(detailed_summary(table, rng=_rng()))
    first = "converge most often, and of these the soonest," if (details["success"] > 0).any() else "have the lowest final loss"
    found = [
        Table(
            "settings",
            "Every setting" if axis_columns(table) else "The setting",
            f"Those that {first} come first. The seeds are the replicates. Converged: the share, with its Wilson interval. "
            "Median epochs: from the Kaplan–Meier curve; ∞ if it does not fall to one half within the epochs allowed. Epochs "
            "per success: all epochs spent, including those of runs that fail, ÷ successes, with a bootstrap interval. Final "
            "loss: the mean of the middle half of the runs.",
            details,
            readable.details(details),
            falling="converged",
        )
    ]
    if isinstance(matters, pd.DataFrame):
        found.append(
            Table(
                "what-matters",
                "What matters",
                "Shares of what decides whether a combination is among the best tenth (PED-ANOVA), intervals by resampling "
                "combinations."
                if (matters["method"] == "PED-ANOVA").any()
                else "Shares of the variance between runs, with bootstrap intervals over seeds. A run that does not converge "
                "counts with the epochs at which the first was cut off.",
                matters,
                readable.what_matters(matters),
                beside="importance",
            )
        )
    return found


def cost(manifest: Manifest, table: pd.DataFrame) -> dict[str, Any]:
    """What all sessions together took; of one that was killed only its runs are known."""
    sessions = manifest.sessions
    return {
        "sessions": len(sessions),
        "wall": sum(session.wall for session in sessions),
        "kernels": sum(session.kernels for session in sessions),
        "writing": sum(session.writing for session in sessions),
        "run_epochs": int(table["epochs"].sum()),
        "unrecorded": len(table) - sum(session.runs for session in sessions),
    }
