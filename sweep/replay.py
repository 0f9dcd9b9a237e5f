"""A run trained once more, where programs import it: `from backsweep.sweep.replay import replay`."""

from .run.replay import replay

__all__ = ["replay"]
