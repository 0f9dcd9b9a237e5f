"""The wheel, built from the source archive and installed elsewhere: complete, and it writes nothing into its own folder."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from shutil import copytree, ignore_patterns

import matplotlib as mpl
import pytest
from packaging.requirements import Requirement

from helpers.commands import PATIENCE

pytestmark = pytest.mark.posix

ROOT = Path(__file__).parent.parent
PACKAGES = ("backsweep/", "kernels/", "results/", "sweep/", "examples/")
BESIDE = ("benchmarks/", "docs/", "studies/", "tests/", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "constraints.txt")
EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.py") if path.stem != "__init__")
READ = (".py", ".toml", ".ipynb", ".sh", ".html.j2", ".md.j2", ".css", ".js")  # in a wheel: modules, and what they read
NOT_SOURCES = ignore_patterns(".*", "runs", "build", "dist", "*.egg-info", "__pycache__")


def must(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=PATIENCE, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A copy of the checkout, because a build writes files next to the sources."""
    return Path(copytree(ROOT, tmp_path_factory.mktemp("sources") / "backsweep", ignore=NOT_SOURCES))


@pytest.fixture(scope="module")
def built(sources, tmp_path_factory):
    """The source archive, and the wheel that is built from it."""
    before, out = files_in(sources), tmp_path_factory.mktemp("dist")
    must(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, sources)
    (archive,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return before, archive, wheel


def needed(package, seen):
    """Add to `seen` the dependencies of a package, and theirs, without extras."""
    for line in distribution(package).requires or []:
        requirement = Requirement(line)
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if name not in seen and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            seen.add(name)
            needed(name, seen)


class Installed:
    """A virtual environment with the wheel and, taken from the tests' environment, only the dependencies that the wheel
    declares.
    """

    def __init__(self, wheel, folder):
        self.venv, self.home = folder / "venv", folder / "home"
        self.home.mkdir()
        venv.create(self.venv, symlinks=True)
        self.python = self.venv / "bin" / "python"
        pip = (sys.executable, "-m", "pip", "--python", self.python)
        must(*pip, "install", "--no-deps", "--no-index", "--no-compile", wheel)
        self.packages = Path(sysconfig.get_path("purelib", vars={"base": str(self.venv)}))
        packages: set[str] = set()
        needed("backsweep", packages)
        for package in packages:
            files = distribution(package).files
            for top in {file.parts[0] for file in files if file.parts[0] != ".."} - {"__pycache__"}:
                (self.packages / top).symlink_to(distribution(package).locate_file(top))

    def must(self, *command, cwd, **environment):
        """Run in a home of its own, as on a new machine."""
        without = {"NUMBA_CACHE_DIR", "NUMBA_DISABLE_JIT", "PYTHONPATH", "XDG_CACHE_HOME"}
        new = {"HOME": str(self.home), "MPLCONFIGDIR": mpl.get_configdir(), "PYTHONDONTWRITEBYTECODE": "1"}
        kept = {name: value for name, value in os.environ.items() if name not in without}
        return must(*command, cwd=cwd, env={**kept, **new, **environment})


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The wheel in a read-only folder."""
    found = Installed(built[2], tmp_path_factory.mktemp("installed"))
    ours = (path for path in (found.packages / "backsweep").rglob("*") if path.is_dir())
    folders = [found.packages, found.packages / "backsweep", *ours]  # the borrowed packages stay as they are
    for folder in folders:
        folder.chmod(0o555)
    before = files_in(found.packages)
    yield found
    assert files_in(found.packages) == before  # root may write anywhere
    for folder in folders:
        folder.chmod(0o755)


def test_the_archive_has_all_sources(built):
    before, archive, _ = built
    with tarfile.open(archive) as file:
        names = {name.partition("/")[2] for name in file.getnames()}
    assert {name for name in before if name.startswith((*PACKAGES, *BESIDE))} - names == set()


def test_the_wheel_has_every_module_and_what_they_read_and_nothing_else(built):
    sources, _, wheel = built
    code = {name for name in sources if name.startswith(PACKAGES) and name.endswith(READ)}
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
    assert names == {f"backsweep/{name.removeprefix('backsweep/')}" for name in code}
    assert {
        "backsweep/results/report/templates/report.html.j2",
        "backsweep/results/statistics/survival.py",
        "backsweep/results/figures/survival.py",
        "backsweep/examples/xor.toml",
        "backsweep/examples/first_look.ipynb",
    } <= names


@pytest.mark.long
def test_the_demo_runs_from_another_folder_and_keeps_machine_code_with_the_user(installed, tmp_path):
    output = installed.must(installed.venv / "bin" / "backsweep", "demo", "--small", cwd=tmp_path)
    assert "runs/demo-small/report.html" in output
    assert "</html>" in (tmp_path / "runs" / "demo-small" / "report.html").read_text(encoding="utf-8")
    ask = (
        "import backsweep.kernels as kernels, backsweep.results, backsweep.sweep, platformdirs\n"
        "print(kernels.__file__, platformdirs.user_cache_path('backsweep') / f'kernels-{kernels.SOURCES_HASH}', sep='\\n')"
    )
    module, folder = map(Path, installed.must(installed.python, "-c", ask, cwd=tmp_path).split())
    assert module.is_relative_to(installed.packages)
    assert folder.is_relative_to(installed.home)
    assert len(list(folder.glob("*.code"))) > 5


@pytest.mark.long
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_where_it_is_installed(installed, name, tmp_path):
    assert installed.must(installed.python, "-m", f"backsweep.examples.{name}", cwd=tmp_path)


def test_other_sources_have_another_folder_for_machine_code(installed, tmp_path):
    """Even if only a constant in one file has changed, which the machine code of another file depends on."""
    ask = "import backsweep.kernels as kernels; print(kernels.SOURCES_HASH)"
    told = {}
    for name in ("as it is", "__init__.py", "errors.py", "kernels/functions/polynomials.py"):
        package = Path(copytree(ROOT / "backsweep", tmp_path / name / "backsweep", ignore=NOT_SOURCES))
        copytree(ROOT / "kernels", package / "kernels", ignore=NOT_SOURCES)
        if name != "as it is":
            with (package / name).open("a") as file:
                file.write("\n")
        told[name] = installed.must(installed.python, "-c", ask, cwd=tmp_path / name)
    assert told["as it is"] == told["__init__.py"]  # nothing depends on it
    assert len(set(told.values())) == 3


@pytest.mark.long
def test_training_needs_no_folder_for_machine_code(installed, tmp_path):
    ask = "import backsweep.kernels as kernels; print(kernels.train([[0.0], [1.0]], [0, 1], seed=0, epochs=2).epochs)"
    (tmp_path / "file").touch()
    assert installed.must(installed.python, "-c", ask, cwd=tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "file")) == "2\n"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]
