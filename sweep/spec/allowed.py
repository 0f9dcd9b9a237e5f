"""Checks of what is more than a single value, and the reasons that they and `results.allowed`, the types of these, give."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from pydantic import BeforeValidator


class OfKey(ValueError):  # noqa: N818
    """What is wrong with one key of a table, found where the table is checked as a whole."""

    def __init__(self, key: str, value: object, reason: str):
        super().__init__(reason)
        self.key, self.value = key, value


def some(sentence: str) -> BeforeValidator:
    """For a list of at least one member, each of which has a sentence of its own. sentence: on what is no such list."""

    def check(raw: object) -> object:
        if isinstance(raw, list | tuple) and raw:
            return raw
        raise ValueError(sentence)

    return BeforeValidator(check)


def reason_of(fault: Mapping[str, Any]) -> str:
    """What is wrong, out of one of Pydantic's errors: ours, whichever way it was said."""
    error = fault.get("ctx", {}).get("error")
    return fault["msg"] if error is None else str(error)


def first_repeated(values: Iterable[Hashable]) -> int | None:
    """The place of the first value that came before; None if each is there once."""
    seen: set[Hashable] = set()
    for place, value in enumerate(values):
        if value in seen:
            return place
        seen.add(value)
    return None
