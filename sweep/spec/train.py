"""The [train] and [record] of a spec: how networks are trained, when training ends, and what is recorded of a run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, create_model, model_validator

from backsweep.ranges import whole_from
from backsweep.stopping import PATIENCE, STALLING, STOPPING

from ...kernels import DEFAULTS, DTYPES, LOSSES, OPTIMIZERS, ORDERS, RANGES, SCHEDULES, WARMUP_EPOCHS
from ...results.allowed import Within
from .allowed import OfKey, some
from .axes import Axis, Setting
from .fields import Switch, Table, choice, number, one_of, with_numbers
from .nested_axes import as_given, lent

Count = Annotated[int, Within(RANGES["epochs"])]
Rate = Annotated[float, Within(RANGES["lr"])]


OPTIMIZER_MODELS = {
    name: with_numbers(
        name,
        "optimizer",
        optimizer.hyperparameters,
        optimizer.update.function.__doc__,
        name=(Literal[name], Field(description="Name of the optimizer.")),
    )
    for name, optimizer in OPTIMIZERS.items()
}
Decay = Annotated[float, Within(RANGES["weight_decay"])]
Norm = Annotated[float, Within(RANGES["clip"])]
OF_ITS_OWN: dict[str, Any] = {  # the settings LENT, for the tables of an axis
    "lr": (Setting[Rate] | None, Field(None, description="Learning rate with this optimizer, instead of train.lr.")),
    "weight_decay": (
        Setting[Decay] | None,
        Field(None, description="Weight decay with this optimizer, instead of train.weight_decay."),
    ),
    "clip": (
        Setting[Norm] | None,
        Field(None, description="Largest norm of the gradient with this optimizer, instead of train.clip."),
    ),
}
OPTIMIZERS_IN_AXIS = {
    name: create_model(f"{name}_in_axis", __base__=model, __doc__=model.__doc__, **OF_ITS_OWN)
    for name, model in OPTIMIZER_MODELS.items()
}
SCHEDULE_MODELS = {
    name: with_numbers(
        name,
        "schedule",
        {**schedule.hyperparameters, "warmup": WARMUP_EPOCHS},
        schedule.formula.function.__doc__,
        name=(Literal[name], Field(description="Name of the schedule.")),
    )
    for name, schedule in SCHEDULES.items()
}

if TYPE_CHECKING:
    OrderName = DtypeName = LossName = str
    Optimizer = Schedule = Any
else:
    LossName, OrderName, DtypeName = one_of(LOSSES), one_of(ORDERS), one_of(DTYPES)
    Optimizer, Schedule = choice(OPTIMIZER_MODELS, in_axis=OPTIMIZERS_IN_AXIS), choice(SCHEDULE_MODELS)


def _rates_kind(raw: object) -> str:
    return "<axis>" if isinstance(raw, dict | Axis) else "<list>" if isinstance(raw, list | tuple) else "<value>"


Rates = Annotated[
    Annotated[Rate, Tag("<value>")]
    | Annotated[Axis[Rate], Tag("<axis>")]
    | Annotated[
        tuple[Setting[Rate], ...],
        Field(fail_fast=True, json_schema_extra={"minItems": 1}),
        some(f"must be {RANGES['lr'].words}, or a list of one per layer"),
        Tag("<list>"),
    ],
    Discriminator(_rates_kind),
]


class BatchSpec(Table, use_attribute_docstrings=True):
    """How many samples make an update, and in which order they come."""

    size: Setting[Count] | None = None
    """Number of samples per update. Only batch = "full" leaves it out and takes all samples."""
    order: Setting[OrderName] = DEFAULTS["batch.order"]
    """Order: given (that of the data), shuffled (by each run), shared (shuffled, for all runs), replacement (drawn with it)."""


BATCHES = {"full": BatchSpec(order="given"), "pattern": BatchSpec(size=1, order="given")}


def _batch(raw: object) -> object:
    if isinstance(raw, BatchSpec):
        return raw
    if not isinstance(raw, dict):
        raise ValueError("must be 'full', 'pattern', or a table with a size and an order")  # noqa: TRY004
    if "size" not in raw and raw.keys() & Axis.model_fields.keys():
        raise ValueError("cannot be an axis; its size and its order can, as in { size = { values = [1, 2] } }")
    if raw.get("size") is None and raw != {"order": "given"}:
        raise ValueError("size is missing; for all samples write batch = 'full'")
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
        __doc__="When a run has converged: everything given here must hold in `patience` tests in a row.",
        **{
            name: _limit(name, f"A run can have converged only when {criterion.words} this.")
            for name, criterion in STOPPING.items()
        },
        patience=_limit("patience", f"{PATIENCE.words}. Default: {PATIENCE.unset:g}."),
    )


class StallSpec(Table):
    """When a run has stalled: its loss has fallen by less than `improvement` times itself over `window` epochs."""

    window: Setting[Count] = Field(description=f"{STALLING['window'].words}.")
    improvement: Setting[Annotated[float, Within(RANGES["stall.improvement"])]] = Field(
        description=f"{STALLING['improvement'].words}."
    )


def _named(models: Mapping[str, type[Table]], name: str) -> Table:
    """The entry of a registry that is meant by its name alone."""
    return models[name].model_validate({"name": name})


class TrainSpec(Table, use_attribute_docstrings=True):
    """How networks are trained, and when training ends."""

    optimizer: Optimizer = _named(OPTIMIZER_MODELS, DEFAULTS["optimizer.name"])
    """Optimizer: a name, or a table of a name and its hyperparameters."""
    lr: Rates = DEFAULTS["lr"]
    """Learning rate; a list gives one per layer."""
    lr_over_fan_in: Setting[Switch] = DEFAULTS["lr_over_fan_in"]
    """Whether to divide the learning rate of each layer by its number of inputs, the bias included."""
    weight_decay: Setting[Decay] = DEFAULTS["weight_decay"]
    """Weight decay: this times the weights is added to the gradient. The optimizer adamw shrinks the weights instead."""
    clip: Setting[Norm] | None = None
    """Largest norm that the gradient may have. If it is left out, gradients are not clipped."""
    schedule: Schedule = _named(SCHEDULE_MODELS, DEFAULTS["schedule.name"])
    """Schedule of a factor on the learning rates: a name, or a table of a name and its parameters."""
    batch: Batch = BATCHES["full"]
    """Samples per update: full (all samples), pattern (one sample), or a table of size and order."""
    loss: Setting[LossName] = DEFAULTS["loss"]
    """Loss that training minimises."""
    huber_delta: Setting[Annotated[float, Within(RANGES["huber_delta"])]] | None = None
    """Distance from the target, in units of the outputs, beyond which the loss huber is linear. Default: 1.0."""
    derivative_offset: Setting[Annotated[float, Within(RANGES["derivative_offset"])]] = DEFAULTS["derivative_offset"]
    """Number added to the slopes of activations in backpropagation."""
    epochs: Setting[Count] = DEFAULTS["epochs"]
    """Largest number of epochs of a run; an epoch is one pass over the data."""
    stop: StopSpec = StopSpec()
    """Stopping rule, which says when a run has converged. If it is left out, no run converges."""
    stall: StallSpec | None = None
    """Rule that says when a run has stalled. If it is left out, no run stalls."""
    bound: Setting[Annotated[float, Within(RANGES["bound"])]] = DEFAULTS["bound"]
    """A run has diverged when its loss exceeds this or is NaN."""
    dtype: Setting[DtypeName] = DEFAULTS["dtype"]
    """Precision of all numbers. float32 trains twice as many runs at once."""

    @model_validator(mode="after")
    def _what_optimizers_have_instead_stays_within_their_axis(self):
        for key, value in lent(self).items():
            reason = f"tables of optimizer have {key} of their own, so what the others have must be "
            if isinstance(value, tuple):
                raise OfKey(key, value, f"{reason}one number, or an axis, and not one per layer")
            if isinstance(value, Axis) and value.zip is not None:
                raise OfKey(f"{key}.zip", value.zip, f"{reason}an axis that is not zipped")
            if isinstance(value, Axis) and value.ends is not None:
                raise OfKey(key, as_given(value), f"{reason}an axis that is not sampled")
        return self


class RecordSpec(Table, use_attribute_docstrings=True):
    """What is recorded of runs while they train, and at their end."""

    every: Count | None = None
    """Number of epochs from one record to the next. If every and points are left out, nothing is recorded."""
    points: Annotated[int, Within(whole_from(1, 1_000_000))] | None = None
    """Number of records after that of epoch 0, about, evenly spaced on a log scale. Takes the place of every."""
    runs: Count | None = None
    """Number of runs to record, spread evenly over all runs. If it is left out, all runs are recorded."""
    weights: Switch = False
    """Whether to keep the final weights of the recorded runs."""
    measure: Switch = False
    """Whether to add a column with Sohl-Dickstein's convergence measure. It cannot be combined with stop or stall."""

    @model_validator(mode="after")
    def _one_schedule(self):
        if self.every is not None and self.points is not None:
            raise ValueError("takes either every or points, not both")
        if self.runs is not None and self.every is None and self.points is None and not self.weights:
            raise OfKey("runs", self.runs, "nothing would be recorded of these runs; give every, points or weights too")
        return self
