"""Types of single settings, which say in our words what they must be: a number's range, or what a text or a list is.

Pydantic has a sentence for each end of a range, and another for each wrong type. Here a type has one sentence for all of them,
that which `train`, the command line and the documentation use. It stands in the schema that Pydantic compiles: with a Python
function around each number, an axis of a million of them takes 0.15 s to check instead of 0.02 s.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from backsweep.ranges import FINITE, Range

SAID = "said"  # the type of an error whose message is ours
EXACT = 2**53  # up to here a float holds every whole number


def whole(raw: Any) -> Any:
    """10000 for 1e4, which TOML reads as a float; anything else as it is."""
    return int(raw) if isinstance(raw, float) and raw.is_integer() and abs(raw) <= EXACT else raw


class Says(NamedTuple):
    """What a type says of all that it refuses, beside the type: `Annotated[bool, Says("must be true or false")]`."""

    sentence: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _saying(self.sentence, handler(source))


class Within(NamedTuple):
    """The range of a number, beside its type: `Annotated[int, Within(COUNT)]`."""

    allowed: Range

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        low, high, open_low, open_high = self.allowed[1:5]
        given = {"gt" if open_low else "ge": low, "lt" if open_high else "le": high}
        ends: dict[str, Any] = {end: value for end, value in given.items() if math.isfinite(value)}
        if self.allowed.whole:
            whole_ends: dict[str, Any] = {end: int(value) for end, value in ends.items()}
            number: CoreSchema = core_schema.int_schema(strict=True, **whole_ends)
            number = core_schema.no_info_before_validator_function(whole, number)
        else:
            number = core_schema.float_schema(strict=True, allow_inf_nan=self.allowed.infinite, **ends)
        return _saying(f"must be {self.allowed.words}", number)


def _saying(sentence: str, schema: CoreSchema) -> CoreSchema:
    return core_schema.custom_error_schema(schema, custom_error_type=SAID, custom_error_message=sentence)


Number = Annotated[float, Within(FINITE)]


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
