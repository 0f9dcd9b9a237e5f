"""Setup for all tests: examples, what Windows skips, the order of files, garbage collection, and a folder for other users."""

import gc
import sys
import tempfile
from collections import Counter
from pathlib import Path

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
    """On Windows, skip the tests that need what Windows lacks. Everywhere, run the files with the fewest tests first.

    Those files have the longest tests. If they came last, in the order of pytest-xdist, one process would wait for them.
    """
    for item in items:
        if sys.platform == "win32" and item.get_closest_marker("posix"):
            item.add_marker(pytest.mark.skip(reason="needs signals, links, permissions or limits that Windows lacks"))
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (tests[item.path], item.path))


def pytest_collection_finish():
    """Exclude everything that exists now from garbage collection; garbage that tests create is still collected."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def public_path():
    """A folder that other users can read. Those of pytest are private, and every session that starts makes them so again."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path
