"""The two callers of a step, which are one compiled function: a single call is a replay of one row.

It takes the address of its control words: [address of the memory, rows, address of the trace or 0, number of
channels, address of the values, then address and stride of each input column].
"""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .declare import Role
from .errors import RangeError, WrongType, one_of
from .iec import IecType
from .kernel import compiled, kernel
from .memory import copier, f64, i64, publisher, record_at
from .methods import UnknownKeyword

if TYPE_CHECKING:
    from .block import AlgorithmBlock, Block

FIXED_WORDS = 5


def build_runner(cls: type["Block"]) -> Callable[[int], int]:
    """The compiled function control address -> event id of the last row."""
    step = cls.step
    inputs = [f for f in cls.layout.fields if f.role is Role.INPUT]
    columns = 2 * len(inputs)
    record = record_at(cls.layout.struct, cls.layout.dtype)
    load = copier([(cls.layout.offset(f.name), np.dtype(f.type.ctype).itemsize) for f in inputs])
    outputs = [f for f in cls.layout.fields if f.role is Role.OUTPUT]
    parts = [(cls.layout.offset(f.name), np.dtype(f.type.ctype).itemsize) for f in outputs]
    publish = publisher(trace_dtype(cls).itemsize, parts)
    has_channels = any(f.name == "x" for f in cls.layout.fields)

    @kernel
    def run(address: int) -> int:
        control = i64(address, 0, FIXED_WORDS)
        m = record(control[0])
        rows = control[1]
        trace = control[2]
        code = 0
        for row in range(rows):
            if trace != 0:
                load(m, i64(address, 8 * FIXED_WORDS, columns), row)
                if has_channels:
                    count = control[3]
                    x = f64(m, m.x, count)
                    values = f64(control[4] + row * count * 8, 0, count)
                    for c in range(count):
                        x[c] = values[c]
            code = step(m)
            m.bError = code != 0
            if code != 0:
                m.bNewResult = False
            if trace != 0:
                publish(m, trace, row)
        return code

    return compiled(run, cls.__name__, f"{cls.__module__} {cls.layout.dtype}", 0)


def trace_dtype(cls: type["Block"]) -> np.dtype[Any]:
    """One field per scalar output, laid out as in the memory, so that a row is one copy."""
    outputs = [f for f in cls.layout.fields if f.role is Role.OUTPUT]
    ends = [cls.layout.offset(f.name) + np.dtype(f.type.ctype).itemsize for f in outputs]
    return np.dtype(
        {
            "names": [f.name for f in outputs],
            "formats": [np.dtype(f.type.ctype) for f in outputs],
            "offsets": [cls.layout.offset(f.name) for f in outputs],
            "itemsize": (max(ends) + 7) // 8 * 8,
        }
    )


def replay(block: "AlgorithmBlock", timestamps: Any, values: Any, inputs: dict[str, Any]) -> np.ndarray:
    """The body of `AlgorithmBlock.replay`."""
    cls = type(block)
    channels = block._buffer_counts.get("x", 0)
    columns = _columns(cls, timestamps, inputs)
    rows = _row_count(timestamps, values)
    table, kept = [], []
    for field, column in columns:
        data = _typed_column(f"{cls.__name__}.replay: {field.name}", field.type, column, rows)
        kept.append(data)
        table += [data.ctypes.data, data.strides[0] if data.size > 1 or rows == 1 else 0]
    matrix = _matrix(values, rows, channels)
    trace = np.zeros(rows, trace_dtype(cls))
    if rows == 0:
        return trace
    control = np.array(
        [block._call_control[0], rows, trace.ctypes.data, channels, matrix.ctypes.data, *table], np.int64
    )
    code = block._entry(int(control.ctypes.data))
    if not block.bConfigured:  # what N calls would have shown
        trace[:] = np.frombuffer(block.state_bytes(), trace.dtype, 1)
        trace["bError"], trace["bNewResult"] = True, False
    block._finish(code)
    return trace


def _columns(cls: type["Block"], timestamps: Any, inputs: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Each input member with its scalar or array, defaults of Call filled in."""
    call = cls.methods["Call"]
    given = dict(inputs)
    if any(i.name == "tTimestamp" for i in call.inputs):
        given["tTimestamp"] = timestamps
    names = [i.name for i in call.inputs]
    for name in given:
        if name not in names:
            raise UnknownKeyword(f"{cls.__name__}.replay has no input {name}; inputs of Call: {one_of(names)}")
    for declared in call.inputs:
        if declared.name not in given:
            if declared.default is inspect.Parameter.empty:
                raise WrongType(f"{cls.__name__}.replay: missing {declared.name}")
            given[declared.name] = declared.default
    return [(f, given[f.name]) for f in cls.layout.fields if f.role is Role.INPUT]


def _row_count(timestamps: Any, values: Any) -> int:
    source = values if timestamps is None else timestamps
    try:
        return len(source)
    except TypeError:
        raise WrongType(f"replay: {source!r} is no array of rows") from None


def _typed_column(where: str, kind: IecType, column: Any, rows: int) -> np.ndarray:
    """A contiguous array of the input's memory type: one element for a scalar, else one per row."""
    if np.ndim(column) == 0:
        return np.array([kind.check(column, where)], np.dtype(kind.ctype))
    data = np.asarray(column)
    if data.shape != (rows,):
        raise RangeError(f"{where} has shape {data.shape}, {(rows,)} expected")
    target = np.dtype(kind.ctype)
    if data.dtype == target:
        return np.ascontiguousarray(data)
    if data.dtype.kind not in "biu" if target.kind in "biu" else data.dtype.kind not in "biuf":
        raise WrongType(f"{where} has elements of type {data.dtype}, {kind.name} expected")
    if target.kind in "iu" and data.size:
        kind.check(data.min(), where)
        kind.check(data.max(), where)
    return np.ascontiguousarray(data.astype(target))


def _matrix(values: Any, rows: int, channels: int) -> np.ndarray:
    try:
        matrix = np.ascontiguousarray(values if channels else np.empty((rows, 0)), np.float64)
    except (TypeError, ValueError):
        raise WrongType("replay: values must be numbers, float64[N, channels]") from None
    if matrix.ndim == 1 and channels == 1:
        matrix = matrix.reshape(-1, 1)
    if matrix.shape != (rows, channels):
        raise RangeError(f"replay: values have shape {matrix.shape}, {(rows, channels)} expected")
    return matrix
