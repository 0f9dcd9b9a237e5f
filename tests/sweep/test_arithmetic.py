"""The rounding mode of the caller changes no sweep: not its values, its rows or its manifest."""

import ctypes
import platform
import sys

import pytest

from backsweep.errors import BacksweepError
from backsweep.results import Results
from backsweep.sweep import Sweep

X86_ON_LINUX = sys.platform == "linux" and platform.machine() == "x86_64"
ROUNDING = {"down": 0x400, "up": 0x800, "to zero": 0xC00}  # values of fenv.h on x86
SPEC = {
    "task": "xor",
    "seeds": 10,
    "train": {"lr": {"log": [0.003, 0.7], "n": 7}, "weight_decay": {"linear": [0.0, 0.1], "n": 4}, "epochs": 3},
    "record": {"every": 1, "weights": True},
}


@pytest.mark.skipif(not X86_ON_LINUX, reason="the numbers of fenv.h are those of x86")
def test_the_caller_of_a_sweep_may_use_another_rounding_mode(tmp_path):
    usual, library = Sweep(**SPEC).run(tmp_path / "usual"), ctypes.CDLL(None)
    for way, word in ROUNDING.items():
        library.fesetround(word)
        try:
            there = Sweep(**SPEC).run(tmp_path / way)
            kept = library.fegetround()
            with pytest.raises(
                BacksweepError, match="usual: cannot be read while numbers are rounded to anything but the nearest"
            ):
                Results.open(usual.path)
        finally:
            library.fesetround(0)
        assert kept == word
        assert Results.open(usual.path).done == usual.done
        assert there.manifest.spec_hash == usual.manifest.spec_hash
        for folder, files in usual.store.kept().items():
            names = [file.path.name for file in there.store.kept()[tmp_path / way / folder.name]]
            assert names == [file.path.name for file in files], way
