"""Which seed a run has, and which cell: from a manifest's spec alone."""

from typing import Any

import numpy as np

from .arrays import Integers, Span


class Seeds:
    """The seeds of every cell: so many from a first one on, or those of a list. `count` is 0 if a spec does not say."""

    def __init__(self, spec: dict[str, Any]):
        self.count, self._first, self._listed = 0, 0, None
        match spec.get("seeds"):
            case bool():
                pass
            case int(count):
                self.count = count
            case {"start": int(first), "count": int(count)}:
                self.count, self._first = count, first
            case [*listed] if all(type(seed) is int for seed in listed):
                self.count, self._listed = len(listed), np.array(listed)
            case _:
                pass

    def cells_of(self, span: Span) -> Integers:
        """The cell of each run of a span, int32."""
        start, stop = span
        cells = np.arange(start // self.count, (stop - 1) // self.count + 1)
        ends = np.minimum((cells + 1) * self.count, stop)
        return np.repeat(cells.astype(np.int32), np.diff(ends, prepend=start))

    def of(self, span: Span) -> Integers:
        """The seed of each run of a span, int64. No more is made than that."""
        start, stop = span
        place, length = start % self.count, stop - start
        head = self._part(place, min(self.count, place + length))
        left = length - len(head)
        return np.concatenate([head, np.resize(self._part(0, min(self.count, left)), left)]) if left else head

    def _part(self, start: int, stop: int) -> Integers:
        return np.arange(start, stop) + self._first if self._listed is None else self._listed[start:stop]


def recorded_runs(sample: int | None, runs: int, span: Span) -> Integers:
    """The runs of a span that are recorded: all, or its part of a `sample` that is evenly spread over all runs."""
    if sample is None or sample >= runs:
        return np.arange(*span)
    # Run floor(k runs / n) for k = 0 ... n - 1, by whole numbers only, of which none is over n squared.
    first, last = (-(-end * sample // runs) for end in span)
    k, (whole, rest) = np.arange(first, last), divmod(runs, sample)
    return k * whole + k * rest // sample
