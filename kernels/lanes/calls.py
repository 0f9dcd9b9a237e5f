"""Calls of parts of the loop by their address, and a barrier for the compiler between steps."""

from llvmlite import ir
from numba import types

from .vector import operation


@operation(lambda: types.void)
def compiler_barrier() -> None:
    """Make LLVM finish all reads and writes of memory that stand before this call before it begins those after it."""


@compiler_barrier.lower
def _compiler_barrier(context, builder, sig, args):
    builder.asm(ir.FunctionType(ir.VoidType(), []), "", "~{memory}", [], side_effect=True)
    return context.get_dummy_value()


@operation(lambda formula, *args: types.void if isinstance(formula, types.Integer) else None)
def call(formula, *args) -> None:
    """Call a `compile.Formula` by its address."""
    formula(*args)


@call.lower
def _call(context, builder, sig, args):
    _called(context, builder, sig, args, types.none)
    return context.get_dummy_value()


@operation(lambda section, *args: types.int64 if isinstance(section, types.Integer) else None)
def ask(section, *args) -> int:
    """Call a `compile.Section` by its address and return its answer."""
    return section(*args)


@ask.lower
def _ask(context, builder, sig, args):
    return _called(context, builder, sig, args, types.int64)


def _called(context, builder, sig, args, result):
    kinds = [context.get_value_type(kind) for kind in sig.args[1:]]
    function = ir.FunctionType(context.get_value_type(result), kinds)
    return builder.call(builder.inttoptr(args[0], function.as_pointer()), args[1:])
