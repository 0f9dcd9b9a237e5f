"""PEERS.md: the machine, the tables, the bars, and what to know about each peer; and its short table for the README."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import kept
import published
from networks import BATCH, DIGITS, ORDERS, REACH, SHAPES
from tables import (
    EACH_CORE,
    MAPPED,
    NOTEBOOK,
    REFERENCE,
    SINGLE,
    ByPeer,
    ByShape,
    by_shape,
    fastest,
    median,
    number,
    rate_cell,
    ratio_cell,
    setting_cell,
    short_table,
    spread,
    table,
    times_faster,
)
from timing import BOUNDS, FEW_SIZES, ROUNDS, SIZES

from backsweep.sweep.machine import cpu_name

BEGIN, END = "<!-- peers -->", "<!-- /peers -->"
# The rows of the README's table, and how the names begin of those of whom the fastest stands there.
JAX_FAMILIES = {"JAX, `vmap(grad)`": MAPPED, "JAX, its gradient by hand": "JAX, by hand"}
FAMILIES = {
    "plain NumPy, run after run, a process per core": NOTEBOOK,
    "scikit-learn's `MLPClassifier`, joblib": "scikit-learn",
    "NumPy, runs batched": "NumPy",
    "PyTorch, runs batched": "PyTorch",
    "TurbaNet": "TurbaNet",
    **JAX_FAMILIES,
}
DIGIT_FAMILIES = {
    "plain NumPy, run after run, a process per core": "NumPy, run after run",
    "NumPy, runs batched": "NumPy, runs batched",
    "PyTorch, runs batched": "PyTorch",
    "TurbaNet": "TurbaNet",
    "JAX, `vmap(grad)`": MAPPED,
}
XOR = SHAPES[0].name
# By shape: of backsweep to JAX's vmap(grad), and to the fastest of JAX in any way.
JAX_BARS = dict(zip((shape.name for shape in SHAPES), ((17, 3.4), (8.5, 4.8), (4, 2.5), (4.2, 2)), strict=True))
LIBRARIES = (
    "backsweep", "numpy", "numba", "scikit-learn", "joblib", "torch", "jax", "jaxlib", "flax", "turbanet", "optuna",
)  # fmt: skip
NOTES = f"""\
- All train full-batch gradient descent on the mean cross-entropy, sigmoid units, no biases, learning rate 0.1, from weights
  of `RandomState(seed)`, uniform in [0, 1), for a fixed number of epochs. Rates are those of all cores together, unless the
  name says otherwise.
- Agreement is that of all weights of a whole batch, as large as the one that is then timed and in each process, after
  100 epochs with a plain NumPy oracle, relative to the largest weight of the layer: {BOUNDS["float64"]:.0e} at most
  in float64, {BOUNDS["float32"]:.0e} in float32. On the digits it is after {ORDERS} epochs.
- Each peer runs in processes of its own: in one that has all cores, whose threads are its library's own choice, and, in a row
  of its own, in one pinned to each core. Batches of {", ".join(f"{size:,}" for size in SIZES)} runs a process are tried, rising
  until one is much slower; the fastest is taken. On the digits it is {", ".join(map(str, FEW_SIZES))}.
- Peers take turns, {ROUNDS} rounds; ratios are medians over rounds. The first call, which compiles, does not count and is
  given apart.
- backsweep also tests its stopping rule and for divergence in each epoch, and draws its starts within its time; the others
  do neither.
- The notebook's loop trains one run at a time; bars stand against one process, as people run it, and one for each core.
- scikit-learn's biases cannot be left out: they start at 0, are trained, and its oracle has them too. Momentum, penalty,
  shuffling and early end are off. MLPRegressor is left out: it has no cross-entropy.
- PyTorch is eager, without torch.compile. JAX has all epochs within one jit; float32 is measured for backsweep only.
- TurbaNet is called once per update, as its users call it, on a copy of the data for each network, as it asks. It requires
  Python 3.12, but its code runs on 3.11, where `make peers` installs it all the same.
- Held to AVX2, JAX runs with `XLA_FLAGS=--xla_cpu_max_isa=AVX2`, and backsweep with `NUMBA_CPU_NAME=znver2` and the features
  of AVX2. Of JAX only a process per core is tried there, its faster way on nearly all shapes.
- The digits are the first {DIGITS:,} of scikit-learn's, so that all batches of {BATCH} are full: ten softmax outputs, no
  biases, weights uniform in [-{REACH}, {REACH}). In mini-batches each run has its own order of samples. backsweep draws it
  anew in each epoch, within its time; the others are given the same orders before their time begins, {ORDERS} epochs of them,
  again and again.
- The time that backsweep takes for SimpleChains' shapes is that of one core, for two full sets of lanes, over their number.
- Optuna's trial suggests one number and returns it, in one process: its wall time. backsweep's run has one epoch: the time
  of all cores outside the kernels, writing Parquet and waiting included.
"""


class Comparison(NamedTuple):
    """Figures by shape and peer: of the four shapes, of the same held to AVX2, of the digits; seconds of SimpleChains' shapes;
    seconds per trial by case; the sections measured, by name; and the names of the others."""

    figures: ByShape
    avx2: ByShape
    digits: ByShape
    published: list[list[float]]
    trials: dict[str, list[float]]
    sections: dict[str, kept.Section]
    missing: list[str]


def machine() -> str:
    """The processor with its family and its widest vectors, the system, Python and the libraries."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    fields = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = fields.get("flags", "").split()
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else "neither AVX-512 nor AVX2"
    family = f", family {fields['cpu family']}, model {fields['model']}" if "cpu family" in fields else ""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores of {cpu_name()}{family}, {vectors}, Python {platform.python_version()},\n{versions}"


def in_one_process(figures: ByPeer) -> ByPeer:
    return {name: own for name, own in figures.items() if not name.endswith(EACH_CORE)}


def bars(comparison: ByShape) -> list[list[str]]:
    """What, measured, the bar, and whether it is held: against one process, as people run it, and against one on each core."""
    asked = [(XOR, NOTEBOOK + way, 2500.0) for way in ("", EACH_CORE) if XOR in comparison]
    for shape, figures in comparison.items():
        mapped, best = JAX_BARS[shape]
        asked += [(shape, MAPPED + way, mapped) for way in ("", EACH_CORE)]
        bests = {fastest(in_one_process(figures), "JAX"): None, fastest(figures, "JAX"): None}  # once, if they are the same
        asked += [(shape, peer, best) for peer in bests if peer]
    rows = []
    for shape, peer, bar in asked:
        times = times_faster(comparison[shape], peer)
        rows.append([f"{shape}: backsweep ÷ {peer}", number(times), f"≥ {bar:,g}", "held" if times >= bar else "**MISSED**"])
    return rows


def singles(comparison: Comparison) -> str:
    """By how much float32 is faster than float64."""
    ways = {"all that the processor has": comparison.figures, "held to AVX2": comparison.avx2}
    shapes = [shape for shape in comparison.figures if shape in comparison.avx2]
    rows = [[way, *(number(1 / times_faster(figures[shape], SINGLE)) for shape in shapes)] for way, figures in ways.items()]
    return table(["", *shapes], rows)


def narrower(comparison: Comparison) -> str:
    """How fast backsweep is when held to AVX2, as a share of what it is with all that the processor has."""
    both = [(full, comparison.avx2[shape]) for shape, full in comparison.figures.items() if shape in comparison.avx2]
    shapes = [shape for shape in comparison.figures if shape in comparison.avx2]
    names = (REFERENCE, SINGLE)
    rows = [[name, *(number(median(held[name]) / median(full[name])) for full, held in both)] for name in names]
    return table(["", *shapes], rows)


def when(sections: dict[str, kept.Section]) -> str:
    """When each section was measured, with which kernels, and how busy the machine was."""
    rows = []
    for name, section in sections.items():
        began, (before, after) = datetime.fromtimestamp(section.began, UTC), section.load
        rows.append([name, f"{began:%Y-%m-%d %H:%M}", section.commit, f"{section.seconds:.0f}", f"{before:.1f}, {after:.1f}"])
    return table(["section", "began (UTC)", "kernels of", "seconds", "load before, after"], rows)


def narrow(comparison: Comparison) -> str:
    return f"""## Held to AVX2

The same machine and networks, JAX and backsweep held to vector registers of 256 bits:

{short_table(comparison.avx2, JAX_FAMILIES)}

As a share of backsweep's speed with all that the processor has:

{narrower(comparison)}

float32 ÷ float64:

{singles(comparison)}
"""


def digits(comparison: Comparison) -> str:
    return f"""## Digits, full batches and mini-batches

Thousand run-epochs per second, as above:

{short_table(comparison.digits, DIGIT_FAMILIES)}
"""


def simple_chains(comparison: Comparison) -> str:
    return f"""## Beside SimpleChains.jl's published figures

It trains one network at a time, and backsweep as many as it has lanes, so this compares throughput, not how long one network
takes. SimpleChains' time on several cores is multiplied by them. On 24-8-2 its figure is the value and the gradient, with
dropout, on a processor that it does not name; backsweep has no dropout, and makes the update as well.

{table(published.HEAD, published.rows(comparison.published))}
"""


def trials(comparison: Comparison) -> str:
    rows = [[name, spread(seconds, 1e-6)] for name, seconds in comparison.trials.items()]
    return f"""## What a trial costs beside its objective, µs

{table(["", "median (least–most)"], rows)}
"""


def in_full(comparison: Comparison) -> list[tuple[str, ByShape]]:
    """What was compared, by what its tables are headed with."""
    named = {"All that the processor has": comparison.figures, "Held to AVX2": comparison.avx2, "Digits": comparison.digits}
    return [(name, figures) for name, figures in named.items() if figures]


def written(comparison: Comparison) -> str:
    """The page; what was not measured yet is left out."""
    further = [(narrow, comparison.avx2), (digits, comparison.digits), (simple_chains, comparison.published)]
    parts = "\n".join(part(comparison) for part, found in [*further, (trials, comparison.trials)] if found)
    rates = "\n\n".join(f"{name}:\n\n{by_shape(figures, rate_cell)}" for name, figures in in_full(comparison))
    settings = "\n\n".join(f"{name}:\n\n{by_shape(figures, setting_cell)}" for name, figures in in_full(comparison))
    return f"""# backsweep beside its peers

Written by `make peers` (`python benchmarks/peers/compare.py`) on {machine()}.
[When](#when) says when each section was measured. [PEERS_2026-11-23.md](PEERS_2026-11-23.md) has the figures of an earlier
version on another machine.

## Thousand run-epochs per second

Medians of {ROUNDS} rounds in turns, on all cores, float64 but for the last row; a column is a network and its samples. Of each
library the fastest way, and in brackets by how much backsweep is faster, the median over rounds.

{BEGIN}
{short_table(comparison.figures, FAMILIES)}
{END}

## Bars

What was aimed at. [NOTES.md](NOTES.md#beside-jax) says why some of it is out of reach of any kernel here.

{table(["", "measured", "bar", ""], bars(comparison.figures))}

{parts}
## All ways

Thousand run-epochs per second, with the least and the most of the rounds.

{rates}

As a share of backsweep:

{by_shape(comparison.figures, ratio_cell)}

## When

{when(comparison.sections)}

{f"Not measured yet: {', '.join(comparison.missing)}. " if comparison.missing else ""}\
The comparison itself makes a load of about {len(os.sched_getaffinity(0))}.

## How each was set

{settings}

{NOTES}"""


def copy_block(source: Path, target: Path) -> None:
    """What stands between the markers of one page, to between those of another, if it has them."""
    text = target.read_text()
    if BEGIN in text and END in text:
        block = source.read_text().split(BEGIN)[1].split(END)[0]
        target.write_text(text.split(BEGIN)[0] + BEGIN + block + END + text.split(END)[1])
