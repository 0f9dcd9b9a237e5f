"""Kills, damage and signals during a sweep change nothing in its table."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backsweep.backends import BACKENDS, CLUSTERS
from backsweep.errors import BusyError, DamageWarning
from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from backsweep.sweep.progress import Progress
from helpers.commands import BACKSWEEP, PATIENCE
from helpers.tables import SPEC, hashed

KILLING = Path(__file__).with_name("killing.py")
TESTS = str(Path(__file__).parents[2])
KILLS = [("threads", 5), *(pytest.param(*kills, marks=pytest.mark.long) for kills in (("threads", 20), ("processes", 5)))]


@pytest.mark.posix
@pytest.mark.parametrize(("backend", "times"), KILLS)
def test_killed_at_random_moments(backend, times, tmp_path):
    """See killing.py."""
    command = [sys.executable, KILLING, tmp_path, str(times), "0", backend]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": TESTS})
    *kills, resumed, in_one_go = printed.stdout.splitlines()
    assert len(kills) == times
    ended, done, under_way = zip(*(map(int, kill.split()) for kill in kills), strict=True)
    assert set(ended) == {-signal.SIGKILL}
    assert list(done) == sorted(done)
    assert max(under_way) <= 2  # one batch per worker
    assert 0 < done[-1] < Results.open(tmp_path / "r").manifest.runs
    assert resumed == in_one_go


@pytest.fixture
def finished(tmp_path, monkeypatch):
    """A sweep in several shards that were not merged."""
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", 1000)
    monkeypatch.setattr("backsweep.results.store.store.Store.compact", lambda self: None)
    results = Sweep.from_dict(SPEC).run(tmp_path / "r", jobs=2)
    assert len(results.store.shards()) == 6
    return results


class Listening(Progress):
    def __init__(self):
        super().__init__()
        self.messages = []

    def say(self, text):
        self.messages.append(text)


def shard_of(results, start):
    return next((results.path / "shards").glob(f"{start:012d}-*"))


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [cut, flip, Path.unlink])
def test_damaged_shards_are_named_and_only_their_runs_are_trained_again(finished, harm):
    before, shard = hashed(finished), shard_of(finished, 1000)
    harm(shard)
    if harm is not Path.unlink:
        with pytest.warns(DamageWarning, match=rf"{shard.name}: damaged .*`backsweep resume .*` trains its runs again"):
            hashed(Results.open(finished.path))
    listening = Listening()
    again = Sweep.of_folder(finished.path).run(finished.path, progress=listening)
    assert again.last.runs == 1000
    assert harm is Path.unlink or any(
        message.startswith(f"{shard}: damaged (") and message.endswith("; runs 1000 to 1999 are trained again")
        for message in listening.messages
    )
    assert hashed(again) == before
    assert Sweep.of_folder(finished.path).run(finished.path).last is None


@pytest.mark.parametrize("harm", [cut, flip, Path.unlink])
def test_a_damaged_manifest_loses_no_run(finished, harm):
    before, manifest = hashed(finished), finished.path / "manifest.json"
    sound = manifest.read_bytes()
    harm(manifest)
    assert hashed(Results.open(finished.path)) == before
    listening = Listening()
    assert Sweep.of_folder(finished.path).run(finished.path, progress=listening).last is None
    assert [text for text in listening.messages if "manifest.json" in text and "restored from its copy" in text]
    assert manifest.read_bytes() == sound


def started(tmp_path, **options):
    """A sweep at work in a process of its own, which takes minutes."""
    (tmp_path / "long.toml").write_text('task = "xor"\nseeds = 1000000\n[train]\nlr = 0.01\n')
    process = subprocess.Popen(
        [*BACKSWEEP, "run", "long.toml", "--out", "r", *options.pop("more", [])],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )
    while not list(tmp_path.glob("r/shards/0*.parquet")):
        assert process.poll() is None
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("backend", [backend for backend in BACKENDS if backend not in CLUSTERS])
def test_sigterm_ends_a_sweep_as_ctrl_c_does(backend, tmp_path):
    process = started(tmp_path, more=["--backend", backend])
    process.terminate()
    try:
        errors = process.communicate(timeout=PATIENCE)[1]
    finally:
        process.kill()
    assert process.returncode == 143
    assert "To continue: backsweep resume r" in errors
    assert "Traceback" not in errors
    done = Results.open(tmp_path / "r").done
    assert 0 < done < 1_000_000


def test_a_second_writer_is_refused_while_the_first_is_alive(tmp_path):
    process = started(tmp_path)
    try:
        second = subprocess.run([*BACKSWEEP, "resume", "r"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
        assert second.returncode == 2
        assert second.stderr == f"backsweep: r: process {process.pid} is writing here; wait until it ends, or end it\n"
        with pytest.raises(BusyError):
            Sweep.from_toml(tmp_path / "long.toml").run(tmp_path / "r")
    finally:
        process.kill()
        process.communicate()
    with Results.open(tmp_path / "r").store.writing():
        pass


def test_files_stay_few_while_batches_are_many(tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", 20)
    monkeypatch.setattr("backsweep.results.store.store.MOST_FILES", 30)
    counts = []

    class Counting(Progress):
        def advance(self, *numbers):
            super().advance(*numbers)
            counts.append(len(list((tmp_path / "r" / "shards").iterdir())))

    spec = {**SPEC, "train": {**SPEC["train"], "epochs": 50}}
    results = Sweep.from_dict(spec).run(tmp_path / "r", jobs=2, progress=Counting())
    assert len(counts) == 250
    assert max(counts) <= 31
    assert len(results.store.shards()) == 1
    assert hashed(results) == hashed(Sweep.from_dict(spec).run(tmp_path / "one", jobs=1))
