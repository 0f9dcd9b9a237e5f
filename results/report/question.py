"""What was asked, in words, from the spec."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from ..store.schema import Manifest
from ..store.written_spec import TITLES, axis_of, setting_at

STOPS = {
    "loss": "its loss is at most",
    "within": "every output is nearer to its target than",
    "accuracy": "the share of right samples is at least",
    "gradient_norm": "the norm of its gradient is at most",
}


def question(manifest: Manifest) -> str:
    """What was swept, in words, from the spec."""
    spec = manifest.spec
    places: dict[str, list[str]] = {}  # an axis of tables has several columns
    for axis in manifest.axes:
        place, _ = axis_of(spec, axis.setting)
        places.setdefault(place, []).append(axis.setting.rpartition(".")[2])
    axes = [f"{place} over {_axis_in_words(setting_at(spec, place), numbers)}" for place, numbers in places.items()]
    varied = "; ".join(axes) if axes else "one setting"
    seeds = spec.get("seeds", 1)
    count = seeds if isinstance(seeds, int) else seeds["count"] if isinstance(seeds, dict) else len(seeds)
    cells = f"{count:,} seed{'s' if count != 1 else ''} in each cell"
    return f"{manifest.runs:,} runs on {task(spec)}: {varied}; {cells}.{_rule(spec)}"


def _rule(spec: dict[str, Any]) -> str:
    """When a run counts as converged."""
    stop = spec.get("train", {}).get("stop") or {}
    goals = {words: stop[key] for key, words in STOPS.items() if stop.get(key) is not None}
    parts = [f"{words} {_axis_in_words(goal) if isinstance(goal, dict) else f'{goal:g}'}" for words, goal in goals.items()]
    return f" A run has converged when {' and '.join(parts)}." if parts else ""


def task(spec: dict[str, Any]) -> str:
    """The task by its name, or the file that it is in."""
    table = spec.get("task", {})
    return str(table.get("name") or Path(table.get("file", "")).name)


def _axis_in_words(axis: dict[str, Any], numbers: Collection[str] = ()) -> str:
    """The values of an axis; those that are tables with these of their numbers."""
    if "values" in axis:
        return ", ".join(_value_in_words(value, numbers) for value in axis["values"])
    kind = next(kind for kind in ("linear", "log", "range", "uniform", "loguniform") if kind in axis)
    low, high = axis[kind][:2]
    if "uniform" in kind:
        return f"numbers drawn from {low:g} to {high:g}{' on a log scale' if kind == 'loguniform' else ''}"
    if kind == "range":
        return f"{low:g} up to {high:g} in steps of {axis[kind][2]:g}"
    return f"{axis['n']} values from {low:g} to {high:g}{' on a log scale' if kind == 'log' else ''}"


def _value_in_words(value: Any, numbers: Collection[str]) -> str:
    if isinstance(value, list):
        return "-".join(map(str, value)) or "none"
    if not isinstance(value, dict):
        return str(value)
    own = {
        number: setting_at(value, number) for number in numbers if number.partition("[")[0] in value and number not in TITLES
    }
    own = {number: _axis_in_words(one) if isinstance(one, dict) else one for number, one in own.items()}
    title = next(str(value[key]) for key in TITLES if key in value)
    return f"{title} ({', '.join(f'{number} {words}' for number, words in own.items())})" if own else title
