"""Parity of 2, 3 and 4 bits by quickprop, reported with restarts.

    python studies/quickprop_parity.py [--out DIR]

A run that exceeds the limit starts again with new weights, those of the next seed, and its epochs count. The study chains all
seeds of the spec into trials, thousands per number of bits, so that the error of the mean found is negligible. This mean must
lie within three standard errors, sd / sqrt(100), of the published mean. The study also prints how the first 100 trials fare,
and in how many of our hundreds of trials the mean is as low as the published one.
"""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from backsweep.results.analysis.tables import restart_report
from backsweep.results.statistics.running_time import restarted_trials
from common import Check, command, concluded, published, run

MOST_ERRORS = 3


def compare(table: pd.DataFrame) -> list[Check]:
    """Compare the report of our runs with the published one: one check per number of bits."""
    told = published("quickprop_parity")
    report = restart_report(table).set_index("bits")
    checks = []
    for bits, mean, sd, restarts in zip(told["bits"], told["mean"], told["sd"], told["restarts"], strict=True):
        ours, error = report.loc[bits], sd / math.sqrt(told["trials"])
        z = (ours["mean"] - mean) / error
        checks.append(
            Check(
                f"{bits} bits, {ours['trials']:,.0f} trials",
                f"mean {mean:.2f}, sd {sd:.2f}, restarts {restarts / told['trials']:.3f} per trial",
                f"mean {ours['mean']:.2f}, sd {ours['sd']:.2f}, restarts {ours['restarts_per_trial']:.3f} per trial",
                f"{z:+.2f} standard errors, at most {MOST_ERRORS}",
                abs(z) <= MOST_ERRORS,
            )
        )
    return checks


def hundreds(table: pd.DataFrame) -> list[str]:
    """How much samples as small as the published one vary: one line per number of bits."""
    told = published("quickprop_parity")
    size, first = told["trials"], restart_report(table, first=told["trials"]).set_index("bits")
    lines = []
    for bits, mean, sd in zip(told["bits"], told["mean"], told["sd"], strict=True):
        runs = table[table["bits"] == bits]
        epochs = restarted_trials(np.zeros(len(runs), np.int64), runs["epochs"], runs["outcome"] == "converged").epochs
        means = epochs[: len(epochs) // size * size].reshape(-1, size).mean(axis=1)
        ours = first.loc[bits]
        off, both = (ours["mean"] - mean) / (sd / math.sqrt(size)), math.hypot(sd, ours["sd"]) / math.sqrt(size)
        lines.append(
            f"{bits} bits, the first {size} trials: mean {ours['mean']:.2f}, sd {ours['sd']:.2f}, "
            f"{ours['restarts']:.0f} restarts; {off:+.2f} published standard errors, "
            f"{(ours['mean'] - mean) / both:+.2f} of the difference. "
            f"As low as published: {np.sum(means <= mean)} of {len(means)} hundreds."
        )
    return lines


def study(spec: Path, out: Path) -> bool:
    """Run, compare, print."""
    table = run(spec, out).table
    return concluded(published("quickprop_parity")["source"], compare(table), hundreds(table))


if __name__ == "__main__":
    command(study, __file__, __doc__)
