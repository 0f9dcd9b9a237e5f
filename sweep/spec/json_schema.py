"""The JSON Schema of specs, by which editors complete and check them. What only a plan can refuse, it lets pass."""

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema

from .axes import Axis
from .nested import Alternatives
from .spec import Spec

if TYPE_CHECKING:
    from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

PLACE = "#/$defs/"


class _ForToml(GenerateJsonSchema):
    """TOML has no null: what may be None may be left out. The defaults of tables are those of what is in them."""

    def nullable_schema(self, schema: "NullableSchema") -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: "WithDefaultSchema") -> dict[str, Any]:
        plain = isinstance(schema.get("default"), str | int | float)
        return super().default_schema(schema) if plain else self.generate_inner(schema["schema"])


def spec_schema() -> dict[str, Any]:
    """The schema, as plain data."""
    found = Spec.model_json_schema(schema_generator=_ForToml)
    names = {name: _short(name, place) for place, name in enumerate(found["$defs"])}
    found["$defs"] = {names[name]: table for name, table in found["$defs"].items()}
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": "A sweep of backsweep", **_plainly(found, names)}


def _short(name: str, place: int) -> str:
    """What a table is called; axes, which are called after all that their values may be, by a number."""
    kind = name.partition("_")[0]
    return f"{kind}{place}" if kind in (Axis.__name__, Alternatives.__name__) else name


def _plainly(value: Any, names: dict[str, str]) -> Any:
    """A part of the schema with these names, and without the titles that are made of Python's."""
    if isinstance(value, list):
        return [_plainly(one, names) for one in value]
    if isinstance(value, dict):
        return {key: _plainly(one, names) for key, one in value.items() if key != "title"}
    return PLACE + names[value.removeprefix(PLACE)] if isinstance(value, str) and value.startswith(PLACE) else value
