"""What a sweep left on disk, and what it says."""

from backsweep.errors import BacksweepError as InputError  # as earlier versions called it

from .results import Results
from .runs import Runs

__all__ = ["InputError", "Results", "Runs"]
