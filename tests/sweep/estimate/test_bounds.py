"""Sweeps that no machine has the memory or anybody the years for are refused before kernels are compiled or networks made."""

import pytest

from backsweep.errors import SettingError
from backsweep.sweep import machine
from backsweep.sweep import sweep as running
from backsweep.sweep.estimate import bounds
from backsweep.sweep.run import session
from backsweep.sweep.sweep import Sweep

GB = 10**9
WIDE = {"task": "xor", "seeds": 3, "model": {"hidden": {"values": [2, [2000, 2000]]}}}
BLOBS = {
    "task": {"name": "blobs", "samples": 20_000, "centers": 99, "features": {"values": [1, 2]}},
    "model": {"output": "softmax"},
    "train": {"loss": "cross_entropy"},
}
LONG = {"task": "xor", "seeds": 10**8, "train": {"epochs": 2**31 - 2, "lr": {"linear": [0.1, 1], "n": 100}}}


@pytest.fixture
def unprepared(monkeypatch):
    def prepare(*_):
        raise AssertionError("compiled")

    monkeypatch.setattr(running, "prepare", prepare)
    monkeypatch.setattr(session, "prepare", prepare)


# [2000, 2000] on XOR has 4,006,000 weights; each needs a weight, a gradient and one number of the optimizer, in 16 lanes of 8
# bytes.
@pytest.mark.parametrize(
    ("table", "memory", "jobs", "message"),
    [
        (WIDE, 1.5 * GB, 1, "model.hidden = [2000, 2000]: 4,006,000 weights per network: 1 worker would need about 1.54 GB"),
        (
            WIDE,
            2 * GB,
            2,
            "2 workers would need about 3.09 GB of memory, but only 2 GB are available; use fewer workers with `jobs`",
        ),
        (BLOBS, 0.1 * GB, 1, "task.samples: 20,000 samples of 2 inputs and 99 outputs: 1 worker would need about"),
    ],
)
def test_sweeps_that_exceed_the_memory_are_refused(table, memory, jobs, message, monkeypatch, unprepared, tmp_path):
    monkeypatch.setattr(bounds, "memory", lambda: int(memory))
    monkeypatch.setattr(running, "cores", lambda: 8)
    for attempt in (lambda: Sweep(**table).run(tmp_path / "o", jobs=jobs), lambda: Sweep(**table).estimate(jobs=jobs)):
        with pytest.raises(SettingError) as error:
            attempt()
        assert message in str(error.value)
    assert not (tmp_path / "o").exists()


def test_sweeps_that_fit_into_memory_are_not_refused(monkeypatch):
    monkeypatch.setattr(bounds, "memory", lambda: 2 * GB)
    bounds.check_memory(Sweep(**WIDE).plan(), 1)


def test_budgets_of_years_are_refused_unless_forced(unprepared, tmp_path):
    sweep = Sweep(**LONG)
    with pytest.raises(
        SettingError,
        match=r"up to 2\.15e\+19 run-epochs, which take 1 worker about 7,\d\d\d years .*; run anyway with `force`$",
    ):
        sweep.run(tmp_path / "o", jobs=1)
    with pytest.raises(AssertionError, match="compiled"):
        sweep.run(tmp_path / "o", jobs=1, force=True)
    assert bounds.years(sweep.plan(), [(0, 10**6)], 1) is None
    assert not (tmp_path / "o").exists()


def test_the_least_of_all_limits_is_the_memory_there_is(monkeypatch, tmp_path):
    (tmp_path / "max").write_text("max\n")
    (tmp_path / "some").write_text("123456\n")
    monkeypatch.setattr(machine, "GROUP_LIMITS", (str(tmp_path / "max"), str(tmp_path / "no")))
    assert machine.memory() > 10**8
    monkeypatch.setattr(machine, "GROUP_LIMITS", (str(tmp_path / "max"), str(tmp_path / "some")))
    assert machine.memory() == 123456
