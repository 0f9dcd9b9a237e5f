"""Tuples passed by their address, so that the parts of the loop can be compiled on their own.

A tuple of fifty arrays as an argument means four hundred numbers to pass. Numba took half a minute to compile functions with
such arguments, and nearly as long for the same code in one piece. `struct_of` puts a tuple into memory once and returns its
address. Code reads a field where it uses it, `struct.work.weights`, as it would read one of the tuple itself; a field that is a
tuple is a struct too.

Nobody writes to a struct, and every read says so (`invariant.load`), so LLVM reads a field once and keeps it, whatever else is
stored. That holds from the first read on, so a function that makes a struct may only pass it to functions called by address.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, lower_getattr_generic, models, register_model

from .vector import CACHE_LINE, operation


class Struct(types.Type):
    """The address of a named tuple of type `content`."""

    def __init__(self, content: Any):
        self.content = content
        super().__init__(name=f"Struct({content})")


@register_model(Struct)
class _StructModel(models.PrimitiveModel):
    def __init__(self, manager, struct):
        super().__init__(manager, struct, manager[struct.content].get_value_type().as_pointer())


@operation(Struct)
def struct_of(content):
    """The address of a tuple, valid until the calling function returns."""
    return content


@struct_of.lower
def _struct_of(context, builder, sig, args):
    return cgutils.alloca_once_value(builder, args[0])


@infer_getattr
class _Fields(AttributeTemplate):
    key = Struct

    def generic_resolve(self, struct, name):
        kind = dict(zip(struct.content.fields, struct.content.types, strict=True)).get(name)
        return Struct(kind) if isinstance(kind, types.BaseTuple) else kind


@lower_getattr_generic(Struct)
def _field(context, builder, struct, address, name):
    at = struct.content.fields.index(name)
    place = cgutils.gep_inbounds(builder, address, 0, at)
    return place if isinstance(struct.content.types[at], types.BaseTuple) else _read(builder, place)


def _read(builder, place):
    """Read number by number: LLVM drops the metadata of a structure's load when it splits the load up."""
    kind = place.type.pointee
    if not isinstance(kind, ir.LiteralStructType | ir.ArrayType):
        number = builder.load(place)
        number.set_metadata("invariant.load", builder.module.add_metadata([]))
        return number
    whole = ir.Constant(kind, ir.Undefined)
    for at in range(len(kind.elements) if isinstance(kind, ir.LiteralStructType) else kind.count):
        whole = builder.insert_value(whole, _read(builder, cgutils.gep_inbounds(builder, place, 0, at)), at)
    return whole


@operation(lambda: types.void)
def align_stack():
    """Make the calling function's stack start on a cache line.

    When LLVM runs out of registers it uses the stack, and if that is not aligned by then, LLVM leaves it unaligned. A row that
    straddles two lines is then read back before it is written, which costs a fifth of the whole loop.
    """


@align_stack.lower
def _align_stack(context, builder, sig, args):
    place = cgutils.alloca_once(builder, ir.IntType(64))
    place.align = CACHE_LINE
    kind = ir.FunctionType(ir.VoidType(), [place.type])
    builder.asm(kind, "", "r,~{memory}", [place], side_effect=True)  # otherwise LLVM would see that nobody uses it
    return context.get_dummy_value()
