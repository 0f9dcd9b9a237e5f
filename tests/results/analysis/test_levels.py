"""How Python and the command line find the value of a setting that a user means: in the same way."""

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import BacksweepError, SettingError
from backsweep.results.analysis.comparison import values_of
from backsweep.results.analysis.levels import Levels, members
from backsweep.results.analysis.tables import part_of

RATES = [0.1, 0.17782794100389226, 1.0]
TABLE = pd.DataFrame(
    {
        "run": range(6),
        "cell": range(6),
        "seed": 0,
        "lr": RATES * 2,
        "bias": [False] * 3 + [True] * 3,
        "file": ["a,b", "c", "c"] * 2,
        "hidden": ["2", "2-3", "none"] * 2,
        "outcome": "converged",
        "epochs": 3,
    }
)


@pytest.mark.parametrize(
    ("setting", "value", "runs"),
    [
        ("lr", 0.1778, [1, 4]),
        ("lr", 0.178, [1, 4]),
        ("lr", np.float64(0.17782794100389226), [1, 4]),
        ("lr", 1, [2, 5]),
        ("bias", True, [3, 4, 5]),
        ("bias", np.bool_(False), [0, 1, 2]),
        ("hidden", np.array([2, 3]), [1, 4]),
        ("hidden", [np.int64(2), np.int64(3)], [1, 4]),
        ("hidden", (np.int64(2),), [0, 3]),
        ("file", "a,b", [0, 3]),
        ("hidden", 2, [0, 3]),
        ("hidden", [2], [0, 3]),
        ("hidden", [2, 3], [1, 4]),
        ("hidden", "2-3", [1, 4]),
        ("hidden", [], [2, 5]),
    ],
)
def test_where_takes_what_tables_show(setting, value, runs):
    assert part_of(TABLE, {setting: value})[0]["run"].tolist() == runs
    if setting != "bias":
        other = next(level for level in TABLE[setting] if level != TABLE[setting][runs[0]])
        assert values_of(TABLE, setting, value, other)[0]["run"].tolist() == runs


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("lr", True, "lr has no value true; its values are 0.1, 0.17782794100389226, 1.0"),
        ("lr", "0.1", "lr has no value '0.1'"),
        ("lr", 0.18, "lr has no value 0.18"),
        ("bias", 1, "bias has no value 1; its values are false, true"),
        ("bias", 0.0, "bias has no value 0.0"),
        ("file", "a", r'file has no value \'a\'; its values are "a,b", c'),
        ("file", None, "file has no value None"),
        ("lr", {"a": 1}, "lr has no value"),
        ("lr", 10**400, "lr has no value 1000"),
    ],
)
def test_an_unknown_value_is_refused_with_the_values_there_are(setting, value, message):
    with pytest.raises(BacksweepError, match=f"where: {message}"):
        part_of(TABLE, {setting: value})
    with pytest.raises(SettingError, match=f"^{message}") as refused:
        values_of(TABLE, setting, value, TABLE[setting][0])
    assert refused.value.settings == (setting,)


def test_one_value_twice_is_no_comparison():
    with pytest.raises(BacksweepError, match="are the same value"):
        values_of(TABLE, "lr", 0.1778, 0.17782794100389226)


def test_a_text_that_shows_two_values_is_refused_with_both():
    with pytest.raises(BacksweepError, match=r"= 0.1235 may be 0.12345678 or 0.12345679; write one of these"):
        Levels("lr", [0.12345678, 0.12345679]).places(0.1235)
    assert Levels("lr", [0.12345678, 0.1235]).places(0.1235) == [1]
    assert Levels("lr", [0.12345678, None, float("nan")]).places(0.123) == [0]


@pytest.mark.parametrize(
    ("levels", "text", "level"),
    [
        (RATES, "0.1778", RATES[1]),
        (RATES, "1", 1.0),
        (RATES, "1e-1", 0.1),
        ([False, True], "TRUE", True),
        (["gd", "GD"], "GD", "GD"),
        (["gd", "adam"], "Adam", "adam"),
        (["a,b", "c"], '"a,b"', "a,b"),
        (["a,b", "c"], "a,b", "a,b"),
        (["2", "2-3"], "[2, 3]", "2-3"),
        (["2", "2-3"], "[2]", "2"),
        ([2, 3], "[3]", 3),
        (["0.1", "x"], "0.1", "0.1"),
    ],
)
def test_texts_of_the_command_line(levels, text, level):
    assert Levels("lr", levels).of_text(text) == level
    assert type(Levels("lr", levels).of_text(text)) is type(level)


@pytest.mark.parametrize("text", ["true", "[1", '"a', "[true]", "[[1]]", "nan", "", "é"])
def test_texts_that_are_not_values(text):
    with pytest.raises(BacksweepError):
        Levels("lr", RATES).of_text(text)


def test_commas_within_quotes_and_brackets_do_not_separate():
    assert members('"a,b","c"') == ['"a,b"', '"c"']
    assert members("[2,3], 4") == ["[2,3]", "4"]
    assert members("0.1, 1.0") == ["0.1", "1.0"]
    assert members('"a\\",b",c') == ['"a\\",b"', "c"]
    assert members("a,b,c") == ["a", "b", "c"]
    assert members('"a,b') == ['"a', "b"]
    assert members("") == [""]


@pytest.mark.parametrize(("text", "shown"), [("5", "5"), ("-1", "-1"), ("0.5", "0.5"), ("5.0", "5.0")])
def test_a_message_shows_a_number_as_it_was_written(text, shown):
    with pytest.raises(BacksweepError, match=rf"^lr has no value {shown}; its values are 2, 3$"):
        Levels("lr", [2, 3]).of_text(text)
