"""Peers in processes of their own: which settings suit them, whether they agree with the oracle, how fast they are in turns."""

import importlib
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np
from networks import RATE, Shape, digits_oracle, oracle

CORES = sorted(os.sched_getaffinity(0))
ROUNDS, PROBE, TURN = 5, 0.05, 0.25  # repetitions; seconds of a look, and of what counts
PATIENCE = 30  # seconds for a call; who needs longer to compile is left out
LARGEST_ARRAY = 2**30  # bytes of one value for each run, sample and hidden unit
SIZES = (8, 64, 512, 4096, 32_768)
FEW_SIZES = (8, 64)  # for the digits, where each is minutes of work for the slower peers
BOUNDS = {"float64": 1e-9, "float32": 1e-3}
AVX2_FEATURES = "+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+avx,+avx2,+fma,+popcnt"
AVX2 = {  # what holds JAX and Numba to vector registers of 256 bits on a processor that has wider ones
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    "NUMBA_CPU_NAME": "znver2",
    "NUMBA_CPU_FEATURES": AVX2_FEATURES,
}
# numpy is loaded before a process is pinned to a core, and would start a thread on each.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Fault(Exception):  # noqa: N818
    """A peer fails, or takes too long."""


class Peer(NamedTuple):
    """A function of a module in this folder, and how it is run: in one process that has all cores, or in one on each."""

    name: str
    module: str
    function: str
    dtype: str = "float64"
    each_core: bool = False
    sizes: tuple[int, ...] = SIZES
    biased: bool = False
    avx2: bool = False


class Setting(NamedTuple):
    """What suits a peer on a shape: runs in the batch of each of its processes; the rate then, and the epochs of a turn."""

    runs: int
    rate: float
    epochs: int


class Figures(NamedTuple):
    """Of a peer on a shape: `error` is the largest difference from the oracle, over the largest weight; `rates`, one a
    round, are run-epochs per second; `first` the seconds of the first call of one epoch, compiling included. What failed has a
    `fault`."""

    setting: Setting | None
    error: float
    first: float
    rates: list[float]
    fault: str = ""


def serve(pipe, peer: Peer, core: int | None) -> None:
    """Train what is asked for, until told to stop. Pinned before its library counts the cores, so that it starts no threads."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    train, prepared, orders = getattr(importlib.import_module(peer.module), peer.function), {}, []
    pipe.send("ready")
    while (order := pipe.recv()) is not None:
        shape, runs, epochs, keep = order
        if (shape, runs) not in prepared:
            x, y = (array.astype(peer.dtype) for array in shape.data())
            prepared = {(shape, runs): ([w.astype(peer.dtype) for w in shape.starts(runs)], x, y)}
            orders = [shape.orders(runs)] if shape.outputs > 1 else []
        try:
            begin = time.perf_counter()
            weights = train(*prepared[shape, runs], RATE, epochs, *orders)
            pipe.send((time.perf_counter() - begin, weights if keep else None))
        except Exception as error:  # whatever a library raises, the comparison goes on without it
            pipe.send(f"{type(error).__name__}: {error}")


@contextmanager
def environment(variables: dict[str, str]) -> Iterator[None]:
    """These variables as well, for the processes that are started meanwhile."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Team:
    """The processes of a peer; others take their place if they do not answer in time."""

    def __init__(self, peer: Peer):
        self.peer = peer
        self._start()

    def _start(self) -> None:
        context, self.members = get_context("spawn"), []
        variables = (AVX2 if self.peer.avx2 else {}) | (ONE_THREAD if self.peer.each_core else {})
        for core in CORES if self.peer.each_core else [None]:
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, self.peer, core))
            with environment(variables):
                process.start()
            self.members.append((process, ours))

    def ready(self) -> None:
        """Wait until all have loaded their library."""
        for _, pipe in self.members:
            pipe.recv()

    def train(self, shape: Shape, runs: int, epochs: int, keep: bool = False) -> tuple[float, Any]:
        """Seconds of the slowest member, and the weights of all."""
        for _, pipe in self.members:
            pipe.send((shape, runs, epochs, keep))
        answers = []
        for _, pipe in self.members:
            if not pipe.poll(PATIENCE):
                self._replace()
                raise Fault(f"not done in {PATIENCE} s")
            answers.append(pipe.recv())
        for answer in answers:
            if isinstance(answer, str):
                raise Fault(answer)
        return max(seconds for seconds, _ in answers), [weights for _, weights in answers]

    def _replace(self) -> None:
        """Or the late answer would be taken for that to the next question."""
        for process, _ in self.members:
            process.kill()
        self._start()
        self.ready()

    def close(self) -> None:
        for process, pipe in self.members:
            pipe.send(None)
            process.join(5)
            process.kill()


def probed(team: Team, shape: Shape, runs: int) -> tuple[float, int]:
    """Run-epochs per second, and the epochs of a turn that lasts as long as it should."""
    epochs = 1
    team.train(shape, runs, epochs)
    while (seconds := team.train(shape, runs, epochs)[0]) < PROBE:
        epochs = math.ceil(epochs * min(1000, 1.5 * PROBE / seconds))
    return len(team.members) * runs * epochs / seconds, math.ceil(epochs * TURN / seconds)


def tuned(team: Team, peer: Peer, shape: Shape) -> Setting:
    """The batch that suits best. Sizes rise; one that is much slower than the best, or fails, ends the search."""
    best = None
    for runs in peer.sizes:
        if best and runs * shape.samples * shape.hidden * 8 > LARGEST_ARRAY:
            break
        try:
            rate, epochs = probed(team, shape, runs)
        except Fault as fault:
            if not best:
                raise
            print(f"  {peer.name}, {runs} runs: {fault}", flush=True)
            break
        if not best or rate > best.rate:
            best = Setting(runs, rate, epochs)
        elif rate < 0.7 * best.rate:
            break
    return best


@cache
def expected(shape: Shape, biased: bool) -> list[np.ndarray]:
    """The oracle's weights of all starts that there are."""
    x, y = shape.data()
    starts, orders = zip(*shape.starts(shape.distinct), strict=True), shape.orders(shape.distinct)
    if shape.outputs == 1:
        ends = [oracle(w1, w2, x, y, shape.agreed_epochs, biased) for w1, w2 in starts]
    else:
        own = [None] * shape.distinct if orders is None else np.moveaxis(orders, 2, 0)
        ends = [digits_oracle(*start, x, y, shape.agreed_epochs, order) for start, order in zip(starts, own, strict=True)]
    return [np.array(layer) for layer in zip(*ends, strict=True)]


def agreement(team: Team, peer: Peer, shape: Shape, runs: int) -> float:
    """The largest difference from the oracle's weights, of all runs of all members, over the largest weight of the layer.

    Fault if that is too large.
    """
    _, found = team.train(shape, runs, shape.agreed_epochs, keep=True)
    true = [layer[np.arange(runs) % shape.distinct] for layer in expected(shape, peer.biased)]
    pairs = [pair for member in found for pair in zip(member, true, strict=True)]
    error = max(float(np.max(np.abs(layer - right)) / np.max(np.abs(right))) for layer, right in pairs)
    if not error <= BOUNDS[peer.dtype]:
        raise Fault(f"differs from the oracle by {error:.1e}")
    return error


class Field:
    """All peers, for as long as the comparison lasts."""

    def __init__(self, peers: tuple[Peer, ...]):
        self.teams = {peer: Team(peer) for peer in peers}
        for team in self.teams.values():
            team.ready()

    def close(self) -> None:
        for team in self.teams.values():
            team.close()

    def figures(self, shape: Shape) -> dict[str, Figures]:
        """Of each peer, by name: the best batch, whether it agrees, then rounds in which peers take turns."""
        found = {peer: self._looked_at(peer, shape) for peer in self.teams}
        for _ in range(ROUNDS):
            found = {peer: self._once_more(peer, shape, figures) for peer, figures in found.items()}
        return {peer.name: figures for peer, figures in found.items()}

    def _once_more(self, peer: Peer, shape: Shape, figures: Figures) -> Figures:
        """With the rate of another turn; left out if it fails."""
        team, setting = self.teams[peer], figures.setting
        if not setting:
            return figures
        try:
            seconds, _ = team.train(shape, setting.runs, setting.epochs)
        except Fault as fault:
            return Figures(None, figures.error, figures.first, [], str(fault))
        return figures._replace(rates=[*figures.rates, len(team.members) * setting.runs * setting.epochs / seconds])

    def _looked_at(self, peer: Peer, shape: Shape) -> Figures:
        team, error, first = self.teams[peer], math.nan, math.nan
        try:
            first = team.train(shape, peer.sizes[0], 1)[0]
            setting = tuned(team, peer, shape)
            error = agreement(team, peer, shape, setting.runs)
            found = Figures(setting, error, first, [])
        except Fault as fault:
            found = Figures(None, error, first, [], str(fault))
        print(f"  {peer.name}: {found.setting or found.fault}, error {error:.1e}, first call {first:.1f} s", flush=True)
        return found
