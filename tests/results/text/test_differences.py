"""Comparisons in sentences: one row is one, and several are several."""

import numpy as np
import pandas as pd
import pytest

from backsweep.results.text.differences import sentences


@pytest.mark.parametrize(("rows", "end"), [(3, "."), (4, "; and 1 more row differs."), (5, "; and 2 more rows differ.")])
def test_rows_that_are_not_named_are_counted(rows, end):
    low, high = np.full(rows, 5.0), np.full(rows, 9.0)
    found = pd.DataFrame({"lr": np.arange(rows), "pairs": 4, "running_time_difference": 7.0})
    (_, speed) = sentences(found.assign(running_time_difference_low=low, running_time_difference_high=high))
    assert speed == (
        "Epochs per success, with 95 % intervals: "
        + "; ".join(f"at lr {lr}, the second needs 7 more (5 – 9) than the first" for lr in range(3))
        + end
    )
