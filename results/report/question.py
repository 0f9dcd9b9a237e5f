"""What was asked, in words, from the spec."""

from pathlib import Path
from typing import Any

from ..store.schema import Manifest

STOPS = {
    "loss": "its loss is at most",
    "within": "every output is nearer to its target than",
    "accuracy": "the share of right samples is at least",
    "gradient_norm": "the norm of its gradient is at most",
}


def question(manifest: Manifest) -> str:
    """What was swept, in words, from the spec."""
    spec = manifest.spec
    axes = [f"{axis.setting} over {axis.words}" for axis in manifest.swept]
    varied = "; ".join(axes) if axes else "one setting"
    seeds = spec.get("seeds", 1)
    count = seeds if isinstance(seeds, int) else seeds["count"] if isinstance(seeds, dict) else len(seeds)
    cells = f"{count:,} seed{'s' if count != 1 else ''} in each cell"
    return f"{manifest.runs:,} runs on {task(spec)}: {varied}; {cells}.{_rule(manifest)}"


def _rule(manifest: Manifest) -> str:
    """When a run counts as converged."""
    stop = manifest.spec.get("train", {}).get("stop") or {}
    goals = {key: f"{goal:g}" for key, goal in stop.items() if isinstance(goal, int | float)}
    goals |= {axis.setting.removeprefix("train.stop."): axis.words for axis in manifest.swept}
    parts = [f"{words} {goals[key]}" for key, words in STOPS.items() if key in goals]
    return f" A run has converged when {' and '.join(parts)}." if parts else ""


def task(spec: dict[str, Any]) -> str:
    """The task by its name, or the file that it is in."""
    table = spec.get("task", {})
    return str(table.get("name") or Path(table.get("file", "")).name)
