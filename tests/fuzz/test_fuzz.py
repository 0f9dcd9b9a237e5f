"""A few fixed cases of the fuzzer, and tests that it detects faults; `make fuzz` runs more cases."""

import pytest

from backsweep.escapes import visible
from backsweep.results.disk.plain import shortly
from backsweep.sweep.cli import main
from backsweep.sweep.text import dotted

from . import child, lines
from .case import Case, keys, names
from .run import fuzz

pytestmark = pytest.mark.posix


@pytest.mark.parametrize("cases", [15, pytest.param(40, marks=pytest.mark.long)])
def test_fixed_cases_end_well(cases, capsys):
    assert fuzz(seed=0, first=0, cases=cases, minutes=30) == []
    assert f"{cases} cases" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code", "wrong"),
    [
        ("fine: 5 \u2013 6 %\n", 0, None),
        ("backsweep: spec.toml: no such key", 2, None),
        ("a\x1b[31mb", 0, "raw on the terminal: ['\\x1b']"),
        ("spec.toml: a\u202eb", 2, "raw on the terminal"),
        ("backsweep: that is wrong", 2, "spec.toml is not named"),
        ("spec.toml " + "x" * 10_000, 2, "a refusal of 10,010 characters"),
        ("Traceback (most recent call last):", 1, "a traceback is printed"),
        ("x.py:3: RuntimeWarning: overflow", 0, "a warning of Python"),
        ("killed", 137, "exit code 137"),
    ],
)
def test_every_wrong_ending_is_detected(text, code, wrong):
    found = child.found_in(text, code, Case([], named="spec.toml"), ["run", "spec.toml"])
    assert [one.startswith(wrong or "") for one in found] == [True] * (wrong is not None)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("s.toml: train.lr = 'x': must be a number", True),
        ("s.toml: train.lr.values: must not be empty", True),
        ("s.toml: train.lrs = 'x': must be a number", False),
        ("s.toml: something is wrong with it", False),
        ("lr.toml: something is wrong with it", False),
    ],
)
def test_a_refusal_names_the_key_that_was_changed(text, named):
    command = ["run", text.partition(":")[0]]
    case = Case([command, ["status", "r"]], named=command[1], changed=(keys(("train", "lr", "values", 0)),))
    assert len(child.found_in(text, 2, case, command)) == (not named)
    assert child.found_in(text, 2, case, ["status", "r"]) == child.found_in(text, 0, case, command) == []


@pytest.mark.parametrize("key", ["\x1b[31mred", "\u202eright", "", "é", "x" * 3000, "a\nb", '"'])
@pytest.mark.parametrize("shown", [dotted, shortly])
def test_keys_are_recognised_in_any_escaping(key, shown):
    place = shown((key,)) if shown is dotted else shown(key)
    assert names(f"backsweep: {visible(place)}: unknown key", key)


@pytest.mark.parametrize(("word", "named"), [("run", frozenset()), ("hidden", frozenset({"hidden"}))])
def test_a_refusal_need_not_name_another_command_that_was_put_in_place(word, named, monkeypatch):
    monkeypatch.setattr(lines, "word", lambda _: word)
    rng = type("Rng", (), {"randrange": lambda *_: 0})()
    assert lines.change(rng, ["status", "r"]) == named


def test_input_that_an_oracle_refuses_must_be_refused():
    case = Case([], must_refuse=True)
    assert child.found_in("", 2, case, []) == []
    assert len(child.found_in("", 0, case, [])) == 1


def test_an_unexpected_exception_is_reported_with_its_place(monkeypatch):
    monkeypatch.setattr(main, "app", lambda **_: 1 / 0)
    monkeypatch.setattr(child, "main", main.main)
    (found,) = child.tried(["ls"], Case([["ls"]]))
    assert "ZeroDivisionError" in found
