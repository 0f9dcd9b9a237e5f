"""Tasks out of tables, as a spec has them, their data, and files to hold them."""

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, ValidationError

from backsweep.errors import BacksweepError
from backsweep.sweep.data.columns import digest_of
from backsweep.sweep.spec.make_data import TaskSpec, make, sides_of
from backsweep.sweep.spec.messages import explain

SUFFIXES = ["csv", "parquet", "npz"]
FRAME = pd.DataFrame(
    {
        "length": [1.5, -2.25, 0.1, 4.0],
        "width": [3, 1, 2, 5],
        "sex": ["m", "f", "f", "m"],
        "kind": ["setosa", "virginica", "other", "setosa"],
    }
)
COLUMNS = {"inputs": ["length", "width", "sex"], "targets": ["kind"]}
AB = {"file": "d.csv", "inputs": ["a"], "targets": ["b"]}


class Holder(BaseModel):
    task: TaskSpec


def parse(table):
    try:
        return Holder.model_validate({"task": table}).task
    except ValidationError as error:
        raise BacksweepError(*explain(error, Holder, "my.toml")) from None


def data(table, folder="."):
    task = parse(table)
    return make(task, sides_of(task, folder))


def digest(task, folder):
    return digest_of(sides_of(task, folder))


def same(one, other):
    return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in zip(one[:-1], other[:-1], strict=True))


def save(folder, frame, suffix):
    path = folder / f"data.{suffix}"
    if suffix == "csv":
        frame.to_csv(path, index=False)
    elif suffix == "parquet":
        frame.to_parquet(path, index=False)
    else:
        text = frame.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]]
        np.savez(path, **{name: frame[name].to_numpy(str if name in text else None) for name in frame})
    return path.name


def refused(folder, table=AB):
    """What is said of a task that gives no data: one line."""
    with pytest.raises(BacksweepError) as error:
        data(table, folder)
    said = str(error.value)
    assert "\n" not in said
    return said
