"""Checks what the front door is given: a SettingError names the argument, its value and what is allowed.

Only what users call checks its arguments, so that a mistake is named as the user wrote it, and not deep inside.
"""

from collections.abc import Collection, Iterable
from numbers import Real
from os import PathLike, fspath
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from .errors import SettingError
from .ranges import Range
from .suggestions import there_are

Floats = npt.NDArray[np.float64]
Kind = TypeVar("Kind")
Name = TypeVar("Name", bound=str)


def number(name: str, value: object, allowed: Range) -> float:
    """A number within a range."""
    value = value[()] if isinstance(value, np.ndarray) and not value.ndim else value
    if not isinstance(value, bool) and isinstance(value, Real):
        try:
            found = float(value)
        except OverflowError:
            found = np.inf
        if allowed.admits(np.asarray(found)):
            return found
    raise SettingError([name], f"must be {allowed.words}", value=value)


def numbers(name: str, values: object, allowed: Range, *, table: bool = False) -> Floats:
    """Numbers within a range, of any shape, as float64. Text is refused, even if it reads like a number.

    table: a single number is of no use, and True and False count as numbers. The message shows the first number that is not
    within the range, and of a table its place, such as x[2, 0].
    """
    try:
        given = np.asarray(values)
    except (TypeError, ValueError):  # rows of unequal length
        given = np.array([None])
    if given.dtype.kind not in ("iufb" if table else "iuf") and given.size:
        rows = f"numbers, in rows of equal length, each {allowed.words}"
        raise SettingError([name], f"must be {rows if table or given.ndim else allowed.words}", value=values)
    found = given.astype(np.float64)
    wrong = ~allowed.within(found)
    if np.any(wrong):
        place = f"{name}{np.argwhere(wrong)[0].tolist()}" if table else name
        raise SettingError([place], f"must be {allowed.words}", value=given[wrong][0].item())
    return found


def whole(name: str, value: object, allowed: Range) -> int:
    """A whole number within a range. Any digits: it does not become a float on the way."""
    found = _whole(value)
    if found is not None and allowed.low <= found <= allowed.high:
        return found
    raise SettingError([name], f"must be {allowed.words}", value=value)


def _whole(value: object) -> int | None:
    return None if isinstance(value, bool) or not isinstance(value, int | np.integer) else int(value)


def run_of(name: str, value: object, runs: int, chosen: Collection[int] | None = None) -> int:
    """The number of one of so many runs, and one of those that `where` chose, if it chose."""
    found = _whole(value)
    if found is None or not 0 <= found < runs:
        raise SettingError([name], f"there is no such run; the runs are 0 to {runs - 1}", value=value)
    if chosen is not None and found not in chosen:
        raise SettingError([name], f"it is none of the {len(chosen):,} runs that `where` chose", value=value)
    return found


def runs_of(name: str, values: object, runs: int, chosen: Collection[int] | None = None) -> list[int]:
    """Several of them, each once."""
    several = listed(name, values, "a list of numbers of runs")
    return list(dict.fromkeys(run_of(name, value, runs, chosen) for value in several))


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
    raise SettingError([name], f"there is no such name{there_are(value, names)}", value=value)


def instance(name: str, value: object, kind: type[Kind], what: str) -> Kind:
    """An object of a type; what: the same in words."""
    if isinstance(value, kind):
        return value
    raise SettingError([name], f"must be {what}, not {type(value).__name__}")
