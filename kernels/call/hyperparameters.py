"""What differs from run to run: settings that are a number or an array each, broadcast together, checked, one row a run."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from backsweep.errors import SettingError

from ..formulas.optimizers import OPTIMIZERS
from ..formulas.schedules import SCHEDULES
from ..memory import (
    ACCURACY_GOAL,
    BOUND,
    CLIP,
    DECAY,
    ENDS,
    GRADIENT_GOAL,
    HUBER_DELTA,
    HYPERPARAMETERS,
    IMPROVEMENT,
    LOSS_GOAL,
    MIDPOINT,
    OFFSET,
    OPTIMIZER,
    PATIENCE,
    SCHEDULE,
    STRIDE,
    UNITS,
    WARMUP,
    WINDOW,
    WITHIN,
    Runs,
)
from ..random.streams import LAST_SEED
from .arguments import numbers
from .choices import SCHEMES, STOPS, Choices
from .layout import fan_ins

MOST_EPOCHS = 2**31 - 2
MOST_SINGLE_EPOCHS = 2**24  # float32 counts no further
NO_LOSS, NO_LIMIT = -1.0, math.inf


class Range(NamedTuple):
    """What a number may be: between low and high, the ends included if `closed`; whole numbers only if `whole`."""

    words: str
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    whole: bool = False
    infinite: bool = False

    def admits(self, values: np.ndarray) -> bool:
        """Whether all of the values are within it."""
        above = values > self.low if self.open_low else values >= self.low
        below = values < self.high if self.open_high else values <= self.high
        sound = np.isfinite(values) | (values == math.inf) if self.infinite else np.isfinite(values)
        return bool(np.all(above & below & sound & ((values == np.floor(values)) | (not self.whole))))


FINITE = Range("finite")
POSITIVE = Range("finite and over 0", 0, open_low=True)
NOT_NEGATIVE = Range("finite and at least 0", 0)
SHARE = Range("from 0 to 1", 0, 1)
BELOW_ONE = Range("at least 0 and below 1", 0, 1, open_high=True)
COUNT = Range(f"a whole number from 1 to {MOST_EPOCHS}", 1, MOST_EPOCHS, whole=True)
# Every number that may differ from run to run, by its dotted name.
RANGES = {
    "seed": Range(f"a whole number from 0 to {LAST_SEED}", 0, LAST_SEED, whole=True),
    "epochs": COUNT,
    "lr": POSITIVE,
    "weight_decay": NOT_NEGATIVE,
    "clip": POSITIVE,
    "huber_delta": POSITIVE,
    "derivative_offset": NOT_NEGATIVE,
    "bound": Range("over 0", 0, open_low=True, infinite=True),
    "init.low": FINITE,
    "init.high": FINITE,
    "init.mean": FINITE,
    "init.std": NOT_NEGATIVE,
    "init.value": FINITE,
    "init.offset": FINITE,
    "stop.loss": NOT_NEGATIVE,
    "stop.within": POSITIVE,
    "stop.accuracy": SHARE,
    "stop.gradient_norm": NOT_NEGATIVE,
    "stop.patience": COUNT,
    "stall.window": COUNT,
    "stall.improvement": Range("finite and over 0", 0, open_low=True),
    "schedule.warmup": Range(f"a whole number from 0 to {MOST_EPOCHS}", 0, MOST_EPOCHS, whole=True),
    "schedule.every": COUNT,
    "schedule.factor": POSITIVE,
    "schedule.epochs": COUNT,
    "schedule.floor": SHARE,
    "optimizer.beta": BELOW_ONE,
    "optimizer.beta1": BELOW_ONE,
    "optimizer.beta2": BELOW_ONE,
    "optimizer.alpha": BELOW_ONE,
    "optimizer.epsilon": NOT_NEGATIVE,
    "optimizer.mu": POSITIVE,
    "optimizer.grow": Range("finite and at least 1", 1),
    "optimizer.shrink": Range("over 0 and at most 1", 0, 1, open_low=True),
    "optimizer.least": NOT_NEGATIVE,
    "optimizer.most": POSITIVE,
    "optimizer.kappa": NOT_NEGATIVE,
    "optimizer.phi": BELOW_ONE,
    "optimizer.theta": BELOW_ONE,
}


# The numbers of the schemes that have any, and their defaults.
SCHEME_NUMBERS: dict[str, dict[str, float]] = {
    "uniform": {"low": 0.0, "high": 1.0},
    "normal": {"mean": 0.0, "std": 1.0},
    "constant": {"value": 0.0},
}


class Settings:
    """Numbers by their dotted names, each checked against its range, broadcast together."""

    def __init__(self, given: Mapping[str, Any]):
        arrays = {}
        for key, value in given.items():
            arrays[key] = numbers(key, value)
            allowed = _range_of(key)
            if not allowed.admits(arrays[key]):
                raise SettingError((key,), f"must be {allowed.words}")
        for key in ("seed", "epochs", "bound"):
            if key not in arrays:
                raise SettingError((key,), f"must be {RANGES[key].words}")
        if not {"lr", "lr[0]"} & set(arrays):
            raise SettingError(("lr",), f"must be {RANGES['lr'].words}")
        try:
            self.shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
        except ValueError:
            several = tuple(key for key, array in arrays.items() if array.ndim)
            raise SettingError(several, "shapes that broadcast together are needed", ", ".join(several)) from None
        self.count = math.prod(self.shape)
        self._arrays = {key: np.broadcast_to(array, self.shape).reshape(-1) for key, array in arrays.items()}

    def __contains__(self, key: str) -> bool:
        return key in self._arrays

    def get(self, key: str, default: float = 0.0) -> np.ndarray:
        """One number a run; the default where it was not given."""
        return self._arrays.get(key, np.broadcast_to(default, self.count))

    def of_layer(self, key: str, layer: int) -> np.ndarray:
        """One number a run, of a setting that may differ from layer to layer."""
        return self.get(f"{key}[{layer}]") if f"{key}[{layer}]" in self else self.get(key)

    def check(self, choices: Choices) -> None:
        """Whether every number belongs to what was chosen, and none that it needs is missing."""
        schedule = SCHEDULES[choices.schedule].hyperparameters
        belong = {
            "init": SCHEME_NUMBERS.get(choices.scheme, {}),
            "optimizer": OPTIMIZERS[choices.optimizer].hyperparameters,
            "schedule": (*schedule, "warmup"),
        }
        chosen = {"init": choices.scheme, "optimizer": choices.optimizer, "schedule": choices.schedule}
        for key in self._arrays:
            group, _, name = key.partition(".")
            if group in belong and name not in belong[group] and not name.startswith("offset"):
                has = f"it has {', '.join(belong[group])}" if belong[group] else "it has none"
                raise SettingError((key,), f"{chosen[group]} has no such number; {has}")
        for name in (name for name, default in schedule.items() if default is None and f"schedule.{name}" not in self):
            raise SettingError((f"schedule.{name}",), f"missing; {choices.schedule} needs it")
        if "stop.patience" in self and not choices.stops:
            raise SettingError(("stop.patience",), f"of what? One of {', '.join(STOPS)} goes with it")
        for name in (name for name in ("window", "improvement") if choices.stalls and f"stall.{name}" not in self):
            raise SettingError((f"stall.{name}",), "missing")
        if "huber_delta" in self and choices.loss != "huber":
            raise SettingError(("huber_delta", "loss"), f"goes with loss huber, not with {choices.loss}")
        with np.errstate(over="ignore"):
            spread = self.get("init.high", 1.0) - self.get("init.low", 0.0)
        if not np.all((spread >= 0) & np.isfinite(spread)):
            raise SettingError(
                ("init.low", "init.high"), "must not be over init.high, nor farther from it than a number can be"
            )
        if choices.dtype == "float32":
            self._check_single(choices)

    def _check_single(self, choices: Choices) -> None:
        """Whether numbers that single precision rounds are still within their ranges."""
        if (choices.schedule != "constant" or choices.warms_up) and np.any(self.get("epochs") > MOST_SINGLE_EPOCHS):
            raise SettingError(("epochs", "dtype"), f"a schedule in float32 counts to {MOST_SINGLE_EPOCHS}")
        for key, values in self._arrays.items():
            allowed = _range_of(key)
            if allowed.whole or key == "bound" or key.startswith(("stop.", "stall.")):
                continue  # these are compared in double precision
            with np.errstate(over="ignore", under="ignore"):
                rounded = values.astype(np.float32)
            if not allowed.admits(rounded):
                raise SettingError((key, "dtype"), f"must be {allowed.words} in float32 too")

    def any(self, key: str) -> bool:
        """Whether it was given, and is not 0 for some run."""
        return key in self._arrays and bool(np.any(self._arrays[key] != 0))


def _range_of(key: str) -> Range:
    allowed = RANGES.get(key.split("[")[0])
    if allowed is None:
        raise SettingError((key,), "there is no such setting")
    return allowed


def runs_of(choices: Choices, settings: Settings, layers: np.ndarray, midpoint: float | None) -> Runs:
    """One row a run, as the loop wants them."""
    per_layer = (settings.count, len(layers))
    centre, spread, bias_centre, bias_spread, offset = (np.zeros(per_layer) for _ in range(5))
    fan_in, units = fan_ins(choices, layers), layers[:, UNITS]
    for layer in range(len(layers)):
        centre[:, layer], spread[:, layer] = _start(choices.scheme, settings, fan_in[layer], units[layer])
        offset[:, layer] = settings.of_layer("init.offset", layer)
    if SCHEMES[choices.scheme][2] or choices.scheme == "constant":  # else biases start at 0
        bias_centre, bias_spread = centre, spread
    return Runs(
        seed=np.array(settings.get("seed"), np.int64),
        epochs=np.array(settings.get("epochs"), np.int64),
        rates=_rates(choices, settings, layers),
        hyperparameters=_run_hyperparameters(choices, settings, midpoint),
        ends=_ends(settings),
        centre=centre,
        spread=spread,
        bias_centre=bias_centre,
        bias_spread=bias_spread,
        offset=offset,
    )


def _start(scheme: str, settings: Settings, fan_in: float, units: int) -> tuple[Any, Any]:
    """Weights start at centre + spread * draw; draws are uniform in [0, 1), or standard normals.

    xavier: X. Glorot and Y. Bengio, AISTATS 2010. he: K. He et al., ICCV 2015. lecun: Y. LeCun et al., Efficient BackProp,
    1998.
    """
    numbers = [settings.get(f"init.{key}", default) for key, default in SCHEME_NUMBERS.get(scheme, {}).items()]
    if scheme == "uniform":
        low, high = numbers
        return low, high - low
    if scheme == "normal":
        mean, std = numbers
        return mean, std
    if scheme in {"constant", "file"}:
        return numbers[0] if numbers else 0.0, 0.0
    family, shape = scheme.split("_")
    variance = {"xavier": 2 / (fan_in + units), "he": 2 / fan_in, "lecun": 1 / fan_in}[family]
    if shape == "normal":
        return 0.0, math.sqrt(variance)
    limit = math.sqrt(3 * variance)
    return -limit, 2 * limit


def _rates(choices: Choices, settings: Settings, layers: np.ndarray) -> np.ndarray:
    rates = np.empty((settings.count, len(layers)))
    for layer in range(len(layers)):
        rate = settings.of_layer("lr", layer)
        rates[:, layer] = rate / layers[layer, STRIDE] if choices.lr_over_fan_in else rate
    return rates


def _run_hyperparameters(choices: Choices, settings: Settings, midpoint: float | None) -> np.ndarray:
    rows = np.zeros((settings.count, HYPERPARAMETERS))
    for place, key, default in (
        (DECAY, "weight_decay", 0.0),
        (CLIP, "clip", NO_LIMIT),
        (OFFSET, "derivative_offset", 0.0),
        (HUBER_DELTA, "huber_delta", 1.0),
        (WARMUP, "schedule.warmup", 0.0),
    ):
        rows[:, place] = settings.get(key, default)
    rows[:, MIDPOINT] = 0.0 if midpoint is None else midpoint
    optimizer = OPTIMIZERS[choices.optimizer]
    for place, (key, default) in enumerate(optimizer.hyperparameters.items(), OPTIMIZER):
        rows[:, place] = settings.get(f"optimizer.{key}", default)
    if optimizer.decoupled:
        rows[:, OPTIMIZER + len(optimizer.hyperparameters)] = settings.get("weight_decay")
    for place, (key, default) in enumerate(SCHEDULES[choices.schedule].hyperparameters.items(), SCHEDULE):
        rows[:, place] = settings.get(f"schedule.{key}", 0.0 if default is None else default)
    return rows


def _ends(settings: Settings) -> np.ndarray:
    ends = np.zeros((settings.count, ENDS))
    some = any(f"stop.{key}" in settings for key in STOPS)
    ends[:, LOSS_GOAL] = settings.get("stop.loss", NO_LIMIT if some else NO_LOSS)
    ends[:, WITHIN] = settings.get("stop.within", NO_LIMIT)
    ends[:, ACCURACY_GOAL] = settings.get("stop.accuracy", -1.0)
    ends[:, GRADIENT_GOAL] = settings.get("stop.gradient_norm", NO_LIMIT)
    ends[:, PATIENCE] = settings.get("stop.patience", 1.0)
    ends[:, BOUND] = settings.get("bound", 1e6)
    ends[:, WINDOW] = settings.get("stall.window", 0.0)
    ends[:, IMPROVEMENT] = settings.get("stall.improvement", 0.0)
    return ends
