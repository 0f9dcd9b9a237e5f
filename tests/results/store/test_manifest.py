"""A manifest that is damaged is named and restored from its copy."""

import json
import re
from itertools import product

import numpy as np
import pytest
from pydantic import ValidationError

from backsweep.errors import BacksweepError
from backsweep.results.disk.plain import reason_of
from backsweep.results.store import manifest as manifest_module
from backsweep.results.store.manifest import write_manifest
from backsweep.results.store.schema import Manifest
from backsweep.results.store.store import Store
from helpers.hostile_manifests import WRONG, altered, places

PYDANTIC = re.compile("should|[Ii]nput|less than|greater than|valid |after validation|pattern|at most 1 |extra|character$")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "damaged"),
        (b"\xff\xfe", "damaged"),
        ("[]", "damaged"),
        ('{"format": 3}', r"a later version of backsweep wrote it \(it has format 3"),
        ('{"format": 0}', "damaged"),
        ('{"format": 1}', "damaged"),
        (None, "missing"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(store, text, message):
    before = store.manifest
    for name in ("manifest.json", "manifest.copy.json"):
        if text is None:
            (store.path / name).unlink()
        else:
            (store.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        if name == "manifest.json" and message in {"damaged", "missing"}:  # the second copy is enough
            again = Store.open(store.path)
            assert again.manifest == before
            assert message in again.harm
    with pytest.raises(BacksweepError, match=rf"{'no results here' if text is None else f'manifest.json: .*{message}'}"):
        Store.open(store.path)


def test_every_flipped_byte_of_a_manifest_is_noticed_and_mended(store):
    path, rng = store.path / "manifest.json", np.random.default_rng(0)
    sound = path.read_bytes()
    for at in [0, sound.index(b'"format": 1') + 10, len(sound) - 1, *rng.integers(0, len(sound), 60)]:
        flipped = bytearray(sound)
        flipped[at] ^= 1
        path.write_bytes(flipped)
        again = Store.open(store.path)
        assert again.manifest == store.manifest
        if json.loads(sound) != _parsed(flipped):  # white space may differ
            assert "damaged" in again.harm
            with again.writing():
                assert "restored from its copy" in again.heal()[0]
            assert path.read_bytes() == sound


def _parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def test_a_harmed_copy_of_the_manifest_is_made_again(store):
    copy = store.path / "manifest.copy.json"
    sound = copy.read_bytes()
    copy.write_bytes(sound[:-9])
    with store.writing():
        assert store.heal() == []
    assert copy.read_bytes() == sound


def test_no_sentence_of_pydantic_is_left(store):
    """Whatever stands in one field: specs say the same of the same."""
    sound, reasons = store.manifest.model_dump(mode="json"), set()
    for place, value in product(places(sound), WRONG):
        try:
            Manifest.model_validate(altered(sound, place, value))
        except ValidationError as error:
            reasons.add(reason_of(error))
    assert len(reasons) > 100
    assert [reason for reason in reasons if PYDANTIC.search(reason)] == []


def test_a_manifest_that_nobody_would_read_is_not_written(store, monkeypatch):
    monkeypatch.setattr(manifest_module, "MOST_BYTES", 100)
    with pytest.raises(BacksweepError, match="x: the spec lists too many values to be stored with the results"):
        write_manifest(store.path, store.manifest)
    monkeypatch.undo()
    assert Store.open(store.path).harm is None
