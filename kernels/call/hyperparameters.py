"""The settings that may differ from run to run: each a number or an array, checked and broadcast together, with one row per
run.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from backsweep.arguments import numbers
from backsweep.errors import SettingError
from backsweep.ranges import COUNT, COUNT_OR_NONE, FINITE, NOT_NEGATIVE, POSITIVE, Hyperparameter, Range, whole_from
from backsweep.stopping import LIMITS, STALLING, STOPPING
from backsweep.suggestions import there_are

from ..formulas.optimizers import OPTIMIZERS
from ..formulas.schedules import SCHEDULES
from ..memory import (
    CLIP,
    DECAY,
    HUBER_DELTA,
    LIMITS_ROW,
    MIDPOINT,
    OFFSET,
    OPTIMIZER,
    SCHEDULE,
    STRIDE,
    UNITS,
    WARMUP,
    Runs,
)
from ..random.streams import LAST_SEED
from .config import SCHEMES, Config
from .layout import fan_ins

MOST_SINGLE_EPOCHS = 2**24  # float32 cannot count further
NO_LOSS, NO_LIMIT = -1.0, math.inf


# The hyperparameters of those schemes that have any.
SCHEME_NUMBERS = {
    "uniform": {"low": Hyperparameter(FINITE, 0.0), "high": Hyperparameter(FINITE, 1.0)},
    "normal": {"mean": Hyperparameter(FINITE, 0.0), "std": Hyperparameter(NOT_NEGATIVE, 1.0)},
    "constant": {"value": Hyperparameter(FINITE, 0.0)},
}
WARMUP_EPOCHS = Hyperparameter(COUNT_OR_NONE, 0)  # of every schedule


def ranges_of(group: str, entries: Iterable[Mapping[str, Hyperparameter]]) -> dict[str, Range]:
    """The ranges that entries of a registry declare. If several share a hyperparameter, it is one setting with one range."""
    found: dict[str, Range] = {}
    for entry in entries:
        for key, one in entry.items():
            if found.setdefault(f"{group}.{key}", one.allowed) != one.allowed:
                raise ValueError(f"{group}.{key}: two entries of the registry declare different ranges for it")
    return found


# Every number that may differ from run to run, by its dotted name.
RANGES = {
    "seed": whole_from(0, LAST_SEED),
    "epochs": COUNT,
    "lr": POSITIVE,
    "weight_decay": NOT_NEGATIVE,
    "clip": POSITIVE,
    "huber_delta": POSITIVE,
    "derivative_offset": NOT_NEGATIVE,
    "init.offset": FINITE,
    **ranges_of("init", SCHEME_NUMBERS.values()),
    "schedule.warmup": WARMUP_EPOCHS.allowed,
    **ranges_of("schedule", (schedule.hyperparameters for schedule in SCHEDULES.values())),
    **ranges_of("optimizer", (optimizer.hyperparameters for optimizer in OPTIMIZERS.values())),
    **{key: limit.allowed for key, limit in LIMITS.items()},
}


class Settings:
    """Numbers by their dotted names, each checked against its range, broadcast together."""

    def __init__(self, given: Mapping[str, Any]):
        arrays = {}
        for key, value in given.items():
            arrays[key] = numbers(key, value, _range_of(key))
        try:
            self.shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
        except ValueError:
            several = tuple(key for key, array in arrays.items() if array.ndim)
            shapes = " and ".join(str(arrays[key].shape) for key in several)
            raise SettingError(several, f"must have shapes that broadcast together, not {shapes}", ", ".join(several)) from None
        self.count = math.prod(self.shape)
        self._arrays = {key: np.broadcast_to(array, self.shape).reshape(-1) for key, array in arrays.items()}

    def __contains__(self, key: str) -> bool:
        return key in self._arrays

    def get(self, key: str, default: float = 0.0) -> np.ndarray:
        """One number per run; the default if the setting was not given."""
        return self._arrays.get(key, np.broadcast_to(default, self.count))

    def of_run(self, key: str, run: int) -> float:
        """The number of one run, for a setting that was given: an int if it must be a whole number."""
        number = self._arrays[key][run].item()
        return int(number) if _range_of(key).whole else number

    def of_layer(self, key: str, layer: int) -> np.ndarray:
        """One number per run, for a setting that may differ from layer to layer."""
        return self.get(f"{key}[{layer}]") if f"{key}[{layer}]" in self else self.get(key)

    def check(self, config: Config) -> None:
        """Check that the numbers go together, and with the precision of the call."""
        with np.errstate(over="ignore"):
            spread = self.get("init.high", 1.0) - self.get("init.low", 0.0)
        if not np.all((spread >= 0) & np.isfinite(spread)):
            reason = "low must not exceed high, and their difference must be a finite number"
            raise SettingError(("init.low", "init.high"), reason)
        if config.dtype == "float32":
            self._check_single(config)

    def _check_single(self, config: Config) -> None:
        """Check that numbers are still within their ranges after rounding to single precision."""
        if (config.schedule != "constant" or config.warms_up) and np.any(self.get("epochs") > MOST_SINGLE_EPOCHS):
            raise SettingError(("epochs", "dtype"), f"in float32 a schedule can count only to {MOST_SINGLE_EPOCHS}")
        for key, values in self._arrays.items():
            allowed = _range_of(key)
            if allowed.whole or key == "bound" or key.startswith(("stop.", "stall.")):
                continue  # these are compared in double precision
            with np.errstate(over="ignore", under="ignore"):
                rounded = values.astype(np.float32)
            if not allowed.admits(rounded):
                raise SettingError((key, "dtype"), f"must be {allowed.words} in float32 too")

    def any(self, key: str) -> bool:
        """Whether the setting was given and is not 0 in at least one run."""
        return key in self._arrays and bool(np.any(self._arrays[key] != 0))


def _range_of(key: str) -> Range:
    return RANGES[key.partition("[")[0]]


def check_names(config: Config, keys: Collection[str]) -> None:
    """Check that each of the numbers is one of what was chosen, and that none which that needs is missing.

    It comes before their values, or a number that there is not would be said to lie outside its range.
    """
    _check_hyperparameters(config, keys)
    for key in keys:
        if key.partition("[")[0] not in RANGES:
            raise SettingError((key,), f"there is no such setting{there_are(key, _beside(key))}")
    if "stop.patience" in keys and not config.stops:
        reason = f"patience counts tests, and there is nothing to test: give one of {', '.join(STOPPING)} too"
        raise SettingError(("stop.patience",), reason)
    for name in (name for name in STALLING if config.stalls and f"stall.{name}" not in keys):
        raise SettingError((f"stall.{name}",), f"missing; stall needs {' and '.join(STALLING)}")
    if "huber_delta" in keys and config.loss != "huber":
        raise SettingError(("huber_delta", "loss"), f"only the loss huber takes it, not {config.loss}")


def _beside(key: str) -> list[str]:
    """The settings of the table that a key stands in, or all that stand in none."""
    table = key.rpartition(".")[0]
    return [name for name in RANGES if name.rpartition(".")[0] == table]


def _check_hyperparameters(config: Config, keys: Collection[str]) -> None:
    belong: dict[str, Mapping[str, Hyperparameter]] = {
        "init": SCHEME_NUMBERS.get(config.scheme, {}),
        "optimizer": OPTIMIZERS[config.optimizer].hyperparameters,
        "schedule": {**SCHEDULES[config.schedule].hyperparameters, "warmup": WARMUP_EPOCHS},
    }
    chosen = {"init": config.scheme, "optimizer": config.optimizer, "schedule": config.schedule}
    for key in keys:
        group, _, name = key.partition(".")
        if group in belong and name not in belong[group] and not name.startswith("offset"):
            has = there_are(name, belong[group], "It has")
            raise SettingError((key,), f"{chosen[group]} has no such hyperparameter{has}")
    for group, entry in belong.items():
        for key in (f"{group}.{name}" for name, one in entry.items() if one.default is None):
            if key not in keys:
                raise SettingError((key,), f"missing; {chosen[group]} needs it")


def runs_of(config: Config, settings: Settings, layers: np.ndarray, midpoint: float | None, largest_weight: np.ndarray) -> Runs:
    """One row per run, as the loop needs them."""
    per_layer = (settings.count, len(layers))
    centre, spread, bias_centre, bias_spread, offset = (np.zeros(per_layer) for _ in range(5))
    fan_in, units = fan_ins(config, layers), layers[:, UNITS]
    for layer in range(len(layers)):
        centre[:, layer], spread[:, layer] = _start(config.scheme, settings, fan_in[layer], units[layer])
        offset[:, layer] = settings.of_layer("init.offset", layer)
    if SCHEMES[config.scheme].biases:
        bias_centre, bias_spread = centre, spread
    return Runs(
        seed=np.array(settings.get("seed"), np.int64),
        epochs=np.array(settings.get("epochs"), np.int64),
        rates=_rates(config, settings, layers),
        hyperparameters=_run_hyperparameters(config, settings, midpoint),
        limits=_limits(settings),
        centre=centre,
        spread=spread,
        bias_centre=bias_centre,
        bias_spread=bias_spread,
        offset=offset,
        largest_weight=largest_weight,
    )


def _start(scheme: str, settings: Settings, fan_in: float, units: int) -> tuple[Any, Any]:
    """Weights start at centre + spread * draw; draws are uniform in [0, 1), or standard normals.

    xavier: X. Glorot and Y. Bengio, AISTATS 2010. he: K. He et al., ICCV 2015. lecun: Y. LeCun et al., Efficient BackProp,
    1998.
    """
    numbers = [settings.get(f"init.{key}", one.default or 0.0) for key, one in SCHEME_NUMBERS.get(scheme, {}).items()]
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


def _rates(config: Config, settings: Settings, layers: np.ndarray) -> np.ndarray:
    rates = np.empty((settings.count, len(layers)))
    for layer in range(len(layers)):
        rate = settings.of_layer("lr", layer)
        rates[:, layer] = rate / layers[layer, STRIDE] if config.lr_over_fan_in else rate
    return rates


def _run_hyperparameters(config: Config, settings: Settings, midpoint: float | None) -> np.ndarray:
    optimizer = OPTIMIZERS[config.optimizer]
    rows = np.zeros((settings.count, OPTIMIZER + optimizer.room))
    for place, key, default in (
        (DECAY, "weight_decay", 0.0),
        (CLIP, "clip", NO_LIMIT),
        (OFFSET, "derivative_offset", 0.0),
        (HUBER_DELTA, "huber_delta", 1.0),
        (WARMUP, "schedule.warmup", 0.0),
    ):
        rows[:, place] = settings.get(key, default)
    rows[:, MIDPOINT] = 0.0 if midpoint is None else midpoint
    if optimizer.decoupled:
        rows[:, OPTIMIZER + len(optimizer.hyperparameters)] = settings.get("weight_decay")
    schedule = SCHEDULES[config.schedule]
    for group, first, entry in (("optimizer", OPTIMIZER, optimizer), ("schedule", SCHEDULE, schedule)):
        for place, (key, one) in enumerate(entry.hyperparameters.items(), first):
            rows[:, place] = settings.get(f"{group}.{key}", one.default or 0.0)
    return rows


def _limits(settings: Settings) -> np.ndarray:
    """The limits that end each run. Without a stopping criterion, the loss to reach is one that no run can reach."""
    rows = np.empty(settings.count, LIMITS_ROW)
    for key, limit in LIMITS.items():
        rows[key] = settings.get(key, limit.unset)
    if not any(f"stop.{name}" in settings for name in STOPPING):
        rows["stop.loss"] = NO_LOSS
    return rows
