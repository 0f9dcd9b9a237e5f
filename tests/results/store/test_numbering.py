"""Numbers of runs in blocks, against lists of all runs."""

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.results.store.numbering import Block, Numbering, ranges_of
from backsweep.results.store.written_spec import seeds_in

SEEDS = st.one_of(
    st.tuples(st.integers(0, 2**62), st.integers(1, 4)).map(lambda one: range(one[0], one[0] + one[1])),
    st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=4, unique=True).map(tuple),
)
CELLS = st.lists(st.integers(0, 30), min_size=1, max_size=12, unique=True)


@st.composite
def numberings(draw):
    """Some blocks, and the cell and the seed of each of their runs."""
    blocks, runs = [], []
    for _ in range(draw(st.integers(1, 3))):
        cells, seeds = draw(CELLS), draw(SEEDS)
        blocks.append(Block(len(runs), ranges_of(np.array(cells)), seeds))
        runs += [(cell, seed, place) for place, cell in enumerate(cells) for seed in seeds]
    return Numbering(tuple(blocks)), runs


@given(numberings(), st.data())
def test_runs_have_the_cells_and_seeds_of_their_blocks(case, data):
    numbering, runs = case
    assert numbering.runs == len(runs)
    some = np.array(data.draw(st.lists(st.integers(0, len(runs) - 1), min_size=1)))
    for found, column in ((numbering.cells_of, 0), (numbering.seeds_of, 1)):
        assert found(some).tolist() == [runs[run][column] for run in some]
    pairs = data.draw(st.lists(st.sampled_from([(cell, seed) for cell, seed, _ in runs] + [(31, 0), (-1, 5)]), min_size=1))
    cells, seeds = (np.array(column) for column in zip(*pairs, strict=True))
    last = {(cell, seed): run for run, (cell, seed, _) in enumerate(runs)}  # where several blocks have it
    assert numbering.runs_of(cells, seeds).tolist() == [last.get(pair, -1) for pair in pairs]
    start = data.draw(st.integers(0, len(runs) - 1))
    block = numbering.block_of(start)
    stop = data.draw(st.integers(start + 1, block.stop))
    assert block.seeds_in((start, stop)).tolist() == [seed for _, seed, _ in runs[start:stop]]
    assert block.places_in((start, stop)).tolist() == [place for *_, place in runs[start:stop]]


@given(numberings())
def test_a_change_is_where_the_cells_value_or_the_block_changes(case):
    numbering, runs = case
    values = np.arange(31) // 4
    starts = {block.start for block in numbering.blocks}
    due = [run for run in range(len(runs)) if run in starts or values[runs[run][0]] != values[runs[run - 1][0]]]
    assert numbering.changes(values).tolist() == due
    first = {cell: run for run, (cell, *_) in reversed([*enumerate(runs)])}
    found = numbering.first_runs(31)
    assert {cell: found[cell] for cell in first} == first


@given(numberings(), st.data())
def test_spans_are_cut_between_blocks_only(case, data):
    numbering, runs = case
    ends = sorted(data.draw(st.sets(st.integers(0, len(runs)), min_size=2)))
    spans = list(pairwise(ends))[::2]
    parts = numbering.cut(spans)
    assert [run for part in parts for run in range(*part)] == [run for span in spans for run in range(*span)]
    assert all(numbering.place_of(start) == numbering.place_of(stop - 1) for start, stop in parts)
    assert len(parts) == len(spans) + sum(start < block.start < stop for block in numbering.blocks for start, stop in spans)


@given(st.lists(st.integers(0, 40), unique=True))
def test_ranges_list_the_cells_in_their_order(cells):
    assert [cell for one in ranges_of(np.array(cells, int)) for cell in one] == cells


@pytest.mark.parametrize(
    ("cells", "ranges"),
    [
        (np.arange(10**6), 1),
        (np.arange(0, 2 * 10**6, 2), 1),
        (np.arange(10**6)[::-1], 1),
        (np.add.outer(np.arange(1000) * 1010, np.arange(1000)).ravel(), 1000),
        (np.add.outer(np.arange(1000) * 2000, np.arange(0, 2000, 2)).ravel(), 1),
    ],
)
def test_cells_of_a_larger_grid_take_few_ranges(cells, ranges):
    """Those of a grid to which values of an axis were added, before, between or after the old ones."""
    found = ranges_of(cells)
    assert len(found) == ranges
    assert np.array_equal(Block(0, found, range(1)).cells_at(np.arange(len(cells))), cells)


def test_a_block_that_has_been_asked_travels_without_its_arrays():
    block = Block(0, ranges_of(np.array([0, 1, 5])), (3, 1, 2))
    block.cells_at(np.arange(3))
    block.seeds_in((0, 9))
    sent = pickle.dumps(block)
    assert b"numpy" not in sent
    assert pickle.loads(sent) == block


@pytest.mark.parametrize(
    ("written", "seeds"), [(5.0, range(5)), ({"start": 0.0, "count": 3.0}, range(3)), ([2.0, 7], (2, 7)), (4, range(4))]
)
def test_seeds_may_be_written_with_a_decimal_point(written, seeds):
    found = seeds_in({"seeds": written})
    assert found == seeds
    assert all(type(seed) is int for seed in found)
