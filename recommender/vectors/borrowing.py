"""Arrays without an owner, for which numba has no name. A number room below `recommender.vectors.search`."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["borrowed"]


def _borrowed(typing_context: Any, value: Any) -> Any:
    """
    The same array, or the same tuple of arrays and numbers, without an owner.

    Compiled code counts who holds an array: at each view of it, and for each array of a tuple that is handed on. The
    count is shared by all threads, so that costs as much as twenty additions each time. Only for what a function was
    handed: its caller holds the array until the function is done. What is borrowed may not be returned.
    """

    def without_owner(context: Any, builder: Any, kind: Any, whole: Any) -> Any:
        if isinstance(kind, types.BaseTuple):
            parts: Any = kind
            for number, part in enumerate(parts):
                changed = without_owner(context, builder, part, builder.extract_value(whole, number))
                whole = builder.insert_value(whole, changed, number)
            return whole
        if not isinstance(kind, types.Array):
            return whole
        array = context.make_array(kind)(context, builder, whole)
        array.meminfo, array.parent = (ir.Constant(part.type, None) for part in (array.meminfo, array.parent))
        return array._getvalue()

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return without_owner(context, builder, signature.args[0], arguments[0])

    return value(value), generate


#: Called in compiled code as ``borrowed(array)`` or ``borrowed(arrays)``.
borrowed: Any = intrinsic(_borrowed)
