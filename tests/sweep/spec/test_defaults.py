"""Each default is declared in one place: the spec, `train` and the documentation agree."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from backsweep.kernels import DEFAULTS, RANGES, SCHEME_NUMBERS, WARMUP_EPOCHS
from backsweep.sweep import Spec
from backsweep.sweep.plan.kernel_settings import kernel_name
from backsweep.sweep.plan.plan import Plan
from backsweep.sweep.spec.train import BatchSpec

DOCS = Path(__file__).parents[3] / "docs" / "spec.md"
ROW = re.compile(r"^\| `(\w+)`(?: ↔)? \| .* \| (.*) \|$", re.MULTILINE)
TITLED = {"init": "init.scheme", "optimizer": "optimizer.name", "schedule": "schedule.name"}
NOT_THERE = {"none", "never"}
OF_RUNS = {
    "seed",
    "midpoint",
    "measure",
    "batch.order",
}  # settings that the plan sets; and the order of full batches, which have none


def documented():
    """The default of each key of [model] and [train] in the documentation."""
    for title in ("model", "train"):
        section = DOCS.read_text(encoding="utf-8").split(f"## `[{title}]`")[1].split("\n## ")[0].split("\n\n**")[0]
        yield from ROW.findall(section)


def number_or_name(text):
    return json.loads(text.strip("`").replace("10⁶", "1e6").replace("10 000", "10000"))


def test_an_empty_spec_and_an_empty_call_of_train_agree():
    given = Plan(Spec.parse({"task": "xor"})).arguments(np.array([0]))["settings"]
    assert {key: given[key] for key in given if key not in OF_RUNS} == {
        **{key: value for key, value in DEFAULTS.items() if key not in OF_RUNS and value is not None},
        **{f"init.{name}": one.default for name, one in SCHEME_NUMBERS[DEFAULTS["init.scheme"]].items()},
        "schedule.warmup": WARMUP_EPOCHS.default,
    }
    assert BatchSpec().order == DEFAULTS["batch.order"]


def test_every_setting_of_a_spec_is_one_of_the_kernels():
    settings = {kernel_name(key) for key, _ in Spec.parse({"task": "xor"}).settings() if key.startswith(("model.", "train."))}
    assert settings <= {*DEFAULTS, *RANGES, *(key.partition(".")[0] for key in DEFAULTS)}


@pytest.mark.parametrize(("key", "documented_default"), list(documented()))
def test_the_documentation_gives_the_same_defaults(key, documented_default):
    if key in {"hidden", "batch", "huber_delta"}:
        assert documented_default.startswith({"hidden": "2,", "batch": '`"full"`', "huber_delta": "1.0"}[key])
    elif documented_default in NOT_THERE:
        assert all(DEFAULTS[name] is None for name in DEFAULTS if name == key or name.startswith(f"{key}."))
    else:
        assert number_or_name(documented_default) == DEFAULTS[TITLED.get(key, key)]


def test_the_documentation_has_every_default():
    assert {key for key, _ in documented()} == {key.partition(".")[0] for key in DEFAULTS} - {"seed", "midpoint", "measure"}
