"""The loss of one run."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from .style import LINES, label_epochs


def draw_loss(trajectory: pd.DataFrame, axes: Axes) -> Axes:
    """The loss of one run; columns epoch and loss."""
    axes.plot(trajectory["epoch"], trajectory["loss"], color=LINES[0], linewidth=1.6)
    axes.set(xlabel="epochs", ylabel="loss")
    if (trajectory["loss"] > 0).all():
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: f"{loss:.3g}"))
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda loss, _: f"{loss:.2g}" if str(f"{loss:e}")[0] in "25" else ""))
    label_epochs(axes.xaxis)
    return axes


def thinned(trajectory: pd.DataFrame, most: int = 1000) -> pd.DataFrame:
    """At most `most` rows of a trajectory, evenly spaced, the last among them: more cannot be seen."""
    picks: Sequence[int] = np.unique(np.linspace(0, len(trajectory) - 1, most).round().astype(int)).tolist()
    return trajectory.iloc[list(picks)]
