"""Random specs with axes in the place of any number, and the same settings under the oracle's names."""

import math
import re
from functools import cache

from hypothesis import strategies as st

from backsweep.kernels import (
    ACTIVATIONS,
    LOSSES,
    OPTIMIZERS,
    ORDERS,
    OUTPUTS,
    PARAMETRIZATIONS,
    SCHEDULES,
    SCHEME_NUMBERS,
    SCHEMES,
    STREAMS,
)
from backsweep.stopping import STOPPING
from backsweep.sweep import Spec
from backsweep.sweep.spec.make_data import TAGS, bottleneck, make

MOST_AXES = 3
HEADS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs]
DRAWN_TASKS = [name for name in TAGS if name != "two_spirals"]  # its 194 samples are slow in the oracle
DRAWN_SCHEMES = [name for name in SCHEMES if name != "file"]  # a random spec comes without files
ENDS = "two ends in BOUNDS, between which it is drawn"
# Ranges of numbers with which a few epochs make progress without diverging.
BOUNDS = {
    "optimizer.beta": (0.1, 0.95),
    "optimizer.beta1": (0.5, 0.95),
    "optimizer.beta2": (0.9, 0.999),
    "optimizer.alpha": (0.5, 0.99),
    "optimizer.epsilon": (1e-6, 1e-2),
    "optimizer.grow": (1.1, 1.5),
    "optimizer.shrink": (0.3, 0.7),
    "optimizer.least": (1e-7, 1e-5),
    "optimizer.most": (0.5, 50.0),
    "optimizer.mu": (1.2, 2.0),
    "optimizer.kappa": (0.001, 0.05),
    "optimizer.phi": (0.05, 0.3),
    "optimizer.theta": (0.3, 0.8),
    "schedule.every": (1, 3),
    "schedule.factor": (0.3, 0.99),
    "schedule.epochs": (2, 8),
    "schedule.floor": (0.0, 0.3),
    "init.low": (-1.0, -0.5),
    "init.high": (0.5, 1.0),
    "init.mean": (-0.2, 0.2),
    "init.std": (0.3, 1.0),
    "init.value": (0.1, 0.5),
    "stop.loss": (0.1, 0.7),
    "stop.within": (0.3, 0.6),
    "stop.accuracy": (0.5, 1.0),
    "stop.gradient_norm": (0.05, 0.5),
}
# Tasks with few samples; `numbers` draws the values that may be axes.
SMALL_TASKS = {
    "and": lambda numbers: "and",
    "or": lambda numbers: {"name": "or", "encoding": [-0.5, 0.5]},
    "xor": lambda numbers: "xor",
    "truth_table": lambda numbers: {
        "name": "truth_table",
        "inputs": [[0, 1], [1, 0], [1, 1]],
        "targets": [[0, 1], [1, 0], [0, 1]],
    },
    "parity": lambda numbers: {"name": "parity", "bits": numbers(2, 3)},
    "encoder": lambda numbers: {"name": "encoder", "code": [4, 2]},
    "moons": lambda numbers: {"name": "moons", "samples": numbers(8, 11), "noise": numbers(0.0, 0.3)},
    "circles": lambda numbers: {"name": "circles", "samples": numbers(8, 11), "factor": numbers(0.3, 0.7)},
    "blobs": lambda numbers: {"name": "blobs", "samples": 9, "centers": 3, "spread": numbers(0.5, 2.0)},
    "teacher": lambda numbers: {"name": "teacher", "inputs": 3, "hidden": 2, "samples": 9, "data_seed": numbers(0, 9)},
}


def entry(name, table, what):
    """The entry of a table in this file; if it is missing, the error says which file to edit."""
    assert name in table, f"tests/helpers/drawn.py: {name} is new: give it {what}"
    return table[name]


class Numbers:
    """Draws numbers within bounds; some of them, at most MOST_AXES, become axes of two values."""

    def __init__(self, draw):
        self.draw, self.left = draw, MOST_AXES

    def __call__(self, low, high):
        kind = st.integers if isinstance(low, int) else st.floats
        values = self.draw(st.lists(kind(low, high), min_size=2, max_size=2, unique=True))
        return self.axis(values) if self.left and self.draw(st.booleans()) else values[0]

    def axis(self, values):
        self.left -= 1
        return {"values": values}

    def named(self, setting):
        return self(*entry(setting, BOUNDS, ENDS))

    def of(self, group, hyperparameters):
        """The numbers of an optimizer, schedule or scheme: all that have no default, and some of the others."""
        return {
            key: self.named(f"{group}.{key}")
            for key, one in hyperparameters.items()
            if one.default is None or self.draw(st.booleans())
        }


@cache
def sample(task):
    """A task without axes, as a model and as data."""
    model = Spec.parse({"task": entry(task, SMALL_TASKS, "a spec of a few samples in SMALL_TASKS")(lambda low, high: low)}).task
    return model, make(model)


@cache
def heads(task):
    """The combinations of output and loss that fit the targets of a task."""
    _, data = sample(task)
    low, high = data.targets.min(), data.targets.max()
    if data.midpoint is None:  # targets that are numbers, whose range changes with the seed of the data
        low, high = -math.inf, math.inf
    reached = {
        name
        for name, output in OUTPUTS.items()
        if (output.low is None or low >= output.low) and (output.high is None or high <= output.high)
    }
    shares = data.targets.shape[1] > 1 and (data.targets.sum(axis=1) == 1).all()
    return [(output, loss) for output, loss in HEADS if output in reached and (output != "softmax" or shares)]


@st.composite
def specs(draw):
    """A random spec as a table: few runs of few epochs."""
    numbers, pick = Numbers(draw), lambda values: draw(st.sampled_from(values))
    name = pick(DRAWN_TASKS)
    task, data = sample(name)
    output, loss = pick(heads(name))
    hidden = [bottleneck(task)] if bottleneck(task) else pick([[2], [3], [3, 2], []])
    optimizer = pick(list(OPTIMIZERS))
    own_rates, full = OPTIMIZERS[optimizer].own_rates, OPTIMIZERS[optimizer].full_batch_only
    schedule = "constant" if own_rates else pick(list(SCHEDULES))
    init = pick(DRAWN_SCHEMES)
    lr = [numbers(0.01, 0.3) for _ in range(len(hidden) + 1)] if draw(st.booleans()) else numbers(0.01, 0.3)
    train = {
        "optimizer": {"name": optimizer, **numbers.of("optimizer", OPTIMIZERS[optimizer].hyperparameters)},
        "lr": lr,
        "lr_over_fan_in": draw(st.booleans()),
        "schedule": {"name": schedule, **numbers.of("schedule", SCHEDULES[schedule].hyperparameters)},
        "loss": loss,
        "epochs": numbers(1, 7),
    }
    if not own_rates:
        train["schedule"]["warmup"] = numbers(0, 4)
    if not full:
        size = {"size": numbers(1, 3), "order": pick(list(ORDERS))}
        train["batch"] = pick(["full", "pattern", size])
    for key, low, high in (("weight_decay", 0.001, 0.1), ("clip", 0.05, 1.0), ("derivative_offset", 0.01, 0.1)):
        if draw(st.booleans()):
            train[key] = numbers(low, high)
    if loss == "huber" and draw(st.booleans()):
        train["huber_delta"] = numbers(0.1, 1.0)
    record = pick(
        [{}, {"every": 2}, {"points": 3, "weights": True}, {"every": 1, "runs": 3, "weights": True}, {"measure": True}]
    )
    if "measure" not in record:
        criteria = [key for key in STOPPING if not STOPPING[key].needs_sides or data.midpoint is not None]
        chosen = [key for key in criteria if draw(st.booleans())]
        train["stop"] = {key: numbers.named(f"stop.{key}") for key in chosen}
        if chosen and draw(st.booleans()):
            train["stop"]["patience"] = numbers(1, 3)
        if draw(st.booleans()):
            train["stall"] = {"window": numbers(1, 3), "improvement": numbers(0.001, 0.1)}
    model = {
        "hidden": hidden,
        "activation": pick(list(ACTIVATIONS)),
        "output": output,
        "bias": draw(st.booleans()),
        "bias_input": numbers(0.5, 1.5) if draw(st.booleans()) else 1.0,
        "shortcuts": bool(hidden) and draw(st.booleans()),
        "parametrization": pick([one for one in PARAMETRIZATIONS if hidden or one != "mean_field"]),
        "init": {"scheme": init, **numbers.of("init", SCHEME_NUMBERS.get(init, {}))},
        "stream": pick(list(STREAMS)),
    }
    if draw(st.booleans()):
        model["init"]["offset"] = [numbers(-0.2, 0.2) for _ in range(len(hidden) + 1)]
    return {"task": SMALL_TASKS[name](numbers), "seeds": pick([2, [5, 3]]), "model": model, "train": train, "record": record}


def settled(table, values):
    """The spec with one value in the place of each axis; `values` by dotted setting."""
    return _settled(table, values, "")


def _settled(table, values, place):
    if isinstance(table, dict) and "values" in table:
        return values[place]
    if isinstance(table, dict):
        return {key: _settled(one, values, f"{place}.{key}".strip(".")) for key, one in table.items()}
    if isinstance(table, list):
        return [_settled(one, values, f"{place}[{number}]") for number, one in enumerate(table)]
    return table


def for_the_oracle(spec):
    """The arguments of `reference.train` except for the data and the seed."""
    model, train = spec["model"], spec["train"]
    return {**model, **train, "stop": train.get("stop") or None}


def axes_of(table):
    """The number of axes in a spec."""
    return len(re.findall(r"'values'", str(table)))
