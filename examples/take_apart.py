"""Takes a network apart: which hidden unit of a network that solves XOR answers what, and how it came to that.

    python examples/take_apart.py       writes to runs/take_apart; takes a few seconds

You learn to get at one run of a sweep: its outputs, its hidden units, its earlier states and its picture.
"""

import backsweep
from backsweep.results.figures import save

SWEEP = backsweep.Sweep(
    task="xor",
    seeds=20,
    model={"hidden": 2, "bias": True, "init": {"low": -1.0}},
    train={"lr": 5.0, "epochs": 3000, "stop": {"loss": 0.05}},
)


def main() -> None:
    """Train, choose a run, look into it."""
    results = SWEEP.run("runs/take_apart")
    run = int(results.table.query("outcome == 'converged'").run.iloc[0])
    network = results.network(run)
    hidden, outputs = network.activations(network.inputs)
    print(f"run {run} solved XOR after {network.epochs} epochs")
    for inputs, units, output in zip(network.inputs, hidden, outputs, strict=True):
        print(f"{inputs} -> hidden {units.round(2)} -> {output.round(2)}")
    epochs = [0, network.epochs // 4, network.epochs // 2, network.epochs]
    for early in network.at(epochs):
        right = ((early.predict(network.inputs) >= 0.5) == (network.targets >= 0.5)).sum()
        print(f"after {early.epochs} epochs {right} of 4 samples were right")
    print(f"Figure: {save(results.figure('decision', run=run, epochs=epochs), 'runs/take_apart/decision.png')}")


if __name__ == "__main__":
    main()
