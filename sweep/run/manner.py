"""How missing runs are trained: what `Sweep.run` and `Sweep.extend` are told, besides the folder."""

from typing import Any, NamedTuple

from backsweep import arguments
from backsweep.backends import BACKENDS, Backend

from ..estimate.estimate import checked_jobs
from ..progress import Progress


class Manner(NamedTuple):
    """The number of workers, where they are, the address of their cluster, who is told, and whether doubts are ignored."""

    jobs: int
    backend: Backend
    address: str | None
    progress: Progress
    force: bool


def checked_manner(jobs: Any, backend: Any, address: Any, progress: Any, force: Any) -> Manner:
    """The arguments of `Sweep.run` by these names. SettingError for what they cannot be."""
    return Manner(
        checked_jobs(jobs),
        arguments.one_of("backend", backend, BACKENDS),
        None if address is None else arguments.instance("address", address, str, "text"),
        Progress() if progress is None else arguments.instance("progress", progress, Progress, "a Progress"),
        arguments.switch("force", force),
    )
