"""Where the workers are: in threads or processes here, or on the machines of a Dask or Ray cluster. joblib reaches all of them.

Dask and Ray are extras, imported only on demand. A local cluster that is started here listens on this machine only.
"""

import socket
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from backsweep.backends import CLUSTERS, Backend
from backsweep.errors import SettingError

from ...kernels import SOURCES_HASH
from ..system_limits import check_processes, check_threads, has_semaphores

PATIENCE = 8  # seconds for a cluster to answer
LOOPBACK = "127.0.0.1"
NO_SEMAPHORES = "the system gives no semaphores; on Linux, have /dev/shm mounted, with room in it, and writable"


@dataclass(frozen=True)
class Workers:
    """The name of these workers, how many there are, joblib's name and options for them, and what the user should know."""

    backend: Backend
    jobs: int
    joblib: str
    options: dict[str, Any] = field(default_factory=dict)
    remark: str | None = None

    @property
    def here(self) -> bool:
        """Whether the workers are this process's own threads or processes, which load machine code from the same folder."""
        return self.backend not in CLUSTERS

    @property
    def streaming(self) -> bool:
        """Whether joblib returns each batch as soon as it is done. With Ray's pool it waits for all batches that it sent."""
        return self.backend != "ray"


@contextmanager
def workers(backend: Backend, jobs: int, address: str | None) -> Generator[Workers]:
    """Provide workers for as long as needed. SettingError if the cluster's library is missing or the cluster is silent."""
    if address is not None and backend not in CLUSTERS:
        raise _unusable("address", address, f"needs backend {' or '.join(CLUSTERS)}, not {backend}")
    with _MAKERS[backend](jobs, address) as found:
        yield found


@contextmanager
def _threads(jobs: int, _: str | None) -> Generator[Workers]:
    check_threads(jobs)
    if jobs == 1 or has_semaphores():
        yield Workers("threads", jobs, "threading")
    else:
        yield Workers("threads", 1, "threading", remark=f"{NO_SEMAPHORES}: one core is used, and the others are idle")


@contextmanager
def _processes(jobs: int, _: str | None) -> Generator[Workers]:
    if not has_semaphores():
        raise _unusable("backend", "processes", f"{NO_SEMAPHORES}; or use threads")
    check_processes(jobs)
    yield Workers("processes", jobs, "loky")


@contextmanager
def _dask(jobs: int, address: str | None) -> Generator[Workers]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise _missing("dask", "distributed") from None
    local: dict[str, Any] = {"n_workers": jobs, "threads_per_worker": 1, "host": LOOPBACK, "dashboard_address": None}
    with ExitStack() as stack:
        with _answering(address, "Does `dask scheduler` run"):
            cluster: Any = stack.enter_context(LocalCluster(**local)) if address is None else None
            client: Any = stack.enter_context(
                Client(cluster) if cluster else _within(PATIENCE, lambda: Client(address, timeout=PATIENCE))
            )
        cores = _when_there(lambda: sum(client.ncores().values()))
        if not cores:
            raise _unusable("address", address, f"the scheduler has no worker; `dask worker {address}` starts one")
        _check_kernels(client, address)
        yield Workers("dask", cores, "dask", {"client": client})


def _check_kernels(client: Any, address: str | None) -> None:
    """Refuse workers that cannot train or have other kernels, because joblib never reports what fails there later."""
    for worker, answer in client.run(_kernels, on_error="return").items():
        if isinstance(answer, Exception):
            reason = f"worker {worker} cannot train ({answer}); backsweep must be installed there"
            raise _unfit(address, reason)
        if answer != SOURCES_HASH:
            raise _unfit(address, f"worker {worker} has another version of backsweep, so its bits may differ")


def _kernels() -> str:
    return SOURCES_HASH


@contextmanager
def _ray(jobs: int, address: str | None) -> Generator[Workers]:
    try:
        import ray as _library
        from ray.util.joblib import register_ray
    except ImportError:
        raise _missing("ray", "ray") from None
    ray: Any = _library
    # "local": otherwise Ray would look for a cluster that already runs here, and fail because it is given a size.
    here: dict[str, Any] = {"address": "local", "num_cpus": jobs, "include_dashboard": False, "_node_ip_address": LOOPBACK}
    asks = "Does `ray start --head` run, and if it said that it asks for a token, is RAY_AUTH_MODE=token set here"
    with _answering(address, asks):
        options = {"log_to_driver": False, "logging_level": "error", **(here if address is None else {"address": address})}
        ray.init(**options) if address is None else _within(PATIENCE, lambda: ray.init(**options))
    try:
        register_ray()
        yield Workers("ray", int(ray.cluster_resources().get("CPU", 1)), "ray")
    finally:
        ray.shutdown()


_MAKERS: dict[str, Callable[[int, str | None], Any]] = {
    "threads": _threads,
    "processes": _processes,
    "dask": _dask,
    "ray": _ray,
}


def _unusable(setting: str, value: str | None, reason: str) -> SettingError:
    return SettingError([setting], reason, value=value)


def _unfit(address: str | None, reason: str) -> SettingError:
    """That the cluster at an address, or that of this machine, cannot do the work."""
    return _unusable("backend", "dask", reason) if address is None else _unusable("address", address, reason)


def _missing(extra: str, library: str) -> SettingError:
    return _unusable("backend", extra, f"{library} is not installed; pip install 'backsweep[{extra}]'")


@contextmanager
def _answering(address: str | None, question: str) -> Generator[None]:
    """Turn any failure at an address without a cluster into a SettingError, within PATIENCE if nothing answers there."""
    if address is None:
        yield
        return
    try:
        host, _, port = address.rpartition("/")[-1].rpartition(":")
        if port.isdecimal():  # because Ray would try for a minute
            socket.create_connection((host.strip("[]"), int(port)), PATIENCE).close()
        yield
    except Exception as error:  # even MemoryError, when a web server's answer is read as a length
        cause = (str(error).strip().splitlines() or [type(error).__name__])[0]
        reason = (
            f"no cluster answers there within {PATIENCE} s ({cause}). {question}, is the address "
            "as it printed it, and does no firewall stand between?"
        )
        raise _unusable("address", address, reason) from None


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """The result of `make`, or TimeoutError, because neither Dask nor Ray soon gives up on a silent server."""
    given: Future[Any] = Future()

    def attempt() -> None:
        try:
            given.set_result(make())
        except Exception as error:
            given.set_exception(error)

    threading.Thread(target=attempt, daemon=True).start()
    return given.result(seconds)


def _when_there(count: Callable[[], int]) -> int:
    """The count as soon as it is not 0, or once PATIENCE is over."""
    deadline = time.monotonic() + PATIENCE
    while not (found := count()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found
