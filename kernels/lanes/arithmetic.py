"""The processor's settings for floating-point arithmetic: how it rounds, and whether it keeps subnormal numbers.

The settings belong to the calling thread, and other libraries change them. PyTorch's `set_flush_denormal(True)` makes the
processor treat subnormal numbers as 0, C's `fesetround` makes it round differently, and threads inherit the settings of the
thread that started them. Some bits of what is trained would change with them. So training happens within `usual_arithmetic`,
which sets all of them to their defaults and restores them afterwards.

All settings are in one word: MXCSR on x86 (Intel, Software Developer's Manual 1, 10.2.3), FPCR on arm64 (Arm Architecture
Reference Manual, C5.2). On other processors, and without the JIT, they are left alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from llvmlite import ir
from numba import types
from numba.core import cgutils

from .compile import compiled
from .vector import operation

USUAL = -1  # no word of any processor
MXCSR, FPCR = 0x1F80, 0  # every exception masked, to nearest, subnormal numbers kept
WORD, WIDE = ir.IntType(32), ir.IntType(64)


@operation(lambda word: types.int64)
def _exchange(word) -> int:
    """Set the settings to `word`, or to the default for USUAL, and return the previous word."""
    return word


@_exchange.lower
def _exchange_code(context, builder, sig, args):
    architecture = builder.module.triple.split("-")[0]
    if architecture == "x86_64":
        return _exchange_mxcsr(builder, _or_usual(builder, args[0], MXCSR))
    if architecture in {"aarch64", "arm64"}:
        return _exchange_fpcr(builder, _or_usual(builder, args[0], FPCR))
    return args[0]


def _or_usual(builder, word, usual):
    return builder.select(builder.icmp_signed("==", word, WIDE(USUAL)), WIDE(usual), word)


def _exchange_mxcsr(builder, word):
    """Exchange the word through memory, since the instructions read and write memory."""
    kind = ir.FunctionType(ir.VoidType(), [ir.IntType(8).as_pointer()])
    before, after = cgutils.alloca_once(builder, WORD), cgutils.alloca_once(builder, WORD)
    builder.store(builder.trunc(word, WORD), after)
    for name, place in (("stmxcsr", before), ("ldmxcsr", after)):
        instruction = cgutils.get_or_insert_function(builder.module, kind, f"llvm.x86.sse.{name}")
        builder.call(instruction, [builder.bitcast(place, ir.IntType(8).as_pointer())])
    return builder.zext(builder.load(before), WIDE)


def _exchange_fpcr(builder, word):
    """Use LLVM's intrinsics. Assembly for arm64 would abort the process unless LLVM was told at its start to parse it."""
    read = cgutils.get_or_insert_function(builder.module, ir.FunctionType(WIDE, []), "llvm.aarch64.get.fpcr")
    write = cgutils.get_or_insert_function(builder.module, ir.FunctionType(ir.VoidType(), [WIDE]), "llvm.aarch64.set.fpcr")
    before = builder.call(read, [])
    builder.call(write, [word])
    return before


@compiled
def exchange_settings(word) -> int:
    """Set the calling thread's settings to `word`, or to the default for USUAL, and return the previous word."""
    return _exchange(word)


@contextmanager
def usual_arithmetic() -> Iterator[None]:
    """Compute with the default settings in this thread."""
    before = exchange_settings(USUAL)
    try:
        yield
    finally:
        exchange_settings(before)


ONE, HALF, TINY, MUCH = 1.0, 0.5, 2.0**-60, 2.0**1000
NORMAL, SUBNORMAL = 2.0**-1022, 2.0**-1074  # the least of each


@contextmanager
def usual_numbers() -> Iterator[None]:
    """The same for what Python computes, but nothing is set if a quick test shows that numbers already behave as usual.

    Otherwise a program that only plans a sweep, or looks at one, would wait a quarter of a second for Numba to load its first
    machine code.
    """
    with nullcontext() if _are_usual() else usual_arithmetic():
        yield


def _are_usual() -> bool:
    """Whether this thread rounds to nearest, and keeps subnormal numbers, both as operands and as results."""
    return ONE + TINY == ONE == ONE - TINY and SUBNORMAL * MUCH > 0.0 and NORMAL * HALF > 0.0
