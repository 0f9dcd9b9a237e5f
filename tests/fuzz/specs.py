"""Specs: sound ones with values drawn from the schema, then changed as tables or as text."""

import copy
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import tomli_w

from backsweep.sweep.spec.json_schema import spec_schema

from . import odd
from .case import Case

SOUND: tuple[dict[str, Any], ...] = (
    {"task": "xor", "seeds": 3, "model": {"hidden": {"values": [2, 3]}}, "train": {"lr": 0.5, "epochs": 5}},
    {
        "task": {"name": "moons", "samples": 12, "noise": {"linear": [0.0, 0.4], "n": 3}},
        "seeds": [4, 2],
        "model": {"hidden": [3, 2], "activation": "tanh", "bias": True, "init": {"scheme": "normal", "std": 0.5}},
        "train": {
            "optimizer": {"values": ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}]},
            "lr": {"log": [0.1, 1.0], "n": 2},
            "schedule": {"name": "step", "every": 2, "factor": 0.5},
            "batch": {"size": 4, "order": "shuffled"},
            "epochs": 4,
            "stop": {"loss": 0.1, "patience": 2},
            "stall": {"window": 2, "improvement": 0.1},
        },
        "record": {"every": 2, "runs": 3, "weights": True},
        "exclude": [{"train": {"lr": 0.1}}],
    },
    {
        "task": {"name": "parity", "bits": {"values": [2, 3], "zip": "a"}, "encoding": [-1, 1]},
        "seeds": {"start": 5, "count": 2},
        "model": {"hidden": {"values": [2, 4], "zip": "a"}, "output": "tanh"},
        "train": {"lr": {"uniform": [0.1, 0.5]}, "loss": "mse", "epochs": 3},
        "design": {"method": "sobol", "points": 4, "seed": 1},
    },
)
LONGEST = 2**22  # characters of a hostile number or nesting


def spec_case(rng: Random, folder: Path) -> Case:
    """A changed spec, and a dry run of it."""
    kind = rng.random()
    table: Any = None
    changed: list[frozenset[str]] = []
    if kind < 0.06:
        content = hostile(rng).encode()
    else:
        table = copy.deepcopy(rng.choice(SOUND))
        grafts, changes = rng.choice((0, 1, 1, 2)), rng.choice((0, 0, 1, 1, 2))
        changed = [graft(rng, table) for _ in range(grafts)]
        changed += [odd.change(rng, table, dates=True) for _ in range(changes)]
        try:
            content = tomli_w.dumps(table).encode()
        except (TypeError, ValueError, RecursionError, UnicodeEncodeError):
            content, table = b"task = 1979-05-27", None
        if kind > 0.9:
            content, table = odd.damage(rng, content), None
    (folder / "a spec.toml").write_bytes(content)
    wrong = table is not None and not fits_schema(table)
    single = tuple(changed) if table is not None and len(changed) == 1 and all(changed) else ()
    return Case([["run", "a spec.toml", "--dry-run"]], named="a spec.toml", must_refuse=wrong, changed=single)


def hostile(rng: Random) -> str:
    """TOML that is very long or deeply nested."""
    many = rng.choice((90, 1500, 50_000))
    return rng.choice(
        (
            "task = " + "[" * many + "]" * many,
            "[" + ".".join(["a"] * many) + "]",
            "".join(f"[{'.'.join(['a'] * depth)}]\n" for depth in range(1, 300)),
            f'task = "xor"\nseeds = 0x{"f" * many}',
            f'task = "xor"\nseeds = {"9" * many}',
            f'task = "xor"\n[train]\nlr = 1e{"9" * many}',
            'task = "xor"\n' + "\n".join(f"k{number} = 1" for number in range(many)),
            f'task = "{"x" * many}"',
            'task = "xor"\n[train]\nlr = { values = [' + ",".join(map(str, range(1, many))) + "] }",
        )
    )


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of specs."""
    return json.loads(json.dumps(spec_schema()))


@cache
def validator() -> Any:
    """Validates tables against the schema."""
    return jsonschema.Draft202012Validator(schema())


def fits_schema(table: Any) -> bool:
    """Whether a table satisfies the schema, which editors use; True for tables that the validator cannot handle."""
    try:
        return validator().is_valid(table)
    except (RecursionError, TypeError, OverflowError, ValueError):
        return True


def graft(rng: Random, table: dict[str, Any]) -> frozenset[str]:
    """Replace one setting by a value drawn from the schema; returns its key."""
    known = schema()
    key = rng.choice(list(known["properties"]))
    part = known["properties"][key]
    holder = table
    inner = resolved(part)
    if "properties" in inner and isinstance(table.get(key), dict):
        holder, key = table[key], rng.choice(list(inner["properties"]))
        part = inner["properties"][key]
    holder[key] = drawn(rng, part)
    return frozenset({key, "samples"} if key == "task" else {key})  # which other tasks have more or fewer of


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference within the schema to the part that it names."""
    while "$ref" in part:
        part = schema()["$defs"][part["$ref"].rsplit("/", 1)[1]]
    return part


def drawn(rng: Random, part: Any, depth: int = 0) -> Any:
    """A value that a part of the schema allows, as far as this function understands the schema."""
    part = resolved(part) if isinstance(part, dict) else {}
    choices = part.get("anyOf") or part.get("oneOf")
    if choices and depth < 6:
        return drawn(rng, rng.choice(choices), depth + 1)
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return rng.choice(part["enum"])
    kind = part.get("type")
    kind = rng.choice(kind) if isinstance(kind, list) else kind
    if kind == "object":
        needed = part.get("required", ())
        chosen = {key: inner for key, inner in part.get("properties", {}).items() if key in needed or rng.random() < 0.3}
        return {key: drawn(rng, inner, depth + 1) for key, inner in chosen.items()}
    if kind == "array":
        most = min(part.get("maxItems", 3), 3)
        items = part.get("prefixItems") or [part.get("items", {})] * rng.randint(min(part.get("minItems", 0), most), most)
        return [drawn(rng, one, depth + 1) for one in items]
    if kind in ("integer", "number"):
        return number(rng, part, kind == "integer")
    if kind == "boolean":
        return rng.random() < 0.5
    return rng.choice(odd.TEXTS) if kind == "string" else odd.value(rng, dates=True)


def number(rng: Random, part: dict[str, Any], whole: bool) -> Any:
    """A number within the bounds of the schema, often equal to a bound."""
    low = part.get("minimum", part.get("exclusiveMinimum", -5))
    high = part.get("maximum", part.get("exclusiveMaximum", max(low, 1) * 1000))
    found = rng.choice((low, high, rng.uniform(low, min(high, low + 10)), rng.uniform(low, high)))
    return min(int(found), 2**63 - 1) if whole else float(found)
