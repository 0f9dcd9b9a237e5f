"""Finds which value of a setting is meant by a value from a spec or a table, or by a text from the command line.

`exclude`, `Results.where`, `compare`, `--where` and `--values` all use the same rule. A value means itself, if the setting
takes it. Otherwise it means the one value that tables show that way, such as 0.1778 for 0.1778279410038923. Booleans do not
count as numbers, although in Python True equals 1. A list with one member means that member: a hidden layer of three units may
be written as 3.
"""

import json
import math
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from backsweep.errors import SettingError

SIGNIFICANT = (3, 4)  # significant digits of numbers in tables and figures; more if needed to tell values apart
MOST_NAMED, LONGEST = 12, 60  # the values that a message names; the characters of one
PLAIN = re.compile(r"(?!true$|false$)[^\W\d][\w./-]*", re.IGNORECASE)  # text that cannot be mistaken for anything else
WHOLE = re.compile(r"[+-]?\d{1,15}")  # a float holds these exactly
Key = tuple[type, Any]


class Levels:
    """The values that a setting takes, for look-ups; None and NaN do not count. columns: as a table of runs has them."""

    def __init__(self, setting: str, levels: Sequence[Any], columns: Sequence[Any] | None = None):
        self._setting, self._levels, self._columns = setting, levels, levels if columns is None else columns

    def places(self, value: object, hint: str = "") -> list[int]:
        """The places of a value among the levels. SettingError if it is none of them, or could be several.

        hint: on what may have been meant if it is none, as the end of a sentence.
        """
        value = _of_python(value)
        key = _key(value)
        found = self._exact.get(key) or self._as_text(value)
        return found or self._one_shown(value, self._shown.get(key[1], []) if key[0] is float else [], hint)

    def level(self, value: object) -> Any:
        """The level that a value stands for. SettingError as in `places`."""
        return self._levels[self.places(value)[0]]

    def of_text(self, text: str) -> Any:
        """The level that a text on the command line stands for: a number, a word in upper or lower case, or JSON."""
        if text.startswith(('"', "[")):
            return self.level(self._from_json(text))
        words = [level for level in self._levels if not _is_number(level) and str(level).lower() == text.lower()]
        if words:
            return text if text in words else words[0]
        try:
            number = float(text)
        except ValueError:
            return self.level(text)
        return self.level(int(number) if WHOLE.fullmatch(text) else number)

    @cached_property
    def _exact(self) -> dict[Key, list[int]]:
        found = _gathered((_key(level), place) for place, level in enumerate(self._levels) if not _is_none(level))
        if self._columns is self._levels:
            return found
        return _gathered((_key(level), place) for place, level in enumerate(self._columns) if not _is_none(level)) | found

    @cached_property
    def _shown(self) -> dict[float, list[int]]:
        """Floats by the numbers that tables show for them."""
        floats = [
            (place, level) for place, level in enumerate(self._levels) if isinstance(level, float) and not _is_none(level)
        ]
        several = {level for _, level in floats}
        digits = [SIGNIFICANT[-1]]
        while len({f"{level:.{digits[-1]}g}" for level in several}) < len(several):
            digits.append(digits[-1] + 1)
        return _gathered(
            (shown, place)
            for place, level in floats
            for shown in {float(f"{level:.{some}g}") for some in (SIGNIFICANT[0], *digits)}
        )

    def _as_text(self, value: object) -> list[int]:
        """The places of a list of numbers in a column of text, which has layers as 16-16 or none, and pairs as -1/1."""
        numbers: list[Any] = list(value) if isinstance(value, list | tuple) else [value]
        if not all(map(_is_number, numbers)):
            return []
        texts = [sign.join(map(_shortest, numbers)) or "none" for sign in "-/"]
        return next((found for text in texts if (found := self._exact.get((str, text)))), [])

    def _one_shown(self, value: object, places: list[int], hint: str) -> list[int]:
        candidates = list(dict.fromkeys(self._levels[place] for place in places))
        if len(candidates) == 1:
            return places
        if candidates:
            raise self._error(
                f"= {_short(value)} may be {' or '.join(map(in_json, candidates[:MOST_NAMED]))}; write one of these"
            )
        raise self._error(f"has no value {_short(value)}; its values are {self}{hint}")

    def _from_json(self, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            reason = 'a value that begins with a quote or a bracket must be JSON, such as "a,b" or [2, 3]'
            raise self._error(f"= {text}: {reason}") from None

    def _error(self, predicate: str) -> SettingError:
        """What is wrong, as a sentence of which the setting is the subject."""
        return SettingError([self._setting], f"{self._setting} {predicate}", shown="")

    def __str__(self) -> str:
        """The levels, or the first and the last of many."""
        there = list(dict.fromkeys(map(in_json, (level for level in self._levels if not _is_none(level)))))
        if len(there) <= MOST_NAMED:
            return ", ".join(there) or "none"
        half = MOST_NAMED // 2
        return f"{', '.join(there[:half])}, ..., {', '.join(there[-half:])} ({len(there):,} in all)"


def members(text: str) -> list[str]:
    """The parts of a text between commas that are not within JSON's quotes or brackets. Each part is returned as written."""
    parts, at = [], 0
    while at <= len(text):
        at += len(text[at:]) - len(text[at:].lstrip())
        end = _end_of_json(text, at) if text[at : at + 1] in ('"', "[") else at
        comma = text.find(",", end)
        stop = len(text) if comma < 0 else comma
        parts.append(text[at:stop].strip())
        at = stop + 1
    return parts


def _end_of_json(text: str, at: int) -> int:
    try:
        return json.JSONDecoder().raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        return at


def in_json(value: object) -> str:
    """A value as specs and the command line accept it, with quotes around text only if needed."""
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return value
    if isinstance(value, tuple) and len(value) == 1:
        return in_json(value[0])
    try:
        return json.dumps(value, ensure_ascii=isinstance(value, str) and not value.isprintable())
    except (TypeError, ValueError):
        return repr(value)


def _short(value: object) -> str:
    text = in_json(value) if isinstance(value, bool) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _of_python(value: Any) -> Any:
    """A value with NumPy's types turned into Python's, also within a list."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [one.item() if isinstance(one, np.generic) else one for one in value]
    return value


def _key(value: object) -> Key:
    """A key that equal values share: numbers by value, a list with one member as that member, a bool only with itself."""
    if isinstance(value, list | tuple):
        if len(value) == 1 and not isinstance(value[0], list | tuple):
            return _key(value[0])
        return (tuple, tuple(value)) if all(_is_number(one) for one in value) else (object, None)
    if _is_number(value):
        return (float, value)
    return (type(value), value) if isinstance(value, str | bool) else (object, None)


def _shortest(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_none(level: object) -> bool:
    return level is None or (isinstance(level, float) and math.isnan(level))


def _gathered(pairs: Iterable[tuple[Any, int]]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for key, place in pairs:
        found.setdefault(key, []).append(place)
    return found
