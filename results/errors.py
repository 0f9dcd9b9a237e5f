"""The names that earlier versions of this module had, for code that imports them here; `backsweep.errors` has all errors."""

from backsweep.errors import (
    BacksweepError as InputError,
)
from backsweep.errors import (
    BusyError,
    DamageError,
    DamageWarning,
    LinkError,
    MovedError,
    NoAnswerError,
)

__all__ = ["BusyError", "DamageError", "DamageWarning", "InputError", "LinkError", "MovedError", "NoAnswerError"]
