"""Runs counted as they land: for each map of two settings, how the runs of each cell ended, when, and with which loss.

The rows are not kept, so a refresh costs what the new rows cost and what a map has cells, however many runs a sweep has. Epochs
and losses are counted in bins (`statistics.bins`).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from backsweep.outcomes import OUTCOMES, Outcome

from ..arrays import Integers
from ..report.cell_map import MOST_CELLS
from ..statistics.bins import EPOCH_BINS, LOSS_BINS, epoch_bins, loss_bins

MOST_GROUPS = 4 * MOST_CELLS  # of all maps together; those of the settings with the fewest values are left out first
MOST_CODES = 2**31  # of values of a setting
TOGETHER = 2**15  # runs that are counted at once, which bounds the room that counting takes
ENDS = 2 * EPOCH_BINS + 2
FIRST = {Outcome.CONVERGED: 0, Outcome.CAPPED: EPOCH_BINS, Outcome.DIVERGED: ENDS - 2, Outcome.STALLED: ENDS - 1}


class Rows(NamedTuple):
    """What is counted of some runs, (runs,) each. cell: its place among those that are added; ended, loss: bins; epochs."""

    cell: Integers
    ended: Integers
    loss: Integers
    epochs: Integers


class Counts:
    """The runs of one map, cell by cell, in the order in which the cells came. by: its settings, at most two.

    ended: runs by how and when they ended, (cells, ENDS): those that converged and those that were capped by the bin of their
    epochs, then those that diverged, then those that stalled. loss: by the bin of their final loss, (cells, LOSS_BINS). epochs:
    all that they took together, (cells, 1).
    """

    def __init__(self, by: Sequence[str]):
        self.by = tuple(by)
        self._numbers: dict[int, int] = {}
        self.ended = np.zeros((0, ENDS), np.int64)
        self.loss = np.zeros((0, LOSS_BINS), np.int64)
        self.epochs = np.zeros((0, 1), np.int64)

    @property
    def codes(self) -> Integers:
        """The codes of the values of the settings in each cell, (cells, 2); 0 for a setting that there is not."""
        return np.stack(np.divmod(np.fromiter(self._numbers, np.int64, len(self)), MOST_CODES), axis=1)

    @property
    def converged(self) -> Integers:
        """Runs that converged by the bin of their epochs, (cells, EPOCH_BINS)."""
        return self.ended[:, :EPOCH_BINS]

    @property
    def capped(self) -> Integers:
        """Runs that used all their epochs by the bin of these, (cells, EPOCH_BINS)."""
        return self.ended[:, EPOCH_BINS : 2 * EPOCH_BINS]

    @property
    def outcomes(self) -> dict[str, Integers]:
        """How many runs ended in each way, (cells,)."""
        found = self.converged.sum(axis=1), *self.ended[:, 2 * EPOCH_BINS :].T, self.capped.sum(axis=1)
        return dict(zip((Outcome.CONVERGED, Outcome.DIVERGED, Outcome.STALLED, Outcome.CAPPED), found, strict=True))

    def __len__(self) -> int:
        return len(self._numbers)

    def numbered(self, codes: Sequence[Integers], cells: int) -> Integers:
        """The numbers of cells in this map, (cells,); new ones follow those that were there.

        codes: of the values of each of the map's settings, (cells,).
        """
        first, second = [*codes, *[np.zeros(cells, np.int64)] * 2][:2]
        found, inverse = np.unique(first * MOST_CODES + second, return_inverse=True)
        numbers = [self._numbers.setdefault(key, len(self._numbers)) for key in found.tolist()]
        return np.array(numbers)[inverse]

    def add(self, cell: Integers, rows: Rows) -> None:
        """Count runs. cell: the number of each one's cell in this map, (runs,)."""
        self.ended = self._more(self.ended, cell, rows.ended)
        self.loss = self._more(self.loss, cell, rows.loss)
        self.epochs = self._more(self.epochs, cell, np.zeros(1, np.int64), rows.epochs)

    def _more(self, counts: Integers, cell: Integers, place: Integers, weights: Integers | None = None) -> Integers:
        """The counts, (cells, places), with one more, or the weight, at each run's cell and place."""
        width = counts.shape[1]
        more = np.bincount(cell * width + place, weights, minlength=len(self) * width).astype(np.int64, copy=False)
        more = more.reshape(-1, width)
        more[: len(counts)] += counts
        return more


class CountedRuns:
    """All runs that were counted, map by map. settings: the names of the columns that vary. whole: all runs as one cell.

    longest: the most epochs that any took.
    """

    def __init__(self, settings: Sequence[str]):
        self.settings = tuple(settings)
        self.longest = 0
        self._codes: dict[str, dict[Any, int]] = {name: {} for name in settings}
        pairs = list(combinations(settings, 2)) or [(name,) for name in settings]
        self._maps = [Counts(by) for by in pairs]
        self.whole = Counts(())

    @property
    def runs(self) -> int:
        """How many runs were counted."""
        return int(self.whole.ended.sum())

    @property
    def converge(self) -> bool:
        """Whether any run converged."""
        return bool(self.whole.converged.any())

    def values(self, name: str) -> list[Any]:
        """The values of a setting by their codes; None where runs lack the setting."""
        return list(self._codes[name])

    def maps(self) -> Iterator[Counts]:
        """The maps with at most MOST_CELLS cells, those of the settings with the most values first."""
        order = sorted(self.settings, key=lambda name: -len(self._codes[name]))
        place = {frozenset(by): at for at, by in enumerate(combinations(order, min(len(order), 2)))}
        return iter(sorted(self._maps, key=lambda one: place[frozenset(one.by)]))

    def add(self, table: pa.Table) -> None:
        """Count the runs of a table: columns of its settings, and cell, outcome, epochs and loss."""
        table = table.unify_dictionaries().combine_chunks()
        for start in range(0, len(table), TOGETHER):
            self._add(table.slice(start, TOGETHER))

    def _add(self, table: pa.Table) -> None:
        cell = table["cell"].to_numpy()
        begins = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
        epochs, outcome = table["epochs"].to_numpy(), _codes_of(table["outcome"])
        first = np.array([FIRST[Outcome(name)] for name in OUTCOMES])[outcome]
        rows = Rows(
            cell=np.repeat(np.arange(len(begins)), np.diff(begins, append=len(cell))),
            ended=np.where(first < 2 * EPOCH_BINS, first + epoch_bins(epochs), first),
            loss=loss_bins(table["loss"].to_numpy()),
            epochs=epochs,
        )
        self.longest = max(self.longest, int(epochs.max()))
        codes = {name: self._coded(name, table[name].take(begins)) for name in self.settings}
        numbers = {one: one.numbered([codes[name] for name in one.by], len(begins)) for one in (self.whole, *self._maps)}
        self._leave_out()  # before it is counted in them, since counts take kilobytes per cell
        for one in (self.whole, *self._maps):
            one.add(numbers[one][rows.cell], rows)

    def _coded(self, name: str, values: Any) -> Integers:
        """The codes of a setting's values, (cells,)."""
        column = values.combine_chunks()
        found = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        known = self._codes[name]
        here = [known.setdefault(_plain(value), len(known)) for value in found.dictionary.to_pylist()]
        if found.null_count:
            here.append(known.setdefault(None, len(known)))
        return np.array(here)[found.indices.fill_null(len(here) - 1).to_numpy(zero_copy_only=False)]

    def _leave_out(self) -> None:
        """Leave out maps that are too large, for good, since the runs that follow are not counted in them."""
        kept, total = [], 0
        for one in self.maps():
            if len(one) <= MOST_CELLS and total + len(one) <= MOST_GROUPS:
                kept.append(one)
                total += len(one)
        self._maps = kept


def _codes_of(outcomes: Any) -> Integers:
    """The codes of outcomes in a column of their names."""
    column = outcomes.combine_chunks()
    codes = np.array([OUTCOMES.index(name) for name in column.dictionary.to_pylist()])
    return codes[column.indices.to_numpy()]


def _plain(value: Any) -> Any:
    """A value as a key; NaN stands for none."""
    return None if value != value else value  # only NaN is unlike itself
