"""Peers in processes of their own: which settings suit them, whether they agree with the oracle, how fast they are in turns."""

import importlib
import math
import os
import time
from multiprocessing import get_context
from typing import Any, NamedTuple

import numpy as np
from networks import RATE, Shape, oracle

CORES = sorted(os.sched_getaffinity(0))
ROUNDS, PROBE, TURN = 5, 0.1, 1.0  # repetitions; seconds of a look, and of what counts
PATIENCE = 30  # seconds for a call; who needs longer to compile is left out
LARGEST_ARRAY = 2**30  # bytes of one value for each run, sample and hidden unit
SIZES = (8, 64, 512, 4096, 32_768)
AGREED_RUNS, AGREED_EPOCHS = 64, 100
BOUNDS = {"float64": 1e-9, "float32": 1e-3}


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


class Setting(NamedTuple):
    """What suits a peer on a shape: runs in the batch of each of its processes; the rate then, and the epochs of a turn."""

    runs: int
    rate: float
    epochs: int


class Figures(NamedTuple):
    """Of a peer on a shape: `error` is the largest difference from the oracle, over the largest weight; `rates`, one a
    round, are run-epochs a second; `first` the seconds of the first call of one epoch, compiling included. What failed has a
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
    train, prepared = getattr(importlib.import_module(peer.module), peer.function), {}
    pipe.send("ready")
    while (order := pipe.recv()) is not None:
        shape, runs, epochs, keep = order
        if (shape, runs) not in prepared:
            x, y = (array.astype(peer.dtype) for array in shape.data())
            prepared = {(shape, runs): ([w.astype(peer.dtype) for w in shape.starts(runs)], x, y)}
        try:
            begin = time.perf_counter()
            weights = train(*prepared[shape, runs], RATE, epochs)
            pipe.send((time.perf_counter() - begin, weights if keep else None))
        except Exception as error:  # whatever a library raises, the comparison goes on without it
            pipe.send(f"{type(error).__name__}: {error}")


class Team:
    """The processes of a peer."""

    def __init__(self, peer: Peer):
        context, self.members = get_context("spawn"), []
        self.broken = False
        for core in CORES if peer.each_core else [None]:
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, peer, core))
            process.start()
            self.members.append((process, ours))

    def ready(self) -> None:
        """Wait until all have loaded their library."""
        for _, pipe in self.members:
            pipe.recv()

    def train(self, shape: Shape, runs: int, epochs: int, keep: bool = False) -> tuple[float, Any]:
        """Seconds of the slowest member, and the weights of the first."""
        for _, pipe in self.members:
            pipe.send((shape, runs, epochs, keep))
        answers = []
        for _, pipe in self.members:
            if not pipe.poll(PATIENCE):
                self.broken = True
                raise Fault(f"not done in {PATIENCE} s")
            answers.append(pipe.recv())
        for answer in answers:
            if isinstance(answer, str):
                raise Fault(answer)
        return max(seconds for seconds, _ in answers), answers[0][1]

    def close(self) -> None:
        for process, pipe in self.members:
            if not self.broken:
                pipe.send(None)
                process.join(5)
            process.kill()


def probed(team: Team, shape: Shape, runs: int) -> tuple[float, int]:
    """Run-epochs a second, and the epochs of a turn that lasts as long as it should."""
    epochs = 1
    team.train(shape, runs, epochs)
    while (seconds := team.train(shape, runs, epochs)[0]) < PROBE:
        epochs = math.ceil(epochs * min(1000, 1.5 * PROBE / seconds))
    return len(team.members) * runs * epochs / seconds, math.ceil(epochs * TURN / seconds)


def tuned(team: Team, peer: Peer, shape: Shape) -> Setting | None:
    """The batch that suits best. Sizes rise; one that is much slower than the best, or fails, ends the search."""
    best = None
    for runs in peer.sizes:
        if runs * shape.samples * shape.hidden * 8 > LARGEST_ARRAY:
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


def agreement(team: Team, peer: Peer, shape: Shape) -> float:
    """The largest difference from the oracle's weights, over the largest weight of the layer. Fault if that is too large."""
    runs = min(AGREED_RUNS, peer.sizes[-1])
    _, found = team.train(shape, runs, AGREED_EPOCHS, keep=True)
    x, y = shape.data()
    starts = zip(*shape.starts(runs), strict=True)
    expected = zip(*(oracle(w1, w2, x, y, AGREED_EPOCHS, peer.biased) for w1, w2 in starts), strict=True)
    pairs = [(layer, np.array(true)) for layer, true in zip(found, expected, strict=True)]
    error = max(float(np.max(np.abs(layer - true)) / np.max(np.abs(true))) for layer, true in pairs)
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
        """Of each peer, by name: agreement, then the best batch, then rounds in which peers take turns."""
        found = {peer: self._looked_at(peer, shape) for peer in self.teams}
        for _ in range(ROUNDS):
            for peer, figures in found.items():
                if setting := figures.setting:
                    team = self.teams[peer]
                    seconds, _ = team.train(shape, setting.runs, setting.epochs)
                    figures.rates.append(len(team.members) * setting.runs * setting.epochs / seconds)
        return {peer.name: figures for peer, figures in found.items()}

    def _looked_at(self, peer: Peer, shape: Shape) -> Figures:
        team, error, first = self.teams[peer], math.nan, math.nan
        try:
            first = team.train(shape, min(AGREED_RUNS, peer.sizes[-1]), 1)[0]
            error = agreement(team, peer, shape)
            found = Figures(tuned(team, peer, shape), error, first, [])
        except Fault as fault:
            found = Figures(None, error, first, [], str(fault))
        if team.broken:
            team.close()
            self.teams[peer] = Team(peer)
            self.teams[peer].ready()
        print(f"  {peer.name}: {found.setting or found.fault}, error {error:.1e}, first call {first:.1f} s", flush=True)
        return found
