"""What the user writes, and what then happens."""

from ..results.errors import InputError
from .spec import Spec
from .sweep import Sweep

__all__ = ["InputError", "Spec", "Sweep"]
