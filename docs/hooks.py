"""What MkDocs does beside its own work: it makes the page of every key, and puts drawings into their pages.

A drawing that stands in the page takes the page's ink, in light and in dark. As a file of its own, as on GitHub, it has a style
that follows the reader's system; in the page that would colour all others too, so it is left out.
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
    """Drawings in place of the images that name them."""
    return IMAGE.sub(lambda found: _drawing(*found.groups()), html)


def _drawing(words: str, name: str) -> str:
    svg = ALONE.sub("", (PICTURES / name).read_text(encoding="utf-8"), count=1)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{words}" ', 1)
