"""The same bits on every processor, and with the JIT off: a small case in processes whose compiler is told less."""

import os
import platform
import subprocess
import sys

import pytest

CASE = """
import hashlib
import numpy as np
from backsweep.kernels import train

x = np.random.default_rng(0).normal(size=(6, 3))
digest = hashlib.sha256()
for loss, bias, y in (("bce", False, x[:, :2] > 0), ("mse", True, x[:, :1] > 0), ("bce", True, abs(np.tanh(x)))):
    fit = train(
        x, y, hidden=3, bias=bias, loss=loss, seed=np.arange(20), lr=np.geomspace(0.1, 30, 20), low=-1.0,
        epochs=np.arange(1, 41, 2), stop_loss=0.2, keep_losses=True,
    )
    for part in (fit.outcome, fit.epochs, fit.loss, fit.accuracy, fit.losses, *fit.weights, *fit.biases):
        digest.update(np.ascontiguousarray(part).tobytes())
print(digest.hexdigest())
"""

X86 = platform.machine().lower() in {"x86_64", "amd64"}
PROCESSORS = {
    "sse2": {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2"},
    "avx2 and fma": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+avx,+avx2,+fma"},
}


def digest(settings):
    done = subprocess.run(
        [sys.executable, "-c", CASE], env={**os.environ, **settings}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def here():
    return digest({})


@pytest.mark.skipif(not X86, reason="the features named are those of x86")
@pytest.mark.parametrize("processor", PROCESSORS)
def test_processors_that_know_less_give_the_same_bits(processor, here):
    assert digest(PROCESSORS[processor]) == here


def test_the_source_run_by_python_itself_gives_the_same_bits(here):
    assert digest({"NUMBA_DISABLE_JIT": "1"}) == here
