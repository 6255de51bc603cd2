"""The base of all blocks: one declaration, one step, two callers, one memory.

A block class declares its members (`declare`), its methods (`methods`) and one kernel `step(m) -> event id` over the
record `m` of those members. From that come attributes, memory, Reset, snapshot, the symbol and catalogue entries, and
both callers: `Call` runs the step once, `replay` runs it over N rows inside compiled code. They are the same compiled
function (one row or N), so results and state bytes cannot differ. The memory is in `blockmemory`.
"""

import ctypes
import functools
import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .blockmemory import MEMORY_LIMIT, ORDER, BlockMemory
from .control import aim, array_refusal, check_elements, control_words, shown_buffers, take_no_call, within
from .declare import (
    BUFFERS,
    SETTABLE,
    Field,
    Layout,
    Member,
    Role,
    buffer,
    declared_fields,
    output,
    reader,
    variable,
)
from .errors import DeclarationError, WrongType, one_of
from .iec import ANY, BOOL, LREAL, UDINT, InterfaceType
from .messages import Message
from .methods import Signature, UnknownKeyword, channel_setter, cyclic, method, quick_method, refuse
from .persistence import is_persistent, take_over

if TYPE_CHECKING:
    from .kernel import Compiled

__all__ = [
    "MEMORY_LIMIT",
    "AlgorithmBlock",
    "Block",
    "ChannelBlock",
    "FixedChannelBlock",
    "InputBlock",
    "SingleChannelBlock",
    "channel_setter",
    "cyclic",
    "method",
    "quick_method",
]

PICTURES = {
    "": "none: channels, states and numbers over time",
    "bands": "the channels, and over them all numbers: results in the channels' unit, as averages and extremes",
    "band": "the channel against a forecast band, and how far outside it was",
    "plane": "channel 1 across, channel 2 up, coloured by the first state or index; `outlines`; arrays of pairs",
    "histogram": "the first array as bars, as it is in the end",
    "pie": "the outputs of the channels as a pie, as they are in the end",
    "pareto": "the sums of conditions by size and their accumulated shares, as they are in the end",
    "sankey": "inflows, outflows and rest as ribbons, as they are in the end",
    "calendar": "days down, time of day across, filled while the first flag is TRUE",
    "clusters": "a plane with the micro-clusters of `micro_clusters`",
}
"""What `Block.picture` may name. Everything else in a picture follows from the declaration.

Each changing output is drawn by its type: BOOL, enumerations and indices as strips, DateTimes as ticks or as the mark
of the extreme they belong to (fbTimeMin marks fMin), Timespans in a fitting unit, integers as steps, numbers as lines,
arrays as a line for each element or, when they are long, as a map over time. Outputs whose names differ by words such
as Min, Avg, Last, On share a panel, a Min and a Max become a band. Levels that channels are compared with come from
`channel_levels`. `drawn_with` adds what names do not tell: ``{"fScore": ("fThreshold", "fMean")}`` puts the input
fThreshold of Configure as a dashed limit and the output fMean as a line into the panel of fScore. `array_places` gives
the bars of a histogram and the rows of a map their places.
"""
_NOWHERE = object()  # no array at all, not even None
I_TcMessage = InterfaceType("Tc3_EventLogger.I_TcMessage")


class Block(BlockMemory):
    """A function block: declared members over one memory. Subclasses without a step are plain data holders."""

    category: ClassVar[str] = ""
    methods: ClassVar[dict[str, Signature]] = {}
    step: ClassVar[Any] = None  # the kernel m -> event id
    _members: ClassVar[dict[str, Member]] = {}
    example: ClassVar[dict[str, Any]] = {}  # parameters that make sense together, for help texts and tests
    counters: ClassVar[tuple[str, ...]] = ()  # outputs that only grow until Reset
    picture: ClassVar[str] = ""  # the large panel of what `alycat replay` draws, see PICTURES
    drawn_with: ClassVar[dict[str, tuple[str, ...]]] = {}  # outputs or limits that share the panel of an output
    channels_from: ClassVar[int] = 1  # the least number of a channel in ConfigureChannel
    results: ClassVar[dict[str, str]] = {}  # pointer inputs of Call, each with the buffer that Call copies there
    traced: ClassVar[dict[str, str]] = {}  # what getters read and no output shows, each with its buffer: for `replay`

    def __init_subclass__(cls, category: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if category is not None:
            cls.category = category
        cls._members = {n: v for n, v in vars(cls).items() if isinstance(v, Member)}
        cls.methods = {
            n: f.iec_signature for n, f in inspect.getmembers(cls, inspect.isfunction) if hasattr(f, "iec_signature")
        }
        cls.fields = declared_fields(cls) + cls._inputs_of_call()
        cls.layout = Layout(cls.__name__, sorted(cls.fields, key=lambda f: ORDER.index(f.role)))
        for field in cls.fields:
            if field.role in (Role.OUTPUT, Role.INIT):
                setattr(cls, field.name, reader(field))
            elif field.role is Role.VARIABLE or field.role in SETTABLE:
                setattr(cls, field.name, variable(field))
            elif field.name in cls._members:
                delattr(cls, field.name)
        if "step" in vars(cls) and cls.step is not None:
            cls.step = staticmethod(cls.step)

    @classmethod
    def _inputs_of_call(cls) -> list[Field]:
        call = cls.methods.get("Call")
        if call is None or not getattr(getattr(cls, "Call", None), "is_cyclic", False):
            return []
        declared = {f.name for f in declared_fields(cls)}
        clash = [i.name for i in call.inputs if i.name in declared]
        if clash:
            raise DeclarationError(f"{cls.__name__}: {one_of(clash)} is both an input of Call and a member")
        return [Field(i.name, i.type, Role.INPUT, i.type.initial) for i in call.values]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        init = {f.name: f for f in self.fields if f.role is Role.INIT}
        if len(args) > len(init):
            raise WrongType(f"{type(self).__name__}: {len(args)} FB_init inputs given, it takes {len(init)}")
        given = dict(zip(init, args, strict=False)) | kwargs
        for name in given:
            if name not in init:
                allowed = one_of(init) if init else "none"
                raise UnknownKeyword(f"{type(self).__name__} has no FB_init input {name}; allowed: {allowed}")
        self._event_id, self._detail = 0, ""
        self._init = {
            n: f.type.check(given[n], f"{type(self).__name__}.{n}") if n in given else f.initial
            for n, f in init.items()
        }
        self._allocate()

    def _connect(self) -> None:
        """What refers to the memory by address: the input views and the control words of a single call."""
        address = ctypes.addressof(self._m)
        self._call_control = np.zeros(control_words(type(self)), np.int64)
        self._call_control[:2] = address, 1
        self._control = int(self._call_control.ctypes.data)
        for pointer in self.results:
            setattr(self, f"_at_{pointer}", _NOWHERE)
            setattr(self, f"_size_{pointer}", 0)
        self._entry: Callable[[int], int] = self._unready
        self._quick: Callable[..., int] = take_no_call
        for field in self.layout.fields:
            if field.role is Role.INPUT:
                start = self.layout.offset(field.name)
                view = memoryview(self._memory.data)[start : start + ctypes.sizeof(field.type.ctype)]
                setattr(self, f"_in_{field.name}", view.cast(np.dtype(field.type.ctype).char))

    # --- running -----------------------------------------------------------------------------------------------------

    @staticmethod
    def _unready(control: int) -> int:
        return 0x3007

    @classmethod
    @functools.cache
    def _runner(cls) -> "Compiled":
        """The compiled caller of this class's step, loaded from the cache or compiled now."""
        from .running import build_runner

        return build_runner(cls)

    def _make_ready(self) -> None:
        """From now on a call runs the step."""
        from .front import quick_call

        runner = self._runner()
        self._entry = runner.entry
        if getattr(type(self).Call, "is_cyclic", False):  # type: ignore[attr-defined]
            self._quick = quick_call(self, runner)

    def _finish(self, code: int) -> bool:
        """Records the outcome of a method: an event id, or 0 which clears an earlier one."""
        self._event_id, self._detail = code, ""
        return not code

    def _refuse_inputs(self, **values: Any) -> None:
        refuse(self.methods["Call"], values)

    # --- description -------------------------------------------------------------------------------------------------

    @classmethod
    def interface(cls) -> dict[str, Any]:
        """The declaration as plain data, the form of ``alycat blocks --json``."""

        def listed(declared: Iterable[Any]) -> list[dict[str, str]]:
            return [{"name": d.name, "type": _declared(d.type.name)} for d in declared]

        def pairs(role: Role) -> list[dict[str, str]]:
            return listed(f for f in cls.fields if f.role is role)

        methods: dict[str, Any] = {
            name: {"returns": s.returns, "inputs": listed(i for i in s.inputs if not i.in_out)}
            | ({"in_outs": listed(s.in_outs)} if s.in_outs else {})
            for name, s in cls.methods.items()
        }
        return {
            "name": cls.__name__,
            "category": cls.category,
            "init": pairs(Role.INIT),
            "outputs": pairs(Role.OUTPUT),
            "methods": methods,
        } | {
            name: found
            for name, role in (("body_inputs", Role.BODY_INPUT), ("properties", Role.PROPERTY))
            if (found := pairs(role))
        }

    def __repr__(self) -> str:
        init = ", ".join(f"{n}={v}" for n, v in self._init.items())
        return f"<{type(self).__name__}({init})>"


class AlgorithmBlock(Block):
    """A block with the library's standard outputs and life: Configure, SetChannelValue, Call, Reset.

    A subclass declares its own outputs, state and buffers, `Configure`, `Call` and `step`.
    """

    _former: tuple[bytes, Callable[[str], None]] | None = None  # persistent data that were not looked at yet
    channel_dtype: ClassVar[type] = np.float64  # how `replay` reads the values of the channels
    channel_buffers: ClassVar[tuple[str, ...]] = ("x",)  # what SetChannelValue writes
    example_columns: ClassVar[int] = 2  # how many columns an example has where `replay` takes any number
    takes_missing: ClassVar[bool] = False  # NaN and infinities are values to deal with, not mistakes

    @classmethod
    def init_for(cls, columns: int) -> dict[str, int]:
        """The FB_init inputs that follow from the number of columns that `replay` gets."""
        return {}

    @classmethod
    def replay_columns(cls) -> int | None:
        """How many columns of values `replay` takes; None for any number."""
        return 0

    ipResultMessage: I_TcMessage = output("message that explains the latest return value; never null")  # type: ignore[valid-type]
    bError: BOOL = output("TRUE while the latest method failed")
    bNewResult: BOOL = output("TRUE when the latest call produced a new result")
    bConfigured: BOOL = output("TRUE once the block is configured")

    @property
    def _ipResultMessage(self) -> Message:
        detail = self._detail
        if self._event_id and not detail:
            detail = self._explain(self._event_id)
        return Message(self._event_id, detail, type(self).__name__)

    def _explain(self, event_id: int) -> str:
        """What exactly was wrong when the step itself refused; read from the inputs that it refused.

        A block that refuses times running backwards keeps the time of the call before in the state `last_ns`.
        """
        last_ns = getattr(self._m, "last_ns", 0)
        if event_id == 0x3003 and last_ns and self._m.tTimestamp < last_ns:
            return f"tTimestamp {self._m.tTimestamp} lies before {last_ns} of the call before"
        return ""

    def _finish(self, code: int, detail: str = "") -> bool:
        """Every method's end: bError and ipResultMessage tell about the latest return value."""
        self._event_id, self._detail = code, detail
        self._m.bError = bool(code)
        if code:
            self._m.bNewResult = False
        return not code

    def _connect(self) -> None:
        super()._connect()
        if not any(name.startswith("Configure") for name in self.methods):  # ready as declared
            self._m.bConfigured = True
            self._entry = self._first_call

    def _first_call(self, control: int) -> int:
        self._make_ready()
        return self._entry(control)

    def _result_bytes(self, pointer: str, values: Any = None) -> tuple[int, ...]:
        """The sizes that the array for a pointer input of Call may have; the first one is that in the trace.

        values: the channel values of a replay, if it is one.
        """
        return (self._buffer(shown_buffers(self)[pointer]).nbytes,)

    def _aim(self, **given: tuple[Any, int]) -> bool:
        """Takes the arrays that Call fills, each with its size, for this call and the following ones."""
        if not self._m.bConfigured:
            return self._finish(0x3007)
        call = self.methods["Call"]
        for declared in call.inputs:
            if declared.name in given:
                array, size = given[declared.name]
                if array is None and declared.default is None:  # an array that may be left out
                    continue
                declared.type.check(array, f"Call.{declared.name}")
                check_elements(array, self._result_dtype(declared.name), f"Call.{declared.name}")
                code, detail = array_refusal(array, size, self._result_bytes(declared.name), 0x3002, 0x3004)
                if code:
                    return self._finish(code, f"{declared.name}: {detail}")
        for pointer, (array, size) in given.items():
            aim(self, self._call_control, pointer, 0 if array is None else array.ctypes.data, 0, size)
            setattr(self, f"_at_{pointer}", array)
            setattr(self, f"_size_{pointer}", size)
        return True

    def channel_levels(self) -> list[tuple[int, float, str]]:
        """What the channels are compared with, for pictures: number of the channel from 0, level, in words."""
        return []

    def outlines(self) -> list[np.ndarray]:
        """What lies in the plane of channels 1 and 2, for pictures: the points (x, y) of each line."""
        return []

    def array_places(self, pointer: str) -> np.ndarray | None:
        """Where the elements of an array that Call fills lie, for pictures: a place for each, or the edges around."""
        return None

    def array_labels(self, pointer: str) -> list[str]:
        """What the elements of an array of the trace are called, for pictures; none where their numbers say it."""
        return []

    def array_is_time(self, pointer: str) -> bool:
        """Whether the elements of an array of the trace are ns, for pictures."""
        return False

    def _result_dtype(self, pointer: str) -> np.dtype[Any]:
        """The type of the elements that Call writes for a pointer; overridden where the configuration decides it."""
        return self._buffer(shown_buffers(self)[pointer]).dtype

    def _copy_out(self, pointer: str, array: Any, size: int, values: np.ndarray) -> bool:
        """The body of a method that copies an array to what a pointer and a size were given for."""
        if not self._m.bConfigured:
            return self._finish(0x3007)
        check_elements(array, values.dtype, pointer)
        code, detail = array_refusal(array, size, values.nbytes, 0x3002, 0x3004)
        if code:
            return self._finish(code, f"{pointer}: {detail}")
        within(array, size).view(values.dtype)[:] = values.reshape(-1)
        return self._finish(0)

    def _store(self, where: str, variable: Any, value: float | int) -> bool:
        """The body of a method that copies one value to a variable of type ANY: a numpy array of one element.

        Whole numbers are rounded to; 16#300A when the variable cannot hold the value.
        """
        if not isinstance(variable, np.ndarray) or variable.size != 1 or variable.dtype.kind not in "biuf":
            raise WrongType(f"{where}: {variable!r} is no variable; a numeric numpy array of one element is needed")
        if variable.dtype.kind in "iu":
            least, most = _limits(variable.dtype)
            if not least <= round(value) <= most:
                return self._finish(0x300A, f"{value} does not fit into {variable.dtype}")
            value = round(value)
        variable[...] = value
        return self._finish(0)

    def _give(self, results: Any, channel: int, output: Any) -> bool:
        """The body of GetChannelOutputValue: the result of a channel, counted from 1, to a variable."""
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if not 0 < channel <= len(results):
            return self._finish(0x3010, f"nChannel = {channel}, allowed are 1..{len(results)}")
        return self._store("GetChannelOutputValue.output", output, results[channel - 1])

    def _resize(self, **counts: int) -> None:
        """Gives buffers another number of elements; all else, and what of their content fits, stays.

        For what is learnt from a file, in UpdateState; MemoryError, before anything is changed, as by `_allocate`.
        """
        before, kept = self._m, {n: self._buffer(n).copy() for n in self._buffer_counts}
        is_ready = self._entry != self._unready
        self._allocate(**self._buffer_counts | counts)
        for field in self.layout.fields:
            if field.role in BUFFERS:
                count = min(len(kept.get(field.name, ())), self._buffer_counts.get(field.name, 0))
                if count:
                    self._buffer(field.name)[:count] = kept[field.name][:count]
            else:
                start, size = self.layout.offset(field.name), ctypes.sizeof(field.type.ctype)
                ctypes.memmove(ctypes.addressof(self._m) + start, ctypes.addressof(before) + start, size)
        if is_ready:
            self._make_ready()

    def _begin(self) -> None:
        """Outputs that start with a value from the configuration take it; after Configure and Reset."""

    def _start(self, buffers: Mapping[str, int] | None = None, /, **config: Any) -> bool:
        """The end of an accepted Configure: a fresh memory with these values of CONFIG members.

        buffers: elements of each buffer. FALSE with 16#2001 and everything as before when that is too much memory.
        """
        try:
            self._allocate(**(buffers or {}))
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        for name, value in config.items():
            setattr(self._m, name, value)
        return self._configured()

    def _configured(self) -> bool:
        """The end of a successful Configure that has allocated and filled the memory itself."""
        self._m.bConfigured = True
        self._begin()
        self._make_ready()
        self._look_for_former_data()
        return self._finish(0)

    def inherit(self, data: bytes, report: Callable[[str], None] = lambda problem: None) -> None:
        """Persistent data of an earlier run (a snapshot), for the next Configure with bPersistent TRUE to go on with.

        report: is called then, with an empty text or with the reason why the block starts empty instead. A block that
        is configured already looks at once.
        """
        self._former = data, report
        if self._m.bConfigured:
            self._look_for_former_data()

    def _look_for_former_data(self) -> None:
        if self._former and is_persistent(self):
            (data, report), self._former = self._former, None
            report(take_over(self, data))

    def _resume(self) -> None:
        """After persistent data were taken over: what makes the next call a first one, with nothing before it."""

    def _take(self, header: dict[str, Any], payload: bytes) -> None:
        super()._take(header, payload)
        if self._m.bConfigured:
            self._make_ready()

    @method
    def Reset(self) -> BOOL:
        """Drops what was learnt and calculated; keeps configuration, memory and the channel values (chosen)."""
        self._restart()
        return self._finish(0)

    def _restart(self) -> None:
        """Outputs, state and buffers as after Configure."""
        configured = self._m.bConfigured
        self._clear()
        self._m.bConfigured = configured
        self._begin()

    def replay(
        self, timestamps: Any, values: Any = None, *, out: np.ndarray | None = None, **inputs: Any
    ) -> np.ndarray:
        """Runs the block over N rows at compiled speed, exactly as N rounds of SetChannelValue and Call would.

        timestamps: uint64[N], ns since 2000-01-01 UTC. values: float64[N, channels] (float64[N] for one channel).
        Further inputs of Call: a scalar, or an array of N. Returns a structured array of N rows with one field per
        scalar output (times as raw uint64; members of a structure as ``name.member``), and one per array that Call
        fills or that getters read, which ``NAME=None`` leaves out; a row that the block refuses has bError TRUE and
        keeps the other outputs.

        out: the array to fill and return, of the type and length that would be returned, such as the result of an
        earlier replay or a part of it. Memory that was used before is quicker than fresh memory.
        """
        from .running import replay

        return replay(self, timestamps, values, inputs, out)


class InputBlock(AlgorithmBlock):
    """An algorithm block with numeric channels. `x` holds their values for the next call; NaN was never set."""

    x: LREAL = buffer("channel values", initial=math.nan)
    largest_value: ClassVar[float] = math.inf  # the size up to which the step takes values, else 16#300A

    @classmethod
    def replay_columns(cls) -> int | None:
        return None if cls.init_for(2) else int(getattr(cls, "channel_count", 1))

    @property
    def _n(self) -> int:
        """Number of channels."""
        return 1

    def _counts(self) -> dict[str, int]:
        per_channel = (f.name for f in self.layout.fields if f.role in (Role.CHANNEL_CONFIG, Role.PENDING))
        return {"x": self._n} | dict.fromkeys(per_channel, self._n)

    def _kept_buffers(self) -> tuple[str, ...]:
        return ("x", *super()._kept_buffers())

    def _connect(self) -> None:
        super()._connect()
        self._x = self._buffer("x")
        self._channels = memoryview(self._x.data)

    def set_channel_values(self, vector: Any) -> bool:
        """Sets all channels from one vector with a number for each; beyond the vendor. 16#3003: it does not fit."""
        try:
            row = np.asarray(vector, np.float64)
        except (TypeError, ValueError):
            return self._finish(0x3003, f"{vector!r} is no vector of numbers")
        if row.shape != self._x.shape:
            return self._finish(0x3003, f"vector of shape {row.shape}, {self._x.shape} expected")
        self._x[:] = row
        return self._finish(0)

    def _explain(self, event_id: int) -> str:
        reason = super()._explain(event_id)
        if reason:
            return reason
        bad = np.flatnonzero(~np.isfinite(self._x) if event_id == 0x3003 else abs(self._x) > self.largest_value)
        if event_id in (0x3003, 0x300A) and len(bad):
            value, channel = self._x[bad[0]], self._channel_in_words(int(bad[0]))
            if event_id == 0x300A:
                return f"{channel} is {value:g}, values up to +-{self.largest_value:g} are allowed"
            return f"{channel} was never set or is NaN" if math.isnan(value) else f"{channel} is {value}"
        return ""

    def _channel_in_words(self, index: int) -> str:
        """How messages name a channel; `index` counts from 0."""
        return f"channel {index + getattr(self, 'first_channel', 1)}"


class SingleChannelBlock(InputBlock):
    """A block with one numeric channel (``..._1Ch``)."""

    @quick_method
    def SetChannelValue(self, input: ANY) -> BOOL:
        """Takes the value of the channel for the next Call; the last one set counts."""
        try:
            self._channels[0] = input
        except (TypeError, ValueError, OverflowError):
            return self._finish(0x3003, f"{input!r:.60} is no number")
        if self._event_id:
            return self._finish(0)
        return True


class NumberedChannelBlock(InputBlock):
    """What blocks with several numbered channels have in common; the channel's number comes first."""

    first_channel: ClassVar[int] = 1  # 0 where channel 0 is a reference for the others

    def _connect(self) -> None:
        from .front import quick_setter

        super()._connect()
        self._put = quick_setter(self, self._x.view(self.channel_dtype), self.first_channel)

    @channel_setter
    def SetChannelValue(self, nChannel: UDINT, input: ANY) -> BOOL:  # type: ignore[empty-body]
        """Takes the value of one channel for the next Call; the last one set counts. 0 is a reference, if any."""

    def _put_slowly(self, channel: Any, value: Any) -> bool:
        """What `front.quick_setter` did not take: an object of another type, or a mistake."""
        first, count = self.first_channel, self._n
        if not first <= channel < first + count:
            return self._finish(0x3003, f"channel {channel} is outside {first}..{first + count - 1}")
        try:
            self._channels[channel - first] = value
        except (TypeError, ValueError, OverflowError):
            return self._finish(0x3003, f"channel {channel}: {value!r:.60} is no number")
        return self._finish(0)


class FixedChannelBlock(NumberedChannelBlock):
    """A block with a fixed number of numeric channels (``..._2Ch``), the class variable `channel_count`."""

    channel_count: ClassVar[int] = 2

    @property
    def _n(self) -> int:
        return self.channel_count


class ChannelBlock(NumberedChannelBlock):
    """A block with a variable number of numeric channels, the FB_init input nNumChannels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._n == 0:
            self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")

    @classmethod
    def init_for(cls, columns: int) -> dict[str, int]:
        return {"nNumChannels": columns - 1 + cls.first_channel}  # channel 0 is a reference, which does not count

    @property
    def _n(self) -> int:
        return int(self._init["nNumChannels"])


@functools.cache
def _limits(dtype: np.dtype[Any]) -> tuple[int, int]:
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)


def _declared(type_name: str) -> str:
    """A type as declarations write it; ADS has a space in arrays."""
    return type_name.replace("ARRAY [", "ARRAY[")
