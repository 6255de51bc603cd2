"""The two callers of a step, which are one compiled function: a single call is a replay of one row.

It takes the address of its control words: [address of the memory, rows, address of the trace or 0, bytes of a row of
the trace, number of channels, address of the values, bytes of a text and address of the lengths where the values are
texts, then address and stride of each input column, then address of the buffer, target or 0, stride and bytes of each
result array].
"""

import inspect
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from .composite import StructType
from .control import FIXED_WORDS, RESULT_WORDS, aim, array_refusal, check_elements, control_words, shown_buffers
from .declare import Role
from .errors import RangeError, WrongType, one_of
from .iec import IecType, behind_alias
from .kernel import compiled, kernel
from .memory import copier, copy_bytes, f64, i64, publisher, record_at, u8
from .methods import UnknownKeyword
from .texts import TEXT_BYTES, put_text, text_matrix

if TYPE_CHECKING:
    from .block import AlgorithmBlock, Block


def build_runner(cls: type["Block"]) -> Callable[[int], int]:
    """The compiled function control address -> event id of the last row."""
    from .block import SingleChannelBlock

    step = cls.step
    inputs = [f for f in cls.layout.fields if f.role is Role.INPUT]
    columns = 2 * len(inputs)
    results = len(shown_buffers(cls))
    record = record_at(cls.layout.struct, cls.layout.kernel_dtype)
    load = copier([(cls.layout.offset(f.name), np.dtype(f.type.ctype).itemsize) for f in inputs])
    publish = publisher([(place, kind.column_dtype.itemsize) for place, kind in trace_columns(cls).values()])
    has_channels = any(f.name == "x" for f in cls.layout.fields)
    has_texts = any(f.name == "texts" for f in cls.layout.fields)
    fixed = 1 if issubclass(cls, SingleChannelBlock) else getattr(cls, "channel_count", 0)  # known to the compiler

    @kernel
    def run(address: int) -> int:
        control = i64(address, 0, FIXED_WORDS)
        m = record(control[0])
        rows = control[1]
        trace, row_bytes, values_at = control[2], control[3], control[5]
        code = 0
        for row in range(rows):
            if trace != 0:
                load(m, i64(address, 8 * FIXED_WORDS, columns), row)
                if has_channels:
                    count = fixed if fixed else control[4]
                    x = f64(m, m.x, count)
                    values = f64(values_at, 8 * row * count, count)
                    for c in range(count):
                        x[c] = values[c]
                if has_texts:
                    count, width = control[4], control[6]
                    sizes = i64(control[7], 8 * row * count, count)
                    for c in range(count):
                        source = u8(values_at, (row * count + c) * width, width)
                        put_text(m, count, c, source, sizes[c])
            code = step(m)
            m.bError = code != 0
            if code != 0:
                m.bNewResult = False
            if trace != 0:
                publish(m, trace + row * row_bytes)
            if results:
                table = i64(address, 8 * (FIXED_WORDS + columns), RESULT_WORDS * results)
                for j in range(results):
                    if table[RESULT_WORDS * j + 1] != 0:
                        target = table[RESULT_WORDS * j + 1] + row * table[RESULT_WORDS * j + 2]
                        copy_bytes(table[RESULT_WORDS * j], target, table[RESULT_WORDS * j + 3])
        return code

    return compiled(run, cls.__name__, f"{cls.__module__} {cls.layout.dtype}", 0)


def trace_columns(cls: type["Block"]) -> dict[str, tuple[int, IecType]]:
    """The scalar outputs with place in the memory and type; of a structure its members, as ``name.member``."""
    outputs = (f for f in cls.layout.fields if f.role is Role.OUTPUT)
    return {name: found for f in outputs for name, found in _scalars(f.name, cls.layout.offset(f.name), f.type)}


def _scalars(name: str, place: int, kind: IecType) -> Iterator[tuple[str, tuple[int, IecType]]]:
    plain = behind_alias(kind)
    if isinstance(plain, StructType):
        for member in plain.layout.fields:
            yield from _scalars(f"{name}.{member.name}", place + plain.layout.offset(member.name), member.type)
    elif not (kind.is_live or kind.is_bit):
        yield name, (place, kind)


def trace_dtype(cls: type["Block"]) -> np.dtype[Any]:
    """One field per scalar output, laid out as in the memory."""
    columns = trace_columns(cls)
    return np.dtype(
        {
            "names": list(columns),
            "formats": [kind.column_dtype for _, kind in columns.values()],
            "offsets": [place for place, _ in columns.values()],
            "itemsize": (max(place + kind.column_dtype.itemsize for place, kind in columns.values()) + 7) // 8 * 8,
        }
    )


def replay(
    block: "AlgorithmBlock", timestamps: Any, values: Any, inputs: dict[str, Any], out: np.ndarray | None = None
) -> np.ndarray:
    """The body of `AlgorithmBlock.replay`."""
    cls = type(block)
    columns = _columns(cls, timestamps, inputs)
    rows = _row_count(timestamps, values)
    table, kept = [], []
    for field, column in columns:
        data = _typed_column(f"{cls.__name__}.replay: {field.name}", field.type, column, rows)
        kept.append(data)
        table += [data.ctypes.data, data.strides[0] if data.size > 1 or rows == 1 else 0]
    matrix, sizes, channels = _channel_values(block, values, rows)
    targets = _targets(block, inputs)
    trace = _trace(block, rows, [p for p in shown_buffers(block) if p not in targets], values, out)
    if rows == 0:
        return trace
    control = np.zeros(control_words(cls), np.int64)
    fixed = [block._call_control[0], rows, trace.ctypes.data, trace.itemsize]
    fixed += [channels, matrix.ctypes.data, matrix.itemsize, sizes.ctypes.data]
    control[: len(fixed) + len(table)] = *fixed, *table
    fields: Any = trace.dtype.fields
    for pointer in shown_buffers(block):
        if pointer not in targets:
            kind, field_offset = fields[pointer][:2]
            aim(block, control, pointer, trace.ctypes.data + field_offset, trace.itemsize, kind.itemsize)
        elif targets[pointer] is not None:
            size = inputs.get(block.methods["Call"].pointers[pointer], targets[pointer].nbytes)
            aim(block, control, pointer, targets[pointer].ctypes.data, 0, size)
    code = block._entry(int(control.ctypes.data))
    if not block.bConfigured:  # what N calls would have shown
        for name in trace_dtype(cls).names or ():
            trace[name] = attrgetter(name)(block._m)
        trace["bError"], trace["bNewResult"] = True, False
    block._finish(code)
    return trace


def _trace(block: "AlgorithmBlock", rows: int, shown: list[str], values: Any, out: np.ndarray | None) -> np.ndarray:
    """A fresh array for the rows, or the given one if it fits."""
    kind = _with_results(block, shown, values)
    if out is None:
        return np.zeros(rows, kind)
    where = f"{type(block).__name__}.replay: out"
    if not isinstance(out, np.ndarray) or out.dtype != kind:
        raise WrongType(f"{where} is {getattr(out, 'dtype', out)!r}; an array of {kind} is needed")
    if out.shape != (rows,) or not out.flags.c_contiguous or not out.flags.writeable:
        raise RangeError(f"{where} has shape {out.shape}; {(rows,)}, contiguous and writeable, is needed")
    return out


def _targets(block: "AlgorithmBlock", inputs: dict[str, Any]) -> dict[str, Any]:
    """The arrays that were given for pointers of Call; they show what the last row leaves, None shows nothing."""
    call = block.methods["Call"]
    types = {i.name: i.type for i in call.inputs}
    given = {p: inputs[p] for p in shown_buffers(block) if p in inputs}
    for pointer, array in given.items():
        if array is not None and pointer in block.traced:
            raise WrongType(f"{type(block).__name__}.replay: {pointer} is a part of the trace; only None can be given")
        if array is not None:
            where = f"{type(block).__name__}.replay: {pointer}"
            types[pointer].check(array, where)
            check_elements(array, block._result_dtype(pointer), where)
            size, allowed = inputs.get(call.pointers[pointer], array.nbytes), block._result_bytes(pointer)
            _, detail = array_refusal(array, size, allowed, 0x3002, 0x3004)
            if detail:
                raise RangeError(f"{where}: {detail}")
    return given


def _with_results(block: "AlgorithmBlock", pointers: list[str], values: Any) -> np.dtype[Any]:
    """The type of a trace row: the scalar outputs, then each array that Call fills, under the name of its pointer."""
    plain = trace_dtype(type(block))
    if not pointers:
        return plain
    names = list(plain.names or ())
    fields: Any = plain.fields
    formats = [fields[n][0] for n in names]
    offsets = [fields[n][1] for n in names]
    size = plain.itemsize
    for pointer in pointers:
        buffer = block._buffer(shown_buffers(block)[pointer])
        names.append(pointer)
        shown = buffer[: block._result_bytes(pointer, values)[0] // buffer.itemsize]
        formats.append(np.dtype((block._result_dtype(pointer), shown.shape)))
        offsets.append(size)
        size += (shown.nbytes + 7) // 8 * 8
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})


def _columns(cls: type["Block"], timestamps: Any, inputs: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Each input member with its scalar or array, defaults of Call filled in."""
    call = cls.methods["Call"]
    given = dict(inputs)
    if any(i.name == "tTimestamp" for i in call.inputs):
        given["tTimestamp"] = timestamps
    names = [i.name for i in call.values]
    for name in given:
        if name not in names and name not in {*call.pointers, *call.pointers.values(), *cls.traced}:
            raise UnknownKeyword(f"{cls.__name__}.replay has no input {name}; inputs of Call: {one_of(names)}")
    for declared in call.values:
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


def _channel_values(block: "AlgorithmBlock", values: Any, rows: int) -> tuple[np.ndarray, np.ndarray, int]:
    """The values of the channels, the lengths of texts, and the number of channels."""
    texts = block._buffer_counts.get("texts", 0) // TEXT_BYTES
    if texts:
        return (*text_matrix(values, rows, texts), texts)
    channels = block._buffer_counts.get("x", 0)
    return _matrix(values, rows, channels, block.channel_dtype), np.empty(0, np.int64), channels


def _matrix(values: Any, rows: int, channels: int, kind: type) -> np.ndarray:
    given = np.asarray(values if channels else np.empty((rows, 0), kind))
    if given.dtype.kind not in ("biu" if kind is np.int64 and given.size else "biuf"):
        raise WrongType(f"replay: values must be numbers, {np.dtype(kind)}[N, channels]")
    matrix: np.ndarray = np.ascontiguousarray(given, kind)
    if matrix.ndim == 1 and channels == 1:
        matrix = matrix.reshape(-1, 1)
    if matrix.shape != (rows, channels):
        raise RangeError(f"replay: values have shape {matrix.shape}, {(rows, channels)} expected")
    return matrix
