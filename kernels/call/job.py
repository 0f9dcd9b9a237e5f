"""One call of the compiled loop: what it works on, made of checked settings."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from backsweep.errors import SettingError

from ..loop.train import train_runs
from ..memory import NO_FORMULAS, NO_SECTIONS, RESULTS_ROW, Call, Network, Record, Results, Start
from ..random.streams import STREAMS
from .arguments import batch_of, checked_data, dotted, flat_weights, listed, named, number, numbers, switch, table, widths
from .choices import SCHEMES, Choices
from .hyperparameters import Settings, runs_of
from .layout import data_of, layer_table, network_of, tiles_of, weight_count, workspace
from .parts import Part, parts_of, with_parts


class Job:
    """Runs to be trained. Its arguments are the settings of `backsweep.kernels.train`, which explains them."""

    def __init__(
        self,
        x,
        y,
        *,
        hidden=(2,),
        activation: str = "sigmoid",
        output: str = "sigmoid",
        bias: bool = False,
        bias_input: float = 1.0,
        shortcuts: bool = False,
        parametrization: str = "standard",
        init: str | Mapping[str, Any] = "uniform",
        stream: str = "mt19937",
        seed=0,
        optimizer: str | Mapping[str, Any] = "gd",
        lr=0.1,
        lr_over_fan_in: bool = False,
        weight_decay=0.0,
        clip=None,
        schedule: str | Mapping[str, Any] = "constant",
        batch: str | Mapping[str, Any] = "full",
        loss: str = "bce",
        huber_delta=None,
        derivative_offset=0.0,
        epochs=10_000,
        stop: Mapping[str, Any] | None = None,
        stall: Mapping[str, Any] | None = None,
        bound=1e6,
        midpoint: float | None = 0.5,
        dtype: str = "float64",
        measure: bool = False,
    ):
        x, y = checked_data(x, y)
        optimizer, optimizer_hyperparameters = named("optimizer", optimizer)
        schedule, schedule_hyperparameters = named("schedule", schedule)
        scheme, init_numbers = named("init", init, "scheme")
        arrays, offset = init_numbers.pop("arrays", None), init_numbers.pop("offset", None)
        stop, stall = table("stop", stop), table("stall", stall)
        midpoint = None if midpoint is None else number("midpoint", midpoint)
        self.choices = choices = Choices(
            hidden=widths(hidden),
            activation=activation,
            output=output,
            bias=switch("bias", bias),
            bias_input=number("bias_input", bias_input),
            shortcuts=switch("shortcuts", shortcuts),
            parametrization=parametrization,
            scheme=scheme,
            stream=stream,
            optimizer=optimizer,
            lr_over_fan_in=switch("lr_over_fan_in", lr_over_fan_in),
            schedule=schedule,
            warms_up=bool(np.any(numbers("schedule.warmup", schedule_hyperparameters.get("warmup", 0)))),
            batch=batch_of(batch, len(x)),
            loss=loss,
            stops=tuple(key for key in stop if key != "patience"),
            stalls=bool(stall),
            measure=switch("measure", measure),
            sides=midpoint is not None or output == "softmax",
            dtype=dtype,
        )
        choices.check_data(y)
        given = {
            "seed": seed,
            "epochs": epochs,
            "weight_decay": weight_decay,
            "clip": clip,
            "huber_delta": huber_delta,
            "derivative_offset": derivative_offset,
            "bound": bound,
            **listed("lr", lr, len(choices.hidden) + 1),
            **listed("init.offset", offset, len(choices.hidden) + 1),
        }
        groups = {
            "init": init_numbers,
            "optimizer": optimizer_hyperparameters,
            "schedule": schedule_hyperparameters,
            "stop": stop,
            "stall": stall,
        }
        self.settings = settings = Settings(dotted(given, **groups))
        settings.check(choices)
        for argument, values in {"x": x, "y": y, "bias_input": bias_input, "midpoint": midpoint or 0.0}.items():
            choices.check_precision(argument, np.asarray(values))
        self.x, self.y = x, y
        self.layers = layer_table(choices, x.shape[1], y.shape[1])
        self.runs = runs_of(choices, settings, self.layers, midpoint)
        if (choices.scheme == "file") != (arrays is not None):
            raise SettingError(("init",), "arrays go with the scheme file, and it with them")
        drawn, normal, biases_drawn = SCHEMES[choices.scheme]
        weights = np.zeros(0) if arrays is None else flat_weights(arrays, self.layers, choices.bias)
        choices.check_precision("init", weights)
        self.start = Start(STREAMS[choices.stream], normal, drawn, biases_drawn, weights)

    def run(self, record: Record, records: bool, keep_weights: bool) -> Results:
        """Train all runs."""
        call = self.call(record, records, keep_weights)
        if self.settings.count:
            with np.errstate(all="ignore"):  # NumPy warns where the JIT is off; compiled code never does
                train_runs(with_parts(self.choices, call))
        return call.results

    def parts(self, records: bool) -> set[Part]:
        """The parts of the loop that this needs."""
        return parts_of(self.choices, self._network(records), self.start)

    def call(self, record: Record, records: bool, keep_weights: bool) -> Call:
        """All that the loop works on, as yet without its parts."""
        choices, network = self.choices, self._network(records)
        data, tiles = data_of(choices, self.x, self.y), tiles_of(choices, self.x, self.y)
        results = _results(self.settings.count, weight_count(self.layers) if keep_weights else 0)
        work = workspace(choices, network, data)
        return Call(network, NO_FORMULAS, data, tiles, self.start, self.runs, record, results, work, NO_SECTIONS)

    def _network(self, records: bool) -> Network:
        settings = self.settings
        return network_of(
            self.choices,
            self.layers,
            self.y,
            records=records,
            offset=settings.any("derivative_offset"),
            decay=settings.any("weight_decay"),
            clip="clip" in settings,
            rates_differ=self.choices.lr_over_fan_in or "lr[0]" in settings,
        )


def _results(runs: int, weights: int) -> Results:
    return Results(rows=np.zeros(runs, RESULTS_ROW), weights=np.zeros((runs if weights else 0, weights)))
