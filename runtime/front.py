"""The quick way from Python into compiled code: built-in functions around the compiled step and the channels.

A call from Python through numba's own entry packs a tuple, unpacks it, makes an integer of the result; the inputs of
Call go through a memoryview each. Together that is twice the work of a small block. Here the interpreter gets a
built-in function of its own kind instead (METH_FASTCALL), whose body is a C function that numba has compiled: it looks
at the objects it gets, stores what they hold and runs the step. Nothing of it has to be built by a C compiler.

It takes the exact types that programs give all the time (int, float, bool, str, and numpy's scalars of 64 bits and
texts), so that no Python code runs inside it, and never raises. Whatever else comes, whatever does not fit, it does not
take: then the ordinary way, in Python, does the same work and finds the words for what is wrong. So there is one
meaning, and without compiled code, or in an interpreter with another memory layout, one way.

Each built-in function belongs to one memory of one block, which it keeps alive, with its words: the addresses of the
types it knows, then what it writes to.
"""

import ctypes
import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .control import NOT_TAKEN, take_no_call, take_no_value
from .kernel import JIT, c_function, int64, kernel, uint64
from .memory import f64, i64, u8
from .texts import LONGEST_TEXT, TEXT_BYTES, put_text

METH_FASTCALL = 0x80

_KNOWN: tuple[object, ...] = (bool, True, int, np.int64, np.uint64, float, np.float64, str, np.str_)
_BOOL, _TRUE, _INT, _NUMPY_INT, _NUMPY_UINT, _FLOAT, _NUMPY_FLOAT, _STR, _NUMPY_STR, _OWN = range(10)
_IS_BOOL, _IS_SIGNED, _IS_UNSIGNED, _IS_DOUBLE = range(4)
_KINDS = {"b": _IS_BOOL, "i": _IS_SIGNED, "u": _IS_UNSIGNED, "f": _IS_DOUBLE}  # of numpy
_ALL_ONES = np.uint64(2**64 - 1)

_address, _object = types.intp, types.intp
_words_of = types.ExternalFunction("PyByteArray_AsString", _address(_object))
_signed_of = types.ExternalFunction("PyLong_AsLongLong", types.int64(_object))
_unsigned_of = types.ExternalFunction("PyLong_AsUnsignedLongLong", types.uint64(_object))
_double_of = types.ExternalFunction("PyFloat_AsDouble", types.float64(_object))
_utf8_of = types.ExternalFunction("PyUnicode_AsUTF8AndSize", _address(_object, _address))
_int_of = types.ExternalFunction("PyNumber_Index", _object(_object))
_release = types.ExternalFunction("Py_DecRef", types.void(_object))
_failed = types.ExternalFunction("PyErr_Occurred", _object())
_forget_failure = types.ExternalFunction("PyErr_Clear", types.void())
_new_int = types.ExternalFunction("PyLong_FromLong", _object(types.int64))
_new_bool = types.ExternalFunction("PyBool_FromLong", _object(types.int64))


@intrinsic  # type: ignore[untyped-decorator]
def _run(typing: Any, address: Any, control: Any) -> Any:
    """Calls a kernel int64 -> int64 by its address, in numba's convention; NOT_TAKEN when it raises."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word, pointer = ir.IntType(64), ir.IntType(8).as_pointer()
        result, exception = cgutils.alloca_once(builder, word), cgutils.alloca_once(builder, pointer)
        kind = ir.FunctionType(ir.IntType(32), [word.as_pointer(), pointer.as_pointer(), word])
        status = builder.call(builder.inttoptr(args[0], kind.as_pointer()), [result, exception, args[1]])
        raised = builder.icmp_signed("!=", status, ir.Constant(status.type, 0))
        return builder.select(raised, ir.Constant(word, NOT_TAKEN), builder.load(result))

    return types.int64(types.int64, types.int64), codegen


@kernel
def _kind_of(thing: int) -> Any:
    """The address of the type of an object."""
    return i64(thing, 8, 1)[0]


@kernel
def _stored_whole(thing: int, is_signed: bool, bits: int, target: int) -> bool:
    """Stores an int of Python if it fits into so many bits."""
    if is_signed:
        whole = _signed_of(thing)
        failed = whole == -1 and _failed() != 0
        fits = (whole >> int64(bits - 1)) + 1 >> int64(1) == 0  # all further bits are as the sign
    else:
        natural = _unsigned_of(thing)
        failed = natural == _ALL_ONES and _failed() != 0
        fits = bits == 64 or natural >> uint64(bits) == 0
        whole = int64(natural)
    if failed:
        _forget_failure()
    if failed or not fits:
        return False
    if bits == 64:
        i64(target, 0, 1)[0] = whole
    else:
        for byte in range(bits >> 3):
            u8(target, byte, 1)[0] = whole >> (8 * byte) & 255
    return True


@kernel
def _stored_double(thing: int, target: int) -> bool:
    number = _double_of(thing)
    if number == -1.0 and _failed() != 0:  # an int beyond LREAL
        _forget_failure()
        return False
    f64(target, 0, 1)[0] = number
    return True


@kernel
def _stored(words: Any, thing: int, kind: int, bits: int, target: int) -> Any:
    """Stores what an object holds as a member of the memory, if it is of a type known here and fits."""
    given = _kind_of(thing)
    if kind == _IS_BOOL:
        if given == words[_BOOL]:
            u8(target, 0, 1)[0] = thing == words[_TRUE]
        return given == words[_BOOL]
    if kind == _IS_DOUBLE:
        known = given == words[_FLOAT] or given == words[_NUMPY_FLOAT] or given == words[_INT] or given == words[_BOOL]
        return known and _stored_double(thing, target)
    if given == words[_INT]:
        return _stored_whole(thing, kind == _IS_SIGNED, bits, target)
    if given != words[_NUMPY_INT] and given != words[_NUMPY_UINT]:
        return False
    number = _int_of(thing)
    fits = _stored_whole(number, kind == _IS_SIGNED, bits, target)
    _release(number)
    return fits


@kernel
def _channel(words: Any, thing: int) -> Any:
    """The place of a channel, counted from 0, of the number that an object holds; -1 when there is none."""
    if _kind_of(thing) != words[_INT]:
        return -1
    number = _signed_of(thing)
    if number == -1 and _failed() != 0:
        _forget_failure()
        return -1
    place = number - words[_OWN]
    return place if 0 <= place < words[_OWN + 1] else -1


def _call(words_at: int, arguments: int, count: int) -> Any:
    """(inputs of Call ...) -> event id or NOT_TAKEN.

    Own words: address of the compiled caller, its control words, number of inputs; then of each input its kind, bits
    and place.
    """
    words = i64(_words_of(words_at), 0, 1)
    if count != words[_OWN + 2]:
        return _new_int(NOT_TAKEN)
    given = i64(arguments, 0, count)
    for i in range(count):
        own = _OWN + 3 + 3 * i
        if not _stored(words, given[i], words[own], words[own + 1], words[own + 2]):
            return _new_int(NOT_TAKEN)
    return _new_int(_run(words[_OWN], words[_OWN + 1]))


def _put_number(words_at: int, arguments: int, count: int) -> Any:
    """(number of a channel, value) -> whether it was taken.

    Own words: first number, number of channels, kind and place of the values, of 64 bits each.
    """
    words = i64(_words_of(words_at), 0, 1)
    if count != 2:
        return _new_bool(0)
    given = i64(arguments, 0, 2)
    place = _channel(words, given[0])
    if place < 0:
        return _new_bool(0)
    return _new_bool(_stored(words, given[1], words[_OWN + 2], 64, words[_OWN + 3] + 8 * place))


@kernel
def _length_in_cp1252(source: Any, count: int) -> Any:
    """Characters of a text in UTF-8 if each is the same in CP1252 by its number, none is zero, and they fit; or -1."""
    if count > 2 * LONGEST_TEXT:
        return -1
    zeros, most = 0, 0
    for i in range(count):
        zeros += source[i] == 0
        most |= source[i]
    if zeros != 0 or most < 128:
        return count if zeros == 0 and count <= LONGEST_TEXT else -1
    length = 0
    for i in range(count):
        byte = source[i]
        length += byte & 0xC0 != 0x80  # all but the second and later bytes of a character
        if byte > 0xC3 or (byte == 0xC2 and source[i + 1] < 0xA0):
            return -1
    return length if length <= LONGEST_TEXT else -1


@kernel
def _narrow(source: Any, count: int, target: Any) -> None:
    """A text in UTF-8 of characters up to U+00FF, as one byte each."""
    place = 0
    for i in range(count):
        byte = source[i]
        if byte < 0x80:
            target[place] = byte
            place += 1
        elif byte >= 0xC0:
            target[place] = (byte & 3) << 6 | source[i + 1] & 0x3F
            place += 1


def _put_text(words_at: int, arguments: int, count: int) -> Any:
    """(number of a channel, text) -> whether it was taken.

    Own words: first number, number of channels, places of the texts and of their lengths; then room for the length of a
    text in UTF-8 and for a text in CP1252.
    """
    base = _words_of(words_at)
    words = i64(base, 0, 1)
    if count != 2:
        return _new_bool(0)
    given = i64(arguments, 0, 2)
    place, kind = _channel(words, given[0]), _kind_of(given[1])
    if place < 0 or (kind != words[_STR] and kind != words[_NUMPY_STR]):
        return _new_bool(0)
    start = _utf8_of(given[1], base + 8 * (_OWN + 4))
    if start == 0:
        _forget_failure()
        return _new_bool(0)
    size = words[_OWN + 4]
    source = u8(start, 0, size)
    length = _length_in_cp1252(source, size)
    if length < 0:
        return _new_bool(0)
    if length != size:
        narrow = u8(base, 8 * (_OWN + 5), length)
        _narrow(source, size, narrow)
        source = narrow
    put_text(u8(words[_OWN + 2], 0, 1), i64(words[_OWN + 3], 0, 1), place, source, length)
    return _new_bool(1)


class _MethodDef(ctypes.Structure):
    """PyMethodDef of Python's stable interface."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


@functools.cache
def _is_possible() -> bool:
    """Whether objects have their type where CPython with its global lock keeps it; 64 bits, little-endian."""
    if not JIT or sys.implementation.name != "cpython" or sys.byteorder != "little" or sys.maxsize != 2**63 - 1:
        return False
    things: tuple[object, ...] = (1.5, "text", True)
    return all(ctypes.c_ssize_t.from_address(id(thing) + 8).value == id(type(thing)) for thing in things)


@functools.cache
def _method(function: Callable[..., Any]) -> Any:
    """The description of a built-in function, which lasts as long as the process: functions outlive modules."""
    body = c_function(function, f"front{function.__name__}", types.intp(types.intp, types.intp, types.intp))
    described = _MethodDef(f"quick{function.__name__}".encode(), body, METH_FASTCALL, None)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(described))
    return described


def _builtin(function: Callable[..., Any], words: list[int], keep: Any) -> Callable[..., Any] | None:
    """The built-in function with its own words; None where there can be none. It keeps the memory `keep` alive."""
    if not _is_possible():
        return None
    store = bytearray(np.array([*map(id, _KNOWN), *words], np.int64).tobytes())
    new = ctypes.pythonapi.PyCFunction_NewEx
    new.restype, new.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.py_object, ctypes.py_object)
    return new(ctypes.addressof(_method(function)), store, keep)  # type: ignore[no-any-return]


def quick_call(block: Any, runner: Any) -> Callable[..., int]:
    """A function (inputs of Call ...) -> event id, or NOT_TAKEN.

    runner: the compiled caller of the block's step.
    """
    inputs = block.methods["Call"].values
    words = [runner.address, block._control, len(inputs)]
    for declared in inputs:
        member = np.dtype(declared.type.ctype)
        if member.kind not in _KINDS or member == np.float32:
            return take_no_call
        place = ctypes.addressof(block._m) + block.layout.offset(declared.name)
        words += [_KINDS[member.kind], 8 * member.itemsize, place]
    return _builtin(_call, words, (block._memory, block._call_control)) or take_no_call


def quick_setter(block: Any, values: np.ndarray, first: int) -> Callable[[Any, Any], bool]:
    """A function (number of a channel, number) -> whether it was taken; channels count from `first`."""
    words = [first, len(values), _KINDS[values.dtype.kind], values.ctypes.data]
    return _builtin(_put_number, words, block._memory) or take_no_value


def quick_text_setter(block: Any, texts: np.ndarray, lengths: np.ndarray) -> Callable[[Any, Any], bool]:
    """A function (number of a channel from 1, text) -> whether it was taken."""
    words = [1, len(lengths), texts.ctypes.data, lengths.ctypes.data, *[0] * (1 + TEXT_BYTES // 8)]
    return _builtin(_put_text, words, block._memory) or take_no_value
