"""Reads JSON that somebody else may have written as plain data, in which nothing is large, deep or odd enough to hurt its
reader.

This is the only place that refuses what Python's reader accepts and nobody writes: numbers of thousands of digits, NaN, a key
that occurs twice, halves of characters, and tables nested without end.
"""

import json
import re
from collections import Counter
from typing import Any

from pydantic import ValidationError

MOST_VALUES = 3_000_000  # a second or two of work; three axes that list a million values each would have more
MOST_LEVELS = 32  # levels of tables and lists within each other; a spec has ten
MOST_TOLD = 8  # steps shown of the way to something deeper: as many as the deepest setting has
MOST_DIGITS = 25  # in a whole number; the epochs of the largest sweep have 21
HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


def parsed(data: bytes) -> Any:
    """The plain data in JSON. A ValueError says what is wrong, in words that can follow a colon."""
    if has_too_many_values(data):
        raise ValueError(f"it has more than {MOST_VALUES:,} values")
    try:
        text = data.decode("utf-8-sig")
        found = _READER.decode(text)
        if HALF_CHARACTER.search(text):
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        raise ValueError("it is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ValueError(f"its {_TOO_DEEP}") from None
    _refuse_unfit(found)
    return found


class _Unfit(str):
    """The complaint about a number that nobody writes. It takes the number's place until that place is known."""


def has_too_many_values(data: bytes) -> bool:
    """Whether JSON has more values than anybody needs. Commas and brackets within texts count too."""
    return len(data) > MOST_VALUES and sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES


def _refuse_unfit(value: object) -> None:
    """ValueError if a number is unfit, or if there are more levels than anybody needs and recursion can follow."""
    level: list[tuple[_Steps, Any]] = [((), value)]
    for _ in range(MOST_LEVELS + 1):
        level = [((*steps, step), one) for steps, outer in level for step, one in _inside(outer) if type(one) in _LOOKED_INTO]
        for steps, one in level:
            if isinstance(one, _Unfit):
                raise ValueError(f"{_key(*steps)}: {one}")  # noqa: TRY004
        if not level:
            return
    raise ValueError(f"{_key(*level[0][0][:MOST_TOLD])}: {_TOO_DEEP}")


_Steps = tuple[str | int, ...]
_LOOKED_INTO = frozenset({dict, list, _Unfit})  # the reader makes no subclasses, and `isinstance` would take twice as long
_TOO_DEEP = f"tables and lists are nested more than {MOST_LEVELS} levels deep"


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _key(*steps: str | int) -> str:
    """The path to a place in nested tables and lists, such as sessions[0].wall."""
    parts = (f"[{step}]" if isinstance(step, int) else "." + shortly(step, 40).strip("'") for step in steps)
    return "".join(parts).removeprefix(".")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        (key, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise ValueError(f"the key {shortly(key)} occurs twice")
    return table


def _whole(digits: str) -> int | _Unfit:
    return int(digits) if len(digits) <= MOST_DIGITS else _Unfit(f"a number of {len(digits):,} digits")


def _infinite(name: str) -> float | _Unfit:
    return float(name) if name != "NaN" else _Unfit("NaN, which is not a number")


_READER = json.JSONDecoder(object_pairs_hook=_each_key_once, parse_int=_whole, parse_constant=_infinite)


def shortly(value: object, most: int = 60) -> str:
    """A file's value as messages show it: as Python would write it, with the middle left out if it is long."""
    if isinstance(value, dict | list):
        return f"a {'table' if isinstance(value, dict) else 'list'} of {len(value):,}"
    text = repr(value[: 2 * most] if isinstance(value, str) else value)
    return text if len(text) <= most else f"{text[: most - 3]}..."


NO_KEY = ("<", "[")  # how the steps begin that pydantic adds to those of the data
SUBJECT = re.compile(r"^\w+ should ")
IN_WORDS = {
    **dict.fromkeys(("dict_type", "model_type"), "must be a table"),
    **dict.fromkeys(("list_type", "tuple_type"), "must be a list"),
    "bool_type": "must be true or false",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length:,} entries",
}


def reason_of(error: ValidationError, place: str = "") -> str:
    """A strict model's first complaint about plain data, with the place, the value and what is allowed."""
    first = error.errors(include_url=False)[0]
    key = _key_of(first, place)
    known = IN_WORDS.get(first["type"], "").format(**first.get("ctx", {}))
    message = known or SUBJECT.sub("must ", first["msg"]).removeprefix("Value error, ")
    if first["type"] == "value_error" and not key:
        return message
    if first["type"] in {"missing", "extra_forbidden"}:
        return f"{key}: {'missing' if first['type'] == 'missing' else 'this version knows no such key'}"
    return f"{key} = {shortly(first['input'])}: {message}"


def unknown_key(error: ValidationError) -> str | None:
    """The first key that a strict model does not know, with its place; None if that is not what it complains about."""
    return next((_key_of(one) for one in error.errors(include_url=False) if one["type"] == "extra_forbidden"), None)


def _key_of(fault: Any, place: str = "") -> str:
    return _key(*filter(None, [place]), *(step for step in fault["loc"] if str(step)[:1] not in NO_KEY))
