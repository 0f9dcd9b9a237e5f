"""Specs made to break their reader, and Python objects that are not plain data: each gets one sentence, at once."""

import datetime as dt
import os
import sys
import tomllib
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from backsweep.errors import LONGEST_LINE, MOST_LINES, SettingError
from backsweep.sweep import Spec
from backsweep.sweep.text import in_toml

XOR = 'task = "xor"\n'
DEEP = "lists and tables are nested too deep"
FILES = {
    "seeds = 1" + "0" * 5000: "not TOML: a whole number has more digits than can be read",
    "train.lr = 1" + "0" * 400: "train.lr: a whole number of about 401 digits",
    "seeds = 0x" + "f" * 5000: "seeds: a whole number of about 6,021 digits",
    "seeds = -" + "9" * 400: "seeds: a whole number of about 401 digits",
    "exclude = " + "[" * 2000 + "]" * 2000: f"not TOML: {DEEP}",
    "exclude = " + "{a = " * 2000 + "1" + "}" * 2000: f"not TOML: {DEEP}",
    "".join(f"[{'.'.join(['a'] * depth)}]\n" for depth in range(1, 100)): "a.a.a...: tables and lists are nested",
    ".".join(["a"] * 50_000) + " = 1": "not TOML: a key of more than 100 parts, in line 2",
    "exclude = [{" + ' . "b c"'.join(["a"] * 50_000) + " = 1}]": "not TOML: a key of more than 100 parts",
    "seeds = 2021-02-01": "seeds = 2021-02-01: a date or time, which no setting takes",
    "seeds = 2021-02-01T00:00:00Z": "seeds = 2021-02-01 00:00:00+00:00: a date or time",
    "train.lr = { values = [0.1, 2021-02-01T07:32:00] }": "train.lr.values[1] = 2021-02-01 07:32:00: a date or time",
    "exclude = [{ train.lr = [07:32:00] }]": "exclude[0].train.lr[0] = 07:32:00: a date or time",
    "train.lr = 2021-02-31": "not TOML: Invalid date",
    "train.lr = 1e400": "train.lr = inf: must be a finite number above 0",
    "train.lr = { linear = [0, 1e400], n = 3 }": "train.lr.linear = [0, inf]: must be [first, last], two finite numbers",
    "train.lr = { range = [0.1, 1e300, 1e-300] }": "}: range: these numbers are too far apart",
    "model.hidden = { uniform = [1, 1e308] }\ndesign.points = 4": "}: its value 1000000000000",
    "train.epochs = { log = [1, 1e308], n = 3 }": "}: its value 1000000000000",
    '"" = 3': '"": unknown key',
    '"<axis>" = 3': '"<axis>": unknown key',
    '"a.b\\n\\u202e" = 3': r'"a.b\n\u202e": unknown key',
    "k" * 10**6 + " = 3": "kkk...: unknown key",
    f"name = '{'k' * 10**6}'": "kkk...: must be text of 1 to 200 characters",
    f"model.activation = '{'k' * 10**6}'": "kkk...: there is no such name. There are: sigmoid",
    "model.hidden = [" + "0, " * 10_000 + "]": "0,...: must be a whole number of units",
    "train.lr = { values = [" + "-1, " * 10_000 + "] }": "train.lr.values[0] = -1: must be a finite number above 0",
    "".join(f"k{number} = 1\n" for number in range(1000)): "and 995 more",
    "\0": "not TOML: ",
}


@pytest.mark.parametrize(("lines", "reason"), FILES.items(), ids=range(len(FILES)))
def test_a_file_that_is_not_a_spec_is_refused_in_one_sentence(lines, reason, tmp_path):
    path = tmp_path / "s.toml"
    path.write_text(XOR + lines)
    with pytest.raises(SettingError) as error:
        Spec.read(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert reason in message
    assert max(map(len, message.splitlines())) <= LONGEST_LINE + 5
    assert len(message.splitlines()) <= MOST_LINES + 1
    assert message.replace("\n", "").isprintable()


def test_bytes_that_are_no_text_are_placed(tmp_path):
    path = tmp_path / "s.toml"
    path.write_bytes(b'task = "xor"\nname = "\xff"\n')
    with pytest.raises(SettingError, match=r"s.toml: not TOML: not a text file; byte 22, in line 2, is no UTF-8"):
        Spec.read(path)
    path.write_text('\ufefftask = "xor"\n', "utf-8")
    assert Spec.read(path).task.name == "xor"


@pytest.mark.posix
def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(SettingError, match=r"pipe.toml: a named pipe, not a file"):
        Spec.read(tmp_path / "pipe.toml")
    with pytest.raises(SettingError, match="a folder, not a file"):
        Spec.read(tmp_path)
    with (tmp_path / "large.toml").open("wb") as file:
        file.truncate(2**40)  # zeros that take no space on disk
    with pytest.raises(SettingError, match=r"large.toml: larger than the 67,108,864 bytes"):
        Spec.read(tmp_path / "large.toml")


class Unspeakable:
    def __repr__(self):
        raise RuntimeError


def looped():
    table = {}
    table["train"] = table
    return table


def doubled():
    """A list of two references to the same list, nested 40 times: 2**40 entries in all."""
    found = 1
    for _ in range(40):
        found = [found, found]
    return found


PYTHON = [
    (looped(), "train.train.train...: tables and lists are nested more than 16 levels deep"),
    ({"model": {"hidden": doubled()}}, "model.hidden[0]...: tables and lists"),
    ({"train": {"lr": Unspeakable()}}, "train.lr: a spec consists of numbers, text"),
    ({"seeds": np.array([Unspeakable()], object)}, "seeds[0]: a spec consists of"),
    ({"seeds": np.zeros(1, "i4,S4")}, "lists and tables, not of bytes"),
    ({"seeds": {1, 2}}, "seeds: a spec consists of"),
    ({"train": {"lr": Decimal("0.1")}}, "not of Decimal"),
    ({"train": {"lr": Fraction(1, 3)}}, "not of Fraction"),
    ({"train": {"lr": 1j}}, "not of complex"),
    ({"train": {3: 4}}, "train.3: the keys of a table must be text, not int"),
    ({"exclude": [{"train.lr": dt.date(2021, 2, 1)}]}, 'exclude[0]."train.lr" = 2021-02-01: a date or time'),
    ({"seeds": np.datetime64("2021-02-01")}, "seeds: a date or time"),
    ({"train": {"lr": {"values": np.array(["2021-02-01"], "M8[ns]")}}}, "train.lr.values: a date or time"),
    ({"name": "a\ud800"}, "name: text with half of a surrogate pair"),
    ({"\udfff": 3}, r'"\udfff": text with half of a surrogate pair'),
    ({"train": {"lr": 10**400}}, "train.lr: a whole number of about 401 digits"),
    ({"train": {"epochs": 10**300}}, "train.epochs = 1000000"),
    ({"seeds": range(10**9)}, "seeds.count = 1000000000: must be a whole number from 1 to 100000000"),
    ({"seeds": range(10**30)}, f"seeds.count = {sys.maxsize}: must be a whole number from 1 to 100000000"),
    ({"train": {"lr": {"values": range(1, 10**30)}}}, f"train.lr.values: {sys.maxsize:,} values; a list may have"),
    ({"seeds": range(0, 10**9, 2)}, "seeds.count = 500000000: must be a whole"),
    ({"seeds": np.broadcast_to(np.int64(1), (10**12,))}, "seeds.count = 1000000000000: must be a whole"),
    ({"train": {"lr": {"values": range(1, 10**9)}}}, "train.lr.values: 999,999,999 values; a list may have at most 10,000,000"),
    ({"task": {"name": "xor", "encoding": [0, True]}}, "task.encoding = [0, true]: must be [0, 1]"),
    ({"task": {"name": "xor", "encoding": {"values": [[False, 1], [-1, 1]]}}}, "[false, 1]: must be [0, 1]"),
]


@pytest.mark.parametrize(("table", "message"), PYTHON, ids=range(len(PYTHON)))
def test_python_values_that_specs_cannot_have(table, message):
    with pytest.raises(SettingError) as error:
        Spec.parse({"task": "xor", **table})
    assert str(error.value).startswith("spec: ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    "key",
    ["lr", "weight_decay", "clip", "huber_delta", "derivative_offset", "epochs", "bound", "loss", "dtype", "lr_over_fan_in"],
)
@pytest.mark.parametrize("kind", ["values", "linear"])
def test_any_invalid_number_is_refused_in_one_sentence(key, kind):
    for value in (True, 10**1022, -(10**307), 5e-324, -0.0, float("nan"), float("inf"), "1", [[1]], {"a": 1}):
        for table in ({key: value}, {key: {kind: [value, value], **({"n": 2} if kind == "linear" else {})}}):
            message = refusal({"task": "xor", "train": table})
            assert f"train.{key}" in (message or f"train.{key}")


def refusal(table):
    try:
        Spec.parse(table)
    except SettingError as error:
        return str(error)
    return None


def test_many_seeds_that_python_counts_are_a_start_and_a_count():
    for seeds in (range(5, 10**6), np.arange(5, 10**6), np.arange(5, 10**6, dtype=np.uint32)):
        spec = Spec.parse({"task": "xor", "seeds": seeds})
        assert spec.to_dict()["seeds"] == {"start": 5, "count": 10**6 - 5}
    uneven = np.arange(20_000)
    uneven[7] = 10**6
    assert len(Spec.parse({"task": "xor", "seeds": uneven}).seeds) == 20_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        ([True, 1, "a"], "[true, 1, 'a']"),
        ({"name": "x", "deep": {"on": False}}, "{ name = 'x', deep = { on = false } }"),
        ("a\\b\n", '"a\\\\b\\n"'),
        ("it's", '"it\'s"'),
        (1e-5, "1e-05"),
        ([[], {}], "[[], {}]"),
    ],
)
def test_values_are_shown_as_toml_writes_them(value, text):
    assert in_toml(value) == text
    assert tomllib.loads(f"x = {text}") == {"x": value}


@pytest.mark.parametrize(
    "table", [{"seeds": True}, {"seeds": [1, True]}, {"model": {"bias": [True]}}, {"train": {"stop": [False]}}]
)
def test_no_message_has_a_value_as_python_writes_it(table):
    with pytest.raises(SettingError) as caught:
        Spec.parse({"task": "xor", **table})
    assert not {"True", "False"} & set(str(caught.value).replace("[", " ").replace("]", " ").replace(":", " ").split())
