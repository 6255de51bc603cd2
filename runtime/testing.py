"""Laws that every block keeps, and hypothesis strategies made from a block's declaration; for your own blocks too.

    from alycat.runtime.testing import check_block

    def test_my_block():
        check_block(FB_PeakHold_1Ch)

`check_block` draws configurations, signals and cycle times from the declared types and checks that replay equals
calls byte for byte, that Reset and a new Configure equal a fresh block, that a snapshot continues equally, that a
refused Configure or Call changes nothing, that `counters` of the block never run backwards, and that the usual
mistakes get the vendor's kind of answer. Parameters that have to fit together come from the block's `example` when
drawn ones are refused; where that is not enough, pass strategies of your own.

`block_checks` gives the same laws one by one, for ``pytest.mark.parametrize``. Needs hypothesis (``alycat[test]``).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from .block import AlgorithmBlock, Block
from .composite import ArrayType
from .declare import SETTABLE, Role
from .errors import AlycatError, WrongType
from .iec import (
    AnyType,
    ArrayPointerType,
    BoolType,
    DurationType,
    FloatType,
    IecType,
    IntType,
    ParameterStructType,
    StringType,
    WrappedType,
)
from .running import trace_columns
from .textblock import TextBlock
from .texts import decoded

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Setup", "Stream", "block_checks", "check_block", "setups", "streams"]

S = 10**9
START_NS = 757_382_400 * S  # 2024-01-01
SPANS_NS = (10**6, 10**7, 10**8, S // 2, S, 5 * S, 60 * S, 3600 * S, 8 * 3600 * S)
NUMBERS = (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0)
NOT_CONFIGURED, TIME_IS_ZERO = 0x3007, 0x3006


# ---- setups ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setup:
    """One way to use a block: FB_init inputs, body inputs and properties, method calls up to the configured block."""

    init: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    calls: tuple[tuple[str, dict[str, Any]], ...] = ()

    def new(self, cls: type[Block]) -> Any:
        """A block that is not configured."""
        fb = cls(**self.init)
        for name, value in self.settings.items():
            setattr(fb, name, value)
        return fb

    def configure(self, fb: Any) -> bool:
        """Makes the calls; FALSE as soon as one of them was refused."""
        return all(getattr(fb, name)(**inputs) for name, inputs in self.calls)

    def build(self, cls: type[Block]) -> Any:
        """A configured block."""
        fb = self.new(cls)
        if not self.configure(fb):
            raise AssertionError(f"{self} was accepted before, and is now refused: {fb.ipResultMessage}")
        return fb

    def numbers(self) -> tuple[list[float], list[int]]:
        """The thresholds and the spans among the parameters: what signals and times should play around."""
        found: tuple[list[float], list[int]] = ([], [])
        for _, inputs in self.calls:
            for name, value in inputs.items():
                _collect(name, value, *found)
        return found


def _collect(name: str, value: Any, levels: list[float], spans: list[int]) -> None:
    if isinstance(value, float):
        levels.append(value)
    elif isinstance(value, int) and name.startswith("t"):
        spans.append(int(value))
    elif hasattr(value, "__dataclass_fields__"):
        for part in value.__dataclass_fields__:
            _collect(part, getattr(value, part), levels, spans)


def setups(cls: type[Block], example: dict[str, Any] | None = None) -> "SearchStrategy[Setup]":
    """Setups that the block accepts. `example` (by default the block's own) gives values for single parameters.

    A block with several Configure... methods and no plain one (FB_ALY_Calendar) is configured by one of them.
    """
    from hypothesis import reject
    from hypothesis import strategies as st

    known = dict(cls.example if example is None else example)
    ways = [n for n in cls.methods if n.startswith("Configure") and not n.startswith("ConfigureChannel")]
    switches = [n for n in ("SwitchState_Teach", "SwitchState_Read") if n in cls.methods]
    per_channel = [n for n in cls.methods if n.startswith("ConfigureChannel")]

    def inputs_of(draw: Any, method: str, only_known: bool) -> dict[str, Any]:
        drawn = {}
        for declared in cls.methods[method].inputs:
            if declared.name == "nChannel":
                continue
            if declared.name in known and (only_known or draw(st.integers(0, 2)) == 0):
                drawn[declared.name] = known[declared.name]
            else:
                drawn[declared.name] = draw(values_of(declared.type, f"{cls.__name__}.{method}.{declared.name}"))
        return drawn

    @st.composite
    def any_setup(draw: Any) -> Setup:
        init = {
            f.name: draw(st.integers(1, 3) if isinstance(f.type, IntType) else values_of(f.type, f.name))
            for f in cls.fields
            if f.role is Role.INIT
        }
        settings = {f.name: draw(values_of(f.type, f.name)) for f in cls.fields if f.role in SETTABLE}
        way = [draw(st.sampled_from(ways))] if ways else []
        for only_known in (False, True) if known else (False,):
            calls: list[tuple[str, dict[str, Any]]] = []
            for method in per_channel:
                numbered = any(i.name == "nChannel" for i in cls.methods[method].inputs)
                for channel in range(cls.channels_from, channels_of(cls(**init)) + 1) if numbered else (1,):
                    place = {"nChannel": channel} if numbered else {}
                    calls.append((method, place | inputs_of(draw, method, only_known)))
            calls += [(method, inputs_of(draw, method, only_known)) for method in way]
            if switches or way == ["ConfigureFromFile"]:  # the file work takes two calls of UpdateState
                calls += [(method, {}) for method in (*switches, "UpdateState", "UpdateState")]
            setup = Setup(init, settings, tuple(calls))
            if setup.configure(setup.new(cls)):
                return setup
        return reject()

    return any_setup()


def values_of(kind: IecType, where: str) -> "SearchStrategy[Any]":
    """Values of an IEC type that a parameter might well have; WrongType where the type does not tell (interfaces)."""
    from hypothesis import strategies as st

    name = where.rpartition(".")[2]
    if kind.samples:
        return st.sampled_from(kind.samples)
    if isinstance(kind, BoolType):
        return st.booleans()
    if isinstance(kind, DurationType) or (isinstance(kind, IntType) and name[:1] == "t"):
        unit = getattr(kind, "unit_ns", 1)
        return st.sampled_from([span // unit for span in SPANS_NS])
    if isinstance(kind, IntType):
        return st.integers(1, 3) | st.integers(0, 20) | st.integers(0, 127)
    if isinstance(kind, (FloatType, AnyType)):
        return st.sampled_from(NUMBERS) | st.floats(-4.0, 4.0, width=32)
    if isinstance(kind, StringType):
        return st.text("abAB 1", max_size=min(kind.length, 6))
    if isinstance(kind, ParameterStructType):
        return st.builds(kind.struct, **{n: values_of(k, f"{where}.{n}") for n, k in kind.fields.items()})
    if isinstance(kind, ArrayType):
        return st.lists(values_of(kind.element, where), min_size=kind.count, max_size=kind.count)
    if isinstance(kind, WrappedType) and hasattr(kind.wrapper, "__members__"):
        members = [m for m in kind.wrapper if m.name != "NotInitialized"]
        return st.sampled_from(members)
    if isinstance(kind, WrappedType):
        return values_of(kind.storage, where)
    raise WrongType(f"{where}: no values can be drawn for a {kind.name}; pass setups of your own")


def channels_of(fb: Any) -> int:
    """Number of numeric channels of an instance."""
    return int(getattr(fb, "_n", 0))


# ---- streams ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Stream:
    """Rows of one run: time stamps, channel values, further inputs of Call; the repr tells how to make it again."""

    timestamps: np.ndarray = field(repr=False)
    values: np.ndarray = field(repr=False)
    inputs: dict[str, np.ndarray] = field(repr=False, default_factory=dict)
    origin: str = ""

    def __len__(self) -> int:
        return len(self.timestamps)

    def __getitem__(self, rows: Any) -> "Stream":
        inputs = {n: column[rows] for n, column in self.inputs.items()}
        return replace(self, timestamps=self.timestamps[rows], values=self.values[rows], inputs=inputs)

    def replay(self, fb: Any) -> np.ndarray:
        """All rows at once."""
        trace: np.ndarray = fb.replay(self.timestamps, self.values, **self.inputs)
        return trace

    def calls(self, fb: Any, arrays: dict[str, np.ndarray] | None = None) -> Iterator[bool]:
        """The rows one by one, as a program makes them; yields what Call returned.

        arrays: what Call shall fill, by default new ones, see `result_arrays`.
        """
        targets: dict[str, Any] = result_arrays(fb) if arrays is None else dict(arrays)
        targets |= {fb.methods["Call"].pointers[name]: array.nbytes for name, array in targets.items()}
        takes_time = any(i.name == "tTimestamp" for i in fb.methods["Call"].inputs)
        numbered = "SetChannelValue" in fb.methods and len(fb.methods["SetChannelValue"].inputs) > 1
        for row in range(len(self)):
            for channel, value in enumerate(self.values[row].tolist(), start=getattr(fb, "first_channel", 1)):
                if numbered:
                    fb.SetChannelValue(channel, value)
                else:
                    fb.SetChannelValue(value)
            inputs = {n: column[row].item() for n, column in self.inputs.items()}
            if takes_time:
                inputs["tTimestamp"] = int(self.timestamps[row])
            yield fb.Call(**inputs, **targets)


def result_arrays(fb: Any) -> dict[str, np.ndarray]:
    """An array of fitting size for each pointer input of Call."""
    return {p: np.zeros(fb._buffer(buffer).shape, fb._result_dtype(p)) for p, buffer in fb.results.items()}


def streams(cls: type[Block], setup: Setup, max_rows: int = 60) -> "SearchStrategy[Stream]":
    """Signals and cycle times for a block that is set up so: long ones from a drawn seed, short ones drawn by value.

    Values lie on, just below and above the thresholds of the setup and elsewhere; steps of time are nothing, a cycle,
    parts and multiples of its spans, or days.
    """
    from hypothesis import strategies as st

    channels = channels_of(cls(**setup.init))
    levels, spans = setup.numbers()
    widths = [value for value in setup.settings.values() if isinstance(value, float)]
    moves = [0.0, 0.0, -1.0, 1.0, 0.25, *widths, *(-width for width in widths)]
    pool = [level + move for level in (levels or [0.5]) for move in moves] + [0.0, 1.0]
    steps = [0, 10**7, *(part for span in spans or [S] for part in (span, span // 2, span // 3, 2 * span + 1))]
    steps = [step for step in steps if step < 400 * 86_400 * S]

    texts = _texts_around(setup) if issubclass(cls, TextBlock) else []

    def signal(rng: np.random.Generator, rows: int) -> np.ndarray:
        if texts:
            return np.asarray(rng.choice(texts, (rows, channels)))
        values = rng.choice(pool, (rows, channels))
        free = rng.random((rows, channels)) < 0.3
        values[free] = rng.normal(np.mean(pool), 1.0, int(free.sum()))
        return values

    def seeded(seed: int, rows: int, pace: str) -> Stream:
        rng = np.random.default_rng(seed)
        values = signal(rng, rows)
        if pace == "regular":
            moved = np.full(rows, rng.choice(steps), np.int64)
        else:
            moved = rng.choice(np.array([*steps, 86_400 * S, 31 * 86_400 * S] if pace == "gaps" else steps), rows)
        stamps = np.uint64(START_NS) + np.cumsum(moved).astype(np.uint64)
        inputs = {}
        for declared in cls.methods["Call"].values:
            if declared.name != "tTimestamp":
                inputs[declared.name] = _column(rng, declared.type, declared.name, rows)
        return Stream(stamps, values, inputs, f"seeded({seed}, {rows}, {pace!r})")

    rows = st.integers(1, 12) | st.just(max_rows) | st.just(max_rows)
    return st.builds(seeded, st.integers(0, 2**32 - 1), rows, st.sampled_from(("regular", "mixed", "gaps")))


def _texts_around(setup: Setup) -> list[str]:
    """The texts among the parameters, parts of them, in another case, with something before and behind; others."""
    given = [value for _, inputs in setup.calls for value in inputs.values() if isinstance(value, str)]
    around = [form for t in given for form in (t, t[1:], t[:-1], t + "x", "x" + t, t.upper(), t.lower(), t.swapcase())]
    return [*(t for t in around if len(t) < 256), "", "a", "A", "ä", "Ä", "b" * 255, "€ š Ÿ"]


def _column(rng: np.random.Generator, kind: IecType, name: str, rows: int) -> Any:
    """A column for a further input of Call: flags in blocks, times of day, small numbers."""
    if isinstance(kind, BoolType):
        return rng.random(rows) < rng.choice((0.1, 0.5, 0.9))
    if isinstance(kind, DurationType):
        if rng.random() < 0.7:
            return np.full(rows, rng.integers(0, 24) * 3600 * S // kind.unit_ns, np.dtype(kind.ctype))
        return (rng.integers(0, 24, rows) * 3600 * S // kind.unit_ns).astype(np.dtype(kind.ctype))
    if isinstance(kind, IntType):
        return rng.integers(0, 10, rows).astype(np.dtype(kind.ctype))
    if isinstance(kind, (FloatType, AnyType)):
        return rng.choice(NUMBERS, rows)
    if isinstance(kind, WrappedType) and hasattr(kind.wrapper, "__members__"):
        return rng.choice([int(m) for m in kind.wrapper], rows).astype(np.dtype(kind.ctype))
    raise WrongType(f"Call.{name}: no values can be drawn for a {kind.name}; pass streams of your own")


# ---- laws ------------------------------------------------------------------------------------------------------------


def outputs_of(fb: Any) -> list[Any]:
    """All scalar outputs as plain values, times as raw numbers."""
    found = [attrgetter(name)(fb) for name in trace_columns(type(fb))]
    return [value.nRaw if hasattr(value, "nRaw") else value for value in found]


def same(left: Any, right: Any, what: str) -> None:
    """Both blocks are in the same state, byte for byte."""
    if left.state_bytes() == right.state_bytes():
        return
    names = [f.name for f in left.layout.fields]
    other = [n for n in names if getattr(left._m, n) != getattr(right._m, n)] or ["a buffer"]
    raise AssertionError(f"{what}: {', '.join(other)} differ")


def same_trace(left: np.ndarray, right: np.ndarray, what: str) -> None:
    """Both traces have the same bytes; tells the first row and the outputs that differ."""
    if left.tobytes() == right.tobytes():
        return
    for row in range(len(left)):
        other = [n for n in left.dtype.names or () if left[n][row].tobytes() != right[n][row].tobytes()]
        if other:
            shown = ", ".join(f"{n} {left[n][row]} and {right[n][row]}" for n in other)
            raise AssertionError(f"{what}: row {row} differs in {shown}")


def law_replay_equals_calls(cls: type[Block], setup: Setup, stream: Stream, at: int) -> None:
    """`replay` over all rows, in two parts, and calls one by one give the same trace and the same state."""
    fb, split, cyclic = setup.build(cls), setup.build(cls), setup.build(cls)
    trace = stream.replay(fb)
    same_trace(trace, np.concatenate([stream[:at].replay(split), stream[at:].replay(split)]), "replay in two parts")
    same(fb, split, "replay in two parts")
    names = trace.dtype.names or ()
    arrays = result_arrays(cyclic)
    scalars = [name for name in names if name not in arrays and name not in cls.traced]
    for row, result in enumerate(stream.calls(cyclic, arrays)):
        seen = dict(zip(scalars, outputs_of(cyclic), strict=True))
        read = {name: cyclic._buffer(buffer) for name, buffer in cls.traced.items()}
        for name, array in (arrays | read).items():
            assert trace[name][row].tobytes() == array.tobytes(), f"row {row}: {name} is {array}, {trace[name][row]}"
        for name in scalars:
            value = decoded(trace[name][row]) if isinstance(seen[name], str) else trace[name][row]
            if not (value == seen[name] or (value != value and seen[name] != seen[name])):
                raise AssertionError(f"row {row}: {name} is {seen[name]} after Call, {value} in replay")
        assert result is not bool(trace["bError"][row]), f"row {row}: Call returned {result}"
        assert (cyclic.ipResultMessage.nEventId == 0) is result, f"row {row}: {cyclic.ipResultMessage}"
    same(fb, cyclic, "calls and replay")


def law_reset_equals_fresh(cls: type[Block], setup: Setup, stream: Stream, at: int) -> None:
    """After Reset, and after the same configuration anew, everything goes as with a fresh block."""
    fresh, reset, again = setup.build(cls), setup.build(cls), setup.build(cls)
    for used in (reset, again):
        stream[:at].replay(used)
    assert reset.Reset() is True
    assert setup.configure(again) if setup.calls else again.Reset()
    start = outputs_of(fresh)
    trace = stream.replay(fresh)
    for used, what in ((reset, "Reset"), (again, "a new Configure")):
        assert outputs_of(used) == start, f"outputs after {what}: {outputs_of(used)}, fresh {start}"
        same_trace(trace, stream.replay(used), f"after {what}")
        same(fresh, used, f"after {what}")


def law_snapshot_continues(cls: type[Block], setup: Setup, stream: Stream, at: int) -> None:
    """A block restored from a snapshot goes on as the one it was taken from, and gives the same snapshot."""
    fb = setup.build(cls)
    stream[:at].replay(fb)
    data = fb.snapshot()
    twin, loaded = cls.restore(data), setup.new(cls)
    loaded.load(data)
    assert twin.snapshot() == data, "the restored block gives another snapshot"
    trace = stream[at:].replay(fb)
    for other in (twin, loaded):
        same_trace(trace, stream[at:].replay(other), "after restore")
        same(fb, other, "after restore")


def law_refused_configuration_changes_nothing(cls: type[Block], setup: Setup, stream: Stream, at: int) -> None:
    """After a Configure or ConfigureChannel that returned FALSE the block goes on as if it had not been called."""
    fb, untouched = setup.build(cls), setup.build(cls)
    for block in (fb, untouched):
        stream[:at].replay(block)
    for method, inputs in refused_calls(cls, setup):
        before = outputs_of(fb)[3:]
        if getattr(fb, method)(**inputs):
            raise AssertionError(f"{method}({inputs}) was refused before, and is now accepted")
        assert fb.bError and fb.ipResultMessage.nEventId, f"{method} returned FALSE without bError or message"
        assert not fb.bNewResult and outputs_of(fb)[2:] == [fb.bConfigured, *before], f"{method} changed outputs"
    same_trace(stream[at:].replay(untouched), stream[at:].replay(fb), "after a refused configuration")
    if at < len(stream):
        same(fb, untouched, "after a refused configuration")


def refused_calls(cls: type[Block], setup: Setup) -> list[tuple[str, dict[str, Any]]]:
    """Variations of the setup's calls that the block refuses, each by one improper value."""
    found = []
    for method, inputs in setup.calls:
        call = cls.methods[method]
        for declared in (i for i in call.inputs if i.name not in call.pointers.values()):
            for bad in _improper(declared.type, inputs[declared.name]):
                changed = inputs | {declared.name: bad}
                if not getattr(setup.build(cls), method)(**changed):
                    found.append((method, changed))
    return found


def _improper(kind: IecType, good: Any) -> list[Any]:
    if isinstance(kind, ParameterStructType):
        parts = {n: _improper(k, getattr(good, n)) for n, k in kind.fields.items()}
        whole = {n: getattr(good, n) for n in kind.fields}
        return [kind.struct(**whole | {n: bad}) for n, bads in parts.items() for bad in bads]
    if isinstance(kind, ArrayPointerType):
        return [None]
    if isinstance(kind, FloatType):
        return [np.nan, np.inf, -1.0]
    if isinstance(kind, IntType):
        return [0, kind.maximum]
    if isinstance(kind, WrappedType) and "NotInitialized" in getattr(kind.wrapper, "__members__", {}):
        return [kind.wrapper["NotInitialized"]]
    return []


def law_refused_calls_change_nothing(cls: type[Block], setup: Setup, stream: Stream, at: int) -> None:
    """Rows with time 0, time running backwards, NaN or infinity give an error; the others go on as without them."""
    spoilt, is_good = spoil(cls, stream, at)
    fb, other = setup.build(cls), setup.build(cls)
    trace, clean = spoilt.replay(fb), stream.replay(other)
    assert (trace["bError"] == ~is_good).all(), f"rows {np.flatnonzero(trace['bError'] == is_good)}: bError is wrong"
    assert not trace["bNewResult"][~is_good].any(), "a refused call has a new result"
    same_trace(clean, trace[is_good], "with refused calls in between")
    same(other, fb, "with refused calls in between")
    for name in trace.dtype.names or ():
        if name not in ("bError", "bNewResult"):
            kept = trace[name][1:][~is_good[1:]], trace[name][:-1][~is_good[1:]]
            assert kept[0].tobytes() == kept[1].tobytes(), f"a refused call changed {name}"


def spoil(cls: type[Block], stream: Stream, seed: int) -> tuple[Stream, np.ndarray]:
    """The stream with rows put in that the block has to refuse, and which rows are good ones; the last one is."""
    rng = np.random.default_rng(seed)
    takes_time = any(i.name == "tTimestamp" for i in cls.methods["Call"].inputs)
    is_checked = stream.values.dtype.kind == "f" and not getattr(cls, "takes_missing", False)
    channels = stream.values.shape[1] if is_checked else 0  # an integer is never improper
    places = np.sort(rng.integers(0, len(stream), 1 + len(stream) // 6))
    if not takes_time and not channels:
        places = places[:0]
    row_of = np.insert(np.arange(len(stream)), places, places)
    is_good = np.insert(np.ones(len(stream), bool), places, False)
    mixed = stream[row_of]
    for row in np.flatnonzero(~is_good):
        fault = rng.integers(0, 2) if not channels else rng.integers(0 if takes_time else 2, 5)
        first = not is_good[:row].any()
        if fault < 2:
            earlier = mixed.timestamps[row_of[row]] if first else stream.timestamps[max(row_of[row] - 1, 0)]
            mixed.timestamps[row] = 0 if fault == 0 or first else earlier - 1
        else:
            mixed.values[row, rng.integers(0, channels)] = (np.nan, np.inf, -np.inf)[fault - 2]
    return mixed, is_good


def law_counters_never_fall(cls: type[Block], setup: Setup, stream: Stream, at: int) -> None:
    """The outputs named in the block's `counters` only grow."""
    trace = stream.replay(setup.build(cls))
    for name in cls.counters:
        column = trace[name]
        assert (column[1:] >= column[:-1]).all(), f"{name} falls: {column}"


def law_persistent_data_survive(cls: type[Block], setup: Setup, stream: Stream, at: int) -> None:
    """With bPersistent a new block, configured alike, shows what an earlier one had, and goes on from there."""
    fb, twin = setup.new(cls), setup.new(cls)
    fb.bPersistent = twin.bPersistent = True
    assert setup.configure(fb), "refused with bPersistent"
    stream[:at].replay(fb)
    problems: list[str] = []
    twin.inherit(fb.snapshot(), problems.append)
    assert setup.configure(twin) and problems == [""], f"data were not taken over: {problems}"
    assert outputs_of(twin)[3:] == outputs_of(fb)[3:], f"outputs {outputs_of(twin)}, before {outputs_of(fb)}"
    trace = stream[at:].replay(twin)
    assert not trace["bError"].any(), f"refused after a restart: {twin.ipResultMessage}"
    for name in cls.counters if len(trace) else ():
        first = getattr(fb, name)
        assert trace[name][0] >= getattr(first, "nRaw", first), f"{name} fell over a restart"


def law_mistakes_are_answered(cls: type[Block], setup: Setup, stream: Stream, at: int) -> None:
    """Call before Configure, channels that were never set, wrong channel numbers: FALSE, bError and a message."""
    first = stream[:1]
    if setup.calls:
        fb = setup.new(cls)
        assert not fb.bConfigured, "bConfigured is TRUE before Configure"
        (result,) = first.calls(fb)
        _refused(fb, result, "Call before Configure", NOT_CONFIGURED)
        assert first.replay(setup.new(cls))["bError"].all(), "replay before Configure has no bError"
    fb = setup.build(cls)
    assert fb.bConfigured and not fb.bError, "bConfigured is FALSE or bError TRUE after Configure"
    if channels_of(fb) and not getattr(cls, "takes_missing", False):
        unset = replace(first, values=first.values[:, :0])
        (result,) = unset.calls(fb)
        _refused(fb, result, "Call with channels that were never set")
    first_number = getattr(fb, "first_channel", 1)
    if len(cls.methods["SetChannelValue"].inputs if "SetChannelValue" in cls.methods else ()) > 1:
        for channel in (first_number - 1, first_number + channels_of(fb)):
            _refused(fb, fb.SetChannelValue(channel, 1.0), f"SetChannelValue({channel}, ...)")
    for method, inputs in setup.calls:
        if "nChannel" in inputs:
            for channel in {0, channels_of(fb) + 1} - {cls.channels_from}:
                result = getattr(fb, method)(**inputs | {"nChannel": channel})
                _refused(fb, result, f"{method}({channel}, ...)")
    (result,) = first.calls(fb)
    assert result is True and not fb.bError and fb.ipResultMessage.nEventId == 0, f"{fb.ipResultMessage} stays"
    if any(i.name == "tTimestamp" for i in cls.methods["Call"].inputs):
        zero = replace(first, timestamps=first.timestamps * np.uint64(0))
        (result,) = zero.calls(fb)
        _refused(fb, result, "Call with tTimestamp 0", TIME_IS_ZERO)


def _refused(fb: Any, result: Any, what: str, event_id: int = 0) -> None:
    message = fb.ipResultMessage
    assert result is False, f"{what} returned {result}"
    assert fb.bError and not fb.bNewResult, f"{what}: bError {fb.bError}, bNewResult {fb.bNewResult}"
    assert message.nEventId and message.sEventText, f"{what}: no message"
    assert event_id in (0, message.nEventId), f"{what}: {message}, 16#{event_id:X} expected"


LAWS: tuple[Callable[[type[Block], Setup, Stream, int], None], ...] = (
    law_replay_equals_calls,
    law_reset_equals_fresh,
    law_snapshot_continues,
    law_refused_configuration_changes_nothing,
    law_refused_calls_change_nothing,
    law_counters_never_fall,
    law_persistent_data_survive,
    law_mistakes_are_answered,
)


def block_checks(
    cls: type[Block],
    setups_of: "SearchStrategy[Setup] | None" = None,
    streams_of: "Callable[[type[Block], Setup], SearchStrategy[Stream]]" = streams,
    **options: Any,
) -> dict[str, Callable[[], None]]:
    """The laws for one block, by name, each a function without arguments that raises when its law is broken.

    setups_of: setups that the block accepts, by default drawn from its declaration. streams_of: a function (class,
    setup) -> strategy of streams. options: of hypothesis.settings; 20 examples and no deadline unless told.
    """
    if not issubclass(cls, AlgorithmBlock) or "Call" not in cls.methods:
        return {}
    applies: dict[Any, bool] = {
        law_counters_never_fall: bool(cls.counters),
        law_persistent_data_survive: hasattr(cls, "bPersistent"),
    }
    laws = [law for law in LAWS if applies.get(law, True)]
    return {law.__name__.removeprefix("law_"): _check(law, cls, setups_of, streams_of, options) for law in laws}


def _check(law: Any, cls: type[Block], setups_of: Any, streams_of: Any, options: Any) -> Callable[[], None]:
    def check() -> None:
        from hypothesis import HealthCheck, given, settings
        from hypothesis import strategies as st

        all_setups = setups_of if setups_of is not None else setups(cls)

        usual = {"max_examples": 20, "deadline": None, "report_multiple_bugs": False}

        @settings(**usual | {"suppress_health_check": list(HealthCheck)} | options)
        @given(st.data())
        def hold(data: Any) -> None:
            setup = data.draw(all_setups, "setup")
            stream = data.draw(streams_of(cls, setup), "stream")
            law(cls, setup, stream, data.draw(st.integers(0, len(stream)), "at"))

        hold()

    check.__name__, check.__doc__ = law.__name__, law.__doc__
    return check


def check_block(cls: type[Block], **options: Any) -> None:
    """Checks every law on a block; raises AssertionError with the law, and hypothesis tells the smallest case.

    options: as for `block_checks`. A plain data holder has nothing to check and is refused.
    """
    checks = block_checks(cls, **options)
    if not checks:
        raise WrongType(f"{cls.__name__} is no block with a cyclic Call; the laws do not apply")
    for name, check in checks.items():
        try:
            check()
        except AlycatError:
            raise
        except Exception as error:
            error.add_note(f"law broken by {cls.__name__}: {name}")
            raise
