"""For all tests: hypothesis without deadlines and with the same examples every time, and little collecting of garbage."""

import gc

from hypothesis import settings

# Without deadlines, since a shared machine stalls.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

# What the imports leave is never garbage, and looking through it again and again takes a fifth of the processor's time.
gc.disable()


def pytest_collection_finish():
    """Count what is there as kept; the tests' own garbage is collected as ever."""
    gc.freeze()
    gc.enable()
