"""Every entry of every registry has a reference, a test of its gradient where it has one, a line in docs, and a benchmark."""

import re
from pathlib import Path

import pytest

import reference
import test_reference
from backsweep.kernels import ACTIVATIONS, LOSSES, OPTIMIZERS, ORDERS, OUTPUTS, SCHEDULES, SCHEMES, STREAMS
from backsweep.kernels.choices import STOPS
from backsweep.sweep.tasks import TAGS
from suites.cases import CASES

DOCS = Path(__file__).parent.parent / "docs"
HEADS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs]
REGISTRIES = {  # and the oracle's own
    "activation": (ACTIVATIONS, reference.ACTIVATIONS),
    "output": (OUTPUTS, [output for output, _ in reference.HEADS]),
    "loss": (LOSSES, [loss for _, loss in reference.HEADS]),
    "optimizer": (OPTIMIZERS, reference.RULES),
    "schedule": (SCHEDULES, reference.SCHEDULES),
    "order": (ORDERS, reference.ORDERS),
    "start": (SCHEMES, reference.SCHEMES),
    "stream": (STREAMS, reference.STREAMS),
    "end": (STOPS, reference.STOPS),
    "task": (TAGS, reference.TASKS),
}
ENTRIES = [(registry, name) for registry, (entries, _) in REGISTRIES.items() for name in entries]
entries = pytest.mark.parametrize(("registry", "name"), ENTRIES, ids=map(".".join, ENTRIES))


@pytest.mark.parametrize("registry", REGISTRIES)
def test_the_oracle_knows_the_same_entries(registry):
    ours, the_oracles = REGISTRIES[registry]
    assert set(ours) == set(the_oracles)


def test_the_gradient_of_each_activation_output_and_loss_is_held_to_finite_differences():
    """The oracle's; the kernels go down these very gradients in kernels/test_networks.py."""
    marks = test_reference.test_gradients_are_finite_differences.pytestmark
    tested = {mark.args[0]: set(mark.args[1]) for mark in marks}
    assert tested == {"activation": set(ACTIVATIONS), ("output", "loss"): set(HEADS)}


@entries
def test_it_is_in_the_docs(registry, name):
    text = (DOCS / ("tasks.md" if registry == "task" else "spec.md")).read_text()
    assert re.search(rf"`[^`\n]*\b{name}\b[^`\n]*`", text)


@entries
def test_it_has_a_benchmark(registry, name):
    assert (registry, name) in CASES
