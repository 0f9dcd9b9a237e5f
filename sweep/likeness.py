"""Which cells stand or fall together when a plan is checked: a hundred thousand network shapes are not checked one by one.

The kernels check what a call of them is given, once for all runs of the call. What they look at is less than what shapes a
network: of hidden layers how many there are, of a generated set of data how its targets are written. Cells that differ in
nothing that is looked at are checked as one call, whatever their shapes. Where in doubt values are unlike, which costs time.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..kernels import OUTPUTS
from ..results.arrays import Integers
from .arguments import per_run
from .axes import AxisInUse, alike
from .task_models import Blobs, Circles, Encoder, Moons, Teacher
from .tasks import AnyTask

SINGLE = float(np.finfo(np.float32).max)
# Of data made by formula, what changes neither how its targets are written nor how many columns it has.
SHAPELESS: dict[type, tuple[str, ...]] = {
    Moons: ("noise", "data_seed"),
    Circles: ("noise", "factor", "data_seed"),
    Blobs: ("spread", "features", "data_seed"),
}
OF_TEACHERS = ("inputs", "hidden", "noise", "data_seed", "activation")


def checked_alike(axis: AxisInUse, task: AnyTask, settings: Mapping[str, Any]) -> Integers:
    """For each value of an axis a number, the same for values that no check can tell apart.

    settings: those of the whole spec: a value, an axis, or None.
    """
    points: Sequence[Any] = axis.points
    from_files = any("file" in key for key in settings if key.startswith("model.init."))  # whose arrays must have its widths
    if per_run(axis.setting):
        points = [point is not None for point in points]
    elif axis.setting == "model.hidden" and not from_files and not isinstance(task, Encoder):
        points = [len(layers) for layers in points]
    elif axis.setting == "model.bias_input":
        points = [abs(value) <= SINGLE for value in points]
    elif axis.setting in _unlooked_at(task, settings):
        points = [0] * len(points)
    return alike(points)


def _unlooked_at(task: AnyTask, settings: Mapping[str, Any]) -> set[str]:
    """The settings of a task that no check looks at."""
    keys = SHAPELESS.get(type(task), ())
    if isinstance(task, Teacher):
        output = settings["model.output"]
        bounded = not isinstance(output, str) or OUTPUTS[output].low is not None or OUTPUTS[output].high is not None
        keys = () if bounded or output == "softmax" else OF_TEACHERS
    sizes = settings["train.batch.size"] is not None or isinstance(task, Blobs)  # there must be as many samples
    return {f"task.{key}" for key in (*keys, *(() if sizes or not keys else ("samples",)))}


def parted(classes: Sequence[Integers], length: int) -> list[Integers]:
    """The places 0 ... length - 1, parted by what all of the classes, (length,) each, say of them; each part in order."""
    number = np.zeros(length, np.int64)
    for some in classes:
        number = np.unique(number * (int(some.max()) + 1) + some, return_inverse=True)[1]
    order = np.argsort(number, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    return sorted(parts, key=lambda part: int(part[0]))
