"""The parts of a manifest's spec that results read, as strict models of plain data.

The package sweep, which stands above results, validates the whole spec. Results read only the seeds, the task, the stopping
rule and the axes, and they validate these parts whoever wrote the file. They accept anything elsewhere.
"""

from functools import reduce
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, create_model, model_validator

from backsweep.ranges import whole_from
from backsweep.stopping import STOPPING

from ..allowed import SAID, Number, Says, TextOf, Within

KINDS = ("values", "linear", "log", "range", "uniform", "loguniform")
SPACED = ("linear", "log")
Drawn = Literal["uniform", "loguniform"]
DRAWN: tuple[Drawn, ...] = get_args(Drawn)


def _single(raw: object) -> object:
    if not isinstance(raw, bool | int | float | str):
        raise ValueError("must be a number, a text, or true or false")  # noqa: TRY004
    return raw


def _kind(raw: object) -> str:
    return "<table>" if isinstance(raw, dict) else "<list>" if isinstance(raw, list) else "<single>"


def _is_table(raw: object) -> str:
    return "<table>" if isinstance(raw, dict) else "<single>"


Text = Annotated[str, TextOf(0, 10_000)]
Ends = Annotated[list[Number], Field(min_length=2, max_length=2), Says("must be [first, last], two finite numbers")]
Steps = Annotated[list[Number], Field(min_length=3, max_length=3), Says("must be [start, stop, step], three finite numbers")]
Single = Annotated[Any, BeforeValidator(_single)]
Value = Annotated[
    Annotated[Single, Tag("<single>")] | Annotated[list[Single], Tag("<list>")],
    Discriminator(_kind, custom_error_type=SAID, custom_error_message="must be a single value, or a list of one per layer"),
]
Seed = Annotated[int, Within(whole_from(0, 2**63 - 1))]
SeedCount = Annotated[int, Within(whole_from(1, 100_000_000))]


class _Part(BaseModel):
    """A table of the spec. Keys that results never read are allowed and ignored."""

    model_config = ConfigDict(frozen=True, strict=True)


class Axis(_Part, extra="forbid"):
    """The values of a setting: exactly one of KINDS is given; `n` is the number of values for the kinds in SPACED, and only for
    them.
    """

    values: Annotated[list[Value], Field(min_length=1)] | None = None
    linear: Ends | None = None
    log: Ends | None = None
    range: Steps | None = None
    uniform: Ends | None = None
    loguniform: Ends | None = None
    n: Annotated[int, Within(whole_from(1, 1_000_000))] | None = None
    zip: Text | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            raise ValueError(f"an axis has one of {', '.join(KINDS)}, not {' and '.join(given) or 'none'}")
        if (self.n is not None) != (given[0] in SPACED):
            raise ValueError("linear and log need n, and only they take it")
        return self


AxisHere = Annotated[Axis, Tag("<table>")]
SingleOrAxis = Annotated[Annotated[Single, Tag("<single>")] | AxisHere, Discriminator(_is_table)]
NumberOrAxis = Annotated[Annotated[Number, Tag("<single>")] | AxisHere, Discriminator(_is_table)]
Setting = Annotated[
    Annotated[Single, Tag("<single>")] | Annotated[list[SingleOrAxis], Tag("<list>")] | AxisHere, Discriminator(_kind)
]


class Choice(_Part, extra="allow"):
    """One table of an axis of tables: it has a name or a scheme, and other keys, whose values may be axes."""

    __pydantic_extra__: dict[str, Setting]  # pyright: ignore[reportIncompatibleVariableOverride]

    name: Text | None = None
    scheme: Text | None = None

    @model_validator(mode="after")
    def _is_called_something(self) -> Self:
        if self.name is None and self.scheme is None:
            raise ValueError("a name or a scheme is missing")
        return self


class Choices(_Part, extra="forbid"):
    """An axis whose values are tables."""

    values: Annotated[list[Choice], Field(min_length=1)]
    zip: Text | None = None


class Task(_Part):
    """The task, by its name or by its data file."""

    name: Text | None = None
    file: Text | None = None

    @model_validator(mode="after")
    def _is_called_something(self) -> Self:
        if not self.name and not self.file:
            raise ValueError("a name or a file is missing")
        return self


class SeedRange(_Part, extra="forbid"):
    """The seeds start, start + 1, ..., start + count - 1."""

    start: Seed
    count: SeedCount


if TYPE_CHECKING:
    Stop = _Part
else:
    Stop = create_model(
        "Stop",
        __base__=_Part,
        __doc__="The criteria by which a run has converged.",
        **dict.fromkeys(STOPPING, (NumberOrAxis | None, None)),
    )


class Train(_Part):
    """The training settings; results read only the stopping criteria."""

    stop: Stop | None = None


def seeds_kind(raw: object) -> str:
    """The tag of the form in which seeds are given: a table, or a model of one; a list; or a count."""
    return "<range>" if isinstance(raw, dict | BaseModel) else "<list>" if isinstance(raw, list | tuple) else "<count>"


Seeds = Annotated[
    Annotated[SeedCount, Tag("<count>")]
    | Annotated[list[Seed], Field(min_length=1), Tag("<list>")]
    | Annotated[SeedRange, Tag("<range>")],
    Discriminator(seeds_kind),
]


class Report(_Part):
    """What the report says at its top."""

    title: Text | None = None
    author: Text | None = None
    notes: Annotated[str, TextOf(0, 20_000)] | None = None


class WrittenSpec(_Part):
    """The whole spec."""

    task: Task
    seeds: Seeds = 1
    model: dict[str, Any]
    train: Train
    report: Report = Report()

    @property
    def seed_count(self) -> int:
        """The number of seeds, which is the number of runs per cell."""
        if isinstance(self.seeds, SeedRange):
            return self.seeds.count
        return self.seeds if isinstance(self.seeds, int) else len(self.seeds)


def axis_in(spec: dict[str, Any], setting: str) -> None:
    """Check that a setting has an axis in the spec. ValidationError if it has none."""
    place, written = axis_of(spec, setting)
    (Axis if place == setting else Choices).model_validate(written)


TITLES = ("name", "scheme")  # the keys whose value says which table of an axis this is
LENT = ("lr", "weight_decay", "clip")  # keys of [train] that the tables of an axis may have instead, as optimizers do
DATA_FILE, START_FILE = "task.file", "model.init.file"


def setting_at(spec: dict[str, Any], setting: str) -> Any:
    """The value of a dotted setting in a spec; None if there is none. The setting may end in a layer, as `train.lr[0]` does."""

    def within(table: Any, key: str) -> Any:
        if isinstance(table, list):
            return table[int(key)] if key.isdecimal() and int(key) < len(table) else None
        return table.get(key) if isinstance(table, dict) else None

    return reduce(within, setting.replace("[", ".").replace("]", "").split("."), spec)


def axis_of(spec: dict[str, Any], setting: str) -> tuple[str, Any]:
    """The dotted place of the axis along which a setting varies, and the spec's content there.

    The place is the setting itself. If the setting is a key in the tables of an axis, also one of LENT, it is the place of
    these tables.
    """
    place, _, key = setting.rpartition(".")
    around = setting_at(spec, place)
    if not isinstance(around, dict):
        return setting, setting_at(spec, setting)
    if "values" in around:
        return place, around
    lent = [name for name, one in around.items() if key in LENT and any(key in table for table in _tables_of(one))]
    return (f"{place}.{lent[0]}", around[lent[0]]) if lent else (setting, setting_at(spec, setting))


def _tables_of(axis: Any) -> list[dict[str, Any]]:
    """The tables of an axis; none of what is no such axis."""
    values = axis.get("values") if isinstance(axis, dict) else None
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def files_in(spec: dict[str, Any]) -> dict[str, Any]:
    """The paths of a spec's data file and of its files of initial weights, by the setting that names them."""
    starts = setting_at(spec, "model.init.values")
    places = [f"model.init.values.{place}.file" for place in range(len(starts))] if isinstance(starts, list) else [START_FILE]
    named = {key: setting_at(spec, key) for key in (DATA_FILE, *places)}
    return {key: name for key, name in named.items() if name is not None}


def goals(spec: dict[str, Any]) -> dict[str, Any]:
    """The limits of the stopping rule by criterion, all of which a converged run meets; without one no run can converge."""
    stop = spec.get("train", {}).get("stop") or {}
    return {name: limit for name, limit in stop.items() if limit is not None and name != "patience"}


def seed_count(spec: dict[str, Any]) -> int:
    """How many seeds each cell has."""
    return WrittenSpec.model_validate(spec).seed_count


def seeds_in(spec: dict[str, Any]) -> range | tuple[int, ...]:
    """The seeds of a sound spec, where 5 may be written 5.0; of one that gives none, the only one that there is then."""
    match spec.get("seeds", 1):
        case {"start": first, "count": count} | SeedRange(start=first, count=count):
            return range(int(first), int(first) + int(count))
        case [*listed]:
            return tuple(map(int, listed))
        case count:
            return range(int(count))
