"""Cells that are left out: `exclude`, a list of tables of settings and their values.

A table matches the cells that have everything it says; a list in it matches any of its members. A value that never occurs is a
mistake and is named, whether its axis does not have it or no cell has it together with the rest of its table. A table is looked
up among the cells of its rarest value, so that a hundred thousand tables take time in proportion to the cells they match.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from backsweep.errors import SettingError
from backsweep.suggestions import ending, nearest

from ...results.analysis.levels import Levels, in_json
from ...results.arrays import Integers
from ..data.initial_weights import SETTING as START_FILE
from ..spec.axes import AxisInUse
from ..text import dotted, short


class Condition(NamedTuple):
    """What a table says about one setting: the setting's name there, its members, and the places of each in its axis."""

    called: str
    members: list[Any]
    places: list[list[int]]


def without(
    index: dict[str, Integers],
    axes: Sequence[AxisInUse],
    shown: Mapping[str, tuple[Any, ...]],
    exclude: Sequence[Mapping[str, Any]],
) -> dict[str, Integers]:
    """The cells that no table of `exclude` describes. SettingError for a setting that does not vary, or a value it never has.

    shown: by setting, the values of each axis as tables show them, which `exclude` may also use.
    """
    if not exclude:
        return index
    known, cells = _Axes(axes, shown), _Cells(index)
    kept = np.ones(len(next(iter(index.values()), ())), bool)
    for number, table in enumerate(exclude):
        try:
            kept[cells.that_have(known.conditions(table))] = False
        except SettingError as error:
            raise error.inside(f"exclude[{number}]") from None
    if not kept.any():
        raise SettingError(["exclude"], "it leaves no cell")
    return {key: cells[kept] for key, cells in index.items()}


class _Axes:
    """The axes by their names, with their values for look-ups."""

    def __init__(self, axes: Sequence[AxisInUse], shown: Mapping[str, tuple[Any, ...]]):
        self._axes, self._shown = axes, shown
        self._settings = {axis.setting: axis for axis in axes} | {axis.called: axis for axis in axes}
        self._levels: dict[str, Levels] = {}

    def conditions(self, table: Mapping[str, Any]) -> dict[str, Condition]:
        """The conditions of a table, by setting."""
        found: dict[str, Condition] = {}
        for written, value in _flat(table):
            axis = self._settings.get(written)
            name = dotted(tuple(written.split(".")))
            if axis is None:
                raise SettingError([name], f"there is no such axis{self._there_are(written)}", f"{name} = {short(value)}")
            if axis.setting in found:
                reason = "the table gives this setting already; write several values as a list"
                raise SettingError([name], reason, f"{name} = {short(value)}")
            members = _members(axis, value)
            levels, hint = self._levels_of(axis, written), _hint(axis, value)
            places = [levels.places(member, hint) for member in members]
            found[axis.setting] = Condition(written, members, places)
        if not found:
            raise SettingError(["exclude"], "an empty table would leave out every cell", shown="")
        return found

    def _there_are(self, written: str) -> str:
        """Which axis was probably meant by a name, which may be its last word as tables have it, and all that there are."""
        called = [axis.called for axis in self._axes if axis.shown]
        last = {name.rpartition(".")[2]: name for name in called}
        meant = nearest(written, called) or last.get(nearest(written.rpartition(".")[2], last) or "")
        return ending(meant, called, "There are")

    def _levels_of(self, axis: AxisInUse, written: str) -> Levels:
        """The axis's values; written: what the table calls it, as messages do."""
        if written not in self._levels:
            ways = axis.points, self._shown[axis.setting]
            self._levels[written] = Levels(written, *(reversed(ways) if axis.setting == START_FILE else ways))
        return self._levels[written]


class _Cells:
    """The cells in the order of each setting's values."""

    def __init__(self, index: dict[str, Integers]):
        self._index = index
        self._sorted: dict[str, tuple[Integers, Integers]] = {}

    def that_have(self, conditions: Mapping[str, Condition]) -> Integers:
        """The cells that meet all conditions. SettingError if no cell has some member together with the other conditions."""
        spans = {key: self._spans(key, condition) for key, condition in conditions.items()}
        rarest = min(spans, key=lambda key: sum(stop - start for start, stop in spans[key]))
        cells = np.concatenate([self._sorted[rarest][0][start:stop] for start, stop in spans[rarest]])
        if len(conditions) == 1:
            return cells
        for key, condition in conditions.items():
            if key != rarest:
                cells = cells[np.isin(self._index[key][cells], [place for places in condition.places for place in places])]
        for key, condition in conditions.items():
            there = set(np.unique(self._index[key][cells]).tolist())
            for member, places in zip(condition.members, condition.places, strict=True):
                if there.isdisjoint(places):
                    rest = ", ".join(other.called for other in conditions.values() if other is not condition)
                    reason = f"no cell has it together with what the table says of {rest}"
                    raise SettingError([condition.called], reason, f"{condition.called} = {in_json(member)}")
        return cells

    def _spans(self, key: str, condition: Condition) -> list[tuple[int, int]]:
        """The spans of cells that meet a condition, when cells are in the order of the setting's values."""
        if key not in self._sorted:
            order = np.argsort(self._index[key], kind="stable")
            self._sorted[key] = order, np.searchsorted(self._index[key][order], np.arange(self._index[key].max() + 2))
        borders = self._sorted[key][1]
        places = [place for places in condition.places for place in places if place + 1 < len(borders)]
        return [(int(borders[place]), int(borders[place + 1])) for place in places]


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Nested tables as dotted names."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _members(axis: AxisInUse, value: Any) -> list[Any]:
    """The values that a condition matches: the value itself, or every member of a list.

    A task's pair is one value, since a single number could not be one; a network of two layers is a list within the list.
    """
    pair = axis.setting.startswith("task.") and isinstance(axis.points[0], tuple)
    if not isinstance(value, list | tuple) or (pair and not any(isinstance(one, list | tuple) for one in value)):
        return [value]
    if not value:
        raise SettingError([axis.called], f"an empty list contains no value{_hint(axis, value)}", f"{axis.called} = []")
    if any(isinstance(one, Mapping) for one in value):
        raise SettingError([axis.called], "a table within a list; write one entry of exclude per table")
    return list(value)


def _hint(axis: AxisInUse, value: Any) -> str:
    """A hint on how to write a network with these layers."""
    layers = isinstance(value, list) and axis.setting == "model.hidden" and tuple(value) in axis.points
    return f"; the network of layers {value} is [{value}]" if layers else ""
