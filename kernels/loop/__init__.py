"""The training loop and its parts: passes, updates, stopping, refilling."""
