"""The formulas that a spec chooses from (activations, losses, optimizers, schedules), and those that measure a run."""
