"""The default of every setting of a call, by its dotted name. The spec takes its defaults from here.

None means that something is absent: no limit, no clipping. The registries declare the hyperparameters of optimizers, schedules
and schemes with their defaults.
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
