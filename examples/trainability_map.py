"""A map of trainability: which pairs of learning rates, one per layer, train a network at all?

    python examples/trainability_map.py        writes to runs/trainability_map, with map.png; takes a few seconds

You learn that a list gives one learning rate per layer, and that each of these may be an axis. Every pixel is a run. `measure`
is a number that says how well a run went; it is negative if the loss fell. The boundary is a fractal (J. Sohl-Dickstein, arXiv
2402.06184): narrow the two axes to enlarge any part of it.
"""

from math import inf
from pathlib import Path

from backsweep import Sweep
from backsweep.results.figures import save

PIXELS = 128  # per side


def sweep(hidden: list[float], output: list[float], pixels: tuple[int, int] = (PIXELS, PIXELS), epochs: int = 200) -> Sweep:
    """One run per pair of learning rates. `hidden` and `output` are the smallest and largest rate of each layer."""
    return Sweep(
        task={"name": "teacher", "inputs": 8, "hidden": 8, "samples": 32},  # the outputs of another network
        seeds=[1],
        model={"hidden": 8, "activation": "tanh", "output": "identity", "parametrization": "mean_field", "init": "normal"},
        train={
            "lr": [{"log": hidden, "n": pixels[0]}, {"log": output, "n": pixels[1]}],
            "loss": "mse",
            "epochs": epochs,
            "bound": inf,  # a loss may rise and fall again; the measure limits it by itself
        },
        record={"measure": True},
    )


def main(folder: Path = Path("runs/trainability_map")) -> None:
    """Train every pixel and draw the map."""
    results = sweep([1.0, 1e5], [1.0, 1e3]).run(folder)
    axes = results.figure("trainability")
    axes.set(xlabel="learning rate of the hidden layer", ylabel="learning rate of the output layer")
    print("map in", save(axes, folder / "map.png"))
    print(f"{100 * (results.table.measure < 0).mean():.0f} % of {results.done:,} pairs of learning rates train")


if __name__ == "__main__":
    main()
