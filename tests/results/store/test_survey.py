"""Folders as a reader sees them: what is there, who writes, and what is wrong, even while files come and go."""

import os
import signal
import subprocess
import sys

import pyarrow as pa
import pytest

from backsweep.errors import BacksweepError, BusyError
from backsweep.outcomes import OUTCOMES, Outcome
from backsweep.results.disk.lock import only_writer
from backsweep.results.store import file_kinds
from backsweep.results.store import survey as survey_module
from backsweep.results.store import writer as writer_module
from backsweep.results.store.schema import Session, runs_schema
from backsweep.results.store.store import Store
from backsweep.results.store.survey import survey, surveys
from backsweep.results.store.writer import note, writer_of
from helpers.manifests import manifest_of

SESSION = Session(
    started="t", jobs=1, backend="threads", runs=60, run_epochs=1, wall=1, kernels=1, writing=0, versions={}, cpu=""
)


def rows(start, stop, outcome=None):
    """Runs that end in each way in turn, or all in the same way."""
    runs = range(start, stop)
    codes = pa.array([run % 4 if outcome is None else outcome for run in runs], pa.int8())
    ends = pa.DictionaryArray.from_arrays(codes, list(OUTCOMES))
    numbers = [1.0] * len(runs)
    return pa.table([runs, [0] * len(runs), runs, ends, [5] * len(runs), numbers, numbers], schema=runs_schema(()))


def make(path, beside=()):
    store = Store.create(path, manifest_of(beside=beside, seeds=100))
    with store.writing():
        for span in ((40, 60), (0, 20), (20, 40)):
            store.append(rows(*span))
    return store


@pytest.fixture
def store(tmp_path):
    return make(tmp_path / "sweep")


def shard(store, start):
    return next((store.path / "shards").glob(f"{start:012d}-*"))


def test_without_a_session_record_counts_come_from_the_shards(store):
    seen = survey(store.path, closely=True)
    assert (seen.done, seen.missing, seen.damage, seen.writer) == (60, [(60, 100)], None, None)
    assert seen.outcomes == dict.fromkeys(OUTCOMES, 15)
    shard(store, 20).unlink()
    assert survey(store.path).missing == [(20, 40), (60, 100)]


def test_complete_session_records_make_reading_shards_unnecessary(store, monkeypatch):
    outcomes = {Outcome.CONVERGED: 50, Outcome.CAPPED: 10}
    with store.writing():
        store.add_session(SESSION.model_copy(update={"outcomes": outcomes}))
    monkeypatch.setattr(survey_module, "_outcomes", None)
    assert survey(store.path).outcomes == {"converged": 50, "diverged": 0, "stalled": 0, "capped": 10}


@pytest.mark.parametrize("told", [{"outcomes": None}, {"runs": 40, "outcomes": {Outcome.CAPPED: 40}}], ids=["old", "killed"])
def test_incomplete_session_records_do_not(store, told):
    with store.writing():
        store.add_session(SESSION.model_copy(update=told))
    assert survey(store.path).outcomes == dict.fromkeys(OUTCOMES, 15)


def test_shards_merged_into_one_count_once_while_both_are_there(store):
    with store.writing():
        store.append(rows(0, 60))
    seen = survey(store.path)
    assert (seen.done, seen.outcomes, seen.damage) == (60, dict.fromkeys(OUTCOMES, 15), None)


def test_shards_that_overlap_are_damage(store):
    with store.writing():
        store.append(rows(50, 70))
    assert "damaged (runs 50 to 59 are in 000000000040-000000000060-" in str(survey(store.path).damage)


def test_runs_count_only_with_what_belongs_beside_them(tmp_path):
    assert survey(make(tmp_path / "r", beside=("weights",)).path).done == 0


def test_a_file_that_vanishes_while_it_is_read_causes_another_look(store, monkeypatch):
    read, gone = file_kinds.whole, []

    def vanishing(path, digest):
        if not gone:
            gone.append(path)
            path.unlink()
        return read(path, digest)

    monkeypatch.setattr(file_kinds, "whole", vanishing)
    assert survey(store.path).done == 40


def test_files_that_keep_vanishing_are_reported_without_an_exception(store, monkeypatch):
    def vanished(file, _):
        raise FileNotFoundError(2, "No such file", str(file.path))

    monkeypatch.setattr(survey_module, "_outcomes", vanished)
    with pytest.raises(BacksweepError, match="files in it keep vanishing while they are read"):
        survey(store.path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"x" * 1000])
def test_a_shard_that_cannot_be_read_is_named(store, content):
    path = shard(store, 20)
    path.write_bytes(content)
    seen = survey(store.path)
    assert (seen.done, seen.damage) == (40, f"{path}: damaged (not a complete Parquet file)")
    assert sum(seen.outcomes.values()) == 40
    with store.writing():
        store.add_session(SESSION.model_copy(update={"outcomes": {Outcome.CAPPED: 60}}))
    assert survey(store.path, closely=True).damage == seen.damage


def test_all_folders_are_found_and_strangers_are_not(tmp_path):
    for name in ("b", "a/deep", "broken", "bare"):
        make(tmp_path / name)
    for name in ("manifest.json", "manifest.copy.json"):
        (tmp_path / "broken" / name).write_text("{")
        (tmp_path / "bare" / name).unlink()
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "manifest.json").write_text('{"icons": []}')
    (tmp_path / "sea" / "shards").mkdir(parents=True)
    found = {str(path.relative_to(tmp_path)): seen for path, seen in surveys(tmp_path)}
    assert list(found) == ["a/deep", "b", "bare", "broken"]
    assert [isinstance(seen, BacksweepError) for seen in found.values()] == [False, False, True, True]
    assert [path for path, _ in surveys(tmp_path / "b")] == [tmp_path / "b"]


def test_a_writer_is_seen_and_its_lock_not_touched(store):
    with store.writing():
        before = sorted(path.name for path in store.path.rglob("*"))
        seen = survey(store.path).writer
        assert seen is not None
        assert (seen.pid, seen.here, seen.rate) == (os.getpid(), True, None)
        assert sorted(path.name for path in store.path.rglob("*")) == before
        with pytest.raises(BusyError), only_writer(store.path):
            pass
        assert survey(store.path).writer is not None
    assert survey(store.path).writer is None


@pytest.mark.posix
def test_a_note_of_a_process_that_was_killed_misleads_nobody(store):
    code = f"""
import os, signal
from backsweep.results.store.store import Store
with Store.open({str(store.path)!r}).writing():
    os.kill(os.getpid(), signal.SIGKILL)
"""
    process = subprocess.Popen([sys.executable, "-c", code])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # a zombie: its number is still taken
    assert (store.path / ".writer.json").exists()
    assert survey(store.path).writer is None
    assert process.wait() == -signal.SIGKILL
    assert survey(store.path).writer is None
    with store.writing():
        assert writer_of(store.path).pid == os.getpid()


def test_another_process_with_the_same_number_is_not_the_writer(store):
    note(store.path)
    file = store.path / ".writer.json"
    if writer_of(store.path).born is not None:
        file.write_text(file.read_text().replace(f'"born":"{writer_of(store.path).born}"', '"born":"1"'))
        assert writer_of(store.path) is None


def test_a_writer_on_another_machine_is_known_only_from_its_note(store, monkeypatch):
    note(store.path, rate=5.0, left=7.0)
    monkeypatch.setattr(writer_module.socket, "gethostname", lambda: "elsewhere")
    seen = writer_of(store.path)
    assert (seen.here, seen.rate, seen.left) == (False, 5.0, 7.0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', '{"pid": -1, "host": "h", "born": null, "at": 0}'])
def test_an_invalid_note_is_ignored(store, text):
    (store.path / ".writer.json").write_text(text.replace('"h"', f'"{writer_module.socket.gethostname()}"'))
    assert survey(store.path).writer is None


def test_a_folder_that_becomes_a_file_does_not_end_the_listing(tmp_path, monkeypatch):
    make(tmp_path / "b" / "r")
    (tmp_path / "a").mkdir()
    real = survey_module.entries

    def entries(folder, **options):
        if folder == tmp_path / "a":
            folder.rmdir()
            folder.write_text("")
        return real(folder, **options)

    monkeypatch.setattr(survey_module, "entries", entries)
    first, second = surveys(tmp_path)
    assert first[0] == tmp_path / "a"
    assert isinstance(first[1], BacksweepError)
    assert second[0] == tmp_path / "b" / "r"
