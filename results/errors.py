"""Where the errors of a folder of results stood in earlier versions; `backsweep.errors` has them all."""

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
