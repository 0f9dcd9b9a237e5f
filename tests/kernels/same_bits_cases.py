"""Run as a script by `test_same_bits`: trains what its argument names, and prints a digest of every bit of the results.

Every activation, optimizer and loss, every order of batches, and every way to end, each in some case. What is slow to compile,
the activations that have a loop of their own and the batches, comes in one precision only. "long"; "some", a few of these, in
double precision; or "short", as many runs and epochs as Python can do.

What goes in is made of additions and multiplications alone: the last bit of NumPy's `geomspace` depends on the processor.
"""

import hashlib
import sys

import numpy as np

from backsweep.kernels import ACTIVATIONS, DTYPES, LOSSES, OPTIMIZERS, ORDERS, SCHEDULES, STREAMS, train

RNG = np.random.default_rng(0)
X = 4 * RNG.random((6, 3)) - 2
TARGETS = RNG.random((6, 2))
SOFT = {"softmax": TARGETS / TARGETS.sum(axis=1, keepdims=True), "symmetric_sigmoid": TARGETS - 0.5}
SCHEDULED = {
    "constant": {"warmup": 3},
    "step": {"every": 2, "factor": 0.5},
    "exponential": {"factor": 0.9},
    "cosine": {"epochs": 5, "floor": 0.1, "warmup": 2},
}
EVERY = 8  # of the cases belong to "some"
ONE_PRECISION = {"sigmoid": ["float64"], "symmetric_sigmoid": ["float32"], "tanh": ["float32"]}


def cases():
    """Settings that combine all lists; each list goes around as often as the longest one needs."""
    heads = [(loss, output) for loss in LOSSES for output in LOSSES[loss].outputs]
    for place in range(max(map(len, (heads, OPTIMIZERS, SCHEDULES, ACTIVATIONS)))):
        loss, output = heads[place % len(heads)]
        optimizer, schedule = list(OPTIMIZERS)[place % len(OPTIMIZERS)], list(SCHEDULES)[place % len(SCHEDULES)]
        settings = {
            "loss": loss,
            "output": output,
            "activation": list(ACTIVATIONS)[place % len(ACTIVATIONS)],
            "optimizer": optimizer,
        }
        settings |= {
            "hidden": ((3,), (9, 2), ())[place % 3],
            "bias": place % 2 == 0,
            "init": ("uniform", "he_normal")[place % 2],
        }
        settings |= {"stream": list(STREAMS)[place // 2 % len(STREAMS)], "weight_decay": 0.01 * (place % 2), "clip": 5.0}
        if not OPTIMIZERS[optimizer].own_rates:
            settings["schedule"] = {"name": schedule, **SCHEDULED[schedule]}
        yield settings
    for order in ORDERS:
        yield {"activation": "relu", "batch": {"size": 4, "order": order}, "optimizer": "adam", "hidden": (4,), "bias": True}
    yield {"measure": True, "stop": {}, "bound": 1.0}
    yield {"stop": {"accuracy": 0.5, "gradient_norm": 1.0, "patience": 2}, "stall": {"window": 2, "improvement": 0.01}}
    yield {"stop": {"within": 0.9}, "loss": "cross_entropy", "output": "softmax"}
    # Weights that become NaN, and a measure that is NaN because the first loss is 0.
    yield {"activation": "relu", "batch": "pattern", "loss": "mse", "output": "identity", "init": "he_normal", "lr": 1e30}
    yield {"measure": True, "stop": {}, "loss": "mse", "hidden": (), "output": "identity", "init": "constant", "y": 0.0}


def digest(settings, dtype, runs, epochs):
    y = settings.pop("y", None)
    y = SOFT.get(settings.get("output", "sigmoid"), TARGETS) if y is None else np.full_like(TARGETS, y)
    settings = {"stop": {"loss": 0.4}, "lr": 0.01 * np.multiply.accumulate(np.full(runs, 1.16)), **settings}
    fit = train(
        X, y, **settings, dtype=dtype, seed=np.arange(runs), epochs=1 + np.arange(runs) % epochs, record_at=[0, 3, 7]
    )  # fmt: skip
    result = hashlib.sha256()
    ends = fit.outcome, fit.epochs, fit.loss, fit.accuracy, *([] if fit.measure is None else [fit.measure])
    for part in (*ends, *fit.trajectories, *fit.weights, *fit.biases):
        result.update(np.ascontiguousarray(part).tobytes())
    return result.hexdigest()[:12]


def normal_starts(stream, runs):
    """Many draws: one in a few thousand would change if the last bit of a logarithm did."""
    fit = train(X, TARGETS, hidden=(40, 40), init="normal", stream=stream, seed=np.arange(runs), epochs=1, stop={"loss": 1e9})
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in fit.weights)).hexdigest()[:12]


if __name__ == "__main__":
    length = sys.argv[1]
    runs, epochs = (18, 3) if length == "short" else (40, 12)
    for stream in STREAMS:
        print("normal starts", stream, normal_starts(stream, 1 if length == "short" else 20 * runs))
    for number, settings in enumerate(cases()):
        slow = isinstance(settings.get("batch"), dict)
        dtypes = ["float64"] if slow else ONE_PRECISION.get(settings.get("activation", "sigmoid"), list(DTYPES))
        if length == "some":
            dtypes = [] if number % EVERY else [dtype for dtype in dtypes if dtype == "float64"]
        for dtype in dtypes:
            print(number, dtype, digest(settings, dtype, runs, epochs))
