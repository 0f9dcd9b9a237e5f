"""The README: its answer is that of its spec, its figures of speed are those that were measured, and its scripts run."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from backsweep.results.analysis.answer import answer_of
from backsweep.results.text.answer import sentences
from backsweep.sweep import Sweep
from helpers.commands import PATIENCE, must

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FIRST_SCREEN = README.partition("\n## ")[0]
MEASURED = {"family 26": "PEERS.md", "an earlier AMD EPYC": "PEERS_2026-11-23.md"}
BLOCK = 30
SCRIPTS = sorted((ROOT / "examples").glob("*.sh"))


def in_one_line(text):
    return " ".join(text.replace("\n> ", "\n").split())


def rows(page):
    """The table of peers of a page of benchmarks: the numbers of each row by its first cell."""
    text = (ROOT / "benchmarks" / page).read_text(encoding="utf-8")
    found = re.findall(r"^\| (.+?) \| (\**[\d,.]+.*) \|$", text.split("<!-- peers -->")[-1].split("<!-- /peers -->")[0], re.M)
    return {name: [cell.replace(",", "").strip("* ") for cell in cells.split(" | ")] for name, cells in found}


def test_the_spec_has_ten_lines_and_the_answer_is_its_answer(tmp_path):
    (spec,) = re.findall(r"```toml\n(.*?)```", FIRST_SCREEN, re.DOTALL)
    assert len(spec.splitlines()) - spec.startswith("#") <= 10
    results = Sweep.from_dict({**tomllib.loads(spec), "name": "xor"}).run(tmp_path / "r")
    assert f"trains the {results.done:,} networks" in FIRST_SCREEN
    (quoted,) = re.findall(r"^> (.*?)\n\n", FIRST_SCREEN, re.DOTALL | re.MULTILINE)
    assert in_one_line(quoted) == " ".join(sentences(answer_of(results.table, results.manifest, resamples=1))[:2])


def test_it_answers_first_then_shows_the_report_then_says_how_fast_and_how_to_install():
    order = ["\n> The best setting is", "docs/pictures/report.png", "**How fast?**", "**What is not there:**", "\n## Install"]
    places = [README.index(part) for part in order]
    assert places == sorted(places)


@pytest.mark.parametrize("machine", MEASURED)
def test_its_figure_of_speed_is_the_one_that_was_measured(machine):
    (millions,) = re.findall(rf"^\| two cores of.*{machine}.* \| (\d+) million \|$", FIRST_SCREEN, re.MULTILINE)
    assert int(millions) == round(float(rows(MEASURED[machine])["**backsweep**"][0]) / 1000)


def test_its_comparison_with_jax_spans_the_tables():
    faster = [
        float(times)
        for page in MEASURED.values()
        for name, cells in rows(page).items()
        if name.startswith("JAX")
        for times in re.findall(r"\(([\d.]+) ×\)", " ".join(cells))
    ]
    least, most = re.search(r"([\d.]+) to ([\d.]+) times as many as JAX", in_one_line(FIRST_SCREEN)).groups()
    assert (float(least), int(most)) == (round(min(faster), 1), round(max(faster)))


def test_no_rate_in_the_tutorial_is_above_it():
    """A short sweep spends part of its time on starting, so it is slower than what is measured over seconds."""
    tutorial = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    rates = [float(rate) for rate in re.findall(r"([\d.]+) M (?:run-epochs/s|per second)", tutorial)]
    fastest = max(map(int, re.findall(r"\| (\d+) million \|", FIRST_SCREEN)))
    assert rates
    assert max(rates) <= fastest


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_each_command_of_a_script_is_named_by_the_readme_or_by_help(script, tmp_path):
    assert f"(examples/{script.name})" in README
    commands = re.findall(r"^backsweep ([\w-]+)(.*?)(?: #.*)?$", script.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands
    for command, rest in commands:
        page = must(command, "--help", cwd=tmp_path)
        for option in re.findall(r"--?[a-z][a-z-]*", rest.partition(" > ")[0]):
            assert option in page, (command, option)


def interface_font():
    """The font that a page without one of its own is shown in; None where fontconfig does not say."""
    if shutil.which("fc-match") is None:
        return None
    return subprocess.run(["fc-match", "-f", "%{family}", "system-ui"], capture_output=True, text=True, check=True).stdout


def blocks(path):
    """The mean brightness of each block of a picture, 30 pixels wide and high, (rows, columns)."""
    grey = imread(path)[..., :3].mean(axis=-1)
    rows, columns = (size // BLOCK for size in grey.shape)
    return grey[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3))


@pytest.mark.long
@pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on this machine")
@pytest.mark.skipif(interface_font() != "DejaVu Sans", reason="in another font the lines of the picture break elsewhere")
def test_the_picture_of_the_report_shows_the_report(tmp_path, monkeypatch):
    """`python docs/draw.py` draws it anew. Only the seconds that the sweep took differ from time to time, in one block."""
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import draw

    draw.head_of_the_report(tmp_path / "report.png")
    shown, real = blocks(ROOT / "docs" / "pictures" / "report.png"), blocks(tmp_path / "report.png")
    assert shown.shape == real.shape
    assert np.mean(np.abs(shown - real) > 0.05) < 0.002


@pytest.mark.long
@pytest.mark.posix
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_each_script_runs_from_an_empty_folder(script, tmp_path):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", script], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, env={**os.environ, "PATH": path}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "The best setting is " in done.stdout
