"""Specs as plain data (what Python and TOML use for numbers, text, lists and tables), and as TOML.

Everything in a spec passes through `plain`. It refuses, by its key, whatever is none of these, and whatever no reader of specs
could hold or show: a date, a whole number of five thousand digits, a table that contains itself. So no setting has to.
"""

import datetime as dt
import sys
from collections.abc import Mapping, Sequence, Sized
from typing import Any

import numpy as np
from pydantic import BaseModel

from backsweep.errors import SettingError

from ...results.store.written_spec import TITLES
from ...results.text import toml
from ..text import Place, dotted

DEEPEST = 16  # tables and lists within each other; a spec needs seven
MOST_LISTED = 10_000_000
MOST_BITS = 1023  # of a whole number: what is larger is no float
AT_ONCE = {float, bool, type(None)}  # of which any may stand in a list
TIMES = (dt.date, dt.time, dt.timedelta)


def plain(value: Any, place: Place = ()) -> Any:
    """What TOML would give: NumPy's scalars as numbers, its arrays, tuples and ranges as lists.

    SettingError for what has no place in a spec, by its key. place: the keys that lead to the value.
    """
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind in "mM":
            raise SettingError([dotted(place)], _NO_TIMES)
        _check_size(value.size, place)
        value = value.tolist()
    if isinstance(value, Mapping | list | tuple | range):
        if len(place) > DEEPEST:
            raise SettingError(
                [dotted(place)], f"tables and lists are nested more than {DEEPEST} levels deep", f"{dotted(place[:3])}..."
            )
        _check_size(length(value), place)
    if isinstance(value, Mapping):
        return {_key(key, place): plain(one, (*place, key)) for key, one in value.items()}
    if isinstance(value, list | tuple | range):
        return _listed(value, place)
    return _one(value, place)


def length(values: Sized) -> int:
    """How many; sys.maxsize for a range of more than Python can count."""
    try:
        return len(values)
    except OverflowError:
        return sys.maxsize


_NO_TIMES = "a date or time, which no setting takes; write text in quotes"


def _listed(values: Sequence[Any], place: Place) -> list[Any]:
    if set(map(type, values)) <= AT_ONCE:
        return list(values)
    return [plain(one, (*place, number)) for number, one in enumerate(values)]


def _one(value: Any, place: Place) -> Any:
    if isinstance(value, str):
        _check_text(value, place)
    elif isinstance(value, TIMES):
        raise SettingError([dotted(place)], _NO_TIMES, f"{dotted(place)} = {value}")
    elif isinstance(value, int):
        if value.bit_length() > MOST_BITS:
            digits = int(value.bit_length() * np.log10(2)) + 1
            raise SettingError([dotted(place)], f"a whole number of about {digits:,} digits; numbers go to 1.8e308")
    elif not isinstance(value, float | BaseModel | None):
        kinds = "numbers, text, true and false, lists and tables"
        raise SettingError([dotted(place)], f"a spec consists of {kinds}, not of {type(value).__name__}")
    return value


def _key(key: object, place: Place) -> str:
    if not isinstance(key, str):
        raise SettingError([dotted((*place, str(key)))], f"the keys of a table must be text, not {type(key).__name__}")
    _check_text(key, (*place, key))
    return key


def _check_text(text: str, place: Place) -> None:
    """Of code points, half of a pair is none: it cannot be written into any file."""
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise SettingError([dotted(place)], "text with half of a surrogate pair, which is not a character")


def _check_size(many: int, place: Place) -> None:
    if many > MOST_LISTED:
        raise SettingError([dotted(place)], f"{many:,} values; a list may have at most {MOST_LISTED:,}")


def toml_text(table: Mapping[str, Any]) -> str:
    """The TOML of a spec as plain data; tables that say a name and no more as that name."""
    tables = {key: _short(table[key]) for key in ("task", "model", "train") if key in table}
    return toml.toml_text({**table, **tables})


def _short(value: Any) -> Any:
    if isinstance(value, list):
        return [_short(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (title := next(iter(value))) in TITLES:
        return value[title]
    return {key: _short(one) for key, one in value.items()}
