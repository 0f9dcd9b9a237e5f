"""A sweep and its plan in words: how much is run, and over which settings. This file loads no kernels."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..text import count, in_toml

if TYPE_CHECKING:
    from ..spec.axes import AxisInUse
    from ..spec.spec import Spec


def sweep_lines(spec: "Spec") -> tuple[str, list[str]]:
    """What a sweep is, and the names of what varies in it, without the slow drawing, combining and checking of values."""
    from ..spec.axes import Axis, AxisInUse

    task = getattr(spec.task, "name", "") or Path(getattr(spec.task, "file", "")).name
    seeds = spec.seeds
    many = seeds if isinstance(seeds, int) else len(seeds) if isinstance(seeds, tuple) else seeds.count
    axes = [
        key if isinstance(value, Axis) else value.called
        for key, value in spec.settings()
        if isinstance(value, Axis) or (isinstance(value, AxisInUse) and value.shown)
    ]
    varied = [f"over {', '.join(axes)}"] if axes else []
    return f"Sweep {spec.name!r}: {task}, {count(many, 'seed')} in each cell", varied


def plan_lines(runs: int, cells: int, seeds: int, shapes: int, spec: "Spec") -> tuple[str, list[str]]:
    """What a sweep would run: how much, then a line for each axis and for each input and target from a file."""
    sizes = f"{count(runs, 'run')}: {count(cells, 'cell')} × {count(seeds, 'seed')}, {count(shapes, 'network shape')}"
    spans = [f"{axis.called}: {_span(axis, spec.called)}" for axis in spec.axes if axis.shown]
    return sizes, [*spans, *(column.description for column in spec.contents.columns)]


def _span(axis: "AxisInUse", called: Mapping[str, str]) -> str:
    """How many values an axis has, and the first and last; for a sampled axis the least and largest. called: names of files."""
    from ..spec.design import DRAWN_TOGETHER  # making the plan has already loaded it

    if axis.zip == DRAWN_TOGETHER:
        return f"{len(axis.points):,} drawn, {_shown(min(axis.points))} to {_shown(max(axis.points))}"
    points = list(dict.fromkeys(point for point in axis.points if point is not None))
    return f"{len(points):,} in all, {' ... '.join(_shown(called.get(point, point)) for point in (points[0], points[-1]))}"


def _shown(value: object) -> str:
    return value if isinstance(value, str) else in_toml(value)
