"""The values of an axis as the table of runs has them."""

from typing import Any

from .starts import SETTING as START_FILE
from .starts import file_names


def readable(key: str, points: tuple[Any, ...]) -> tuple[Any, ...]:
    """The values of an axis as they stand in its column: layers as 16-16 or none, pairs as -1/1, files by their name."""
    if key == START_FILE:
        return file_names(points)
    if not isinstance(points[0], tuple):
        return points
    if all(len(point) == 1 for point in points):
        return tuple(point[0] for point in points)
    sign = "/" if "encoding" in key else "-"
    return tuple(sign.join(f"{number:g}" for number in point) or "none" for point in points)
