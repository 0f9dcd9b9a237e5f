"""What the fields of a manifest may be, and the columns of settings, of which several of its parts speak."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backsweep.columns import COLUMNS
from backsweep.ranges import Range, whole_from

from ..allowed import Says, TextOf, Within
from ..disk.plain import reason_of, shortly

MOST_RUNS = 10**11  # the names of shards have twelve digits
FIRST_COLUMNS = ("run", "cell", "seed")
LAST_COLUMNS = tuple(COLUMNS)

Checked = TypeVar("Checked")
AxisType = Literal["bool", "int64", "float64", "string"]
Count = Annotated[int, Within(whole_from(0, 10**24))]  # large enough for the estimate of a sweep of many years
RunCount = Annotated[int, Within(whole_from(0, MOST_RUNS))]
SomeRuns = Annotated[int, Within(whole_from(1, MOST_RUNS))]
Jobs = Annotated[int, Within(whole_from(1, 1_000_000))]
Seconds = Annotated[float, Within(Range("a number from 0 to 1e20", 0, 1e20))]
Word = Annotated[str, TextOf(1, 200)]
Words = Annotated[str, TextOf(0, 1000)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{1,128}$"), Says("must be 1 to 128 hexadecimal digits")]
Setting = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\[[0-9]{1,6}\])?$", max_length=200),
    Says("must be the dotted name of a setting, such as train.lr"),
]
Switch = Annotated[bool, Field(strict=True)]
Versions = Annotated[dict[Word, Words], Field(max_length=100)]


class Record(BaseModel):
    """A part of a manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class AxisColumn(Record):
    """A column of settings: its name in the table, the dotted setting whose values it shows, and their type."""

    name: Word
    setting: Setting
    type: AxisType


def check_columns(place: str, axes: Sequence[AxisColumn]) -> None:
    """ValueError if two of these columns, or one of them and one that every table has, share a name or a setting."""
    for what in ("name", "setting"):
        refuse_twice(f"{place}, {what}", [*(FIRST_COLUMNS + LAST_COLUMNS), *(getattr(axis, what) for axis in axes)])


def checked(place: str, check: Callable[..., Checked], *arguments: object) -> Checked:
    """What `check` returns. ValueError, with the place, for a ValidationError."""
    try:
        return check(*arguments)
    except ValidationError as error:
        raise ValueError(reason_of(error, place)) from None


def refuse_twice(place: str, names: Sequence[str]) -> None:
    """ValueError if a name is there twice."""
    if len(set(names)) < len(names):
        name = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{place}: {shortly(name)} stands for two columns")
