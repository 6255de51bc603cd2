"""The base of all blocks, shown on small ones: declaration, memory, both callers, messages, snapshots."""

import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.blocks import FB_ALY_DenStream
from alycat.runtime import container
from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, fb_init, output, state
from alycat.runtime.errors import AlycatError, DeclarationError, RangeError, SnapshotError, UnknownName, WrongType
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64
from alycat.runtime.messages import EVENT_TEXTS, Message, TcEventSeverity


@kernel
def step(m):
    """Mean of the latest values, summed anew each time: slow and plain."""
    value = f64(m, m.x, 1)[0]
    if not value - value == 0.0:
        return 0x3003
    if m.tTimestamp == 0:
        return 0x3006
    window = f64(m, m.window, m.length)
    window[m.next % m.length] = value * m.fGain
    m.next += 1
    total = 0.0
    for i in range(min(m.next, m.length)):
        total += window[i]
    m.fMean = total / min(m.next, m.length)
    m.bNewResult = True
    return 0


class FB_Mean(SingleChannelBlock, category="Test"):
    """Mean of the latest values."""

    step = step

    fGain: LREAL = fb_init(1.0, "factor")
    fMean: LREAL = output("mean", initial=-1.0)
    length: LINT = config()
    next: LINT = state()
    window: LREAL = buffer()

    @method
    def Configure(self, nLength: UDINT, bStrict: BOOL = False) -> BOOL:
        """Takes the length."""
        if nLength == 0:
            return self._finish(0x200D, "nLength = 0, at least 1 is needed")
        try:
            self._allocate(window=nLength)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        self._m.length = nLength
        return self._configured()

    @cyclic
    def Call(self, tTimestamp: ULINT, bUnused: BOOL = True) -> BOOL:
        """Takes a value."""


def configured(length=3, **init):
    fb = FB_Mean(**init)
    assert fb.Configure(nLength=length)
    return fb


def call(fb, t, value):
    fb.SetChannelValue(value)
    return fb.Call(tTimestamp=t)


def test_the_declaration_is_the_interface():
    described = FB_Mean.interface()
    standard = ["ipResultMessage", "bError", "bNewResult", "bConfigured"]
    assert [o["name"] for o in described["outputs"]] == [*standard, "fMean"]
    assert described["init"] == [{"name": "fGain", "type": "LREAL"}]
    assert described["methods"]["Configure"]["inputs"][0] == {"name": "nLength", "type": "UDINT"}
    assert described["methods"]["SetChannelValue"] == {"returns": "BOOL", "inputs": [{"name": "input", "type": "ANY"}]}
    assert json.loads(json.dumps(described)) == described


def test_life_of_a_block():
    fb = FB_Mean()
    assert (fb.bConfigured, fb.bError, fb.fMean) == (False, False, -1.0)
    assert fb.Call(tTimestamp=1) is False
    assert (fb.bError, fb.ipResultMessage.nEventId) == (True, 0x3007)
    assert fb.Configure(nLength=2) is True
    assert (fb.bConfigured, fb.bError, fb.ipResultMessage.nEventId) == (True, False, 0)
    assert call(fb, 1, 4.0) is True
    assert call(fb, 2, 6.0) is True
    assert (fb.fMean, fb.bNewResult) == (5.0, True)
    assert fb.Reset() is True
    assert (fb.fMean, fb.bNewResult, fb.bConfigured) == (-1.0, False, True)


def test_errors_tell_about_the_latest_return_value_and_change_nothing_else():
    fb = configured()
    call(fb, 1, 4.0)
    before = fb.fMean
    assert fb.SetChannelValue("four") is False
    assert fb.ipResultMessage.sEventText == "input size invalid: 'four' is no number"
    assert (fb.bError, fb.bNewResult, fb.fMean) == (True, False, before)
    assert fb.SetChannelValue(5) is True
    assert fb.bError is False
    assert call(fb, 0, 1.0) is False
    assert fb.ipResultMessage.nEventId == 0x3006
    assert call(fb, 2, float("nan")) is False
    assert fb.ipResultMessage.sEventText == "input size invalid: channel 1 was never set or is NaN"
    assert fb.Configure(nLength=0) is False
    assert (fb.bConfigured, fb.fMean) == (True, before)
    assert fb.Configure(nLength=2**31) is False
    assert fb.ipResultMessage.nEventId == 0x2001
    assert call(fb, 2, 4.0) is True
    assert (fb.bError, fb.fMean) == (False, 4.0)


@pytest.mark.parametrize(
    ("action", "error", "text"),
    [
        (lambda: FB_Mean(gain=2), TypeError, "FB_Mean has no FB_init input gain; allowed: fGain"),
        (lambda: FB_Mean("x"), WrongType, r"FB_Mean\.fGain: 'x' is no LREAL"),
        (lambda: FB_Mean(1, 2), WrongType, "2 FB_init inputs given, it takes 1"),
        (lambda: FB_Mean().Configure(length=1), UnknownName, "Configure has no input length; its inputs are nLength"),
        (lambda: FB_Mean().Configure(), WrongType, "Configure: missing nLength"),
        (lambda: FB_Mean().Configure(1, nLength=1), WrongType, "nLength is given twice"),
        (lambda: FB_Mean().Configure(1, 0, 0), WrongType, "3 inputs given, it takes 2"),
        (lambda: FB_Mean().Configure(-1), RangeError, r"Configure\.nLength: -1 is outside UDINT"),
        (lambda: FB_Mean().Configure(1.5), WrongType, "1.5 is no UDINT"),
        (lambda: configured().Call(tTimestamp=1.5), WrongType, r"Call\.tTimestamp: 1\.5 is no ULINT"),
        (lambda: configured().Call(tTimestamp=-1), RangeError, r"Call\.tTimestamp: -1 is outside ULINT"),
        (lambda: configured().replay([1, 2], [[1.0]]), RangeError, "values have shape"),
        (lambda: configured().replay([1, -2], [1.0, 2.0]), RangeError, "tTimestamp: -2 is outside ULINT"),
        (lambda: configured().replay([0.5], [1.0]), WrongType, "elements of type float64, ULINT expected"),
        (lambda: configured().replay([1], ["x"]), WrongType, "values must be numbers"),
        (lambda: configured().replay([1], [1.0], bOther=1), UnknownName, "replay has no input bOther"),
    ],
)
def test_mistakes_in_python_raise(action, error, text):
    with pytest.raises(error, match=text) as caught:
        action()
    assert isinstance(caught.value, AlycatError)


def test_outputs_cannot_be_assigned():
    with pytest.raises(AttributeError):
        FB_Mean().fMean = 3.0


@settings(deadline=None, max_examples=60)
@given(
    values=st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")) | st.just(float("inf")), max_size=40),
    cut=st.integers(0, 40),
    length=st.integers(1, 5),
)
def test_replay_equals_calls_and_a_snapshot_goes_on_equally(values, cut, length):
    times = np.arange(len(values), dtype=np.uint64)  # begins with the refused 0
    called, replayed = configured(length, fGain=2.0), configured(length, fGain=2.0)
    expected = []
    for t, value in zip(times.tolist(), values, strict=True):
        call(called, t, value)
        expected.append((called.bError, called.bNewResult, called.bConfigured, called.fMean))
    first = replayed.replay(times[:cut], values[:cut])
    twin = FB_Mean.restore(replayed.snapshot())
    rest = twin.replay(times[cut:], values[cut:])
    assert [*first.tolist(), *rest.tolist()] == expected
    assert twin.state_bytes() == called.state_bytes()
    assert twin.ipResultMessage.nEventId == called.ipResultMessage.nEventId


def test_inputs_of_replay_may_be_columns():
    trace = configured().replay([1, 2], np.array([1.0, 3.0]), bUnused=[True, False])
    assert trace["fMean"].tolist() == [1.0, 2.0]
    assert trace.dtype.names == ("bError", "bNewResult", "bConfigured", "fMean")


def test_replay_before_configure_is_an_error_in_every_row():
    fb = FB_Mean()
    trace = fb.replay([1, 2], [1.0, 2.0])
    assert trace["bError"].tolist() == [True, True]
    assert fb.ipResultMessage.nEventId == 0x3007


def test_snapshots_are_checked_before_they_are_used():
    fb = configured()
    call(fb, 1, 4.0)
    data = fb.snapshot()
    target = configured(5)
    state_before = target.snapshot()
    other = FB_ALY_DenStream().snapshot()
    wrong_version = data[:8] + struct.pack("<H", 99) + data[10:]
    for bad, text in [
        (b"", "found nothing"),
        (b"hello", "no alycat snapshot"),
        (data[:-1], "truncated or has grown"),
        (data + b"x", "truncated or has grown"),
        (data[:20], "no alycat snapshot"),
        (wrong_version, "format version 99 cannot be read; this alycat reads version 1"),
        (data[:-40] + bytes([data[-40] ^ 1]) + data[-39:], "SHA-256 does not match"),
        (other, "holds a FB_ALY_DenStream, a FB_Mean was expected"),
        (container.pack("plc", {}, b""), "holds a plc, a block was expected"),
    ]:
        for action in (FB_Mean.restore, target.load):
            with pytest.raises(SnapshotError, match=text):
                action(bad)
    assert target.snapshot() == state_before
    with pytest.raises(SnapshotError, match="FB_init inputs"):
        configured(fGain=3.0).load(data)
    target.load(data)
    assert target.snapshot() == data


def test_a_snapshot_of_another_declaration_is_refused():
    header, payload = container.unpack(configured().snapshot(), "block")
    header["memory_version"] = 7
    with pytest.raises(SnapshotError, match="memory version 7 with .* members; this alycat has version 1"):
        FB_Mean.restore(container.pack("block", header, payload))


def test_wrong_declarations():
    with pytest.raises(DeclarationError, match=r"FB_Bad\.n: <class 'int'> is no IEC type"):

        class FB_Bad(SingleChannelBlock):
            n: int = output("no IEC type")

    with pytest.raises(DeclarationError, match="tTimestamp is both an input of Call and a member"):

        class FB_Twice(SingleChannelBlock):
            tTimestamp: ULINT = output()

            @cyclic
            def Call(self, tTimestamp: ULINT) -> BOOL:
                """Call."""


def test_messages():
    calm, loud = Message(), Message(0x201A, "fEps = -1", "FB_X")
    assert (calm.nEventId, calm.eSeverity, calm.sEventText, str(calm)) == (0, TcEventSeverity.Verbose, "", "ok")
    assert loud.eSeverity is TcEventSeverity.Error
    assert loud.RequestEventText(1033) == "threshold invalid: fEps = -1"
    assert str(loud) == "16#201A threshold invalid: fEps = -1"
    assert loud.EqualsTo(Message(0x201A, "another reason"))
    assert not loud.EqualsTo(calm)
    assert loud.EqualsToEventEntryEx(loud.stEventEntry)
    assert loud.EqualsToEventEntry(*loud.stEventEntry)
    assert loud.EqualsToEventClass(calm.EventClass)
    assert json.loads(loud.GetJsonAttribute()) == {"source": "FB_X", "detail": "fEps = -1"}
    assert loud.ipSourceInfo == "FB_X"
    assert len(EVENT_TEXTS) == 64


def test_send_goes_to_logging(caplog):
    assert Message(0x3006, "", "FB_X").Send()
    assert "FB_X 16#3006 timestamp is zero" in caplog.text


def test_replay_into_an_array_that_is_there():
    times = np.arange(1, 7, dtype=np.uint64)
    values = np.array([0.0, 2, 0, 3, 0, 1])
    fb, other = configured(2), configured(2)
    trace = fb.replay(times, values)
    whole = np.zeros(6, trace.dtype)
    part = other.replay(times[:4], values[:4], out=whole[:4])
    assert part.base is whole
    other.replay(times[4:], values[4:], out=whole[4:])
    assert whole.tobytes() == trace.tobytes()
    for bad, error in ((whole[:3], RangeError), (whole[::2][:6], RangeError), (np.zeros(6), WrongType), (3, WrongType)):
        with pytest.raises(error, match="replay: out"):
            other.replay(times, values, out=bad)
