"""Box counts against boxes counted one by one, and dimensions against known ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import linregress

from backsweep.results.statistics.box_counting import SHORTEST_SIDE, box_counting


def repeated(pattern, times):
    """The self-similar set in which the pattern replaces every pixel of itself, again and again."""
    picture = np.ones((1, 1), int)
    for _ in range(times):
        picture = np.kron(picture, pattern)
    return picture.astype(bool)


@given(arrays(bool, st.tuples(st.integers(SHORTEST_SIDE, 40), st.integers(SHORTEST_SIDE, 40))))
def test_boxes_are_those_that_hold_a_pixel(picture):
    if not picture.any():
        return
    found = box_counting(picture)
    pixels = np.argwhere(picture)
    assert found.count.tolist() == [len({(i // size, j // size) for i, j in pixels.tolist()}) for size in found.size.tolist()]


@given(st.integers(SHORTEST_SIDE, 300), st.integers(SHORTEST_SIDE, 300))
def test_four_of_the_largest_boxes_stand_along_the_shorter_side_and_no_four_of_the_next(rows, columns):
    sizes = box_counting(np.ones((rows, columns), bool)).size.tolist()
    assert sizes == [2**k for k in range(len(sizes))]
    assert -(-min(rows, columns) // sizes[-1]) >= 4 > -(-min(rows, columns) // (2 * sizes[-1]))


def test_the_line_and_its_standard_error_are_scipys():
    found = box_counting(np.random.default_rng(0).random((100, 130)) < 0.02)
    line = linregress(np.log(found.size), np.log(found.count))
    assert found.dimension == pytest.approx(-line.slope, rel=1e-12)
    assert found.standard_error == pytest.approx(line.stderr, rel=1e-9)


@pytest.mark.parametrize(
    ("picture", "dimension"),
    [
        (np.eye(256, dtype=bool), 1),
        (np.eye(256, dtype=bool)[::-1], 1),
        (np.arange(256)[:, None] == np.full(256, 77), 1),
        (np.ones((128, 256), bool), 2),
        (repeated([[1, 0], [1, 1]], 9), np.log2(3)),  # the Sierpinski triangle
        (repeated([[1, 0], [0, 0]], 8), 0),
    ],
    ids=["diagonal", "other diagonal", "upright line", "filled", "Sierpinski triangle", "point"],
)
def test_sets_that_powers_of_two_fit_have_their_dimension_exactly(picture, dimension):
    found = box_counting(picture)
    assert found.dimension == pytest.approx(dimension, abs=1e-12)
    assert found.standard_error == pytest.approx(0, abs=1e-7)


def koch_curve(times):
    """Points of the Koch curve in the complex plane, from 0 to 1."""
    points = np.array([0, 1], complex)
    for _ in range(times):
        step = np.diff(points) / 3
        turn = np.exp(1j * np.pi / 3)
        parts = [points[:-1], points[:-1] + step, points[:-1] + step + step * turn, points[:-1] + 2 * step]
        points = np.append(np.stack(parts, axis=1).ravel(), points[-1])
    return points


def drawn(points, pixels):
    picture = np.zeros((pixels, pixels), bool)
    picture[(points.imag * pixels).astype(int), np.minimum(points.real * pixels, pixels - 1).astype(int)] = True
    return picture


@pytest.mark.parametrize(
    ("picture", "dimension"),
    [
        (repeated([[1, 1, 1], [1, 0, 1], [1, 1, 1]], 6), np.log(8) / np.log(3)),  # the Sierpinski carpet
        (repeated([[0, 1, 1, 0], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]], 5), np.log(6) / np.log(4)),
        (drawn(koch_curve(8), 1024), np.log(4) / np.log(3)),
    ],
    ids=["Sierpinski carpet", "six of sixteen", "Koch curve"],
)
def test_other_fractals_have_theirs_nearly(picture, dimension):
    assert box_counting(picture).dimension == pytest.approx(dimension, abs=0.05)


def test_the_set_may_lie_in_any_way():
    picture = repeated([[1, 0], [1, 1]], 6)
    counts = [box_counting(turned).count.tolist() for turned in (picture, picture.T, picture[::-1], picture[:, ::-1])]
    assert counts == counts[:1] * 4


def test_pictures_that_cannot_be_counted_are_refused_with_the_reason():
    with pytest.raises(ValueError, match="nothing in the picture"):
        box_counting(np.zeros((20, 20), bool))
    with pytest.raises(ValueError, match=str(SHORTEST_SIDE)):
        box_counting(np.ones((SHORTEST_SIDE - 1, 100), bool))
    with pytest.raises(ValueError, match="has 0 pixels"):
        box_counting(np.ones((0, 100), bool))
