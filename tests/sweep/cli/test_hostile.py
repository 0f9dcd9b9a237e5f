"""Folders of results into which somebody else put things: no command hangs on them, and none reads or writes through links."""

import faulthandler
import json
import shutil
import signal
from contextlib import contextmanager

import pytest

from backsweep.results.store.survey import surveys
from helpers.commands import here, must
from helpers.folders import KINDS, contents

pytestmark = pytest.mark.posix

SPEC = """
task = "xor"
seeds = 20
[model]
hidden = 2
[train]
lr = { values = [0.5, 2.0] }
epochs = 200
[record]
every = 100
weights = true
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "spec.toml").write_text(SPEC)
    must("run", "spec.toml", "--out", "r", cwd=folder)
    must("report", "r", cwd=folder)
    return folder / "r"


FILES = {
    "manifest.json": 0,
    "manifest.copy.json": 0,
    ".writer.json": 0,
    ".lock": 0,
    "report.html": 0,
    "shards/*.parquet": 1,  # the exit code of `verify`
    "records/*.parquet": 1,
    "weights/*.parquet": 1,
    "trajectories/*.parquet": 1,
}
FOLDERS = ("shards", "records", "weights", "trajectories")
IN_PLACES = [(place, kind) for place in FILES for kind in KINDS]
IN_PLACES += [(place, kind) for place in FOLDERS for kind in [*KINDS, "file"] if kind != "folder"]
SHOWN = ("shards/*.parquet", "trajectories/*.parquet", "report.html")  # a report takes a second
MOST_SECONDS = 60  # limit per command; one that waits for a pipe or reads a whole device never ends


@contextmanager
def no_longer_than(seconds):
    """End what takes longer and show where it was; a wait in C that ignores signals ends the process."""

    def over(*_):
        raise TimeoutError(f"over {seconds} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    faulthandler.dump_traceback_later(2 * seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def planted(original, folder, place, kind):
    """A copy of a folder of results with something else in one place."""
    shutil.copytree(original, folder)
    path = next(folder.glob(place), folder / place)
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    KINDS.get(kind, lambda path: path.write_bytes(b"content"))(path)
    return path


@pytest.mark.parametrize("in_places", [IN_PLACES[::4], pytest.param(IN_PLACES, marks=pytest.mark.long)], ids=["some", "all"])
def test_anything_in_the_place_of_a_file_is_named_and_no_command_hangs(in_places, original, tmp_path):
    """Each command on each thing: a refusal names it in one sentence, and after `resume` everything is as it was."""
    scenes = {}
    for place, kind in in_places:
        folder = tmp_path / f"{place.replace('/*', '')} {kind}" / "r"
        scenes[folder] = place, kind, planted(original, folder, place, kind)
    shutil.copytree(original, tmp_path / "sound" / "r")
    with no_longer_than(MOST_SECONDS):
        assert {path for path, _ in surveys(tmp_path)} == {*scenes, tmp_path / "sound" / "r"}
        code, listed, message = here("ls", tmp_path, "--format", "json")
    assert (code, message) == (0, "")
    rows = {row["folder"]: row for row in json.loads(listed)}
    assert rows[str(tmp_path / "sound" / "r")]["done"] == 40
    for folder, (place, kind, path) in scenes.items():
        assert rows[str(folder)]["done"] == 40 or str(path) in rows[str(folder)]["note"]
        commands = [["status"], ["table"], ["verify"], ["resume", "--jobs", "1"]]
        commands[3:3] = [["report"]] * (place in SHOWN and kind == "named pipe")
        codes = {}
        for name, *options in commands:
            with no_longer_than(MOST_SECONDS):
                codes[name], _, message = here(name, folder, *options)
            assert codes[name] in (0, 1, 2), (place, kind, name)
            assert "Traceback" not in message
            if codes[name]:
                assert message.startswith("backsweep: ")
                last = message.splitlines()[-1]
                assert f"a {kind}, not a {'folder' if place in FOLDERS else 'file'}" in last, (name, message)
                assert str(path) in last, (name, message)
        if place in FILES and kind != "link":
            assert codes["verify"] == FILES[place]
            assert codes["status"] == codes["table"] == 0
        if codes["resume"] == 0 and place not in ("report.html", "trajectories/*.parquet"):
            wanted, found = contents(original), contents(folder)
            assert {name: found[name] for name in wanted if "/" in name} == {
                name: wanted[name] for name in wanted if "/" in name
            }
        for content in folder.glob("* itself"):
            assert content.read_bytes() == b"content"


def test_nothing_is_written_through_planted_links(original, tmp_path):
    """Half-written names of old and new versions, reports, and whole folders that lead elsewhere."""
    victim, elsewhere = tmp_path / "victim", tmp_path / "elsewhere"
    victim.write_bytes(b"precious")
    shutil.copytree(original, elsewhere)
    before = contents(elsewhere)
    planted = (
        ".writer.json.partial",
        ".manifest.json.1.partial",
        ".report.html.1.partial",
        "shards/.x.partial",
        ".writer.json",
    )
    shutil.copytree(original, tmp_path / "r")
    for name in planted:
        (tmp_path / "r" / name).unlink(missing_ok=True)
        (tmp_path / "r" / name).symlink_to(victim)
    commands = [["resume", "r"], ["report", "r"], ["report", "r", "--format", "markdown"]]
    linked = []
    for name in ("shards", "records", "trajectories", "report", "report.html", "report/report.md", "success.svg"):
        folder = tmp_path / name.replace("/", " ")
        shutil.copytree(original, folder)
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        path.symlink_to(victim if "." in name else elsewhere / name if name != "report" else elsewhere)
        linked += {
            "report": [["report", str(folder), "--format", "markdown"]],
            "report/report.md": [["report", str(folder), "--format", "markdown"]],
            "report.html": [["report", str(folder)]],
            "success.svg": [["figure", str(folder), "success"]],
        }.get(name, [["resume", str(folder)], ["report", str(folder)]])
    for command in commands:
        with no_longer_than(MOST_SECONDS):
            code, _, message = here(*command, cwd=tmp_path)
        assert code == 0, (command, message)
    for command in linked:
        with no_longer_than(MOST_SECONDS):
            code, _, message = here(*command, cwd=tmp_path)
        assert code == 2, (command, message)
        assert "a link, not a" in message, (command, message)
    assert victim.read_bytes() == b"precious"
    assert contents(elsewhere) == before
    assert not list((tmp_path / "r").rglob("*.partial"))
    assert contents(tmp_path / "r" / "shards") == contents(original / "shards")
