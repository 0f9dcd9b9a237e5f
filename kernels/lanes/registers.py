"""The vector registers of the processor that code is compiled for. They decide how many runs are trained at once.

A quad, four samples of each run, should fill at most half of the registers; the other half holds weights, inputs and
constants. If it fills all of them, LLVM keeps sums on the stack: with sixteen runs in float64, XOR's loop on AVX2 stores and
loads the stack 1,300 times for its 1,900 multiply-adds, and on arm64 3,000 times (`tests/kernels/lanes/test_spills.py`).
"""

from typing import Any, NamedTuple

from numba.core.registry import cpu_target

QUAD = 4  # samples that are computed side by side
MOST_ROW_BYTES = 128  # as many independent numbers as hide the latency of a multiply-add; twice as many gain nothing


class Registers(NamedTuple):
    """The vector registers of a processor, and whether it has an instruction that multiplies and adds with one rounding."""

    number: int
    bytes: int
    fma: bool

    @property
    def row_bytes(self) -> int:
        """The bytes of one row of lanes: one number for each run that is trained at once."""
        return min(MOST_ROW_BYTES, self.number * self.bytes // (2 * QUAD))


def registers_of(triple: str, features: str) -> Registers:
    """The registers of a processor, from LLVM's names of the target ("x86_64-...") and of its features ("+avx2,-avx512f")."""
    has = set(features.split(","))
    if triple.split("-")[0] in {"aarch64", "arm64"}:
        return Registers(number=32, bytes=16, fma=True)
    if "+avx512f" in has:
        return Registers(number=32, bytes=64, fma=True)
    return Registers(number=16, bytes=32 if "+avx" in has else 16, fma="+fma" in has)


def _here() -> Registers:
    context: Any = cpu_target.target_context
    triple, _, features = context.codegen().magic_tuple()
    return registers_of(triple, features)


REGISTERS = _here()
