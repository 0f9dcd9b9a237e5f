"""What the kernels refuse, said of the settings of a spec: dotted keys, their values, and why."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...kernels import Nonsense
from ..spec.axes import TITLES
from ..text import in_toml
from .arguments import kernel_name


def blame(error: Nonsense, settings: Mapping[str, Any]) -> str:
    """The settings to blame, by their dotted names, with their values, and what is wrong with them."""
    shown = dict.fromkeys(one for name in error.settings for one in _shown(name, settings))
    reason = str(error)
    if reason.startswith(error.settings[0]):
        reason = reason.partition(": ")[2]
    return f"{', '.join(shown)}: {reason}" if shown else reason


def _shown(name: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """A setting as it stands in the spec; a table of several by its name, or by all that is in it."""
    stem, found = "", {}
    for key, value in settings.items():
        known = kernel_name(key)
        if known == name:
            yield f"{key} = {in_words(value)}"
        elif known.startswith((f"{name}.", f"{name}[")) and value is not None:
            stem = key[: len(key) - len(known) + len(name)]
            found[known[len(name) :]] = value
    titles = [found[f".{title}"] for title in TITLES if f".{title}" in found]
    if titles:
        yield f"{stem} = {in_words(titles[0])}"
    elif "[0]" in found:
        yield f"{stem} = {in_words(list(found.values()))}"
    elif found:
        yield f"{stem} = {{ {', '.join(f'{key[1:]} = {in_words(value)}' for key, value in found.items())} }}"


def in_words(value: Any) -> str:
    """A value as a spec has it."""
    return in_toml(value)
