"""Axes of tables, and the cells that they stand for."""

import pandas as pd

from backsweep.sweep import Spec
from backsweep.sweep.plan.plan import Plan

RULES = ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}, {"name": "adam", "beta1": {"linear": [0.8, 0.9], "n": 2}}]
STARTS = ["uniform", {"scheme": "normal", "std": {"values": [0.5, 1.0]}, "offset": [0.1, {"values": [0.0, 0.2]}]}]


def plan(**tables):
    """The plan of a spec in which values may stand twice, as in folders of earlier versions."""
    return Plan(Spec.parse({"task": "xor", **tables}, recorded=True))


def cells(made):
    """The columns of the axes, a row for each cell; None where there is no such number."""
    columns = made.columns(made.numbering.first_runs(made.cells))
    rows = zip(*(columns[axis.name].tolist() for axis in made.axes), strict=True)
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows]
