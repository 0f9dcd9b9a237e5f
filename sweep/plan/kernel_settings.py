"""Turns the settings of a spec into those of the kernels, both by dotted names, and back again when the kernels refuse them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from ...kernels import RANGES
from ...results.store.written_spec import TITLES
from ..data.initial_weights import Arrays, weights_of
from ..text import in_toml


def kernel_name(key: str) -> str:
    """What the kernels call a setting: its dotted name without the spec's table."""
    return key.split(".", 1)[1] if key.startswith(("model.", "train.", "record.")) else key


def per_run(key: str) -> bool:
    """Whether a setting may differ from run to run within one call."""
    return kernel_name(key).split("[")[0] in RANGES


def of_task(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the task, without its name."""
    return {key.removeprefix("task."): value for key, value in settings.items() if key.startswith("task.")}


def for_kernels(settings: Mapping[str, Any], starts: Mapping[str, Arrays]) -> dict[str, Any]:
    """The settings of model and train by the kernels' names; None means not given. starts: initial weights by their file."""
    named = {kernel_name(key): _plain(value) for key, value in settings.items() if key.startswith(("model.", "train."))}
    given = {key: value for key, value in named.items() if value is not None}
    if "init.file" in given:
        path, layers = given.pop("init.file"), len(given["hidden"]) + 1
        given["init.arrays"] = weights_of(starts[path], path, layers, given["bias"])
    return given


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def as_in_spec(names: Iterable[str], settings: Mapping[str, Any]) -> dict[str, str]:
    """For the kernels' names of settings, the settings' names in the spec, each with the value that the spec gives."""
    return dict(one for name in names for one in _shown(name, settings))


def _shown(name: str, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A setting as the spec gives it; a table of several settings as its name, or as everything in it."""
    stem, found = "", {}
    for key, value in settings.items():
        known = kernel_name(key)
        if known == name:
            yield key, f"{key} = {in_toml(value)}"
        elif known.startswith((f"{name}.", f"{name}[")) and value is not None:
            stem = key[: len(key) - len(known) + len(name)]
            found[known[len(name) :]] = value
    titles = [found[f".{title}"] for title in TITLES if f".{title}" in found]
    if titles:
        yield stem, f"{stem} = {in_toml(titles[0])}"
    elif "[0]" in found:
        yield stem, f"{stem} = {in_toml(list(found.values()))}"
    elif found:
        yield stem, f"{stem} = {{ {', '.join(f'{key[1:]} = {in_toml(value)}' for key, value in found.items())} }}"
