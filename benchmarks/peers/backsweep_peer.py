"""backsweep: a thread on each core; stopping rule, test for divergence and refill are on, the goal is never reached.

It draws its starts itself, from the same seeds, within the time that counts.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from networks import STARTS

from backsweep.kernels import train as backsweep_train

CORES = len(os.sched_getaffinity(0))
POOL = ThreadPoolExecutor(CORES)


def train(weights, x, y, lr, epochs):
    runs, hidden, _ = weights[0].shape
    settings = {"hidden": hidden, "lr": lr, "epochs": epochs, "stop": {"loss": 1e-9}, "dtype": weights[0].dtype.name}
    parts = np.array_split(np.arange(runs) % STARTS, CORES)
    trained = list(POOL.map(lambda seeds: backsweep_train(x, y, seed=seeds, **settings).weights, parts))
    return [np.concatenate(layer) for layer in zip(*trained, strict=True)]
