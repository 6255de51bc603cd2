"""FB_ALY_TrendLine, FB_ALY_PieChart, FB_ALY_SankeyDiagram: against plain formulas, and what a user sees."""

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.blocks import FB_ALY_PieChart, FB_ALY_SankeyDiagram, FB_ALY_TrendLine

MINUTE = 60 * 10**9
POINTS = 10080


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=60), st.integers(0, 2**32 - 1))
def test_trend_has_the_first_value_of_each_minute(steps, seed):
    times = 10 * MINUTE + np.cumsum(np.array(steps) * 10**9)
    values = np.random.default_rng(seed).normal(size=(len(steps), 2))
    fb = FB_ALY_TrendLine(nNumChannels=2)
    trace = fb.replay(times, values)
    _, first = np.unique(times // MINUTE, return_index=True)
    for channel in (1, 2):
        np.testing.assert_array_equal(fb.trend(channel), values[first, channel - 1])
    assert trace["bNewResult"].sum() == fb.nCountValues == len(first)
    assert fb.fbLastValue.nRaw == times[first[-1]]


def week(fb, minutes, start=1):
    values = np.arange(start, start + minutes, dtype=float)
    fb.replay((values * MINUTE).astype(np.uint64), np.column_stack([values, -values]))
    return values


def test_trend_keeps_a_week_and_goes_on_after_a_restart():
    fb = FB_ALY_TrendLine(nNumChannels=2)
    values = week(fb, POINTS + 300)
    arrays = np.zeros((2, POINTS))
    for channel in (1, 2):
        assert fb.GetChannelOutputArray(channel, arrays[channel - 1], arrays[0].nbytes)
    np.testing.assert_array_equal(arrays, [values[300:], -values[300:]])
    assert fb.nCountValues == POINTS
    twin = FB_ALY_TrendLine(nNumChannels=2)
    for channel in (1, 2):
        assert twin.SetChannelInitial(channel, arrays[channel - 1], arrays[0].nbytes)
    assert twin.SetInitial(fb.fbLastValue.nRaw, int(fb.nCountValues))
    for block in (fb, twin):
        week(block, 10, start=POINTS + 300)  # the first of these minutes is there already
        np.testing.assert_array_equal(block.trend(2), -np.arange(310.0, POINTS + 310))
    short = FB_ALY_TrendLine(nNumChannels=2)
    week(short, 5)
    assert short.SetInitial(3 * MINUTE, 3)
    np.testing.assert_array_equal(short.trend(1), [1, 2, 3])
    refused(short, short.SetInitial(1, POINTS + 1), 0x300A)
    refused(short, short.SetChannelInitial(3, arrays[0], arrays[0].nbytes), 0x3010)
    refused(short, short.SetChannelInitial(1, None, arrays[0].nbytes), 0x2002)
    refused(short, short.SetChannelInitial(1, arrays[0], 80), 0x3003)
    refused(short, short.GetChannelOutputArray(0, arrays[0], arrays[0].nbytes), 0x3010)
    none = FB_ALY_TrendLine(nNumChannels=0)
    refused(none, none.Call(1), 0x100C)


def test_pie_chart():
    fb, found, one = FB_ALY_PieChart(nNumChannels=3), np.zeros(3), np.zeros(1)
    refused(fb, fb.GetOutputArray(found, 24), 0x3007)
    for channel, name in enumerate(["First", "Zweiter €, ü", ""], start=1):
        assert fb.ConfigureChannel(channel, name)
    assert fb.channel_names() == ["", "", ""]
    assert fb.Configure(bRelativeOutput=True)
    assert fb.channel_names() == ["First", "Zweiter €, ü", ""]
    assert fb.SetInputArray(np.array([1, 2, 5], np.int32), 12) and fb.Call()
    assert fb.GetOutputArray(found, 24) and found.tolist() == [12.5, 25.0, 62.5]
    assert fb.GetChannelOutputValue(3, one) and one[0] == 62.5
    trace = fb.replay(None, np.array([[0, 0, 0], [1, -1, 2]]))
    assert trace["fOutput"].tolist() == [[0, 0, 0], [25, -25, 50]]
    assert fb.Configure(False) and fb.replay(None, [[3.0, 4.0, 5.0]])["fOutput"].tolist() == [[3, 4, 5]]
    refused(fb, fb.SetInputArray(None, 24), 0x3002)
    refused(fb, fb.SetInputArray(found, 16), 0x3003)
    refused(fb, fb.SetInputArray(found.astype("U3"), 36), 0x3011)
    refused(fb, fb.ConfigureChannel(4, "x"), 0x3010)
    fb.SetChannelValue(1, 2e290)
    refused(fb, fb.Call(), 0x300A, "channel 1 is 2e+290")


def test_sankey_diagram():
    fb = FB_ALY_SankeyDiagram(nNumChannelsInflow=2, nNumChannelsOutflow=3)
    for channel, name in enumerate(["Grid", "PV"], start=1):
        assert fb.ConfigureInflowChannel(channel, name)
    for channel, name in enumerate(["HVAC", "Server", "Lights"], start=1):
        assert fb.ConfigureOutflowChannel(channel, name)
    assert fb.Configure("Rest")
    assert fb.channel_names() == ["Grid", "PV", "HVAC", "Server", "Lights", "Rest"]
    for channel, value in enumerate([30, 10], start=1):
        assert fb.SetInflowChannelValue(channel, value)
    for channel, value in enumerate([20, 8, 4], start=1):
        assert fb.SetOutflowChannelValue(channel, value)
    assert fb.Call() and fb.fRest == 20.0
    inflow, outflow, one = np.zeros(2), np.zeros(3), np.zeros(1, np.int16)
    assert fb.GetInflowOutputArray(inflow, 16) and inflow.tolist() == [75, 25]
    assert fb.GetOutflowOutputArray(outflow, 24) and outflow.tolist() == [50, 20, 10]
    assert inflow.sum() == pytest.approx(outflow.sum() + fb.fRest)
    assert fb.GetInflowChannelOutputValue(1, one) and one[0] == 75
    assert fb.GetOutflowChannelOutputValue(3, one) and one[0] == 10
    refused(fb, fb.GetInflowChannelOutputValue(3, one), 0x3010)
    refused(fb, fb.SetOutflowChannelValue(4, 1), 0x3010)
    refused(fb, fb.SetInflowChannelValue(0, 1), 0x3010)
    refused(fb, fb.SetInflowChannelValue(1, "x"), 0x3003, "inflow channel 1: 'x' is no number")
    fb.SetOutflowChannelValue(2, np.nan)
    refused(fb, fb.Call(), 0x3003, "outflow channel 2 was never set or is NaN")
    fb.SetOutflowChannelValue(2, 2e290)
    refused(fb, fb.Call(), 0x300A, "outflow channel 2 is 2e+290")
    trace = fb.replay(None, np.array([[0, 0, 1, 1, 1], [1, 1, 1, 0, 2]]))
    assert trace["fRest"].tolist() == [0, -50]
    empty = FB_ALY_SankeyDiagram(nNumChannelsInflow=0)
    refused(empty, empty.Configure(""), 0x100C)
