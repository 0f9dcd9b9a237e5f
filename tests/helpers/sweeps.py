"""Folders with small sweeps, for tests of the command line."""

import io

import pandas as pd

from backsweep.sweep import Sweep
from helpers import commands
from helpers.tables import EXACT

SPEC = {
    "task": "xor",
    "seeds": 40,
    "model": {"hidden": {"values": [2, 4]}},
    "train": {"lr": {"values": [0.5, 2.0, 5.0]}, "epochs": 1500, "stop": {"loss": 0.1}},
    "record": {"every": 50, "runs": 60},
}


def two_sweeps(folder):
    """r, of SPEC, and biased, of the same with biases. Returns the folder."""
    Sweep.from_dict(SPEC).run(folder / "r", jobs=1)
    Sweep.from_dict({**SPEC, "model": {"hidden": {"values": [2, 4]}, "bias": True}}).run(folder / "biased", jobs=1)
    return folder


def one_of_two_specs(folder):
    """small.toml, which was run into runs/small, and long.toml. Returns the folder."""
    (folder / "small.toml").write_text(f'name = "[red]small[/]"\n{commands.SPEC}')
    (folder / "long.toml").write_text(commands.LONG)
    commands.must("run", "small.toml", "--out", "runs/small", cwd=folder)
    return folder


def a_sweep_and_another_spec(folder):
    """small.toml, which was run into runs/small, other.toml with more epochs, and text.txt. Returns the folder."""
    (folder / "small.toml").write_text(commands.SPEC)
    (folder / "other.toml").write_text(commands.SPEC.replace("2000", "3000"))
    (folder / "text.txt").write_text("text")
    commands.must("run", "small.toml", cwd=folder)
    return folder


def csv(text):
    """The table that a command printed as CSV."""
    return pd.read_csv(io.StringIO(text), **EXACT)
