"""Axes of tables: `{ values = ["gd", { name = "momentum", beta = { values = [0.5, 0.9] } }] }` in place of one such table.

The axes in a table vary only there. So a table stands for all combinations of its own axes, and the values of the whole axis
are those of its tables, one after the other. A sweep represents this one choice as several axes that advance together: one for
the name, and one for each number that any of the tables has. It is None where a table has no such number.

Optimizers need learning rates of their own, so their tables may also have settings of the table around: `{ name = "adam", lr =
{ log = [0.001, 0.1], n = 5 } }` beside `lr = 1.0` for the others. Such a setting, one of LENT, stays the setting that it is,
train.lr, with a value for each table, and so an axis of the table around is combined with those tables only that have none.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Generic, TypeVar

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ...results.store.written_spec import LENT
from .allowed import OfKey
from .axes import Axis, AxisInUse, ZipName, alike, combine
from .spacing import MOST_POINTS

T = TypeVar("T", bound=BaseModel)
LISTS = ("lr", "offset")  # settings that may be a list of one for each layer

Flat = dict[str, Any]


def leaves(table: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting of a table by its dotted name: a value, an axis, or None.

    A list of one for each layer is as many settings: lr[0], lr[1]. An axis of tables is an axis in use for each key, and for
    each setting of this table that it has instead.
    """
    instead = lent(table)
    for key in type(table).model_fields:
        value = getattr(table, key)
        if isinstance(value, Alternatives):
            yield from ((axis.setting, axis) for axis in value.in_use(prefix, key, instead))
        elif key in instead:
            continue
        elif isinstance(value, BaseModel) and not isinstance(value, Axis):
            yield from leaves(value, f"{prefix}{key}.")
        elif key in LISTS and isinstance(value, tuple):
            yield from ((f"{prefix}{key}[{layer}]", one) for layer, one in enumerate(value))
        else:
            yield f"{prefix}{key}", value


def lent(table: BaseModel) -> Flat:
    """The settings of a table that the tables of one of its axes have instead, with the table's own value."""
    values = [getattr(table, key) for key in type(table).model_fields]
    inner = [one for value in values if isinstance(value, Alternatives) for one in value.values]
    return {key: getattr(table, key) for key in LENT if any(getattr(one, key, None) is not None for one in inner)}


def _axes_of(table: BaseModel) -> list[AxisInUse]:
    return [AxisInUse(key, axis.points, axis.zip) for key, axis in leaves(table) if isinstance(axis, Axis)]


def _checked(table: BaseModel) -> BaseModel:
    """A table, once it is sure that its axes need none outside."""
    for key, axis in leaves(table):
        if isinstance(axis, Axis) and axis.ends is not None:
            raise OfKey(key, as_given(axis), "an axis within a table of an axis cannot be sampled")
    zips = [axis.zip for axis in _axes_of(table)]
    for axis in _axes_of(table):
        if axis.zip is not None and zips.count(axis.zip) == 1:
            reason = "no other axis of this table has this zip, and it stays within the table"
            raise OfKey(f"{axis.setting}.zip", axis.zip, reason)
    _count(table)
    return table


def as_given(axis: Axis[Any]) -> dict[str, Any]:
    """An axis as the user wrote it."""
    return axis.model_dump(exclude_unset=True)


def _count(table: BaseModel) -> int:
    """How many values a table stands for."""
    axes = _axes_of(table)
    return len(next(iter(combine(axes, {}).values()))) if axes else 1


def _unrolled(table: BaseModel, instead: Flat) -> Iterator[Flat]:
    """The table with each combination of its axes, without what is not set. instead: what it has if it has not its own."""
    own = {key: value for key, value in leaves(table) if value is not None}
    settings = {**own, **{key: value for key, value in instead.items() if key not in own and value is not None}}
    axes = [AxisInUse(key, axis.points, axis.zip) for key, axis in settings.items() if isinstance(axis, Axis)]
    index = combine(axes, {})
    for cell in range(len(next(iter(index.values()))) if axes else 1):
        yield {**settings, **{axis.setting: axis.points[index[axis.setting][cell]] for axis in axes}}


class Alternatives(BaseModel, Generic[T]):
    """An axis of names and tables. The axes in a table vary only there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: Annotated[tuple[Annotated[T, AfterValidator(_checked)], ...], Field(fail_fast=True)] = Field(
        description="List of names, and of tables whose own axes vary only there."
    )
    zip: ZipName | None = Field(
        None, description="Any name. Axes with the same zip advance together instead of being combined."
    )

    @model_validator(mode="after")
    def _some_but_not_too_many(self):
        if not self.values:
            raise ValueError("the axis is empty; it needs at least one value")
        if sum(map(_count, self.values)) > MOST_POINTS:
            raise ValueError(f"an axis may have at most {MOST_POINTS:,} values")
        return self

    def tables(self, instead: Flat) -> list[Flat]:
        """The values, each a flat table without axes; unless zipped, each once, and what has the same keys together."""
        found = [flat for table in self.values for flat in _unrolled(table, instead)]
        if self.zip is not None:
            return found
        once = list({tuple(flat.items()): flat for flat in found}.values())
        titles = [next(iter(flat.values())) for flat in once]
        kinds = alike([(title, *flat) for title, flat in zip(titles, once, strict=True)])
        return [once[place] for place in np.lexsort([kinds, alike(titles)])]

    def in_use(self, prefix: str, key: str, instead: Flat) -> list[AxisInUse]:
        """The axes that stand for this one: the name first, then each number.

        Shown are the name if there are several, or nothing else varies, and the numbers of which one name has several. prefix:
        of the table around, whose `key` this is. instead: its settings that some tables here have.
        """
        tables = self.tables(instead)
        keys = dict.fromkeys(key for flat in tables for key in flat)
        title = next(iter(keys))
        names = {flat[title] for flat in tables}
        shown = {key for key in keys if len({(flat[title], flat.get(key)) for flat in tables}) > len(names)}
        if len(names) > 1 or not shown:
            shown.add(title)
        together = self.zip or (f"{prefix}{key}.",)
        return [
            AxisInUse(
                f"{prefix}{name}" if name in instead else f"{prefix}{key}.{name}",
                tuple(flat.get(name) for flat in tables),
                together,
                shown=name in shown,
            )
            for name in keys
        ]
