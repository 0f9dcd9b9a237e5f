"""A store of which 60 of 100 runs are there, whose rows a test writes itself."""

import numpy as np
import pyarrow as pa

from backsweep.outcomes import OUTCOMES
from backsweep.results.store.schema import AxisColumn, runs_schema
from helpers.manifests import manifest_of

AXES = (AxisColumn(name="lr", setting="train.lr", type="float64"), AxisColumn(name="task", setting="model.task", type="string"))


def manifest(runs=100):
    return manifest_of(AXES, runs, seeds=10)


def rows(start, stop):
    runs = np.arange(start, stop)
    columns = [
        runs,
        (runs // 10).astype(np.int32),
        runs % 10,
        runs / 7,
        pa.DictionaryArray.from_arrays((runs % 2).astype(np.int32), ["xor", "and"]),
        pa.DictionaryArray.from_arrays((runs % 4).astype(np.int8), list(OUTCOMES)),
        (runs * 3 + 3).astype(np.int32),
        np.where(runs % 5, runs / 3, np.nan),
        np.ones(len(runs)),
    ]
    return pa.table(columns, schema=runs_schema(AXES))


def shard_of(store, start):
    return next((store.path / "shards").glob(f"{start:012d}-*"))
