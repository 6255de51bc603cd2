"""The numerical blocks of Compare: against their references, and what a user sees."""

import itertools

import numpy as np
import pytest
from block_setups import LAWS_WITH
from block_streams import refused
from oracle import compare as oracle
from oracle.comparing import S, agreement, run

from alycat.blocks import (
    E_ALY_ComparisonOperator,
    E_ALY_CountMode,
    E_ALY_LogicOperator,
    FB_ALY_Demultiplexer,
    FB_ALY_DetectStringChange_1Ch,
    FB_ALY_DetectValueChange_1Ch,
    FB_ALY_LogicOperationCounter,
    FB_ALY_Multiplexer,
    FB_ALY_NumericalCompare_1Ch,
    FB_ALY_NumericalCompare_2Ch,
    FB_ALY_Timespan,
    FB_ALY_TimespanCompare_1Ch,
    ST_ALY_Threshold,
)
from alycat.runtime import RangeError

Op, Logic = E_ALY_ComparisonOperator, E_ALY_LogicOperator
CYCLIC, ON_CHANGE = E_ALY_CountMode.Cyclic, E_ALY_CountMode.OnChange

test_logic_operation = agreement(FB_ALY_LogicOperationCounter, oracle.Logic)
test_numerical_1ch = agreement(FB_ALY_NumericalCompare_1Ch, oracle.Numerical)
test_numerical_2ch = agreement(FB_ALY_NumericalCompare_2Ch, oracle.Numerical)
test_timespan = agreement(FB_ALY_TimespanCompare_1Ch, oracle.Timespan, **LAWS_WITH[FB_ALY_TimespanCompare_1Ch])
test_value_change = agreement(FB_ALY_DetectValueChange_1Ch, oracle.ValueChange)
test_demultiplexer_agrees = agreement(FB_ALY_Demultiplexer, oracle.Demultiplexer)
test_multiplexer_agrees = agreement(FB_ALY_Multiplexer, oracle.Multiplexer, **LAWS_WITH[FB_ALY_Multiplexer])


def test_the_manuals_sample_of_the_logic_operation():
    fb = FB_ALY_LogicOperationCounter(nNumChannels=3)
    refused(fb, fb.Configure(Logic.AND_, ON_CHANGE), 0x2022, "channel 1")
    for channel, condition in enumerate([(Op.GreaterThan, 10), (Op.LessThan, 2), (Op.Equals, 1)], start=1):
        assert fb.ConfigureChannel(channel, ST_ALY_Threshold(*condition))
    assert fb.Configure(Logic.AND_, ON_CHANGE)
    for row, (values, count) in enumerate([((11, 1.5, True), 1), ((11, 1.5, False), 1), ((11, 1.5, True), 2)]):
        for channel, value in enumerate(values, start=1):
            fb.SetChannelValue(channel, value)
        assert fb.Call(row + 1) and fb.nCount == count
    refused(fb, fb.ConfigureChannel(4, ST_ALY_Threshold(Op.Equals, 1)), 0x3003)
    refused(fb, fb.Configure(0, ON_CHANGE), 0x2009)
    refused(fb, fb.Configure(Logic.OR_, 0), 0x2004)
    none = FB_ALY_LogicOperationCounter(nNumChannels=0)
    refused(none, none.Configure(Logic.OR_, CYCLIC), 0x100C)


@pytest.mark.parametrize("logic", list(Logic)[1:])
def test_truth_tables(logic):
    for n in (1, 2, 3):
        fb = FB_ALY_LogicOperationCounter(nNumChannels=n)
        for channel in range(1, n + 1):
            assert fb.ConfigureChannel(channel, ST_ALY_Threshold(Op.GreaterThan, 0.5))
        assert fb.Configure(logic, CYCLIC)
        rows = list(itertools.product([0.0, 1.0], repeat=n))
        found = fb.replay(np.arange(1, len(rows) + 1), rows)["bOperationOut"].tolist()
        table = {"AND_": all, "OR_": any, "XOR_": lambda row: sum(row) % 2 == 1}
        table |= {"NAND_": lambda row: not all(row), "NOR_": lambda row: not any(row)}
        assert found == [table[logic.name](row) for row in rows]


def test_tolerance_and_absolute_values():
    fb = FB_ALY_NumericalCompare_1Ch()
    fb.fTolerance = 0.5
    assert fb.Configure(-2.0, Op.Equals, CYCLIC, True)
    assert run(fb, [2.5, -1.5, 2.6, 0])["nCount"].tolist() == [1, 2, 2, 2]
    refused(fb, fb.Configure(np.nan, Op.Equals, CYCLIC, True), 0x201A)
    refused(fb, fb.Configure(1.0, 0, CYCLIC, True), 0x2007)
    refused(fb, fb.Configure(1.0, Op.Equals, 0, True), 0x2004)


def test_timespans_are_compared_to_the_nanosecond():
    fb = FB_ALY_TimespanCompare_1Ch()
    reference = FB_ALY_Timespan()
    reference.nRaw = 2**62
    assert fb.Configure(reference, Op.GreaterThan, ON_CHANGE, False)
    for row, (span, out) in enumerate([(2**62, False), (2**62 + 1, True), (-(2**63), False)]):
        assert fb.SetChannelValue(span) and fb.Call(row + 1) and fb.bOperationOut is out
    assert fb.Configure(-(2**63), Op.LessThan, ON_CHANGE, True)
    span = FB_ALY_Timespan()
    span.nRaw = 2**63 - 1
    assert fb.SetChannelValue(span) and fb.Call(1) and fb.bOperationOut
    refused(fb, fb.SetChannelValue("soon"), 0x3003, "no timespan")
    assert fb.set_channel_values([5])
    refused(fb, fb.set_channel_values([5.0]), 0x3003)
    assert fb.Call(2)
    refused(fb, fb.Call(1), 0x3003, "lies before 2")
    refused(fb, fb.Configure(0, 0, ON_CHANGE, True), 0x2007)
    new = FB_ALY_TimespanCompare_1Ch()
    new.Configure(0, Op.Equals, CYCLIC, False)
    refused(new, new.Call(1), 0x3003, "never set")


def test_a_slow_drift_is_found_once_it_leaves_the_band():
    fb = FB_ALY_DetectValueChange_1Ch()
    assert fb.Configure(1.0)
    trace = run(fb, [5, 5.5, 6, 6.5, 7, 7.5, 8])
    assert trace["bValueChanged"].astype(int).tolist() == [0, 0, 0, 1, 0, 0, 1]
    assert trace["fbTimeLastEvent"][-1] == 7 * S
    for bad in (-0.1, np.nan, np.inf):
        refused(fb, fb.Configure(bad), 0x201A)


def test_demultiplexer():
    fb, flags = FB_ALY_Demultiplexer(nNumChannels=3), np.zeros(4, bool)
    seen = []
    for row, value in enumerate([1, 1.4, 1.5, 3.49, 3.5, -1, True]):
        fb.SetChannelValue(value)
        assert fb.Call(row + 1, flags, flags.nbytes)
        assert flags.sum() == 1 and flags[fb.nCurrentChannel]
        seen.append((fb.nCurrentChannel, fb.bSwitched, fb.nCount))
    assert seen == [(1, 1, 1), (1, 0, 1), (2, 1, 2), (3, 1, 3), (0, 1, 4), (0, 0, 4), (1, 1, 5)]
    again = np.zeros(4, bool)
    assert fb.GetResults(again, 4) and (again == flags).all()
    refused(fb, fb.GetResults(again, 3), 0x3004)
    refused(fb, fb.Call(8, None, 4), 0x3002)
    with pytest.raises(RangeError):
        fb.Call(9, np.zeros(3, bool), 4)


def test_multiplexer():
    fb = FB_ALY_Multiplexer(nNumChannels=3)
    refused(fb, fb.Call(1), 0x3003, "channel 1 was never set")
    for channel, value in enumerate([11, 1.5, 123], start=1):
        assert fb.SetChannelValues(channel, False, value)
    assert fb.Call(1) and (fb.fResult, fb.nCurrentChannel, fb.nCount) == (0.0, 0, 1)
    assert fb.SetDefaultChannelValue(3.1415)
    assert fb.Call(2) and (fb.fResult, fb.nCount) == (3.1415, 1)
    fb.SetChannelValues(3, True, 123)
    assert fb.Call(3) and (fb.fResult, fb.nCurrentChannel, fb.fbTimeLastEvent.nRaw) == (123.0, 3, 3)
    fb.SetChannelValues(2, True, 1.5)
    assert fb.Call(4) and (fb.fResult, fb.nCurrentChannel, fb.nCount) == (1.5, 2, 3)
    refused(fb, fb.SetChannelValues(0, True, 1), 0x3003, "outside 1..3")
    refused(fb, fb.SetChannelValues(4, True, 1), 0x3003)
    for value in ("x", "1.5", None):
        refused(fb, fb.SetChannelValues(1, True, value), 0x3003, f"{value!r} is no number")
    for condition in ("FALSE", "TRUE", 2, np.nan, None):
        refused(fb, fb.SetChannelValues(1, condition, 7.0), 0x3003, f"bCondition = {condition!r}, allowed are")
    assert fb.Call(5) and fb.nCurrentChannel == 2  # what was refused has changed nothing
    assert fb.SetChannelValues(1, np.True_, 7) and fb.Call(6) and (fb.fResult, fb.nCurrentChannel) == (7.0, 1)
    refused(fb, fb.SetDefaultChannelValue(None), 0x3003)
    fb.SetDefaultChannelValue(np.nan)
    refused(fb, fb.Call(7), 0x3003, "the default value")


def test_the_multiplexer_has_a_new_result_in_every_call():
    fb = FB_ALY_Multiplexer(nNumChannels=1)
    trace = fb.replay([1, 2, 3], [[1, 5.0, 0.0], [1, 6.0, 0.0], [1, 7.0, 0.0]])
    assert trace["fResult"].tolist() == [5, 6, 7] and trace["nCount"].tolist() == [1, 1, 1]
    assert trace["bNewResult"].all()


@pytest.mark.parametrize("cls", [FB_ALY_Multiplexer, FB_ALY_Demultiplexer])
def test_without_channels_nothing_is_selected(cls):
    fb = cls(nNumChannels=0)
    assert (
        not fb.bConfigured
        and fb.ipResultMessage.nEventId == 0x100C
        and "at least 1 is needed" in str(fb.ipResultMessage)
    )
    array = (np.zeros(1, bool), 1) if cls is FB_ALY_Demultiplexer else ()
    refused(fb, fb.Call(1, *array), 0x3007)
    assert cls.restore(fb.snapshot()).bConfigured is False


def after_a_restart(cls, configure, before):
    """A block that goes on with the persistent data of another one, which has seen some values."""
    fb, twin = cls(), cls()
    fb.bPersistent = twin.bPersistent = True
    assert fb.Configure(*configure)
    fb.replay(np.arange(1, len(before) + 1), before)
    twin.inherit(fb.snapshot())
    assert twin.Configure(*configure) and twin.nCount == fb.nCount and twin.fbTimeLastEvent == fb.fbTimeLastEvent
    return twin


def test_what_happened_while_the_plc_was_off_is_no_change():
    numbers = after_a_restart(FB_ALY_DetectValueChange_1Ch, (0.5,), [1.0, 2.0, 3.0])
    assert numbers.replay([90, 91, 92], [9.0, 9.4, 8.0])["nCount"].tolist() == [2, 2, 3]
    texts = after_a_restart(FB_ALY_DetectStringChange_1Ch, (True,), ["a", "b", "c"])
    assert texts.replay([90, 91, 92], ["x", "x", "y"])["nCount"].tolist() == [2, 2, 3]


def test_what_the_channel_is_compared_with_is_shown():
    fb = FB_ALY_NumericalCompare_1Ch()
    assert fb.Configure(-4.0, Op.GreaterThan, CYCLIC, False) and fb.channel_levels() == [(0, -4.0, "fReference")]
    assert fb.Configure(-4.0, Op.GreaterThan, CYCLIC, True)  # of absolute values: both
    assert fb.channel_levels() == [(0, 4.0, "fReference"), (0, -4.0, "fReference")]
    span = FB_ALY_TimespanCompare_1Ch()
    assert span.Configure(42 * S, Op.GreaterThan, CYCLIC, True)
    assert span.channel_levels() == [(0, 42.0 * S, "tReference"), (0, -42.0 * S, "tReference")]
