"""The laws for blocks are kept by a sound block, and each one catches a block that breaks it."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from alycat.runtime.block import Block, FixedChannelBlock, cyclic, method, quick_method
from alycat.runtime.declare import body_input, channel_config, config, output, state
from alycat.runtime.errors import WrongType
from alycat.runtime.iec import ANY, BOOL, LREAL, LTIME, UDINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64
from alycat.runtime.testing import Setup, block_checks, check_block, setups, streams


@kernel
def step(m):
    """Counts values of both channels above their limits."""
    if m.tTimestamp == 0:
        return 0x3006
    if m.tTimestamp < m.last_ns:
        return 0x3003
    x = f64(m, m.x, 2)
    limit = f64(m, m.limit, 2)
    for c in range(2):
        if not x[c] - x[c] == 0.0:
            return 0x3003
    m.last_ns = m.tTimestamp
    m.bNewResult = x[0] > limit[0] and x[1] > limit[1]
    if m.bNewResult:
        m.nCount += 1
    if m.worn:
        m.nCount -= 1
    return 0


class FB_Both_2Ch(FixedChannelBlock, category="Test"):
    """Counts rows whose values are both above their limits."""

    step = step
    counters = ("nCount",)

    bPersistent: BOOL = body_input("kept")
    nCount: ULINT = output("rows")
    span: ULINT = config()
    worn: BOOL = config()
    last_ns: ULINT = state()
    limit: LREAL = channel_config("limit of a channel")

    @method
    def ConfigureChannel(self, nChannel: UDINT, fLimit: LREAL) -> BOOL:
        """Takes the limit of a channel."""
        if not 0 < nChannel <= 2:
            return self._finish(0x3003, f"channel {nChannel} is outside 1..2")
        if fLimit < 0:
            return self._finish(0x201A, f"fLimit = {fLimit}, at least 0 is needed")
        self._buffer("next_limit")[nChannel - 1] = fLimit
        return self._finish(0)

    @method
    def Configure(self, tSpan: LTIME) -> BOOL:
        """Takes the limits over."""
        if tSpan == 0:
            return self._finish(0x200F, "tSpan = 0, at least 1 is needed")
        self._allocate()
        self._m.span = tSpan
        return self._configured()

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Counts."""


def test_a_sound_block_keeps_all_laws():
    check_block(FB_Both_2Ch, max_examples=10)


def test_a_data_holder_is_refused():
    class FB_Holder(Block):
        """No cycle."""

    assert block_checks(FB_Holder) == {}
    with pytest.raises(WrongType, match="FB_Holder is no block with a cyclic Call"):
        check_block(FB_Holder)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_setups_and_streams_fit_the_declaration(data):
    setup = data.draw(setups(FB_Both_2Ch))
    assert [name for name, _ in setup.calls] == ["ConfigureChannel", "ConfigureChannel", "Configure"]
    assert set(setup.settings) == {"bPersistent"}
    levels, spans = setup.numbers()
    assert (len(levels), len(spans)) == (2, 1)
    stream = data.draw(streams(FB_Both_2Ch, setup))
    assert stream.values.shape == (len(stream), 2)


def test_body_inputs_and_stored_channel_parameters_outlive_configure_and_reset():
    fb = FB_Both_2Ch()
    fb.bPersistent = True
    assert fb.ConfigureChannel(1, 5.0) and fb.Configure("1s") and fb.ConfigureChannel(1, 7.0) and fb.Reset()
    assert fb.bPersistent
    assert fb._buffer("limit").tolist() == [5.0, 0.0]
    assert fb.Configure("1s")
    assert fb._buffer("limit").tolist() == [7.0, 0.0]
    assert fb.interface()["body_inputs"] == [{"name": "bPersistent", "type": "BOOL"}]


class KeepsItsCount(FB_Both_2Ch):
    def _clear(self):
        count = self.nCount if hasattr(self, "_memory") else 0
        super()._clear()
        self._m.nCount = count


class ForgetsInSnapshots(FB_Both_2Ch):
    def _take(self, header, payload):
        super()._take(header, payload)
        self._m.nCount = 0


class StoresBeforeItChecks(FB_Both_2Ch):
    @method
    def Configure(self, tSpan: LTIME) -> BOOL:
        """Stores too early."""
        self._allocate()
        return self._configured() if tSpan else self._finish(0x200F)


class TakesAnyChannel(FB_Both_2Ch):
    @quick_method
    def SetChannelValue(self, nChannel: UDINT, input: ANY) -> BOOL:
        """Takes everything."""
        return super().SetChannelValue(max(1, min(nChannel, 2)), input)


class CountsTwiceInCalls(FB_Both_2Ch):
    def Call(self, tTimestamp):
        super().Call(tTimestamp)
        return super().Call(tTimestamp)

    Call.iec_signature, Call.is_cyclic = FB_Both_2Ch.Call.iec_signature, True


class Wears(FB_Both_2Ch):
    @method
    def Configure(self, tSpan: LTIME) -> BOOL:
        """Makes the counter run backwards."""
        result = super().Configure(tSpan)
        self._m.worn = True
        return result


@kernel
def careless_step(m):
    m.last_ns = m.tTimestamp
    x = f64(m, m.x, 2)
    limit = f64(m, m.limit, 2)
    m.nCount += x[0] > limit[0]
    return 0


class TakesAnything(FB_Both_2Ch):
    step = careless_step


@pytest.mark.parametrize(
    ("cls", "law"),
    [
        (KeepsItsCount, "reset_equals_fresh"),
        (ForgetsInSnapshots, "snapshot_continues"),
        (StoresBeforeItChecks, "refused_configuration_changes_nothing"),
        (TakesAnyChannel, "mistakes_are_answered"),
        (CountsTwiceInCalls, "replay_equals_calls"),
        (Wears, "counters_never_fall"),
        (TakesAnything, "refused_calls_change_nothing"),
    ],
)
def test_each_law_catches_a_block_that_breaks_it(cls, law):
    with pytest.raises(AssertionError):
        block_checks(cls, max_examples=60, phases=[Phase.generate])[law]()


def test_setups_of_ones_own():
    own = Setup(calls=(("ConfigureChannel", {"nChannel": 1, "fLimit": 0.5}), ("Configure", {"tSpan": 10**9})))
    check_block(FB_Both_2Ch, setups_of=st.just(own), max_examples=3)
