"""Axes: a table in place of a setting gives its values, and all axes together give the cells of the design."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, NamedTuple, Self, TypeVar

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from backsweep.errors import SettingError
from backsweep.ranges import whole_from

from ...results.allowed import Number, Says, Within
from ...results.arrays import Floats, Integers
from ...results.logarithmic import FORTY_DIGITS
from ...results.store.written_spec import DRAWN, KINDS, SPACED, TITLES
from ..text import short
from .allowed import reason_of
from .spacing import MOST_POINTS, decimals, expanded, log_placed, whole_or_float

T = TypeVar("T")
MOST_CELLS = 10_000_000

Ends = Annotated[tuple[Number, Number], Says("must be [first, last], two finite numbers")]
Steps = Annotated[tuple[Number, Number, Number], Says("must be [start, stop, step], three finite numbers")]
ZipName = Annotated[str, Field(min_length=1), Says("must be text, the name that axes share")]


class Axis(BaseModel, Generic[T]):
    """A setting that varies. Give exactly one of values, linear (with n), log (with n), range, uniform and loguniform."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"oneOf": [{"required": [kind, "n"] if kind in SPACED else [kind]} for kind in KINDS]},
    )

    values: Annotated[tuple[T, ...], Field(fail_fast=True)] | None = Field(default=None, description="List of the values.")
    linear: Ends | None = Field(default=None, description="First and last of n evenly spaced values.")
    log: Ends | None = Field(default=None, description="First and last of n values, evenly spaced on a log scale.")
    range: Steps | None = Field(default=None, description="[start, stop, step], as in Python's range: stop itself is left out.")
    uniform: Ends | None = Field(
        default=None, description="Smallest and largest value; [design] says how values are drawn between them."
    )
    loguniform: Ends | None = Field(
        default=None, description="Smallest and largest value; [design] says how values are drawn between them, on a log scale."
    )
    n: Annotated[int, Within(whole_from(1, MOST_POINTS))] | None = Field(
        default=None, description="Number of values of a linear or log axis."
    )
    zip: ZipName | None = Field(
        default=None, description="Any name. Axes with the same zip advance together instead of being combined."
    )
    _points: tuple[T, ...] = PrivateAttr(default=())

    @property
    def points(self) -> tuple[T, ...]:
        """The values, in order; none of an axis that is sampled."""
        return self._points

    @property
    def ends(self) -> tuple[float, float] | None:
        """Between which numbers the axis is sampled; None if it is not."""
        return self.uniform or self.loguniform

    def at(self, coordinates: Floats) -> tuple[T, ...]:
        """The values of a sampled axis at coordinates from 0 to 1; where only whole numbers do, those, both ends included."""
        low, high = decimals(*(self.ends or ()))
        whole = self._counts()
        top = high + 1 if whole else high
        with localcontext(FORTY_DIGITS):
            if self.loguniform is not None:
                places = log_placed(low, top, coordinates, whole)
            else:
                places = [low + (top - low) * Decimal(u) for u in coordinates.tolist()]
            return self._checked([int(min(place, high)) if whole else float(min(place, high)) for place in places])

    def _counts(self) -> bool:
        """Whether the setting takes whole numbers only."""
        low, _ = self.ends or (0.0, 0.0)
        try:
            _adapter_of(self._kind()).validate_python(math.floor(low) + 0.5)
        except ValidationError:
            return True
        return False

    def _kind(self) -> Any:
        """The type of the setting."""
        return self.__pydantic_generic_metadata__["args"][0]

    @model_validator(mode="after")
    def _expand(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"an axis needs one of {', '.join(KINDS)}; this one has {' and '.join(given) or 'none'}")
        kind = given[0]
        if (self.n is None) == (kind in SPACED):
            raise ValueError(f"{kind} needs n, the number of values, beside it" if self.n is None else f"{kind} takes no n")
        if kind in DRAWN:
            self._check_ends(kind)
            return self
        points = self.values if self.values is not None else expanded(kind, getattr(self, kind), self.n)
        if not points:
            raise ValueError("the axis is empty; it needs at least one value")
        checked = self._checked(points)
        self._points = checked if self.zip else tuple(dict.fromkeys(checked))
        return self

    def _check_ends(self, kind: str) -> None:
        low, high = getattr(self, kind)
        if self.zip is not None:
            raise ValueError(f"{kind} takes no zip: sampled axes are drawn together anyway")
        if not low < high or (kind == "loguniform" and low <= 0):
            raise ValueError(f"{kind} must go from a number{' above 0' * (kind == 'loguniform')} to a larger one")
        self._checked(whole_or_float([low, high]))

    def _checked(self, points: Sequence[Any]) -> tuple[T, ...]:
        """Each value as the setting itself would take it."""
        with suppress(ValidationError):  # many at once take a tenth of the time; which is wrong is found one by one
            return _adapter_of(tuple[self._kind(), ...]).validate_python(points)
        adapter = _adapter_of(self._kind())
        checked: list[T] = []
        for point in points:
            try:
                checked.append(adapter.validate_python(point))
            except ValidationError as error:
                raise ValueError(f"its value {short(point)}: {reason_of(error.errors()[0])}") from None
        return tuple(checked)


@lru_cache(maxsize=256)
def _adapter_of(kind: Any) -> TypeAdapter[Any]:
    """What takes values of a type; to make it takes as long as to check a thousand of them."""
    return TypeAdapter(kind)


def _value_or_axis(raw: object) -> str:
    return "<axis>" if isinstance(raw, dict | Axis) else "<value>"


if TYPE_CHECKING:
    Setting = T | Axis[T]
else:

    class Setting:
        """A setting of type T as it may be written: a value, or an axis in its place. Tags in <> never reach a message."""

        def __class_getitem__(cls, kind):
            alternatives = Annotated[kind, Tag("<value>")] | Annotated[Axis[kind], Tag("<axis>")]
            return Annotated[alternatives, Discriminator(_value_or_axis)]


class AxisInUse(NamedTuple):
    """An axis at its place in a spec: the dotted setting, its values, and what it is zipped with; shown: in a column.

    A zip that the user names is a str; what else advances together has a tuple, which none of those can be.
    """

    setting: str
    points: tuple[Any, ...]
    zip: str | tuple[str, ...] | None
    shown: bool = True

    @property
    def called(self) -> str:
        """The setting as one speaks of it: train.optimizer for train.optimizer.name."""
        stem, _, last = self.setting.rpartition(".")
        return stem if last in TITLES else self.setting


def combine(axes: Sequence[AxisInUse], kinds: Mapping[str, Integers]) -> dict[str, Integers]:
    """For each axis which of its points each cell has: int32 (cells,), in the order of `axes`.

    All combinations, the last axis fastest; zipped axes advance together. Axes in `kinds`, which has a number for each of
    their points, vary slowest, so that cells that share these numbers are neighbours.
    """
    bundles = _zipped(axes)
    bundles.sort(key=lambda bundle: not any(axis.setting in kinds for axis in bundle))  # stable: else as written
    rows = [_distinct(bundle) for bundle in bundles]
    lengths = [len(some) for some in rows]
    if math.prod(lengths) > MOST_CELLS:
        raise too_many(math.prod(lengths), [axis.called for axis in axes])
    cells = np.arange(math.prod(lengths))  # np.indices has no more than 64 dimensions
    later = [math.prod(lengths[place + 1 :]) for place in range(len(lengths))]
    indices = [(cells // after % length).astype(np.int32) for after, length in zip(later, lengths, strict=True)]
    found = {axis.setting: some[at] for bundle, some, at in zip(bundles, rows, indices, strict=True) for axis in bundle}
    shaping = [axis for bundle in bundles for axis in bundle if axis.setting in kinds]
    if any(len(np.unique(kinds[axis.setting])) < len(axis.points) for axis in shaping):  # else they are neighbours already
        order = np.lexsort([kinds[axis.setting][found[axis.setting]] for axis in reversed(shaping)])
        found = {setting: index[order] for setting, index in found.items()}
    return {axis.setting: found[axis.setting] for axis in axes}


def too_many(cells: int, settings: Sequence[str]) -> SettingError:
    """That these settings make more cells than a sweep may have."""
    return SettingError(settings, f"{cells:,} cells are too many; one sweep may have at most {MOST_CELLS:,}", shown="")


def alike(points: Sequence[Any]) -> Integers:
    """For each value of an axis the place where it stands first: zipped and sampled axes may have one more than once."""
    places: dict[Any, int] = {}
    return np.array([places.setdefault(point, place) for place, point in enumerate(points)])


def _distinct(bundle: list[AxisInUse]) -> Integers:
    """Which points axes that advance together have in turn, a combination that comes twice once: int32."""
    if len(bundle) == 1 and bundle[0].zip is None:  # an axis by itself has each value once
        return np.arange(len(bundle[0].points), dtype=np.int32)
    places: dict[tuple[Any, ...], int] = {}
    for place, row in enumerate(zip(*(axis.points for axis in bundle), strict=True)):
        places.setdefault(row, place)
    return np.array(list(places.values()), np.int32)


def _zipped(axes: Sequence[AxisInUse]) -> list[list[AxisInUse]]:
    """Axes that advance together, in the order of their first."""
    bundles: dict[tuple[Any, str | None], list[AxisInUse]] = {}
    for axis in axes:
        bundles.setdefault((axis.zip, None) if axis.zip else (None, axis.setting), []).append(axis)
    for first, *others in bundles.values():
        for other in others:
            if len(other.points) != len(first.points):
                reason = (
                    f"zipped as {first.zip!r}, so they need the same number "
                    f"of values; they have {len(first.points)} and {len(other.points)}"
                )
                raise SettingError([first.called, other.called], reason, f"{first.called} and {other.called}")
    return list(bundles.values())
