"""Data files: CSV, Parquet and NPZ files that are damaged or have odd cells, headers and types, or something else in their
place.
"""

import os
from csv import writer
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w

from . import odd
from .case import Case

CELLS = (
    "0",
    "1",
    "0.5",
    "-3",
    "1e5",
    "1,5",
    "1.234,5",
    "1_000",
    "5%",
    "$10",
    "−2",
    "1D5",
    "0x1f",
    "'7",
    "2020-01-01",
    "007",
    "01001",
)
CELLS += (
    "True",
    "true",
    "Yes",
    "no",
    "NA",
    "null",
    "?",
    "1e999",
    "1e-999",
    "9007199254740993",
    "18446744073709551615",
    *odd.TEXTS,
)
REST = {
    "seeds": 2,
    "model": {"hidden": 2, "output": "identity"},
    "train": {"lr": 0.01, "loss": "mse", "epochs": 3},
}
NAMES = ("a", "b", "c", "run", "cell", "epochs", "loss", "seed", "lr", *odd.TEXTS)


def data_case(rng: Random, folder: Path) -> Case:
    """A sweep over a data file, first as a dry run."""
    names = rng.sample([name for name in NAMES if name.strip()], 3)
    if rng.random() < 0.3:
        return cell_case(rng, folder, names)
    form = rng.choice((csv, csv, csv, parquet, parquet, npz))
    file = form(rng, folder, names)
    if rng.random() < 0.1:
        file.write_bytes(odd.damage(rng, file.read_bytes()))
    if rng.random() < 0.05:
        instead(rng, file)
    task: dict[str, Any] = {"file": file.name, "inputs": names[:2], "targets": names[2:]}
    for key, values in (("categories", [names[:1], names[2:]]), ("standardise", [True, False])):
        if rng.random() < 0.3:
            task[key] = rng.choice(values)
    if rng.random() < 0.1:
        task[rng.choice(("missing", "decimal", "delimiter", "thousands", "encoding"))] = odd.value(rng, dates=True)
    try:
        text = tomli_w.dumps({**REST, "task": task})
    except (TypeError, ValueError, RecursionError):
        text = tomli_w.dumps({**REST, "task": {"file": file.name, "inputs": names[:2], "targets": names[2:]}})
    (folder / "a spec.toml").write_text(text, encoding="utf-8", errors="replace")
    commands = [["run", "a spec.toml", "--dry-run"]]
    if rng.random() < 0.3:
        commands += [["run", "a spec.toml", "--out", "r", "--jobs", "1"], ["verify", "r"], ["report", "r"]][: rng.randint(1, 3)]
    return Case(commands, named="a spec.toml")


def cell_case(rng: Random, folder: Path, names: list[str]) -> Case:
    """A CSV file that is sound except for one cell; if the file is refused, the message must name that column and row."""
    cells = [list(column) for column in (("0", "1", "0", "1"), ("0.5", "-2", "3", "1"), ("x", "y", "z", "x"))]
    rng.shuffle(cells)
    place, row = rng.randrange(3), rng.randrange(4)
    cells[place][row] = rng.choice(CELLS)
    with (folder / "data.csv").open("w", newline="", encoding="utf-8") as file:
        writer(file).writerows([names, *zip(*cells, strict=True)])
    task = {"file": "data.csv", "inputs": names[:2], "targets": names[2:]}
    (folder / "a spec.toml").write_text(tomli_w.dumps({**REST, "task": task}), encoding="utf-8")
    return Case([["run", "a spec.toml", "--dry-run"]], changed=(frozenset({names[place]}), frozenset({f"row {row + 1}"})))


def columns(rng: Random) -> list[list[str]]:
    """Three columns of cells: most cells of one kind, a few odd ones."""
    rows = rng.choice((0, 1, 2, 4, 4, 9, 9, 30))
    sound = (("0", "1"), ("0.5", "-2", "3"), ("x", "y", "z"), ("True", "False"), ("007", "7", "8"))
    kinds = [CELLS if rng.random() < 0.1 else rng.choice(sound) for _ in range(3)]
    return [[rng.choice(CELLS if rng.random() < 0.03 else kind) for _ in range(rows)] for kind in kinds]


def csv(rng: Random, folder: Path, names: list[str]) -> Path:
    """A CSV text, with quotes where they are needed, mostly."""
    separator, end = rng.choice((",", ",", ",", ",", ",", ",", ";", "\t")), rng.choice(("\n", "\n", "\r\n", "\r"))

    def quoted(cell: str) -> str:
        special = any(sign in cell for sign in (separator, '"', "\n", "\r"))
        return '"' + cell.replace('"', '""') + '"' if special and rng.random() < 0.95 else cell

    lines = [names, *zip(*columns(rng), strict=True)]
    text = end.join(separator.join(map(quoted, line)) for line in lines) + rng.choice(("", end, end * 2))
    file = folder / "data.csv"
    encoding = rng.choice(("utf-8", "utf-8", "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-8-sig", "utf-16", "latin-1"))
    file.write_bytes(text.encode(encoding, errors="replace"))
    return file


def parquet(rng: Random, folder: Path, names: list[str]) -> Path:
    """A table with columns of any type that Arrow has."""
    file, rows = folder / "data.parquet", rng.choice((0, 1, 3, 8))
    kinds: list[pa.DataType] = [pa.int8(), pa.int64(), pa.uint64(), pa.float16(), pa.float32(), pa.float64(), pa.bool_()]
    kinds += [pa.string(), pa.large_string()]
    kinds += kinds  # more often than types that columns cannot hold
    kinds += [pa.binary(), pa.date32(), pa.timestamp("ns"), pa.decimal128(38, 2), pa.null()]
    kinds += [pa.dictionary(pa.int8(), pa.string()), pa.list_(pa.int8()), pa.struct([("a", pa.int8())]), pa.time64("us")]
    pq.write_table(pa.table([arrow(rng, rng.choice(kinds), rows) for _ in names], names=names), file)
    return file


def arrow(rng: Random, kind: pa.DataType, rows: int) -> Any:
    """Values of an Arrow type, some of them null; values of another type if this type has none in our list."""
    candidates: list[Any] = [
        None,
        True,
        0,
        1,
        2,
        255,
        2**53 + 1,
        0.5,
        float("nan"),
        float("inf"),
        b"\xff",
        *CELLS,
        [1],
        {"a": 1},
    ]
    fitting: list[Any] = []
    for candidate in rng.sample(candidates, rng.choice((5, 5, 25))):
        try:
            pa.array([candidate], kind)
            fitting.append(candidate)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            continue
    try:
        return pa.array([rng.choice(fitting or [None]) for _ in range(rows)], kind)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):  # each is accepted alone, but not together
        return pa.nulls(rows, kind)


def npz(rng: Random, folder: Path, names: list[str]) -> Path:
    """Arrays of any type and shape, including object arrays, which NumPy pickles."""
    file, rows = folder / "data.npz", rng.choice((0, 1, 4, 4, 4))
    makers = [
        lambda: np.arange(rows).astype(rng.choice(("i1", "u8", "f2", "f8", "c16", ">i4", "M8[s]", "m8[D]", "?"))),
        lambda: np.linspace(-1, 1, rows),
        lambda: rng.choice((np.arange(rows), np.ones(rows, bool), np.array(["x", "y", "7", "007"])[:rows])),
        lambda: np.array([rng.choice(CELLS).replace("\x00", "") for _ in range(rows)], dtype=str),
        lambda: np.array([{"a": 1}] * rows, dtype=object),
        lambda: np.zeros((rows, 2)),
        lambda: np.zeros(()),
        lambda: np.array([(1, 2.0)] * rows, dtype=[("x", "i4"), ("y", "f8")]),
        lambda: np.full(rows, np.nan),
        lambda: np.zeros(rng.choice((rows, 10**6))),
    ]
    usable = {name.replace("/", "_").replace("\x00", "") or "empty": name for name in names}
    with file.open("wb") as stream:
        rng.choice((np.savez, np.savez_compressed))(
            stream, **{name: rng.choice(makers if rng.random() < 0.3 else makers[:3])() for name in usable}
        )
    return file


def instead(rng: Random, file: Path) -> None:
    """Put something else in the place of a file."""
    target = file.with_name(f"elsewhere-{rng.getrandbits(32)}")
    file.rename(target)
    how = rng.randrange(5)
    if how == 0:
        os.mkfifo(file)
    elif how == 1:
        file.mkdir()
    elif how == 2:
        file.symlink_to(target)
    elif how == 3:
        file.symlink_to(file)
