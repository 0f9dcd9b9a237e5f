"""Tasks made from tables as in a spec, their data, and files for them."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, ValidationError

from backsweep.errors import DataError, SettingError
from backsweep.sweep.data.inputs_and_targets import digest_of
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
        raise explain(error, Holder, "my.toml", table) from None


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


def asks(setting, table, column):
    """Whether a setting asks for a column of the file, or an array with that column; or names the file, of no column."""
    if column is None or setting not in {"task.inputs", "task.targets"}:
        return setting == ("task.file" if column is None else "task.standardise")
    names = table[setting.removeprefix("task.")]
    return not {column, column.rpartition("[")[0]}.isdisjoint([names] if isinstance(names, str) else names)


def refused(folder, table=AB):
    """The message that refuses a task: one line, of an error that carries the setting or the place in the data."""
    with pytest.raises((DataError, SettingError)) as error:
        data(table, folder)
    message, found = str(error.value), error.value
    assert "\n" not in message
    if isinstance(found, SettingError):
        assert message.startswith(found.settings[0])
        return message
    assert found.data == str(Path(folder) / table["file"])
    assert asks(found.settings[0], table, found.column)
    row, column = re.search(r"^[^:]*, row (\d+)", message), re.search(r"^[^:]*, column ('.*?')[:,]", message)
    assert found.row == (row and int(row[1]) - 1)
    assert not column or repr(found.column) == column[1]
    return message
