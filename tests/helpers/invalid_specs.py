"""Refuses invalid specs for tests, and writes their tables briefly."""

import pytest

from backsweep.errors import BacksweepError
from backsweep.sweep import Spec, Sweep


def train(**settings):
    """A spec's [train]."""
    return {"train": settings}


def model(**settings):
    """A spec's [model]."""
    return {"model": settings}


def refused_plan(table):
    """The message that refuses a spec of xor with these tables, each line of which begins with the file."""
    with pytest.raises(BacksweepError) as error:
        Sweep.of_spec(Spec.parse({"task": "xor", **table}, "my.toml"), "my.toml").plan()
    message = str(error.value)
    assert all(line.startswith("my.toml: ") for line in message.splitlines())
    return message


def numbered(cases):
    """Names of cases (table, message) for pytest."""
    return [f"{number}: {message[:50]}" for number, (_, message) in enumerate(cases)]
