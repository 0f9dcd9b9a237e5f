"""Whatever befalls the process that writes a folder, the next one goes on in it, and nothing is lost or made twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SUFFERING = Path(__file__).with_name("suffering.py")


@pytest.mark.posix
@pytest.mark.parametrize(
    "mode", ["error", "strict", *(pytest.param(mode, marks=pytest.mark.long) for mode in ("kill", "eager"))]
)
def test_every_operation_on_a_file_may_fail_or_be_the_last(mode, tmp_path):
    """See suffering.py: each open, write, fsync, rename, unlink and mkdir in turn."""
    command, environment = [sys.executable, SUFFERING, mode, tmp_path], {**os.environ, "PYTHONPATH": str(SUFFERING.parents[2])}
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    *wrong, operations = ended.stdout.splitlines()
    assert wrong == []
    assert int(operations) > 100
