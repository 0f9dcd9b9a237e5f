"""The same bits on every processor, and with the JIT off: the same cases in processes whose compiler is told less."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).with_name("same_bits_cases.py")
X86 = platform.machine().lower() in {"x86_64", "amd64"}
PROCESSORS = {
    # The C library, too, takes another way where it sees fewer features.
    "sse2": {
        "NUMBA_CPU_NAME": "x86-64",
        "NUMBA_CPU_FEATURES": "+sse2",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F",
    },
    "avx2 and fma": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+avx,+avx2,+fma"},
}


def started(length, settings=None):
    command = [sys.executable, str(CASES), length]
    return subprocess.Popen(command, env={**os.environ, **(settings or {})}, stdout=subprocess.PIPE, text=True)


def digests(process):
    """A line for each case."""
    printed, _ = process.communicate()
    assert process.returncode == 0
    return printed.splitlines()


@pytest.fixture(scope="module")
def elsewhere():
    """All at once: most of their time is compiling."""
    return {name: started("long", settings) for name, settings in PROCESSORS.items()}


@pytest.fixture(scope="module")
def here():
    return digests(started("long"))


@pytest.mark.skipif(not X86, reason="the features named are those of x86")
@pytest.mark.parametrize("processor", PROCESSORS)
def test_processors_that_know_less_give_the_same_bits(processor, elsewhere, here):
    assert digests(elsewhere[processor]) == here


def test_the_source_run_by_python_itself_gives_the_same_bits():
    assert digests(started("short", {"NUMBA_DISABLE_JIT": "1"})) == digests(started("short"))
