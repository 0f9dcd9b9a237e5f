"""An author's folder: a spec, the files of data and of initial weights that it names, and its results."""

import shutil
from pathlib import Path

import numpy as np

from backsweep.results import Results
from backsweep.sweep import Sweep
from helpers.commands import must

FIRST = Path(__file__).parents[1] / "data"  # a folder of the first version, which has absolute paths, and the files of its spec
SPEC = """
seeds = 2
[task]
file = "data/points.csv"
inputs = ["a", "b"]
targets = "kind"
[train]
lr = { values = [0.5, 5.0] }
epochs = 20
"""
COMMANDS = (["table"], ["verify"], ["replay", "0"], ["resume"], ["report", "--format", "markdown"])


def author(tree: Path, spec: str, starts: dict[str, float]) -> Results:
    """Write a spec, points.csv and files of initial weights into a new folder, and run the spec into runs/r there.

    starts: by what the weights of the first version's file are multiplied, by the name of the file.
    """
    (tree / "data").mkdir(parents=True)
    shutil.copy(FIRST / "points.csv", tree / "data" / "points.csv")
    with np.load(FIRST / "start.npz") as start:
        for name, factor in starts.items():
            (tree / name).parent.mkdir(exist_ok=True)
            np.savez(tree / name, **{key: factor * start[key] for key in start.files})
    (tree / "s.toml").write_text(spec)
    return Sweep.from_toml(tree / "s.toml").run(tree / "runs" / "r", jobs=1)


def all_go(folder: Path, *data: object) -> None:
    """Every command that needs the data files works."""
    for name, *more in COMMANDS:
        must(name, folder, *more, *([] if name == "table" else data), cwd=".")
