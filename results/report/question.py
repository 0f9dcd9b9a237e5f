"""The question that a sweep asks, in words, from its spec."""

from pathlib import Path
from typing import Any

from backsweep.errors import ResultsError
from backsweep.stopping import STOPPING

from ..store.schema import Manifest
from ..store.written_spec import goals, seed_count


def question(manifest: Manifest) -> str:
    """What was swept, in words, from the spec."""
    spec = manifest.spec
    axes = [f"{axis.setting} over {axis.words}" for axis in manifest.swept]
    varied = "; ".join(axes) if axes else "one setting"
    count = seed_count(spec)
    cells = f"{count:,} seed{'s' if count != 1 else ''} in each cell"
    return f"{manifest.runs:,} runs on {task(spec)}: {varied}; {cells}.{_rule(manifest)}"


def _rule(manifest: Manifest) -> str:
    """When a run counts as converged."""
    swept = {axis.setting: axis.words for axis in manifest.swept}
    limit_of = goals(manifest.spec)
    for name in limit_of:
        if name not in STOPPING:
            raise ResultsError(f"train.stop.{name}: this version knows no such criterion; it knows {', '.join(STOPPING)}")
    limits = {name: swept.get(f"train.stop.{name}") or f"{limit_of[name]:g}" for name in STOPPING if name in limit_of}
    parts = [f"{STOPPING[name].words} {limit}" for name, limit in limits.items()]
    return f" A run has converged when {' and '.join(parts)}." if parts else ""


def task(spec: dict[str, Any]) -> str:
    """The task by its name, or the file that it is in."""
    table = spec.get("task", {})
    return str(table.get("name") or Path(table.get("file", "")).name)
