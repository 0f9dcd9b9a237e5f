"""Setup for all tests: how many examples Hypothesis tries, which tests Windows skips, and fewer garbage collections."""

import gc
import sys

import pytest
from hypothesis import settings

SOME, MANY = 40, 100  # examples per property, in `make test` and in `make test-all`

# Imported modules never become garbage, and scanning them in every collection would take a fifth of the processor's time.
gc.disable()


def pytest_configure(config):
    """Set up Hypothesis. Examples have no deadline, because a shared machine stalls now and then."""
    examples = SOME if config.option.markexpr == "not long" else MANY
    settings.register_profile("steady", deadline=None, derandomize=True, max_examples=examples)
    settings.load_profile("steady")


def pytest_collection_modifyitems(items):
    """On Windows, skip the tests that need what Windows lacks."""
    for item in items:
        if sys.platform == "win32" and item.get_closest_marker("posix"):
            item.add_marker(pytest.mark.skip(reason="needs signals, links, permissions or limits that Windows lacks"))


def pytest_collection_finish():
    """Exclude everything that exists now from garbage collection; garbage that tests create is still collected."""
    gc.freeze()
    gc.enable()
