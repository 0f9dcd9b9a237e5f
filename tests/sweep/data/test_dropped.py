"""`missing = "drop"`: rows with a missing cell are left out and counted aloud, as if the file did not have them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backsweep.errors import DataError
from backsweep.sweep import Sweep
from helpers.commands import must

HOLES = {"a": [1.0, None, 3.0, 4.0, 5.0], "b": [1, 2, None, 2**52 + 1, 9], "k": ["x", "y", "y", "z", None]}
WHOLE = {"a": [1.0, 4.0], "b": [1, 2**52 + 1], "k": ["x", "z"]}
TASK = {"inputs": ["a", "b"], "targets": "k"}


def csv(path, table):
    cells = [["NA" if cell is None else str(cell) for cell in row] for row in zip(*table.values(), strict=True)]
    path.write_text("\n".join(map(",".join, [list(table), *cells])) + "\n")


def parquet(path, table):
    pq.write_table(pa.table(table), path)


def npz(path, table):
    numbers = {name: np.array([np.nan if cell is None else cell for cell in table[name]]) for name in ("a", "b")}
    np.savez(path, **numbers, k=np.array(["NA" if cell is None else cell for cell in table["k"]]))


def sweep(file, **more):
    return Sweep(task={"file": str(file), **TASK, **more}, seeds=2, train={"epochs": 3})


@pytest.mark.parametrize("write", [csv, parquet, npz])
def test_rows_with_a_missing_cell_are_left_out(write, tmp_path):
    """The two rows that are left, and no others, are in a file of their own, which is the same data."""
    holes, whole = tmp_path / f"holes.{write.__name__}", tmp_path / f"whole.{write.__name__}"
    write(holes, HOLES)
    write(whole, WHOLE)
    dropped = sweep(holes, missing={"drop": ["NA"]})
    assert dropped.spec.digest == sweep(whole).spec.digest
    assert dropped.plan().remarks()[0] == f"{holes}: 3 of 5 rows are dropped, because a cell in them is missing"
    with pytest.raises(DataError, match=r"row [25]") as error:
        sweep(holes, missing=["NA"]).plan()
    assert "missing = 'drop' leaves such rows out" in str(error.value)


def test_run_status_and_report_count_them_aloud(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,k,c\n1,2,x,\n,3,y,1\n4,5,y,1\n")
    (tmp_path / "s.toml").write_text(
        'task = { file = "d.csv", inputs = ["a", "b"], targets = "k", missing = "drop" }\ntrain = { epochs = 3 }\n'
    )
    message = "1 of 3 rows are dropped, because a cell in them is missing"
    for command in (["run", "s.toml", "--dry-run"], ["run", "s.toml", "--out", "r"], ["status", "r"]):
        assert message in must(*command, cwd=tmp_path), command
    must("report", "r", "--format", "markdown", cwd=tmp_path)
    assert message in (tmp_path / "r" / "report" / "report.md").read_text(encoding="utf-8")
    assert "every bit is the same" in must("verify", "r", cwd=tmp_path)


def test_messages_count_rows_as_the_file_does(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,k\n,2,x\n1,2,x\n3,oh,y\n")
    with pytest.raises(DataError, match=r"row 3 \(line 4\), column 'b': 'oh' is not a number, though '2' in row 2") as error:
        sweep(tmp_path / "d.csv", missing="drop").plan()
    assert error.value.row == 2


def test_a_file_of_holes_has_no_rows_left(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,k\n,2,x\n1,,x\n")
    with pytest.raises(DataError, match="a cell is missing in every row"):
        sweep(tmp_path / "d.csv", missing="drop").plan()


def test_the_word_alone_and_the_table_are_one(tmp_path):
    csv(tmp_path / "d.csv", WHOLE)
    one, other = sweep(tmp_path / "d.csv", missing="drop"), sweep(tmp_path / "d.csv", missing={"drop": ""})
    assert one.spec.to_dict() == other.spec.to_dict()
    assert Sweep.from_dict(one.spec.to_dict()).spec == one.spec
    assert one.spec.digest == sweep(tmp_path / "d.csv").spec.digest
