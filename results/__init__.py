"""What a sweep left on disk, and what it says."""

from .errors import InputError
from .results import Results

__all__ = ["InputError", "Results"]
