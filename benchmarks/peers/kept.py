"""What a section of the comparison measured, and with which kernels, kept as JSON until the page is written."""

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from timing import Figures, Setting


class Section(NamedTuple):
    """What was found; when it began, in seconds since 1970, and how long it took; the load average before and after.

    commit: the last one that changed the kernels, shortened; empty outside a checkout.
    """

    found: Any
    began: float
    seconds: float
    load: tuple[float, float]
    commit: str = ""


def _file(root: Path, name: str) -> Path:
    return root / "build" / "peers" / f"{name}.json"


def keep(root: Path, name: str, section: Section) -> None:
    command = ["git", "-C", str(root), "log", "-1", "--format=%h", "--", "kernels"]
    git = subprocess.run(command, capture_output=True, text=True, check=False)
    file = _file(root, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(section._replace(commit=git.stdout.strip())))


def kept(root: Path, name: str) -> Section | None:
    """None if it was not measured yet."""
    file = _file(root, name)
    return Section(*json.loads(file.read_text())) if file.exists() else None


def figures(found: dict[str, dict[str, list]]) -> dict[str, dict[str, Figures]]:
    """By shape and peer, as they were before they were kept."""

    def restored(setting, *rest) -> Figures:
        return Figures(Setting(*setting) if setting else None, *rest)

    return {shape: {peer: restored(*own) for peer, own in peers.items()} for shape, peers in found.items()}
