"""The explorer: a map of two settings, and linked views of the cell that the reader chooses on it.

Vega-Lite draws it in the browser. One specification serves all maps: where it depends on the map, it has one of PLACES, which
the page replaces by what the map has (`templates/report.js`). So another map costs the page only its numbers. The page also
lays the views out, because only it knows how wide they may be.
"""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from backsweep.outcomes import OUTCOMES

from ..figures.outcomes import LOOKS
from ..figures.style import FAINT
from .cell_map import CellMap

ACROSS, DOWN, COLUMNS, ROWS, COLOUR = PLACES = ("@across", "@down", "@columns", "@rows", "@colour")
BLUE = "#0072b2"  # of lines and bands; the page replaces it by its accent
CHOSEN = "datum.cell === chosen"


def explorer(maps: list[CellMap]) -> dict[str, Any]:
    """What the page needs to draw them.

    views: a specification of Vega-Lite with PLACES, and without data; its parameter is `chosen`, the number of a cell. colours:
    encodings to choose from for COLOUR, by the column of cells that they show, the first for a beginning; told: what these
    columns are called. maps: what takes the other places, and the data, a list per column.

    Where no run converged, the losses tell the cells apart: the map begins with their colours, and their distribution stands in
    the place of the survival curve.
    """
    converge = any((found.cells["converged"] > 0).any() for found in maps)
    colours = {"converged": _converged(), "median": _median(), "loss": _loss(maps)}
    order = sorted(colours, key=lambda name: converge or name != "loss")
    return {
        "views": _views(maps, converge),
        "colours": {name: _encoding(colours[name]) for name in order},
        "told": TOLD,
        "maps": [found.values(converge) for found in maps],
    }


def explorer_kinds() -> dict[str, dict[str, Any]]:
    """The same without maps, for pages that get them later: where runs converge, and where the losses tell the cells apart."""
    kinds = {name: explorer([_empty(share)]) for name, share in (("converging", 1.0), ("losses", 0.0))}
    return {name: {**kind, "maps": []} for name, kind in kinds.items()}


def _empty(share: float) -> CellMap:
    """A map of cells of which this share converges, and whose losses need a log scale."""
    losses = pd.DataFrame({"converged": share, "loss": [0.001, 1.0]})
    none = pd.DataFrame({name: [] for name in ("low", "high")}, dtype=np.float64)
    return CellMap("", "", [], [], [], cells=losses, curves=losses, paths=none, ends=losses, opens=0)


def _views(maps: list[CellMap], converge: bool) -> dict[str, Any]:
    curves = _curves() if converge else _final_losses(maps)
    views = [_map(), curves, *([_losses(maps)] if len(maps[0].paths) else []), _outcomes()]
    whole = alt.vconcat(*views, data=alt.NamedData("cells")).add_params(alt.param(name="chosen", value=0))
    return whole.resolve_scale(color="independent", x="independent", y="independent").to_dict()


def _map() -> alt.LayerChart | alt.FacetChart:
    # Places are numbers: Vega keeps words as keys of objects, where `__proto__` would be none.
    base = alt.Chart(alt.NamedData("cells"), title="Choose a cell").encode(
        x=alt.X("x:O", title=ACROSS, axis=alt.Axis(labelExpr=COLUMNS, labelOverlap=True, labelAngle=0)),
        y=alt.Y("y:O", sort="descending", title=DOWN, axis=alt.Axis(labelExpr=ROWS, labelOverlap=True)),
        tooltip=[
            alt.Tooltip("column:N", title=ACROSS),
            alt.Tooltip("row:N", title=DOWN),
            alt.Tooltip("runs:Q", format=","),
            *(alt.Tooltip(f"{name}_text:N", title=title) for name, title in TOLD.items()),
        ],
        description="description:N",
    )
    # Named: older releases of Altair would number it on and on, and no two reports would be the same.
    texts = {f"{name}_text": _percent(f"datum.{name}", 1) for name in ("converged", "low", "high")}
    texts["soon"] = "isValid(datum.median) ? max(datum.median, 1) : null"  # a log scale has no place for epoch 0
    texts["median_text"] = "isValid(datum.median) ? format(datum.median, ',.0f') : '∞'"
    texts["loss_text"] = "isValid(datum.loss) ? format(datum.loss, '.4g') : '∞'"
    facts = [("runs", "datum.runs"), *((title, f"datum.{name}_text") for name, title in TOLD.items())]
    texts["description"] = " + ".join(["datum.name", *(f"'; {title}: ' + {text}" for title, text in facts)])
    base = base.transform_calculate(**texts)
    cells = base.mark_rect(cursor="pointer", invalid=None)
    cells = cells.encode(color=alt.value(COLOUR)).properties(name="map")
    frame = base.mark_rect(aria=False, fill=None, strokeWidth=3, stroke="#d55e00").transform_filter(CHOSEN)
    return alt.layer(cells, frame)


TOLD = {"converged": "converged", "low": "at least", "high": "at most", "median": "median epochs", "loss": "final loss"}


def _converged() -> alt.Color:
    quarters = [0, 0.25, 0.5, 0.75, 1]
    legend = alt.Legend(labelExpr=_percent("datum.value", 0), orient="bottom", direction="horizontal", values=quarters)
    return alt.Color("converged:Q", title="converged", scale=alt.Scale(scheme="cividis", domain=[0, 1]), legend=legend)


def _median() -> Any:
    legend = alt.Legend(format=",.0f", orient="bottom", direction="horizontal", tickCount=3)
    scale = alt.Scale(type="log", scheme="cividis", reverse=True, nice=False)
    colour = alt.Color("soon:Q", title="median epochs; grey: none", scale=scale, legend=legend)
    return _grey_without("median", colour)


def _loss(maps: list[CellMap]) -> Any:
    legend = alt.Legend(format=".3~g", orient="bottom", direction="horizontal", tickCount=3)
    scale = _scale_of([found.cells["loss"] for found in maps], scheme="cividis", reverse=True)
    colour = alt.Color("loss:Q", title="final loss; grey: infinite", scale=scale, legend=legend)
    return _grey_without("loss", colour)


def _grey_without(name: str, colour: alt.Color) -> Any:
    """The colour of cells that have this number, and grey for the others.

    The test is for those without, since Vega-Lite adds a test of its own behind it, which colours what is not on the scale like
    one of its ends.
    """
    return alt.condition(f"!isValid(datum.{name})", alt.value(FAINT), colour)


def _scale_of(losses: list[pd.Series], **more: Any) -> alt.Scale:
    """A log scale for losses that are all positive and range over a power of ten, else a linear one without need of a zero."""
    low, high = min(of.min() for of in losses), max(of.max() for of in losses)
    return alt.Scale(type="log", nice=False, **more) if 0 < 10 * low <= high else alt.Scale(nice=False, zero=False, **more)


def _encoding(colour: Any) -> dict[str, Any]:
    return alt.Chart(alt.NamedData("cells")).mark_rect().encode(color=colour).to_dict()["encoding"]["color"]


def _percent(share: str, decimals: int) -> str:
    """An expression of Vega for a share, written as `numbers.percent_text` writes it. Vega's own format has no space: 12.3%."""
    return f"format(100 * {share}, '.{decimals}f') + ' %'"


def _curves() -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.NamedData("curves"), title="Not yet converged, by epoch").transform_filter(CHOSEN)
    share = alt.Y(
        "share:Q", title="", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(labelExpr=_percent("datum.value", 0), tickCount=5)
    )
    band = base.mark_area(interpolate="step-after", opacity=0.25, color=BLUE)
    band = band.encode(x=_epochs("epochs"), y=alt.Y("low:Q", title=""), y2="high:Q")
    line = base.mark_line(interpolate="step-after", color=BLUE).encode(x=_epochs("epochs"), y=share)
    return alt.layer(band, line)


def _final_losses(maps: list[CellMap]) -> alt.Chart:
    base = alt.Chart(alt.NamedData("curves"), title="Final loss: the share of runs that reach it").transform_filter(CHOSEN)
    axis = alt.Axis(labelExpr=_percent("datum.value", 0), tickCount=5)
    share = alt.Y("share:Q", title="", scale=alt.Scale(domain=[0, 1]), axis=axis)
    scale = _scale_of([found.ends["loss"] for found in maps])
    loss = alt.X("loss:Q", title="final loss", scale=scale, axis=alt.Axis(format=".3~g", tickCount=5))
    return base.mark_line(interpolate="step-after", color=BLUE).encode(x=loss, y=share)


def _epochs(title: str) -> alt.X:
    return alt.X("epoch:Q", title=title, scale=alt.Scale(type="log", nice=False), axis=alt.Axis(format=",.0f", tickCount=5))


def _losses(maps: list[CellMap]) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.NamedData("paths"), title="Loss: median, 50 % and 90 % of runs").transform_filter(CHOSEN)
    scale = _scale_of([found.paths[end] for found in maps for end in ("low", "high")])
    epochs = _epochs("epochs; epoch 0 at the left edge")

    def band(low: str, high: str, opacity: float) -> alt.Chart:
        area = base.mark_area(opacity=opacity, color=BLUE)
        return area.encode(x=epochs, y=alt.Y(f"{low}:Q", title="", scale=scale), y2=f"{high}:Q")

    line = base.mark_line(color=BLUE).encode(x=epochs, y=alt.Y("median:Q", title="loss", scale=scale))
    return alt.layer(band("low", "high", 0.15), band("lower", "upper", 0.25), line)


def _outcomes() -> alt.Chart:
    colours = alt.Scale(domain=list(OUTCOMES), range=[LOOKS[outcome].colour for outcome in OUTCOMES])
    share = alt.X(
        "share:Q",
        title="share of the runs",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(labelExpr=_percent("datum.value", 0), tickCount=5),
    )
    return (
        alt.Chart(alt.NamedData("cells"), name="ends", title="How its runs end")
        .transform_filter(CHOSEN)
        .transform_fold(list(OUTCOMES), as_=["outcome", "share"])
        .transform_calculate(share_text=_percent("datum.share", 1), place=f"indexof({list(OUTCOMES)}, datum.outcome)")
        .mark_bar()
        .encode(
            x=share,
            order="place:Q",
            color=alt.Color("outcome:N", title=None, scale=colours, legend=alt.Legend(orient="top", direction="horizontal")),
            tooltip=["outcome:N", alt.Tooltip("share_text:N", title="share")],
        )
    )
