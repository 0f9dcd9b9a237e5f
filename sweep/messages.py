"""Pydantic's errors as sentences: file, key, value, what is allowed, and the key that was probably meant."""

from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

MOST = 5


def explain(error: ValidationError, model: type[BaseModel], source: str) -> str:
    """One line for each thing wrong, MOST at the most."""
    found = error.errors()
    lines = [f"{source}: {_sentence(one, model)}" for one in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"{source}: and {len(found) - MOST} more")
    return "\n".join(lines)


def _key(location) -> str:
    """The dotted key, without the tags that tell a value from an axis."""
    return ".".join(str(part) for part in location if not str(part).startswith("<"))


def _sentence(one: Any, model: type[BaseModel]) -> str:
    key = _key(one["loc"])
    if one["type"] == "extra_forbidden":
        allowed = list(_model_at(model, one["loc"][:-1]).model_fields)
        near = get_close_matches(str(one["loc"][-1]), allowed, 1) or _elsewhere(model, str(one["loc"][-1]))
        meant = f"; did you mean {near[0]}?" if near else "."
        return f"{key}: unknown key{meant} Allowed here: {', '.join(allowed)}"
    if one["type"] == "missing":
        return f"{key}: missing"
    if one["type"] == "model_type":
        allowed = list(_model_at(model, one["loc"]).model_fields)
        return f"{key} = {_short(one['input'])}: must be a table of any of {', '.join(allowed)}"
    if one["type"] == "tuple_type":
        return f"{key} = {_short(one['input'])}: must be a list"
    message = one["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    if one["type"] == "value_error":
        return f"{key}: {message}" if key else message
    if isinstance(one["input"], list):
        message += f"; several values in turn are an axis: {{ values = {one['input']} }}"
    return f"{key} = {_short(one['input'])}: {message}"


def _elsewhere(model: type[BaseModel], key: str, prefix: str = "") -> list[str]:
    """The dotted places where a key of this name belongs."""
    places = []
    for name, field in model.model_fields.items():
        if name == key and prefix:
            places.append(f"{prefix}{name}")
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            places += _elsewhere(field.annotation, key, f"{prefix}{name}.")
    return places


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _model_at(model: type[BaseModel], location) -> type[BaseModel]:
    """The model whose key a location names."""
    for part in location:
        options = [model.model_fields[part].annotation] if part in model.model_fields else _options(part, model)
        tables = [table for option in options for table in _tables(option)]
        model = tables[0] if tables else model
    return model


def _options(tag: object, model: type[BaseModel]) -> list[Any]:
    return [model] if str(tag).startswith("<") else []


def _tables(annotation: Any) -> list[type[BaseModel]]:
    """The models among the alternatives of a field's type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for part in getattr(annotation, "__args__", ()) for table in _tables(part)]
