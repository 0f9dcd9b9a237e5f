"""The JSON Schema of specs, with which editors complete and check them. It lets pass what only a plan can refuse."""

import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from .axes import TITLES, Axis
from .nested_axes import Alternatives
from .spec import Spec
from .train import BATCHES, BatchSpec

if TYPE_CHECKING:
    from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

PLACE = "#/$defs/"
AN_AXIS = re.compile(f"(?:^|__)({Axis.__name__}|{Alternatives.__name__})_")


class _ForToml(GenerateJsonSchema):
    """TOML has no null, so a key that may be None may be left out. A table of tables has no default but those inside it."""

    def nullable_schema(self, schema: "NullableSchema") -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: "WithDefaultSchema") -> dict[str, Any]:
        inner, default = self.generate_inner(schema["schema"]), default_in_toml(schema.get("default"))
        return inner if default is None else {**inner, "default": default}


def default_in_toml(default: Any) -> Any:
    """A default as one would write it in TOML: a table that has a name as that name. None for what is left out."""
    if isinstance(default, BatchSpec):
        return next(name for name, batch in BATCHES.items() if batch == default)
    if isinstance(default, BaseModel):
        return next((getattr(default, title) for title in TITLES if hasattr(default, title)), None)
    if isinstance(default, tuple):
        return list(default)
    return default if isinstance(default, str | int | float) else None


def spec_schema() -> dict[str, Any]:
    """The schema, as plain data. Editors show descriptions on hover, so these end with the default."""
    found = Spec.model_json_schema(schema_generator=_ForToml)
    names = {name: _short(name, place) for place, name in enumerate(found["$defs"])}
    found["$defs"] = {names[name]: table for name, table in found["$defs"].items()}
    return {"$schema": GenerateJsonSchema.schema_dialect, "title": "A sweep of backsweep", **_plainly(found, names)}


def _shown(default: Any) -> str:
    if isinstance(default, list):
        return f"[{', '.join(map(_shown, default))}]"
    return f"{default:g}" if isinstance(default, float) else json.dumps(default)


def _short(name: str, place: int) -> str:
    """The name of a table. The names of axes, which list everything that their values may be, become numbers."""
    kind = kind_of_axis(name)
    return f"{kind}{place}" if kind else name


def kind_of_axis(name: str) -> str | None:
    """Axis or Alternatives, if Pydantic calls such a table so; in front of it may stand where it is from."""
    found = AN_AXIS.search(name)
    return found[1] if found else None


def _plainly(value: Any, names: dict[str, str]) -> Any:
    """A part of the schema with these names and with defaults in descriptions, without titles made from Python's names."""
    if isinstance(value, list):
        return [_plainly(one, names) for one in value]
    if isinstance(value, dict):
        plain = {key: _plainly(one, names) for key, one in value.items() if not (key == "title" and isinstance(one, str))}
        if isinstance(plain.get("description"), str) and "default" in plain:
            plain["description"] += f" Default: {_shown(plain['default'])}."
        return plain
    return PLACE + names[value.removeprefix(PLACE)] if isinstance(value, str) and value.startswith(PLACE) else value
