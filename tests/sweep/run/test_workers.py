"""Workers in other processes or on other machines: the same bytes, whichever workers die on the way."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from backsweep.errors import SettingError
from backsweep.kernels import SOURCES_HASH
from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from backsweep.sweep.progress import Progress
from backsweep.sweep.run import workers
from backsweep.sweep.run.execute import BatchesFailed, without
from helpers.commands import BACKSWEEP, PATIENCE, complaint
from helpers.tables import SPEC, hashed


def run_alone(spec, out, backend):
    """The command that runs a spec on two workers."""
    loaded = f"json.loads({json.dumps(spec)!r})"
    code = f"Sweep.from_dict({loaded}).run({str(out)!r}, jobs=2, backend={backend!r})"
    return [sys.executable, "-c", f"import json; from backsweep.sweep import Sweep; {code}"]


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return hashed(Sweep.from_dict(SPEC).run(tmp_path_factory.mktemp("one") / "r", jobs=1))


@contextmanager
def ending(process):
    """A process that ends with the test."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def dask_cluster(folder, workers):
    """A Dask scheduler and worker processes that only this machine can reach: address, workers, scheduler."""
    file = folder / "scheduler.json"
    local = ["--host", "127.0.0.1", "--scheduler-file", str(file), "--no-dashboard"]
    with ExitStack() as stack:

        def start(*command):
            command = [sys.executable, "-m", *command, *local]
            return stack.enter_context(ending(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)))

        scheduler = start("distributed.cli.dask_scheduler", "--port", "0")
        wait_until(file.exists)
        one = ("distributed.cli.dask_worker", "--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
        processes = [start(*one) for _ in range(workers)]
        yield json.loads(file.read_text())["address"], processes, scheduler


def wait_until(there):
    """Wait as long as it takes; pytest ends a test that hangs."""
    while not there():
        time.sleep(0.05)


class AfterBatches(Progress):
    """Do something once, after some batches."""

    def __init__(self, count, action):
        super().__init__()
        self.count, self.action, self.messages = count, action, []

    def advance(self, *counts):
        super().advance(*counts)
        self.count -= 1
        if self.count == 0:
            self.action()

    def say(self, text):
        self.messages.append(text)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", 100)


@pytest.mark.posix
def test_a_dask_worker_killed_on_the_way_changes_nothing(expected, small_batches, tmp_path):
    with dask_cluster(tmp_path, 2) as (address, workers, _):
        killed = AfterBatches(5, workers[0].kill)
        results = Sweep.from_dict(SPEC).run(tmp_path / "r", backend="dask", address=address, progress=killed)
        assert workers[0].wait() == -signal.SIGKILL
    assert hashed(results) == expected
    assert (results.last.backend, results.last.runs) == ("dask", 5000)


def test_a_scheduler_that_dies_loses_no_finished_run(expected, small_batches, tmp_path):
    with dask_cluster(tmp_path, 1) as (address, _, scheduler):
        killed = AfterBatches(3, scheduler.kill)
        with suppress(BatchesFailed):  # unless joblib continues without it, in this process
            Sweep.from_dict(SPEC).run(tmp_path / "r", backend="dask", address=address, progress=killed)
    assert hashed(Sweep.from_dict(SPEC).run(tmp_path / "r")) == expected


def test_a_dask_cluster_of_ones_own(expected, tmp_path):
    assert hashed(Sweep.from_dict(SPEC).run(tmp_path / "r", jobs=2, backend="dask")) == expected


@pytest.mark.long
def test_ray(expected, tmp_path):
    """In a process of its own, because Ray leaves threads and settings behind, and without the address of another cluster."""
    elsewhere = {**os.environ, "RAY_ADDRESS": "127.0.0.1:1"}
    subprocess.run(run_alone(SPEC, tmp_path / "r", "ray"), check=True, capture_output=True, env=elsewhere)
    results = Sweep.from_dict(SPEC).run(tmp_path / "r")
    assert results.last is None
    assert results.manifest.sessions[0].backend == "ray"
    assert hashed(results) == expected


def loky_workers():
    """The worker processes of this one."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=True
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "popen_loky" in line]


@pytest.mark.posix
def test_a_worker_process_killed_on_the_way_changes_nothing(small_batches, tmp_path):
    longer = Sweep.from_dict({**SPEC, "seeds": 1000})  # two of a hundred batches are done, so the end is far
    killed = AfterBatches(2, lambda: [os.kill(pid, signal.SIGKILL) for pid in loky_workers()])
    results = longer.run(tmp_path / "r", jobs=2, backend="processes", progress=killed)
    assert any("a worker process died" in text for text in killed.messages)
    assert hashed(results) == hashed(longer.run(tmp_path / "one", jobs=2))
    assert results.last.runs == 10_000


@pytest.mark.posix
def test_workers_that_die_again_and_again_end_the_sweep(tmp_path):
    # One batch kills each worker that trains it.
    spec = {**SPEC, "model": {"hidden": 2}, "train": {**SPEC["train"], "lr": 0.1}}
    code = f"""
import json
import deadly
from backsweep.sweep import Sweep; from backsweep.sweep.run import execute
execute.run_or_fail = deadly.die
from backsweep.sweep.run.execute import BatchesFailed
try:
    Sweep.from_dict(json.loads({json.dumps(spec)!r})).run({str(tmp_path / "r")!r}, jobs=2, backend="processes")
except BatchesFailed as error:
    print(error)
"""
    (tmp_path / "deadly.py").write_text("import os, signal\ndef die(spec, span):\n    os.kill(os.getpid(), signal.SIGKILL)\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert "worker processes died 3 times in a row" in ended.stdout


@pytest.mark.posix
def test_workers_end_with_their_parent(tmp_path):
    """Even if it is killed and cannot tell them."""
    command = run_alone({**SPEC, "seeds": 200_000}, tmp_path / "r", "processes")
    with ending(subprocess.Popen(command, stderr=subprocess.DEVNULL)) as parent:
        wait_until(lambda: list(tmp_path.glob("r/shards/*.parquet")))
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent.pid)], capture_output=True, text=True, check=True)
        children = [int(pid) for pid in listed.stdout.split()]
        assert len(children) >= 2
        parent.kill()
        parent.wait()
        wait_until(lambda: not any(map(runs, children)))


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("backend", ["dask", "ray"])
def test_an_address_where_nobody_listens_is_refused_at_once(backend, tmp_path, monkeypatch):
    tried = []
    monkeypatch.setattr(workers, "_within", lambda seconds, make: tried.append(make))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(SettingError, match=rf"address = '{address}': no cluster answers there.*Does `.*` run"):
        Sweep.from_dict(SPEC).run(tmp_path / "r", backend=backend, address=address)
    assert tried == []


def test_a_silent_server_is_not_waited_for(tmp_path):
    (tmp_path / "a.toml").write_text('task = "xor"')
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        command = [*BACKSWEEP, "run", "a.toml", "--backend", "dask", "--address", address]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 2
    assert complaint(ended).startswith(f"backsweep: --address {address}: no cluster answers there")


@pytest.mark.parametrize(("backend", "library"), [("dask", "distributed"), ("ray", "ray")])
def test_a_missing_library_is_an_error_that_says_what_to_install(backend, library, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(SettingError, match=rf"{library} is not installed; pip install 'backsweep\[{backend}\]'"):
        Sweep.from_dict(SPEC).run(tmp_path / "r", backend=backend)


def test_an_address_goes_with_a_cluster(tmp_path):
    with pytest.raises(SettingError, match=r"needs backend dask or ray, not threads"):
        Sweep.from_dict(SPEC).run(tmp_path / "r", address="127.0.0.1:8786")


def test_remainders_of_spans():
    assert without([(0, 10), (20, 30)], [(5, 25)]) == [(0, 5), (25, 30)]
    assert without([(0, 10)], [(2, 3), (0, 1), (9, 12)]) == [(1, 2), (3, 9)]
    assert without([(0, 10)], [(0, 10)]) == []
    assert without([(0, 10)], []) == [(0, 10)]
    assert without([(0, 3), (5, 9)], [(3, 5), (0, 100), (6, 7)]) == []
    many = 20_000
    assert without([(0, 2 * many)], [(i, i + 1) for i in range(0, 2 * many, 2)]) == [(i, i + 1) for i in range(1, 2 * many, 2)]


def test_a_file_that_changed_on_a_worker_is_named(tmp_path):
    (tmp_path / "d.csv").write_text("a,b,c\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
    task = {"file": str(tmp_path / "d.csv"), "inputs": ["a", "b"], "targets": ["c"]}
    sweep = Sweep(task=task, seeds=100, train={"epochs": 20})
    sweep.plan()
    (tmp_path / "d.csv").write_text("a,b,c\n0,0,0\n0,1,1\n1,0,1\n1,1,1\n")
    with pytest.raises(BatchesFailed, match=r"d\.csv: changed since the sweep began"):
        sweep.run(tmp_path / "r", jobs=2, backend="processes")
    assert Results.open(tmp_path / "r").done == 0


class Client:
    """Answers for one worker, as that of Dask does for all."""

    def __init__(self, answer):
        self.answer = answer

    def run(self, asked, on_error):
        assert (callable(asked), on_error) == (True, "return")
        return {"tcp://worker": self.answer}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (ImportError("no backsweep"), "worker tcp://worker cannot train (no backsweep); backsweep must be installed there"),
        ("0" * 64, "worker tcp://worker has another version of backsweep, so its bits may differ"),
    ],
)
@pytest.mark.parametrize(
    ("address", "settings", "shown"),
    [("tcp://1:1", ("address",), "address = 'tcp://1:1'"), (None, ("backend",), "backend = 'dask'")],
)
def test_a_cluster_with_workers_that_are_of_no_use_is_a_setting_to_change(answer, message, address, settings, shown):
    with pytest.raises(SettingError) as refused:
        workers._check_kernels(Client(answer), address)
    assert (refused.value.settings, str(refused.value)) == (settings, f"{shown}: {message}")
    workers._check_kernels(Client(SOURCES_HASH), address)
