"""The seed and the cell of a run, and which of its epochs are recorded, from the spec in a manifest alone."""

from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import Integers, Span
from ..logarithmic import evenly
from .written_spec import setting_at

MOST_RECORDS = 1_000_000  # per run
NEVER = 2**31  # no run has as many epochs


class Seeds:
    """The seeds of every cell: consecutive ones from a first one on, or a list. `count` is 0 if a spec does not give it."""

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
        """The seed of each run of a span, int64, without making the seeds of the whole sweep."""
        start, stop = span
        place, length = start % self.count, stop - start
        if length + place <= self.count:
            return self._part(place, place + length)
        return np.tile(self._part(0, self.count), -(-(place + length) // self.count))[place : place + length]

    def _part(self, start: int, stop: int) -> Integers:
        return np.arange(start, stop) + self._first if self._listed is None else self._listed[start:stop]


class Recording:
    """Which runs a sweep keeps records and weights of, and at which epochs. most: the most records that a run can have."""

    def __init__(self, spec: dict[str, Any], runs: int):
        record = spec.get("record")
        given = record if isinstance(record, dict) else {}
        self._sample, self._every, points = (_whole(given.get(key)) for key in ("runs", "every", "points"))
        self._points = None if points is None else min(points, MOST_RECORDS)
        self._limit = _most(setting_at(spec, "train.epochs"))
        self._runs = runs
        self.most = (self._points or MOST_RECORDS) + 2  # plus the first and the last

    @cached_property
    def due(self) -> Integers | None:
        """The epochs at which runs are recorded while they last, then one that no run reaches. None: the spec does not say."""
        if self._every is not None:
            found = due_epochs(self._every, None, min(self._limit or NEVER, self._every * MOST_RECORDS))
        elif self._limit is not None:
            found = due_epochs(None, self._points, self._limit)
        else:
            return None
        return None if found is None else np.append(found, NEVER)

    def count(self, span: Span) -> int:
        """How many runs of a span are recorded."""
        first, last = _places(self._sample, self._runs, span)
        return last - first

    def runs_of(self, span: Span) -> Integers:
        """The runs of a span that are recorded, int64."""
        return recorded_runs(self._sample, self._runs, span)


def due_epochs(every: int | None, points: int | None, limit: int) -> Integers | None:
    """The epochs at which runs are recorded: every `every` epochs, or at `points` points, up to `limit`. None: never."""
    if every is not None:
        return np.arange(0, limit + 1, every)
    if points is not None:
        return np.unique([0, *map(round, evenly(Decimal(1), Decimal(limit), points))])
    return None


def recorded_runs(sample: int | None, runs: int, span: Span) -> Integers:
    """The recorded runs of a span: all of them, or those in a `sample` that is spread evenly over the sweep."""
    places = np.arange(*_places(sample, runs, span))
    if sample is None or sample >= runs:
        return places
    # Run floor(k runs / n) for k = 0 ... n - 1, in whole numbers, none of which is over n squared.
    whole, rest = divmod(runs, sample)
    return places * whole + places * rest // sample


def _most(written: object) -> int | None:
    """The largest whole number among a setting's values; None if that takes more to find, as on an axis of drawn values."""
    match written:
        case {"values": [*listed]}:
            some = listed
        case {"linear": [*ends], "n": int(n)} | {"log": [*ends], "n": int(n)}:
            some = ends[:n]
        case _:
            some = [written]
    numbers = list(map(_whole, some))
    return None if None in numbers else max(filter(None, numbers), default=None)


def _whole(value: Any) -> int | None:
    """The value, if it is a whole number above 0; otherwise None."""
    return int(value) if type(value) in (int, float) and 0 < value < NEVER and value == int(value) else None


def _places(sample: int | None, runs: int, span: Span) -> Span:
    """The first and the end of the places that a span's runs have among all recorded runs."""
    if sample is None or sample >= runs:
        return span
    first, last = (-(-end * sample // runs) for end in span)
    return first, last
