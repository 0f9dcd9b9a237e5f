"""Which cells can be checked together, so that a plan with a hundred thousand network shapes does not check each of them.

The kernels check the arguments of a call once for all its runs. These checks look at less than what shapes a network: only at
the number of hidden layers, for example, or at how the targets of generated data are written. So cells that agree in everything
checked are checked as one call, whatever their shapes. Cells that arithmetic shows to be too large, or not to fit together, are
checked separately. In doubt, values count as different, which only costs time.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...kernels import MOST_WEIGHTS, OUTPUTS
from ...results.arrays import Integers
from ..data.data import MOST_NUMBERS
from ..spec.axes import AxisInUse, alike
from ..spec.make_data import AnyTask
from ..spec.task import Blobs, Circles, Encoder, Moons, Teacher
from .kernel_settings import per_run
from .sizes import Each, Sizes

SINGLE = float(np.finfo(np.float32).max)
# For data made by formula: the settings that change neither how the targets are written nor how many columns there are.
SHAPELESS: dict[type, tuple[str, ...]] = {
    Encoder: ("code",),
    Moons: ("samples", "noise", "data_seed"),
    Circles: ("samples", "noise", "factor", "data_seed"),
    Blobs: ("samples", "spread", "features", "data_seed"),
}
OF_TEACHERS = ("inputs", "hidden", "samples", "noise", "data_seed", "activation")


def checked_alike(axis: AxisInUse, task: AnyTask, settings: Mapping[str, Any]) -> Integers:
    """A number for each value of an axis, the same for values that no check can tell apart.

    settings: those of the whole spec, each a value, an axis, or None.
    """
    points: Sequence[Any] = axis.points
    if per_run(axis.setting):
        points = [point is not None for point in points]
    elif axis.setting == "model.hidden" and not _starts_from_files(settings):
        points = [len(layers) for layers in points]
    elif axis.setting == "train.batch.size":
        points = [size is None for size in points]
    elif axis.setting == "task.centers":
        points = [min(centers, 3) for centers in points]  # two classes are one output
    elif axis.setting == "model.bias_input":
        points = [abs(value) <= SINGLE for value in points]
    elif axis.setting in _unlooked_at(task, settings):
        points = [0] * len(points)
    return alike(points)


def _starts_from_files(settings: Mapping[str, Any]) -> bool:
    """Whether networks may start from a file's arrays, which must have the networks' widths."""
    return any("file" in key for key in settings if key.startswith("model.init."))


def _unlooked_at(task: AnyTask, settings: Mapping[str, Any]) -> set[str]:
    """The settings of a task that no check looks at."""
    keys = SHAPELESS.get(type(task), ())
    if isinstance(task, Teacher):
        output = settings["model.output"]
        bounded = not isinstance(output, str) or OUTPUTS[output].low is not None or OUTPUTS[output].high is not None
        keys = () if bounded or output == "softmax" else OF_TEACHERS
    return set() if _starts_from_files(settings) else {f"task.{key}" for key in keys}


def arithmetic_findings(task: AnyTask, sizes: Sizes, each: Each, fixed: Mapping[str, Any]) -> list[Integers]:
    """What arithmetic finds for each network shape, (shapes,). Cells with equal findings are checked as one call."""
    numbers = sizes.samples * (sizes.inputs + sizes.outputs)
    found: list[Any] = [sizes.weights > MOST_WEIGHTS]
    if isinstance(task, Teacher):
        numbers = numbers + sizes.samples * each("task.hidden")
    if isinstance(task, Blobs):
        found.append(sizes.samples < each("task.centers"))
    if isinstance(task, Encoder) and fixed.get("model.hidden", ()) is not None:
        alone = each("model.hidden", lambda layers: layers[0] if len(layers) == 1 else 0)
        found.append(alone != each("task.code", lambda code: code[1]))
    if fixed.get("train.batch.size", 1) is not None:
        batch = each("train.batch.size", lambda size: size or 0)
        found.append(np.sign(batch - sizes.samples) + 1)
    return [np.asarray(one).astype(np.int64) for one in (*found, numbers > MOST_NUMBERS) if np.ndim(one)]


def partition(classes: Sequence[Integers], length: int) -> list[Integers]:
    """The places 0 ... length - 1, split into parts on which all classes, (length,) each, agree; each part is in order."""
    number = np.zeros(length, np.int64)
    for some in classes:
        number = np.unique(number * (int(some.max()) + 1) + some, return_inverse=True)[1]
    order = np.argsort(number, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    return sorted(parts, key=lambda part: int(part[0]))
