"""Stopping rules that can never be met get a remark, and others do not."""

import io
import json

import pytest

from backsweep.sweep.plan.plan import Plan
from backsweep.sweep.progress import JsonProgress
from backsweep.sweep.spec.spec import Spec
from backsweep.sweep.sweep import Sweep

STEP = {"name": "step", "factor": 0.5}


def remarks(**tables):
    return Plan(Spec.parse({"task": "xor", **tables})).remarks()


def train(**settings):
    return {"train": {"epochs": 50, **settings}}


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (train(stop={"loss": 0.5, "patience": 52}), "train.stop.patience = 52: there are fewer tests than that"),
        (train(stop={"loss": 0.5, "patience": 51}), "train.stop.patience = 51: a run converges only if every test holds"),
        (train(stop={"loss": 0.5, "patience": 50}), None),
        (train(stop={"loss": 0.5, "patience": {"values": [1, 99]}}), "train.stop.patience = 99 in 50 % of the cells"),
        (
            train(epochs=1000, stop={"loss": 0.5, "patience": {"values": [*range(1, 300), 1234567]}}),
            "train.stop.patience = 1234567 in under 1 % of the cells: there are fewer tests than that",
        ),
        (train(stall={"window": 51, "improvement": 0.1}), "train.stall.window = 51: the runs end before the first test"),
        (train(stall={"window": 50, "improvement": 0.1}), None),
        (train(stall={"window": 5, "improvement": 1.5}), "train.stall.improvement = 1.5: no loss can fall by all"),
        (train(stop={"within": 1e-17}), "train.stop.within = 1e-17: the numbers cannot resolve so small a distance"),
        (train(stop={"within": 1e-8}), None),
        (train(stop={"within": 1e-8}, dtype="float32"), "train.stop.within = 1e-08"),
        (train(schedule={"name": "constant", "warmup": 51}), "train.schedule.warmup = 51: the runs end before the warmup does"),
        (train(schedule={"name": "constant", "warmup": 50}), None),
        (train(schedule={"name": "cosine", "epochs": 51}), "train.schedule.epochs = 51: the runs end before the schedule does"),
        (train(schedule={"name": "cosine", "epochs": 50}), None),
        (train(schedule={**STEP, "every": 50}), "train.schedule.every = 50: the runs end before the first step"),
        (train(schedule={**STEP, "every": 49}), None),
        ({**train(), "record": {"every": 51}}, "record.every = 51: no run has that many epochs"),
        ({**train(), "record": {"every": 50}}, None),
        (train(lr={"values": [1, 2], "zip": "a"}), "train.lr.zip = 'a': no other axis has this zip"),
        (train(lr={"values": [1, 2], "zip": "a"}, bound={"values": [1, 2], "zip": "a"}), None),
        (train(), None),
    ],
)  # fmt: skip
def test_a_rule_that_can_never_hold_is_remarked_on(tables, message):
    found = remarks(**tables)
    assert (found == []) if message is None else (len(found) == 1 and found[0].startswith(message)), found


def test_all_remarks_are_one_list_and_stand_in_the_report(tmp_path):
    """Those on the data come first; in Python, before a run, and later in its folder."""
    (tmp_path / "d.csv").write_text("a,kind\n0,x\n1,X\n2,x\n")
    task = {"file": str(tmp_path / "d.csv"), "inputs": "a", "targets": "kind"}
    sweep = Sweep(task=task, **train(stop={"loss": 0.5, "patience": 99}))
    of_data, of_rule = sweep.plan().remarks()
    assert "look alike" in of_data
    assert of_rule.startswith("train.stop.patience = 99")
    results = sweep.run(tmp_path / "r", jobs=1)
    assert results.manifest.remarks == (of_data, of_rule)
    report = results.report_markdown(tmp_path / "report").read_text()
    assert "train.stop.patience = 99" in report
    assert report.count("look alike") == 1


def test_a_run_logs_remarks_before_it_trains(tmp_path):
    stream = io.StringIO()
    Sweep(task="xor", **train(stop={"loss": 0.5, "patience": 99})).run(tmp_path, progress=JsonProgress(stream, tmp_path))
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    kinds = [event["event"] for event in events if "train.stop.patience = 99" in event.get("text", "")]
    assert kinds == ["remark"]
