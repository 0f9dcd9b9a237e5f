"""Everything that a report says, as plain values. The templates decide how it looks."""

import re
from dataclasses import dataclass, field
from math import comb
from pathlib import Path
from typing import Any

import pandas as pd

from backsweep.errors import ResultsError
from backsweep.outcomes import Outcome, ended

from ..analysis.answer import answer_of
from ..analysis.remarks import unequal_limits
from ..analysis.shown_first import shown_first
from ..analysis.tables import axis_columns
from ..figures.maps import chosen_settings
from ..store.schema import Manifest
from ..store.shards import runs_in
from ..text.answer import sentences
from ..text.origins import origin_lines
from ..text.toml import toml_text
from .cell_map import CellMap
from .cell_maps import cell_maps
from .explorer import explorer
from .pictures import Picture, pictures
from .question import question
from .tables import Table, tables


@dataclass(frozen=True)
class Contents:
    """What the templates show. notes: paragraphs. spec: TOML.

    explorer: as of `explorer.explorer`, or None with `no_explorer` saying why; more_maps: how many it leaves out.
    opens_at: the setting whose cell it shows first, and why.

    explored: the pictures that show what the explorer shows as well: the page has them on paper. data: what inputs and targets
    of a file are, and what is odd. origins: when runs were added, and where others come from.
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
    origins: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, float]] = field(default_factory=list)
    cost: dict[str, Any] = field(default_factory=dict)
    explorer: dict[str, Any] | None = None
    no_explorer: str = ""
    more_maps: int = 0
    opens_at: str = ""
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

    table: its runs; records: all that was recorded of them; trajectory: each epoch of the run of `shown_first.typical_run`, if
    kept.
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
        "origins": origin_lines(manifest),
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
        opens_at=shown_first(table).words,
        no_explorer=no_explorer,
        more_maps=comb(len(axis_columns(table)), 2) - len(maps) if len(axis_columns(table)) > 1 else 0,
        explored=["success", "final-loss", "median"] if maps and _drawn(table, maps[0]) else [],
        pictures=pictures(table, records, trajectory, found.matters),
        tables=tables(folder, table, found.matters, found.has_rule),
    )


def _maps(table: pd.DataFrame, records: pd.DataFrame) -> tuple[list[CellMap], str]:
    try:
        return cell_maps(table, records), ""
    except ResultsError as error:
        return [], str(error)


def _drawn(table: pd.DataFrame, first: CellMap) -> bool:
    """Whether the figures draw the map with which the explorer begins."""
    return (first.down, first.across) == chosen_settings(table, None, None)


def cost(manifest: Manifest, table: pd.DataFrame) -> dict[str, Any]:
    """What all sessions together took; of one that was killed only its runs are known."""
    sessions = manifest.sessions
    return {
        "sessions": len(sessions),
        "wall": sum(session.wall for session in sessions),
        "kernels": sum(session.kernels for session in sessions),
        "writing": sum(session.writing for session in sessions),
        "run_epochs": int(table["epochs"].sum()),
        "unrecorded": len(table)
        - sum(session.runs for session in sessions)
        - sum(runs_in(one.runs) for one in manifest.adopted),
    }
