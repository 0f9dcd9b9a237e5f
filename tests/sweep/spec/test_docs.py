"""docs/spec.md names every field of a spec (entries of registries: tests/test_registries.py), and the specs in docs run."""

import re
import tomllib
from pathlib import Path

import pytest

from backsweep.kernels import DTYPES, PARAMETRIZATIONS
from backsweep.results.store.schema import Estimate
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.spec.model import INITS, ModelSpec
from backsweep.sweep.spec.report import ReportSpec
from backsweep.sweep.spec.train import OPTIMIZER_MODELS, SCHEDULE_MODELS, BatchSpec, RecordSpec, StallSpec, StopSpec, TrainSpec

ROOT = Path(__file__).parents[3]
TABLES = [ModelSpec, TrainSpec, RecordSpec, ReportSpec, BatchSpec, StopSpec, StallSpec]
TABLES += [*INITS.values(), *OPTIMIZER_MODELS.values(), *SCHEDULE_MODELS.values()]
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
CODE = FENCED.sub("", (ROOT / "docs" / "spec.md").read_text()).split("`")[1::2]
NAMES = {*DTYPES, *PARAMETRIZATIONS, *(name for table in TABLES for name in table.model_fields)}


@pytest.mark.parametrize("name", sorted(NAMES | set(Spec.model_fields)))
def test_every_name_is_in_the_reference(name):
    assert any(re.search(rf"\b{name}\b", code) for code in CODE)


@pytest.mark.parametrize("file", ["README.md", "docs/running.md", "docs/spec.md", "docs/tasks.md"])
def test_links_lead_somewhere(file):
    path = ROOT / file
    links = re.findall(r"\]\(((?!http)[^)#]+)\)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def blocks(language, file="README.md"):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / file).read_text(), re.DOTALL)


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    """On the first spec of the README, with fewer epochs."""
    spec = next(block for block in blocks("toml") if block.startswith("# xor.toml"))
    (tmp_path / "xor.toml").write_text(spec.replace("10_000", "100"))
    monkeypatch.chdir(tmp_path)
    found = {}
    for block in blocks("python"):
        exec(block, found)
    shown = re.search(r"mean\(axis=1\)  # ([\d., ]+)", "".join(blocks("python")))[1]
    assert (found["many"].outcome == "converged").mean(axis=1).tolist() == [float(share) for share in shown.split(",")]
    assert found["one"].epochs == 10_000
    assert len(found["results"].table) == 10_000


def test_the_specs_of_the_readme_and_the_reference_are_sound():
    specs = [*blocks("toml"), *blocks("toml", "docs/spec.md")]
    assert len(specs) == 3
    for spec in specs:
        Sweep.from_dict(tomllib.loads(spec)).plan()


def test_the_page_on_running_names_every_field_of_estimates():
    text = (ROOT / "docs" / "running.md").read_text()
    assert [name for name in Estimate.model_fields if name not in text] == []
