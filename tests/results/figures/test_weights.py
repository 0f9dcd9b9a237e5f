"""The picture of a network's weights: a line for each, which goes through what the run had at that epoch."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from backsweep.errors import ResultsError, SettingError
from backsweep.kernels import train
from backsweep.results.figures.weights import draw_weights, weights_picture

X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


def network(**settings):
    return train(X, Y, seed=4, lr=2.0, epochs=30, **settings).network()


def test_each_weight_and_bias_is_a_line_through_its_states():
    picture = weights_picture(network(hidden=3, bias=True), 5)
    assert picture.epoch.tolist() == list(range(31))
    axes = draw_weights(picture, Figure().add_subplot())
    hidden, output = axes.child_axes
    assert (len(hidden.lines), len(output.lines)) == (3 * 2 + 3, 3 + 1)
    for epoch in (0, 7, 30):
        known = network(hidden=3, bias=True).at([epoch])[0]
        assert [line.get_ydata()[epoch] for line in hidden.lines] == [*known.weights[0].ravel(), *known.biases[0]]
        assert [line.get_ydata()[epoch] for line in output.lines] == [*known.weights[1].ravel(), *known.biases[1]]
    largest = [f"{np.abs(layer[at]).max():.3g}" for layer in picture.weights for at in (0, -1)]
    assert picture.alt_text.endswith(f"layer 1 from {largest[0]} to {largest[1]}; layer 2 from {largest[2]} to {largest[3]}.")


def test_the_legend_names_the_colour_of_each_unit():
    axes = draw_weights(weights_picture(network(hidden=3), 5), Figure().add_subplot())
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["unit 1", "unit 2", "unit 3"]
    colours = [line.get_color() for line in axes.get_legend().get_lines()]
    assert [line.get_color() for line in axes.child_axes[0].lines] == [colour for colour in colours for _ in range(2)]
    many = draw_weights(weights_picture(network(hidden=12, bias=True), 5), Figure().add_subplot()).get_legend()
    assert [text.get_text() for text in many.get_texts()][-3:] == ["unit 8", "weight", "bias"]
    assert many.get_title().get_text() == "colours begin again after 8 units"


def test_epochs_may_be_chosen_in_any_order():
    assert weights_picture(network(), 5, [30, 0, 10]).epoch.tolist() == [0, 10, 30]


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(SettingError, match="1 were given; the figure weights needs two or more"):
        weights_picture(network(), 5, [3])
    with pytest.raises(ResultsError, match="run 5 has 9 layers; the figure weights shows 8 at most"):
        weights_picture(network(hidden=[2] * 8), 5)
