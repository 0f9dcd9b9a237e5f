"""What users import: every docstring says what it takes and returns, and its example is run."""

import doctest
import inspect
import subprocess
import sys
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import pytest

import backsweep
from backsweep import kernels
from backsweep.kernels import Network, Training
from backsweep.results import Results, Runs
from backsweep.results.comparisons import Comparisons
from backsweep.results.findings import Findings
from backsweep.results.single_runs import SingleRuns
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.described import Described

DRAWN = doctest.NORMALIZE_WHITESPACE | doctest.REPORT_NDIFF


def function_of(member):
    """The function inside a property or a class method."""
    member = member.fget if isinstance(member, property) else member
    member = member.func if isinstance(member, cached_property) else member
    return inspect.unwrap(member.__func__ if isinstance(member, classmethod) else member)


def shown(classes):
    """The public members that each class defines itself, by their full names."""
    for one in classes:
        yield one.__name__, one
        for name, member in vars(one).items():
            if not name.startswith("_") and inspect.isroutine(function_of(member)):
                yield f"{one.__name__}.{name}", function_of(member)


CLASSES = [Findings, Comparisons, SingleRuns, Runs, Results, Described, Sweep, Network, Training]
SHOWN = dict(shown(CLASSES)) | {"train": inspect.unwrap(backsweep.train)}
SHOWN["Spec.parse"] = function_of(vars(Spec)["parse"])
SHOWN["open"] = backsweep.open
WITHOUT_EXAMPLE = {"Described", "Findings", "Comparisons", "SingleRuns", "Runs", "SingleRuns.trajectory"}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A folder with the sweep of the examples in the place where they expect it, and that sweep."""
    folder = tmp_path_factory.mktemp("front")
    sweep = Sweep(
        task="xor",
        seeds=20,
        model={"hidden": {"values": [2, 4]}, "bias": True, "init": {"low": -1.0}},
        train={"lr": {"values": [0.5, 5.0]}, "epochs": 2000, "stop": {"loss": 0.1}},
        record={"every": 500, "weights": True},
    )
    sweep.run(folder / "runs" / "xor", jobs=1)
    return folder, sweep


@pytest.mark.parametrize("name", SHOWN)
def test_examples_give_the_results_they_show(name, swept, monkeypatch):
    folder, sweep = swept
    monkeypatch.chdir(folder)
    results = Results.open("runs/xor")
    known = {"backsweep": backsweep, "Results": Results, "sweep": sweep, "results": results, "network": results.network(1)}
    found = doctest.DocTestFinder(recurse=False).find(SHOWN[name], name, globs=known)
    failures = []
    for example in found:
        doctest.DocTestRunner(optionflags=DRAWN).run(example, out=failures.append)
    assert not failures, "".join(failures)


@pytest.mark.parametrize("name", SHOWN)
def test_every_public_member_has_a_full_docstring(name):
    text = inspect.getdoc(SHOWN[name])
    assert not text.startswith("See ")
    if not inspect.isclass(SHOWN[name]):
        named = [argument for argument in inspect.signature(SHOWN[name]).parameters if argument not in ("self", "cls")]
        assert [argument for argument in named if argument not in text] == []
    assert (">>> " in text) == (name not in WITHOUT_EXAMPLE)


RAISED = [
    ("Sweep", lambda _: Sweep(task="xo")),
    ("Described.from_toml", lambda _: Sweep.from_toml("nowhere.toml")),
    ("Described.from_dict", lambda _: Sweep.from_dict({"task": "xo"})),
    ("Sweep.of_folder", lambda _: Sweep.of_folder("nowhere")),
    ("Described.plan", lambda _: Sweep(task="xor", train={"lr": {"uniform": [0.1, 1.0]}}).plan()),
    ("Described.plan", lambda _: Sweep(task={"file": "nowhere.csv", "inputs": "a", "targets": "b"}).plan()),
    ("Sweep.run", lambda _: Sweep(task="and").run("runs/xor")),
    ("Sweep.run", lambda _: Sweep(task="xor", seeds=10**8, train={"epochs": 10**9}).run("new")),
    ("Sweep.extend", lambda _: Sweep(task="and").extend("runs/xor")),
    ("Sweep.growth", lambda _: Sweep(task="and").growth("nowhere")),
    ("Results.extend", lambda results: results.extend(seeds=1)),
    ("open", lambda _: backsweep.open("nowhere")),
    ("Results.open", lambda _: Results.open("nowhere")),
    ("Results.report", lambda results: results.report(".")),
    ("Findings.summary", lambda results: results.summary(["none"])),
    ("Findings.details", lambda results: results.details(["none"])),
    ("Findings.best", lambda results: results.best(["none"])),
    ("Comparisons.compare", lambda results: results.compare("lr", 1, 2)),
    ("Comparisons.compare_with", lambda results: results.compare_with(results, ["lr"])),
    ("Comparisons.ranks", lambda results: results.ranks("lr")),
    ("Comparisons.seeds_to_know", lambda results: results.seeds_to_know(1)),
    ("Comparisons.seeds_to_compare", lambda results: results.seeds_to_compare("lr", 0.5, 5.0, power=2)),
    ("Runs.where", lambda results: results.where(lr=1)),
    ("Runs.what_matters", lambda results: results.where(hidden=2, lr=0.5).what_matters()),
    ("Runs.figure", lambda results: results.figure("none")),
    ("Runs.figure", lambda results: results.where(hidden=2, lr=0.5).figure("success")),
    ("SingleRuns.weights", lambda results: results.weights(999)),
    ("Runs.query", lambda results: results.query("SELECT")),
]


@pytest.mark.parametrize(("name", "ask"), RAISED, ids=[f"{number} {name}" for number, (name, _) in enumerate(RAISED)])
def test_docstrings_name_the_errors_that_come(name, ask, swept, monkeypatch):
    monkeypatch.chdir(swept[0])
    with pytest.raises(backsweep.BacksweepError) as raised:
        ask(Results.open("runs/xor"))
    kinds = {kind.__name__ for kind in type(raised.value).__mro__ if issubclass(kind, backsweep.BacksweepError)}
    named = {word.strip(",;.") for word in inspect.getdoc(SHOWN[name]).split()}
    assert (kinds - {"BacksweepError"}) & named, kinds


@pytest.mark.parametrize("name", SHOWN)
def test_no_docstring_names_an_error_less_exactly_than_it_could(name):
    assert "Raises BacksweepError" not in inspect.getdoc(SHOWN[name])


def test_the_package_exports_the_public_names_of_its_parts():
    assert backsweep.Results is Results
    assert backsweep.Sweep is Sweep
    assert backsweep.train is kernels.train
    assert backsweep.__version__ == version("backsweep")
    assert set(backsweep.__all__) <= set(dir(backsweep))
    assert all(issubclass(getattr(backsweep, name), backsweep.BacksweepError) for name in backsweep.__all__ if "Error" in name)
    assert all(getattr(backsweep, name) for name in backsweep.__all__)
    with pytest.raises(AttributeError, match="no attribute 'sweeps'"):
        backsweep.sweeps  # noqa: B018


def test_the_front_door_loads_nothing_heavy():
    code = "import sys, backsweep; print(*sorted({name.partition('.')[0] for name in sys.modules} & set(sys.argv[1:])))"
    heavy = ["numba", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "typer"]
    assert subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True).stdout == "\n"


def test_the_module_is_the_command_line(tmp_path):
    """The same output, and the same check of the available resources before heavy imports."""
    for arguments in (["--version"], ["table", "none"]):
        module, script = (
            subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
            for command in ([sys.executable, "-m", "backsweep"], [Path(sys.executable).with_name("backsweep")])
        )
        assert (module.returncode, module.stdout, module.stderr) == (script.returncode, script.stdout, script.stderr)
    little = f"ulimit -v 1000000; exec {sys.executable} -m backsweep --version"
    done = subprocess.run(["bash", "-c", little], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "of address space are needed; see `ulimit -v`" in done.stderr
