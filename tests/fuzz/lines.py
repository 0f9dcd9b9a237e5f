"""Command lines: sound commands with wrong arguments."""

import shutil
from pathlib import Path
from random import Random
from typing import Any

from typer.main import get_command

from backsweep.sweep.cli.main import app

from . import odd
from .case import Case
from .folders import READING, SLOW, SPEC_TEXT, sound

COMMANDS: Any = get_command(app)  # Click's, or that of the copy of Click inside Typer
OPTIONS = sorted({one for command in COMMANDS.commands.values() for each in command.params for one in each.opts if "--" in one})
OPTIONS += ["--help", "--nonsense"]
VALUES = (
    "hidden",
    "lr",
    "hidden,lr",
    "hidden=3",
    "lr=0.5",
    "hidden=",
    "=3",
    "lr=0.1,0.2",
    "run",
    "cell",
    "1",
    "0",
    "-1",
    "1e9",
    "nan",
)
VALUES += ("csv", "json", "latex", "threads", "127.0.0.1:1", *odd.TEXTS)


def line_case(rng: Random, folder: Path) -> Case:
    """A command on a sound folder, with one word changed or one option added."""
    shutil.copytree(sound(), folder / "r")
    (folder / "spec.toml").write_text(SPEC_TEXT)
    command = list(rng.choice(READING if rng.random() < 0.95 else SLOW))
    changed = [change(rng, command) for _ in range(rng.randint(1, 2))]
    return Case([command], changed=(frozenset().union(*changed),) * all(changed))


def change(rng: Random, command: list[str]) -> frozenset[str]:
    """Change, add or remove a word of a command; returns the words by which a refusal may name it, if they are known."""
    how, place = rng.randrange(3), rng.randrange(len(command))
    if how == 0:
        option = [one for one in command[place - 1 : place + 1] if one.startswith("--")]
        command[place] = word(rng)
        another = place == 0 and command[0] in COMMANDS.commands  # the other command refuses its arguments, not its own name
        return frozenset({command[place], *option}) if command[place] and not another else frozenset()
    if how == 1:
        command += [rng.choice(OPTIONS), word(rng)]
        return frozenset(command[-2:])
    if len(command) > 1:
        del command[place]
    return frozenset()


def word(rng: Random) -> str:
    """An argument without null bytes, which no system passes on."""
    return rng.choice(VALUES).replace("\x00", "")
