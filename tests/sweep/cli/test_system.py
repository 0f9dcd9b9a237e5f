"""When the system lacks something, the message is one sentence that says what to do."""

import errno
import sys
import threading

import numpy as np
import pytest

from backsweep.errors import SettingError
from backsweep.sweep import Sweep
from backsweep.sweep.cli import main
from helpers.commands import here


def more_memory_than_there_is():
    np.empty(2**57)


def no_memory_at_all():
    raise MemoryError


def no_thread():
    threading.Thread(target=print).start()


def failing(code, *name):
    def fail():
        raise OSError(code, "said by the system", *name)

    return fail


COMMAND = "`backsweep run 'a spec.toml'`"
WANTS = [
    (more_memory_than_there_is, "not enough memory (Unable to allocate 1.00 EiB"),
    (no_memory_at_all, f"{COMMAND}: not enough memory; fewer workers (--jobs) need less. Everything written so far is intact"),
    (
        no_thread,
        f"{COMMAND}: the system allows this process no more threads; fewer workers (--jobs) need fewer. Everything written",
    ),
    (failing(errno.ENOSPC, "x/y"), "x/y: said by the system. Everything written so far is intact"),
    (failing(errno.ENAMETOOLONG), f"backsweep: {COMMAND}: said by the system. Everything written so far is intact"),
]


@pytest.mark.parametrize(("command", "message"), WANTS)
def test_a_lack_of_something_is_one_sentence(command, message, monkeypatch, capsys):
    def refuse(*_, **__):
        raise RuntimeError("can't start new thread")  # CPython's own words

    for name in ("_start_new_thread", "_start_joinable_thread"):  # before and from Python 3.13
        monkeypatch.setattr(threading, name, refuse, raising=False)
    monkeypatch.setattr(main, "app", lambda **_: command())
    monkeypatch.setattr(main, "end_on_signals", lambda: None)
    monkeypatch.setattr(main.atexit, "register", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["backsweep", "run", "a spec.toml"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["{}"],
        ["--{}"],
        ["table", "r", "{}"],
        ["table", "r", "--{}=1"],
        ["table", "r", "--of", "{}"],
        ["run", "s", "--backend", "{}"],
    ],
)
def test_usage_errors_escape_control_characters(words):
    """Words may come from a script's variables, or from file names."""
    code, printed, message = here(*(word.format("x\x1b]0;y\x07\u202e\x9b31m\r") for word in words))
    assert (code, printed) == (2, "")
    assert message.startswith(("Usage: ", "backsweep: "))
    assert message.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["run", "s", "--backend"], "--backend"),
        (["table", "r", "--of"], "--of"),
    ],
)
def test_usage_errors_repeat_the_value_once(words, named):
    _, _, message = here(*words, "x7")
    assert message.count("x7") == 1
    assert message.startswith(f"backsweep: {named} ")


@pytest.mark.parametrize("value", ["two", "0", "2.5", "x\x1b]0;y\x07\u202e\r"])
def test_numbers_are_refused_in_the_words_of_python(value, tmp_path):
    spec = tmp_path / "s.toml"
    spec.write_text('task = "xor"\n')
    code, printed, message = here("run", spec, "--out", tmp_path / "out", "--jobs", value)
    assert (code, printed) == (2, "")
    assert message.startswith("backsweep: --jobs ")
    assert message.endswith(": must be a whole number from 1 to 1024\n")
    assert message[:-1].isprintable()
    with pytest.raises(SettingError, match=r"^jobs = .*: must be a whole number from 1 to 1024$"):
        Sweep(task="xor").run(tmp_path / "out", jobs=value)


def test_other_errors_are_not_hidden(monkeypatch):
    def fail():
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(main, "app", lambda **_: fail())
    monkeypatch.setattr(main, "end_on_signals", lambda: None)
    monkeypatch.setattr(main.atexit, "register", lambda *_: None)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        main.main()
