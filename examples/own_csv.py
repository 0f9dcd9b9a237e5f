"""Training on your own CSV file: columns by name, standardised numbers, text as categories.

    python examples/own_csv.py                 writes to runs/throws and runs/throws.csv; takes a few seconds

You learn how a table of data becomes a task. The table is a school exercise, which a formula below computes: which throws clear
a fence ten metres away? To train on your own table, put its file and columns into TASK.
"""

from itertools import product
from math import cos, radians, tan
from pathlib import Path

import pandas as pd

from backsweep import Sweep

GRAVITY, DISTANCE = 9.81, 10.0  # m/s², m
FENCES = {"low": 1.0, "middle": 2.5, "high": 4.0}  # m
TASK = {"inputs": ["speed", "angle", "fence"], "targets": ["cleared"], "standardise": True}


def throws() -> pd.DataFrame:
    """Throws from the ground without drag: speed in m/s, angle in degrees, the fence, and whether the throw clears it."""
    rows = []
    for speed, angle, fence in product(range(9, 19), range(20, 75, 6), FENCES):
        slope = radians(angle)
        height = DISTANCE * tan(slope) - GRAVITY * DISTANCE**2 / (2 * (speed * cos(slope)) ** 2)
        rows.append((speed, angle, fence, "yes" if height > FENCES[fence] else "no"))
    return pd.DataFrame(rows, columns=["speed", "angle", "fence", "cleared"])


def main(folder: Path = Path("runs")) -> None:
    """Write the table, train on it, and print how many hidden units it takes."""
    folder.mkdir(exist_ok=True)
    throws().to_csv(folder / "throws.csv", index=False)
    sweep = Sweep(
        task={"file": str(folder / "throws.csv"), **TASK},
        seeds=50,
        model={"hidden": {"values": [1, 2, 3, 4, 6]}, "activation": "tanh", "bias": True, "init": "xavier_uniform"},
        train={"optimizer": "rprop", "lr": 0.1, "epochs": 500, "stop": {"accuracy": 1.0}},
    )
    print(sweep, end="\n\n")
    results = sweep.run(folder / "throws")
    found = results.summary(["hidden"])
    print(found.round(3).to_string(), end="\n\n")

    enough = found[found.success_low > 0.5]
    if enough.empty:
        print("For no number of hidden units are we certain that more than half of the runs learn every throw.")
    else:
        print(f"{enough.hidden.min()} hidden units learn every throw in more than half of the runs.")


if __name__ == "__main__":
    main()
