"""How a run can end."""

from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt


class Outcome(StrEnum):
    """How a run ended. Tables of runs have the name; arrays of the kernels have the code, its place in this order."""

    CONVERGED = "converged"
    DIVERGED = "diverged"
    STALLED = "stalled"
    CAPPED = "capped"  # it ran out of epochs

    @property
    def code(self) -> int:
        """The number that stands for it in arrays."""
        return OUTCOMES.index(self)


OUTCOMES = tuple(outcome.value for outcome in Outcome)


def ended(table: Any, outcome: Outcome, column: str = "outcome") -> npt.NDArray[np.bool_]:
    """Whether each run of a table, whose outcomes are in `column`, ended so: (runs,)."""
    return np.asarray(table[column] == outcome)
