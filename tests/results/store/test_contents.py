"""Files whose bytes are those that their names were made of, but which do not hold what their names say.

Nothing here trains but one small sweep and its like, whose folders are copied and spoiled. Whatever is done to a file: commands
end without a traceback, name it, show the rest, and after a resume every byte is as it was.
"""

import contextlib
import shutil
import warnings
from pathlib import Path
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backsweep.columns import RECORDED
from backsweep.errors import DamageError, DamageWarning
from backsweep.results import Results
from backsweep.results.store import recording
from backsweep.results.store.file_kinds import SWEEP, kinds_of
from backsweep.results.store.manifest import COPY, MANIFEST, write_manifest
from backsweep.results.store.numbering import Numbering
from backsweep.results.store.schema import LATER
from backsweep.results.store.shards import named, spans_in
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from backsweep.sweep.sweep import keep_typical_trajectory
from helpers import hostile_tables
from helpers.commands import here
from helpers.folders import contents
from helpers.hostile_tables import put, rewritten, with_value, written

from .spoiled import CASES, KINDS, content_of_the_next, cut, files

SPEC = {
    "task": "xor",
    "seeds": {"start": 7, "count": 8},
    "train": {"lr": {"values": [0.5, 2.0]}, "epochs": 40, "stop": {"loss": 0.7}},
    "record": {"every": 5, "weights": True, "runs": 12},
}
LIKE_ANY_OTHER = (  # only training again can detect this, which `verify` does
    *(f"{name} = " for name in ("lr", *RECORDED)),
    *(f"{name} gone" for name in LATER),  # as in an older folder, which lacks it
    "epochs = 2147483647",
    "epoch = 2147483647",
    "the last row gone",  # rows of records
    "byte ",  # bytes of the footer, such as statistics that nobody reads
)


@pytest.fixture(autouse=True)
def four_files(monkeypatch):
    """Shards of four runs each, however fast the machine is."""
    monkeypatch.setattr(pace, "MOST_RUNS", 4)
    monkeypatch.setattr(Store, "compact", lambda _: None)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """Two finished sweeps of the same shape, with everything that a folder can contain, in folders with the same names."""
    made = []
    with mock.patch.object(pace, "MOST_RUNS", 4), mock.patch.object(Store, "compact"):
        for epochs in (40, 41):
            folder = tmp_path_factory.mktemp(f"of {epochs} epochs") / "r"
            keep_typical_trajectory(Sweep.from_dict({**SPEC, "train": {**SPEC["train"], "epochs": epochs}}).run(folder, jobs=1))
            made.append(folder)
    return made


@pytest.fixture
def folder(swept, tmp_path):
    return Path(shutil.copytree(swept[0], tmp_path / "r"))


def overlapping(folder, change, stop):
    """Add a file with runs 2 ... stop - 1, which overlaps those of runs 0 to 3 and 4 to 7."""
    for kind in KINDS:
        schema, rows = signed(folder, kind).schema, pa.concat_tables(map(pq.read_table, files(folder, kind)[:2]))
        runs = rows["run"].to_numpy()
        rows = change(rows.filter(pa.array((runs >= 2) & (runs < stop))).unify_dictionaries().combine_chunks())
        put(folder / kind / f"{2:012d}-{stop:012d}-{0:016x}.parquet", written(rows.cast(schema)))
    return next(file for file in files(folder, "shards") if file.name.startswith(f"{2:012d}-"))


def signed(folder, kind):
    manifest = Store.open(folder).manifest
    return kinds_of(manifest, *manifest.all_blocks)[kind]


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_does_not_hold_what_its_name_says_is_named_and_made_again(case, folder, swept):
    undisturbed, other = swept
    path = CASES[case](folder, other)
    named = f"{path}: damaged ("
    of_rows = path.parent.name == "shards"

    code, printed, message = here("table", folder)
    assert code == 0
    assert "converged" in printed
    assert (named in message) == of_rows
    code, printed, message = here("status", folder)
    assert (code, message) == (0, "")
    assert (f"Damaged: {named}" in printed and "12 of 16 runs" in printed) or not of_rows
    code, printed, message = here("verify", folder)
    assert (code, printed) == (1, "")
    assert message.startswith(f"backsweep: 1 damaged file:\n{named}")
    code, printed, message = here("resume", folder, "--jobs", "1")
    assert (code, message) == (0, "")
    assert named in printed
    assert of_the_runs(folder) == of_the_runs(undisturbed)
    code, printed, message = here("verify", folder)
    assert (code, message) == (0, "")
    assert "every bit is the same" in printed


@pytest.mark.parametrize("case", ["shards: those of the runs before", "weights of another sweep", "trajectory of another run"])
def test_the_other_commands_work_without_the_damaged_files(case, folder, swept):
    path = CASES[case](folder, swept[1])
    commands = (
        ("table", folder, "--of", "best"),
        ("table", folder, "--format", "json"),
        ("compare", folder, "--setting", "lr", "--values", "0.5,2.0"),
        ("seeds", folder, "--half-width", "0.1"),
        ("ls", folder.parent),
        ("replay", folder, "5"),
        ("report", folder),
    )
    for command in commands:
        code, printed, message = here(*command)
        assert (code, bool(printed)) == (0, True), message
        assert message == "" or f"{path}: damaged (" in message
    rerun = Sweep.from_dict(SPEC).run(folder, jobs=1)
    assert (rerun.done, rerun.damage) == (16, [])
    assert of_the_runs(folder) == of_the_runs(swept[0])


@pytest.mark.parametrize("record", [{"every": 5}, {"points": 4}])
@pytest.mark.parametrize("which", ["first", "middle", "last"])
def test_records_that_lack_an_epoch_are_not_returned(record, which, tmp_path):
    results = Sweep.from_dict({**SPEC, "record": record}).run(tmp_path / "r", jobs=1)
    recorded = results.trajectories()
    path = cut(which)[1](results.path, None)
    figure = ("figure", results.path, "trajectories", "--out", tmp_path / "t.svg")
    code, _, message = here(*figure)
    assert (code, f"{path}: damaged (" in message, f"`backsweep resume {results.path}`" in message) == (0, True, True)
    with pytest.warns(DamageWarning, match="records/.* damaged"):
        left = Results.open(results.path).trajectories()
    assert left.equals(recorded[~recorded["run"].between(4, 7)].reset_index(drop=True))
    assert here("resume", results.path, "--jobs", "1")[0] == 0
    assert Results.open(results.path).trajectories().equals(recorded)


def test_records_and_weights_of_other_runs_are_not_returned(folder):
    """Although `status` looks only at the first and last rows of such files."""
    whole = Results.open(folder)
    recorded, kept = whole.trajectories(), whole.store.weights()
    for kind in ("records", "weights"):
        content_of_the_next(folder, kind)
    results = Results.open(folder)
    with pytest.warns(DamageWarning, match="records/000000000004-000000000008-.* damaged"):
        left = results.trajectories()
    assert left.equals(recorded[~recorded["run"].between(4, 7)].reset_index(drop=True))
    with pytest.warns(DamageWarning, match="weights/000000000004-000000000008-.* damaged"):
        weights = results.store.weights()
    assert weights["run"].to_pylist() == [run for run in kept["run"].to_pylist() if not 4 <= run < 8]


def test_files_of_earlier_versions_need_no_hash_of_their_sweep(folder):
    """As long as none of the folder's files has one. A file with the hash of another sweep belongs to that sweep."""
    store = Store.open(folder)
    write_manifest(folder, store.manifest.model_copy(update={"signed": False}))
    for kind in (*KINDS, "trajectories"):
        for file in files(folder, kind):
            rewritten(file, lambda table: table.replace_schema_metadata(None))
    before = contents(folder)
    assert here("verify", folder)[0] == 0
    assert here("resume", folder, "--jobs", "1")[::2] == (0, "")
    assert contents(folder) == before
    path = rewritten(files(folder, "shards")[0], lambda table: table.replace_schema_metadata({SWEEP: b"another"}))
    assert f"{path}: damaged (belongs to another sweep)" in here("table", folder)[2]


@pytest.mark.parametrize("stop", [6, 8])  # as large as the others; and larger, with everything that one of them has
@pytest.mark.parametrize("agrees", [True, False])
def test_the_rows_decide_between_files_that_overlap(agrees, stop, folder, swept):
    """If they agree, the smaller file goes, or those contained in the other. If they differ, nobody knows which are right."""
    loss = 0.25

    def change(rows):
        return rows if agrees or "outcome" not in rows.column_names else with_value(rows, "loss", 1, loss)

    planted, first = overlapping(folder, change, stop), files(folder, "shards")[0]
    gone = first if agrees and stop == 8 else planted
    undisturbed = Results.open(swept[0]).table
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        table = Results.open(folder).table
    assert table["run"].is_unique
    assert loss not in set(table["loss"])
    assert table.equals(undisturbed[undisturbed["run"].isin(table["run"])].reset_index(drop=True))
    code, _, message = here("verify", folder)
    assert code == 1
    assert str(gone) in message
    code, printed, message = here("resume", folder, "--jobs", "1")
    assert (code, message) == (0, "")
    assert str(gone) in printed
    assert Results.open(folder).table.equals(undisturbed)
    assert here("verify", folder)[0] == 0


@pytest.mark.parametrize("kind", KINDS)
def test_any_altered_file_is_read_or_named(kind, folder):
    """Each column, the rows, the schema's metadata and the footer's bytes in turn: no other error, and never rows of other
    runs.
    """
    reader, (start, stop) = signed(folder, kind), (4, 8)
    sound = reader.read(spans_in(folder / kind)[1])
    at = folder / kind / f"{start:012d}-{stop:012d}-x"
    for told, data in hostile_tables.one_by_one(files(folder, kind)[1].read_bytes()):
        path = put(at, data)
        shard = named(path.parent, path.name)
        with contextlib.suppress(DamageError):
            reader.glance(shard)
        try:
            table = reader.read(shard)
        except DamageError as error:
            assert str(error).startswith(f"{shard.path}: damaged (")  # noqa: PT017
        else:
            assert told.startswith(LIKE_ANY_OTHER), told
            assert table.schema.equals(sound.schema)
            assert set(table["run"].to_pylist()) == set(sound["run"].to_pylist())
        shard.path.unlink()


@pytest.mark.parametrize("foreign", [MANIFEST, COPY])
def test_nothing_is_removed_if_the_manifests_belong_to_two_sweeps(foreign, folder, swept):
    """The files of one sweep look like damage to the other."""
    shutil.copy(swept[1] / MANIFEST, folder / foreign)
    before = contents(folder)
    code, printed, message = here("resume", folder, "--jobs", "1")
    assert (code, printed) == (2, "")
    assert message.startswith(f"backsweep: {folder}: {MANIFEST} and {COPY} are of two sweeps; remove the one")
    assert contents(folder) == before
    (folder / foreign).unlink()
    assert here("resume", folder, "--jobs", "1")[::2] == (0, "")
    assert contents(folder) == contents(swept[0])


def of_the_runs(folder):
    """The bytes of all files that belong to runs; not those that a report adds."""
    return {name: data for name, data in contents(folder).items() if name.partition("/")[0] in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_more_rows_than_there_can_be_are_refused_before_any_is_read(kind, folder, monkeypatch):
    """Whatever memory they would take: a few bytes can encode any number of rows."""
    monkeypatch.setattr(recording, "MOST_RECORDS", 5)
    shard = spans_in(folder / kind)[1]
    path = rewritten(shard.path, lambda table: pa.concat_tables([table] * 5))
    for reading in ("read", "iter_batches"):
        monkeypatch.setattr(pq.ParquetFile, reading, mock.Mock(side_effect=AssertionError))
    reader, shard = signed(folder, kind), named(path.parent, path.name)
    for look in (reader.glance, reader.check, reader.read):
        with pytest.raises(DamageError, match=r"has \d+ rows and not \d+"):
            look(shard)


def test_the_size_of_a_span_is_computed_without_making_it():
    for sample, count in ((None, 10**11), (7, 7)):
        (block,) = Numbering.of(10**11, range(1), sample).blocks
        assert recording.Recording({}, block).count((0, 10**11)) == count
