"""Which seed a run has, which cell, and what is recorded of it: from a manifest's spec alone."""

from typing import Any

import numpy as np

from .arrays import Integers, Span

MOST_RECORDS = 1_000_000  # of a run


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


class Recording:
    """Of which runs a sweep keeps records and weights. most: records of a run."""

    def __init__(self, spec: dict[str, Any], runs: int):
        record = spec.get("record")
        said = record if isinstance(record, dict) else {}
        sample, points = ((value if type(value) is int else None) for value in (said.get("runs"), said.get("points")))
        self._runs = runs
        self._sample = sample if sample is None or sample > 0 else None
        self.most = (MOST_RECORDS if points is None else min(points, MOST_RECORDS)) + 2  # and the first and the last

    def count(self, span: Span) -> int:
        """How many runs of a span are recorded."""
        first, last = _places(self._sample, self._runs, span)
        return last - first

    def runs_of(self, span: Span) -> Integers:
        """The runs of a span that are recorded, int64."""
        return recorded_runs(self._sample, self._runs, span)


def recorded_runs(sample: int | None, runs: int, span: Span) -> Integers:
    """The runs of a span that are recorded: all, or its part of a `sample` that is evenly spread over all runs."""
    places = np.arange(*_places(sample, runs, span))
    if sample is None or sample >= runs:
        return places
    # Run floor(k runs / n) for k = 0 ... n - 1, by whole numbers only, of which none is over n squared.
    whole, rest = divmod(runs, sample)
    return places * whole + places * rest // sample


def _places(sample: int | None, runs: int, span: Span) -> Span:
    """From which place to which the runs of a span have among those that are recorded."""
    if sample is None or sample >= runs:
        return span
    first, last = (-(-end * sample // runs) for end in span)
    return first, last
