"""Runs as arrays with named dimensions: every value in its place, for each kind of design, finished or not."""

import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results import Results
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep

TRAIN = {"epochs": 300, "stop": {"loss": 0.5}}
RATES = {"log": [0.1, 10.0], "n": 3}
RULES = ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}]
SIZES = {"values": [2, 3, 4], "zip": "size"}
DESIGNS = {
    "grid": ({"model": {"hidden": {"values": [2, [3, 3]]}}, "train": {"lr": RATES}}, ["hidden", "lr"]),
    "layers": ({"train": {"lr": [0.5, {"values": [1.0, 2.0]}]}, "record": {"measure": True}}, ["lr[1]"]),
    "names": ({"train": {"lr": RATES, "optimizer": {"values": ["gd", "adam"]}}}, ["optimizer", "lr"]),
    "zip": (
        {"model": {"hidden": SIZES}, "train": {"lr": {"values": [1, 5, 5], "zip": "size"}, "clip": {"values": [1.0, 9.0]}}},
        ["hidden", "clip"],
    ),
    "excluded": (
        {"exclude": [{"train": {"lr": 1.0, "clip": 1.0}}], "train": {"lr": RATES, "clip": {"values": [1.0, 9.0]}}},
        ["lr", "clip"],
    ),
    "sampled": ({"design": {"points": 4}, "train": {"lr": {"uniform": [0.1, 9.0]}, "clip": {"values": [1.0, 9.0]}}}, ["cell"]),
    "nested": ({"train": {"lr": RATES, "optimizer": {"values": RULES}}}, ["cell"]),
    "nothing varies": ({}, []),
}


def sweep(name):
    tables, _ = DESIGNS[name]
    train = {**TRAIN, **tables.get("train", {})}
    if "record" in tables:
        train.pop("stop")
    return Sweep.from_dict({"name": name, "task": "xor", "seeds": [7, 2, 4], **tables, "train": train})


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("designs")
    return {name: sweep(name).run(folder / name, jobs=1) for name in DESIGNS}


def unfinished(results, path, *spans):
    """The same sweep with only the runs of these spans done."""
    store, table = Store.create(path, results.manifest.model_copy(update={"sessions": ()})), results.store.read()
    with store.writing():
        for start, stop in spans:
            store.append(table.slice(start, stop - start))
    return Results.open(path)


def rows(array):
    """The runs of a dataset as rows of a table, in any order, without missing runs."""
    frame = array.to_dataframe().reset_index()
    frame = frame[frame["outcome"] >= 0]
    return frame.assign(outcome=np.array(OUTCOMES)[frame["outcome"]])


def same_runs(table, array):
    left, right = table.drop(columns=["run", "cell"]), rows(array)
    assert set(left) <= set(right)
    words = [name for name in left if left[name].dtype.kind not in "ifb"]
    key = [name for name in left if name not in ("outcome", "epochs", "loss", "accuracy", "measure")]
    as_plain = dict.fromkeys(words, object) | {"epochs": float}
    left, right = (one[list(left)].astype(as_plain).sort_values(key).reset_index(drop=True) for one in (left, right))
    pd.testing.assert_frame_equal(left, right, check_exact=True)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_value_of_the_table_is_at_its_place(made, name):
    results, dimensions = made[name], DESIGNS[name][1]
    array = results.to_xarray()
    assert list(array["epochs"].dims) == list(array["outcome"].dims)
    assert set(array["loss"].dims) == {*dimensions, "seed"}
    assert array["seed"].to_numpy().tolist() == [2, 4, 7]
    assert ("measure" in array) == (name == "layers")
    same_runs(results.table, array)


def test_one_run_is_found_by_its_settings(made):
    array, table = made["grid"].to_xarray(), made["grid"].table
    one = array.sel(hidden="3-3", lr=10.0, seed=4)
    row = table[(table["hidden"] == "3-3") & (table["lr"] == 10.0) & (table["seed"] == 4)].iloc[0]
    assert (float(one["loss"]), float(one["epochs"]), float(one["accuracy"])) == (row["loss"], row["epochs"], row["accuracy"])
    assert OUTCOMES[int(one["outcome"])] == row["outcome"]


def test_axes_that_advance_together_are_one_dimension(made):
    array = made["zip"].to_xarray()
    assert dict(array.sizes) == {"hidden": 3, "clip": 2, "seed": 3}
    assert array["lr"].dims == ("hidden",)
    assert (array["hidden"].to_numpy().tolist(), array["lr"].to_numpy().tolist()) == ([2, 3, 4], [1, 5, 5])


def test_cells_of_designs_that_are_no_grid_have_their_settings(made):
    array = made["nested"].to_xarray()
    assert dict(array.sizes) == {"cell": 9, "seed": 3}
    assert array["cell"].to_numpy().tolist() == list(range(9))
    assert {array[name].dims for name in ("optimizer", "beta", "lr")} == {("cell",)}
    assert np.isnan(array["beta"].to_numpy()[array["optimizer"].to_numpy() == "gd"]).all()


def test_cells_that_were_left_out_are_missing(made):
    array = made["excluded"].to_xarray()
    hole = array.sel(lr=1.0, clip=1.0)
    assert (hole["outcome"] == -1).all()
    assert int((array["outcome"] == -1).sum()) == 3
    assert np.isnan(hole["epochs"]).all()


def test_runs_that_are_not_done_are_missing(made, tmp_path):
    results = unfinished(made["grid"], tmp_path / "half", (0, 2), (5, 16))
    array = results.to_xarray()
    assert dict(array.sizes) == {"hidden": 2, "lr": 3, "seed": 3}
    same_runs(results.table, array)
    missing = array["outcome"] == -1
    assert int(missing.sum()) == 18 - 13
    for name in ("epochs", "loss", "accuracy"):
        assert np.isnan(array[name].to_numpy()[missing.to_numpy()]).all()
        assert not np.isnan(array[name].to_numpy()[~missing.to_numpy()]).any()


@pytest.mark.parametrize("name", ["grid", "nested", "nothing varies"])
def test_no_run_done_is_an_empty_array(made, tmp_path, name):
    array = unfinished(made[name], tmp_path / "none").to_xarray()
    assert array["loss"].size == 0
    assert array.attrs["name"] == name


def test_it_says_what_it_is_and_what_its_codes_mean(made):
    array, manifest = made["grid"].to_xarray(), made["grid"].manifest
    assert (array.attrs["name"], array.attrs["spec_hash"]) == ("grid", manifest.spec_hash)
    assert f"numpy {np.__version__}" in array.attrs["versions"]
    flags = array["outcome"].attrs
    meaning = dict(zip(flags["flag_values"].tolist(), flags["flag_meanings"].split(), strict=True))
    assert meaning == {-1: "missing", 0: "converged", 1: "diverged", 2: "stalled", 3: "capped"}
    assert array["outcome"].dtype == flags["flag_values"].dtype == np.int8


def test_it_is_a_dataset_that_computes(made):
    array, table = made["grid"].to_xarray(), made["grid"].table
    assert isinstance(array, xr.Dataset)
    success = (array["outcome"] == OUTCOMES.index("converged")).mean("seed")
    expected = (table["outcome"] == "converged").groupby([table["hidden"].astype(str), table["lr"]]).mean()
    for (hidden, lr), share in expected.items():
        assert float(success.sel(hidden=hidden, lr=lr)) == share


def test_without_xarray_the_error_says_how_to_install_it(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(BacksweepError, match=r"^xarray is not installed; pip install 'backsweep\[xarray\]'$"):
        made["grid"].to_xarray()
