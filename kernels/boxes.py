"""Tuples handed on by their address, so that large parts of the loop can be compiled on their own.

A tuple of fifty arrays as an argument is four hundred numbers to pass; functions that take such tuples took Numba half a
minute to compile, and the same code in one piece nearly as long. `boxed` puts a tuple into memory once, and gives its address;
`opened` reads it back, of which LLVM keeps only the fields that are used.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import models, register_model

from .lane_type import CACHE_LINE, operation


class Box(types.Type):
    """The address of a tuple of type `content`."""

    def __init__(self, content: types.BaseTuple):
        self.content = content
        super().__init__(name=f"Box({content})")


@register_model(Box)
class _BoxModel(models.PrimitiveModel):
    def __init__(self, manager, box):
        super().__init__(manager, box, manager[box.content].get_value_type().as_pointer())


@operation(Box)
def boxed(content):
    """The address of a tuple, as long as the caller's call lasts."""
    return content


@boxed.lower
def _boxed(context, builder, sig, args):
    return cgutils.alloca_once_value(builder, args[0])


@operation(lambda box: box.content)
def opened(box):
    """The tuple at an address."""
    return box


@opened.lower
def _opened(context, builder, sig, args):
    return _read(context, builder, sig.return_type, args[0])


def _read(context, builder, kind, address):
    """Field by field, since LLVM would read a tuple as a whole."""
    if not isinstance(kind, types.BaseTuple):
        return builder.load(address)
    kinds: Any = kind  # its fields' types appear at run time
    places = [cgutils.gep_inbounds(builder, address, 0, at) for at in range(len(kinds))]
    fields = [_read(context, builder, field, place) for field, place in zip(kinds, places, strict=True)]
    return context.make_tuple(builder, kind, fields)


@operation(lambda: types.void)
def align_stack():
    """Have the calling function's stack start on a cache line.

    LLVM puts registers that it runs out of on the stack, and where that is not aligned by the time, it leaves it so: a row that
    straddles two lines is then read back before it is written, which costs a fifth of the whole loop.
    """


@align_stack.lower
def _align_stack(context, builder, sig, args):
    place = cgutils.alloca_once(builder, ir.IntType(64))
    place.align = CACHE_LINE
    kind = ir.FunctionType(ir.VoidType(), [place.type])
    builder.asm(kind, "", "r,~{memory}", [place], side_effect=True)  # or LLVM would see that nobody wants it
    return context.get_dummy_value()
