"""Folders are named after specs, as far as each system allows the names."""

import sys

import pytest

from backsweep.sweep.cli.tables import slug


@pytest.mark.parametrize("name", ["CON", "nul", "Aux", "prn", "com1", "LPT9", "com²", "nul.first", "CON.2024.toml"])
def test_a_device_of_windows_is_no_folder(name):
    """No file of such a name can be made there, whatever follows after a dot."""
    assert slug(name) == f"sweep-{name}"


@pytest.mark.parametrize("name", ["console", "com", "com10", "nully", "my-nul", "lpt", "xor", "0"])
def test_other_names_stay(name):
    assert slug(name) == name


def test_no_folder_ends_in_a_point_which_windows_would_drop():
    for name in ("a.", "a...", "a-", f"{'a' * 199}.b", f"{'a' * 198}-.b"):
        assert slug(name).rstrip("-.") == slug(name)


def test_names_are_shorter_where_whole_paths_are(monkeypatch):
    assert len(slug("a" * 300)) == 200
    monkeypatch.setattr(sys, "platform", "win32")
    assert len(slug("ä" * 300).encode()) == 80
