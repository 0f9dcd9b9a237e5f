"""Rules of a spec that can never hold, or only by accident. They are reported before the runs, which would otherwise seem to
fail.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...kernels import DTYPES
from ...results.arrays import Booleans, Integers
from ...results.text.numbers import percent_text
from ..spec.axes import Axis
from ..spec.spec import Spec
from ..text import short

MOST_SAMPLED = 2**16  # cells, evenly spread


class SampledRuns(NamedTuple):
    """The part of a plan that rules are checked against.

    runs: some of its runs; setting: returns the values of a setting for runs, or its one value. largest_target: of the first
    task, without its sign; record_at: the epochs that are recorded, if any.
    """

    spec: Spec
    runs: Integers
    setting: Callable[[str, Integers], Any]
    largest_target: float
    record_at: Integers | None


def sampled_cells(cells: int) -> Integers:
    """The cells, out of this many, that rules are checked against."""
    return np.unique(np.linspace(0, cells - 1, min(cells, MOST_SAMPLED)).round().astype(np.int64))


def remarks(plan: SampledRuns) -> list[str]:
    """A sentence for each rule that has no effect in some cells."""
    return [*_of_rules(plan), *_of_records(plan), *_of_zips(plan)]


def _limits(epochs: Any) -> list[tuple[str, Any, str]]:
    """Settings that nothing comes of where they exceed a limit, and why."""
    return [
        (
            "train.stop.patience",
            epochs + 1,
            "there are fewer tests than that (one per epoch and one more), so no run can converge",
        ),
        ("train.stop.patience", epochs, "a run converges only if every test holds, beginning with the initial weights"),
        ("train.stall.window", epochs, "the runs end before the first test for stalling, so none can stall"),
        ("train.schedule.warmup", epochs, "the runs end before the warmup does, so their learning rates stay below lr"),
        (
            "train.schedule.epochs",
            epochs,
            "the runs end before the schedule does, so their learning rates never reach its floor",
        ),
        ("train.schedule.every", epochs - 1, "the runs end before the first step of the schedule"),
    ]


def _of_rules(plan: SampledRuns) -> list[str]:
    runs = plan.runs
    there = dict(plan.spec.settings())
    epochs = _numbers(plan, "train.epochs", runs)
    smallest = {name: np.finfo(name).epsneg for name in DTYPES}
    resolved = np.vectorize(smallest.__getitem__)(plan.setting("train.dtype", runs)) * plan.largest_target
    found: dict[str, str] = {}
    for key, limit, why in _limits(epochs):
        if key in there and there[key] is not None:
            _note(found, key, _numbers(plan, key, runs), _numbers(plan, key, runs) > limit, why)
    if there.get("train.stall.improvement") is not None:
        values = _numbers(plan, "train.stall.improvement", runs)
        _note(
            found,
            "train.stall.improvement",
            values,
            values >= 1,
            "no loss can fall by all of itself, so every run stalls at once",
        )
    if there["train.stop.within"] is not None:
        values = _numbers(plan, "train.stop.within", runs)
        _note(
            found,
            "train.stop.within",
            values,
            values <= resolved,
            "the numbers cannot resolve so small a distance",
        )
    return list(found.values())


def _note(found: dict[str, str], key: str, values: Any, hopeless: Booleans, why: str) -> None:
    """Keep the first remark about a setting, and only that one."""
    if key not in found and np.any(hopeless):
        share = "under 1 %" if np.mean(hopeless) < 0.01 else percent_text(float(np.mean(hopeless)), 0)
        where = "" if np.all(hopeless) else f" in {share} of the cells"
        found[key] = f"{key} = {values[hopeless][0]:.15g}{where}: {why}"


def _numbers(plan: SampledRuns, key: str, runs: Integers) -> Any:
    """A setting of each of the runs as float64; NaN where it is not given."""
    value = plan.setting(key, runs)
    return np.broadcast_to(np.array(np.nan if value is None else value, np.float64), runs.shape)


def _of_records(plan: SampledRuns) -> list[str]:
    every = plan.spec.record.every
    if every is None or plan.record_at is None or len(plan.record_at) > 1:
        return []
    return [f"record.every = {every}: no run has that many epochs, so only its initial weights and its end are recorded"]


def _of_zips(plan: SampledRuns) -> list[str]:
    zips = {key: axis.zip for key, axis in plan.spec.settings() if isinstance(axis, Axis) and axis.zip is not None}
    others = [axis.zip for axis in plan.spec.axes]
    return [
        f"{key}.zip = {short(word)}: no other axis has this zip, so the axis is combined with all others"
        for key, word in zips.items()
        if others.count(word) == 1
    ]
