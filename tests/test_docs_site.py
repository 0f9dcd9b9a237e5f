"""The documentation: it builds strictly and without a network, names every key, and shows what its commands print."""

import ast
import contextlib
import io
import json
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backsweep.sweep import Spec, Sweep
from backsweep.sweep.cli.main import app
from backsweep.sweep.spec.json_schema import spec_schema

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGE = runpy.run_path(str(DOCS / "every_key.py"))["page"]()
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```', re.DOTALL | re.MULTILINE)
TIMED = ("run",)  # their output contains times, until an empty line
FETCHED = re.compile(
    r'(?:<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="|url\(["\']?|@import ["\'])((?:https?:)?//[^"\')]+)'
)

# ---- every key


def sections():
    """For each section of the page, its title and the rows of its table, by key."""
    for title, text in re.findall(r"^### (.*?)\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE):
        rows = [row.strip("| ").split(" | ") for row in text.splitlines() if row.startswith("| `")]
        yield title, {cells[0].split("`")[1]: cells for cells in rows}


SECTIONS = list(sections())
TABLES = {"the spec": spec_schema(), **spec_schema()["$defs"]}


def sections_of(table):
    """The sections that have the keys of a table of the schema; if the table has a name, the section's title ends in it."""
    keys = table["properties"]
    of = keys.get("scheme", {}) if "scheme" in keys else keys.get("name", {})
    name = of.get("const") or ", ".join(of.get("enum", []))
    return [rows for title, rows in SECTIONS if list(rows) == list(keys) and (not name or title.endswith(f": {name}"))]


def in_toml(value):
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value).lower()


@pytest.mark.parametrize("name", TABLES)
def test_every_key_of_every_table_is_on_the_page(name):
    assert len(sections_of(TABLES[name])) >= 1


@pytest.mark.parametrize("name", [name for name in TABLES if not name.startswith(("Axis", "Alternatives"))])
def test_the_page_shows_the_default_of_every_key(name):
    (rows,) = sections_of(TABLES[name])
    for key, kind in TABLES[name]["properties"].items():
        default_shown = rows[key][-1]
        assert (default_shown == "must be given") == (key in TABLES[name].get("required", []))
        if "default" in kind:
            shown = default_shown.strip("`")
            if isinstance(kind["default"], list):
                assert json.loads(shown) == kind["default"]
            else:
                default = in_toml(kind["default"])
                assert (float(shown) if isinstance(default, float) else shown) == default


def test_every_setting_that_may_be_an_axis_is_marked():
    marked = {
        f"{table}.{key}"
        for table, title in (("model", "`[model]`"), ("train", "`[train]`"))
        for key, cells in dict(SECTIONS)[title].items()
        if "↔" in cells[0]
    }
    spec = Spec.parse({"task": "xor", "train": {"stall": {"window": 9, "improvement": 0.1}}})
    settings = {key.removesuffix(".name").removesuffix(".scheme") for key, _ in spec.settings()}
    assert marked == {key for key in settings if key.count(".") == 1 and not key.startswith("task.")}


# ---- what pages show


def blocks(page):
    return BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))


def commands(text):
    """Each command of a console block, with the output it should print."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def printed(command):
    words, _, file = command.partition(" > ")
    program, *arguments = shlex.split(words)
    if program == "python":
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            runpy.run_module(arguments[1], run_name="__main__")
        return out.getvalue()
    assert program == "backsweep"
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    if file:
        Path(file).write_text(done.stdout, encoding="utf-8")
        return ""
    return done.stdout


def answers(code, names):
    """The numbers in the last expression of a piece of Python, and those in the comment after it."""
    *before, last = ast.parse(code).body
    exec(compile(ast.Module(before, []), "page", "exec"), names)
    found = eval(compile(ast.Expression(last.value), "page", "eval"), names)
    return [float(value) for value in found], [float(number) for number in code.rpartition("#")[2].split(",")]


@pytest.mark.parametrize("page", ["tutorial.md", "how-to/own-data.md", "how-to/grow-a-sweep.md"])
def test_the_commands_of_a_page_print_what_it_shows(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for language, file, text in blocks(page):
        if file:
            (tmp_path / file).write_text(text, encoding="utf-8")
        elif language == "console":
            for command, output in commands(text):
                found = printed(command)
                if command.split()[1] in TIMED:
                    found, output = (text.partition("\n\n")[2] for text in (found, output))
                assert found == output, command
        else:
            found, shown = answers(text, names)
            assert found == shown


@pytest.mark.parametrize("page", ["index.md", "how-to/resume-and-replay.md"])
def test_specs_that_are_only_shown_are_sound(page):
    specs = [text for language, _, text in blocks(page) if language == "toml"]
    assert len(specs) == 1
    assert Sweep.from_dict(tomllib.loads(specs[0])).plan().runs >= 40_000


# ---- what how-tos say of the source

CHANGES = sorted((DOCS / "how-to").glob("add-*.md"))
PATH = r"`((?:backsweep|kernels|results|sweep|tests|docs|benchmarks|examples)/[\w./-]+)`"


def in_source(path):
    found = ROOT / path
    return found.read_text(encoding="utf-8") if found.is_file() else ""


@pytest.mark.parametrize("page", CHANGES, ids=lambda page: page.stem)
def test_the_places_that_a_how_to_names_exist(page):
    """Each path exists, except for files that the page creates; so does each name it mentions in a file, and each test."""
    text = page.read_text(encoding="utf-8")
    written = set(re.findall(rf"Write {PATH}", text))
    paths = set(re.findall(PATH, text))
    assert [path for path in sorted(paths) if path not in written and not (ROOT / path).exists()] == []
    assert [path for path in sorted(written) if (ROOT / path).exists()] == []
    named = re.findall(rf"`([A-Za-z_][\w.]*)`\s(?:in|of)\s{PATH}", text)
    named += [(name, path) for path, name in re.findall(rf"{PATH}[^`]*`([A-Z_]{{4,}})`", text)]
    assert [
        (name, path) for name, path in named if path.endswith(".py") and name.rpartition(".")[2] not in in_source(path)
    ] == []
    failing = re.findall(r"^FAILED (\S+?)::(\w+)", text, re.MULTILINE)
    assert failing
    assert [test for path, test in failing if f"def {test}(" not in in_source(path)] == []


@pytest.mark.parametrize("page", CHANGES, ids=lambda page: page.stem)
def test_a_how_to_ends_with_all_files_that_it_changes(page):
    """Files of tests and of the documentation too, where the page says to add something to them or to write them."""
    text = page.read_text(encoding="utf-8")
    steps, _, ending = text.rpartition("\nSource file")
    listed = set(re.findall(PATH, ending))
    changed = {path for path in re.findall(PATH, steps) if path.startswith(("tests/helpers/", "tests/reference/", "docs/"))}
    changed |= set(re.findall(rf"Write {PATH}", steps))
    assert "`CHANGELOG.md`" in ending
    assert sorted(changed - listed) == []
    assert ("tests/data/sixty_specs.json" in listed) == ("helpers.sixty_digests" in steps)


def test_every_how_to_is_linked_for_contributors():
    for place in ("mkdocs.yml", "CONTRIBUTING.md", "docs/architecture.md", "docs/index.md"):
        missing = [page.name for page in CHANGES if f"how-to/{page.name}" not in in_source(place)]
        assert missing == [], place


# ---- the site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_nothing_is_fetched_from_a_network(site):
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    assert len(files) > 25
    fetched = {address for path in files for address in FETCHED.findall(path.read_text(encoding="utf-8"))}
    assert fetched == set()


def test_drawings_have_descriptions_for_screen_readers(site):
    shown = {page: (site / f"{page}.html").read_text(encoding="utf-8") for page in ("tutorial", "architecture")}
    assert [text.count('<svg role="img" aria-label="') for text in shown.values()] == [3, 1]
    assert "prefers-color-scheme: dark) { svg" not in "".join(shown.values())


def test_the_site_holds_no_source_of_its_own_making(site):
    assert list(site.rglob("*.py")) == []
