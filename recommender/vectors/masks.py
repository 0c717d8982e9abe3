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

    Both arrays go on for 64 places from `first`; that is not checked. Numbers are of single precision, product and sum
    may be rounded as one; or they are of 16 bits, the product is divided by 2 ** 16 and rounded down, and a sum beyond
    the greatest number is the greatest.
    """
    is_whole = sums.dtype == types.uint16

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        numbers = ir.VectorType(ir.IntType(16) if is_whole else ir.FloatType(), N_BITS)
        wide = ir.VectorType(ir.IntType(32), N_BITS)

        def loaded(kind: Any, argument: Any) -> Any:
            view = context.make_array(kind)(context, builder, argument)
            address = builder.bitcast(builder.gep(view.data, [arguments[2]]), numbers.as_pointer())
            return builder.load(address, align=2 if is_whole else 4)

        def repeated(number: Any) -> Any:
            undefined = ir.Constant(numbers, ir.Undefined)
            first = builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
            zeros = ir.Constant(ir.VectorType(ir.IntType(32), N_BITS), [0] * N_BITS)
            return builder.shuffle_vector(first, undefined, zeros)

        summed, length = loaded(signature.args[0], arguments[0]), loaded(signature.args[1], arguments[1])
        factor, bar = repeated(arguments[3]), repeated(arguments[4])
        if is_whole:
            product = builder.mul(builder.zext(factor, wide), builder.zext(length, wide))
            half = builder.trunc(builder.lshr(product, ir.Constant(wide, [16] * N_BITS)), numbers)
            add = builder.module.declare_intrinsic(
                f"llvm.uadd.sat.v{N_BITS}i16", fnty=ir.FunctionType(numbers, [numbers, numbers])
            )
            over = builder.icmp_unsigned(">", builder.call(add, [summed, half]), bar)
        else:
            product = builder.fmul(factor, length, flags=("contract",))
            over = builder.fcmp_ordered(">", builder.fadd(product, summed, flags=("contract",)), bar)
        return builder.bitcast(over, ir.IntType(N_BITS))

    number = types.uint16 if is_whole else types.float32
    return types.uint64(sums, lengths, types.uint64, number, number), generate


def _lowest_bit(typing_context: Any, bits: Any) -> Any:
    """The number of the lowest bit that is set; of some that is."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate


#: Called in compiled code as ``over_least(sums, lengths, first, length, least)``.
over_least: Any = intrinsic(_over_least)

#: Called in compiled code as ``lowest_bit(bits)``.
lowest_bit: Any = intrinsic(_lowest_bit)
