"""Inputs standardised to mean 0 and standard deviation 1, up to rounding, against exact arithmetic."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backsweep.sweep.data.standardise import standardised
from helpers.tasking import data, digest, parse, save

EPSILON = 2.0**-52
MAGNITUDES = st.sampled_from([1e-300, 1e-200, 1e-9, 1.0, 1e6, 1.6e15, 1.6e18, 1e300])


@st.composite
def columns(draw):
    """Numbers of any magnitude, some of them as close together as float64 allows."""
    start = draw(MAGNITUDES)
    if draw(st.booleans()):
        return [start + step * math.ulp(start) for step in draw(st.lists(st.integers(-9, 9), min_size=2, max_size=20))]
    return [start * draw(st.floats(-1, 1)) for _ in range(draw(st.integers(2, 20)))]


@given(columns().filter(lambda values: min(values) < max(values)))
@example([1.6e15, 1.6e15, 1.6e15 + 1])
@example([1.6e18, 1.6e18 + 256, 1.6e18 + 512])
@example([5e8] * 7 + [5e8 + 1])
@example([1e-200, 2e-200, 3e-200])
@example([5e-324, 0.0])
@example([1.7e308, -1.7e308, 1.7e308])
@example([0.1, 0.2, 0.4])
def test_standardised_numbers_are_the_exact_ones_rounded(values):
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    with mpmath.workdps(60):
        deviation = mpmath.sqrt(mpmath.mpf(variance.numerator) / variance.denominator)
        right = [mpmath.mpf((value - mean).numerator) / (value - mean).denominator / deviation for value in exact]
        found = standardised(np.array(values))
        for one, other in zip(found.tolist(), right, strict=True):
            assert abs(one - other) <= 4 * EPSILON * max(1, abs(other))
    again = [Fraction(value) for value in found.tolist()]
    assert abs(sum(again) / len(again)) <= 4 * EPSILON
    assert abs(sum(value**2 for value in again) / len(again) - 1) <= 8 * EPSILON


def test_ordinary_data_have_the_bits_of_the_plain_formula():
    values = np.random.default_rng(5).standard_normal(200)
    centred = values - math.fsum(values) / 200
    before = centred / math.sqrt(math.fsum((centred * centred).tolist()) / 200)
    assert standardised(values).tobytes() == before.tobytes()


@pytest.mark.parametrize("values", [[1.6e15, 1.6e15, 1.6e15 + 1], [1e308, -1e308, 0], [-1.5, 2.25, 0.0]])
def test_standardised_inputs_of_a_file(values, tmp_path):
    frame = pd.DataFrame({"a": values, "t": [1.0, 2.0, 4.0], "s": ["u", "v", "v"]})
    table = {"file": save(tmp_path, frame, "csv"), "inputs": ["a", "s"], "targets": ["t"], "standardise": True}
    task, plain = data(table, tmp_path), data({**table, "standardise": False}, tmp_path)
    assert math.fsum(task.inputs[:, 0]) == pytest.approx(0, abs=1e-15)
    assert task.inputs[:, 0].std() == pytest.approx(1, abs=1e-15)
    np.testing.assert_array_equal(task.inputs[:, 1], plain.inputs[:, 1])
    np.testing.assert_array_equal(task.targets, plain.targets)
    assert digest(parse(table), tmp_path) == digest(parse({**table, "standardise": False}), tmp_path)
