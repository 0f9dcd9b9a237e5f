"""Ranges have the same values as Python's, and folders of an earlier version that cut ranges short still open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.spec import spacing
from backsweep.sweep.spec.axes import Axis
from helpers.commands import here

SPEC = """
task = "xor"
seeds = 2
[model]
hidden = { range = [2, 5, 2] }
[train]
optimizer = { values = ["gd", { name = "momentum", beta = { range = [0.1, 0.6, 0.2] } }] }
lr = { range = [1, 3, 1] }
epochs = 20
"""


@given(st.integers(-30, 30), st.integers(-30, 30), st.integers(-9, 9).filter(bool), st.sampled_from([1, 10, 1000]))
def test_ranges_are_pythons_whether_or_not_they_end_on_a_step(start, stop, step, part):
    expected = tuple(point / part for point in range(start, stop, step))
    ends = (start / part, stop / part, step / part)
    if expected:
        assert Axis[float](range=ends).points == expected
    else:
        with pytest.raises(ValidationError, match="the axis is empty"):
            Axis[float](range=ends)


def without_the_last(numbers, _):
    """An earlier version dropped the last value of ranges that do not end on a step."""
    start, stop, step = spacing.decimals(*numbers)
    return spacing.whole_or_float([start + step * k for k in range(int((stop - start) // step))])


def test_folders_of_short_ranges_are_of_the_cells_that_they_have(tmp_path, monkeypatch):
    (tmp_path / "s.toml").write_text(SPEC)
    folder = tmp_path / "r"
    with monkeypatch.context() as before:
        before.setitem(spacing._EXPAND, "range", without_the_last)
        rows = Sweep.from_toml(tmp_path / "s.toml").run(folder, jobs=1).table
    assert len(rows) == 2 * 1 * (1 + 2) * 2  # seeds, hidden units, optimizers, learning rates
    for name, *more in (["verify"], ["replay", "4"], ["report", "--format", "markdown"]):
        code, printed, message = here(name, folder, *more)
        assert (code, message) == (0, ""), (name, printed, message)
    next((folder / "shards").iterdir()).unlink()
    assert here("resume", folder, "--jobs", 1)[::2] == (0, "")
    assert Results.open(folder).table.equals(rows)
    code, _, message = here("run", tmp_path / "s.toml", "--out", folder)
    assert code == 2
    assert "holds the results of another spec; choose another folder" in message
    assert "model.hidden: [[2]] there, [[2], [4]] here" in message
