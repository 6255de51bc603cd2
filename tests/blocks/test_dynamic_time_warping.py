"""The two blocks of dynamic time warping: against the whole table, dtaidistance, and what a user sees."""

import numpy as np
import pytest
from block_streams import refused, signals
from dtaidistance import dtw
from hypothesis import given, settings
from hypothesis import strategies as st
from learnt_files import place, store_path
from oracle import warping as oracle

from alycat.blocks import FB_ALY_DynamicTimeWarping, FB_ALY_DynamicTimeWarpingInterval

thorough = settings(max_examples=50, deadline=None)


@thorough
@given(signals(channels=(2, 4)), st.integers(1, 13))
def test_interval_equals_the_table(signal, size):
    channels = signal.values.shape[1] - 1
    fb, reference = FB_ALY_DynamicTimeWarpingInterval(nNumChannels=channels), oracle.Interval(channels, size)
    assert fb.Configure(size)
    trace = fb.replay(signal.times, signal.values)
    np.testing.assert_array_equal(trace["bError"], ~signal.good)
    for row in np.flatnonzero(signal.good):
        complete, best, distances = reference.call(signal.values[row].tolist())
        assert (trace["bNewResult"][row], trace["nBestMatchIdx"][row]) == (complete, best)
        np.testing.assert_array_equal(trace["fDistance"][row], distances)


@pytest.mark.parametrize("seed", range(5))
def test_interval_equals_dtaidistance(seed):
    rng = np.random.default_rng(seed)
    x = np.cumsum(rng.normal(size=(120, 3)), axis=0)
    fb = FB_ALY_DynamicTimeWarpingInterval(nNumChannels=2)
    assert fb.Configure(60)
    trace = fb.replay(None, x)
    for end in (60, 120):
        part = x[end - 60 : end]
        wanted = [dtw.distance(part[:, 0], part[:, c], inner_dist="euclidean") for c in (1, 2)]
        np.testing.assert_allclose(trace["fDistance"][end - 1], wanted, rtol=1e-13)
        assert trace["nBestMatchIdx"][end - 1] == 1 + np.argmin(wanted)


def test_a_shifted_and_stretched_signal_is_near():
    t = np.arange(100)
    pulse = np.exp(-(((t - 40) / 8) ** 2))
    slow, other = np.exp(-(((t - 50) / 11) ** 2)), 0.2 * np.ones(100)
    fb = FB_ALY_DynamicTimeWarpingInterval(nNumChannels=3)
    assert fb.Configure(100)
    fb.replay(None, np.column_stack([pulse, other, slow, pulse]))
    near = fb.results_shown()
    assert fb.nBestMatchIdx == 3 and near[2] == 0 and near[1] < 1.5 < near[0]
    found = np.zeros(3)
    assert fb.GetOutputArray(found, 24) and (found == near).all()
    one = np.zeros(1)
    assert fb.GetChannelOutputValue(2, one) and one[0] == near[1]
    refused(fb, fb.GetChannelOutputValue(4, one), 0x3010)
    refused(fb, fb.GetOutputArray(found, 16), 0x3004)


def test_interval_configurations_that_are_refused():
    fb = FB_ALY_DynamicTimeWarpingInterval()
    refused(fb, fb.Configure(0), 0x200D)
    refused(fb, fb.Configure(2**31), 0x2001)
    refused(fb, fb.GetOutputArray(np.zeros(2), 16), 0x3007)
    none = FB_ALY_DynamicTimeWarpingInterval(nNumChannels=0)
    refused(none, none.Configure(5), 0x100C)


def reading(*templates):
    fb = FB_ALY_DynamicTimeWarping(nNumChannels=len(templates))
    for number, points in enumerate(templates, start=1):
        path = store_path(points, f"Warp\\{number}.tas", cycles=number + 1)
        assert fb.ConfigureChannel(number, path)
    assert fb.Configure("5s") and fb.SwitchState_Read()
    while fb.GetBusyState():
        assert fb.UpdateState(), fb.ipResultMessage
    return fb


flags = st.lists(st.booleans(), min_size=30, max_size=30)
curves = st.lists(st.lists(st.floats(-4, 4, width=16), min_size=1, max_size=9), min_size=1, max_size=3)


@thorough
@given(curves, signals(max_rows=30), flags, flags)
def test_templates_equal_the_table(templates, signal, starts, stops):
    fb, reference = reading(*templates), oracle.Templates(templates)
    rows = len(signal.times)
    trace = fb.replay(None, signal.values, bStartPeriod=np.array(starts[:rows]), bStopPeriod=np.array(stops[:rows]))
    np.testing.assert_array_equal(trace["bError"], ~signal.good)
    for row in np.flatnonzero(signal.good):
        for name, wanted in reference.call(signal.values[row, 0].item(), starts[row], stops[row]).items():
            assert trace[name][row] == wanted, f"row {row}: {name} is {trace[name][row]}, wanted {wanted}"
        np.testing.assert_array_equal(trace["fDistance"][row], reference.distances)


def test_templates_from_files():
    t = np.linspace(0, 1, 80)
    good, worn = np.sin(7 * t), np.sin(7 * t) + 0.4 * t
    fb = reading(good, worn)
    assert (fb.eState.name, fb.stFileHeader.nNumValues) == ("Read", 80)
    late = np.concatenate([np.zeros(9), worn[::2], [0.0]])
    fb.replay(None, late, bStartPeriod=True, bStopPeriod=np.arange(50) == 49)
    assert (fb.nBestMatchIdx, fb.bNewResult, fb.bExecutingCompare) == (2, True, False)
    assert fb.Reset() and fb.eState.name == "Read" and fb.nBestMatchIdx == 0
    fb.replay(None, late, bStartPeriod=True, bStopPeriod=np.arange(50) == 49)
    found, one = np.zeros(2), np.zeros(1)
    assert fb.GetOutputArray(found, 16) and fb.GetChannelOutputValue(2, one) and one[0] == found[1] < found[0]
    assert found[0] == pytest.approx(dtw.distance(late[:-1], good, inner_dist="euclidean"), rel=1e-13)
    assert fb.SwitchState_Idle() and fb.UpdateState() and fb.UpdateState() and fb.eState.name == "Idle"
    refused(fb, fb.Call(True, False), 0x3008, "Idle")


def test_the_header_is_that_of_the_file_that_was_read_last():
    assert reading([1.0, 2.0, 3.0], [4.0, 5.0]).stFileHeader.nNumValues == 2  # as the manual says


def test_files_that_cannot_be_used():
    fb = FB_ALY_DynamicTimeWarping(nNumChannels=2)
    refused(fb, fb.Configure("5s"), 0x2022, "channel 1")
    refused(fb, fb.ConfigureChannel(3, "x.tas"), 0x3010)
    refused(fb, fb.ConfigureChannel(1, "..\\..\\x.tas"), 0x2013)
    assert fb.ConfigureChannel(1, store_path([1.0, 2.0], "Warp\\a.tas")) and fb.ConfigureChannel(2, "Warp\\none.tas")
    refused(fb, fb.Configure(0), 0x2015)
    assert fb.Configure("5s") and fb.SwitchState_Read() and fb.UpdateState()
    refused(fb, fb.UpdateState(), 0x300C)
    assert fb.eState.name == "Idle" and not fb.bBusy
    store_path([1.0, -1e300], "Warp\\none.tas")
    assert fb.SwitchState_Read() and fb.UpdateState()
    refused(fb, fb.UpdateState(), 0x300C, "a template has values beyond +-1e290")
    place("Warp\\none.tas").write_bytes(b"rubbish")
    assert fb.SwitchState_Read() and fb.UpdateState()
    refused(fb, fb.UpdateState(), 0x300C)
