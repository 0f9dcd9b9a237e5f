"""A map of trainability: which pairs of learning rates, one for each layer, train a network at all.

    python examples/trainability_map.py        into runs/trainability_map, with map.png; a few seconds

What is learnt: a list is one learning rate a layer, and each may be an axis; a pixel is a run. `measure` says how well a run
went in one number that is below 0 where the loss fell. The boundary is a fractal (J. Sohl-Dickstein, arXiv 2402.06184): enlarge
any part of it by other ends of the two axes.
"""

from math import inf
from pathlib import Path

from backsweep.results.figures import save
from backsweep.sweep import Sweep

PIXELS = 128  # a side


def sweep(hidden: list[float], output: list[float], pixels: tuple[int, int] = (PIXELS, PIXELS), epochs: int = 200) -> Sweep:
    """A run for each pair of learning rates, from the first to the last of each layer."""
    return Sweep(
        task={"name": "teacher", "inputs": 8, "hidden": 8, "samples": 32},  # what another network answers
        seeds=[1],
        model={"hidden": 8, "activation": "tanh", "output": "identity", "parametrization": "mean_field", "init": "normal"},
        train={
            "lr": [{"log": hidden, "n": pixels[0]}, {"log": output, "n": pixels[1]}],
            "loss": "mse",
            "epochs": epochs,
            "bound": inf,  # losses may rise and fall again; the measure caps them itself
        },
        record={"measure": True},
    )


def main(folder: Path = Path("runs/trainability_map")) -> None:
    """Train every pixel, and draw the map."""
    results = sweep([1.0, 1e5], [1.0, 1e3]).run(folder)
    axes = results.figure("trainability")
    axes.set(xlabel="learning rate of the hidden layer", ylabel="learning rate of the output layer")
    print("map in", save(axes, folder / "map.png"))
    print(f"{(results.table.measure < 0).mean():.0%} of {results.done:,} pairs of learning rates train")


if __name__ == "__main__":
    main()
