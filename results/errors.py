"""Where earlier versions had errors; `backsweep.errors` has them all, and explains the name that has changed."""

from backsweep.errors import BusyError, DamageError, DamageWarning, InputError, LinkError, MovedError, NoAnswerError

__all__ = ["BusyError", "DamageError", "DamageWarning", "InputError", "LinkError", "MovedError", "NoAnswerError"]
