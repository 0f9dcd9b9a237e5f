"""What is wrong with the rows of a file, in a few words, or None. Each kind of file has rules for its columns.

Every reader checks all rows, so the checks work on whole columns, without copies where Arrow stores a column in one piece.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from backsweep.outcomes import OUTCOMES

from ..arrays import Booleans, Integers, Span
from .fields import FIRST_COLUMNS, LAST_COLUMNS
from .numbering import Block
from .schema import LATER

PART = 2**16  # rows at a time, as many as a processor's cache holds
SMALL = 2**12  # rows; a smaller piece of a column takes longer to start on than to copy


def of_rows(table: pa.Table, span: Span, block: Block) -> str | None:
    """Check the columns of `schema.runs_schema`: runs start ... stop - 1, each with its cell's place in the block and its seed,
    and an outcome.
    """
    if lacking := _lacking(table, *(name for name in table.column_names if name in FIRST_COLUMNS + LAST_COLUMNS)):
        return lacking
    at, numbers = span[0], table.select(["run", "cell", "seed", "epochs"])
    if numbers.column("run").num_chunks > 1 + len(numbers) // SMALL:
        numbers = numbers.combine_chunks()
    for batch in numbers.to_batches(max_chunksize=PART):  # in the pieces that they have in memory, so without copies
        if fault := _of_some(batch, (at, at + len(batch)), block):
            return fault
        at += len(batch)
    ended: list[Any] = table.column("outcome").chunks
    if not all(set(chunk.dictionary.to_pylist()) <= set(OUTCOMES) for chunk in ended):
        return "an outcome is not one of the four"
    return None


def _of_some(batch: pa.RecordBatch, span: Span, block: Block) -> str | None:
    run, cell, seed, epochs = map(np.from_dlpack, batch.columns)  # `to_numpy` would import pandas
    if (run != np.arange(*span)).any():
        return f"not the rows of runs {span[0]} to {span[1] - 1}"
    if (cell != block.places_in(span)).any():
        return "its cells are not those of its runs"
    if (seed != block.seeds_in(span)).any():
        return "its seeds are not those of its runs"
    return "a number of epochs is negative" if epochs.min() < 0 else None


def of_records(table: pa.Table, recorded: Integers, due: Integers | None) -> str | None:
    """Check the columns of `schema.RECORDS_SCHEMA`: the recorded runs, in order, each at the epochs that were due.

    due: these epochs, ascending, going beyond any run's last; None if unknown. Every run is also recorded at its end.
    """
    if lacking := _lacking(table, *table.column_names):
        return lacking
    run, epoch = (_numbers(table, name) for name in ("run", "epoch"))
    begins = np.ones(len(run), bool)
    np.not_equal(run[1:], run[:-1], out=begins[1:])
    if not np.array_equal(run[begins], recorded):
        return "its runs are not those that were recorded"
    if (epoch[begins] != 0).any() or (epoch[1:] <= epoch[:-1])[~begins[1:]].any():
        return "its epochs do not ascend from 0 on"
    if due is not None and not _are_due(epoch, np.flatnonzero(begins), due):
        return "its epochs are not those at which runs were recorded"
    return None


def _are_due(epoch: Integers, first: Integers, due: Integers) -> bool:
    """Whether each run has all records due before its last, which may be at any epoch. first: each run's first record."""
    counts = np.diff(first, append=len(epoch))
    if counts.max(initial=0) > len(due):
        return False
    cuts = np.unique([*np.searchsorted(first, np.arange(0, len(epoch), PART)), len(first)])
    for start, stop in pairwise(cuts.tolist()):  # as many records at a time as a processor's cache holds
        many = counts[start:stop]
        last = np.cumsum(many) - 1
        found = epoch[first[start] :][: last[-1] + 1]
        wanted = due[np.arange(len(found)) - np.repeat(last + 1 - many, many)]
        early = found < wanted
        early[last] = False
        if early.any() or (found > wanted).any():
            return False
    return True


def last_epochs(table: pa.Table) -> Integers:
    """The epoch at which the records of each run end."""
    run, epoch = (_numbers(table, name) for name in ("run", "epoch"))
    ends = np.ones(len(run), bool)
    np.not_equal(run[1:], run[:-1], out=ends[:-1])
    return epoch[ends]


def of_weights(table: pa.Table, recorded: Integers) -> str | None:
    """Check the columns of `schema.WEIGHTS_SCHEMA`: the recorded runs, in order, each with one number for every weight."""
    if lacking := _lacking(table, *table.column_names):
        return lacking
    if not np.array_equal(_numbers(table, "run"), recorded):
        return "its runs are not those that were kept"
    import pyarrow.compute as pc  # takes a twentieth of a second, and most reads do not need it

    layers, weights = table.column("layers"), table.column("weights")
    if pc.list_flatten(layers).null_count or pc.list_flatten(weights).null_count:
        return "a size or a weight is missing"
    sizes = _sizes(layers, _numbers(table, "bias"))
    if sizes is None or not np.array_equal(sizes, pc.list_value_length(weights).to_numpy()):
        return "its weights are more or fewer than its layers have"
    return None


def of_trajectory(table: pa.Table) -> str | None:
    """Check the columns epoch and loss, and perhaps others: every epoch from 0 on."""
    if lacking := _lacking(table, *table.column_names):
        return lacking
    if not np.array_equal(_numbers(table, "epoch"), np.arange(len(table))) or not len(table):
        return "its epochs are not 0, 1, 2, ..."
    return None


def _sizes(layers: "pa.ChunkedArray[Any]", bias: Booleans) -> Integers | None:
    """How many weights each run has, (runs,), given its layers as [units, inputs] each; None if these are not layers."""
    import pyarrow.compute as pc

    lengths, flat = pc.list_value_length(layers).to_numpy(), pc.list_flatten(layers).to_numpy().astype(np.int64)
    if not len(lengths) or (lengths < 2).any() or (lengths % 2).any() or (flat < 1).any():
        return None if len(lengths) else lengths
    units, inputs = flat.reshape(-1, 2).T
    begins = np.concatenate([[0], np.cumsum(lengths[:-1] // 2)])
    return np.add.reduceat(units * (inputs + np.repeat(bias, lengths // 2)), begins)


def _lacking(table: pa.Table, *names: str) -> str | None:
    lacking = next((name for name in names if name not in LATER and table.column(name).null_count), None)
    return f"{lacking} is missing in some rows" if lacking else None


def _numbers(table: pa.Table, name: str) -> Any:
    return table.column(name).to_numpy()
