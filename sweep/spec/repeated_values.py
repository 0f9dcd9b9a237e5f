"""Values that stand twice in an axis, which a new spec must not have: mostly a slip, which would leave the sweep a cell short.

Earlier versions took such an axis as if each value stood there once. So that is how the spec in a folder of results is read. It
has the same digest as the spec without the second value, which therefore continues the folder.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from backsweep.errors import SettingError

from ..text import count, short
from .allowed import first_repeated
from .axes import Axis
from .nested_axes import LISTS, Alternatives


def check_values(spec: BaseModel) -> None:
    """SettingError for the first axis of a spec that has a value twice, and for evenly spaced ones too near to differ.

    Zipped axes advance together, so each of them may have a value more than once.
    """
    for key, axis in _axes(spec):
        if axis.zip is None and axis.values is not None:
            _check_listed(f"{key}.values", axis.values)
        if axis.zip is None and isinstance(axis, Axis) and axis.n is not None and len(axis.points) < axis.n:
            reason = f"the axis has only {count(len(axis.points), 'different value')}"
            raise SettingError([f"{key}.n"], reason, f"{key}.n = {axis.n}")


def _check_listed(key: str, values: tuple[Any, ...]) -> None:
    at = first_repeated(values)
    if at is not None:
        value = values[at].model_dump(exclude_unset=True) if isinstance(values[at], BaseModel) else values[at]
        setting = f"{key}[{at}]"
        raise SettingError([setting], "the axis has this value already; give each value once", f"{setting} = {short(value)}")


def _axes(table: BaseModel, prefix: str = "") -> Iterator[tuple[str, Axis[Any] | Alternatives[Any]]]:
    """All axes by their keys, also those within tables of axes, and those of single layers."""
    for key in type(table).model_fields:
        value = getattr(table, key)
        by_layer = (
            {f"{key}[{layer}]": one for layer, one in enumerate(value)} if key in LISTS and isinstance(value, tuple) else {}
        )
        for name, one in (by_layer or {key: value}).items():
            if isinstance(one, Axis | Alternatives):
                yield f"{prefix}{name}", one
            if isinstance(one, Alternatives):
                for at, inner in enumerate(one.values):
                    yield from _axes(inner, f"{prefix}{name}.values[{at}].")
            elif isinstance(one, BaseModel) and not isinstance(one, Axis):
                yield from _axes(one, f"{prefix}{name}.")
