"""The plan of a sweep: which run has which settings, and which runs are trained together.

A run's number is fixed by the spec alone: the number of its cell times the number of seeds, plus the place of its seed.
Settings that shape the network vary slowest, so that the runs of one shape are neighbours and a batch, which is one call of
the kernels, is a range of run numbers. Everything else may differ from lane to lane within a batch.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from ..kernels import LANES
from ..results.errors import InputError
from ..results.schema import FIRST_COLUMNS, LAST_COLUMNS, AxisColumn, AxisType
from ..results.store import Span
from .axes import combine
from .spec import Spec
from .tasks import TASKS

# The settings that the kernels take one of for each run, and the names they have there.
PER_RUN = {
    "model.init.low": "low",
    "model.init.high": "high",
    "train.lr": "lr",
    "train.epochs": "epochs",
    "train.stop.loss": "stop_loss",
    "train.bound": "bound",
}
PER_CALL = {"model.hidden": "hidden", "model.bias": "bias", "train.loss": "loss"}

BATCH_SECONDS = 0.5
LEAST_RUNS = 4 * LANES  # a batch ends with lanes running empty; below this most of it would
MOST_RUNS = 2**18
MOST_RUNS_OF_ALL = 10**11  # the names of shards have twelve digits
# A sigmoid and a multiply-add, per lane, on a present-day core: only for the first batch of a shape.
SIGMOID_SECONDS, FMA_SECONDS = 0.6e-9, 0.05e-9


class Plan:
    """A spec, unrolled: `cells` combinations of settings, each with every seed, make `runs` runs."""

    def __init__(self, spec: Spec):
        self.spec = spec
        self.task = TASKS[spec.task]()
        self.seeds = spec.seed_values()
        axes = spec.axes()
        self._index = combine(axes, {axis.setting: axis.setting not in PER_RUN for axis in axes})
        self._values = {axis.setting: np.array(axis.points) for axis in axes}
        self.axes = _columns(self._values)
        self.cells = len(next(iter(self._index.values()))) if axes else 1
        self.runs = self.cells * len(self.seeds)
        if self.runs > MOST_RUNS_OF_ALL:
            raise InputError(f"{self.runs:,} runs are too many; {MOST_RUNS_OF_ALL:,} are allowed in one sweep")
        self._fixed = {key: value for key, value in spec.settings() if key not in self._values}
        self._shape_starts = self._starts_of_shapes()
        self._check_init()

    def setting(self, key: str, runs: np.ndarray) -> Any:
        """The values of a dotted setting for these runs, an array; or one value, if it does not vary."""
        if key in self._fixed:
            return self._fixed[key]
        return self._values[key][self._index[key][runs // len(self.seeds)]]

    def arguments(self, runs: np.ndarray) -> dict[str, Any]:
        """What `kernels.train` is called with for these runs, which must be of one network shape."""
        call = {name: self.setting(key, runs[:1]) for key, name in PER_CALL.items()}
        call = {name: value.item(0) if isinstance(value, np.ndarray) else value for name, value in call.items()}
        each = {name: self.setting(key, runs) for key, name in PER_RUN.items()}
        return {"x": self.task.inputs, "y": self.task.targets, "seed": self.seeds[runs % len(self.seeds)], **call, **each}

    def columns(self, runs: np.ndarray) -> dict[str, np.ndarray]:
        """The columns of the table of runs that the plan knows: run, cell, seed and the axes."""
        first = {"run": runs, "cell": runs // len(self.seeds), "seed": self.seeds[runs % len(self.seeds)]}
        return {**first, **{axis.name: self.setting(axis.setting, runs) for axis in self.axes}}

    def shapes(self) -> list[Span]:
        """The spans of runs that share a network shape."""
        return list(zip(self._shape_starts, [*self._shape_starts[1:], self.runs], strict=True))

    def shape_of(self, run: int) -> int:
        """Which of `shapes` a run belongs to."""
        return int(np.searchsorted(self._shape_starts, run, side="right")) - 1

    def _starts_of_shapes(self) -> list[int]:
        shaping = [index for key, index in self._index.items() if key not in PER_RUN]
        changes = np.zeros(self.cells, bool)
        changes[0] = True
        for index in shaping:
            changes[1:] |= index[1:] != index[:-1]
        return (np.flatnonzero(changes) * len(self.seeds)).tolist()

    def _check_init(self) -> None:
        cells = np.arange(self.cells) * len(self.seeds)
        low, high = (np.broadcast_to(self.setting(f"model.init.{end}", cells), cells.shape) for end in ("low", "high"))
        for wrong in np.flatnonzero(low > high)[:1]:
            raise InputError(f"model.init: low must not be over high; cell {wrong} has {low[wrong]:g} and {high[wrong]:g}")


@lru_cache(maxsize=4)
def plan_of(spec: Spec) -> Plan:
    """The plan of a spec; a worker makes it once."""
    return Plan(spec)


def _columns(values: dict[str, np.ndarray]) -> tuple[AxisColumn, ...]:
    """A column for each axis, named by its last word, or in full where two columns would be called the same."""
    taken = [*FIRST_COLUMNS, *LAST_COLUMNS, *(key.rsplit(".", 1)[-1] for key in values)]
    kinds: dict[str, AxisType] = {"b": "bool", "i": "int64", "f": "float64", "U": "string"}
    columns = []
    for key, points in values.items():
        last = key.rsplit(".", 1)[-1]
        columns.append(AxisColumn(name=last if taken.count(last) == 1 else key, setting=key, type=kinds[points.dtype.kind]))
    return tuple(columns)


class Pace:
    """How long runs take, by network shape: a guess from the size of the network until a batch has been timed."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._seconds: dict[int, float] = {}

    def runs(self, start: int) -> int:
        """How many runs from `start` on make a batch of about BATCH_SECONDS."""
        seconds = self._seconds.get(self._plan.shape_of(start)) or self._guess(start)
        return int(np.clip(BATCH_SECONDS / seconds, LEAST_RUNS, MOST_RUNS))

    def learn(self, start: int, runs: int, seconds: float) -> None:
        """A batch of `runs` runs from `start` on took this long."""
        self._seconds[self._plan.shape_of(start)] = max(seconds / runs, 1e-9)

    def _guess(self, start: int) -> float:
        call = self._plan.arguments(np.array([start]))
        samples, inputs = call["x"].shape
        outputs, hidden = call["y"].shape[1], call["hidden"]
        weights = hidden * (inputs + outputs)
        epoch = samples * ((hidden + outputs) * SIGMOID_SECONDS + 3 * weights * FMA_SECONDS)
        return epoch * int(np.max(call["epochs"]))


def batches(plan: Plan, missing: Iterable[Span], pace: Pace) -> Iterator[Span]:
    """The missing runs in spans of one network shape, each about as long as `pace` says by then."""
    shapes = plan.shapes()
    for start, stop in missing:
        at = start
        while at < stop:
            end = min(stop, shapes[plan.shape_of(at)][1], at + pace.runs(at))
            yield at, end
            at = end
