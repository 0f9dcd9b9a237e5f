"""How often XOR's epoch goes to the stack for a vector register, in the machine code for each processor that LLVM here knows.

A core stores or loads about as many registers in a cycle as it multiplies and adds. So one access of the stack for each
multiply-add is the most that can go on beside them; a quad that fills all registers needs up to two. Thirty-two registers of
AVX-512 hold a quad four times, and need next to none.
"""

import json
import os
import platform
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from backsweep.kernels.lanes.registers import Registers, registers_of

SCRIPT = Path(__file__).with_name("machine_code.py")
AVX2 = "+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+avx,+avx2,+fma"
AVX512 = f"{AVX2},+avx512f,+avx512dq,+avx512bw,+avx512vl,+avx512cd,+evex512"
X86, ARM_LINUX, ARM_MAC = "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "arm64-apple-macosx"
# For arm64, Numba compiles with the row of AVX2, which is as long.
TARGETS = {
    "avx512": (X86, "skylake-avx512", AVX512, 0.1),
    "avx2": (X86, "haswell", AVX2, 1.0),
    "apple": (ARM_MAC, "apple-m1", "+neon", 1.0),
    "neoverse": (ARM_LINUX, "neoverse-n1", "+neon", 1.0),
}
# Each takes seconds to compile.
EACH_TARGET = ["avx2", *(pytest.param(target, marks=pytest.mark.long) for target in TARGETS if target != "avx2")]
MULTIPLY_ADD = re.compile(r"^\s+(?:vfn?m(?:add|sub)\d+p[sd]|fml[as])\b")
ACCESS = re.compile(r"(\d+)-byte (?:Folded )?(?:Spill|Reload)")
VECTOR = re.compile(r"%[xyz]mm\d|\bq\d")

pytestmark = pytest.mark.skipif(
    platform.machine().lower() not in {"x86_64", "amd64"}, reason="the features that Numba compiles for are those of x86"
)


@cache
def machine_code(target):
    triple, cpu, features, _ = TARGETS[target]
    x86 = (cpu, features) if triple == X86 else TARGETS["avx2"][1:3]
    with TemporaryDirectory() as folder:
        settings = {"NUMBA_CPU_NAME": x86[0], "NUMBA_CPU_FEATURES": x86[1], "NUMBA_CACHE_DIR": folder}
        command = [sys.executable, SCRIPT, triple, cpu, features]
        done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def registers(target) -> Registers:
    triple, _, features, _ = TARGETS[target]
    return registers_of(triple, features)


def counts(assembly, register_bytes):
    """How many multiply-adds there are, and how many vector registers are stored to the stack or loaded from it."""
    lines = assembly.splitlines()
    accesses = sum(int(found[1]) for line in lines if (found := ACCESS.search(line)) and VECTOR.search(line))
    return sum(bool(MULTIPLY_ADD.match(line)) for line in lines), accesses / register_bytes


@pytest.mark.parametrize("target", EACH_TARGET)
def test_the_row_is_that_of_the_target(target):
    assert machine_code(target)["row_bytes"] == registers(target).row_bytes


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("target", EACH_TARGET)
def test_an_epoch_of_xor_hardly_spills(target, dtype):
    parts = {name: code for name, code in machine_code(target)["assembly"].items() if name.endswith(f" {dtype}")}
    assert len(parts) == 3
    found = [counts(code, registers(target).bytes) for code in parts.values()]
    multiply_adds, accesses = (sum(column) for column in zip(*found, strict=True))
    assert multiply_adds > 100
    assert accesses <= TARGETS[target][-1] * multiply_adds


@pytest.mark.parametrize("target", EACH_TARGET)
def test_the_yardstick_of_multiply_adds_fills_the_registers_and_does_not_spill(target):
    multiply_adds, accesses = counts(machine_code(target)["assembly"]["ring"], registers(target).bytes)
    constants = registers(target).row_bytes // registers(target).bytes  # the row that the ring leaves to the two of them
    assert multiply_adds == registers(target).number - constants
    assert accesses == 0


def test_quads_take_half_of_the_registers_at_most():
    for target in TARGETS:
        assert 4 * registers(target).row_bytes <= registers(target).number * registers(target).bytes / 2
    assert [registers(target).row_bytes for target in TARGETS] == [128, 64, 64, 64]
    assert registers_of(X86, "+sse2") == Registers(number=16, bytes=16, fma=False)
