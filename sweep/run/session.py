"""One session of training: what is checked and compiled before it, the training itself, and the merging of its files."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ...kernels import SOURCES_HASH
from ...results.arrays import Span
from ...results.store.schema import Session
from ...results.store.store import Store
from ..estimate.bounds import check_memory, check_years
from ..estimate.forecast import Forecast
from ..plan.plan import Plan
from .execute import execute
from .folder import check_free_space
from .manner import Manner
from .prepare import prepare
from .workers import Workers, workers


def train_missing(
    plan: Plan,
    missing: Sequence[Span],
    open_store: Callable[[], Store],
    path: Path,
    how: Manner,
) -> tuple[Store, Session]:
    """Train the missing runs of a folder, and return its store and the record of the session.

    open_store: makes the folder if it is not there, so that nothing is made for a sweep that is refused.
    """
    with workers(how.backend, how.jobs, how.address) as found:
        return _train(plan, missing, open_store, path, found, how)


def _train(
    plan: Plan, missing: Sequence[Span], open_store: Callable[[], Store], path: Path, workers: Workers, how: Manner
) -> tuple[Store, Session]:
    progress, force = how.progress, how.force
    if workers.remark:
        progress.warn(workers.remark)
    if workers.here:
        check_memory(plan, workers.jobs)
    check_years(plan, missing, workers.jobs, progress, force)
    prepare(plan, how.jobs, progress)
    forecast = Forecast(plan, missing, workers.jobs, here=workers.here)
    check_disk = partial(check_free_space, path=path, progress=progress, force=force)
    check_disk(forecast.estimate.disk)
    store = open_store()
    with store.writing():
        if any(block.versions.get("kernels") != SOURCES_HASH for block in store.manifest.all_blocks):
            progress.warn("another version of the kernels trained the runs so far, so their bits may differ")
        try:
            session = execute(plan, store, workers, progress, forecast, check_disk)
        finally:
            progress.finish()
        store.compact()
    return store, session
