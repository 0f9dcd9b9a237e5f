"""Pictures of one network: lines and regions where its weights put them, samples counted, epochs side by side."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.figure import Figure

from backsweep.errors import ResultsError, SettingError
from backsweep.kernels import Network, State, train
from backsweep.results.figures.decision import decision_picture
from backsweep.results.figures.decision_drawing import draw_decision
from backsweep.results.figures.style import LINES

X, Y = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), [[0.0], [1], [1], [0]]
# Two hidden units: above x1 + x2 = 0.5, and above x1 + x2 = 1.5; the output is true between these lines.
BETWEEN = State(
    9,
    (np.array([[20.0, 20.0], [20.0, 20.0]]), np.array([[20.0, -20.0]])),
    (np.array([-10.0, -30.0]), np.array([-10.0])),
)
DEEP = {"hidden": (3, 2), "activation": "tanh", "bias": True, "init.scheme": "xavier_uniform", "epochs": 30, "midpoint": None}


def between(**settings):
    return Network(X, Y, {"bias": True, **settings}, state=BETWEEN)


def drawn(picture, width=7.2):
    return draw_decision(picture, Figure(figsize=(width, 3.8), layout="constrained").add_subplot())


def test_lines_are_where_the_hidden_units_sums_are_zero_and_samples_are_counted():
    picture = decision_picture(between(), 4)
    (answers,) = picture.answers
    assert answers.lines.tolist() == [[20, 20, -10], [20, 20, -30]]
    assert picture.alt_text == "A map of the answers of run 4 for x1 and x2: after 9 epochs 4 of 4 samples are right."
    axes = drawn(picture)
    for line, at in zip(axes.lines[:2], (0.5, 1.5), strict=True):
        assert np.allclose(line.get_xdata() + np.array(line.get_ydata()), at)
    assert [text.get_text() for text in axes.texts] == ["h1", "h2"]
    lines = ["the answer changes", "a hidden unit's sum is 0"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["y1 false", "y1 true", *lines]
    dashed = axes.get_legend().get_lines()[-1]
    assert dashed.get_linestyle() == axes.lines[0].get_linestyle() == "--"


@pytest.mark.parametrize(("parametrization", "scale"), [("standard", 1.0), ("ntk", np.sqrt(2))])
def test_lines_count_the_bias_as_the_parametrization_does(parametrization, scale):
    (answers,) = decision_picture(between(parametrization=parametrization, bias_input=0.5), 0).answers
    assert np.allclose(answers.lines[:, 2], [-5 * scale, -15 * scale])


def test_the_map_has_the_colour_of_the_answer_at_each_place():
    axes = drawn(decision_picture(between(), 0))
    image = axes.images[0].get_array()
    low, high = axes.get_xlim()
    for (x, y), true in {(0.1, 0.1): False, (0.5, 0.5): True, (0.9, 0.9): False}.items():
        row, column = (round((place - low) / (high - low) * (len(image) - 1)) for place in (y, x))
        red, _, blue = image[row, column]
        assert (red > blue) == true


def test_wrong_samples_have_a_ring_of_ink():
    picture = decision_picture(Network(X, [[0.0], [1], [1], [1]], {"bias": True}, state=BETWEEN), 0)
    rings = drawn(picture).collections[-1].get_edgecolor()
    assert (rings[:3] == 1).all()
    assert (rings[3, :3] < 0.2).all()
    assert "3 of 4 samples are right" in picture.alt_text
    assert "wrong answer" in [text.get_text() for text in drawn(picture).get_legend().get_texts()]


def test_classes_are_regions_of_the_largest_output():
    targets = np.eye(3)[[0, 1, 2, 1]]
    network = train(X, targets, output="softmax", loss="cross_entropy", bias=True, lr=3.0, epochs=2000, init="normal").network()
    picture = decision_picture(network, 0)
    assert picture.classes
    right = picture.right(picture.answers[0])
    assert right.tolist() == (network.predict(X).argmax(1) == targets.argmax(1)).tolist()
    axes = drawn(picture)
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["y1", "y2", "y3", "a hidden unit's sum is 0"]
    assert len(np.unique(axes.images[0].get_array().reshape(-1, 3), axis=0)) <= 3


def test_one_input_is_a_curve_through_what_the_network_gives_out():
    x = np.linspace(-1, 1, 9)[:, None]
    network = Network(x, np.hstack([x**2, x]), {**DEEP, "output": "identity", "loss": "mse"}, target_names=("square", "itself"))
    picture = decision_picture(network, 2)
    axes = drawn(picture)
    for output, line in enumerate(axes.lines[:2]):
        assert (line.get_ydata() == network.predict(line.get_xdata()[:, None])[:, output]).all()
        assert line.get_color() == LINES[output]
    assert axes.get_legend().get_texts()[1].get_text() == "itself"
    assert "its root mean squared error is" in picture.alt_text


@pytest.mark.parametrize(("ranges", "ratio"), [((1, 1), 1.0), ((2, 1), 0.5), ((1, 1000), 1.0)])
def test_inputs_of_about_one_range_have_one_scale(ranges, ratio):
    axes = drawn(decision_picture(Network(X * ranges, Y, {"bias": True}, state=BETWEEN), 4))
    axes.figure.draw_without_rendering()
    box = axes.get_window_extent()
    assert box.height / box.width == pytest.approx(ratio, rel=0.02)


def test_names_of_lines_stand_apart():
    near = State(9, (np.tile([[20.0, 20.1]], (4, 1)), np.ones((1, 4))), (np.full(4, -10.0), np.zeros(1)))
    axes = drawn(decision_picture(Network(X, Y, {"bias": True, "hidden": 4}, state=near), 4))
    axes.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 4
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_numbers_over_two_inputs_have_a_scale():
    network = Network(X, Y, {**DEEP, "output": "identity", "loss": "mse"}, target_names=("height",))
    axes = drawn(decision_picture(network, 2))
    assert [each.get_ylabel() for each in axes.figure.axes if each is not axes] == ["height"]


@pytest.mark.parametrize(("width", "in_a_row"), [(7.2, 4), (4.2, 2)])
def test_epochs_are_side_by_side_with_one_scale(width, in_a_row):
    network = Network(X, Y, {**DEEP, "output": "tanh", "loss": "mse"})
    axes = drawn(decision_picture(network, 2, [0, 10, 20, 30]), width)
    axes.figure.canvas.draw()
    assert [panel.get_title() for panel in axes.child_axes] == ["epoch 0", "epoch 10", "epoch 20", "epoch 30"]
    assert len({round(panel.get_position().x0, 3) for panel in axes.child_axes}) == in_a_row
    assert len({panel.get_xlim() + panel.get_ylim() for panel in axes.child_axes}) == 1


def test_what_cannot_be_shown_is_refused_in_a_sentence():
    three = train([[0, 1, 0], [1, 0, 1]], [0, 1], epochs=3).network()
    with pytest.raises(ResultsError, match="run 7 has 3 inputs; the figure decision shows networks with one or two"):
        decision_picture(three, 7)
    several = Network(X, np.hstack([Y, Y]), {**DEEP, "output": "identity", "loss": "mse"})
    with pytest.raises(ResultsError, match="run 7 has two inputs and 2 outputs that are no classes"):
        decision_picture(several, 7)
    for epochs, words in (([], "0 were given"), (range(9), "9 were given"), ([31], "epochs = 31: the run ended after 30")):
        with pytest.raises(SettingError, match=words):
            decision_picture(Network(X, Y, {**DEEP, "output": "tanh", "loss": "mse"}), 7, epochs)
