"""The description of a file's inputs and targets, with remarks: before training, in the manifest and in the report."""

import numpy as np
import pytest

from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.data.inputs_and_targets import described
from backsweep.sweep.progress import Progress
from backsweep.sweep.spec.make_data import sides_of
from helpers.tasking import data, parse

CSV = "length,colour,sure,kind\n1.5,white,Yes,p\n2.5,red,yes,q\n3.0,white,no,r\n4.0,blue,no,p\n"
COLUMNS = [
    "input length: number, standardised",
    "input colour: 3 categories",
    "input sure: 3 categories",
    "target kind: 3 categories",
]
REMARK = "column 'sure': 'Yes' and 'yes' are categories of their own, though they look alike"


class Listening(Progress):
    def __init__(self):
        super().__init__()
        self.messages = []

    def say(self, text):
        self.messages.append((self.total, text))


def test_inputs_and_targets_are_listed(tmp_path):
    (tmp_path / "d.csv").write_text(CSV)
    task = {"file": str(tmp_path / "d.csv"), "inputs": ["length", "colour", "sure"], "targets": "kind", "standardise": True}
    sweep, listening = Sweep(task=task, seeds=2, train={"epochs": 2}), Listening()
    assert sweep.plan().outline[1] == COLUMNS
    results = sweep.run(tmp_path / "r", jobs=1, progress=listening)
    assert [message for message in listening.messages if message[1] in (*COLUMNS, REMARK)] == [
        (0, message) for message in (*COLUMNS, REMARK)
    ]
    assert listening.warnings == [REMARK]
    assert sweep.plan().remarks() == [REMARK]
    manifest = Results.open(tmp_path / "r").manifest
    assert [column.description for column in manifest.columns] == COLUMNS
    assert manifest.remarks == (REMARK,)
    report = results.report_markdown(tmp_path / "report").read_text()
    for column in COLUMNS:
        assert f"- {column}" in report
    assert "are categories of their own, though they look alike" in report
    assert "input colour: 3 categories" in results.report(tmp_path / "report.html").read_text()


def test_many_columns_are_listed_by_their_kind(tmp_path):
    np.savez(tmp_path / "d.npz", X=np.arange(90.0).reshape(3, 30), y=np.array(["p", "q", "r"]))
    sides = sides_of(parse({"file": "d.npz", "inputs": "X", "targets": "y"}), tmp_path)
    assert [column.description for column in described(sides, standardise=False)] == [
        "input X[0] ... X[29]: 30 columns, each number",
        "target y: 3 categories",
    ]
    assert data({"file": "d.npz", "inputs": "X", "targets": "y"}, tmp_path).inputs.shape == (3, 30)


@pytest.mark.parametrize(("odd", "last"), [(199, "and 179 more remarks on columns"), (21, "and 1 more remark on columns")])
def test_remarks_on_many_columns_are_cut(odd, last, tmp_path):
    names = [f"c{number}" for number in range(odd + 1)]
    rows = [names, *([f"v{row % 2}"] * odd + [str(row)] for row in range(2))]
    (tmp_path / "d.csv").write_text("\n".join(",".join(row) for row in rows))
    remarks = sides_of(parse({"file": "d.csv", "inputs": names[:-1], "targets": names[-1]}), tmp_path).remarks
    assert (len(remarks), remarks[-1]) == (21, last)
