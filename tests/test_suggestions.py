"""What is suggested for a misspelt word: what slips of the hand explain, and nothing else."""

import pytest

from backsweep.results.figures import FIGURES
from backsweep.suggestions import TERMS, ending, nearest, there_are
from backsweep.sweep.spec.axes import Axis
from backsweep.sweep.spec.make_data import TAGS as TASKS
from backsweep.sweep.spec.messages import _places
from backsweep.sweep.spec.spec import Spec

WORDS = ["lr", "hidden", "epochs", "loss", "log", "median", "optimizer", "activation", "float64", "relu", "tanh", *FIGURES]


def misspelt(word):
    """Each way to leave out, double, replace or swap one letter of a word."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + 2 * word[at] + word[at + 1 :]
        yield f"{word[:at]}q{word[at + 1 :]}"
        yield word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


@pytest.mark.parametrize("word", sorted({word for word in WORDS if len(word) > 4}))
def test_one_slip_is_understood(word):
    assert {nearest(slip, [word]) for slip in misspelt(word)} == {word}


@pytest.mark.parametrize(("slip", "word"), [("lrr", "lr"), ("xro", "xor"), ("lgo", "log"), ("adm", "adam"), ("los", "loss")])
def test_so_is_one_in_a_short_word(slip, word):
    assert nearest(slip, [*WORDS, "xor", "adam"]) == word


@pytest.mark.parametrize(
    "word",
    ["nope", "pie", "bar", "heatmap", "rate", "width", "x", "", "learning_rates", "batch", "lose it"],
)
def test_another_word_is_not(word):
    assert nearest(word, WORDS) is None


def test_two_slips_take_a_longer_word():
    assert nearest("flaot46", WORDS) == "float64"
    assert nearest("hdiedn", ["hidden"]) == "hidden"
    assert nearest("lsos", ["loss"]) == "loss"
    assert nearest("slso", ["loss"]) is None


def test_the_words_of_other_libraries_are_understood():
    assert nearest("learning_rate", ["lr", "lr_over_fan_in"]) == "lr"
    assert nearest("learning-rate", ["lr"]) == "lr"
    assert nearest("batch_size", ["batch", "order"]) == "batch"
    assert nearest("batch_size", ["size", "order"]) == "size"
    assert nearest("learning_rate", ["epochs"]) is None


def test_terms_are_words_that_a_spec_has():
    """Each of ours is a key of a spec, and none of theirs is a key that it would be taken for."""
    keys = {place.rpartition(".")[2] for name in TASKS for place, _ in _places(Spec, name)} | set(Axis.model_fields)
    assert {ours for some in TERMS.values() for ours in some} <= keys


def test_a_sentence_ends_with_what_was_meant_and_with_what_there_is():
    assert there_are("lrr", ["lr", "hidden"]) == "; did you mean lr? There are: lr, hidden"
    assert there_are("nope", ["lr"], "It takes") == ". It takes: lr"
    assert there_are("nope", []) == ". There are: none"
    assert there_are("cuont", ["count"], show=repr) == "; did you mean 'count'? There are: 'count'"
    assert ending("train.lr", ["name"], "Allowed here") == "; did you mean train.lr? Allowed here: name"
    assert there_are("x", map(str, range(10**6))).endswith(" 38, 39, ...")
