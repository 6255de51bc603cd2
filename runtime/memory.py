"""A block's memory as kernels see it: a record for the declared members, typed pointers for the buffers behind it.

In compiled code `record(address)` is a pointer to the structure (`m.nCount += 1` is one load and one store) and
`f64(m, m.weights, count)` a plain pointer without owner or bounds check. As plain Python the same calls give a ctypes
structure and a numpy array of exactly `count` elements, so the same kernel runs with every index checked.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .kernel import JIT, kernel

_BYTE = ir.IntType(8)


def _typed_pointer(element: Any, ctype: Any) -> Callable[..., Any]:
    """An accessor (base, offset, count) -> pointer to `element`; base is a record or an address, offset in bytes."""
    if not JIT:

        def view(base: Any, offset: int, count: int) -> Any:
            start = ctypes.addressof(base) if isinstance(base, ctypes.Structure) else int(base)
            return np.ctypeslib.as_array((ctype * int(count)).from_address(start + int(offset)))

        return view

    @intrinsic  # type: ignore[untyped-decorator]
    def pointer(typing: Any, base: Any, offset: Any, count: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            convert = builder.inttoptr if isinstance(base, types.Integer) else builder.bitcast
            place = builder.gep(convert(args[0], _BYTE.as_pointer()), [args[1]])
            return builder.bitcast(place, context.get_data_type(element).as_pointer())

        return types.CPointer(element)(base, types.int64, types.int64), codegen

    return pointer  # type: ignore[no-any-return]


f64 = _typed_pointer(types.float64, ctypes.c_double)
i64 = _typed_pointer(types.int64, ctypes.c_int64)
u64 = _typed_pointer(types.uint64, ctypes.c_uint64)
u8 = _typed_pointer(types.uint8, ctypes.c_uint8)
i16 = _typed_pointer(types.int16, ctypes.c_int16)


def record_at(struct: Any, dtype: np.dtype[Any]) -> Callable[[int], Any]:
    """A function address -> record of that layout."""
    if not JIT:

        class PlainRecord(struct):  # type: ignore[misc]
            def __setattr__(self, name: str, value: Any) -> None:
                super().__setattr__(name, value.item() if isinstance(value, np.generic) else value)

        return lambda address: PlainRecord.from_address(int(address))
    kind = numba.from_dtype(dtype)

    @intrinsic  # type: ignore[untyped-decorator]
    def record(typing: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.inttoptr(args[0], context.get_value_type(kind))

        return kind(types.int64), codegen

    return record  # type: ignore[no-any-return]


def copier(parts: list[tuple[int, int]]) -> Callable[[Any, Any, int], None]:
    """A function (m, columns, row) that loads one row of inputs into the record.

    `columns` holds an address and a stride in bytes for each part, `parts` the offset in the record and the size.
    A stride of 0 repeats a scalar.
    """
    if not JIT:

        def load_plain(m: Any, columns: Any, row: int) -> None:
            base = ctypes.addressof(m)
            for j, (offset, size) in enumerate(parts):
                ctypes.memmove(base + offset, int(columns[2 * j] + row * columns[2 * j + 1]), size)

        return load_plain

    @intrinsic  # type: ignore[untyped-decorator]
    def load(typing: Any, m: Any, columns: Any, row: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            memory, table, index = args
            base = builder.bitcast(memory, _BYTE.as_pointer())
            for j, (offset, size) in enumerate(parts):
                word = ir.IntType(8 * size)
                address = builder.load(builder.gep(table, [ir.Constant(ir.IntType(64), 2 * j)]))
                stride = builder.load(builder.gep(table, [ir.Constant(ir.IntType(64), 2 * j + 1)]))
                source = builder.inttoptr(builder.add(address, builder.mul(index, stride)), word.as_pointer())
                place = builder.gep(base, [ir.Constant(ir.IntType(64), offset)])
                value = builder.load(source, align=1)
                builder.store(value, builder.bitcast(place, word.as_pointer()), align=1)
            return context.get_dummy_value()

        return types.none(m, columns, types.int64), codegen

    return load  # type: ignore[no-any-return]


@kernel
def copy_bytes(source: int, target: int, count: int) -> None:
    """Copies `count` bytes from one address to another."""
    if count == 8:
        i64(target, 0, 1)[0] = i64(source, 0, 1)[0]
        return
    words = count >> 3
    read, write = i64(source, 0, words), i64(target, 0, words)
    for i in range(words):
        write[i] = read[i]
    rest = count & 7
    read_rest, write_rest = u8(source, 8 * words, rest), u8(target, 8 * words, rest)
    for i in range(rest):
        write_rest[i] = read_rest[i]


def publisher(parts: list[tuple[int, int]]) -> Callable[[Any, int], None]:
    """A function (m, address) that copies parts of the record, given as offset and size, to a row of the trace.

    Each part is loaded as it was stored: a load over several smaller stores has to wait for the cache. Texts go word by
    word.
    """
    parts = [(start, min(8, end - start)) for at, size in parts for end in (at + size,) for start in range(at, end, 8)]
    if not JIT:

        def publish_plain(m: Any, address: int) -> None:
            for offset, size in parts:
                ctypes.memmove(int(address) + offset, ctypes.addressof(m) + offset, size)

        return publish_plain

    @intrinsic  # type: ignore[untyped-decorator]
    def publish(typing: Any, m: Any, address: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            memory, place = args
            source = builder.bitcast(memory, _BYTE.as_pointer())
            target = builder.inttoptr(place, _BYTE.as_pointer())
            for offset, size in parts:
                word, at = ir.IntType(8 * size).as_pointer(), [ir.Constant(ir.IntType(64), offset)]
                value = builder.load(builder.bitcast(builder.gep(source, at), word), align=1)
                builder.store(value, builder.bitcast(builder.gep(target, at), word), align=1)
            return context.get_dummy_value()

        return types.none(m, types.int64), codegen

    return publish  # type: ignore[no-any-return]
