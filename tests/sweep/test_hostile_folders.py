"""Folders of results into which somebody else put links: no command writes through them."""

import json
import shutil
import subprocess
import sys

import pytest

from commands import IN_TURN, must
from folders import contents

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
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "spec.toml").write_text(SPEC)
    must("run", "spec.toml", "--out", "r", cwd=folder)
    must("report", "r", cwd=folder)
    return folder / "r"


def answers(commands, cwd):
    """Exit code and all that was said, of commands in one process; none may take long."""
    command = [sys.executable, "-c", IN_TURN]
    done = subprocess.run(command, input=json.dumps(commands), cwd=cwd, capture_output=True, text=True, check=True, timeout=100)
    return json.loads(done.stdout)


def test_nothing_is_written_through_planted_links(original, tmp_path):
    """Half-written names, old and new, reports, and whole folders that lead elsewhere."""
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
    said = answers([*commands, *linked], tmp_path)
    assert [code for code, _ in said[:3]] == [0, 0, 0], said
    assert [code for code, _ in said[3:]] == [2] * len(linked), said
    assert all("but a link" in text for _, text in said[3:]), said
    assert victim.read_bytes() == b"precious"
    assert contents(elsewhere) == before
    assert not list((tmp_path / "r").rglob("*.partial"))
    assert contents(tmp_path / "r" / "shards") == contents(original / "shards")
