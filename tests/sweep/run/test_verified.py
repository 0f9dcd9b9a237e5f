"""Verifying trains runs again and compares rows, records and weights to the last bit."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backsweep.results.store.files import write_tables
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep
from backsweep.sweep.run import replay as replay_of
from backsweep.sweep.run.bit_differences import record_differences, row_differences, weight_differences
from backsweep.sweep.run.replay import differences

SPEC = {
    "task": "xor",
    "seeds": 4,
    "model": {"hidden": {"values": [2, [3, 2]]}, "bias": True},
    "train": {"lr": {"values": [0.5, 2.0]}, "epochs": 60},
    "record": {"every": 25, "weights": True},
}


def flipped(array, place):
    """The same numbers with the last bit of one of them flipped."""
    values = array.to_numpy().copy()
    values.view(np.int64)[place] ^= 1
    return pa.array(values)


def flip_record(table):
    return table.set_column(4, "gradient_norm", flipped(table["gradient_norm"].combine_chunks(), 7))


def flip_weight(table):
    lists = table["weights"].combine_chunks()
    return table.set_column(3, "weights", pa.LargeListArray.from_arrays(lists.offsets, flipped(lists.values, 11)))


@pytest.mark.parametrize(
    ("kind", "change", "told"),
    [
        ("records", flip_record, ["run 1: gradient_norm at epoch 60 is "]),
        ("weights", flip_weight, ["run 1: weight 2 is "]),
    ],
    ids=["records", "weights"],
)
def test_what_is_kept_beside_the_rows_is_verified_to_the_last_bit(kind, change, told, tmp_path):
    """If the hash of a file is correct, only training again can tell."""
    results = Sweep.from_dict(SPEC).run(tmp_path / "r", jobs=1)
    plan = Sweep.from_dict(SPEC).plan()
    assert differences(plan, results.table, results.store) == []
    [file] = results.store.kept()[tmp_path / "r" / kind]
    table = pq.read_table(file.path)
    file.path.unlink()
    write_tables(file.path.parent, file.path.name[:25], [change(table)])
    found = differences(plan, results.table, Store.open(tmp_path / "r"))
    assert [sentence[: len(start)] for sentence, start in zip(found, told, strict=True)] == told


def test_records_and_weights_that_are_not_there_are_unlike(tmp_path):
    store = Sweep.from_dict(SPEC).run(tmp_path / "r", jobs=1).store
    records, weights = store.records([0, 1]), store.weights([0, 1])
    assert list(record_differences(records, records.take(np.arange(len(records))[::-1]))) == []
    assert list(weight_differences(weights, weights.take([1, 0]))) == []
    [sentence] = record_differences(records, records.slice(1))
    assert sentence.startswith("run 0: ")
    [sentence] = weight_differences(weights, weights.slice(1))
    assert sentence == "run 0: 9 weights, layers [2, 2, 1, 2] with biases, the folder has 0, none"


def test_runs_of_which_a_sample_is_recorded_are_verified_portion_by_portion(tmp_path, monkeypatch):
    sweep = Sweep.from_dict({**SPEC, "seeds": 40, "record": {"every": 25, "weights": True, "runs": 7}})
    results = sweep.run(tmp_path / "r", jobs=1)
    monkeypatch.setattr(replay_of, "MOST_NUMBERS", 50)
    assert len(results.store.weights()) == 7
    assert differences(sweep.plan(), results.table, results.store) == []


def test_weights_of_runs_that_diverge_are_verified(tmp_path):
    """One weight becomes infinite, and infinity times 0 is NaN."""
    model = {"hidden": [], "output": "identity", "init": {"scheme": "constant", "value": 1e100}}
    rule = {"lr": 1e250, "loss": "mse", "epochs": 5, "batch": "pattern", "bound": float("inf")}
    sweep = Sweep.from_dict({"task": "xor", "seeds": 20, "model": model, "train": rule, "record": {"weights": True}})
    results = sweep.run(tmp_path / "r", jobs=1)
    weights = np.concatenate([row.values.to_numpy() for row in results.store.weights()["weights"]])
    assert np.isnan(weights).any()
    assert {hex(bits) for bits in weights[np.isnan(weights)].view(np.uint64)} == {"0x7ff8000000000000"}
    assert differences(sweep.plan(), results.table, results.store) == []


def test_a_nan_of_other_bits_is_not_the_same():
    """Processors produce NaNs of either sign; files contain only one of them."""
    again, stored = (pa.table({"run": [7], "loss": [loss]}).to_pandas() for loss in (np.nan, -np.nan))
    assert list(row_differences(again, again)) == []
    assert list(row_differences(again, stored)) == [
        "run 7: loss is nan (0x7ff8000000000000), the folder has nan (0xfff8000000000000)"
    ]
