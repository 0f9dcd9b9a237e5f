"""The boundary of trainability: which pairs of learning rates train a network, 128 x 128 of them, and how well.

    python studies/trainability.py [--out DIR]      also draws map.png in that folder

A pixel has converged if its measure is negative. On the boundary training is chaotic, so two correct programs differ in some
pixels: 99.5 % of all pixels must agree. A pixel is off the boundary if none of its eight neighbours differs from it in the
published map. Over these pixels the median relative error of the measure must be below 1e-9.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import rankdata

from common import HERE, Check, command, concluded, published, run

LEAST_AGREEMENT, MOST_ERROR = 0.995, 1e-9


def map_of(table: pd.DataFrame) -> np.ndarray:
    """The measure as an array [rate of the output layer, rate of the input layer], both rising."""
    return table.pivot_table(index="lr[1]", columns="lr[0]", values="measure").to_numpy()


def reference() -> tuple[np.ndarray, np.ndarray]:
    """The published map: which pixels converged, and their measure."""
    with np.load(HERE / published("trainability")["map"]) as file:
        return file["converged"], file["measure"]


def off_boundary(converged: np.ndarray) -> np.ndarray:
    """The pixels that agree with all their neighbours, up to eight: all converged, or none did."""
    around = np.lib.stride_tricks.sliding_window_view(np.pad(converged, 1, mode="edge"), (3, 3))
    return around.all(axis=(2, 3)) | ~around.any(axis=(2, 3))


def compare(ours: np.ndarray) -> list[Check]:
    """Compare our map of measures with the published one."""
    converged, measure = reference()
    same, inside = (ours < 0) == converged, off_boundary(converged)
    error = float(np.median(np.abs(ours / measure - 1)[inside]))
    return [
        Check(
            "converged",
            f"{converged.sum():,} of {converged.size:,}",
            f"{np.sum(ours < 0):,}",
            f"{np.sum(~same)} pixels differ, {100 * same.mean():.2f} % agree, at least {100 * LEAST_AGREEMENT:g} %",
            bool(same.mean() >= LEAST_AGREEMENT),
        ),
        Check(
            "measure off the boundary",
            f"{inside.sum():,} pixels",
            f"{np.sum(inside & ~same)} of them differ",
            f"median relative error {error:.1e} < {MOST_ERROR:g}",
            error < MOST_ERROR,
        ),
    ]


def stretched(measure: np.ndarray) -> np.ndarray:
    """Ranks in place of values, in [-1, 1], with the same sign. Slow runs near the boundary get ranks near -1 or 1."""
    shown = np.zeros(measure.shape)
    for side in (measure < 0, measure > 0):
        shown[side] = np.sign(measure[side]) * rankdata(np.abs(measure[side])) / max(np.sum(side), 1)
    return shown


def draw(ours: np.ndarray, path: Path) -> None:
    """Draw our map, the reference, and the pixels that differ."""
    converged, theirs = reference()
    row, column = np.nonzero((ours < 0) != converged)
    rates = np.logspace(-3, 6, len(ours))
    figure = Figure(figsize=(12, 5.6), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, measure, title in zip(panels, (ours, theirs), ("backsweep", "JAX"), strict=True):
        mesh = axes.pcolormesh(rates, rates, stretched(measure), cmap="RdBu_r", vmin=-1, vmax=1, rasterized=True)
        axes.scatter(rates[column], rates[row], s=36, facecolors="none", edgecolors="black", label=f"{len(row)} pixels differ")
        axes.set(xscale="log", yscale="log", box_aspect=1, title=title, xlabel="learning rate of the input layer")
    panels[0].set_ylabel("learning rate of the output layer")
    panels[1].legend(loc="upper right")
    bar = figure.colorbar(mesh, ax=panels, shrink=0.8, ticks=[-1, 0, 1])
    bar.ax.set_yticklabels(["converged,\nslowly", "at once", "diverged,\nslowly"])
    figure.savefig(path, dpi=110)


def study(spec: Path, out: Path) -> bool:
    """Run, compare, draw, print."""
    ours = map_of(run(spec, out).table)
    draw(ours, out / "map.png")
    return concluded(published("trainability")["source"], compare(ours), [f"map in {out / 'map.png'}"])


if __name__ == "__main__":
    command(study, __file__, __doc__)
