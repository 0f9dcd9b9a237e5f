"""One call of the compiled loop: makes everything that the loop works on from checked settings."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backsweep.arguments import number, numbers, switch
from backsweep.errors import SettingError
from backsweep.ranges import FINITE

from ..loop.train import do
from ..memory import NO_FORMULAS, NO_SECTIONS, RESULTS_ROW, Architecture, Call, Record, Results, Start
from ..random.streams import STREAMS
from .canonical import batch_of, checked_data, flat_weights, widths
from .config import SCHEMES, Config
from .defaults import DEFAULTS
from .flatten import PER_LAYER
from .hyperparameters import RANGES, WARMUP_EPOCHS, Settings, check_names, runs_of
from .layout import data_of, layer_table, network_of, tiles_of, weight_count, workspace
from .parts import Part, parts_of, with_parts
from .reach import largest_weights

# The settings that all runs of a call share. The others are numbers, and each run may have its own.
SHARED = {name for name in DEFAULTS if name not in RANGES}

NEEDED = {"seed", "epochs", "bound", "lr"}  # that None does not leave out


class Job:
    """Runs to be trained: x (samples, inputs), y (samples, outputs) or (samples,), and settings by their dotted names.

    `backsweep.kernels.train` explains the settings; those that are not given are as in `DEFAULTS`.
    """

    def __init__(self, x, y, settings: Mapping[str, Any]):
        given = self._given = _with_defaults(settings)
        midpoint = None if given["midpoint"] is None else number("midpoint", given["midpoint"], FINITE)
        self.x, self.y = checked_data(x, y)
        self.config = _config_of(given, len(self.x))
        self.config.check_data(self.y)
        _check_layers(given, len(self.config.hidden) + 1)
        several = {key: value for key, value in given.items() if key not in SHARED and (value is not None or key in NEEDED)}
        check_names(self.config, several)
        self.settings = Settings(several)
        self.settings.check(self.config)
        self._check_precision(midpoint)
        self.layers = layer_table(self.config, self.x.shape[1], self.y.shape[1])
        reach = self._largest_weights()
        self.runs = runs_of(self.config, self.settings, self.layers, midpoint, reach)
        self.start = _start_of(self.config, self.layers, given["init.arrays"])

    def _check_precision(self, midpoint: float | None) -> None:
        shared = {"bias_input": self.config.bias_input, "midpoint": midpoint or 0.0}
        for argument, values in {"x": self.x, "y": self.y, **shared}.items():
            self.config.check_precision(argument, np.asarray(values))

    def _largest_weights(self) -> np.ndarray:
        """For each run, see `reach.py`; only batches need it."""
        bounds = np.array(self.settings.get("bound"), float)
        if self.config.batch.size is None:
            return np.zeros_like(bounds)
        return largest_weights(self.config, self.layers, self.x, self.y, bounds)

    def run(self, record: Record, records: bool, keep_weights: bool) -> Results:
        """Train all runs."""
        call = self.call(record, records, keep_weights)
        if self.settings.count:
            with np.errstate(all="ignore"):  # NumPy warns when the JIT is off; compiled code never does
                do(with_parts(self.config, call))
        return call.results

    def parts(self, records: bool) -> set[Part]:
        """The parts of the loop that this job needs."""
        return parts_of(self.config, self.network(records), self.start)

    def call(self, record: Record, records: bool, keep_weights: bool) -> Call:
        """Everything that the loop works on, except its compiled parts."""
        config, network = self.config, self.network(records)
        data, tiles = data_of(config, self.x, self.y), tiles_of(config, self.x, self.y)
        results = _results(self.settings.count, weight_count(self.layers) if keep_weights else 0)
        work = workspace(config, network, data)
        return Call(network, NO_FORMULAS, data, tiles, self.start, self.runs, record, results, work, NO_SECTIONS)

    def of_run(self, place: int) -> dict[str, Any]:
        """All settings of one run, the defaults among them, as plain Python values. place: among the runs, flattened."""
        given = {**self._given, "hidden": self.config.hidden}
        return {key: self.settings.of_run(key, place) if key in self.settings else _plain(one) for key, one in given.items()}

    def network(self, records: bool) -> Architecture:
        """The shape and the optimizer, which the runs share."""
        settings = self.settings
        return network_of(
            self.config,
            self.layers,
            self.y,
            records=records,
            offset=settings.any("derivative_offset"),
            decay=settings.any("weight_decay"),
            clip="clip" in settings,
            rates_differ=self.config.lr_over_fan_in or "lr[0]" in settings,
        )


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _with_defaults(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The given settings, and the defaults of the others. A setting given per layer gets no default for all layers."""
    by_layer = {key.partition("[")[0] for key in settings if "[" in key}
    return {**{key: value for key, value in DEFAULTS.items() if key not in by_layer}, **settings}


def _config_of(given: Mapping[str, Any], samples: int) -> Config:
    switches = ("bias", "shortcuts", "lr_over_fan_in", "measure")
    names = ("activation", "output", "parametrization", "stream", "loss", "dtype")
    return Config(
        **{name: switch(name, given[name]) for name in switches},
        **{name: given[name] for name in names},
        hidden=widths(given["hidden"]),
        bias_input=number("bias_input", given["bias_input"], FINITE),
        scheme=given["init.scheme"],
        optimizer=given["optimizer.name"],
        schedule=given["schedule.name"],
        warms_up=bool(np.any(numbers("schedule.warmup", given.get("schedule.warmup", 0), WARMUP_EPOCHS.allowed))),
        batch=batch_of(given["batch.size"], given["batch.order"], samples),
        stops=_inside("stop", given, but="patience"),
        stalls=bool(_inside("stall", given)),
        sides=given["midpoint"] is not None or given["output"] == "softmax",
    )


def _inside(group: str, given: Mapping[str, Any], but: str | None = None) -> tuple[str, ...]:
    """The names of the settings of a group that were given."""
    names = (key.removeprefix(f"{group}.") for key, value in given.items() if key.startswith(f"{group}.") and value is not None)
    return tuple(name for name in names if name != but)


def _check_layers(given: Mapping[str, Any], layers: int) -> None:
    """Check that a setting that is given per layer is given for every layer."""
    for stem in PER_LAYER:
        listed = {key for key, value in given.items() if key.startswith(f"{stem}[") and value is not None}
        if any(key.startswith(f"{stem}[") for key in given) and listed != {f"{stem}[{layer}]" for layer in range(layers)}:
            raise SettingError((stem,), f"a list must have one number per layer, {layers} in all")


def _start_of(config: Config, layers: np.ndarray, arrays: Any) -> Start:
    if (config.scheme == "file") != (arrays is not None):
        raise SettingError(("init",), "give arrays with the scheme file, and only with it")
    scheme = SCHEMES[config.scheme]
    weights = np.zeros(0) if arrays is None else flat_weights(arrays, layers, config.bias)
    config.check_precision("init", weights)
    return Start(STREAMS[config.stream], scheme.normal, scheme.drawn, scheme.drawn and scheme.biases, weights)


def _results(runs: int, weights: int) -> Results:
    return Results(rows=np.zeros(runs, RESULTS_ROW), weights=np.zeros((runs if weights else 0, weights)))
