"""An axis of files of weights: rows name each, and what is in the files counts, not where they lie."""

import numpy as np
import pytest

from backsweep.errors import DataError
from backsweep.sweep import Sweep
from backsweep.sweep.run.replay import differences

from .nested import cells


@pytest.fixture
def files(tmp_path):
    for name, scale in (("a.npz", 1.0), ("b.npz", 2.0)):
        np.savez(tmp_path / name, w1=scale * np.eye(2), w2=np.ones((1, 2)))
    text = """
task = "xor"
[model]
init = { values = ["uniform", { scheme = "file", file = "a.npz" }, { scheme = "file", file = "b.npz" }] }
[train]
epochs = 5
"""
    (tmp_path / "s.toml").write_text(text)
    return tmp_path


def test_starts_from_several_files(files):
    sweep = Sweep.from_toml(files / "s.toml")
    results = sweep.run(files / "r")
    assert cells(sweep.plan()) == [("uniform", None), ("file", "a.npz"), ("file", "b.npz")]
    assert results.table["file"].isna().tolist() == [True, False, False]
    assert results.table["file"].tolist()[1:] == ["a.npz", "b.npz"]
    assert differences(Sweep.of_folder(files / "r").plan(), results.table) == []
    assert results.summary()["runs"].tolist() == [1, 1, 1]
    start = np.load(files / "b.npz")["w1"]
    np.testing.assert_array_equal(sweep.plan().arguments(np.array([2]))["settings"]["init.arrays"][0], start)


def test_the_content_of_the_files_counts_and_not_their_place(files, tmp_path):
    before = Sweep.from_toml(files / "s.toml").spec.digest
    moved = files.rename(tmp_path.parent / f"{tmp_path.name}-moved")
    assert Sweep.from_toml(moved / "s.toml").spec.digest == before
    np.savez(moved / "b.npz", w1=3 * np.eye(2), w2=np.ones((1, 2)))
    assert Sweep.from_toml(moved / "s.toml").spec.digest != before


def test_a_changed_file_is_named(files):
    Sweep.from_toml(files / "s.toml").run(files / "r")
    np.savez(files / "b.npz", w1=3 * np.eye(2), w2=np.ones((1, 2)))
    with pytest.raises(DataError, match=r"b.npz: holds other data than .*\(model.init.values.2.file\)"):
        Sweep.of_folder(files / "r")
