"""Whatever happens to a process that writes a folder, the next process continues there; nothing is lost and nothing is made
twice.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FAULTY_DISK = Path(__file__).with_name("faulty_disk.py")


@pytest.mark.posix
@pytest.mark.parametrize(
    "mode", ["error", *(pytest.param(mode, marks=pytest.mark.long) for mode in ("strict", "kill", "eager"))]
)
def test_every_operation_on_a_file_may_fail_or_be_the_last(mode, tmp_path):
    """Each open, write, fsync, rename, unlink and mkdir in turn, see faulty_disk.py."""
    command, environment = (
        [sys.executable, FAULTY_DISK, mode, tmp_path],
        {**os.environ, "PYTHONPATH": str(FAULTY_DISK.parents[2])},
    )
    ended = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    *wrong, operations = ended.stdout.splitlines()
    assert wrong == []
    assert int(operations) > 100
