"""The columns of settings that the table of runs has: one per axis, with a name of its own."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...results.store.fields import FIRST_COLUMNS, LAST_COLUMNS, AxisColumn, AxisType
from ..data.initial_weights import SETTING as START_FILE
from ..spec.axes import AxisInUse

KINDS: dict[str, AxisType] = {"b": "bool", "i": "int64", "f": "float64", "U": "string", "O": "string"}


def readable(key: str, points: tuple[Any, ...], called: Mapping[str, str]) -> tuple[Any, ...]:
    """The values of an axis as its column has them: layers as 16-16 or none, pairs as -1/1, files by what they are `called`."""
    if key == START_FILE:
        return tuple(map(called.get, points))
    if not isinstance(points[0], tuple):
        return points
    if all(len(point) == 1 for point in points):
        return tuple(point[0] for point in points)
    sign = "/" if "encoding" in key else "-"
    return tuple(sign.join(f"{number:g}" for number in point) or "none" for point in points)


def array_of(points: tuple[Any, ...]) -> npt.NDArray[Any]:
    """The values of an axis as an array: objects for tuples and for names with gaps, otherwise numbers, with NaN for gaps."""
    given = [point for point in points if point is not None]
    if len(given) < len(points) and not isinstance(given[0], str):
        return np.array([math.nan if point is None else point for point in points])
    if isinstance(given[0], tuple) or len(given) < len(points):
        array = np.empty(len(points), object)
        array[:] = points
        return array
    return np.array(points)


def columns_of(axes: Sequence[AxisInUse], values: dict[str, npt.NDArray[Any]]) -> tuple[AxisColumn, ...]:
    """A column for each axis, named by the last word of its setting, or in full if two columns would share a name."""
    last = [axis.called.rsplit(".", 1)[-1] for axis in axes]
    taken = [*FIRST_COLUMNS, *LAST_COLUMNS, *last]
    return tuple(
        AxisColumn(
            name=name if taken.count(name) == 1 else axis.called,
            setting=axis.setting,
            type=KINDS[values[axis.setting].dtype.kind],
        )
        for axis, name in zip(axes, last, strict=True)
    )
