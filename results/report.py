"""The report: one HTML file, with its pictures and tables inside, that opens from disk without a network."""

import json
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from .figures.loss import draw_loss, thinned
from .figures.maps import draw_success_map, success_map
from .figures.style import INK, draw_svg
from .figures.survival import best_cells, draw_survival, survival_picture
from .files import write_whole
from .schema import OUTCOMES, Manifest
from .tables import axis_columns, readable, summary, typical_run

if TYPE_CHECKING:
    from .results import Results

MOST_ROWS = 500
TITLES = ("name", "scheme")  # what a table of a spec is chosen by


def write_report(results: "Results", path: Path) -> Path:
    """Write the report of a folder of results, whole or not, to `path`."""
    html = _template().render(**contents(results))
    write_whole(path, lambda file: file.write(html.encode()))
    return path


def contents(results: "Results") -> dict[str, Any]:
    """What the template shows; names come from specs and are escaped there."""
    table, manifest = results.table, results.manifest
    cells = summary(table)
    return {
        "manifest": manifest,
        "question": question(manifest),
        "done": len(table),
        "answer": answer(table),
        "outcomes": [(name, int((table["outcome"] == name).sum())) for name in OUTCOMES],
        "cost": cost(manifest, table),
        "figures": [] if table.empty else figures(results),
        "cells": readable(cells.head(MOST_ROWS)),
        "settings": len(axis_columns(table)),
        "left_out": max(len(cells) - MOST_ROWS, 0),
        "spec": json.dumps(manifest.spec, indent=2, ensure_ascii=False),
        "folder": results.path,
    }


def question(manifest: Manifest) -> str:
    """What was swept, in words, from the spec."""
    spec = manifest.spec
    places: dict[str, list[str]] = {}  # an axis of tables has several columns
    for axis in manifest.axes:
        place, _, number = axis.setting.rpartition(".")
        of_tables = "values" in _at(spec, place)
        places.setdefault(place if of_tables else axis.setting, []).append(number)
    axes = [f"{place} over {_axis_in_words(_at(spec, place), numbers)}" for place, numbers in places.items()]
    varied = "; ".join(axes) if axes else "one setting"
    seeds = spec.get("seeds", 1)
    count = seeds if isinstance(seeds, int) else seeds["count"] if isinstance(seeds, dict) else len(seeds)
    return f"{manifest.runs:,} runs on {task(spec)}: {varied}; {count:,} seed{'s' if count != 1 else ''} in each cell."


def task(spec: dict[str, Any]) -> str:
    """The task by its name, or the file that it is in."""
    table = spec.get("task", {})
    return str(table.get("name") or Path(table.get("file", "")).name)


def _at(spec: Any, setting: str) -> Any:
    """What a spec has at a dotted setting, whose last word may have a layer behind it: train.lr[0]."""
    *words, layer = setting.removesuffix("]").split("[") if setting.endswith("]") else (setting, None)
    for key in words[0].split("."):
        spec = spec[key]
    return spec if layer is None else spec[int(layer)]


def _axis_in_words(axis: dict[str, Any], numbers: Collection[str] = ()) -> str:
    """The values of an axis; those that are tables with these of their numbers."""
    if "values" in axis:
        return ", ".join(_value_in_words(value, numbers) for value in axis["values"])
    kind = next(kind for kind in ("linear", "log", "range", "uniform", "loguniform") if kind in axis)
    low, high = axis[kind][:2]
    if "uniform" in kind:
        return f"numbers drawn from {low:g} to {high:g}{' on a log scale' if kind == 'loguniform' else ''}"
    if kind == "range":
        return f"{low:g} up to {high:g} in steps of {axis[kind][2]:g}"
    return f"{axis['n']} values from {low:g} to {high:g}{' on a log scale' if kind == 'log' else ''}"


def _value_in_words(value: Any, numbers: Collection[str]) -> str:
    if isinstance(value, list):
        return "-".join(map(str, value)) or "none"
    if not isinstance(value, dict):
        return str(value)
    own = {number: _at(value, number) for number in numbers if number.partition("[")[0] in value and number not in TITLES}
    own = {number: _axis_in_words(one) if isinstance(one, dict) else one for number, one in own.items()}
    title = next(str(value[key]) for key in TITLES if key in value)
    return f"{title} ({', '.join(f'{number} {words}' for number, words in own.items())})" if own else title


def answer(table: pd.DataFrame) -> str:
    """The main finding, in a sentence."""
    if table.empty:
        return "No run is done yet."
    if not (table["outcome"] == "converged").any():
        return "No run converged."
    best = best_cells(table).sort_values(["success", "median_epochs"], ascending=[False, True]).head(1)
    shown = readable(best).iloc[0]
    names = axis_columns(table)
    soon = f"; half of all its runs have by epoch {shown['median epochs']} ({shown['epochs 95 %']})"
    soon = soon if np.isfinite(best["median_epochs"].iloc[0]) else ""
    where = ", ".join(f"{name} {shown[name]}" for name in names) or "The one setting"
    return (
        f"{where}: {shown['converged']} of the runs converge (95 % interval {shown['success 95 %']}){soon}. "
        f"{'No other setting converges more often, or as often and sooner.' if names else ''}"
    )


def cost(manifest: Manifest, table: pd.DataFrame) -> dict[str, Any]:
    """What all sessions together took; of one that was killed only its runs are known."""
    sessions = manifest.sessions
    wall = sum(session.wall for session in sessions)
    return {
        "sessions": len(sessions),
        "wall": wall,
        "kernels": sum(session.kernels for session in sessions),
        "writing": sum(session.writing for session in sessions),
        "run_epochs": int(table["epochs"].sum()),
        "unrecorded": len(table) - sum(session.runs for session in sessions),
        "rate": sum(session.run_epochs for session in sessions) / wall / 1e6 if wall else 0.0,
    }


def figures(results: "Results") -> list[dict[str, Any]]:
    """Title, SVG, words for those who do not see it, and caption of each figure."""
    table = results.table
    found = []
    grid = success_map(table)
    if grid is not None:
        over = f"{grid.row} and {grid.column}" if grid.row else grid.column
        height = 1.6 + 0.42 * max(len(grid.rows), 1)
        found.append(
            _figure(
                "Which settings converge",
                draw_svg(draw_success_map, grid, height=min(height, 6)),
                f"Heat map of the share of runs that converged, over {over}: "
                f"from {np.nanmin(grid.share):.0%} to {np.nanmax(grid.share):.0%}.",
                f"Share of runs that converged, over {over}. Each cell is a mean over its seeds and any other setting.",
            )
        )
    curves = survival_picture(table)
    found.append(
        _figure(
            "How fast",
            draw_svg(draw_survival, curves),
            "Survival curves: the share of runs not yet converged by epoch, for " + "; ".join(curves.labels) + ".",
            "Share of runs not yet converged (Kaplan–Meier, 95 % log-log bands). Runs out of epochs count as censored, "
            "diverged ones as never converging. Shown are the cells where most runs converge.",
        )
    )
    run = typical_run(table)
    trajectory = None if run is None else results.trajectory(run)
    if trajectory is not None and len(trajectory) > 1:
        last = trajectory.iloc[-1]
        found.append(
            _figure(
                f"One run: number {run}",
                draw_svg(draw_loss, thinned(trajectory), height=3.0),
                f"The loss of run {run} goes from {trajectory['loss'].iloc[0]:.3g} to {last['loss']:.3g} "
                f"in {last['epoch']:,.0f} epochs.",
                f"The loss before each epoch of run {run}: where most runs converge, the one with the median epochs. "
                f"See all of it with: backsweep replay {results.path} {run}",
            )
        )
    return found


def _figure(title: str, svg: str, words: str, caption: str) -> dict[str, Any]:
    # matplotlib escapes the texts that it writes into the SVG; the ink takes the page's colour.
    svg = Markup(svg.replace(INK, "currentColor"))  # noqa: S704
    return {"title": title, "svg": svg, "words": words, "caption": caption}


def _template() -> Template:
    source = (files("backsweep.results") / "templates" / "report.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(source)
