"""How a `DecisionPicture` is drawn: maps of regions with samples and lines, or curves, side by side for several epochs."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.ticker import MaxNLocator

from ..arrays import Floats
from .decision import MOST_SAMPLES, Answers, DecisionPicture
from .legends import legend_above
from .levels import name_axis
from .panels import panels_of, set_panel_height
from .style import INK, LINES, colours, is_narrow, plain

MOST_NAMED = 4
MOST_UNLIKE = 2.0  # how many times as long one input's range may be, if the two have one scale
SPOTS = np.linspace(0.12, 0.88, 12)  # along a line, for its name
DASHED: dict[str, Any] = {"color": INK, "linestyle": (0, (4, 2)), "linewidth": 0.9, "alpha": 0.75}
BOUNDARY: dict[str, Any] = {"color": INK, "linewidth": 1.4}
MIDPOINT: dict[str, Any] = {"color": INK, "linestyle": (0, (1, 2)), "linewidth": 0.8}
MAP = "cividis"


def draw_decision(value: DecisionPicture, axes: Axes) -> Axes:
    """A map or a curve for each epoch, side by side."""
    is_map = len(value.axes) == 2
    if is_map:
        set_panel_height(axes, len(value.answers), _ratio(value))
    panels = panels_of(axes, [f"epoch {each.epochs:,}" for each in value.answers])
    for panel, answers in zip(panels, value.answers, strict=True):
        (_draw_map if is_map else _draw_curves)(value, answers, panel)
    for panel in panels:
        name_axis(panel.xaxis, value.input_names[0])
        panel.xaxis.set_major_locator(MaxNLocator(5))
    name_axis(panels[0].yaxis, value.input_names[1] if is_map else _one_name(value))
    key, has_bar = _key(value), is_map and not value.classes and value.midpoint is None
    beside = is_map and len(panels) == 1 and not has_bar and not is_narrow(axes)
    for look in key.values():
        axes.plot([], [], label="key", **look)
    if key:
        legend_above(axes, list(key), _note(value), side="beside" if beside else "left")
    if has_bar:
        bar = axes.figure.colorbar(ScalarMappable(_scale(value), MAP), ax=axes)
        bar.set_label(plain(value.target_names[0]))
    return axes


def _ratio(value: DecisionPicture) -> float:
    """How many times as high as wide a map is: inputs of about one range have one scale, others fill a square."""
    across, up = (float(axis[-1] - axis[0]) for axis in value.axes)
    return up / across if 1 / MOST_UNLIKE <= up / across <= MOST_UNLIKE else 1.0


def _key(value: DecisionPicture) -> dict[str, dict[str, Any]]:
    """The names of what is drawn, and its looks; of a map with a colour bar nothing but lines."""
    names = dict(zip(_colour_names(value), colours(len(_colour_names(value))), strict=True))
    found: dict[str, dict[str, Any]] = {
        name: {"color": colour, "marker": "o", "linestyle": "" if len(value.axes) == 2 else "-"}
        for name, colour in names.items()
    }
    if len(value.axes) == 1:
        return found | ({"true from here up": MIDPOINT} if value.midpoint is not None else {})
    right = [value.right(each) for each in value.answers]
    if any(each is not None and not each.all() for each in right):
        wrong: dict[str, Any] = {"marker": "o", "color": "white", "markeredgecolor": INK, "linestyle": ""}
        found["wrong answer"] = wrong
    if value.midpoint is not None and not value.classes:
        found["the answer changes"] = BOUNDARY
    if any(len(each.lines) for each in value.answers):
        found["a hidden unit's sum is 0"] = DASHED
    return found


def _colour_names(value: DecisionPicture) -> list[str]:
    if len(value.axes) == 1 and len(value.target_names) == 1:
        return [f"{value.target_names[0]}: samples, and the answer as a line"]
    if value.classes or len(value.axes) == 1:
        return list(value.target_names)
    return [f"{value.target_names[0]} {side}" for side in ("false", "true")] if value.midpoint is not None else []


def _one_name(value: DecisionPicture) -> str:
    return value.target_names[0] if len(value.target_names) == 1 else "outputs"


def _note(value: DecisionPicture) -> str:
    return f"{MOST_SAMPLES:,} of {len(value.inputs):,} samples" if len(value.inputs) > MOST_SAMPLES else ""


def _draw_map(value: DecisionPicture, answers: Answers, panel: Axes) -> None:
    x, y = value.axes
    extent = (x[0], x[-1], y[0], y[-1])
    panel.imshow(_painted(value, answers), origin="lower", extent=extent, aspect="auto", interpolation="nearest")
    if value.midpoint is not None and not value.classes:
        above = answers.outputs[..., 0] - value.midpoint
        if above.min() < 0 < above.max():
            panel.contour(x, y, above, levels=[0.0], colors=BOUNDARY["color"], linewidths=BOUNDARY["linewidth"])
    _draw_lines(panel, answers.lines, extent, value.inputs[_some(value)])
    some, right = _some(value), value.right(answers)
    rings = ["white" if right is None or right[k] else INK for k in some]
    size, ring = (26, 1.1) if len(value.answers) == 1 else (13, 0.7)
    coloured = _of_samples(value)[some]
    panel.scatter(*value.inputs[some].T, s=size, color=coloured, edgecolors=rings, linewidths=ring, zorder=4, clip_on=False)
    panel.set(xlim=extent[:2], ylim=extent[2:])
    panel.set_box_aspect(_ratio(value))
    panel.set_anchor("S")  # so that the layout leaves room for the names below


def _painted(value: DecisionPicture, answers: Answers) -> Floats:
    """The colour of each point of the map, (rows, columns, 3)."""
    if value.classes:
        return _tinted(_class_colours(value)[answers.outputs.argmax(axis=-1)], np.array(0.4))
    if value.midpoint is None:
        return ScalarMappable(_scale(value), MAP).to_rgba(answers.outputs[..., 0])[..., :3]
    above = answers.outputs[..., 0] - value.midpoint
    furthest = float(np.abs(value.targets - value.midpoint).max()) or 1.0
    true = _side_colours()[(above >= 0).astype(int)]
    return _tinted(true, 0.12 + 0.4 * np.clip(np.abs(above) / furthest, 0, 1)[..., None])


def _tinted(colour: Floats, strength: Floats) -> Floats:
    return 1 - strength * (1 - colour)


def _side_colours() -> Floats:
    """Of false and of true, (2, 3)."""
    return np.array([to_rgb(LINES[0]), to_rgb(LINES[1])])


def _class_colours(value: DecisionPicture) -> Floats:
    return np.array([to_rgb(colour) for colour in colours(len(value.target_names))])


def _scale(value: DecisionPicture) -> Normalize:
    """Of numbers, the same for samples and for all panels."""
    every = np.concatenate([value.targets.ravel(), *(each.outputs.ravel() for each in value.answers)])
    known = every[np.isfinite(every)]
    return Normalize(float(known.min()), float(known.max()))


def _of_samples(value: DecisionPicture) -> Floats:
    """The colour of each sample by its target, (samples, 3)."""
    if value.classes:
        return _class_colours(value)[value.targets.argmax(axis=1)]
    if value.midpoint is None:
        return ScalarMappable(_scale(value), MAP).to_rgba(value.targets[:, 0])[:, :3]
    return _side_colours()[(value.targets[:, 0] >= value.midpoint).astype(int)]


def _some(value: DecisionPicture) -> list[int]:
    """The places of the samples that are shown, evenly spread."""
    return np.unique(np.linspace(0, len(value.inputs) - 1, MOST_SAMPLES).round().astype(int)).tolist()


def _draw_lines(panel: Axes, lines: Floats, extent: tuple[float, ...], samples: Floats) -> None:
    """The lines a x + b y + c = 0 where they cross the map; few have a name, far from samples and from each other."""
    x0, x1, y0, y1 = extent
    size = np.array([x1 - x0, y1 - y0])
    taken = samples
    for unit, (a, b, c) in enumerate(lines, 1):
        ends = _ends((a, b, c), extent)
        if len(ends) < 2:
            continue
        first, last = np.array(ends[0]), np.array(ends[-1])
        panel.plot(*np.stack([first, last]).T, zorder=3, **DASHED)
        if len(lines) <= MOST_NAMED:
            spots = first + SPOTS[:, None] * (last - first)
            apart = np.linalg.norm((spots[:, None] - taken) / size, axis=2).min(axis=1)
            spot = spots[apart.argmax()]
            taken = np.vstack([taken, spot])
            box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.8}
            panel.text(spot[0], spot[1], f"h{unit}", fontsize=8, ha="center", va="center", bbox=box, zorder=5)


def _ends(line: tuple[float, float, float], extent: tuple[float, ...]) -> list[tuple[float, float]]:
    """Where a line enters and leaves a box, from left to right; fewer than two points if it misses the box."""
    a, b, c = line
    x0, x1, y0, y1 = extent
    found = [(x, -(a * x + c) / b) for x in (x0, x1) if b != 0] + [(-(b * y + c) / a, y) for y in (y0, y1) if a != 0]
    within = {(x, y) for x, y in found if x0 <= x <= x1 and y0 <= y <= y1}
    return sorted(within)


def _draw_curves(value: DecisionPicture, answers: Answers, panel: Axes) -> None:
    several, some = colours(len(value.target_names)), _some(value)
    for output, colour in enumerate(several):
        shown: dict[str, Any] = {"color": colour, "edgecolors": "white", "linewidths": 0.6, "s": 22}
        panel.scatter(value.inputs[some, 0], value.targets[some, output], zorder=3, clip_on=False, **shown)
        panel.plot(value.axes[0], answers.outputs[:, output], color=colour, linewidth=1.8, zorder=4)
    if value.midpoint is not None:
        panel.axhline(value.midpoint, zorder=1, **MIDPOINT)
    every = np.concatenate([value.targets.ravel(), *(each.outputs.ravel() for each in value.answers)])
    known = every[np.isfinite(every)]
    margin = 0.06 * (known.max() - known.min()) or 0.5
    panel.set(xlim=value.axes[0][[0, -1]], ylim=(known.min() - margin, known.max() + margin))
