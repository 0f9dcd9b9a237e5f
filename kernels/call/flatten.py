"""Turns nested settings, as people write them in a notebook, into the form that the kernels take: flat, by dotted names; and
back.

`flat(optimizer={"name": "adam", "beta1": 0.8}, lr=[0.1, 0.2])` is `{"optimizer.name": "adam", "optimizer.beta1": 0.8,
"lr[0]": 0.1, "lr[1]": 0.2}`.
"""

from collections.abc import Mapping
from itertools import count, takewhile
from typing import Any

from backsweep.errors import SettingError
from backsweep.suggestions import there_are

from .defaults import DEFAULTS

SHORTHANDS = {"init": "scheme", "optimizer": "name", "schedule": "name"}  # optimizer="adam" is short for {"name": "adam"}
TABLES = ("stop", "stall")
BATCHES = {"full": {"size": None}, "pattern": {"size": 1, "order": "given"}}
PER_LAYER = ("lr", "init.offset")  # may be a list with one number or array per layer
NAMES = dict.fromkeys(key.partition(".")[0] for key in DEFAULTS)


BATCH = "must be 'full', 'pattern', or a mapping with a 'size' and an 'order'"


def keys_of(table: str) -> list[str]:
    """The settings of a table by the last words of their names."""
    return [key.removeprefix(f"{table}.") for key in DEFAULTS if key.startswith(f"{table}.")]


def flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Nested settings by their dotted names."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in NAMES:
            raise SettingError((name,), f"there is no such setting{there_are(name, NAMES)}")
        if name in SHORTHANDS:
            found |= _inside(name, _choice(name, value, SHORTHANDS[name]))
        elif name in TABLES:
            found |= _inside(name, _table(name, value))
        elif name == "batch":
            found |= _inside(name, _batch(value))
        else:
            found[name] = value
    return {key: one for name, value in found.items() for key, one in _by_layer(name, value).items()}


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by their dotted names as `train` takes them, so that `flat` has the same again; those of tables without None."""
    by_layer = {name: _of_layers(name, settings) for name in PER_LAYER}
    single = {name: value for name, value in settings.items() if "[" not in name}
    found: dict[str, Any] = {}
    for name, value in (single | {name: values for name, values in by_layer.items() if values}).items():
        table, _, key = name.partition(".")
        if not key:
            found[name] = value
        elif value is not None:
            found.setdefault(table, {})[key] = value
    return found | ({"batch": "full"} if settings.get("batch.size") is None else {})


def _of_layers(name: str, settings: Mapping[str, Any]) -> list[Any]:
    return [settings[key] for key in takewhile(settings.__contains__, (f"{name}[{layer}]" for layer in count()))]


def with_values(error: SettingError, settings: Mapping[str, Any]) -> SettingError:
    """An error of these settings, which shows the values of those that it names, unless it shows its own."""
    given = {name: value for name in error.settings for value in _given(name, settings)}
    return error if error.valued or error.shown is not None or not given else error.showing(given)


def _given(name: str, settings: Mapping[str, Any]) -> list[Any]:
    """The value of a dotted name, if it was given; of the title of a table, the table."""
    table, _, key = name.partition(".")
    value = settings.get(table)
    if key and isinstance(value, Mapping):
        return [value[key]] if key in value else []
    return [value] if table in settings and not key else []


def _inside(group: str, table: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{group}.{key}": value for key, value in table.items()}


def _choice(name: str, value: Any, key: str) -> dict[str, Any]:
    """The settings of a choice, written as its name alone or as a mapping with its name and further settings."""
    if isinstance(value, str):
        return {key: value}
    if not isinstance(value, Mapping) or key not in value:
        raise SettingError((name,), f"must be a name, or a mapping with {key!r}", value=value)
    return {key: value[key], **_table(name, value)}


def _table(name: str, value: Any) -> dict[str, Any]:
    """A mapping of names to settings, without those that are None; empty if the mapping itself is None."""
    if value is not None and not isinstance(value, Mapping):
        raise SettingError([name], f"must be a mapping with {', '.join(map(repr, keys_of(name)))}", value=value)
    if not all(isinstance(key, str) and key.isidentifier() for key in value or {}):
        raise SettingError((name,), "its keys must be text", value=value)
    return {key: one for key, one in (value or {}).items() if one is not None}


def _batch(value: Any) -> Mapping[str, Any]:
    if isinstance(value, str):
        if value not in BATCHES:
            raise SettingError(("batch",), BATCH, value=value)
        return BATCHES[value]
    if not isinstance(value, Mapping) or value.get("size") is None or not set(value) <= {"size", "order"}:
        raise SettingError(("batch",), BATCH, value=value)
    return value


def _by_layer(name: str, value: Any) -> dict[str, Any]:
    if name in PER_LAYER and isinstance(value, list | tuple):
        if not value:
            raise SettingError([name], "a list must have one number per layer", value=value)
        return {f"{name}[{layer}]": one for layer, one in enumerate(value)}
    return {name: value}
