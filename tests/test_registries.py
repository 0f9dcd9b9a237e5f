"""Every entry of every registry has a reference, a test of its gradient if it has one, a line in the docs, and a benchmark."""

import re
import runpy
from functools import cache, partial
from pathlib import Path

import pytest

import reference
import test_reference
from backsweep.columns import COLUMNS, RECORDED
from backsweep.kernels import (
    ACTIVATIONS,
    DTYPES,
    LOSSES,
    OPTIMIZERS,
    ORDERS,
    OUTPUTS,
    PARAMETRIZATIONS,
    SCHEDULES,
    SCHEME_NUMBERS,
    SCHEMES,
    STREAMS,
    check,
)
from backsweep.stopping import STOPPING
from backsweep.sweep.spec.make_data import TAGS
from helpers import drawn
from suites.cases import CASES

DOCS = Path(__file__).parent.parent / "docs"
HEADS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs]
REGISTRIES = {  # and the oracle's own modules
    "activation": (ACTIVATIONS, reference.ACTIVATIONS),
    "output": (OUTPUTS, [output for output, _ in reference.HEADS]),
    "loss": (LOSSES, [loss for _, loss in reference.HEADS]),
    "optimizer": (OPTIMIZERS, reference.OPTIMIZERS),
    "parametrization": (PARAMETRIZATIONS, reference.PARAMETRIZATIONS),
    "schedule": (SCHEDULES, reference.SCHEDULES),
    "order": (ORDERS, reference.ORDERS),
    "start": (SCHEMES, reference.SCHEMES),
    "stream": (STREAMS, reference.STREAMS),
    "end": (STOPPING, reference.STOPS),
    "task": (TAGS, reference.TASKS),
}
ENTRIES = [(registry, name) for registry, (entries, _) in REGISTRIES.items() for name in entries]
ENTRIES += [("dtype", name) for name in DTYPES]  # the oracle has one of them
TABLES = {  # tables of docs/spec.md, by the text before them; the entries of other registries are named in the text
    "start": "**Initial weights.**",
    "optimizer": "**Optimizers.**",
    "schedule": "**Schedules**",
    "order": "**Orders**",
    "loss": "**Losses**",
}
entries = pytest.mark.parametrize(("registry", "name"), ENTRIES, ids=map(".".join, ENTRIES))


@pytest.mark.parametrize("registry", REGISTRIES)
def test_the_oracle_knows_the_same_entries(registry):
    ours, the_oracles = REGISTRIES[registry]
    assert set(ours) == set(the_oracles)


def test_the_oracle_knows_every_recorded_column():
    assert set(RECORDED) == set(reference.RECORDED), "RECORDED in tests/reference/training.py must have each column"


def test_the_gradient_of_each_activation_output_and_loss_is_held_to_finite_differences():
    """The oracle's gradient; kernels/loop/test_networks.py compares the kernels with it."""
    marks = test_reference.test_gradients_are_finite_differences.pytestmark
    tested = {mark.args[0]: set(mark.args[1]) for mark in marks}
    assert tested == {"activation": set(ACTIVATIONS), ("output", "loss"): set(HEADS)}


@cache
def documented(registry):
    """The names that the docs have for entries of a registry: the first cells of its table, or whole words in code."""
    first_table = runpy.run_path(str(DOCS / "every_key.py"))["first_table"]
    if registry == "task":
        return set(first_table((DOCS / "tasks.md").read_text(), "# Tasks")) | {"file"}
    text = (DOCS / "spec.md").read_text()
    if registry in TABLES:
        return set(first_table(text, TABLES[registry]))
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return set(prose.split("`")[1::2])


@entries
def test_it_is_in_the_docs(registry, name):
    assert name in documented(registry)


@pytest.mark.parametrize(
    ("page", "after", "declared"),
    [
        ("spec.md", "**Stopping rules.**", {name: f"{criterion.words} this" for name, criterion in STOPPING.items()}),
        ("spec.md", "## `[record]`", {name: column.words for name, column in RECORDED.items()}),
        ("findings.md", "## The table of runs", {name: column.words for name, column in COLUMNS.items()}),
    ],
    ids=["stopping criteria", "recorded columns", "columns of runs"],
)
def test_the_docs_say_what_is_declared(page, after, declared):
    table_of = runpy.run_path(str(DOCS / "every_key.py"))["first_table"]
    text = (DOCS / page).read_text()
    if after == "## `[record]`":  # its keys come first
        text, after = text.partition(after)[2], "is always recorded."
    assert table_of(text, after) == declared


def test_every_task_and_number_can_be_drawn_at_random():
    """Otherwise an error says what `helpers/drawn.py` lacks."""
    for task in drawn.DRAWN_TASKS:
        assert drawn.heads(task), f"{task} goes with no output"
    groups = {
        "optimizer": [optimizer.hyperparameters for optimizer in OPTIMIZERS.values()],
        "schedule": [schedule.hyperparameters for schedule in SCHEDULES.values()],
        "init": SCHEME_NUMBERS.values(),
        "stop": [STOPPING],
    }
    named = {f"{group}.{key}" for group, several in groups.items() for keys in several for key in keys}
    for setting in named:
        drawn.entry(setting, drawn.BOUNDS, drawn.ENDS)
    assert named == set(drawn.BOUNDS)


@entries
def test_it_has_a_benchmark_that_makes_sense(registry, name):
    case = CASES[registry, name]
    if isinstance(case, partial):  # settings of training: `check` refuses what `train` would refuse
        settings = {key: value for key, value in case.keywords.items() if key != "keep_weights"}
        check(*case.args, **settings)
    else:
        case()
