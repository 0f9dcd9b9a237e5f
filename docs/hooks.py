"""Hooks of MkDocs: they add the page of every key, and put drawings directly into their pages.

A drawing inside the page takes the colours of the page, light or dark. As a separate file, as on GitHub, it has a style that
follows the reader's system. Inside a page that style would apply to all drawings, so the hook removes it.
"""

import re
from pathlib import Path

from every_key import page
from mkdocs.structure.files import File

PICTURES = Path(__file__).parent / "pictures"
IMAGE = re.compile(r'<img alt="([^"]*)" src="[^"]*?pictures/([\w-]+\.svg)"\s*/?>')
ALONE = re.compile(r"<style>.*?</style>", re.DOTALL)


def on_files(files, config):
    """Add the page of every key."""
    files.append(File.generated(config, "reference.md", content=page()))
    return files


def on_page_content(html, **_):
    """Replace images of drawings by the drawings themselves."""
    return IMAGE.sub(lambda found: _drawing(*found.groups()), html)


def _drawing(words: str, name: str) -> str:
    svg = ALONE.sub("", (PICTURES / name).read_text(encoding="utf-8"), count=1)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1)
