"""The values of an axis as the table of runs has them."""

from collections.abc import Mapping
from typing import Any

from ..data.initial_weights import SETTING as START_FILE


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
