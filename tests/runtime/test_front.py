"""The quick way into compiled code means what the ordinary way means, for every object, and never lets one escape.

Each case runs twice: as programs run it, and with the quick functions replaced by those that take nothing.
"""

import gc
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alycat.runtime import control, front
from alycat.runtime.block import FixedChannelBlock, cyclic, method
from alycat.runtime.declare import config, output
from alycat.runtime.errors import AlycatError, WrongType
from alycat.runtime.iec import ANY, BOOL, DINT, INT, LINT, LREAL, REAL, UDINT, UINT, ULINT, USINT
from alycat.runtime.kernel import JIT, kernel
from alycat.runtime.memory import f64
from alycat.runtime.textblock import NumberedTextBlock

needs_compiled_code = pytest.mark.skipif(not JIT, reason="nothing is compiled")


@kernel
def count_calls(m):
    if m.tTimestamp == 13:
        raise ArithmeticError("thirteen")
    m.nCalls += 1
    m.fSum = f64(m, m.x, 2)[0] + m.fValue
    return 0x3006 if m.tTimestamp == 0 else 0


class FB_Inputs(FixedChannelBlock, category="Test"):
    """An input of Call of each kind."""

    step = count_calls
    channel_count = 2

    nCalls: UDINT = output()
    fSum: LREAL = output()
    unused: LINT = config()

    @method
    def Configure(self) -> BOOL:
        """Nothing to configure."""
        return self._start()

    @cyclic
    def Call(
        self,
        tTimestamp: ULINT,
        bFlag: BOOL = False,
        nSmall: USINT = 0,
        nWord: UINT = 0,
        nShort: INT = 0,
        nNumber: DINT = 0,
        nLong: LINT = 0,
        fValue: LREAL = 0.0,
        input: ANY = 0.0,
    ) -> BOOL:
        """Counts."""


@kernel
def nothing(m):
    return 0


class FB_Texts(NumberedTextBlock, category="Test"):
    """Two texts."""

    step = nothing

    @cyclic
    def Call(self) -> BOOL:
        """Does nothing."""


class FB_Real(FixedChannelBlock, category="Test"):
    """An input of a type that the quick way does not know."""

    step = nothing

    @cyclic
    def Call(self, fValue: REAL) -> BOOL:
        """Does nothing."""


def configured():
    fb = FB_Inputs()
    assert fb.Configure()
    return fb


def slow(fb):
    """The same block without the quick way."""
    fb._quick, fb._put = control.take_no_call, control.take_no_value
    return fb


def outcome(action, fb):
    """What a caller gets and what the block holds then."""
    try:
        result = action(fb)
    except Exception as error:
        assert not isinstance(error, SystemError)
        result = type(error), str(error)
    return result, fb.state_bytes(), fb._event_id, fb.ipResultMessage.sEventText


def twice(make, action):
    assert outcome(action, make()) == outcome(action, slow(make()))


class Odd:
    """Numbers by its methods only; they see that nobody is in the middle of something."""

    def __index__(self):
        return 3

    def __float__(self):
        return 2.5

    def __repr__(self):
        return "Odd()"


edges = [2**b + d for b in (0, 7, 8, 15, 16, 31, 32, 53, 63, 64) for d in (-1, 0, 1)]
whole_numbers = st.sampled_from(edges + [-e for e in edges]) | st.integers()
numpy_numbers = st.sampled_from(
    [np.uint64(2**64 - 1), np.int64(-1), np.int64(7), np.uint64(7), np.int32(-7), np.bool_(1)]
)
numpy_numbers |= st.sampled_from([np.float64("inf"), np.float64(-1), np.float32(0.5), np.array(3.0), np.array([1, 2])])
others = st.sampled_from(["x", b"x", None, 1j, Odd(), [1], 10**400, -(10**400)])
things = whole_numbers | st.floats() | st.booleans() | numpy_numbers | others
inputs = [i.name for i in FB_Inputs.methods["Call"].inputs]


@settings(deadline=None, max_examples=200)
@given(name=st.sampled_from(inputs), value=things)
@example(name="tTimestamp", value=-1)
@example(name="nNumber", value=-(2**31) - 1)
def test_an_input_of_call_means_the_same(name, value):
    twice(configured, lambda fb: fb.Call(**{"tTimestamp": 5} | {name: value}))


@settings(deadline=None, max_examples=100)
@given(values=st.lists(things, min_size=9, max_size=9))
def test_all_inputs_of_call_together_mean_the_same(values):
    twice(configured, lambda fb: fb.Call(*values))


@settings(deadline=None, max_examples=200)
@given(channel=st.integers(-1, 4) | things, value=things)
@example(channel=1, value=-1.0)
def test_a_number_for_a_channel_means_the_same(channel, value):
    twice(configured, lambda fb: fb.SetChannelValue(channel, value))


texts = st.text(st.characters(max_codepoint=0xFF), max_size=300) | st.text(max_size=20)
texts |= st.builds(
    lambda c, n: c * n, st.sampled_from("aä€\0\x80\xa0\xbf\xc0\xff\ud800"), st.sampled_from([1, 255, 256])
)


@settings(deadline=None, max_examples=200)
@given(before=texts, channel=st.integers(0, 3) | things, value=texts | texts.map(np.str_) | things)
@example(before="long before", channel=2, value="ä")
def test_a_text_for_a_channel_means_the_same(before, channel, value):
    def put(fb):
        return fb.SetChannelValue(2, before), fb.SetChannelValue(channel, value)

    twice(FB_Texts, put)


def test_a_text_is_what_the_code_page_says():
    fb = FB_Texts()
    for text in ("Grün 5 µm", "plain", "", "ÿ" * 255, "10 €", "\xa0¿À"):
        assert fb.SetChannelValue(1, text)
        assert bytes(fb._buffer("texts")[:256]) == text.encode("cp1252").ljust(256, b"\0")
        assert fb._buffer("lengths").tolist() == [len(text), -1]


@needs_compiled_code
def test_what_programs_give_goes_the_quick_way():
    fb = configured()
    assert fb._quick(5, True, 1, 2, -3, -4, -5, 1.5, 2) == 0
    assert fb._quick(np.uint64(5), False, 255, 65535, 0, 0, np.int64(-5), np.float64(1.5), True) == 0
    assert fb._quick(0, False, 0, 0, 0, 0, 0, 0.0, 0.0) == 0x3006
    assert fb._put(2, 1.5) and fb._put(1, 7) and fb._put(1, np.float64(2.5)) and fb._put(1, True)
    texts = FB_Texts()
    assert texts._put(2, "plain") and texts._put(1, "Grün") and texts._put(1, np.str_("plain"))
    assert fb._quick(5) == fb._quick() == control.NOT_TAKEN
    assert fb._put(1) is False and texts._put(1, "a", "b") is False


def test_a_block_that_is_not_ready_takes_inputs_and_does_not_run():
    fb = FB_Inputs()
    assert not fb.Call(5)
    assert (fb.ipResultMessage.nEventId, fb._m.tTimestamp, fb.nCalls) == (0x3007, 5, 0)
    with pytest.raises(AlycatError):
        fb.Call("x")


def test_an_input_of_another_type_goes_the_ordinary_way():
    fb = FB_Real()
    assert fb.Call(1.5)
    assert fb._m.fValue == 1.5


def test_an_exception_of_a_kernel_reaches_the_program():
    with pytest.raises(ArithmeticError, match="thirteen"):
        configured().Call(13)


def test_an_earlier_error_is_cleared():
    fb = configured()
    for again in (lambda: fb.SetChannelValue(1, 2.0), lambda: fb.Call(1)):
        assert not fb.SetChannelValue(3, 1.0)
        assert fb.bError
        assert again()
        assert (fb.bError, fb.ipResultMessage.nEventId) == (False, 0)


@needs_compiled_code
def test_a_quick_function_keeps_the_memory_that_it_writes_to():
    fb = configured()
    before, call, put = fb._m, fb._quick, fb._put
    fb.Configure()  # a new memory
    assert fb._quick is not call and fb._put is not put
    assert call(1, *[0] * 6, 0.0, 0.0) == control.NOT_TAKEN  # bFlag is no BOOL
    assert call(1, False, *[0] * 5, 0.0, 0.0) == 0
    assert put(1, 4.0)
    assert (before.nCalls, fb.nCalls) == (1, 0)
    del fb, before
    gc.collect()
    filler = [np.ones(100) for _ in range(1000)]
    assert call(1, False, *[0] * 5, 0.0, 0.0) == 0
    assert put(1, 4.0)
    assert all((f == 1).all() for f in filler)


@needs_compiled_code
def test_neither_what_is_taken_nor_what_is_refused_grows_the_memory():
    fb, texts = configured(), FB_Texts()
    calls = [
        (5, False, *[0] * 5, 0.0, 0.0),
        (-1, False, *[0] * 5, 0.0, 0.0),
        (np.uint64(3), True, *[0] * 5, 0.0, 10**400),
    ]
    numbers = [1.5, 10**400, "x", np.int64(3)]
    words = ["plain", "Grün", "€", "x" * 300, "\ud800", "a\0b", 5]

    def work(rounds):
        for _ in range(rounds):
            for values in calls:
                fb._quick(*values)
            for number in numbers:
                fb._put(1, number)
            for word in words:
                texts._put(2, word)

    tracemalloc.start()
    try:
        work(500)  # what caches keep is there after this
        before = tracemalloc.get_traced_memory()[0]
        work(2000)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 500
    assert peak - before < 2000


def test_without_the_layout_of_cpython_everything_goes_the_ordinary_way(monkeypatch):
    front._is_possible.cache_clear()
    monkeypatch.setattr(front.sys.implementation, "name", "another")
    try:
        fb = configured()
    finally:
        monkeypatch.undo()
        front._is_possible.cache_clear()
    assert (fb._quick, fb._put) == (control.take_no_call, control.take_no_value)
    assert fb.SetChannelValue(1, 2.0) and fb.Call(1, fValue=3.0)
    assert fb.fSum == 5.0


@pytest.mark.parametrize("value", ["FALSE", 2, None, 1.0, [1]])
def test_what_is_no_flag_is_refused_instead_of_being_true(value):
    fb = configured()
    inputs = [i.name for i in FB_Inputs.methods["Call"].values]
    ones = dict.fromkeys(inputs, 1)
    flag = next(i.name for i in FB_Inputs.methods["Call"].values if i.type.name == "BOOL")
    with pytest.raises(WrongType, match=f"Call.{flag}: .* is no BOOL"):
        fb.Call(**ones | {flag: value})


@pytest.mark.parametrize("channel", ["1", 1.0, None])
def test_the_number_of_a_channel_is_a_whole_number(channel):
    with pytest.raises(WrongType, match="nChannel: .* is no whole number"):
        configured().SetChannelValue(channel, 1.0)
    with pytest.raises(WrongType, match="nChannel: .* is no whole number"):
        FB_Texts().SetChannelValue(channel, "text")
