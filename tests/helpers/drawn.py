"""Specs drawn at random, with axes in the place of any of their numbers, and what the oracle calls their settings."""

import re

from hypothesis import strategies as st

MOST_AXES = 3
ACTIVATIONS = ["sigmoid", "symmetric_sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "sine", "identity"]
# Tasks with small data, and the outputs with their losses that go with them.
ONE = [("sigmoid", loss) for loss in ("bce", "mse", "half_mse", "sse", "half_sse", "atanh")] + [("tanh", "mse")]
TASKS = {
    "xor": ONE,
    "parity": ONE,
    "moons": [*ONE, ("identity", "huber")],
    "encoder": [("softmax", "cross_entropy"), ("sigmoid", "bce")],
    "teacher": [("identity", loss) for loss in ("mse", "half_mse", "sse", "half_sse", "huber")],
}
NUMBERS = {
    "gd": {},
    "momentum": {"beta": (0.1, 0.95)},
    "averaged_momentum": {"beta": (0.1, 0.95)},
    "nesterov": {"beta": (0.1, 0.95)},
    "adagrad": {"epsilon": (1e-6, 1e-2)},
    "rmsprop": {"alpha": (0.5, 0.99), "epsilon": (1e-6, 1e-2)},
    "adam": {"beta1": (0.5, 0.95), "beta2": (0.9, 0.999), "epsilon": (1e-6, 1e-2)},
    "adamw": {"beta1": (0.5, 0.95), "beta2": (0.9, 0.999), "epsilon": (1e-6, 1e-2)},
    "rprop": {"grow": (1.1, 1.5), "shrink": (0.3, 0.7), "least": (1e-7, 1e-5), "most": (0.5, 50.0)},
    "quickprop": {"mu": (1.2, 2.0)},
    "delta_bar_delta": {"kappa": (0.001, 0.05), "phi": (0.05, 0.3), "theta": (0.3, 0.8)},
    "constant": {},
    "step": {"every": (1, 3), "factor": (0.3, 0.9)},
    "exponential": {"factor": (0.8, 0.99)},
    "cosine": {"epochs": (2, 8), "floor": (0.0, 0.3)},
}
NEEDED = ("every", "factor", "epochs")
OPTIMIZERS, SCHEDULES = list(NUMBERS)[:11], list(NUMBERS)[11:]
INITS = {"uniform": {"low": (-1.0, -0.5), "high": (0.5, 1.0)}, "normal": {"mean": (-0.2, 0.2), "std": (0.3, 1.0)}}
SCHEMES = [*INITS, *(f"{author}_{law}" for author in ("xavier", "he", "lecun") for law in ("uniform", "normal"))]


class Numbers:
    """Numbers within bounds; some of them, up to MOST_AXES, are axes of two values."""

    def __init__(self, draw):
        self.draw, self.left = draw, MOST_AXES

    def __call__(self, low, high):
        kind = st.integers if isinstance(low, int) else st.floats
        values = self.draw(st.lists(kind(low, high), min_size=2, max_size=2, unique=True))
        return self.axis(values) if self.left and self.draw(st.booleans()) else values[0]

    def axis(self, values):
        self.left -= 1
        return {"values": values}

    def table(self, bounds):
        return {
            key: self(*ends) for key, ends in bounds.items() if self.draw(st.booleans()) or key in ("every", "factor", "epochs")
        }


@st.composite
def specs(draw):
    """A spec as a table: few runs of few epochs."""
    numbers, pick = Numbers(draw), lambda values: draw(st.sampled_from(values))
    name = pick(list(TASKS))
    output, loss = pick(TASKS[name])
    hidden = [2] if name == "encoder" else pick([[2], [3], [3, 2], []])
    optimizer = pick(OPTIMIZERS)
    own_rates, full = optimizer in ("rprop", "delta_bar_delta"), optimizer in ("rprop", "quickprop")
    schedule = "constant" if own_rates else pick(SCHEDULES)
    init = pick(SCHEMES)
    lr = [numbers(0.01, 0.3) for _ in range(len(hidden) + 1)] if draw(st.booleans()) else numbers(0.01, 0.3)
    train = {
        "optimizer": {"name": optimizer, **numbers.table(NUMBERS[optimizer])},
        "lr": lr,
        "lr_over_fan_in": draw(st.booleans()),
        "schedule": {"name": schedule, **numbers.table(NUMBERS[schedule])},
        "loss": loss,
        "epochs": numbers(1, 7),
    }
    if not own_rates:
        train["schedule"]["warmup"] = numbers(0, 4)
    if not full:
        size = {"size": numbers(1, 3), "order": pick(["given", "shuffled", "replacement"])}
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
        train["stop"] = pick([{}, {"loss": numbers(0.1, 0.7)}, {"within": numbers(0.3, 0.6), "patience": numbers(1, 3)}])
        if draw(st.booleans()):
            train["stall"] = {"window": numbers(1, 3), "improvement": numbers(0.001, 0.1)}
    model = {
        "hidden": hidden,
        "activation": pick(ACTIVATIONS),
        "output": output,
        "bias": draw(st.booleans()),
        "bias_input": numbers(0.5, 1.5) if draw(st.booleans()) else 1.0,
        "shortcuts": bool(hidden) and draw(st.booleans()),
        "parametrization": pick(["standard", "ntk", "mean_field"] if hidden else ["standard", "ntk"]),
        "init": {"scheme": init, **numbers.table(INITS.get(init, {}))},
        "stream": pick(["mt19937", "pcg64"]),
    }
    if draw(st.booleans()):
        model["init"]["offset"] = [numbers(-0.2, 0.2) for _ in range(len(hidden) + 1)]
    return {"task": _task(name, numbers), "seeds": pick([2, [5, 3]]), "model": model, "train": train, "record": record}


def _task(name, numbers):
    return {
        "xor": "xor",
        "parity": {"name": "parity", "bits": numbers(2, 3)},
        "moons": {"name": "moons", "samples": numbers(8, 11), "noise": numbers(0.0, 0.3)},
        "encoder": {"name": "encoder", "code": [4, 2]},
        "teacher": {"name": "teacher", "inputs": 3, "hidden": 2, "samples": 9, "data_seed": numbers(0, 9)},
    }[name]


def settled(table, values):
    """The spec with one value in the place of each axis; values by dotted setting."""
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
    """The arguments of `reference.train`, but for the data and the seed."""
    model, train = spec["model"], spec["train"]
    return {**model, **train, "stop": train.get("stop") or None}


def axes_of(table):
    """How many axes there are in a spec."""
    return len(re.findall(r"'values'", str(table)))
