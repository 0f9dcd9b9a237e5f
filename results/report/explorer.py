"""The explorer: a heat map of two settings. Linked views show the cell that the reader chooses on it.

Vega-Lite draws it in the browser from a few dozen points per curve, which are computed here. The page never contains the runs
themselves, so ten million runs take no more room in it than a thousand.
"""

import json
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from backsweep.errors import ResultsError
from backsweep.escapes import visible
from backsweep.outcomes import OUTCOMES

from ..analysis.loss_bands import loss_bands
from ..analysis.summaries import known_until
from ..analysis.tables import axis_columns, curves_of, grouped, level_texts, outcome_shares, summary_of
from ..arrays import Floats, Integers
from ..figures.maps import chosen_settings
from ..figures.outcomes import LOOKS
from ..statistics.survival import Survival

MOST_CELLS = 900
POINTS = 40  # of a curve; between two of them a page shows no more
OBJECTS_OWN = {
    *("constructor", "prototype", "hasOwnProperty", "isPrototypeOf"),
    *("propertyIsEnumerable", "toLocaleString", "toString", "valueOf"),
}


@dataclass(frozen=True)
class Explored:
    """What the explorer shows, one frame a view; `cell` is the row of `cells` that a row belongs to.

    rows: the texts of the rows, in the order of their values. pooled: the settings that vary and are not on the map.
    """

    column: str
    row: str | None
    rows: list[str]
    pooled: list[str]
    cells: pd.DataFrame
    curves: pd.DataFrame
    shares: pd.DataFrame
    paths: pd.DataFrame


def explored(table: pd.DataFrame, records: pd.DataFrame) -> Explored:
    """Cells of the two settings with the most values, over all others. records: of losses, as `Results.trajectories` gives.

    ResultsError where nothing varies, or there are more than MOST_CELLS cells.
    """
    row, column = chosen_settings(table, None, None)
    by = [name for name in (column, row) if name is not None]
    number, settings = grouped(table, by)
    if len(settings) > MOST_CELLS:
        raise ResultsError(f"the explorer shows {MOST_CELLS} cells at most, and {' × '.join(by)} has {len(settings):,}")
    curves = curves_of(table, number)
    found = summary_of(table, number, settings, curves)
    texts = {name: list(map(_title, level_texts(settings[name].tolist(), digits=3))) for name in by}
    cells = pd.DataFrame(
        {
            "cell": np.arange(len(found)),
            "column": texts[column],
            "row": texts[row] if row is not None else "all runs",
            "runs": found["runs"],
            "success": found["success"],
            "low": found["success_low"],
            "high": found["success_high"],
            "median": found["median_epochs"].where(np.isfinite(found["median_epochs"])),
        }
    )
    known = np.minimum(known_until(table, number, len(cells)), float(table["epochs"].max()))
    in_order = cells["row"] if row is None else cells["row"].loc[settings[row].sort_values(kind="stable").index]
    return Explored(
        column,
        row,
        list(dict.fromkeys(in_order)),
        [name for name in axis_columns(table) if name not in by],
        cells,
        curves=_points(curves, len(cells), known),
        shares=_shares(table, number, len(cells)),
        paths=loss_bands(records, table, number, POINTS).rename(columns={"group": "cell"}),
    )


def _points(curves: Survival, cells: int, known: Floats) -> pd.DataFrame:
    """Each curve at POINTS epochs evenly spread over its steps, and to where it is known: the steps between are thinned out."""
    size = np.bincount(curves.group, minlength=cells)
    first = np.cumsum(size) - size
    place = np.arange(len(curves.group)) - first[curves.group]
    step = np.maximum(size // POINTS, 1)[curves.group]
    kept = (place % step == 0) | (place == size[curves.group] - 1)
    begin = pd.DataFrame({"cell": np.arange(cells), "epoch": 1, "share": 1.0, "low": 1.0, "high": 1.0})
    steps = {"share": curves.survival, "low": curves.low, "high": curves.high}
    middle = pd.DataFrame({"cell": curves.group, "epoch": np.maximum(curves.epoch, 1), **steps})[kept]
    both = pd.concat([begin, middle])
    end = both.groupby("cell", sort=False).tail(1)
    end = end.assign(epoch=np.maximum(known[end["cell"]], np.maximum(end["epoch"], 2)))
    return pd.concat([both, end]).sort_values("cell", kind="stable").round({"share": 4, "low": 4, "high": 4})


def _shares(table: pd.DataFrame, number: Integers, cells: int) -> pd.DataFrame:
    wide = pd.DataFrame(outcome_shares(table, number, cells)).rename_axis("cell").reset_index()
    return wide.melt("cell", var_name="outcome", value_name="share").query("share > 0").round({"share": 5})


def chart(value: Explored) -> dict[str, Any]:
    """The Vega-Lite specification; widths are set by the page."""
    labels = [_label(value, cell) for cell in value.cells.itertuples()]
    ids = value.cells["cell"].tolist()
    chosen = alt.selection_point(
        name="chosen",
        fields=["cell"],
        on="click",
        toggle=False,
        clear=False,
        value=[{"cell": _best(value.cells)}],
        bind=alt.binding_select(options=ids, labels=labels, name="cell "),
    )
    views = [_map(value, chosen), _curves(value, chosen), _outcomes(value, chosen)]
    if len(value.paths):
        views.append(_paths(value, chosen))
    whole = alt.concat(*views, columns=2).resolve_scale(color="independent", x="independent", y="independent")
    with alt.data_transformers.enable("default", max_rows=None):  # there are POINTS of each curve, never more
        return whole.to_dict()


def _label(value: Explored, cell: Any) -> str:
    row = f", {visible(value.row)} {cell.row}" if value.row is not None else ""
    return f"{visible(value.column)} {cell.column}{row}"


def _best(cells: pd.DataFrame) -> int:
    order = cells.assign(median=cells["median"].fillna(np.inf)).sort_values(["success", "median"], ascending=[False, True])
    return int(order["cell"].iloc[0])


def _map(value: Explored, chosen: alt.Parameter) -> alt.LayerChart | alt.FacetChart:
    columns = list(dict.fromkeys(value.cells["column"]))
    # Places are numbers: Vega keeps words as keys of objects, where `__proto__` would be none.
    cells = value.cells.assign(x=value.cells["column"].map(columns.index), y=value.cells["row"].map(value.rows.index))
    base = alt.Chart(cells, title="Choose a cell").encode(
        x=alt.X("x:O", title=_title(value.column), axis=alt.Axis(labelExpr=_texts(columns), labelOverlap=True, labelAngle=0)),
        y=alt.Y(
            "y:O",
            sort="descending",
            title=_title(value.row or ""),
            axis=alt.Axis(labelExpr=_texts(value.rows), labelOverlap=True),
        ),
        tooltip=[
            alt.Tooltip("column:N", title=_title(value.column)),
            *([alt.Tooltip("row:N", title=_title(value.row))] if value.row is not None else []),
            alt.Tooltip("runs:Q", format=","),
            alt.Tooltip("success_text:N", title="converged"),
            alt.Tooltip("low_text:N", title="at least"),
            alt.Tooltip("high_text:N", title="at most"),
            alt.Tooltip("median_text:N", title="median epochs"),
        ],
    )
    colour = alt.Color(
        "success:Q",
        title="converged",
        scale=alt.Scale(scheme="cividis", domain=[0, 1]),
        legend=alt.Legend(labelExpr=_percent("datum.value", 0), orient="bottom", direction="horizontal", tickCount=5),
    )
    # Named: older releases of Altair would number it on and on, and no two reports would be the same.
    texts = {f"{name}_text": _percent(f"datum.{name}", 1) for name in ("success", "low", "high")}
    texts["median_text"] = "isValid(datum.median) ? format(datum.median, ',.0f') : '∞'"
    cells = base.transform_calculate(**texts).mark_rect(cursor="pointer").encode(color=colour)
    cells = cells.add_params(chosen).properties(name="map")
    frame = base.mark_rect(fill=None, strokeWidth=3, stroke="#d55e00").transform_filter(chosen)
    return alt.layer(cells, frame)


def _texts(texts: list[str]) -> str:
    """An expression of Vega for the text of a place."""
    return f"{json.dumps(texts)}[datum.value]"


def _percent(share: str, decimals: int) -> str:
    """An expression of Vega for a share, written as `numbers.percent_text` writes it. Vega's own format has no space: 12.3%."""
    return f"format(100 * {share}, '.{decimals}f') + ' %'"


def _title(text: str) -> str:
    """A text as Vega takes it: what JavaScript's objects have of themselves stands behind a space, which is not seen."""
    return f" {visible(text)}" if text.startswith("__") or text in OBJECTS_OWN else visible(text)


def _curves(value: Explored, chosen: alt.Parameter) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(value.curves, title="Not yet converged, by epoch").transform_filter(chosen)
    epochs = alt.X(
        "epoch:Q", title="epochs", scale=alt.Scale(type="log", nice=False), axis=alt.Axis(format=",.0f", tickCount=5)
    )
    share = alt.Y("share:Q", title="", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(labelExpr=_percent("datum.value", 0)))
    band = base.mark_area(interpolate="step-after", opacity=0.25, color="#0072b2").encode(
        x=epochs, y=alt.Y("low:Q", title=""), y2="high:Q"
    )
    line = base.mark_line(interpolate="step-after", color="#0072b2").encode(x=epochs, y=share)
    return alt.layer(band, line)


def _outcomes(value: Explored, chosen: alt.Parameter) -> alt.Chart:
    colours = alt.Scale(domain=list(OUTCOMES), range=[LOOKS[outcome].colour for outcome in OUTCOMES])
    return (
        alt.Chart(value.shares, title="How its runs end")
        .transform_filter(chosen)
        .transform_calculate(share_text=_percent("datum.share", 2))
        .mark_bar()
        .encode(
            x=alt.X(
                "share:Q",
                title="share of the runs",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(labelExpr=_percent("datum.value", 0)),
            ),
            y=alt.Y("outcome:N", title="", scale=alt.Scale(domain=list(OUTCOMES))),
            color=alt.Color("outcome:N", legend=None, scale=colours),
            tooltip=["outcome:N", alt.Tooltip("share_text:N", title="share")],
        )
    )


def _paths(value: Explored, chosen: alt.Parameter) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(value.paths, title="Loss: median, middle half, 90 % of runs").transform_filter(chosen)
    scale = alt.Scale(type="log" if (value.paths["low"] > 0).all() else "linear", nice=False)
    epochs = alt.X("epoch:Q", title="epochs", scale=alt.Scale(type="symlog"), axis=alt.Axis(format=",.0f", tickCount=5))

    def band(low: str, high: str, opacity: float) -> alt.Chart:
        area = base.mark_area(opacity=opacity, color="#0072b2")
        return area.encode(x=epochs, y=alt.Y(f"{low}:Q", title="", scale=scale), y2=f"{high}:Q")

    line = base.mark_line(color="#0072b2").encode(x=epochs, y=alt.Y("median:Q", title="loss", scale=scale))
    return alt.layer(band("low", "high", 0.15), band("lower", "upper", 0.25), line)
