"""What several tests need of tables: a sweep whose table has to be the same each time, its hash, and how CSV is read."""

import hashlib
from typing import Any

import pandas as pd

SPEC = {
    "task": "xor",
    "seeds": 500,
    "model": {"hidden": {"values": [2, 3]}},
    "train": {"lr": {"log": [0.1, 10.0], "n": 5}, "epochs": 2000, "stop": {"loss": 0.05}},
}

# To read CSV to the last bit; later releases do so anyway, and warn of the option.
EXACT: dict[str, Any] = {} if tuple(map(int, pd.__version__.split(".")[:2])) >= (3, 1) else {"float_precision": "round_trip"}


def hashed(results):
    """SHA-256 of the base table, sorted by run, column by column."""
    digest = hashlib.sha256()
    for name, column in results.table.sort_values("run").items():
        content = column.to_numpy().tobytes() if column.dtype.kind in "ifb" else repr(list(column)).encode()
        digest.update(str(name).encode() + content)
    return digest.hexdigest()
