"""The manifest says about the axes what the plan knows; manifests of older folders, which do not, are read as if they did."""

import json
from itertools import product

import pytest

from backsweep.errors import BacksweepError
from backsweep.results import Results
from backsweep.results.export.xarray import dataset
from backsweep.results.report.question import question
from backsweep.results.store.manifest import MANIFEST, read_manifest
from backsweep.sweep import Sweep
from backsweep.sweep.run.folder import manifest_of as made
from backsweep.sweep.spec.design import DRAWN_TOGETHER
from helpers.hostile_manifests import put, sealed
from helpers.sixty_specs import specs

ZIP = {"zip": "a"}
MORE = [
    {"task": "xor", "design": {"points": 3}, "train": {"lr": {"loguniform": [0.1, 9]}, "clip": {"uniform": [1, 2]}}},
    {"task": "xor", "model": {"hidden": {"values": [2, 3], **ZIP}}, "train": {"lr": {"values": [1, 2], **ZIP}}},
    {"task": "xor", "train": {"optimizer": {"values": ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}]}}},
    {"task": "xor", "train": {"optimizer": {"values": ["gd", "adam"], **ZIP}, "lr": {"values": [1, 2], **ZIP}}},
    {"task": "xor", "train": {"lr": [0.5, {"values": [1.0, 2.0]}], "stop": {"loss": {"log": [0.01, 0.1], "n": 3}}}},
]


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory):
    folder = tmp_path_factory.mktemp("specs")
    return [Sweep.from_dict(spec) for spec in [*specs(folder), *({"name": "x", "seeds": 2, **spec} for spec in MORE)]]


def manifest_of(sweep, folder):
    return made(sweep.spec, sweep.plan(), None, folder)


def test_axes_advance_together_and_are_drawn_as_the_plan_has_them(sweeps, tmp_path):
    for sweep in sweeps:
        plan, manifest = sweep.plan(), manifest_of(sweep, tmp_path)
        planned = {axis.setting: axis for axis in plan.spec.axes}
        columns = {column.name: planned[column.setting] for column in manifest.axes}
        axis_of = {name: axis for axis in manifest.swept for name in axis.columns}
        assert axis_of.keys() == columns.keys()
        for one, other in product(columns, repeat=2):
            together = one == other or (columns[one].zip is not None and columns[one].zip == columns[other].zip)
            assert (axis_of[one].together == axis_of[other].together) == together, (sweep.spec.name, one, other)
        for name, axis in columns.items():
            assert (axis_of[name].drawn is not None) == (axis.zip == DRAWN_TOGETHER)


def test_a_manifest_without_axes_is_read_as_if_it_had_them(sweeps, tmp_path):
    for sweep in sweeps:
        manifest = manifest_of(sweep, tmp_path)
        put(tmp_path, sealed({key: value for key, value in manifest.model_dump(mode="json").items() if key != "swept"}))
        assert read_manifest(tmp_path) == (manifest, None)
        assert len(manifest.swept) == len({axis.setting for axis in manifest.swept})


def test_words_are_those_of_the_axes(tmp_path):
    drawn, zipped, nested, _, layers = (
        [axis.words for axis in manifest_of(Sweep.from_dict({"name": "x", **spec}), tmp_path).swept] for spec in MORE
    )
    assert drawn == ["numbers drawn from 0.1 to 9 on a log scale", "numbers drawn from 1 to 2"]
    assert zipped == ["2, 3", "1.0, 2.0"]
    assert nested == ["gd, momentum (beta 0.5, 0.9)"]
    assert layers == ["1.0, 2.0", "3 values from 0.01 to 0.1 on a log scale"]


def test_a_long_list_is_shortened_to_its_ends(tmp_path):
    rates = [k / 7 for k in range(1, 3000)]
    (axis,) = manifest_of(Sweep.from_dict({"name": "x", "task": "xor", "train": {"lr": {"values": rates}}}), tmp_path).swept
    assert axis.words == f"{', '.join(map(str, rates[:3]))}, ..., {', '.join(map(str, rates[-3:]))} (2,999 values)"


def test_an_old_folder_reports_and_exports_the_same(tmp_path):
    spec = {"name": "x", "seeds": 2, **MORE[1]}
    new = Sweep.from_dict({**spec, "train": {**spec["train"], "epochs": 3}}).run(tmp_path / "runs", jobs=1)
    asked, cube = question(new.manifest), dataset(new.table, new.manifest)
    content = json.loads((new.path / MANIFEST).read_text())
    assert content.pop("swept")
    put(new.path, sealed(content))
    old = Results.open(new.path)
    assert question(old.manifest) == asked
    assert dataset(old.table, old.manifest).identical(cube)
    assert dict(cube.sizes) == {"hidden": 2, "seed": 2}


@pytest.mark.parametrize("columns", [["hidden"], ["hidden", "hidden"], ["hidden", "lr", "loss"]])
def test_axes_that_do_not_show_each_column_once_are_damage(tmp_path, columns):
    content = manifest_of(Sweep.from_dict({"name": "x", **MORE[1]}), tmp_path).model_dump(mode="json")
    content["swept"] = [{**content["swept"][0], "columns": columns}]
    put(tmp_path, sealed(content))
    with pytest.raises(BacksweepError, match="each column of axes must be in one"):
        read_manifest(tmp_path)
