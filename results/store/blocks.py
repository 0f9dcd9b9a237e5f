"""The blocks of a sweep that has grown, as its manifest has them: what was added together, and what is in its files."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from backsweep.ranges import whole_from

from ..allowed import Within
from .fields import AxisColumn, Hash, Record, RunCount, SomeRuns, Versions, Word, check_columns
from .numbering import Block, Seeds, are_within
from .written_spec import Seeds as WrittenSeeds
from .written_spec import seeds_in

MOST_CELLS = 10_000_000
PLAIN = {"bool": bool, "int64": int, "float64": float, "string": str}
WIDER = {("bool", "float64"), ("int64", "float64")}  # types of columns, of which the first is read as the second

Cell = Annotated[int, Within(whole_from(-1, MOST_CELLS))]
Step = Annotated[int, Within(whole_from(-MOST_CELLS, MOST_CELLS))]
CellCount = Annotated[int, Within(whole_from(1, MOST_CELLS))]
Value = bool | int | float | str | None
Filled = tuple[tuple[Value, CellCount], ...]


class WrittenBlock(Record):
    """Cells that were added to a sweep together, each with the same seeds: see `numbering.Block`.

    start, runs: the number of the first run, and how many there are. cells: as start, stop and step of ranges, by their numbers
    among the cells of the manifest's spec. seeds: as in a spec. sample: how many runs are recorded, if not all. spec_hash: of
    the spec with which the block was added, as its files have it. columns: those of settings in its files, which number its
    cells from 0 on. filled: the columns of the manifest's axes that its files lack, or write in another way: values, each
    with the number of cells that have it, one after the other. created, versions, cpu: as in the manifest.
    """

    start: RunCount
    runs: SomeRuns
    cells: Annotated[tuple[tuple[Cell, Cell, Step], ...], Field(min_length=1)]
    seeds: WrittenSeeds
    sample: SomeRuns | None = None
    spec_hash: Hash
    columns: Annotated[tuple[AxisColumn, ...], Field(max_length=1000)]
    filled: dict[Word, Filled] = Field(default_factory=dict)
    created: Word
    versions: Versions
    cpu: Word

    @property
    def numbered(self) -> Block:
        """Which cell and which seed each of its runs has."""
        return Block(self.start, tuple(range(*one) for one in self.cells), seeds_in({"seeds": self.seeds}), self.sample)


def check_blocks(blocks: Sequence[WrittenBlock], runs: int, seeds: Seeds, axes: Sequence[AxisColumn]) -> None:
    """ValueError if blocks do not follow each other up to the last run, or do not agree with the spec's seeds or axes."""
    at = 0
    for number, written in enumerate(blocks):
        place = f"blocks[{number}]"
        if written.start != at:
            raise ValueError(f"{place}.start = {written.start}: {at} is the number after that of the last run before")
        _check_cells(place, written)
        block = written.numbered
        if block.runs != written.runs:
            raise ValueError(f"{place}.runs = {written.runs}: its cells and seeds are {block.runs} runs")
        if not are_within(block.seeds, seeds):
            raise ValueError(f"{place}.seeds: not all of them are seeds of the spec")
        check_columns(f"{place}.columns", written.columns)
        for axis in axes:
            _check_axis(place, written, axis, block.places)
        at = block.stop
    if at != runs:
        raise ValueError(f"runs = {runs}: the blocks have {at}")


def _check_cells(place: str, written: WrittenBlock) -> None:
    if any(step == 0 or min(start, stop - step) < 0 or not range(start, stop, step) for start, stop, step in written.cells):
        raise ValueError(f"{place}.cells: each must be the start, the stop and the step of some numbers from 0 on")
    if sum(len(range(*one)) for one in written.cells) > MOST_CELLS:
        raise ValueError(f"{place}.cells: they are more than {MOST_CELLS:,}")


def _check_axis(place: str, written: WrittenBlock, axis: AxisColumn, cells: int) -> None:
    """ValueError if the values of a column cannot be had from the files, and are not filled in for each cell."""
    filled = written.filled.get(axis.name)
    if filled is None:
        types = {column.setting: column.type for column in written.columns}
        found = types.get(axis.setting)
        if found != axis.type and (found, axis.type) not in WIDER:
            raise ValueError(f"{place}.filled: {axis.name} is missing, which the columns do not have as {axis.type}")
        return
    if sum(count for _, count in filled) != cells:
        raise ValueError(f"{place}.filled, {axis.name}: it must say something of {cells} cells")
    if not all(value is None or type(value) is PLAIN[axis.type] for value, _ in filled):
        raise ValueError(f"{place}.filled, {axis.name}: a value is not of the type {axis.type}")
