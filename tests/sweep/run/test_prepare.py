"""Everything that a sweep needs is compiled before it starts, and only once."""

import os
import subprocess
import sys
import tomllib

import pytest

from backsweep.kernels import missing_parts, train_flat
from backsweep.kernels.call.job import Job
from backsweep.kernels.lanes import compile as made
from backsweep.kernels.lanes.cache import CodeFolder
from backsweep.kernels.lanes.compile import PARTS
from backsweep.sweep import Sweep
from backsweep.sweep.progress import Progress
from backsweep.sweep.run.prepare import prepare

SPEC = """
task = "xor"
[model]
activation = { values = ["sigmoid", "tanh"] }
stream = { values = ["mt19937", "pcg64"] }
hidden = { values = [1, 2, 3] }
[train]
optimizer = "adam"
lr = { values = [0.1, 0.2] }
epochs = 20
[record]
every = 5
"""
ALONE = """
from backsweep.kernels.lanes import compile as made
from backsweep.sweep import Sweep
before = made._address_of
def told(function, *rest, **options):
    key = function.__name__, made._variant(*rest[1])
    if key not in made._made:
        print("loaded" if made.is_ready(function.__name__, *rest[1]) else "compiled", function.__name__)
    return before(function, *rest, **options)
made._address_of = told
Sweep.from_toml("a.toml").run("out", jobs=2)
"""


@pytest.mark.long
def test_processes_only_load_what_was_compiled_before_the_sweep(tmp_path):
    (tmp_path / "a.toml").write_text('task = "xor"\n[train]\nepochs = 5\n')
    env = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "code")}
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    told = [line.split() for line in done.stdout.splitlines()]
    assert {"stopping", "refill", "epochs_of_sigmoids", "uniform_of_mersenne", "gradient_descent"} <= {name for _, name in told}
    assert {how for how, _ in told} == {"loaded"}


def test_one_run_of_each_kind_stands_for_all():
    plan = Sweep.from_dict(tomllib.loads(SPEC)).plan()
    kinds = [plan.arguments(runs) for runs in plan.kinds()]
    assert len(kinds) == 4
    assert {(kind["settings"]["activation"], kind["settings"]["stream"]) for kind in kinds} == {
        (f, s) for f in ("sigmoid", "tanh") for s in ("mt19937", "pcg64")
    }


def test_nothing_is_missing_of_what_was_trained():
    job = {"x": [[0.0], [1.0]], "y": [0, 1], "settings": {"epochs": 3}}
    train_flat(**job)
    assert missing_parts([job], records=False) == []


def test_parts_are_known_by_their_names():
    assert all(part.function.__name__ == name for name, part in PARTS.items())
    assert len({id(part) for part in PARTS.values()}) == len(PARTS)


def test_batches_and_decay_are_prepared_for_whichever_cell_has_them():
    train_table = {"batch": {"size": {"values": [4, 2]}, "order": "shuffled"}, "weight_decay": {"values": [0.0, 0.1]}}
    plan = Sweep.from_dict({"task": "xor", "train": train_table}).plan()
    kinds = [Job(**plan.arguments(runs)).parts(records=False) for runs in plan.kinds()]
    names = {part.name for parts in kinds for part in parts}
    assert {"own_batches", "own_batch", "decay"} <= names


def test_where_machine_code_cannot_be_kept_compiling_is_announced_and_a_remark_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(made, "CODE", CodeFolder(tmp_path / "file" / "code"))
    monkeypatch.setattr(made, "_made", {})
    messages = []
    progress = Progress()
    monkeypatch.setattr(progress, "say", messages.append)
    prepare(Sweep.from_dict({"task": "xor", "train": {"epochs": 3}}).plan(), 2, progress)
    assert messages[0] == "compiling the kernels, which takes some seconds ..."
    assert progress.warnings == messages[1:]
    [why] = progress.warnings
    assert f"cannot be kept in {tmp_path / 'file' / 'code'} (Not a directory)" in why
    assert why.endswith("set NUMBA_CACHE_DIR to a folder that you can write to")


@pytest.mark.parametrize("fma", [True, False])
def test_a_processor_without_fused_multiply_adds_is_named_before_anything_is_compiled(fma, monkeypatch):
    monkeypatch.setattr(made, "REGISTERS", made.REGISTERS._replace(fma=fma))
    progress = Progress()
    prepare(Sweep.from_dict({"task": "xor", "train": {"epochs": 3}}).plan(), 1, progress)
    assert [why.split(" (FMA)")[0] for why in progress.warnings] == ["this processor has no fused multiply-add"] * (not fma)
