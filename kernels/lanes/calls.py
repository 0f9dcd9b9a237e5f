"""Calls of parts of the loop by their address."""

from llvmlite import ir
from numba import types

from .vector import operation


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
