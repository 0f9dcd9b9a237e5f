"""Digests of all that a sweep promises to give again, for each of the sixty sweeps.

`test_sixty_specs` compares them with those in data/sixty_specs.json. After a deliberate change, write the file again with

    cd tests && python -m helpers.sixty_digests
"""

import hashlib
import json
import tempfile
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from backsweep.outcomes import OUTCOMES
from backsweep.sweep import Sweep
from helpers.sixty_specs import DATA, specs

KEPT = DATA / "sixty_specs.json"


def _of(values):
    """The bytes of a column, the same on every machine and for every kind of NaN."""
    if values.dtype.kind in "OUST":
        return json.dumps([None if value != value else value for value in values.tolist()]).encode()
    values = np.where(np.isnan(values), np.nan, values) if values.dtype.kind == "f" else values
    return np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes()


def _digest(parts):
    result = hashlib.sha256()
    for part in parts:
        result.update(part if isinstance(part, bytes) else str(part).encode())
    return result.hexdigest()[:16]


def _columns(table):
    """Names, types and contents of a table."""
    for name, column in table.items():
        yield from (name, column.dtype.name, _of(column.to_numpy()))


def digests(table, folder):
    """Digests of a spec with its defaults filled in, and of the rows, records and weights of its runs."""
    sweep = Sweep.from_dict(table)
    results = sweep.run(folder, jobs=1)
    ends = results.table["outcome"].value_counts()
    found: dict[str, Any] = {
        "spec": sweep.spec.digest[:16],
        "ends": {name: int(ends[name]) for name in OUTCOMES if ends.get(name)},
    }
    found["rows"] = _digest(_columns(results.table))
    if {"every", "points"} & table.get("record", {}).keys():
        found["records"] = _digest(_columns(results.trajectories()))
    if table.get("record", {}).get("weights"):
        runs = results.store.weights()["run"].to_pylist()
        kept = chain.from_iterable((run, *chain(*results.weights(run))) for run in runs)
        found["weights"] = _digest(part if isinstance(part, int) else _of(part) for part in kept)
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        lines = [f"  {json.dumps(digests(one, folder / str(number)))}" for number, one in enumerate(specs(folder))]
    KEPT.write_text("[\n" + ",\n".join(lines) + "\n]\n")
