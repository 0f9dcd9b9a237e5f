"""Trains runs on workers, batch by batch, and trains single runs again."""
