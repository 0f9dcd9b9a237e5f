"""Outcomes: their names in tables, and their codes in files and arrays, which older folders contain."""

import numpy as np
import pandas as pd

from backsweep.kernels import memory
from backsweep.outcomes import OUTCOMES, Outcome, ended


def test_the_codes_are_those_of_folders_written_before():
    assert {outcome.value: outcome.code for outcome in Outcome} == {"converged": 0, "diverged": 1, "stalled": 2, "capped": 3}
    assert (memory.CONVERGED, memory.DIVERGED, memory.STALLED, memory.CAPPED) == (0, 1, 2, 3)


def test_the_runs_that_ended_so():
    table = pd.DataFrame({"outcome": pd.Categorical(["capped", "converged", "capped"], categories=OUTCOMES)})
    assert ended(table, Outcome.CAPPED).tolist() == [True, False, True]
    assert ended(table.rename(columns={"outcome": "other"}), Outcome.CONVERGED, "other").tolist() == [False, True, False]
    assert ended({"outcome": np.array(["stalled"])}, Outcome.STALLED).tolist() == [True]
