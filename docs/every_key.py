"""The reference of specs as a page: every key of every model, its meaning, the values that it takes, and its default.

`hooks.py` adds the page to the site whenever the site is built. Keys, ranges and defaults come from the models themselves, so
the page cannot go stale. So do the meanings of keys; where a formula says it better, the meaning comes from the row in
`spec.md` or `tasks.md` that begins with the name.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from backsweep.sweep import Spec
from backsweep.sweep.spec.axes import Axis
from backsweep.sweep.spec.design import DesignSpec
from backsweep.sweep.spec.encodings import BothSides, TargetSide
from backsweep.sweep.spec.json_schema import kind_of_axis
from backsweep.sweep.spec.make_data import AnyTask
from backsweep.sweep.spec.model import INITS, ModelSpec
from backsweep.sweep.spec.nested_axes import Alternatives
from backsweep.sweep.spec.report import ReportSpec
from backsweep.sweep.spec.spec import SeedRange
from backsweep.sweep.spec.task import FileTask, Gaps
from backsweep.sweep.spec.train import (
    BATCHES,
    OPTIMIZER_MODELS,
    OPTIMIZERS_IN_AXIS,
    SCHEDULE_MODELS,
    BatchSpec,
    RecordSpec,
    StallSpec,
    StopSpec,
    TrainSpec,
)

DOCS = Path(__file__).parent
HEAD = """# Every key

This page is generated from the program's own models. [Specs](spec.md) and [Tasks](tasks.md) explain what the keys are for and
how they work together. ↔ marks settings that may be an [axis](#axes).
"""


class Entry(NamedTuple):
    """A table of specs: its title, its model, the text above it, and the meanings of keys that the model does not explain."""

    title: str
    model: type[BaseModel]
    text: str
    keys: Mapping[str, str] = MappingProxyType({})


def _entry(title: str, model: type[BaseModel], keys: Mapping[str, str] = MappingProxyType({})) -> Entry:
    return Entry(title, model, _escaped(cleandoc(model.__doc__ or "")), keys)


def page() -> str:
    """The whole page, as Markdown."""
    return "\n".join([HEAD, *(part for title, entries in _chapters() for part in _chapter(title, entries))])


def _chapters() -> Iterator[tuple[str, list[Entry]]]:
    spec, tasks = ((DOCS / name).read_text(encoding="utf-8") for name in ("spec.md", "tasks.md"))
    starts, optimizers, factors = (
        first_table(spec, after) for after in ("**Initial weights.**", "**Optimizers.**", "**Schedules**")
    )
    parts = (("batch", BatchSpec), ("stop", StopSpec), ("stall", StallSpec))
    axes = (("An axis of values", Axis), ("An axis of tables", Alternatives))
    yield "The spec", [_entry("A spec", Spec), _entry("`seeds`", SeedRange), _entry("`[design]`", DesignSpec)]
    sides = (("`encoding`", BothSides), ("`encoding`, for targets only", TargetSide))
    yield (
        "Tasks",
        [*_tasks(tasks), *(_entry(title, model) for title, model in (*sides, ("`missing`, to leave rows out", Gaps)))],
    )
    yield "The network", [_entry("`[model]`", ModelSpec), *_named("init", INITS, starts, "Weights")]
    yield "Training", [_entry("`[train]`", TrainSpec), *(_entry(f"`{key}`", model) for key, model in parts)]
    yield "Optimizers", list(_named("optimizer", OPTIMIZER_MODELS, optimizers, "w changes by"))
    instead = "As alone, and with settings of its own instead of those in `[train]`, if they are given."
    yield (
        "Optimizers of an axis",
        [Entry(f"`optimizer` in an axis: {name}", model, instead) for name, model in OPTIMIZERS_IN_AXIS.items()],
    )
    yield "Schedules", list(_named("schedule", SCHEDULE_MODELS, factors, "The factor"))
    yield "Records", [_entry("`[record]`", RecordSpec)]
    yield "The report", [_entry("`[report]`", ReportSpec)]
    yield "Axes", [_entry(title, model) for title, model in axes]


def _named(key: str, models: Mapping[str, type[BaseModel]], texts: dict[str, str], what: str) -> Iterator[Entry]:
    for name, model in models.items():
        yield Entry(f"`{key}`: {name}", model, f"{what}: {texts[name]}.")


def _tasks(text: str) -> Iterator[Entry]:
    data, columns = first_table(text, "# Tasks"), first_table(text, "## Files")
    for model in get_args(AnyTask):
        if model is FileTask:
            yield _entry("`task`: a file", model, columns)
        else:
            names = get_args(model.model_fields["name"].annotation)
            yield Entry(f"`task`: {', '.join(names)}", model, f"{model.__doc__} The data: {data[names[0]]}.")


def first_table(text: str, after: str) -> dict[str, str]:
    """The second cell of each row of the first table after these words, by each name in the row's first cell."""
    rows = text.partition(after)[2].partition("\n|")[2].partition("\n\n")[0].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    return {name: found[1] for found in cells for name in re.findall(r"`(\w+)`", found[0])}


def _chapter(title: str, entries: Iterable[Entry]) -> Iterator[str]:
    yield f"## {title}\n"
    for entry in entries:
        yield f"### {entry.title}\n"
        yield f"{entry.text}\n"
        yield from _rows(entry)
        yield ""


def _rows(entry: Entry) -> Iterator[str]:
    schema = entry.model.model_json_schema()
    fields = entry.model.model_fields
    meanings = {key: _escaped(field.description or "") or entry.keys.get(key, "") for key, field in fields.items()}
    explained = any(meanings.values())
    yield "| key | meaning | value | default |" if explained else "| key | value | default |"
    yield "|---|---|---|---|" if explained else "|---|---|---|"
    for key, field in fields.items():
        kind = schema["properties"][key]
        cells = [f"`{key}`{' ↔' * _may_be_axis(kind)}", *[meanings[key]] * explained, "; ".join(forms(kind)), _default(field)]
        yield f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Text of the sources with Markdown's special characters escaped."""
    return re.sub(r"([*_<|])", r"\\\1", text)


def _may_be_axis(kind: Any) -> bool:
    if isinstance(kind, list):
        return any(map(_may_be_axis, kind))
    return isinstance(kind, dict) and (_is_axis(kind) or any(map(_may_be_axis, kind.values())))


def _is_axis(kind: dict[str, Any]) -> bool:
    return kind_of_axis(kind.get("$ref", "").rpartition("/")[2]) is not None


def forms(kind: dict[str, Any]) -> list[str]:
    """The kinds of values that a JSON Schema allows, in words. Axes and null are left out."""
    several = kind.get("oneOf") or kind.get("anyOf")
    if several:
        return list(dict.fromkeys(form for one in several for form in forms(one)))
    if "$ref" in kind or "allOf" in kind:
        return [] if _is_axis(kind) else ["a table"]
    if "enum" in kind or "const" in kind:
        return [", ".join(f"`{name}`" for name in kind.get("enum", [kind.get("const")]))]
    if kind.get("type") == "array":
        return [_list(kind)]
    return {
        "integer": [f"whole number{_range(kind)}"],
        "number": [f"number{_range(kind)}"],
        "boolean": ["`true`, `false`"],
        "string": ["text"],
        "object": ["a table"],
        "null": [],
    }.get(kind.get("type", ""), ["any"])


def _list(kind: dict[str, Any]) -> str:
    if "prefixItems" in kind:
        return f"a list of {len(kind['prefixItems'])}: {', '.join(' or '.join(forms(one)) for one in kind['prefixItems'])}"
    return f"a list, each: {' or '.join(forms(kind['items']))}"


def _range(kind: dict[str, Any]) -> str:
    words = {"minimum": "from", "exclusiveMinimum": "over", "maximum": "to", "exclusiveMaximum": "and below"}
    return "".join(f" {word} {kind[key]:,}" for key, word in words.items() if key in kind)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    if field.default is None:
        return "none"
    return f"`{plain(field.default)}`"


def plain(value: Any) -> str:
    """A default as one would write it in TOML. A table that has a name is written as its name."""
    if isinstance(value, BatchSpec):
        return next(name for name, batch in BATCHES.items() if batch == value)
    if isinstance(value, BaseModel):
        return str(getattr(value, "name", getattr(value, "scheme", "{}")))
    if isinstance(value, tuple):
        return f"[{', '.join(json.dumps(one) if isinstance(one, str) else plain(one) for one in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
