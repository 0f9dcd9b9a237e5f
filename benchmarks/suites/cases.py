"""One small piece of work for each entry of each registry, `CASES[registry, entry]`: what `make bench-compare` watches.

The cases follow from the registries, so that a new entry has one. Each takes a few milliseconds: training so long that the
call's own overhead hardly counts, starts of many runs that hardly train, data of some size.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from backsweep import kernels
from backsweep.stopping import STOPPING
from backsweep.sweep.spec.make_data import TaskSpec, make, sides_of

RUNS, EPOCHS, STARTS = 32, 400, 5_000
FEW = {"samples": 4, "epochs": 2_000}  # where it is what happens once an epoch that counts
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(32, 4)), np.tile(np.eye(2), (16, 1))
X[1::2] = X[::2]  # the same sample in both classes: no run ends early
SCHEDULE_NUMBERS = {"step": {"every": 100, "factor": 0.5}, "exponential": {"factor": 0.99}, "cosine": {"epochs": 2_000}}
SCHEME_NUMBERS = {"constant": {"value": 0.5}, "file": {"arrays": [RNG.normal(size=(8, 4)), RNG.normal(size=(2, 8))]}}
ENDS = {
    **{stop: {"stop": {stop: 1.0 if stop == "accuracy" else 1e-9}} for stop in STOPPING},
    "patience": {"stop": {"loss": 1e-9, "patience": 5}},
    "stall": {"stall": {"window": 10, "improvement": 1e-9}},
    "bound": {"bound": 10.0},
}
BITS = {"inputs": [[0, 1], [1, 0]] * 50, "targets": [[0], [1]] * 50}
TASKS: dict[str, tuple[int, dict[str, Any]]] = {  # how often it is made, and with which settings
    **{gate: (50, {}) for gate in ("and", "or", "xor")},
    "truth_table": (20, BITS),
    "parity": (5, {"bits": 12}),
    "encoder": (5, {"code": [500, 9]}),
    "two_spirals": (10, {}),
    **{name: (2, {"samples": 2_000}) for name in ("moons", "circles", "blobs", "teacher")},
}


def training(samples: int = 32, **settings: Any) -> Callable[[], Any]:
    """Of a network 4-8-2."""
    plain = {"hidden": 8, "seed": np.arange(RUNS), "epochs": EPOCHS, "keep_weights": False}
    targets = Y - 0.5 if settings.get("output") == "symmetric_sigmoid" else Y
    return partial(kernels.train, X[:samples], targets[:samples], **{**plain, **settings})


def starting(**settings: Any) -> Callable[[], Any]:
    """Many runs of one epoch."""
    return training(seed=np.arange(STARTS), epochs=1, **settings)


def making(times: int, table: dict[str, Any], folder: str = ".") -> Callable[[], Any]:
    """The data of a task."""
    task = TypeAdapter(TaskSpec).validate_python(table)
    return lambda: [make(task, sides_of(task, folder)) for _ in range(times)]


def reading() -> Callable[[], Any]:
    """The data of a file; it is deleted with the last use of it."""
    rows = "".join(f"{a},{b},{a > b}\n" for a, b in RNG.normal(size=(1_000, 2)).tolist())
    folder = TemporaryDirectory()
    Path(folder.name, "data.csv").write_text("a,b,c\n" + rows)
    made = making(2, {"file": "data.csv", "inputs": ["a", "b"], "targets": ["c"]}, folder.name)
    return lambda kept=folder: made()  # noqa: ARG005 - as long as this is, so is the folder


def _training() -> dict[tuple[str, str], Callable[[], Any]]:
    losses = {loss: kernels.LOSSES[loss].outputs for loss in kernels.LOSSES}
    loss_of = {output: loss for loss in losses for output in losses[loss]}
    settings = {
        "activation": {name: {"activation": name} for name in kernels.ACTIVATIONS},
        "output": {name: {"output": name, "loss": loss_of[name]} for name in kernels.OUTPUTS},
        "loss": {name: {"loss": name, "output": outputs[0]} for name, outputs in losses.items()},
        "optimizer": {name: {"optimizer": name, "lr": 0.01, **FEW} for name in kernels.OPTIMIZERS},
        "schedule": {
            name: {"schedule": {"name": name, "warmup": 10, **SCHEDULE_NUMBERS.get(name, {})}, **FEW}
            for name in kernels.SCHEDULES
        },
        "order": {name: {"batch": {"size": 8, "order": name}} for name in kernels.ORDERS},
        "parametrization": {name: {"parametrization": name} for name in kernels.PARAMETRIZATIONS},
        "dtype": {name: {"dtype": name} for name in kernels.DTYPES},
        "end": {name: {**one, **FEW} for name, one in ENDS.items()},
    }
    return {(registry, name): training(**one) for registry, entries in settings.items() for name, one in entries.items()}


def _starting() -> dict[tuple[str, str], Callable[[], Any]]:
    schemes = {name: starting(init={"scheme": name, **SCHEME_NUMBERS.get(name, {})}) for name in kernels.SCHEMES}
    streams = {name: starting(stream=name, init="normal") for name in kernels.STREAMS}
    return {
        **{("start", name): case for name, case in schemes.items()},
        **{("stream", name): case for name, case in streams.items()},
    }


def _making() -> dict[tuple[str, str], Callable[[], Any]]:
    made = {name: making(times, {"name": name, **settings}) for name, (times, settings) in TASKS.items()}
    return {("task", name): case for name, case in {**made, "file": reading()}.items()}


CASES = {**_training(), **_starting(), **_making()}
