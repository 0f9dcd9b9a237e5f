"""Pydantic's errors as sentences: file, key, value, what is allowed, and which key was probably meant."""

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from backsweep.errors import SettingError
from backsweep.suggestions import ending, nearest, term

from ...results.allowed import SAID
from ..text import Place, dotted, short
from .allowed import OfKey, reason_of
from .axes import TITLES, Axis
from .nested_axes import LISTS, Alternatives

MOST = 5


class Fault(NamedTuple):
    """A key, the key as a message begins with it, which may show its value, and what is wrong."""

    key: str
    shown: str
    reason: str


def explain(error: ValidationError, model: type[BaseModel], source: str, task: object) -> SettingError:
    """One line for each thing that is wrong, at most MOST lines. task: as the spec has it; keys of other tasks are no hints."""
    found = error.errors()
    kind = task.get("name", "file" in task) if isinstance(task, dict) else task
    first, *others = faults = [_fault(one, model, kind) for one in found[:MOST]]
    more = [f"{source}: {fault.shown}: {fault.reason}" for fault in others]
    if len(found) > MOST:
        more.append(f"{source}: and {len(found) - MOST} more")
    return SettingError([fault.key for fault in faults], first.reason, first.shown, more).inside(source)


def _place(one: Any) -> Place:
    """The keys that lead to what is wrong, without the tags that tell a value from an axis."""
    *outer, last = one["loc"] or ("<spec>",)
    unknown = one["type"] == "extra_forbidden"  # a key of the user's own, which may look like a tag
    return tuple(part for part in (*outer, last) if not str(part).startswith("<") or (unknown and part is last))


def _fault(one: Any, model: type[BaseModel], task: object) -> Fault:
    key = dotted(_place(one))
    if one["type"] == "extra_forbidden":
        allowed = list(_model_at(model, one["loc"][:-1]).model_fields)
        meant = _meant(model, one, allowed, task)
        return Fault(key, key, f"unknown key{ending(meant, allowed, 'Allowed here')}")
    if one["type"] == "missing":
        return Fault(key, key, f"missing; {_needs(model, one)}")
    given, error = one["input"], one.get("ctx", {}).get("error")
    if isinstance(error, OfKey):
        key, given = f"{key}.{error.key}", error.value
    return Fault(key, f"{key} = {short(given)}", _reason(one, model))


def _needs(model: type[BaseModel], one: Any) -> str:
    """What the table must have in which a key is missing."""
    table = _model_at(model, one["loc"][:-1])
    needed = [name for name, field in table.model_fields.items() if field.is_required() and name not in TITLES]
    *first, last = needed
    return f"{dotted(_place(one)[:-1])} needs {' and '.join([*filter(None, [', '.join(first)]), last])}"


def _reason(one: Any, model: type[BaseModel]) -> str:
    """What is wrong with a value."""
    if one["type"] == "model_type":
        return f"must be a table of any of {', '.join(_model_at(model, one['loc']).model_fields)}"
    if one["type"] == "dict_type":
        return "must be a table, such as { train.lr = 0.1 }"
    if one["type"] == "tuple_type":
        return "must be a list"
    return f"{reason_of(one)}{_hint(one, model)}"


def _hint(one: Any, model: type[BaseModel]) -> str:
    """On a list where a setting takes one value: several in turn are an axis, and one per layer stands outside of axes."""
    place = one["loc"]
    if not isinstance(one["input"], list):
        return ""
    if "<axis>" in place:
        per_layer = one["type"] == SAID and "values" in place and not set(LISTS).isdisjoint(place)
        return "; a list of one per layer stands outside of axes, as in [{ values = [0.1, 0.2] }, 0.5]" * per_layer
    field = _model_at(model, place[:-1]).model_fields.get(place[-1])
    named = field is not None and any(issubclass(table, Alternatives) for table in _tables(field.annotation))
    if named or (one["type"] == SAID and "<value>" in place):
        return f"; several values in turn are an axis: {{ values = {short(one['input'])} }}"
    return ""


def _meant(model: type[BaseModel], one: Any, allowed: list[str], task: object) -> str | None:
    """What an unknown key may have meant: the same thing by our word, or this very word, before a word that is only like it.

    A word of another table is no answer for the keys of an axis, nor where its setting could not have the value.
    """
    word, value, key = str(one["loc"][-1]), one["input"], dotted(_place(one))
    if word in Axis.model_fields or issubclass(_model_at(model, one["loc"][:-1]), Axis):
        return nearest(word, allowed)
    places: dict[str, str] = {}
    for place, kind in sorted(_places(model, task), key=lambda place: (place[0].startswith("task."), place[0].count("."))):
        if not isinstance(value, dict) or any(value.keys() & table.model_fields.keys() for table in _tables(kind)):
            places.setdefault(place.rsplit(".", 1)[-1], place)
    ours = term(word, allowed)
    found = None if ours else term(word, places) or (word if word in places else None)
    ours = ours or (None if found else nearest(word, allowed))
    if ours:
        return ours
    there = places.get(found or nearest(word, places) or "")
    if there is None or there == key:  # the latter in a table of another name, such as that of another optimizer
        return None
    return f"{there}, outside of all tables" if "." in key and there in model.model_fields else there


def _places(model: type[BaseModel], task: object, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The dotted names of all settings, and their types; of tasks those of one, by its name, or of a file, where it is True."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}", field.annotation
        for table in _tables(field.annotation):
            of_another = name == "task" and task not in _names(table)
            if not (issubclass(table, Axis | Alternatives) or of_another):
                yield from _places(table, task, f"{prefix}{name}.")


def _names(table: type[BaseModel]) -> tuple[object, ...]:
    """The names that a table may have; of one that has a file instead, True."""
    return get_args(table.model_fields["name"].annotation) if "name" in table.model_fields else (True,)


def _model_at(model: type[BaseModel], location: Place) -> type[BaseModel]:
    """The model whose key a location names."""
    annotation: Any = model
    for part in location:
        annotation = model.model_fields[part].annotation if part in model.model_fields else _tagged(annotation, part)
        model = next(iter(_tables(annotation)), model)
    return model


def _tagged(annotation: Any, tag: object) -> Any:
    """The alternative of a field's type, or of what that lists, that has this tag; all of the type, if there is none."""
    for part in getattr(annotation, "__args__", ()):
        if any(getattr(mark, "tag", None) == tag for mark in getattr(part, "__metadata__", ())):
            return part
        found = _tagged(part, tag)
        if found is not part:
            return found
    return annotation


def _tables(annotation: Any) -> list[type[BaseModel]]:
    """The models among the alternatives of a field's type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in getattr(annotation, "__args__", ()) for table in _tables(part)]
