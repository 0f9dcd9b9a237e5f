"""Errors pass from one process to another as they are: what a pool of workers raises is what its owner reads."""

import pickle
from pathlib import Path

import pytest

from backsweep.results.errors import (
    LONGEST_LINE,
    MOST_LINES,
    BusyError,
    DamageError,
    InputError,
    LinkError,
    MovedError,
    NoAnswerError,
)

ERRORS = {
    "of lines": InputError("one line", "and another"),
    "escaped": InputError("a\nb \x1b"),
    "cut": InputError("x" * 3 * LONGEST_LINE + "y"),
    "of too many lines": InputError(*["line"] * (MOST_LINES + 5)),
    "no answer": NoAnswerError("no run converged", ["lr", "share"]),
    "busy": BusyError("busy"),
    "link": LinkError("a link"),
    "moved": MovedError("moved"),
    "damage": DamageError(Path("shards") / "file", "has 3 rows and not 4"),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_an_error_is_the_same_once_pickled(error):
    other = pickle.loads(pickle.dumps(error))
    assert type(other) is type(error)
    assert (str(other), vars(other)) == (str(error), vars(error))


def test_every_kind_of_error_is_pickled_above():
    assert {type(error) for error in ERRORS.values()} >= {InputError, *_below(InputError)}


def _below(kind: type) -> set[type]:
    return {found for one in kind.__subclasses__() for found in (one, *_below(one))}
