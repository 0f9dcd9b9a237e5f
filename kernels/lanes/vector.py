"""The lane type: a vector that Numba does not have, and how to teach Numba an operation on it.

One SIMD lane trains one network. `Lanes` is LLVM's `<16 x double>` or `<32 x float>`, kept in registers: two AVX-512
registers. Where registers are fewer, it is half as wide (`registers.py`): two AVX2 registers or four of NEON. LLVM splits it
by itself. Sixteen was measured to be best for float64 on AVX-512: with 8 the latency of the multiply-add shows (a quarter
slower), with 24 LLVM gives up (three times slower), 32 gains nothing. Change LANES in `benchmarks/bare_kernel.py` to see.
A *quad* is the same for four samples of the data at once, `<64 x double>`: each weight is loaded once and used four times.
`Memory` is where such rows lie: a bare pointer, so that a call passes a register and not an array's seven fields.

Code written with lanes reads like scalar code for one run. Loops `for lane in range(16)` over arrays were tried instead, but
LLVM's vectoriser leaves them scalar because it cannot rule out aliasing.

No fast-math flag is ever set. `contract` would let LLVM fuse a multiply and an add on one CPU and not on another, `reassoc`
breaks the exponential, `nnan` the test for divergence. Code asks for a fused multiply-add by name (`operations.fma`), so the
bits are the same on every CPU.

To add an operation: write a plain Python function that does it on NumPy rows (that is what runs when the JIT is off), and
decorate it with `@operation(result)`, where `result` gives the result's type from the arguments' types; give the
LLVM code with `@function.lower`. `operations.py` is a list of examples.
"""

import operator
from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from .registers import QUAD as QUAD
from .registers import REGISTERS

ROW_BYTES = REGISTERS.row_bytes
CACHE_LINE = 64
DTYPES = {"float64": np.float64, "float32": np.float32}


def lanes_of(dtype) -> int:
    """How many runs are trained at once: with AVX-512 16 in float64 and 32 in float32, else half as many."""
    return ROW_BYTES // np.dtype(dtype).itemsize


class _Vector(types.Type):
    """One value per lane and sample. samples: 1, or QUAD for a quad. number: the type that lanes compute with."""

    def __init__(self, number: types.Float, samples: int = 1):
        self.number = number
        self.samples = samples
        self.lanes = ROW_BYTES * 8 // number.bitwidth
        self.count = self.lanes * samples
        super().__init__(name=f"{type(self).__name__}({samples} x {self.lanes} {number})")


class Lanes(_Vector):
    """One number for each lane."""


class Mask(_Vector):
    """One truth value for each lane, the result of a comparison."""


class _Place(types.Type):
    def __init__(self, number: types.Float):
        self.number = number
        super().__init__(name=f"{type(self).__name__}({number})")


class Memory(_Place):
    """A pointer to rows of lanes that lie one after the other."""


class Table(_Place):
    """A pointer to numbers, one after the other, that all lanes share, such as targets."""


INDEX = ir.IntType(32)


def element(number: types.Float) -> ir.Type:
    return ir.DoubleType() if number.bitwidth == 64 else ir.FloatType()


def floats(kind: _Vector) -> ir.VectorType:
    return ir.VectorType(element(kind.number), kind.count)


def integers(kind: _Vector) -> ir.VectorType:
    return ir.VectorType(ir.IntType(kind.number.bitwidth), kind.count)


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager, lanes):
        super().__init__(manager, lanes, floats(lanes))


@register_model(Mask)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager, mask):
        super().__init__(manager, mask, ir.VectorType(ir.IntType(1), mask.count))


@register_model(Memory)
@register_model(Table)
class _PlaceModel(models.PrimitiveModel):
    def __init__(self, manager, place):
        super().__init__(manager, place, element(place.number).as_pointer())


def shuffle(builder, a, b, order):
    """The elements of the concatenation of a and b, in `order`; free where LLVM can rename registers."""
    mask = ir.Constant(ir.VectorType(INDEX, len(order)), list(order))
    return builder.shuffle_vector(a, b, mask)


def splat_scalar(builder, scalar, count):
    """A vector with `scalar` in all of its `count` elements."""
    empty = ir.Constant(ir.VectorType(scalar.type, count), ir.Undefined)
    first = builder.insert_element(empty, scalar, ir.Constant(INDEX, 0))
    return shuffle(builder, first, empty, [0] * count)


def widen(context, builder, kind, value, result):
    """Bring an argument of type `kind` (a number, lanes, or a quad) to the width of `result`."""
    if not isinstance(kind, Lanes):
        return splat_scalar(builder, context.cast(builder, value, kind, result.number), result.count)
    if kind.count == result.count:
        return value
    return shuffle(builder, value, value, list(range(kind.count)) * (result.count // kind.count))


def widest(*kinds):
    """The type of an arithmetic result, as wide as the widest argument. None if no argument is lanes or precisions differ."""
    vectors = [kind for kind in kinds if isinstance(kind, Lanes)]
    if len({kind.number for kind in vectors}) != 1 or not all(isinstance(kind, Lanes | types.Number) for kind in kinds):
        return None
    return max(vectors, key=lambda kind: kind.samples)


def type_rule(function, result):
    class Rule(AbstractTemplate):
        key = function

        def generic(self, args, kws):
            kind = result(*args)
            return None if kind is None else signature(kind, *args)

    infer_global(function, types.Function(Rule))


class Operation:
    """A Python function on NumPy rows that is also an operation of compiled code once `lower` has received its LLVM code."""

    def __init__(self, function: Callable[..., Any], result: Callable[..., Any]):
        self.on_rows = function
        update_wrapper(self, function)
        type_rule(self, result)

    def __call__(self, *args):
        return self.on_rows(*args)

    def lower(self, code: Callable[..., Any]) -> Callable[..., Any]:
        """Take `code(context, builder, signature, values)` as the LLVM code."""
        return lower_builtin(self, types.VarArg(types.Any))(code)


def operation(result: Callable[..., Any]) -> Callable[[Callable[..., Any]], Operation]:
    """Declare an operation. `result` returns the result's type from the arguments' types, or None to decline them."""
    return lambda function: Operation(function, result)


def _widened(context, builder, sig, args):
    target = widest(*sig.args)
    return [widen(context, builder, kind, value, target) for kind, value in zip(sig.args, args, strict=True)]


def _operator(function, result, code):
    """Teach Numba one of Python's own operators for lanes; NumPy rows have it already."""

    def lower(context, builder, sig, args):
        return code(builder, *_widened(context, builder, sig, args))

    type_rule(function, result)
    for pair in ((Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes)):
        lower_builtin(function, *pair)(lower)


def _compared(*kinds):
    wide = widest(*kinds)
    return None if wide is None else Mask(wide.number, wide.samples)


def _two(rule):
    return lambda *kinds: rule(*kinds) if len(kinds) == 2 else None


for _function, _instruction in {
    operator.add: "fadd",
    operator.sub: "fsub",
    operator.mul: "fmul",
    operator.truediv: "fdiv",
}.items():
    _operator(_function, _two(widest), lambda builder, a, b, name=_instruction: getattr(builder, name)(a, b))

for _function, _symbol in {operator.lt: "<", operator.le: "<=", operator.gt: ">", operator.ge: ">="}.items():
    _operator(_function, _two(_compared), lambda builder, a, b, sign=_symbol: builder.fcmp_ordered(sign, a, b))

type_rule(operator.neg, lambda *kinds: kinds[0] if isinstance(kinds[0], Lanes) else None)
for _function in (operator.and_, operator.or_):
    type_rule(_function, lambda *kinds: kinds[0] if all(isinstance(kind, Mask) for kind in kinds) else None)


@lower_builtin(operator.neg, Lanes)
def _negate(context, builder, sig, args):
    return builder.fneg(args[0])


@lower_builtin(operator.and_, Mask, Mask)
def _both(context, builder, sig, args):
    return builder.and_(*args)


@lower_builtin(operator.or_, Mask, Mask)
def _either(context, builder, sig, args):
    return builder.or_(*args)
