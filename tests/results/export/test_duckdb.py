"""SQL over a folder: the same results as pandas on the table, from valid files only, and nothing else can be reached."""

import shutil
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from backsweep.errors import BacksweepError, DamageWarning
from backsweep.outcomes import OUTCOMES
from backsweep.results import Results
from backsweep.results.export import duckdb
from backsweep.results.store.schema import AxisColumn, runs_schema
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep
from helpers.manifests import manifest_of

SPEC = {
    "task": "xor",
    "seeds": 40,
    "model": {"hidden": {"values": [2, [3, 3]]}},
    "train": {
        "lr": {"values": [1.0, 10.0]},
        "optimizer": {"values": ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}]},
        "epochs": 300,
        "stop": {"loss": 0.2},
    },
    "record": {"every": 100, "weights": True},
}
AXES = (
    AxisColumn(name="lr[1]", setting="train.lr[1]", type="float64"),
    AxisColumn(name="rule", setting="train.rule", type="string"),
)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    return Sweep.from_dict(SPEC).run(tmp_path_factory.mktemp("query") / "it's [one] * ü", jobs=1)


@pytest.fixture
def results(swept, tmp_path):
    """A folder for this test alone, which it may damage."""
    return Results.open(shutil.copytree(swept.path, tmp_path / "copy"))


@pytest.mark.parametrize("table", ["runs", "records", "weights"])
def test_a_query_of_chosen_runs_finds_them_alone(swept, table):
    chosen = swept.where(optimizer="momentum", lr=10.0)
    found = chosen.query(f"SELECT DISTINCT run FROM {table} ORDER BY run")["run"].tolist()
    assert found == chosen.table["run"].tolist()
    assert len(swept.query(f"SELECT DISTINCT run FROM {table}")) == swept.done


def rows(start, stop):
    """Runs that end in each way in turn; every third loss is NaN, and every fifth run lacks its settings."""
    runs = np.arange(start, stop)
    ends = pa.DictionaryArray.from_arrays(pa.array((runs % 4).astype(np.int8)), list(OUTCOMES))
    lacking = runs % 5 == 0
    settings = pa.array(runs / 8, mask=lacking), pa.array(np.where(runs % 2, "a'b", "c"), mask=lacking)
    losses = np.where(runs % 3 == 0, np.nan, runs / 100)
    none = np.full(len(runs), np.nan)
    columns = [runs, np.zeros(len(runs), np.int32), runs, *settings, ends, (runs % 7).astype(np.int32), losses, none]
    return pa.table([*map(pa.array, columns)], runs_schema(AXES).names).cast(runs_schema(AXES))


def make(path, *spans):
    store = Store.create(path, manifest_of(AXES, 1000, seeds=1000))
    with store.writing():
        for span in spans:
            store.append(rows(*span))
    return Results.open(path)


def only(frame):
    assert frame.shape == (1, 1)
    return frame.iloc[0, 0]


def test_means_are_those_of_the_table(swept):
    found = swept.query(
        "SELECT lr, avg(epochs) AS mean, count(*) AS n FROM runs WHERE outcome = 'converged' GROUP BY lr ORDER BY lr"
    )
    table = swept.table[swept.table["outcome"] == "converged"]
    expected = table.groupby("lr")["epochs"].agg(["mean", "size"])
    assert len(found) > 0
    assert found["lr"].tolist() == expected.index.tolist()
    assert found["mean"].tolist() == pytest.approx(expected["mean"].tolist(), rel=1e-12)
    assert found["n"].tolist() == expected["size"].tolist()


def test_all_rows_are_those_of_the_table_bit_for_bit(swept):
    found, table = swept.query("FROM runs ORDER BY run"), swept.table
    assert list(found) == list(table)
    for name in table:
        if table[name].dtype.kind in "if":
            np.testing.assert_array_equal(found[name].to_numpy(float), table[name].to_numpy(float))
        else:
            assert found[name].tolist() == table[name].tolist()


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("loss > 0.5", lambda t: t["loss"] > 0.5),
        ("NOT loss <= 0.5", lambda t: t["loss"] > 0.5),
        ("loss IS NULL", lambda t: t["loss"].isna()),
        ("loss IS DISTINCT FROM 0.5", lambda t: t["loss"] != 0.5),
        ('"lr[1]" >= 2.5', lambda t: t["lr[1]"] >= 2.5),
        ('"lr[1]" IS NULL', lambda t: t["lr[1]"].isna()),
        ("rule = 'a''b'", lambda t: t["rule"] == "a'b"),
        ("rule IN ('c', 'd') OR outcome = 'stalled'", lambda t: (t["rule"] == "c") | (t["outcome"] == "stalled")),
        ("rule IS NULL AND outcome <> 'capped'", lambda t: t["rule"].isna() & (t["outcome"] != "capped")),
        ("outcome LIKE 'c%' AND run BETWEEN 7 AND 90", lambda t: t["outcome"].str.startswith("c") & t["run"].between(7, 90)),
        ("accuracy > 0", lambda t: t["accuracy"] > 0),
    ],
)  # fmt: skip
def test_conditions_choose_the_rows_that_pandas_does(tmp_path, where, holds):
    results = make(tmp_path / "r", (0, 60), (60, 100))
    found = results.query(f"SELECT run FROM runs WHERE {where} ORDER BY run")
    assert found["run"].tolist() == results.table.loc[holds(results.table), "run"].tolist()


def test_nan_is_left_out_of_means(tmp_path):
    results = make(tmp_path / "r", (0, 100))
    assert only(results.query("SELECT avg(loss) FROM runs")) == pytest.approx(results.table["loss"].mean(), rel=1e-12)
    assert only(results.query("SELECT count(loss) FROM runs")) == results.table["loss"].count()


def test_records_and_weights_go_with_their_runs(swept):
    found = swept.query("SELECT run, max(epoch) AS last FROM records GROUP BY run ORDER BY run")
    assert found["last"].tolist() == swept.trajectories().groupby("run")["epoch"].max().tolist()
    joined = swept.query("SELECT w.weights FROM weights w JOIN runs USING (run) WHERE run = 3")
    weights, _ = swept.weights(3)
    assert only(joined).tolist() == np.concatenate([layer.ravel() for layer in weights]).tolist()


def test_names_of_tables_are_found_in_any_case(swept):
    assert only(swept.query('SELECT count(*) FROM "RUNS" JOIN Records USING (run)')) == len(swept.trajectories())


def test_only_valid_files_are_read(results):
    folder = results.path / "records"
    shutil.copy(next(folder.iterdir()), folder / f"{480:012d}-{960:012d}-{'0' * 16}.parquet")
    assert only(results.query("SELECT count(*) FROM records")) == len(results.trajectories())


def test_a_file_that_was_merged_into_another_is_not_read(tmp_path):
    results = make(tmp_path / "r", (0, 50), (50, 100))
    with results.store.writing():
        results.store.append(rows(0, 100))  # left by a process that died while merging
    assert only(results.query("SELECT count(*) FROM runs")) == 100


def test_files_that_are_merged_before_they_are_read_are_looked_for_again(tmp_path, monkeypatch):
    make(tmp_path, (0, 10), (10, 20))
    real, merged = duckdb._tables, []

    def look(store, sql):
        found = real(store, sql)
        if not merged:
            merged.append(compact(tmp_path))
        return found

    monkeypatch.setattr(duckdb, "_tables", look)
    found = Results.open(tmp_path).query("SELECT count(*) AS n, sum(run) AS s FROM runs")
    assert merged
    assert (found["n"][0], found["s"][0]) == (20, 190)


def compact(path):
    store = Store.open(path)
    with store.writing():
        store.compact()
    return store.shards()


def test_unfinished_and_empty_folders_can_be_queried(tmp_path):
    assert only(make(tmp_path / "some", (10, 30), (50, 60)).query("SELECT count(*) FROM runs")) == 30
    empty = make(tmp_path / "none")
    assert only(empty.query("SELECT count(*) FROM runs")) == 0
    assert list(empty.query("FROM runs")) == list(empty.table)


@pytest.mark.parametrize(("folder", "sql"), [("shards", "SELECT count(*) FROM runs"), ("records", "FROM records")])
def test_a_damaged_file_is_left_out(results, folder, sql):
    path = next((results.path / folder).iterdir())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.warns(DamageWarning, match=r"damaged .*`backsweep resume .*` trains its runs again"):
        found = results.query(sql)
    assert (only(found) if folder == "shards" else len(found)) == 0
    other = {"shards": "SELECT count(*) FROM weights", "records": "SELECT count(*) FROM runs"}[folder]
    assert only(Results.open(results.path).query(other)) > 0


def test_the_whole_table_is_never_read(swept, monkeypatch):
    monkeypatch.setattr(Store, "read", None)
    monkeypatch.setattr("pyarrow.parquet.read_table", None)
    assert only(swept.query("SELECT count(*) FROM runs")) == 480


def test_nothing_is_written_loaded_or_read_beside_the_results(results, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    shard = next((results.path / "shards").iterdir())
    for sql in (
        f"COPY (SELECT 1) TO '{shard}' (FORMAT parquet, USE_TMP_FILE false)",
        "COPY runs TO 'out.csv'",
        "FROM 'secret.csv'",
        "FROM read_text('secret.csv')",
        f"FROM read_parquet('{shard}')",
        "FROM 'http://localhost:9/a.parquet'",
        "ATTACH 'other.db'",
        "EXPORT DATABASE 'out'",
        "INSTALL spatial",
        "LOAD spatial",
        "SET enable_external_access = true",
        "SET autoinstall_known_extensions = true",
        "SET temp_directory = '.'",
        "RESET lock_configuration",
    ):
        with pytest.raises(BacksweepError, match=r"^query: "):
            results.query(sql)
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_variables_of_the_caller_are_no_tables(swept):
    mine = pd.DataFrame({"a": [1]})
    with pytest.raises(BacksweepError, match="Table with name mine does not exist"):
        swept.query("FROM mine")
    assert len(mine) == 1


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEC 1", 'query: Parser Error: syntax error at or near "SELEC"'),
        ("SELECT nothing FROM runs", 'query: Binder Error: Referenced column "nothing" not found in FROM clause'),
        ("FROM runs WHERE outcome = 1", "query: Conversion Error: "),
        ("", "query: it contains no statement"),
        ("-- nothing", "query: it contains no statement"),
    ],
)
def test_an_error_is_one_line(swept, sql, message):
    with pytest.raises(BacksweepError) as refused:
        swept.query(sql)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
    assert "LINE 1" not in str(refused.value)


def test_a_query_too_large_for_memory_is_an_error_and_leaves_no_files(swept, monkeypatch):
    """Even without room on disk: DuckDB would put temporary files beside the database or into the current folder."""
    monkeypatch.chdir(swept.path)
    there = sorted(swept.path.rglob("*"))
    monkeypatch.setitem(duckdb.SHUT_IN, "memory_limit", "30MB")
    sql = "SELECT a.run, b.run AS other, c.loss FROM runs a, runs b, runs c ORDER BY a.loss + b.loss + c.loss"
    with pytest.raises(BacksweepError, match=r"^query: it needs more memory than is available; ask for fewer rows or columns$"):
        swept.query(sql)
    assert sorted(swept.path.rglob("*")) == there


def test_without_duckdb_the_error_says_how_to_install_it(swept, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(BacksweepError, match=r"^duckdb is not installed; pip install 'backsweep\[duckdb\]'$"):
        swept.query("SELECT 1")
