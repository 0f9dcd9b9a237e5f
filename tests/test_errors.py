"""Errors survive pickling: the caller of a pool reads the same error that a worker raised."""

import pickle
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from backsweep.errors import (
    LONGEST_LINE,
    MOST_LINES,
    BacksweepError,
    BusyError,
    DamageError,
    DataError,
    FileError,
    LaterError,
    LinkError,
    MovedError,
    NoAnswerError,
    ResultsError,
    SettingError,
)

ERRORS = {
    "of lines": BacksweepError("one line", "and another"),
    "escaped": BacksweepError("a\nb \x1b"),
    "cut": BacksweepError("x" * 3 * LONGEST_LINE + "y"),
    "of too many lines": BacksweepError(*["line"] * (MOST_LINES + 5)),
    "of a value": SettingError(["jobs"], "must be from 1 to 1024", value=0),
    "setting": SettingError(["batch", "optimizer"], "must be full", "batch = 'pattern'"),
    "data": DataError("y", "not a number", row=3, column=0, settings=["output"]),
    "of a place": SettingError(["lr"], "over 0").inside("spec.toml").inside("run"),
    "results": ResultsError("no results here"),
    "no answer": NoAnswerError("no run converged", ["lr", "share"]),
    "no file": FileError(Path("spec.toml"), "not a file but a folder"),
    "later": LaterError(Path("manifest.json"), "it has format 2"),
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


def test_a_message_is_made_of_what_the_error_carries():
    found = SettingError(["jobs"], "must be from 1 to 1024", value=0)
    assert (found.settings, found.reason, found.value, str(found)) == (
        ("jobs",),
        "must be from 1 to 1024",
        0,
        "jobs = 0: must be from 1 to 1024",
    )
    inside = SettingError(["train.lr", "train.loss"], "over 0", more=["spec: train.loss: none"]).inside("run").inside("s.toml")
    assert (inside.places, inside.reason, inside.more) == (("s.toml", "run"), "over 0", ("spec: train.loss: none",))
    assert str(inside) == "s.toml: run: train.lr: over 0\nspec: train.loss: none"


def test_every_kind_of_error_is_pickled_above():
    assert {type(error) for error in ERRORS.values()} >= {BacksweepError, *_below(BacksweepError)}


def _below(kind: type) -> set[type]:
    return {found for one in kind.__subclasses__() for found in (one, *_below(one))}


def test_earlier_names_of_errors_still_exist():
    import backsweep.kernels
    import backsweep.results.errors
    import backsweep.sweep

    for name in backsweep.results.errors.__all__:
        there = "BacksweepError" if name == "InputError" else name
        assert getattr(backsweep.results.errors, name) is getattr(backsweep.errors, there)
    assert backsweep.results.InputError is backsweep.sweep.InputError is BacksweepError
    assert (backsweep.kernels.Nonsense, backsweep.kernels.Unusable) == (SettingError, DataError)
    with pytest.raises(AttributeError, match=r"module 'backsweep\.kernels' has no attribute 'Nonsens'"):
        backsweep.kernels.Nonsens  # noqa: B018


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("backsweep", ("numpy", "backsweep.kernels", "backsweep.results", "backsweep.sweep")),
        ("backsweep.sweep.cli.start", ("numpy", "typer", "backsweep.kernels", "backsweep.results", "backsweep.sweep.cli.main")),
        ("backsweep.kernels", ("pandas", "pyarrow", "pydantic", "backsweep.results", "backsweep.sweep")),
        ("backsweep.results", ("numba", "joblib", "backsweep.kernels", "backsweep.sweep")),
    ],
)
def test_a_package_imports_only_those_below_it(module, without):
    ask = f"import sys, {module}; print([name for name in {without} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_remedy_names_an_argument_that_the_command_line_calls_an_option():
    error = ResultsError("runs/a: full", "more").advising(("choose another folder", "out"), ("run anyway", "force"))
    assert str(error) == "runs/a: full; choose another folder with `out`, or run anyway with `force`\nmore"
    assert str(error.inside("run").named_by({"out": "--out"})) == "run: runs/a: full; choose another folder with --out\nmore"


# The conditions of figures are words of the help, and below each table of a report stands the command that prints it.
COMMANDS = [("figures", "registry.py"), ("report", "tables.py")]


@pytest.mark.parametrize("package", ["results", "kernels", "sweep"])
def test_only_the_command_line_knows_of_options(package):
    option = re.compile(r"[\"' (]--[a-z]")
    (folder,) = import_module(f"backsweep.{package}").__path__
    for file in Path(folder).rglob("*.py"):
        if "cli" not in file.parts and file.parts[-2:] not in COMMANDS:
            code = re.sub(r'""".*?"""', "", file.read_text(), flags=re.DOTALL)
            lines = [line.partition("  #")[0] for line in code.splitlines() if "ray start" not in line]
            assert not [line for line in lines if option.search(line)], file
