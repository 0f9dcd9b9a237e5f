"""Every setting of a call by its dotted name, and what it is where nothing is said. The spec takes its defaults from here.

None stands for what is not there: no limit, no clipping. The hyperparameters of optimizers, schedules and schemes are declared
with their defaults in the registries.
"""

from typing import Any

from backsweep.stopping import BOUND, LIMITS

DEFAULTS: dict[str, Any] = {
    "hidden": (2,),
    "activation": "sigmoid",
    "output": "sigmoid",
    "bias": False,
    "bias_input": 1.0,
    "shortcuts": False,
    "parametrization": "standard",
    "init.scheme": "uniform",
    "init.offset": None,
    "init.arrays": None,
    "stream": "mt19937",
    "seed": 0,
    "optimizer.name": "gd",
    "lr": 0.1,
    "lr_over_fan_in": False,
    "weight_decay": 0.0,
    "clip": None,
    "schedule.name": "constant",
    "batch.size": None,
    "batch.order": "shuffled",
    "loss": "bce",
    "huber_delta": None,
    "derivative_offset": 0.0,
    "epochs": 10_000,
    **dict.fromkeys(LIMITS),
    "bound": BOUND.unset,
    "midpoint": 0.5,
    "dtype": "float64",
    "measure": False,
}
