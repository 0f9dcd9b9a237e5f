"""Checks what methods of the front door are given: a SettingError names the argument, its value and what is allowed.

Only methods that users call check their arguments, so that a mistake is named as the user wrote it, and not deep inside.
"""

from collections.abc import Iterable
from numbers import Real
from os import PathLike, fspath
from pathlib import Path
from typing import TypeVar, cast

import numpy as np

from .errors import SettingError
from .ranges import Range

Kind = TypeVar("Kind")
Name = TypeVar("Name", bound=str)


def number(name: str, value: object, allowed: Range) -> float:
    """A number within a range."""
    if not isinstance(value, bool) and isinstance(value, Real):
        try:
            found = float(value)
        except OverflowError:
            found = np.inf
        if allowed.admits(np.asarray(found)):
            return found
    raise SettingError([name], f"must be {allowed.words}", value=value)


def whole(name: str, value: object, allowed: Range) -> int:
    """A whole number within a range. Any digits: it does not become a float on the way."""
    found = _whole(value)
    if found is not None and allowed.low <= found <= allowed.high:
        return found
    raise SettingError([name], f"must be {allowed.words}", value=value)


def _whole(value: object) -> int | None:
    return None if isinstance(value, bool) or not isinstance(value, int | np.integer) else int(value)


def run_of(runs: int, value: object) -> int:
    """The number of one of so many runs."""
    found = _whole(value)
    if found is not None and 0 <= found < runs:
        return found
    raise SettingError(["run"], f"there is no such run; the runs are 0 to {runs - 1}", value=value)


def wholes(name: str, values: object, allowed: Range) -> list[int]:
    """Several whole numbers within a range, each once."""
    several = listed(name, values, f"a list, each member {allowed.words}")
    return list(dict.fromkeys(whole(name, value, allowed) for value in several))


def switch(name: str, value: object) -> bool:
    """True or False."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise SettingError([name], "must be True or False", value=value)


def path(name: str, value: object) -> Path:
    """A path in the file system."""
    if isinstance(value, str) or (isinstance(value, PathLike) and isinstance(fspath(value), str)):  # pyright: ignore[reportUnknownArgumentType]
        return Path(value)  # pyright: ignore[reportUnknownArgumentType]
    raise SettingError([name], "must be a path, such as 'runs/xor'", value=value)


def paths(name: str, values: object) -> list[Path]:
    """Several of them."""
    return [path(name, value) for value in listed(name, values, "a list of paths")]


def listed(name: str, values: object, what: str) -> list[object]:
    """The members of a list or whatever else has members; what: the same in words. A text is one value."""
    try:
        if not isinstance(values, str | bytes):
            return list(cast("Iterable[object]", values))
    except TypeError:  # also of an array without dimensions, though its type is iterable
        pass
    raise SettingError([name], f"must be {what}", value=values)


def one_of(name: str, value: object, names: Iterable[Name]) -> Name:
    """One of some names."""
    names = tuple(names)
    for known in names:
        if isinstance(value, str) and value == known:
            return known
    raise SettingError([name], f"must be one of {', '.join(names)}", value=value)


def instance(name: str, value: object, kind: type[Kind], what: str) -> Kind:
    """An object of a type; what: the same in words."""
    if isinstance(value, kind):
        return value
    raise SettingError([name], f"must be {what}, not {type(value).__name__}")
