"""Results of sweeps: the folder on disk, and everything that answers questions about it."""

from backsweep.errors import InputError

from .results import Results
from .runs import Runs

__all__ = ["InputError", "Results", "Runs"]
