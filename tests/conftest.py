"""Hypothesis without deadlines (a shared machine stalls) and with the same examples every time."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
