"""An option that takes one value is refused if it is given twice, in every command; one that takes several means them all."""

import json

import pytest
from typer.main import get_command

import backsweep
from backsweep.sweep.cli.main import app
from helpers.commands import here, refused, tabled

COMMANDS = get_command(app).commands
OPTIONS = [
    (name, each)
    for name, command in COMMANDS.items()
    for each in command.params
    if each.param_type_name == "option" and not each.is_flag
]
ONCE = [(name, each) for name, each in OPTIONS if not each.multiple]
words = pytest.mark.parametrize(("command", "option"), ONCE, ids=[f"{name}{each.opts[0]}" for name, each in ONCE])


def arguments_of(command):
    return ["1" for each in COMMANDS[command].params if each.param_type_name == "argument" and each.required]


@words
def test_an_option_with_one_value_is_refused_the_second_time(command, option, tmp_path):
    value = "1"  # it is refused before any value is looked at
    for spelling in option.opts:
        given = [[spelling, value], [f"{spelling}={value}"]] if spelling.startswith("--") else [[spelling, value]]
        for second in given:
            message = refused(command, *arguments_of(command), spelling, value, *second, cwd=tmp_path)
            assert message == f"backsweep: {option.opts[0]}: given 2 times; it takes one value, so give it once\n"
    assert not list(tmp_path.iterdir())


def test_an_option_that_may_be_repeated_says_so():
    silent = [(name, each.opts[0]) for name, each in OPTIONS if each.multiple and "epeatable" not in each.help]
    assert silent == []


def test_repeated_flags_mean_what_one_means(tmp_path):
    code, _, message = here("run", "none.toml", "--force", "--force", "--dry-run", "--dry-run", cwd=tmp_path)
    assert code == 2
    assert "none.toml" in message


def test_what_comes_after_two_dashes_is_no_option(tmp_path):
    assert "times" not in refused("table", "--seed", "--", "--seed", cwd=tmp_path)


def test_all_values_of_a_repeated_option_count(tmp_path):
    model, train = {"hidden": {"values": [2, 3]}}, {"lr": {"values": [0.1, 1.0]}, "epochs": 3}
    backsweep.Sweep(task="xor", seeds=2, model=model, train=train).run(tmp_path / "r", jobs=1)
    rows = json.loads(tabled("table", "r", "--by", "lr", "--by", "hidden", "--format", "json", cwd=tmp_path))
    assert len(rows) == 4
    rows = json.loads(tabled("table", "r", "--where", "lr=0.1", "--where", "hidden=3", "--format", "json", cwd=tmp_path))
    assert [row["runs"] for row in rows] == [2]
