"""Sixty small and varied sweeps, which `sixty_digests` runs.

Most of them combine the lists below, going around each list at a different pace. The lists are written here and not taken from
the registries, so that a new entry leaves the other digests unchanged; it gets a sweep of its own at the end of `single`.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DATA = Path(__file__).parents[1] / "data"

ENDS = [
    ("sigmoid", "bce"),
    ("softmax", "cross_entropy"),
    ("sigmoid", "mse"),
    ("identity", "huber"),
    ("symmetric_sigmoid", "atanh"),
    ("tanh", "half_mse"),
    ("identity", "sse"),
    ("sigmoid", "half_sse"),
    ("sigmoid", "atanh"),
]
TASKS = {
    "sigmoid": [
        "xor",
        "and",
        {"name": "parity", "bits": {"values": [2, 3]}},
        {"name": "moons", "samples": 9, "noise": {"linear": [0.0, 0.4], "n": 2}},
        {"name": "truth_table", "inputs": [[0, 0], [0, 1], [1, 0]], "targets": [[1, 0], [0, 0], [1, 1]]},
        {"name": "circles", "samples": 8, "factor": 0.3, "data_seed": {"range": [0, 3, 2]}},
        {"name": "xor", "encoding": {"inputs": {"values": [[0, 1], [-1, 1]]}, "targets": [0, 1]}},
        "or",
    ],
    "softmax": [
        {"name": "encoder", "code": {"values": [[4, 2], [3, 2]]}},
        {"name": "blobs", "samples": 10, "centers": 3, "spread": 2.0, "features": 3},
    ],
    "symmetric_sigmoid": [{"name": "parity", "bits": 3, "encoding": [-0.5, 0.5]}, {"name": "xor", "encoding": [-0.5, 0.5]}],
    "tanh": [{"name": "two_spirals", "encoding": {"targets": [-1, 1]}}, {"name": "or", "encoding": [-1, 1]}],
    "identity": [
        {"name": "teacher", "inputs": 3, "hidden": 2, "samples": 9, "noise": 0.05, "activation": {"values": ["relu", "tanh"]}},
        {"name": "teacher", "inputs": 2, "samples": 7, "data_seed": 5, "activation": "sigmoid"},
    ],
}
ACTIVATIONS = ["sigmoid", "relu", "tanh", "gelu", "symmetric_sigmoid", "elu", "leaky_relu", "softplus", "sine", "identity"]
OPTIMIZERS = [
    "gd",
    {"name": "momentum", "beta": {"values": [0.5, 0.9]}},
    {"name": "averaged_momentum", "beta": 0.8},
    {"name": "nesterov"},
    {"name": "adagrad", "epsilon": 1e-4},
    {"name": "rmsprop", "alpha": {"values": [0.9, 0.99]}, "epsilon": 1e-5},
    {"name": "adam", "beta1": 0.8, "beta2": 0.99},
    {"name": "adamw"},
    {"name": "rprop", "grow": {"values": [1.1, 1.3]}, "most": 2.0},
    {"name": "quickprop", "mu": 1.5},
    {"name": "delta_bar_delta", "kappa": 0.02, "theta": {"values": [0.5, 0.7]}},
]
RATES = [
    {"log": [0.01, 10.0], "n": 4},
    0.5,
    {"values": [0.05, 0.3]},
    {"range": [0.1, 0.4, 0.1]},
    {"linear": [0.1, 1.0], "n": 3},
]
SCHEDULES = [
    "constant",
    {"name": "step", "every": 3, "factor": {"values": [0.5, 0.9]}},
    {"name": "exponential", "factor": 0.95, "warmup": 2},
    {"name": "cosine", "epochs": 9, "floor": {"values": [0.0, 0.1]}},
    {"name": "constant", "warmup": {"values": [0, 4]}},
]
BATCHES = [
    "full",
    "pattern",
    "full",
    {"size": 2},
    {"size": {"values": [2, 3]}, "order": "replacement"},
    {"size": 3, "order": "given"},
    "full",
]
STOPS = [
    {"stop": {"loss": 0.3}},
    {},
    {"stop": {"within": 0.4, "patience": 2}},
    {"stop": {"gradient_norm": {"values": [0.05, 0.2]}}, "bound": 3.0},
    {"stall": {"window": 3, "improvement": 0.05}, "bound": 1e300},
    {"stop": {"loss": 0.6, "accuracy": 0.75}, "stall": {"window": {"values": [2, 5]}, "improvement": 0.01}},
]
RECORDS = [
    {},
    {"every": 4},
    {"weights": True},
    {"points": 5, "weights": True},
    {"every": 3, "runs": 4, "weights": True},
]
INITS = [
    "uniform",
    {"scheme": "normal", "mean": 0.1, "std": {"values": [0.5, 1.5]}},
    "xavier_uniform",
    {"scheme": "uniform", "low": {"values": [-1.0, -0.2]}, "high": 1.0},
    "he_normal",
    "lecun_normal",
    {"scheme": "constant", "value": 0.3},
    "he_uniform",
    "xavier_normal",
    "lecun_uniform",
]
HIDDEN = [2, [3, 2], {"values": [2, 4]}, []]
SEEDS = [3, [7, 2, 11], {"start": 1000, "count": 4}, 5]
PARAMETRIZATIONS = ["standard", "ntk", "standard", "mean_field"]


def around(number):
    """A spec made of the next entry of every list; combinations that are not allowed are left out."""

    def of(entries, pace=1):
        return entries[number // pace % len(entries)]

    output, loss = of(ENDS)
    task, optimizer, hidden = of(TASKS[output], len(ENDS)), of(OPTIMIZERS), of(HIDDEN, 3)
    name = optimizer if isinstance(optimizer, str) else optimizer["name"]
    if isinstance(task, dict) and "code" in task:
        hidden = None
    train = {"optimizer": optimizer, "lr": of(RATES), "loss": loss, "epochs": 12 + number, **of(STOPS)}
    train["dtype"] = "float32" if number % 4 == 1 else "float64"
    if name not in ("rprop", "delta_bar_delta"):
        train["schedule"] = of(SCHEDULES)
    if name not in ("rprop", "quickprop"):
        train["batch"] = of(BATCHES)
    if output == "identity" and "stop" in train:  # a regression has no accuracy
        train["stop"] = {key: value for key, value in train["stop"].items() if key != "accuracy"}
    if number % 5 == 2:
        train |= {"weight_decay": 0.01, "clip": 0.5}
    if number % 7 == 3 and loss not in ("bce", "cross_entropy"):
        train["derivative_offset"] = 0.1
    if loss == "huber":
        train["huber_delta"] = {"values": [0.5, 2.0]}
    model = {
        "activation": of(ACTIVATIONS),
        "output": output,
        "bias": number % 3 > 0,
        "parametrization": of(PARAMETRIZATIONS, 2) if hidden != [] else "ntk",
        "init": of(INITS),
        "stream": "pcg64" if number % 5 > 2 else "mt19937",
    }
    if hidden is not None:
        model |= {"hidden": hidden, "shortcuts": number % 7 == 5 and hidden != []}
    return {"task": task, "seeds": of(SEEDS), "model": model, "train": train, "record": of(RECORDS)}


def single(folder):
    """Sweeps for everything that the lists above lack. folder: where to put data files."""
    points, weights, arrays, table = (
        str(path) for path in (DATA / "points.csv", DATA / "start.npz", folder / "arrays.npz", folder / "table.parquet")
    )
    x = np.arange(12.0).reshape(6, 2) % 5
    np.savez(arrays, x=x, y=x @ [[1.0], [-0.5]])
    kinds = {"kind": ["a", "b", "c"] * 3, "size": range(9), "heavy": [True, False, False] * 3}
    pq.write_table(pa.table(kinds), table)
    few = {"epochs": 30, "lr": {"log": [0.1, 2.0], "n": 3}}
    points = {"file": points, "inputs": ["a", "b"], "targets": ["kind"]}
    yield {"task": {**points, "encoding": [-1, 1]}, "seeds": 3, "model": {"output": "tanh"}, "train": {**few, "loss": "mse"}}
    yield {
        "task": {"file": arrays, "inputs": "x", "targets": "y", "standardise": {"values": [True, False]}},
        "model": {"output": "identity", "bias": True, "init": "xavier_normal"},
        "train": {**few, "loss": "half_sse"},
        "record": {"points": 4},
    }
    yield {
        "task": {"file": table, "inputs": ["size", "heavy"], "targets": "kind", "standardise": True},
        "seeds": 2,
        "model": {"output": "softmax", "hidden": {"values": [2, [2, 2]]}},
        "train": {**few, "loss": "cross_entropy", "stop": {"accuracy": 0.5}},
    }
    yield {
        "task": points,
        "model": {"init": {"scheme": "file", "file": weights, "offset": [{"values": [0.0, 0.2]}, 0.1]}},
        "train": {**few, "lr": [{"values": [0.1, 1.0]}, {"log": [0.1, 10.0], "n": 3}], "lr_over_fan_in": True},
        "record": {"weights": True},
    }
    yield {
        "task": "xor",
        "seeds": 2,
        "model": {"init": {"values": ["uniform", {"scheme": "file", "file": weights}, {"scheme": "normal", "std": 2.0}]}},
        "train": few,
    }
    optimizers = [
        "gd",
        {"name": "momentum", "beta": {"values": [0.5, 0.9]}},
        {"name": "adam", "beta1": {"linear": [0.8, 0.9], "n": 2}},
    ]
    yield {"task": "or", "seeds": 2, "train": {**few, "optimizer": {"values": optimizers}}}
    yield {"task": "and", "train": {**few, "schedule": {"values": ["constant", {"name": "step", "every": 2, "factor": 0.5}]}}}
    for method in ("sobol", "halton", "latin_hypercube", "random"):
        yield {
            "task": "xor",
            "seeds": 2,
            "design": {"method": method, "points": 6, "seed": 3},
            "model": {"hidden": {"uniform": [2, 4]}, "bias_input": {"uniform": [0.5, 1.5]}},
            "train": {"lr": {"loguniform": [0.01, 3.0]}, "epochs": 15, "dtype": {"values": ["float64", "float32"]}},
        }
    yield {
        "task": "xor",
        "seeds": [4, 1],
        "exclude": [
            {"model": {"hidden": 2}, "train": {"lr": [0.1, 0.3]}},
            {"model": {"activation": "relu"}, "train": {"lr": 1.0}},
        ],
        "model": {
            "hidden": {"values": [2, 3]},
            "activation": {"values": ["sigmoid", "relu"]},
            "bias": {"values": [True, False]},
        },
        "train": {"lr": {"values": [0.1, 0.3, 1.0]}, "epochs": 9},
    }
    yield {
        "task": {"name": "moons", "samples": 10, "noise": {"values": [0.0, 0.2, 0.4], "zip": "harder"}},
        "seeds": 3,
        "model": {"hidden": {"values": [2, [2, 2], 4], "zip": "harder"}, "shortcuts": {"values": [True, False]}},
        "train": {"lr": 0.7, "epochs": {"values": [5, 10]}},
        "record": {"every": 5, "weights": True},
    }
    yield {  # three of the four outcomes; the sweeps above have the fourth
        "task": {"name": "teacher", "inputs": 2, "hidden": 2, "samples": 8},
        "seeds": 4,
        "model": {"output": "identity", "activation": "tanh", "bias": True, "init": "normal"},
        "train": {
            "lr": {"log": [0.001, 100.0], "n": 6},
            "loss": "mse",
            "epochs": 60,
            "stop": {"loss": 0.2},
            "stall": {"window": 5, "improvement": 0.01},
        },
    }
    yield {
        "task": {"name": "teacher", "inputs": 3, "hidden": 2, "samples": 6},
        "model": {
            "output": "identity",
            "activation": {"values": ["tanh", "relu"]},
            "parametrization": "mean_field",
            "hidden": 4,
        },
        "train": {
            "lr": [{"log": [0.1, 1e4], "n": 5}, {"log": [0.1, 1e4], "n": 5}],
            "loss": "mse",
            "epochs": 20,
            "bound": float("inf"),
        },
        "record": {"measure": True},
    }
    yield {
        "task": {"name": "moons", "samples": 10},
        "seeds": 9,
        "model": {"stream": {"values": ["mt19937", "pcg64"]}},
        "train": {"batch": {"size": {"values": [3, 8]}, "order": "shared"}, "epochs": 20, "stop": {"loss": 0.65}, "lr": 0.5},
        "record": {"every": 7},
    }


def specs(folder):
    """All sixty specs, as tables."""
    return [*map(around, range(45)), *single(folder)]
