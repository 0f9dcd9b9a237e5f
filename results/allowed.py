"""Types of single values in files that people and programs write, which say in our words what they must be.

Pydantic has a sentence for each end of a range, and another for each wrong type. Here a type has one sentence for all of them,
that which `train`, the command line and the documentation use. It stands in the schema that Pydantic compiles: with a Python
function around each number, an axis of a million of them takes 0.15 s to check instead of 0.02 s.
"""

import math
from typing import Annotated, Any, NamedTuple

from pydantic import GetCoreSchemaHandler
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


class TextOf(NamedTuple):
    """The length of a text, beside its type: `Annotated[str, TextOf(1, 200)]`."""

    least: int
    most: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        length = f"{self.least} to {self.most:,}" if self.least else f"at most {self.most:,}"
        text = core_schema.str_schema(strict=True, min_length=self.least or None, max_length=self.most)
        return _saying(f"must be text of {length} characters", text)


def _saying(sentence: str, schema: CoreSchema) -> CoreSchema:
    return core_schema.custom_error_schema(schema, custom_error_type=SAID, custom_error_message=sentence)


Number = Annotated[float, Within(FINITE)]
