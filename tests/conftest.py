"""For all tests: how many examples hypothesis tries, what Windows skips, and little collecting of garbage."""

import gc
import sys

import pytest
from hypothesis import settings

SOME, MANY = 40, 100  # examples of a property, in `make test` and in `make test-all`

# What the imports leave is never garbage, and looking through it again and again takes a fifth of the processor's time.
gc.disable()


def pytest_configure(config):
    """No example has a deadline, since a shared machine stalls."""
    examples = SOME if config.option.markexpr == "not long" else MANY
    settings.register_profile("steady", deadline=None, derandomize=True, max_examples=examples)
    settings.load_profile("steady")


def pytest_collection_modifyitems(items):
    """Skip on Windows what it lacks the means for."""
    for item in items:
        if sys.platform == "win32" and item.get_closest_marker("posix"):
            item.add_marker(pytest.mark.skip(reason="needs signals, links, permissions or limits that Windows lacks"))


def pytest_collection_finish():
    """Count what is there as kept; the tests' own garbage is collected as ever."""
    gc.freeze()
    gc.enable()
