"""Words on lanes: whole numbers of 32 bits, one for each of 32 runs, for random streams (`random/mersenne.py`).

They have the operators of Python's whole numbers that a stream needs, modulo 2**32. So the same formula serves a single stream,
whose words are int64, and 32 streams side by side.
"""

import operator

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import lower_builtin, models, register_model

from .vector import ROW_BYTES, operation, splat_scalar, type_rule

WORD_LANES = ROW_BYTES // 4
WORD = ir.IntType(32)
ROW = ir.VectorType(WORD, WORD_LANES)


class Words(types.Type):
    """One word for each of 32 runs."""

    def __init__(self):
        super().__init__(name="Words")


@register_model(Words)
class _WordsModel(models.PrimitiveModel):
    def __init__(self, manager, words):
        super().__init__(manager, words, ROW)


def _address(context, builder, kind, array, row):
    start = context.make_array(kind)(context, builder, array).data
    place = builder.gep(start, [builder.mul(row, ir.Constant(row.type, WORD_LANES))])
    return builder.bitcast(place, ROW.as_pointer())


@operation(lambda array, row: Words())
def load_words(array, row) -> np.ndarray:
    """Row `row` of an array (rows, WORD_LANES) of uint32."""
    return array[row].copy()


@load_words.lower
def _load_words(context, builder, sig, args):
    return builder.load(_address(context, builder, sig.args[0], *args), align=4)


@operation(lambda array, row, words: types.void)
def store_words(array, row, words) -> None:
    """Write words to row `row`."""
    array[row] = words


@store_words.lower
def _store_words(context, builder, sig, args):
    builder.store(args[2], _address(context, builder, sig.args[0], *args[:2]), align=4)
    return context.get_dummy_value()


def _of_two(*kinds):
    words = any(isinstance(kind, Words) for kind in kinds) and all(isinstance(kind, Words | types.Integer) for kind in kinds)
    return Words() if words and len(kinds) == 2 else None


def _operator(function, instruction):
    def lower(context, builder, sig, args):
        a, b = (_widened(context, builder, kind, value) for kind, value in zip(sig.args, args, strict=True))
        return getattr(builder, instruction)(a, b)

    type_rule(function, _of_two)
    for pair in ((Words, Words), (Words, types.Integer), (types.Integer, Words)):
        lower_builtin(function, *pair)(lower)


def _widened(context, builder, kind, value):
    if isinstance(kind, Words):
        return value
    return splat_scalar(builder, context.cast(builder, value, kind, types.uint32), WORD_LANES)


for _function, _instruction in {
    operator.add: "add",
    operator.mul: "mul",
    operator.and_: "and_",
    operator.or_: "or_",
    operator.xor: "xor",
    operator.lshift: "shl",
    operator.rshift: "lshr",
}.items():
    _operator(_function, _instruction)

type_rule(operator.neg, lambda *kinds: kinds[0] if isinstance(kinds[0], Words) else None)


@lower_builtin(operator.neg, Words)
def _negate(context, builder, sig, args):
    return builder.neg(args[0])
