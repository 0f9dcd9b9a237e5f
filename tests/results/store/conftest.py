"""The store that several rooms of tests open."""

import pytest

from backsweep.results.store.store import Store
from helpers.stored import manifest, rows


@pytest.fixture
def store(tmp_path):
    store = Store.create(tmp_path / "sweep", manifest())
    with store.writing():
        for span in ((40, 60), (0, 20), (20, 40)):
            store.append(rows(*span))
    return store
