"""The networks of a folder's runs, for `results`.

`results` reads folders without a compiler, stands below `sweep`, and must not import it. But only `sweep` knows which data and
settings a run has, and how to train it again. So what `results` asks for is called here by what it can be asked, `Network`, and
is fetched from above when it is asked for, as the front door fetches everything.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, cast

if TYPE_CHECKING:
    import numpy as np


class Kept(NamedTuple):
    """What a folder kept of a run that is done: how it ended, and per layer its final weights (units, inputs) and biases
    (units,), if any.
    """

    outcome: str
    epochs: int
    loss: float
    weights: "Sequence[np.ndarray]"
    biases: "Sequence[np.ndarray]"


class Network(Protocol):
    """One trained network; `backsweep.kernels.Network` says what each of these is."""

    settings: Mapping[str, Any]
    inputs: "np.ndarray"
    targets: "np.ndarray"
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    midpoint: float | None

    @property
    def epochs(self) -> int: ...  # noqa: D102
    @property
    def weights(self) -> "tuple[np.ndarray, ...]": ...  # noqa: D102
    @property
    def biases(self) -> "tuple[np.ndarray, ...]": ...  # noqa: D102
    @property
    def bias_inputs(self) -> tuple[float, ...]: ...  # noqa: D102
    @property
    def trajectory(self) -> "dict[str, np.ndarray]": ...  # noqa: D102
    def predict(self, x: Any) -> "np.ndarray": ...  # noqa: D102
    def activations(self, x: Any) -> "tuple[np.ndarray, ...]": ...  # noqa: D102
    def at(self, epochs: Sequence[int]) -> list[Self]: ...  # noqa: D102


def networks_of(folder: Path, runs: Sequence[int], kept: Mapping[int, Kept], data: Sequence[Path]) -> list[Network]:
    """The networks of runs of a folder. kept: of those that are done; data: files, see `Sweep.of_folder`."""
    return cast("list[Network]", import_module("backsweep.sweep.networks").networks_of(folder, runs, kept, data))
