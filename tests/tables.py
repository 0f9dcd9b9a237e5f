"""The sweep of which many tests ask that its table be the same, and the hash of a table."""

import hashlib

SPEC = {
    "task": "xor",
    "seeds": 500,
    "model": {"hidden": {"values": [2, 3]}},
    "train": {"lr": {"log": [0.1, 10.0], "n": 5}, "epochs": 2000, "stop": {"loss": 0.05}},
}


def hashed(results):
    """SHA-256 of the base table, sorted by run, column by column."""
    digest = hashlib.sha256()
    for name, column in results.table.sort_values("run").items():
        content = column.to_numpy().tobytes() if column.dtype.kind in "ifb" else repr(list(column)).encode()
        digest.update(str(name).encode() + content)
    return digest.hexdigest()
