"""The networks of runs, with the data and settings that the plan has for them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from backsweep.networks import Kept

from ..kernels import End, Network, State
from .plan.plan import Plan
from .sweep import Sweep


def networks_of(folder: Path, runs: Sequence[int], kept: Mapping[int, Kept], data: Sequence[Path]) -> list[Network]:
    """The networks of runs of a folder. kept: of those that are done. Those without weights are trained when they are needed.

    data: files of data or initial weights, see `Sweep.of_folder`, which says what it raises.
    """
    plan = Sweep.of_folder(folder, data).plan()
    return [network_of(plan, run, kept.get(run)) for run in runs]


def network_of(plan: Plan, run: int, kept: Kept | None = None) -> Network:
    """The network of a run of the plan."""
    task = plan.task(run)
    return Network(
        **plan.arguments(np.array([run])),
        state=State(kept.epochs, tuple(kept.weights), tuple(kept.biases)) if kept and kept.weights else None,
        end=kept and End(kept.outcome, kept.epochs, kept.loss),
        input_names=task.input_names,
        target_names=task.target_names,
    )
