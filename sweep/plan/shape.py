"""What one network shape of a plan comes to: all that guesses of time and memory are made of."""

from itertools import pairwise
from typing import NamedTuple


class Shape(NamedTuple):
    """The network and the data of the runs of one shape. epochs: the most that its first run makes."""

    samples: int
    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    shortcuts: bool
    dtype: str
    epochs: int

    @property
    def units(self) -> int:
        """Of all layers."""
        return sum(self.hidden) + self.outputs

    @property
    def weights(self) -> int:
        """Of the network, but for its biases."""
        widths = (self.inputs, *self.hidden, self.outputs)
        if self.shortcuts:
            return sum(width * sum(widths[:place]) for place, width in enumerate(widths))
        return sum(a * b for a, b in pairwise(widths))
