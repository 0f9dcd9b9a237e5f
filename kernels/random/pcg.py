"""PCG64: the words of NumPy's default stream (`numpy.random.default_rng`), bit for bit.

M. E. O'Neill, "PCG", Harvey Mudd College HMC-CS-2014-0905: a linear congruential generator of 128 bits, whose output folds
and rotates them (XSL RR). A seed goes through NumPy's `SeedSequence`, which is O'Neill's `seed_seq_fe128`
(pcg-random.org/posts/developing-a-seed_seq-alternative.html).

Whole numbers are int64, and two of them hold the 128 bits. For a product of 32-bit numbers modulo 2**32, the constant is taken
between -2**31 and 2**31, so that the product fits and no wrapping is needed.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.cgutils import pack_array

from ..lanes.compile import called, inlined
from ..lanes.vector import operation

LOW_32 = 0xFFFFFFFF
LOW_53 = 2**53 - 1
LOW_64 = 2**64 - 1
MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645

STATE, INCREMENT = 0, 2  # each has a high and a low half
HALF, HALF_HELD = 4, 5  # the unused half of a word of which only 32 bits were drawn, and whether there is one


def _signed_32(number: int) -> int:
    return number - 2**32 if number >> 31 else number


def _hash_constants(first: int, factor: int, count: int) -> np.ndarray:
    """(count + 1,) int64: the number that each step of a hash adds; the next number is the one that it multiplies by."""
    return np.array([_signed_32(first * pow(factor, k, 2**32) % 2**32) for k in range(count + 1)])


POOL = 4
FILL = _hash_constants(0x43B0D7E5, 0x931E8875, POOL + POOL * (POOL - 1))
DRAW = _hash_constants(0x8B51F9DD, 0x58F38DED, 2 * POOL)
LEFT, RIGHT = _signed_32(0xCA01F9DD), 0x4973F715


def _two_halves(number):
    return tuple(half - 2**64 if half >> 63 else half for half in (number >> 64 & LOW_64, number & LOW_64))


@operation(lambda *halves: types.UniTuple(types.int64, 3))
def _advance(high, low, increment_high, increment_low):
    """One step of the generator: the halves of its next state, and that state's 64 bits of output."""
    state = ((int(high) & LOW_64) << 64 | int(low) & LOW_64) * MULTIPLIER
    state += (int(increment_high) & LOW_64) << 64 | int(increment_low) & LOW_64
    high, low = state >> 64 & LOW_64, state & LOW_64
    turn = high >> 58
    folded = high ^ low
    return *_two_halves(state), _two_halves(folded >> turn | folded << (64 - turn))[1]


@_advance.lower
def _advance_code(context, builder, sig, args):
    wide, word = ir.IntType(128), ir.IntType(64)

    def joined(high, low):
        return builder.or_(builder.shl(builder.zext(high, wide), wide(64)), builder.zext(low, wide))

    state = builder.add(builder.mul(joined(*args[:2]), wide(MULTIPLIER)), joined(*args[2:]))
    high, low = builder.trunc(builder.lshr(state, wide(64)), word), builder.trunc(state, word)
    folded, turn = builder.xor(high, low), builder.lshr(high, word(58))
    right, left = builder.lshr(folded, turn), builder.shl(folded, builder.and_(builder.neg(turn), word(63)))
    return pack_array(builder, [high, low, builder.or_(right, left)])


@inlined
def _hashed(value, constants, k):
    value = ((value ^ constants[k] & LOW_32) * constants[k + 1]) & LOW_32
    return value ^ (value >> 16)


@inlined
def _fill_pool(state, lane, seed):
    """Write the four words of `SeedSequence(seed).pool` to the start of the row."""
    for k in range(POOL):
        state[lane, k] = _hashed(seed if k == 0 else 0, FILL, k)
    step = POOL
    for source in range(POOL):
        for target in range(POOL):
            if target != source:
                mixed = (LEFT * state[lane, target] - RIGHT * _hashed(state[lane, source], FILL, step)) & LOW_32
                state[lane, target] = mixed ^ (mixed >> 16)
                step += 1


@inlined
def seed_pcg(state, lane, seed):
    """Start the stream of `default_rng(seed)`."""
    _fill_pool(state, lane, seed)
    for k in range(POOL):  # generate_state(4, np.uint64)
        low, high = _hashed(state[lane, 2 * k % POOL], DRAW, 2 * k), _hashed(state[lane, 2 * k % POOL + 1], DRAW, 2 * k + 1)
        state[lane, POOL + k] = high << 32 | low
    start_high, start_low = state[lane, POOL], state[lane, POOL + 1]
    high, low = state[lane, POOL + 2], state[lane, POOL + 3]
    high, low = high << 1 | (low >> 63 & 1), low << 1 | 1
    # (start + increment) * MULTIPLIER + increment, in two steps
    step_high, step_low, _ = _advance(high, low, high, low)
    start_high, start_low, _ = _advance(start_high, start_low, step_high, step_low)
    state[lane, STATE], state[lane, STATE + 1] = start_high, start_low
    state[lane, INCREMENT], state[lane, INCREMENT + 1] = high, low
    state[lane, HALF_HELD] = 0


@inlined
def pcg_word(state, lane) -> int:
    """The stream's next 64 bits, as an int64."""
    high, low, word = _advance(state[lane, STATE], state[lane, STATE + 1], state[lane, INCREMENT], state[lane, INCREMENT + 1])
    state[lane, STATE], state[lane, STATE + 1] = high, low
    return word


@inlined
def pcg_half_word(state, lane):
    """The stream's next 32 bits: the low half of a word, then its high half, whatever was drawn in between."""
    if state[lane, HALF_HELD]:
        state[lane, HALF_HELD] = 0
        return state[lane, HALF]
    word = pcg_word(state, lane)
    state[lane, HALF] = word >> 32 & LOW_32
    state[lane, HALF_HELD] = 1
    return word & LOW_32


@called
def pcg_uniform(state, lane) -> float:
    """The stream's next `random()`: 53 random bits in [0, 1)."""
    return (pcg_word(state, lane) >> 11 & LOW_53) / 9007199254740992.0
