"""Types that settings share: numbers with the ranges of the kernels, names from a registry, and a name or a table."""

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    create_model,
)

from backsweep.ranges import Hyperparameter
from backsweep.suggestions import there_are

from ...kernels import RANGES
from ...results.allowed import Says, Within
from .allowed import OfKey
from .axes import Axis, Setting
from .nested_axes import Alternatives

Switch = Annotated[bool, Field(strict=True), Says("must be true or false")]


def _placed(name: str, info: ValidationInfo) -> str:
    """A file known by where it lies and not by where the spec does, if that is known; by one path, however it is written."""
    if info.context is None:
        return name
    path = (Path(info.context["folder"]) / name).absolute()
    return str(path.parent.resolve() / path.name if ".." in path.parts else path)


FileName = Annotated[str, Field(min_length=1), Says("must be the name of a file"), AfterValidator(_placed)]


class Table(BaseModel):
    """A table of a spec: its keys are known, and it never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def number(key: str) -> Any:
    """The type of a number that the kernels know as `key`."""
    return Annotated[int if RANGES[key].whole else float, Within(RANGES[key])]


def one_of(names: Iterable[str]) -> Any:
    """The type of a name out of a registry."""
    known = tuple(names)

    def no_such_name(raw: object) -> str:
        return f"there is no such name{there_are(raw, known)}"

    def not_misspelt(raw: object) -> object:
        if isinstance(raw, str) and raw not in known:
            raise ValueError(no_such_name(raw))
        return raw

    return Annotated[Literal[known], Says(no_such_name("")), BeforeValidator(not_misspelt)]


def with_numbers(title: str, group: str, numbers: Mapping[str, Hyperparameter], doc: str | None, **fields: Any) -> type[Table]:
    """A table with one field per number, which the kernels know as `group` and its name. doc: the docstring of the table."""
    settings: dict[str, Any] = {
        key: (
            Setting[number(f"{group}.{key}")],
            Field(
                ... if one.default is None else one.default,
                description=f"The number {key} of {title}; it must be {RANGES[f'{group}.{key}'].words}.",
            ),
        )
        for key, one in numbers.items()
    }
    return create_model(title, __base__=Table, __doc__=doc, **fields, **settings)


def choice(
    models: Mapping[str, type[Table]],
    key: str = "name",
    default: str | None = None,
    in_axis: Mapping[str, type[Table]] | None = None,
) -> Any:
    """The type of one of the tables, told apart by their `key`; or of its name alone, if it can do without more; or an axis.

    default: which one a table without a `key` is. in_axis: the tables of an axis, if they may have more keys than one alone.
    """
    tagged, within = (
        [Annotated[model, Tag(f"<{name}>")] for name, model in some.items()] for some in (models, in_axis or models)
    )
    as_table = _table_of(models, key, default)
    alone: Any = Literal[tuple(name for name, model in models.items() if not _needed(model) - {key})]
    one: Any = Annotated[_union(within), Discriminator(_tag_by(key))]
    one = Annotated[one, BeforeValidator(_no_axis(as_table, key), alone | one)]
    axis: Any = Annotated[Alternatives[one], Tag("<axis>")]
    several: Any = Annotated[_union([*tagged, axis]), Discriminator(_tag_by(key))]
    return Annotated[several, BeforeValidator(as_table, alone | several)]


def _needed(model: type[Table]) -> set[str]:
    return {key for key, field in model.model_fields.items() if field.is_required()}


def _union(types: Iterable[Any]) -> Any:
    return reduce(or_, types)


def _tag_by(key: str) -> Callable[[Any], str]:
    def tag(raw: Any) -> str:
        if _is_axis(raw, key):
            return "<axis>"
        return f"<{getattr(raw, key) if isinstance(raw, BaseModel) else raw[key]}>"

    return tag


def _is_axis(raw: Any, key: str) -> bool:
    if isinstance(raw, dict):
        return key not in raw and bool(raw.keys() & Axis.model_fields.keys())
    return isinstance(raw, Alternatives)


def _no_axis(as_table: Callable[[object], object], key: str) -> Callable[[object], object]:
    def one(raw: object) -> object:
        table = as_table(raw)
        if _is_axis(table, key):
            raise ValueError("an axis cannot contain an axis; list the values of the inner one here")
        return table

    return one


def _table_of(models: Mapping[str, type[Table]], key: str, default: str | None) -> Callable[[object], object]:
    def as_table(raw: object) -> object:
        table = {key: raw} if isinstance(raw, str) else raw
        if isinstance(table, BaseModel):
            return table
        if isinstance(table, dict) and _is_axis(table, key):
            if "values" not in table:
                raise ValueError(f"such an axis needs values = [...], a list of names and tables of {', '.join(models)}")
            return table
        if isinstance(table, dict) and default is not None and key not in table:
            for word in table:
                owners = [repr(name) for name, model in models.items() if word in model.model_fields]
                if owners and word not in models[default].model_fields:
                    raise ValueError(f"{word} needs {key} = {' or '.join(owners)} beside it")
            table = {key: default, **table}
        if not isinstance(table, dict) or key not in table:
            raise ValueError(f"must be one of {', '.join(models)}, or a table with a {key}")
        name = table[key]
        if not isinstance(name, str) or name not in models:
            reason = f"there is no such name{there_are(name, models)}"
            raise ValueError(reason) if raw is name else OfKey(key, name, reason)
        return table

    return as_table
