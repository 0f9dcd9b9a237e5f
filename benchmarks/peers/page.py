"""PEERS.md: the machine, the tables, the bars, and what to know about each peer; and its short table for the README."""

import os
import platform
import statistics
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from networks import SHAPES
from timing import AGREED_EPOCHS, BOUNDS, ROUNDS, SIZES, Figures

from backsweep.sweep.machine import cpu_name

BEGIN, END = "<!-- peers -->", "<!-- /peers -->"
REFERENCE, NOTEBOOK, MAPPED = "backsweep", "the notebook's loop", "JAX, vmap(grad)"
EACH_CORE = ", a process per core"
# The rows of the README's table, and how the names begin of those of whom the fastest stands there.
FAMILIES = {
    "plain NumPy, run after run, a process per core": NOTEBOOK,
    "scikit-learn's `MLPClassifier`, joblib": "scikit-learn",
    "NumPy, runs batched": "NumPy",
    "PyTorch, runs batched": "PyTorch",
    "JAX, `vmap(grad)`": MAPPED,
    "JAX, its gradient by hand": "JAX, by hand",
}
XOR = SHAPES[0].name
LIBRARIES = ("backsweep", "numpy", "numba", "scikit-learn", "joblib", "torch", "jax", "jaxlib", "optuna")
NOTES = f"""\
- All train full-batch gradient descent on the mean cross-entropy, sigmoid units, no biases, learning rate 0.1, from weights
  of `RandomState(seed)`, uniform in [0, 1), for a fixed number of epochs. Rates are those of all cores together, unless the
  name says otherwise.
- Agreement is that of all weights of a whole batch, as large as the one that is then timed and in each process, after
  {AGREED_EPOCHS} epochs with a plain NumPy oracle, relative to the largest weight of the layer: {BOUNDS["float64"]:.0e} at most
  in float64, {BOUNDS["float32"]:.0e} in float32.
- Each peer runs in processes of its own: in one that has all cores, whose threads are its library's own choice, and, in a row
  of its own, in one pinned to each core. Batches of {", ".join(f"{size:,}" for size in SIZES)} runs a process are tried, rising
  until one is much slower; the fastest is taken.
- Peers take turns, {ROUNDS} rounds; ratios are medians over rounds. The first call, which compiles, does not count and is
  given apart.
- backsweep also tests its stopping rule and for divergence in each epoch, and draws its starts within its time; the others
  do neither.
- The notebook's loop trains one run at a time; bars stand against one process, as people run it, and one for each core.
- scikit-learn's biases cannot be left out: they start at 0, are trained, and its oracle has them too. Momentum, penalty,
  shuffling and early end are off. MLPRegressor is left out: it has no cross-entropy.
- PyTorch is eager, without torch.compile. JAX has all epochs within one jit; float32 is measured for backsweep only.
- Optuna's trial suggests one number and returns it, in one process: its wall time. backsweep's run has one epoch: the time
  of all cores outside the kernels, writing Parquet and waiting included.
"""


class Comparison(NamedTuple):
    """Figures by shape and peer; seconds per trial by case; the load average before and after; seconds in all."""

    figures: dict[str, dict[str, Figures]]
    overheads: dict[str, list[float]]
    load: tuple[float, float]
    seconds: float


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def spread(values: list[float], unit: float) -> str:
    """The median, and from least to most."""
    return f"{number(statistics.median(values) / unit)} ({number(min(values) / unit)}–{number(max(values) / unit)})"


def ratios(rates: list[float], others: list[float]) -> list[float]:
    return [rate / other for rate, other in zip(rates, others, strict=True)]


def table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def by_shape(comparison: Comparison, cell) -> str:
    """A row per peer, a column per shape."""
    names = comparison.figures[XOR]
    rows = [[name, *(cell(figures, figures[name]) for figures in comparison.figures.values())] for name in names]
    return table(["", *comparison.figures], rows)


def rate_cell(_, own: Figures) -> str:
    return spread(own.rates, 1e3) if own.rates else "left out"


def ratio_cell(figures: dict[str, Figures], own: Figures) -> str:
    ours = figures[REFERENCE].rates
    return number(statistics.median(ratios(own.rates, ours))) if own.rates and ours else "–"


def setting_cell(_, own: Figures) -> str:
    if own.fault or not own.setting:
        return own.fault
    return f"{own.setting.runs:,} runs; off by {own.error:.0e}; first call {own.first:.1f} s"


def times_faster(figures: dict[str, Figures], peer: str) -> float:
    """By how much backsweep is faster, in the median round; NaN where either was left out."""
    own, ours = figures[peer].rates, figures[REFERENCE].rates
    return statistics.median(ratios(ours, own)) if own and ours else float("nan")


def fastest(figures: dict[str, Figures], beginning: str) -> str | None:
    """Of the peers whose names begin so and that were not left out."""
    named = (name for name, own in figures.items() if name.startswith(beginning) and own.rates)
    return max(named, key=lambda name: statistics.median(figures[name].rates), default=None)


def in_one_process(figures: dict[str, Figures]) -> dict[str, Figures]:
    return {name: own for name, own in figures.items() if not name.endswith(EACH_CORE)}


def bars(comparison: Comparison) -> list[list[str]]:
    """What, measured, the bar, and whether it is held: against one process, as people run it, and against one on each core."""
    asked = [(XOR, peer + way, bar) for peer, bar in ((NOTEBOOK, 2500.0), (MAPPED, 10.0)) for way in ("", EACH_CORE)]
    for shape, figures in comparison.figures.items():
        bests = {fastest(in_one_process(figures), "JAX"): None, fastest(figures, "JAX"): None}  # once, if they are the same
        asked += [(shape, peer, 3.5 if shape == XOR else 4.0) for peer in bests if peer]
    rows = []
    for shape, peer, bar in asked:
        times = times_faster(comparison.figures[shape], peer)
        rows.append([f"{shape}: backsweep ÷ {peer}", number(times), f"≥ {bar:,g}", "held" if times >= bar else "**MISSED**"])
    return rows


def short_table(comparison: Comparison) -> str:
    """The fastest of each family, and by how much backsweep is faster."""

    def cell(figures: dict[str, Figures], beginning: str) -> str:
        peer = fastest(figures, beginning)
        return f"{rate(figures[peer])} ({number(times_faster(figures, peer))} ×)" if peer else "left out"

    rows = [[label, *(cell(of, name) for of in comparison.figures.values())] for label, name in FAMILIES.items()]
    ours = (REFERENCE, f"{REFERENCE}, float32")
    rows += [[f"**{name}**", *(f"**{rate(figures[name])}**" for figures in comparison.figures.values())] for name in ours]
    return table(["", *comparison.figures], rows)


def rate(own: Figures) -> str:
    """Thousands per second."""
    return number(statistics.median(own.rates) / 1e3) if own.rates else "left out"


def written(comparison: Comparison) -> str:
    cores = len(os.sched_getaffinity(0))
    overheads = [[name, spread(seconds, 1e-6)] for name, seconds in comparison.overheads.items()]
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    before, after = comparison.load
    return f"""# backsweep beside its peers

Written by `make peers` (`python benchmarks/peers/compare.py`) on {datetime.now(UTC):%Y-%m-%d}, in
{comparison.seconds / 60:.0f} minutes, on {cores} cores of {cpu_name()}, Python {platform.python_version()},
{versions}.
Load average before {before:.1f}, after {after:.1f}; the comparison itself makes about {cores}.

## Thousand run-epochs per second

Medians of {ROUNDS} rounds in turns, on all cores, float64 but for the last row; a column is a network and its samples. Of each
library the fastest way, and in brackets by how much backsweep is faster, the median over rounds.

{BEGIN}
{short_table(comparison)}
{END}

All of them, with the least and the most of the rounds:

{by_shape(comparison, rate_cell)}

## As a share of backsweep

{by_shape(comparison, ratio_cell)}

## Bars

What was aimed at. [NOTES.md](NOTES.md#beside-jax) says why some of it is out of reach of any kernel here.

{table(["", "measured", "bar", ""], bars(comparison))}

## What a trial costs beside its objective, µs

{table(["", "median (least–most)"], overheads)}

## How each was set

{by_shape(comparison, setting_cell)}

{NOTES}"""


def copy_block(source: Path, target: Path) -> None:
    """What stands between the markers of one page, to between those of another, if it has them."""
    text = target.read_text()
    if BEGIN in text and END in text:
        block = source.read_text().split(BEGIN)[1].split(END)[0]
        target.write_text(text.split(BEGIN)[0] + BEGIN + block + END + text.split(END)[1])
