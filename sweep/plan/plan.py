"""The plan of a sweep: which run has which settings, and which runs are trained together.

The spec alone determines the number of a run: the number of its cell times the number of seeds, plus the position of its seed.
What is added to a sweep that is there gets the numbers after those (`results/store/numbering.py`). Settings that shape the
network, the data or the optimizer vary slowest. So the runs of one shape are neighbours, and one call of the kernels trains a
range of run numbers. Other numbers may differ from lane to lane within a call.
"""

from bisect import bisect_left
from collections.abc import Callable
from copy import copy
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from backsweep.errors import DataError, SettingError

from ...kernels import check_flat
from ...results.arrays import Floats, Integers, Span
from ...results.reprs import html_of, text_of
from ...results.store.numbering import Numbering
from ...results.store.recording import recorded_in
from ..data.data import Task
from ..spec.axes import AxisInUse, alike, combine
from ..spec.make_data import bottleneck, fill, make
from ..spec.spec import UNITS, Spec
from ..text import in_toml
from .checked_together import arithmetic_findings, checked_alike, partition
from .data_cache import DataCache
from .excluded import without
from .ineffective_settings import SampledRuns, remarks, sampled_cells
from .kernel_settings import as_in_spec, for_kernels, of_task, per_run
from .outline import plan_lines
from .records import record_epochs
from .setting_columns import array_of, columns_of, readable
from .shape import Shape
from .sizes import Sizes, sizes_of

MOST_RUNS_OF_ALL = 10**11  # the names of shards have twelve digits
MOST_CHECKED = 2**16  # cells at once, to limit the memory that checks take


class Plan:
    """An unrolled spec: `cells` combinations of settings, each with every seed, make `runs` runs."""

    def __init__(self, spec: Spec):
        self.spec = spec
        axes = spec.axes
        self._kinds = {axis.setting: kinds for axis in axes if (kinds := _kinds(axis)) is not None}
        shown = {axis.setting: readable(axis.setting, axis.points, spec.called) for axis in axes}
        self._index = without(combine(axes, self._kinds), axes, shown, spec.exclude)
        self._points = {axis.setting: axis.points for axis in axes}
        self._values = {axis.setting: array_of(axis.points) for axis in axes}
        self._shown = {setting: array_of(values) for setting, values in shown.items()}
        self.axes = columns_of([axis for axis in axes if axis.shown], self._shown)
        self.cells = len(next(iter(self._index.values()))) if axes else 1
        self._shape_of_cells = self._shapes_of_cells()
        self._number(Numbering.of(self.cells, spec.seed_values(), spec.record.runs))
        if self.runs > MOST_RUNS_OF_ALL:
            reason = f"{self.runs:,} runs are too many; one sweep may have at most {MOST_RUNS_OF_ALL:,}"
            raise SettingError(["seeds", *(axis.called for axis in axes)], reason, shown="")
        self._made = DataCache(lambda task: make(task, spec.contents.sides))
        self.fixed = {key: value for key, value in spec.settings() if key not in self._values}
        self.settings = [key for key, _ in spec.settings()]
        self.record_at = record_epochs(spec.record, self._most_epochs())
        self._check()

    def _number(self, numbering: Numbering) -> None:
        self.numbering, self.runs = numbering, numbering.runs
        self._shape_starts = numbering.changes(self._shape_of_cells)
        self._shapes = list(pairwise([*self._shape_starts.tolist(), self.runs]))

    def numbered(self, numbering: Numbering) -> "Plan":
        """The same plan with the numbers that its runs have in a folder whose sweep has grown."""
        if not numbering.has_all(self.cells):
            raise SettingError(["blocks"], "damaged (their cells are not those of the spec)")
        other = copy(self)
        vars(other).pop("sizes", None)
        other._number(numbering)
        return other

    def setting(self, key: str, runs: Integers) -> Any:
        """The values of a dotted setting for these runs, as an array; a single value if the setting does not vary."""
        if key in self.fixed:
            return self.fixed[key]
        return self._values[key][self._index[key][self.numbering.cells_of(runs)]]

    def points(self, key: str) -> tuple[tuple[Any, ...], Integers | None]:
        """The values of a dotted setting, and for each cell which of them it has, (cells,); None if it does not vary."""
        return (self._points[key], self._index[key]) if key in self._points else ((self.fixed[key],), None)

    def task(self, run: int) -> Task:
        """The data that a run is trained on."""
        return self._made(fill(self.spec.task, of_task(self._of_run(run))))

    def arguments(self, runs: Integers) -> dict[str, Any]:
        """The arguments of `kernels.train_flat` for these runs, which must all have one network shape."""
        first = self._of_run(int(runs[0]))
        settings = {key: self.setting(key, runs) if per_run(key) and first[key] is not None else first[key] for key in first}
        task = self.task(int(runs[0]))
        given = {"midpoint": task.midpoint, "measure": self.spec.record.measure, "seed": self.numbering.seeds_of(runs)}
        return {
            "x": task.inputs,
            "y": task.targets,
            "settings": {**given, **for_kernels(settings, self.spec.contents.starts)},
        }

    def shape(self, k: int) -> Shape:
        """The sizes of the k-th of `shapes`, without making its data."""
        sizes, settings = self.sizes, self._of_run(self._shapes[k][0])

        def of(numbers: Any) -> int:
            return int(np.broadcast_to(numbers, len(self._shapes))[k])

        return Shape(
            samples=of(sizes.samples),
            inputs=of(sizes.inputs),
            hidden=settings["model.hidden"],
            outputs=of(sizes.outputs),
            shortcuts=settings["model.shortcuts"],
            dtype=settings["train.dtype"],
            epochs=settings["train.epochs"],
        )

    def recorded(self, span: Span) -> Integers:
        """The runs of a span that are recorded."""
        return recorded_in(self.numbering.block_of(span[0]), span)

    def columns(self, runs: Integers) -> dict[str, npt.NDArray[Any]]:
        """The columns of the table of runs that the plan knows: run, cell, seed and the axes."""
        cells = self.numbering.cells_of(runs)
        shown = {axis.name: self.shown(axis.setting, cells) for axis in self.axes}
        return {"run": runs, "cell": cells, "seed": self.numbering.seeds_of(runs), **shown}

    def shown(self, key: str, cells: Integers) -> npt.NDArray[Any]:
        """The values of an axis in these cells, as its column has them."""
        return self._shown[key][self._index[key][cells]]

    def shapes(self) -> list[Span]:
        """The spans of runs that share a network shape and data."""
        return self._shapes

    def shape_of(self, run: int) -> int:
        """Which of `shapes` a run belongs to."""
        return int(np.searchsorted(self._shape_starts, run, side="right")) - 1

    @cached_property
    def sizes(self) -> Sizes:
        """How large the data and the networks of each of `shapes` are."""
        return sizes_of(self.spec.task, self.spec.contents.sides, UNITS, self.fixed, self.each)

    def each(self, key: str, of: Callable[[Any], Any] = lambda value: value) -> Any:
        """`of` applied to a dotted setting that shapes networks: an array over `shapes`, or one value if it does not vary."""
        if key in self.fixed:
            return of(self.fixed[key])
        values = np.array([of(point) for point in self._points[key]])
        return values[self._index[key][self.numbering.cells_of(self._shape_starts)]]

    def has(self, key: str) -> bool:
        """Whether the spec has such a setting."""
        return key in self.settings

    def epoch_limits(self) -> Floats:
        """The most epochs that a run of each cell can make, (cells,)."""
        limits = self.setting("train.epochs", self.numbering.first_runs(self.cells))
        return np.broadcast_to(np.asarray(limits, np.float64), self.cells)

    def calls(self, span: Span) -> list[Span]:
        """Cuts a span of runs where the network shape or the data change, so that each part is one call of the kernels."""
        first, last = self.shape_of(span[0]), self.shape_of(span[1] - 1)
        borders = [int(start) for start in self._shape_starts[first + 1 : last + 1]]
        return list(pairwise([span[0], *borders, span[1]]))

    def kinds(self) -> list[Integers]:
        """The first runs of all cells of one shape, for each combination of names, switches, batches and settings not given.

        Shapes with the same combination need the same machine code, whatever else differs between them.
        """
        starts = self.numbering.cells_of(self._shape_starts)
        kinds = [
            alike([point if isinstance(point, str | bool | None) or "batch" in key else 0 for point in points])
            for key, points in self._points.items()
            if key in self._kinds
        ]
        keys = [key for key in self._points if key in self._kinds]
        parts = partition([kind[self._index[key][starts]] for key, kind in zip(keys, kinds, strict=True)], len(starts))
        firsts = [self._shapes[part[0]] for part in parts]
        return [np.arange(start, stop, len(self.numbering.block_of(start).seeds)) for start, stop in firsts]

    @property
    def outline(self) -> tuple[str, list[str]]:
        """How much there is to run, and a line for each axis and for each input and target from a file."""
        return plan_lines(self.runs, self.cells, len(self.spec.seed_values()), int(self._shape_of_cells[-1]) + 1, self.spec)

    def remarks(self) -> list[str]:
        """What may be a mistake, although it is allowed: oddities of the data, and rules that can never hold."""
        largest_target = float(np.max(np.abs(self.task(0).targets)))
        runs = self.numbering.first_runs(self.cells)[sampled_cells(self.cells)]
        sampled = SampledRuns(self.spec, runs, self.setting, largest_target, self.record_at)
        return [*self.spec.contents.remarks, *remarks(sampled)]

    def __repr__(self) -> str:
        sizes, lines = self.outline
        return text_of(f"Plan {self.spec.name!r}: {sizes}", ["; ".join(lines)] if lines else [])

    def _repr_html_(self) -> str:
        sizes, lines = self.outline
        return html_of(f"Plan {self.spec.name!r}: {sizes}", lines)

    def _of_run(self, run: int) -> dict[str, Any]:
        """Every setting of one run, in the order of the spec, so that settings per layer are in the order of the layers."""
        cell = int(self.numbering.cells_of(np.array([run]))[0])
        varied = {key: points[self._index[key][cell]] for key, points in self._points.items()}
        settings = {key: varied[key] if key in varied else self.fixed[key] for key in self.settings}
        if settings["model.hidden"] is None:
            settings["model.hidden"] = (bottleneck(fill(self.spec.task, of_task(settings))) or UNITS,)
        return settings

    def _most_epochs(self) -> int:
        return max(self._points.get("train.epochs") or (self.fixed["train.epochs"],))

    def _shapes_of_cells(self) -> Integers:
        """A number for each cell, the same for cells that share a network shape and data; these are neighbours."""
        shaping = [kinds[self._index[key]] for key, kinds in self._kinds.items()]
        changes = np.zeros(self.cells, bool)
        for index in shaping:
            changes[1:] |= index[1:] != index[:-1]
        return np.cumsum(changes)

    def _check(self) -> None:
        """Check that the settings of each cell fit together and fit the cell's data."""
        settings, axes = dict(self.spec.settings()), [axis for axis in self.spec.axes if axis.setting in self._kinds]
        classes = [checked_alike(axis, self.spec.task, settings)[self._index[axis.setting]] for axis in axes]
        firsts = self.numbering.first_runs(self.cells)
        shapes = np.searchsorted(self._shape_starts, firsts, side="right") - 1
        classes += [some[shapes] for some in arithmetic_findings(self.spec.task, self.sizes, self.each, self.fixed)]
        for part in partition(classes, self.cells):
            for at in range(0, len(part), MOST_CHECKED):
                self._check_alike(firsts[part[at : at + MOST_CHECKED]])

    def _check_alike(self, firsts: Integers) -> None:
        """Check that the settings fit together in cells that no check can tell apart. firsts: the first run of each."""
        self._check_bottleneck(int(firsts[0]))
        error = self._refusal(firsts)
        if error is None:
            return
        bad = bisect_left(range(1, len(firsts)), True, key=lambda many: self._refusal(firsts[:many]) is not None)
        (cell,) = self.numbering.cells_of(firsts[bad : bad + 1])
        error = self._refusal(firsts[bad : bad + 1]) or error
        raise self._as_in_spec(error, int(firsts[bad]), f" (cell {cell})" if self.cells > 1 else "")

    def _refusal(self, runs: Integers) -> SettingError | DataError | None:
        """The error with which the kernels refuse these runs; None if they accept them."""
        arguments = self.arguments(runs)
        try:
            check_flat(**arguments)
        except (SettingError, DataError) as error:
            return error
        return None

    def _as_in_spec(self, error: SettingError | DataError, run: int, cell: str) -> SettingError | DataError:
        """The kernels' error, with the names that the spec and the data's file use."""
        settings = as_in_spec(error.settings, {**self._of_run(run), "record.measure": self.spec.record.measure})
        names, shown, reason = list(settings) or error.settings, ", ".join(settings.values()), error.reason + cell
        if isinstance(error, SettingError):
            return SettingError(names, reason, shown)
        task = self.task(run)
        row, place = cast("int", error.row), cast("int", error.column)
        column = (task.input_names if error.data == "x" else task.target_names)[place]
        return DataError(
            task.where.source, reason, row=row, column=column, settings=names, place=f"{shown}: {task.where(row, column)}"
        )

    def _check_bottleneck(self, run: int) -> None:
        settings = self._of_run(run)
        width, hidden = bottleneck(fill(self.spec.task, of_task(settings))), settings["model.hidden"]
        if width is not None and hidden != (width,):
            reason = f"the task, an encoder, has one hidden layer of {width}"
            raise SettingError(["model.hidden", "task"], reason, f"model.hidden = {in_toml(hidden)}")


@lru_cache(maxsize=4)
def plan_of(spec: Spec, numbering: Numbering | None = None) -> Plan:
    """The plan of a spec; a worker makes it once. numbering: see `Plan.numbered`; None: one block."""
    return Plan(spec) if numbering is None else plan_of(spec).numbered(numbering)


def _kinds(axis: AxisInUse) -> Integers | None:
    """For each value of an axis, the number of its kind, which decides the machine code; None if all are of one kind."""
    if not per_run(axis.setting):
        return alike(axis.points)
    there = [point is not None for point in axis.points]
    return None if all(there) else alike(there)
