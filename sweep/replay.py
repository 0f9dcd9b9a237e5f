"""Trains a run once more; programs import it as `from backsweep.sweep.replay import replay`."""

from .run.replay import replay

__all__ = ["replay"]
