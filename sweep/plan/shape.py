"""The sizes of one network shape of a plan, from which time and memory are guessed."""

from itertools import pairwise
from typing import NamedTuple


class Shape(NamedTuple):
    """The network and the data that runs of one shape share. epochs: the most that the first of them can take."""

    samples: int
    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    shortcuts: bool
    dtype: str
    epochs: int

    @property
    def units(self) -> int:
        """How many units all layers have."""
        return sum(self.hidden) + self.outputs

    @property
    def weights(self) -> int:
        """How many weights the network has, without its biases."""
        widths = (self.inputs, *self.hidden, self.outputs)
        if self.shortcuts:
            return sum(width * sum(widths[:place]) for place, width in enumerate(widths))
        return sum(a * b for a, b in pairwise(widths))
