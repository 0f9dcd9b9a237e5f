"""Whatever a manifest contains, every command does its work or ends with one sentence that names the file."""

import json
import random
import shutil

import pytest

from backsweep.errors import LaterError, ResultsError
from backsweep.results import Results
from backsweep.results.store.manifest import COPY, MANIFEST
from backsweep.sweep import Sweep
from helpers.commands import here
from helpers.hostile_manifests import DEEP, RAW, altered, at_random, commands_on, one_by_one, put, sealed

SPEC = """
seeds = 2
[task]
file = "points.csv"
inputs = ["a", "b"]
targets = "kind"
[model]
hidden = { values = [2, 3] }
init = { values = ["uniform", { scheme = "normal", std = { values = [0.5, 1.0] } }] }
[train]
lr = { log = [0.1, 1.0], n = 2 }
epochs = 5
stop = { loss = 0.1 }
"""
LATER = "manifest.json: a later version of backsweep wrote it"
SOME = 3  # commands that are tried on a manifest that is still valid


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "points.csv").write_text("a,b,kind\n0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n")
    (folder / "s.toml").write_text(SPEC)
    results = Sweep.from_toml(folder / "s.toml").run(folder / "runs" / "r", jobs=1)
    shutil.copytree(results.path, folder / "runs" / "sound")
    return folder


@pytest.fixture(scope="module")
def extended(swept):
    """A copy of the folder, in which another sweep was extended to the same one."""
    small = SPEC.replace("seeds = 2", "seeds = 1").replace("hidden = { values = [2, 3] }", "hidden = 3")
    (swept / "small.toml").write_text(small)
    Sweep.from_toml(swept / "small.toml").run(swept / "more" / "grown", jobs=1)
    Sweep.from_toml(swept / "s.toml").extend(swept / "more" / "grown", jobs=1)
    return swept / "more" / "grown"


def fresh(swept, folder):
    shutil.rmtree(swept / "runs" / "r")
    shutil.copytree(folder, swept / "runs" / "r")
    return json.loads((folder / MANIFEST).read_text())


@pytest.fixture
def sound(swept):
    """The content of the manifest; the folder is fresh."""
    return fresh(swept, swept / "runs" / "sound")


@pytest.fixture
def grown(swept, extended):
    """The same of a sweep that was extended."""
    return fresh(swept, extended)


def refused_by_commands(swept, cases):
    """Give each manifest to every command; the number of manifests that were refused."""
    folder, refused, rng = swept / "runs" / "r", 0, random.Random(0)
    for what, data in cases:
        put(folder, data)
        is_refused = here("status", folder)[0] == 2
        refused += is_refused
        commands = commands_on(folder, swept / "s.toml")
        for command in commands if is_refused else rng.sample(commands, SOME):
            code, printed, message = here(*command)
            assert code in {0, 1, 2}, (what, command, message)
            assert "Traceback" not in message
            if is_refused and command[0] == "ls":
                assert code == 0
                notes = {row["name"]: row["note"] for row in json.loads(printed)}
                assert notes.keys() == {"s", None}, what
                assert notes["s"] == "", what
                assert notes[None].startswith("damaged:") or LATER in notes[None], what
            elif is_refused:
                assert (code, message.count("\n")) == (2, 1), (what, command, message)
                assert f"{folder / MANIFEST}: " in message, (what, command, message)
    return refused


@pytest.mark.parametrize("cases", [RAW[::4], pytest.param(RAW, marks=pytest.mark.long)], ids=["some", "all"])
def test_every_command_refuses_what_is_not_a_manifest(swept, sound, cases):
    assert refused_by_commands(swept, cases) == len(cases)


@pytest.mark.long
def test_any_value_in_one_field_of_a_manifest(swept, sound):
    cases = [*one_by_one(sound)]
    random.Random(0).shuffle(cases)
    assert 0 < refused_by_commands(swept, cases[:25]) < 25
    for what, data in cases[25:300]:
        put(swept / "runs" / "r", data)
        code, _, message = here("status", swept / "runs" / "r")
        assert code == 0 or (code == 2 and f"{swept / 'runs' / 'r' / MANIFEST}: " in message), (what, message)


@pytest.mark.parametrize("count", [4, pytest.param(300, marks=pytest.mark.long)])
def test_any_value_in_the_blocks_of_a_manifest(swept, grown, count):
    cases = [(what, data) for what, data in one_by_one(grown) if what.startswith("blocks")]
    random.Random(0).shuffle(cases)
    refused_by_commands(swept, cases[:4])
    for what, data in cases[4:count]:
        put(swept / "runs" / "r", data)
        code, _, message = here("status", swept / "runs" / "r")
        assert code == 0 or (code == 2 and f"{swept / 'runs' / 'r' / MANIFEST}: " in message), (what, message)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("format",), 1, "format = 1: a manifest has blocks if and only if its format is 2"),
        (("blocks",), [], "format = 2: a manifest has blocks if and only if its format is 2"),
        (("runs",), 25, "runs = 25: the blocks have 24"),
        (("blocks", 1, "start"), 7, r"blocks\[1\].start = 7: 6 is the number after that of the last run before"),
        (("blocks", 0, "runs"), 7, r"blocks\[0\].runs = 7: its cells and seeds are 6 runs"),
        (
            ("blocks", 0, "cells", 0),
            [0, 6, 0],
            r"blocks\[0\].cells: each must be the start, the stop and the step of some numbers",
        ),
        (("blocks", 0, "cells", 0), [6, 0, 1], r"blocks\[0\].cells: each must be"),
        (("blocks", 0, "cells"), [[0, 10**7, 1]] * 2, r"blocks\[0\].cells: they are more than 10,000,000"),
        (("blocks", 0, "seeds"), [5], r"blocks\[0\].seeds: not all of them are seeds of the spec"),
        (("blocks", 0, "columns", 0, "name"), "loss", r"blocks\[0\].columns, name: 'loss' stands for two columns"),
        (("blocks", 0, "filled"), {}, r"blocks\[0\].filled: hidden is missing, which the columns do not have as int64"),
        (("blocks", 0, "filled", "hidden"), [[3, 5]], r"blocks\[0\].filled, hidden: it must say something of 6 cells"),
        (("blocks", 0, "filled", "hidden"), [["3", 6]], r"blocks\[0\].filled, hidden: a value is not of the type int64"),
    ],
)
def test_the_message_says_what_is_wrong_with_a_block(swept, grown, place, value, message):
    put(swept / "runs" / "r", sealed(altered(grown, place, value)))
    with pytest.raises(ResultsError, match=rf"r/manifest.json: damaged \({message}.*run the spec into another folder$"):
        Results.open(swept / "runs" / "r")


def test_blocks_of_other_cells_than_the_specs_are_refused(swept, grown):
    folder = swept / "runs" / "r"
    put(folder, sealed(altered(grown, ("blocks", 0, "cells", 0), [100, 106, 1])))
    for command in (["run", swept / "s.toml", "--out", folder], ["resume", folder], ["replay", folder, "0"]):
        code, _, told = here(*command)
        assert (code, told.count("\n")) == (2, 1)
        assert "blocks: damaged (their cells are not those of the spec)" in told


@pytest.mark.parametrize("count", [8, pytest.param(20, marks=pytest.mark.long)])
def test_any_values_in_several_fields_of_a_manifest(swept, sound, count):
    assert 0 < refused_by_commands(swept, at_random(sound, seed=1, count=count)) < count


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("runs",), 10**20, "runs = 100000000000000000000: must be a whole number from 1 to 100000000000"),
        (("runs",), 0, "runs = 0: must be a whole number from 1 to "),
        (("runs",), 25, "runs = 25: no multiple of 2, the seeds of each cell"),
        (("axes", 0, "setting"), "model.nowhere", r"spec, model.nowhere = None: must be a table"),
        (("axes", 0, "name"), "loss", "axes, name: 'loss' stands for two columns"),
        (("spec",), {}, "spec.task: missing"),
        (("spec", "train"), None, "spec.train = None: must be a table"),
        (("spec", "task"), ["xor"], "spec.task = a list of 1: must be a table"),
        (("spec", "train", "stop"), "loss", "spec.train.stop = 'loss': must be a table"),
        (("spec", "train", "lr"), {"n": 3}, "spec, train.lr = a table of 1: an axis has one of values, .*, not none"),
        (("spec", "train", "lr"), {"values": []}, "spec, train.lr.values = a list of 0: must not be empty"),
        (("spec", "seeds"), None, "spec.seeds = None: must be a whole number"),
        (("spec", "seeds"), {"start": 0}, "spec.seeds.count: missing"),
        (("data",), {}, "data, task.file: a file that the spec names has a digest there, and no other has"),
        (("sessions", 0, "wall"), 1e308, r"sessions\[0\].wall = 1e\+308: must be a number from 0 to 1e20"),
        (("sessions", 0, "runs"), -1, r"sessions\[0\].runs = -1: must be a whole number from 0 to 100000000000"),
        (("sessions", 0, "outcomes"), {"won": 1}, r"sessions\[0\].outcomes.won = 'won': must be 'converged', 'diverged', "),
        (("name",), "x" * 300, "name = 'xxx.*: must be text of 1 to 200 characters"),
        (("spec", "train", "lr"), {"values": [0.5, 10**30]}, r"spec.train.lr.values\[1\]: a number of 31 digits"),
        (("spec", "train", "epochs"), float("nan"), "spec.train.epochs: NaN, which is not a number"),
        (
            ("spec", "task", "file"),
            DEEP,
            r"spec.task.file\[0\]\[0\]\[0\]\[0\]\[0\]: tables and lists are nested more than 32 levels deep",
        ),
    ],
)
def test_the_message_says_what_is_wrong(swept, sound, place, value, message):
    put(swept / "runs" / "r", sealed(altered(sound, place, value)))
    with pytest.raises(ResultsError, match=rf"r/manifest.json: damaged \({message}.*run the spec into another folder$"):
        Results.open(swept / "runs" / "r")


@pytest.mark.parametrize(
    ("place", "value", "new"),
    [
        (("format",), 3, "it has format 3, and this version reads format 2"),
        (("new",), 1, "it has the key new, which this version does not know"),
        (("sessions", 0, "watts"), 30.0, r"it has the key sessions[0].watts, which this version does not know"),
        (("axes", 0, "unit"), "s", r"it has the key axes[0].unit, which this version does not know"),
    ],
)
def test_a_folder_of_a_later_version_is_said_to_be_one_and_left_alone(swept, sound, place, value, new):
    folder = swept / "runs" / "r"
    put(folder, sealed(altered(sound, place, value)))
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    message = f"{folder / MANIFEST}: a later version of backsweep wrote it ({new}); upgrade backsweep to open it"
    with pytest.raises(LaterError) as refused:
        Results.open(folder)
    assert (str(refused.value), refused.value.path, refused.value.reason) == (message, folder / MANIFEST, new)
    for command in (["resume", folder], ["run", swept / "s.toml", "--out", folder], ["table", folder], ["status", folder]):
        assert here(*command) == (2, "", f"backsweep: {message}\n")
    assert [row["note"] for row in json.loads(here("ls", folder.parent, "--format", "json")[1])] == [message, ""]
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("runs",), 600, "it should say 24 runs"),
        (("axes", 0, "type"), "float64", "its axes"),
        (("axes",), [], "its axes"),
        (("measure",), True, "measure"),
        (("beside",), ["weights"], "beside"),
    ],
)
def test_a_manifest_that_does_not_follow_from_its_spec_is_refused(swept, sound, place, value, message):
    """By `run`, which reads a spec of its own, and by the commands that read the manifest's spec."""
    folder = swept / "runs" / "r"
    put(folder, sealed(altered(sound, place, value)))
    for command in (
        ["run", swept / "s.toml", "--out", folder],
        ["resume", folder],
        ["replay", folder, "0"],
    ):
        code, printed, told = here(*command)
        assert (code, told.count("\n")) == (2, 1), (command, printed, told)
        assert f"{folder / MANIFEST}: damaged (" in told
        assert message in told
    assert [path.read_bytes() for path in sorted((folder / "shards").iterdir())] == [
        path.read_bytes() for path in sorted((swept / "runs" / "sound" / "shards").iterdir())
    ]


def test_one_copy_is_enough(swept, sound):
    folder = swept / "runs" / "r"
    for name in (MANIFEST, COPY):
        put(folder, sealed(sound))
        (folder / name).write_bytes(sealed(altered(sound, ("runs",), 0)))
        results = Results.open(folder)
        assert results.manifest.runs == 24
        assert (results.store.harm is None) == (name == COPY)


def test_versions_without_the_kernels_are_another_version(swept, sound):
    folder = swept / "runs" / "r"
    put(folder, sealed(altered(sound, ("versions",), {})))
    shutil.rmtree(folder / "shards")
    code, printed, _ = here("resume", folder, "--jobs", 1)
    assert (code, "another version of the kernels trained the runs" in printed) == (0, True)
