"""Refuses sweeps that need more memory than the machine has, or years, by arithmetic before anything is made or compiled."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from backsweep.errors import SettingError

from ...results.arrays import Floats, Span
from ..machine import memory
from ..plan.plan import Plan
from ..progress import Progress
from ..text import count, duration, in_toml, size
from .costs import FMA_SECONDS, LEAST_SECONDS, SIGMOID_SECONDS

YEAR = 365.25 * 86400
MOST_SECONDS = 10 * YEAR


def check_memory(plan: Plan, jobs: int) -> None:
    """SettingError if `jobs` workers need more memory for networks and data than this machine has."""
    sizes, most = plan.sizes, memory()
    each = np.broadcast_to(sizes.data_bytes + sizes.network_bytes, len(plan.shapes()))
    worst = int(np.argmax(each))
    if jobs * each[worst] <= most:
        return
    needed = (
        f"{count(jobs, 'worker')} would need about {size(jobs * each[worst])} of memory, but only {size(most)} are available"
    )
    remedies = [("use fewer workers", "jobs")] if each[worst] <= most else []
    setting, shown = _largest(plan, worst)
    raise SettingError([setting], needed, shown).advising(*remedies)


def _largest(plan: Plan, shape: int) -> tuple[str, str]:
    """The setting that makes a network shape take the memory, and what it amounts to."""
    sizes = plan.sizes

    def of(numbers: Any) -> int:
        return int(np.broadcast_to(numbers, len(plan.shapes()))[shape])

    if of(sizes.network_bytes) >= of(sizes.data_bytes):
        return (
            "model.hidden",
            f"model.hidden = {in_toml(plan.shape(shape).hidden)}: {count(of(sizes.weights), 'weight')} per network",
        )
    key = next((key for key in ("task.samples", "task.bits", "task.code", "task.file") if plan.has(key)), "task")
    columns = f"{count(of(sizes.inputs), 'input')} and {count(of(sizes.outputs), 'output')}"
    return key, f"{key}: {count(of(sizes.samples), 'sample')} of {columns}"


def years(plan: Plan, missing: Sequence[Span], workers: int) -> str | None:
    """A sentence about a budget that a crude guess puts above MOST_SECONDS; None for a smaller one."""
    share = sum(stop - start for start, stop in missing) / plan.runs
    epochs, seconds = _epochs_of_shapes(plan), _epoch_seconds(plan)
    expected = float(np.sum(epochs * seconds)) * share / workers
    if expected <= MOST_SECONDS:
        return None
    return (
        f"train.epochs, seeds and axes make up to {float(np.sum(epochs)) * share:.3g} run-epochs, which take "
        f"{count(workers, 'worker')} about {duration(expected)} if no run ends early"
    )


def _epochs_of_shapes(plan: Plan) -> Floats:
    """The most epochs that all runs of each shape can make together, (shapes,)."""
    limits, firsts = plan.epoch_limits(), np.array([start for start, _ in plan.shapes()])
    starts = np.union1d(firsts, plan.numbering.changes(limits))
    most = limits[plan.numbering.cells_of(starts)] * np.diff(starts, append=plan.runs)
    return np.add.reduceat(most, np.searchsorted(starts, firsts))


def _epoch_seconds(plan: Plan) -> Any:
    """A guess at the seconds that an epoch of one run takes, for each shape, or one number for all shapes."""
    sizes = plan.sizes
    return np.maximum(sizes.samples * (sizes.units * SIGMOID_SECONDS + 3 * sizes.weights * FMA_SECONDS), LEAST_SECONDS)


def check_years(plan: Plan, missing: Sequence[Span], workers: int, progress: Progress, force: bool) -> None:
    """SettingError if the missing runs may take more than MOST_SECONDS; only a warning if the user forces the run."""
    warning = years(plan, missing, workers)
    if warning is None:
        return
    if not force:
        error = SettingError(["train.epochs", "seeds"], f"{warning}; make fewer of them", shown="")
        raise error.advising(("run anyway", "force"))
    progress.warn(warning)
