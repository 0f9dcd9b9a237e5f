"""Floating-point settings that other libraries make for the calling thread change no result, and are restored afterwards."""

import contextlib
import ctypes
import platform
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from backsweep.kernels import train
from backsweep.kernels.lanes import arithmetic

X86_ON_LINUX = sys.platform == "linux" and platform.machine() == "x86_64"
FLUSHED_RESULTS, FLUSHED_OPERANDS, ROUNDING_BITS = 1 << 15, 1 << 6, (1 << 13, 2 << 13, 3 << 13)  # bits of MXCSR
ROUNDING = {"down": 0x400, "up": 0x800, "to zero": 0xC00}  # values of fenv.h on x86
# Gradients and steps that are subnormal.
CASES = {
    "rprop": {"optimizer": {"name": "rprop", "least": 1e-320}, "lr": 1e-310},
    "quickprop": {"optimizer": "quickprop", "lr": 1e-309},
    "gd": {"lr": 1e-150, "weight_decay": 1e-170},
}


def bits():
    """The bits of all results of some runs, one of which has a subnormal gradient."""
    found = []
    for settings in CASES.values():
        init = {"scheme": "uniform", "low": 1e-160, "high": 3e-160}
        x = [[1e-155, 3e-160], [2e-158, 1e-157]]
        fit = train(x, [0.0, 1e-157], hidden=2, activation="tanh", output="identity", loss="mse", init=init,
                    seed=np.arange(20), epochs=7, record_at=np.arange(8), midpoint=None, **settings)  # fmt: skip
        found += [part.tobytes() for part in (fit.loss, *fit.weights, *fit.trajectories)]
    return found


@pytest.fixture
def keep_subnormals():
    torch = pytest.importorskip("torch")
    if not torch.set_flush_denormal(True):
        pytest.skip("this processor cannot")
    yield lambda: torch.set_flush_denormal(False)
    torch.set_flush_denormal(False)


def test_subnormal_numbers_flushed_by_the_caller_are_kept_while_training(keep_subnormals):
    tiny = np.float64(1e-310)
    assert tiny * 0.5 == 0.0
    within = bits()
    with ThreadPoolExecutor(1) as pool:  # a thread inherits the settings of the one that starts it
        in_a_thread = pool.submit(bits).result()
    assert tiny * 0.5 == 0.0
    keep_subnormals()
    assert tiny * 0.5 > 0.0
    assert within == in_a_thread == bits()


@pytest.mark.skipif(not X86_ON_LINUX, reason="the numbers of fenv.h are those of x86")
@pytest.mark.parametrize("way", ROUNDING)
def test_the_caller_may_use_another_rounding_mode(way):
    usual, library = bits(), ctypes.CDLL(None)
    library.fesetround(ROUNDING[way])
    try:
        found = bits()
        kept = library.fegetround()
    finally:
        library.fesetround(0)
    assert kept == ROUNDING[way]
    assert found == usual


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="the bits are those of x86")
def test_unusual_arithmetic_is_recognised_by_computing(monkeypatch):
    """Every unusual setting is recognised, including processors that flush only operands or only results."""
    asked = []
    monkeypatch.setattr(arithmetic, "usual_arithmetic", lambda: asked.append(True) or contextlib.nullcontext())
    with arithmetic.usual_numbers():
        assert not asked
    for bits in (FLUSHED_RESULTS, FLUSHED_OPERANDS, *ROUNDING_BITS):
        before = arithmetic.exchange_settings(arithmetic.MXCSR | bits)
        try:
            with arithmetic.usual_numbers():
                pass
        finally:
            arithmetic.exchange_settings(before)
    assert len(asked) == 5


def test_settings_are_restored_if_training_fails(keep_subnormals):
    with pytest.raises(ValueError, match="epochs"):
        train([[0.0]], [0.0], epochs=-1)
    assert np.float64(1e-310) * 0.5 == 0.0


@pytest.mark.parametrize(("dtype", "weight", "rate"), [("float32", 1e10, 1e35), ("float64", 1e100, 1e250)])
def test_every_nan_has_the_same_bits(dtype, weight, rate):
    """NaN in weights, after an infinite weight times 0, and in a measure whose first loss is 0."""
    settings = {"hidden": (), "output": "identity", "loss": "mse", "dtype": dtype, "seed": np.arange(40), "epochs": 4}
    far = {"init": {"scheme": "constant", "value": weight}, "lr": rate, "bound": np.inf, "batch": "pattern"}
    weights = train([[0, 1], [1, 0], [1, 1]], [1, 1, 0], **far, **settings).weights[0]
    measure = train([[0.0]], [0.0], init="constant", measure=True, **settings).measure
    for found in (weights, measure):
        assert np.isnan(found).any()
        assert set(found[np.isnan(found)].view(np.uint64).tolist()) == {0x7FF8000000000000}
