"""The [train] and [record] of a spec: the optimizer, its end, and what is kept of a run on its way."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, create_model, model_validator

from backsweep.stopping import PATIENCE, STALLING, STOPPING

from ...kernels import DTYPES, LOSSES, OPTIMIZERS, ORDERS, SCHEDULES, WARMUP_EPOCHS
from .axes import Axis, Setting
from .fields import Switch, Table, bounds, choice, number, one_of, with_numbers

Count = Annotated[int, bounds("epochs")]
Rate = Annotated[float, bounds("lr")]


OPTIMIZER_MODELS = {
    name: with_numbers(
        name, "optimizer", optimizer.hyperparameters, optimizer.update.function.__doc__, name=(Literal[name], ...)
    )
    for name, optimizer in OPTIMIZERS.items()
}
SCHEDULE_MODELS = {
    name: with_numbers(
        name,
        "schedule",
        {**schedule.hyperparameters, "warmup": WARMUP_EPOCHS},
        schedule.formula.function.__doc__,
        name=(Literal[name], ...),
    )
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


class BatchSpec(Table, use_attribute_docstrings=True):
    """How many samples make an update, all of them if nothing is said, and the order in which they come."""

    size: Setting[Count] | None = None
    """Samples of an update."""
    order: Setting[OrderName] = "shuffled"
    """In which they come."""


BATCHES = {"full": BatchSpec(order="given"), "pattern": BatchSpec(size=1, order="given")}


def _batch(raw: object) -> object:
    if isinstance(raw, BatchSpec):
        return raw
    if not isinstance(raw, dict):
        raise ValueError(f"{raw!r}: must be full, pattern, or a table with a size and an order")  # noqa: TRY004
    if raw.get("size") is None and raw != {"order": "given"}:
        raise ValueError(f"{raw!r}: size is missing; a batch of all samples is batch = 'full'")
    return raw


def _batch_kind(raw: object) -> str:
    return "<name>" if isinstance(raw, str) and raw in BATCHES else "<table>"


if TYPE_CHECKING:
    Batch = BatchSpec
else:
    Batch = Annotated[
        Annotated[Literal[tuple(BATCHES)], AfterValidator(BATCHES.get), Tag("<name>")]
        | Annotated[BatchSpec, BeforeValidator(_batch), Tag("<table>")],
        Discriminator(_batch_kind),
    ]


def _limit(name: str, description: str) -> Any:
    """A field for a limit of `stop`, which need not be given."""
    return Setting[number(f"stop.{name}")] | None, Field(None, description=description)


if TYPE_CHECKING:
    StopSpec = Table
else:
    StopSpec = create_model(
        "StopSpec",
        __base__=Table,
        __doc__="When a run has converged: all that is given must hold, in `patience` tests in a row.",
        **{name: _limit(name, f"A run has converged when {criterion.words} this.") for name, criterion in STOPPING.items()},
        patience=_limit("patience", f"{PATIENCE.words}; {PATIENCE.unset:g} if it is not given."),
    )


class StallSpec(Table):
    """When a run has stalled: over `window` epochs its loss has fallen by less than `improvement` times itself."""

    window: Setting[Count] = Field(description=f"{STALLING['window'].words}.")
    improvement: Setting[Annotated[float, bounds("stall.improvement")]] = Field(description=f"{STALLING['improvement'].words}.")


class TrainSpec(Table, use_attribute_docstrings=True):
    """The optimizer, and when training ends."""

    optimizer: Optimizer = OPTIMIZER_MODELS["gd"].model_validate({"name": "gd"})
    """The optimizer: a name, or a table of it with its hyperparameters."""
    lr: Rates = 0.1
    """The learning rate, or a list of one for each layer."""
    lr_over_fan_in: Setting[Switch] = False
    """Whether each layer's rate is divided by its inputs."""
    weight_decay: Setting[Annotated[float, bounds("weight_decay")]] = 0.0
    """Times the weights, added to the gradient; by adamw subtracted from them."""
    clip: Setting[Annotated[float, bounds("clip")]] | None = None
    """The most that the norm of the gradient may be."""
    schedule: Schedule = SCHEDULE_MODELS["constant"].model_validate({"name": "constant"})
    """What rates are multiplied by: a name, or a table of it with its hyperparameters."""
    batch: Batch = BATCHES["full"]
    """full, pattern (one sample at a time), or a size and an order."""
    loss: Setting[LossName] = "bce"
    """What is made small."""
    huber_delta: Setting[Annotated[float, bounds("huber_delta")]] | None = None
    """Of the loss huber; 1 if nothing is said."""
    derivative_offset: Setting[Annotated[float, bounds("derivative_offset")]] = 0.0
    """Added to the slopes of activations in backpropagation."""
    epochs: Setting[Count] = 10_000
    """At most so many passes over the data."""
    stop: StopSpec = StopSpec()
    """When a run has converged."""
    stall: StallSpec | None = None
    """When it has stalled."""
    bound: Setting[Annotated[float, bounds("bound")]] = 1e6
    """Diverged when the loss is over this, or no number."""
    dtype: Setting[DtypeName] = "float64"
    """float32: twice as many runs at once."""


class RecordSpec(Table, use_attribute_docstrings=True):
    """What is kept of runs on their way, and at their end."""

    every: Count | None = None
    """Record each so many epochs."""
    points: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """Record epoch 0 and about so many more, evenly spaced on a log scale."""
    runs: Count | None = None
    """Of so many runs, evenly spread over all, instead of all."""
    weights: Switch = False
    """Keep the final weights."""
    measure: Switch = False
    """A column with the convergence measure."""

    @model_validator(mode="after")
    def _one_schedule(self):
        if self.every is not None and self.points is not None:
            raise ValueError("every and points: one of them is enough")
        if self.runs is not None and self.every is None and self.points is None and not self.weights:
            raise ValueError("runs: of these, nothing is recorded; every, points or weights is missing")
        return self
