"""Writes a report as files: one page of HTML, or Markdown with its figures and tables beside it."""

import re
import shlex
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from backsweep.escapes import visible, visible_lines

from ..disk.places import HeldFolder, hold_open
from ..figures.style import INK
from ..store.files import make_folder, write_whole, write_within
from ..text.formats import as_csv, as_json, as_latex, as_markdown
from ..text.numbers import percent_text
from .contents import Contents
from .explorer import explorer_kinds

MOST_ROWS = 500  # of a table in the page; the files have all
ON_PAPER = 60  # of them when it is printed, a page full


def write_html(found: Contents, path: Path) -> Path:
    """Write a report as one HTML file that needs no other, and return its path."""
    own = {"style": _own("report.css"), "script": _own("report.js"), "explorer_script": _own("explorer.js")}
    page = _template("report.html.j2").render(c=found, most_rows=MOST_ROWS, on_paper=ON_PAPER, library=_library(), **own)
    write_whole(path, lambda file: file.write(page.encode()))
    return path


def watch_page(policy: str) -> bytes:
    """The page that shows a sweep while it runs, the same for all: it fetches the values of one from watch.json beside it.

    policy: what browsers may do with it, as of the header Content-Security-Policy.
    """
    names = {"style": "report.css", "explorer_script": "explorer.js", "watch_script": "watch.js"}
    own = {place: _own(name) for place, name in names.items()}
    return _template("watch.html.j2").render(kinds=explorer_kinds(), policy=policy, library=_library(), **own).encode()


def write_markdown(found: Contents, folder: Path | None) -> Path:
    """Write a report into a folder: report.md, its figures as SVG, its tables as CSV, JSON, LaTeX and Markdown.

    None: into `report` in the folder of results, which then must not be a link. Returns the path of report.md, which is written
    last.
    """
    with _own_folder(Path(found.folder)) if folder is None else _made(folder) as place:
        for picture in found.pictures:
            _write(place, f"{picture.name}.svg", picture.svg)
        for table in found.tables:
            for suffix, text in (("csv", as_csv(table.data)), ("json", as_json(table.data))):
                _write(place, f"{table.name}.{suffix}", text)
            for suffix, text in (("tex", as_latex(table.shown)), ("md", as_markdown(table.shown))):
                _write(place, f"{table.name}.{suffix}", text)
        _write(place, "report.md", _template("report.md.j2").render(c=found, most_rows=MOST_ROWS))
        return place.path / "report.md"


@contextmanager
def _own_folder(path: Path) -> Generator[HeldFolder]:
    with hold_open(path) as root:
        place = HeldFolder(path / "report", root.open_within("report"))
        try:
            yield place
        finally:
            place.close()


@contextmanager
def _made(folder: Path) -> Generator[HeldFolder]:
    make_folder(folder)
    with hold_open(folder) as place:
        yield place


def _write(place: HeldFolder, name: str, text: str) -> None:
    place.refuse_others(name)
    write_within(place, name, lambda file: file.write(f"{text.rstrip()}\n".encode()))


def _template(name: str) -> Template:
    """A template that shows what is not one of ours as it is: signs that are not seen, and HTML, in Markdown too."""
    loader = PackageLoader("backsweep.results", "report/templates")
    environment = Environment(autoescape=True, loader=loader, undefined=StrictUndefined, trim_blocks=True, finalize=_seen)
    filters = {
        "ink": _ink,
        "script_json": _script_json,
        "plain": _plain,
        "quoted": shlex.quote,
        "markdown": _table,
        "fenced": _fenced,
        "percent": percent_text,
        "unbroken": _unbroken,
    }
    environment.filters |= filters
    return environment.get_template(name)


def _script_json(value: object) -> Markup:
    return htmlsafe_json_dumps(value, separators=(",", ":"))


def _plain(text: str) -> Markup:
    """Text that Markdown shows as it is, on its line."""
    return escape(re.sub(r"([\\`*_{}\[\]#|~$^])", r"\\\1", visible(text)))


def _unbroken(text: str) -> Markup:
    """Text whose numbers stay on one line with the signs that belong to them: with narrow spaces at which no line ends."""
    return escape(re.sub(r"(?<=[\d?∞]) (?=%)|(?<=±) ", "\u202f", visible_lines(text)))


def _fenced(text: str) -> Markup:
    return Markup(visible_lines(text))  # noqa: S704  # within a fence nothing is marked up


def _seen(value: object) -> object:
    return visible_lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _table(table: pd.DataFrame) -> Markup:
    return Markup(as_markdown(table))  # noqa: S704  # which escapes


def _ink(svg: str) -> Markup:
    """A figure whose ink takes the page's colour; matplotlib has escaped the texts in it."""
    return Markup(svg.replace(INK, "currentColor"))  # noqa: S704


def _own(name: str) -> Markup:
    return Markup((files("backsweep.results") / "report" / "templates" / name).read_text(encoding="utf-8"))  # noqa: S704


@cache
def _library() -> Markup:
    """Vega, Vega-Lite and vega-embed as one script, of the version that Altair writes for."""
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)
    return Markup(script.replace("</script", r"<\/script"))  # noqa: S704
