"""The plan: which run has which settings, and which runs are trained together."""
