"""The configuration that all runs of a call share, network and training; refuses settings that do not go together."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from backsweep.arguments import one_of
from backsweep.errors import DataError, SettingError
from backsweep.stopping import STOPPING
from backsweep.suggestions import there_are

from ..formulas.activations import ACTIVATIONS, OUTPUTS
from ..formulas.losses import LOSSES
from ..formulas.optimizers import OPTIMIZERS
from ..formulas.schedules import SCHEDULES
from ..lanes.vector import DTYPES
from ..random.streams import STREAMS

PARAMETRIZATIONS = ("standard", "ntk", "mean_field")


class Scheme(NamedTuple):
    """How initial weights are chosen.

    drawn: whether the weights are drawn at random; otherwise they are one constant or come from a file. normal: whether they
    are drawn from a normal distribution rather than a uniform one. biases: whether the scheme sets the biases too, at random if
    the weights are; otherwise biases start at 0 or come from the file.
    """

    drawn: bool = True
    normal: bool = False
    biases: bool = False


SCHEMES = {
    "uniform": Scheme(biases=True),
    "normal": Scheme(normal=True, biases=True),
    "constant": Scheme(drawn=False, biases=True),
    "file": Scheme(drawn=False),
    **{f"{name}_uniform": Scheme() for name in ("xavier", "he", "lecun")},
    **{f"{name}_normal": Scheme(normal=True) for name in ("xavier", "he", "lecun")},
}


@dataclass(frozen=True)
class Batch:
    """The samples of each update: how many (all of them if `size` is None), and their order, one of ORDERS."""

    size: int | None = None
    order: str = "given"

    @property
    def shared(self) -> bool:
        """Whether all runs see the same order; otherwise each run draws its samples with its own random stream."""
        return self.order in {"given", "shared"}

    @property
    def own(self) -> bool:
        """Whether lanes may see different samples at once, so that each gathers its own."""
        return self.order != "given"


@dataclass(frozen=True)
class Config:
    """The settings of a call that its runs have in common; `backsweep.kernels.train` explains each.

    hidden: units per hidden layer, () for none. scheme: a key of SCHEMES. stops: the stopping criteria that were given, keys of
    STOPPING. stalls: whether runs end when they stall. warms_up: whether a schedule begins with a warmup. sides: whether the
    targets are classes, so that an output can be right or wrong.

    Raises SettingError for an unknown name and for settings that cannot be combined.
    """

    hidden: tuple[int, ...]
    activation: str
    output: str
    bias: bool
    bias_input: float
    shortcuts: bool
    parametrization: str
    scheme: str
    stream: str
    optimizer: str
    lr_over_fan_in: bool
    schedule: str
    warms_up: bool
    batch: Batch
    loss: str
    stops: tuple[str, ...]
    stalls: bool
    measure: bool
    sides: bool
    dtype: str

    def __post_init__(self):
        self._check_names()
        self._check_network()
        self._check_loss()
        self._check_optimizer()
        for key in self.stops:
            if key not in STOPPING:
                raise SettingError([f"stop.{key}"], f"there is no such criterion{there_are(key, [*STOPPING, 'patience'])}")
            if STOPPING[key].needs_sides and not self.sides:
                raise SettingError((f"stop.{key}",), "accuracy needs targets that are classes; these targets are numbers")
        if self.measure and (self.stops or self.stalls):
            raise SettingError(
                ("measure", "stop"),
                "the convergence measure needs all epochs, so it cannot be combined with a rule that ends runs early",
            )

    def _check_names(self):
        for setting, allowed in {
            "activation": ACTIVATIONS,
            "output": OUTPUTS,
            "parametrization": PARAMETRIZATIONS,
            "init": SCHEMES,
            "stream": STREAMS,
            "optimizer": OPTIMIZERS,
            "schedule": SCHEDULES,
            "loss": LOSSES,
            "dtype": DTYPES,
        }.items():
            chosen = self.scheme if setting == "init" else getattr(self, setting)
            one_of(setting, chosen, allowed)

    def _check_network(self):
        if not self.hidden and self.shortcuts:
            raise SettingError(("shortcuts", "hidden"), "shortcuts go around hidden layers, and there are none")
        if not self.hidden and self.parametrization == "mean_field":
            raise SettingError(
                ("parametrization", "hidden"),
                "mean_field divides by the width of the last hidden layer, and there is no hidden layer",
            )

    def _check_loss(self):
        fitting = LOSSES[self.loss].outputs
        if self.output not in fitting:
            raise SettingError(("loss", "output"), f"{self.loss} needs output {' or '.join(fitting)}, not {self.output}")

    def _check_optimizer(self):
        optimizer = OPTIMIZERS[self.optimizer]
        if optimizer.full_batch_only and self.batch.size is not None:
            raise SettingError(
                ("optimizer", "batch"), f"{self.optimizer} compares gradients over all samples, so batch must be full"
            )
        if optimizer.own_rates and (self.schedule != "constant" or self.warms_up):
            culprit = "schedule" if self.schedule != "constant" else "schedule.warmup"
            raise SettingError(
                (culprit, "optimizer"),
                f"{self.optimizer} adapts its own learning rates, so it cannot be combined with a schedule",
            )

    def check_precision(self, argument: str, values: np.ndarray) -> None:
        """Refuse numbers that are finite in float64 and infinite in the dtype of the call.

        argument: what the values are, such as "x"; values: float64, any shape, (samples, columns) for x and y. Raises DataError
        with the row and column for x and y, SettingError for others.
        """
        too_large = np.abs(values) > np.finfo(DTYPES[self.dtype]).max
        for row, column in np.argwhere(too_large)[:1].tolist() if argument in {"x", "y"} else ():
            reason = f"{values[row, column]:g} is too large for {self.dtype}"
            raise DataError(argument, reason, row=row, column=column, settings=("dtype",))
        if np.any(too_large):
            raise SettingError((argument, "dtype"), f"too large for {self.dtype}")

    def check_data(self, y: np.ndarray) -> None:
        """Refuse targets that the outputs cannot reach; y: float64 (samples, outputs).

        Raises DataError with the row and column of the first such target, SettingError for softmax with a single output.
        """
        output = OUTPUTS[self.output]
        for bound, wrong in ((output.low, np.less), (output.high, np.greater)):
            if bound is not None:
                for row, column in np.argwhere(wrong(y, bound))[:1].tolist():
                    reach = f"{self.output} outputs lie from {output.low:g} to {output.high:g}"
                    reason = f"target {y[row, column]:g}: {reach}"
                    raise DataError("y", reason, row=row, column=column, settings=("output",))
        if self.output == "softmax":
            if y.shape[1] < 2:
                raise SettingError(
                    ("output", "y"), "softmax needs at least two outputs; use sigmoid for two classes in one column"
                )
            for row in np.flatnonzero(np.abs(y.sum(axis=1) - 1) > 1e-12)[:1].tolist():
                reason = (
                    f"targets that sum to {y[row].sum():.15g}: the outputs of softmax sum to 1, so each row of targets must too"
                )
                raise DataError("y", reason, row=row, column=0, settings=("output",))
