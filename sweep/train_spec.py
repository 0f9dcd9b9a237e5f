"""The [train] and [record] of a spec: the training rule, its end, and what is kept of a run on its way."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from ..kernels import DTYPES, LOSSES, OPTIMIZERS, ORDERS, SCHEDULES
from .axes import Axis, Setting
from .forms import Switch, Table, bounds, choice, one_of, with_numbers

Count = Annotated[int, bounds("epochs")]
Rate = Annotated[float, bounds("lr")]

OPTIMIZER_MODELS = {
    name: with_numbers(name, "optimizer", dict(rule.numbers), name=(Literal[name], ...)) for name, rule in OPTIMIZERS.items()
}
SCHEDULE_MODELS = {
    name: with_numbers(name, "schedule", {**schedule.numbers, "warmup": 0}, name=(Literal[name], ...))
    for name, schedule in SCHEDULES.items()
}

if TYPE_CHECKING:
    OrderName = DtypeName = LossName = str
    Optimizer = Schedule = Any
else:
    LossName, OrderName, DtypeName = one_of(LOSSES), one_of(ORDERS), one_of(DTYPES)
    Optimizer, Schedule = choice(OPTIMIZER_MODELS), choice(SCHEDULE_MODELS)


def _rates_kind(raw: object) -> str:
    return "<axis>" if isinstance(raw, dict | Axis) else "<list>" if isinstance(raw, list | tuple) else "<value>"


Rates = Annotated[
    Annotated[Rate, Tag("<value>")]
    | Annotated[Axis[Rate], Tag("<axis>")]
    | Annotated[tuple[Setting[Rate], ...], Field(min_length=1), Tag("<list>")],
    Discriminator(_rates_kind),
]


class BatchSpec(Table):
    """How many samples make an update (None: all of them), and the order in which they come."""

    size: Setting[Count] | None = None
    order: Setting[OrderName] = "shuffled"


BATCHES = {"full": BatchSpec(order="given"), "pattern": BatchSpec(size=1, order="given")}


def _batch(raw: object) -> object:
    if isinstance(raw, str) and raw in BATCHES:
        return BATCHES[raw]
    if isinstance(raw, BatchSpec):
        return raw
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r}: must be full, pattern, or a table with a size and an order")  # noqa: TRY004
    if raw.get("size") is None and raw != {"order": "given"}:
        raise ValueError(f"{raw!r}: size is missing; a batch of all samples is batch = 'full'")
    return raw


class StopSpec(Table):
    """When a run has converged: all that is given must hold, in `patience` tests in a row."""

    loss: Setting[Annotated[float, bounds("stop.loss")]] | None = None
    within: Setting[Annotated[float, bounds("stop.within")]] | None = None
    accuracy: Setting[Annotated[float, bounds("stop.accuracy")]] | None = None
    gradient_norm: Setting[Annotated[float, bounds("stop.gradient_norm")]] | None = None
    patience: Setting[Count] | None = None


class StallSpec(Table):
    """When a run has stalled: over `window` epochs its loss has fallen by less than `improvement` times itself."""

    window: Setting[Count]
    improvement: Setting[Annotated[float, bounds("stall.improvement")]]


class TrainSpec(Table):
    """The training rule, and when it ends. A run whose loss is over `bound`, or not finite, has diverged."""

    optimizer: Optimizer = OPTIMIZER_MODELS["gd"].model_validate({"name": "gd"})
    lr: Rates = 0.1
    lr_over_fan_in: Setting[Switch] = False
    weight_decay: Setting[Annotated[float, bounds("weight_decay")]] = 0.0
    clip: Setting[Annotated[float, bounds("clip")]] | None = None
    schedule: Schedule = SCHEDULE_MODELS["constant"].model_validate({"name": "constant"})
    batch: Annotated[BatchSpec, BeforeValidator(_batch)] = BATCHES["full"]
    loss: Setting[LossName] = "bce"
    huber_delta: Setting[Annotated[float, bounds("huber_delta")]] | None = None
    derivative_offset: Setting[Annotated[float, bounds("derivative_offset")]] = 0.0
    epochs: Setting[Count] = 10_000
    stop: StopSpec = StopSpec()
    stall: StallSpec | None = None
    bound: Setting[Annotated[float, bounds("bound")]] = 1e6
    dtype: Setting[DtypeName] = "float64"


class RecordSpec(Table):
    """What is kept of runs on their way, and at their end.

    every: record each so many epochs; points: at epoch 0 and at about so many more, evenly spaced on a log scale. runs: of
    so many runs, evenly spread over all, instead of all. weights: the final weights. measure: the convergence measure.
    """

    every: Count | None = None
    points: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    runs: Count | None = None
    weights: Switch = False
    measure: Switch = False

    @model_validator(mode="after")
    def _one_schedule(self):
        if self.every is not None and self.points is not None:
            raise ValueError("every and points: one of them is enough")
        if self.runs is not None and self.every is None and self.points is None and not self.weights:
            raise ValueError("runs: of these, nothing is recorded; every, points or weights is missing")
        return self
