"""
Sixty-four comparisons in one number, for which numba has no name. A number room below `recommender.vectors.search`.

Nearly all rows of a block are not what is looked for. Compared into a bit each, a block without any costs one look, and
one with some as many looks as there are.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["N_BITS", "lowest_bit", "over_least"]

#: Rows whose answers stand in one number.
N_BITS = 64


def _over_least(typing_context: Any, sums: Any, lengths: Any, first: Any, length: Any, least: Any) -> Any:
    """
    Which of 64 sums, and `length` times the lengths, are over the least: the lowest bit answers for place `first`.

    Both arrays hold single precision and go on for 64 places from `first`; that is not checked. Product and sum may be
    rounded as one.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = ir.VectorType(ir.FloatType(), N_BITS)

        def loaded(kind: Any, argument: Any) -> Any:
            view = context.make_array(kind)(context, builder, argument)
            address = builder.bitcast(builder.gep(view.data, [arguments[2]]), numbers.as_pointer())
            return builder.load(address, align=4)

        def repeated(number: Any) -> Any:
            undefined = ir.Constant(numbers, ir.Undefined)
            first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), N_BITS), [0] * N_BITS)
            return builder.shuffle_vector(first, undefined, zeros)

        product = builder.fmul(repeated(arguments[3]), loaded(signature.args[1], arguments[1]), flags=("contract",))
        reached = builder.fadd(product, loaded(signature.args[0], arguments[0]), flags=("contract",))
        return builder.bitcast(builder.fcmp_ordered(">", reached, repeated(arguments[4])), ir.IntType(N_BITS))

    return types.uint64(sums, lengths, types.uint64, types.float32, types.float32), generate


def _lowest_bit(typing_context: Any, bits: Any) -> Any:
    """The number of the lowest bit that is set; of some that is."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate


#: Called in compiled code as ``over_least(sums, lengths, first, length, least)``.
over_least: Any = intrinsic(_over_least)

#: Called in compiled code as ``lowest_bit(bits)``.
lowest_bit: Any = intrinsic(_lowest_bit)
