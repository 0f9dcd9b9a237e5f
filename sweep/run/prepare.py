"""Compiles what a sweep needs before it starts, in as many processes as it may have workers.

Numba compiles one function at a time per process. So threads would wait for each other, and the first batches would be timed
while they do. The compiled parts go to disk, from where every process loads them in a fraction of a second. If they cannot be
stored, or if no processes can be started, this process compiles for itself and a remark says why.
"""

from typing import Any

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from ...kernels import Part, compile_part, missing_parts, train_flat, why_not_kept, why_slow
from ..plan.plan import Plan
from ..progress import Progress
from ..system_limits import check_processes, has_semaphores

ONCE = "compiling the kernels, once on this machine ..."


def prepare(plan: Plan, jobs: int, progress: Progress) -> None:
    """Compile or load the kernels for all runs of a plan."""
    if why := why_slow():
        progress.warn(why)
    kinds = plan.kinds()
    parts = missing_parts(map(plan.arguments, kinds), records=plan.record_at is not None)
    slow = sum(part.slow for part in parts)
    if slow:
        progress.say("compiling the kernels, which takes some seconds ..." if why_not_kept() else ONCE)
    if slow > 1 and jobs > 1 and why_not_kept() is None and has_semaphores():
        _compile(parts, min(jobs, slow))
    for part in parts:  # or load
        compile_part(part)
    first = plan.arguments(kinds[0][:1])
    train_flat(first["x"], first["y"], {**first["settings"], "epochs": 1})
    if parts and (why := why_not_kept()):
        progress.warn(why)


def _compile(parts: list[Part], processes: int) -> None:
    """Compile one family per task, the longest first. The processes end afterwards, because the sweep may use threads."""
    families: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        families.setdefault(part.family, []).append(part)
    longest_first = sorted(families.values(), key=lambda family: -sum(part.slow for part in family))
    tasks = [delayed(_compile_all)(family) for family in longest_first]
    check_processes(processes)
    options: dict[str, Any] = {"batch_size": 1}
    parallel: Any = Parallel(n_jobs=processes, backend="loky", **options)
    try:
        parallel(tasks)
    finally:
        get_reusable_executor().shutdown(wait=True)


def _compile_all(parts: list[Part]) -> None:
    for part in parts:
        compile_part(part)
