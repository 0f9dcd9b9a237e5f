"""The formulas that a spec chooses among: activations, losses, optimizers, schedules; and what is measured."""
