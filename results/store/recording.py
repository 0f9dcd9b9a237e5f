"""Which runs are recorded, and at which of their epochs, from the spec in a manifest alone."""

from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from ..arrays import Integers, Span
from ..logarithmic import evenly
from .numbering import Block
from .written_spec import setting_at

MOST_RECORDS = 1_000_000  # per run
NEVER = 2**31  # no run has as many epochs


class Recording:
    """Which runs of a block have records and weights, and at which epochs. most: the most records that a run can have."""

    def __init__(self, spec: dict[str, Any], block: Block):
        record = spec.get("record")
        given = record if isinstance(record, dict) else {}
        self._every, points = (_whole(given.get(key)) for key in ("every", "points"))
        self._points = None if points is None else min(points, MOST_RECORDS)
        self._limit = _most(setting_at(spec, "train.epochs"))
        self._block = block
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
        first, last = _places(self._block.sample, self._block.runs, _within(self._block, span))
        return last - first

    def runs_of(self, span: Span) -> Integers:
        """The runs of a span that are recorded, int64."""
        return recorded_in(self._block, span)


def sample_in(spec: dict[str, Any]) -> int | None:
    """How many of the runs a spec has recorded; None: all, if any."""
    record = spec.get("record")
    return _whole(record.get("runs")) if isinstance(record, dict) else None


def due_epochs(every: int | None, points: int | None, limit: int) -> Integers | None:
    """The epochs at which runs are recorded: every `every` epochs, or at `points` points, up to `limit`. None: never."""
    if every is not None:
        return np.arange(0, limit + 1, every)
    if points is not None:
        return np.unique([0, *map(round, evenly(Decimal(1), Decimal(limit), points))])
    return None


def recorded_in(block: Block, span: Span) -> Integers:
    """The recorded runs of a span in a block."""
    return block.start + recorded_runs(block.sample, block.runs, _within(block, span))


def _within(block: Block, span: Span) -> Span:
    return span[0] - block.start, span[1] - block.start


def recorded_runs(sample: int | None, runs: int, span: Span) -> Integers:
    """The recorded runs of a span: all of them, or those in a `sample` that is spread evenly over these runs."""
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
