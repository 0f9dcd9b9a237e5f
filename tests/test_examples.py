"""The examples, run as their docstrings say, with their claims checked by other means. For xor_notebook see test_notebook."""

import re
import subprocess
import sys
from math import cos, radians, sin
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from scipy.stats import binomtest

from backsweep.results import Results
from helpers.commands import PATIENCE

EXAMPLES = Path(__file__).parent.parent / "examples"
NOTEBOOK = EXAMPLES / "first_look.ipynb"


def output_of(name, cwd):
    done = subprocess.run([sys.executable, EXAMPLES / name], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def numbers(text):
    return [float(number) for number in re.findall(r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text.replace(",", ""))]


def line(text, begin):
    (found,) = (each for each in text.splitlines() if each.startswith(begin))
    return found


def converged(table):
    return table.outcome == "converged"


def is_picture(path):
    return path.read_bytes().startswith(b"\x89PNG") and path.stat().st_size > 20_000


@pytest.mark.long
def test_first_sweep_names_the_cell_that_is_best_and_trains_nothing_twice(tmp_path):
    text = output_of("first_sweep.py", tmp_path)
    folder = tmp_path / "runs" / "first_sweep"
    table = Results.open(folder).table
    assert line(text, "5,600 runs")
    assert len(table) == 4 * 2 * 7 * 100
    hidden, rate = re.search(r"Best: (\d+) tanh units at learning rate ([\d.]+)\. ", text).groups()
    shares = converged(table).groupby([table.hidden, table.activation, table.lr], observed=True).mean()
    chosen = shares.xs((int(hidden), "tanh"), level=("hidden", "activation"))
    assert chosen.iloc[np.abs(chosen.index - float(rate)).argmin()] >= shares.max() - 0.05
    assert is_picture(folder / "success.png")
    assert (folder / "report.html").exists()

    shards = {path: path.stat().st_mtime_ns for path in (folder / "shards").iterdir()}
    assert output_of("first_sweep.py", tmp_path) == text
    assert {path: path.stat().st_mtime_ns for path in (folder / "shards").iterdir()} == shards


def test_own_csv_writes_the_throws_that_are_cleared_and_learns_them(tmp_path):
    text = output_of("own_csv.py", tmp_path)
    throws = pd.read_csv(tmp_path / "runs" / "throws.csv")
    heights = {"low": 1.0, "middle": 2.5, "high": 4.0}
    for throw in throws.itertuples():
        seconds = 10 / (throw.speed * cos(radians(throw.angle)))  # until the ball reaches the fence
        height = throw.speed * sin(radians(throw.angle)) * seconds - 9.81 / 2 * seconds**2
        assert throw.cleared == ("yes" if height > heights[throw.fence] else "no")
    assert 0.2 < (throws.cleared == "yes").mean() < 0.8

    table = Results.open(tmp_path / "runs" / "throws").table
    share = converged(table).groupby(table.hidden, observed=True).mean()
    (units,) = numbers(text.splitlines()[-1])
    assert share[units] > 0.5 >= share[share.index < units].max()


def test_take_apart_shows_units_whose_outputs_give_the_answer(tmp_path):
    text = output_of("take_apart.py", tmp_path)
    run = int(re.match(r"run (\d+) solved XOR", text).group(1))
    results = Results.open(tmp_path / "runs" / "take_apart")
    assert results.table.outcome[run] == "converged"
    answers = [numbers(each)[-1] > 0.5 for each in text.splitlines() if "-> hidden" in each]
    assert answers == [False, True, True, False]
    assert f"after {results.table.epochs[run]} epochs 4 of 4 samples were right" in text
    assert is_picture(tmp_path / "runs" / "take_apart" / "decision.png")


def test_two_optimizers_meet_on_seeds_that_chose_nothing(tmp_path):
    text = output_of("two_optimizers.py", tmp_path)
    folder = tmp_path / "runs" / "two_optimizers"
    chosen = {name: Results.open(folder / name).table for name in ("gd", "adam")}
    gd, adam = (Results.open(folder / f"{name}-at-its-best").table for name in ("gd", "adam"))
    for table in chosen.values():
        assert table.lr.nunique() == 12
        assert set(table.seed).isdisjoint(gd.seed)
    assert gd.seed.tolist() == adam.seed.tolist() == list(range(200, 400))

    one, two = converged(gd).to_numpy(), converged(adam).to_numpy()
    only_gd, only_adam = np.sum(one & ~two), np.sum(two & ~one)
    pairs, *rest = numbers(line(text, "  of "))
    assert (pairs, *rest[:2]) == (200, only_gd, only_adam)
    assert rest[2] == float(f"{binomtest(only_gd, only_gd + only_adam).pvalue:.2g}")
    assert numbers(line(text, "  success_difference"))[0] == (only_adam - only_gd) / 200


def test_trainability_map_draws_its_pixels(tmp_path):
    text = output_of("trainability_map.py", tmp_path)
    folder = tmp_path / "runs" / "trainability_map"
    table = Results.open(folder).table
    assert table.groupby(["lr[0]", "lr[1]"]).size().tolist() == [1] * 128**2
    assert numbers(text.splitlines()[-1])[0] == round(100 * np.mean(table.measure < 0))
    assert table[(table["lr[0]"] < 10) & (table["lr[1]"] < 10)].measure.max() < 0  # small steps go down,
    assert table[table["lr[1]"] > 300].measure.min() > 0  # large ones do not
    assert is_picture(folder / "map.png")


def test_resume_and_replay_gives_the_same_bits(tmp_path):
    text = output_of("resume_and_replay.py", tmp_path)
    before, after = numbers(next(each for each in text.splitlines() if "were on disk when" in each))
    assert 0 < before < 16_000 == before + after
    first, second = re.findall(r"0x1\.[0-9a-f]+p[+-]\d+", text)
    assert first == second
    assert abs(float.fromhex(first) - numbers(text.splitlines()[-1])[1]) < 1e-6


def outputs(notebook):
    """The text outputs of cells: those in the file of the repository, or those of a fresh run."""
    return [[out.data["text/plain"] for out in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def test_running_the_notebook_gives_its_stored_outputs(tmp_path, monkeypatch):
    for home in ("IPYTHONDIR", "JUPYTER_DATA_DIR"):  # independent of the Jupyter kernels and settings of this user
        monkeypatch.setenv(home, str(tmp_path / home))
    kept = nbformat.read(NOTEBOOK, as_version=4)
    fresh = nbformat.read(NOTEBOOK, as_version=4)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(fresh, timeout=PATIENCE, resources={"metadata": {"path": tmp_path}}).execute()
    assert outputs(fresh) == outputs(kept)
    assert (tmp_path / "runs" / "first_look" / "report.html").exists()


def test_the_notebook_is_stored_small_and_as_executed_from_the_top():
    kept = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(kept)
    code = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert all(out.output_type == "execute_result" for cell in code for out in cell.outputs)
    assert NOTEBOOK.stat().st_size < 250_000


def test_every_example_is_in_the_table_of_examples_and_tested():
    there = {path.name for path in EXAMPLES.iterdir() if path.suffix in {".py", ".toml", ".ipynb", ".sh"}} - {"__init__.py"}
    assert set(re.findall(r"\]\(([\w.]+)\)", (EXAMPLES / "README.md").read_text())) == there
    tests = Path(__file__).read_text() + (Path(__file__).parent / "test_notebook.py").read_text()
    assert {name for name in there if not name.endswith((".toml", ".sh")) and name not in tests} == set()  # test_readme: .sh
