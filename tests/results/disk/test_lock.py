"""A folder has at most one writer; if the file system cannot guarantee that, the user is told why."""

import errno
import os

import filelock
import pytest

from backsweep.errors import ResultsError
from backsweep.results.store.store import Store
from helpers.folders import manifest


@pytest.mark.parametrize("code", ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
def test_a_file_system_without_locks_is_named_with_what_to_do(code, tmp_path, monkeypatch):
    """As on some networks, and in some containers. Another kind of lock is not used, because it would outlive its owner."""
    number = getattr(errno, code)

    def refuse(*_):
        raise OSError(number, os.strerror(number))

    fcntl = pytest.importorskip("fcntl", reason="there is no flock on Windows")
    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(
        ResultsError, match=r"\.lock: this file system has no locks \(.*\), so .*; choose a folder on another"
    ) as told:
        Store.create(tmp_path / "sweep", manifest())
    assert str(told.value).startswith(f"{tmp_path / 'sweep' / '.lock'}: ")
    assert os.strerror(number) in str(told.value)
    monkeypatch.undo()
    Store.create(tmp_path / "sweep", manifest())


def test_other_errors_of_the_system_are_passed_on(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with pytest.raises(PermissionError, match="not permitted"):
        Store.create(tmp_path / "sweep", manifest())
