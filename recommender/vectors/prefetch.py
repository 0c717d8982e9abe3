"""One processor instruction that numba has no name for. A number room below `recommender.vectors.search`."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["LINE", "prefetch"]

#: Numbers of 4 bytes in a line of the processor's caches, which is what it fetches.
LINE = 16


def _prefetch(typing_context: Any, array: Any, place: Any) -> Any:
    """
    Ask the processor to fetch an element of an array, and do not wait for it.

    Rows that are compared lie anywhere in memory, and waiting for one after the other takes longer than comparing them.
    A place outside of the array is not read either: the instruction is a hint, and never fails.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        address = builder.bitcast(builder.gep(view.data, [arguments[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", fnty=ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        )
        builder.call(function, [address, number(0), number(3), number(1)])  # to read, to keep, as data
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


#: Called in compiled code as ``prefetch(array, place)``.
prefetch: Any = intrinsic(_prefetch)
