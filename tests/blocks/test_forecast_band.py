"""FB_ALY_ForecastBand against its oracle."""

import numpy as np
import pytest
from block_setups import forecast_bands
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.comparing import S, agreement
from oracle.forecast_band import ForecastBand
from shared_data import shared_data

from alycat.blocks import FB_ALY_ForecastBand
from alycat.runtime import Recording
from alycat.runtime.testing import Stream

CONFIGURE = FB_ALY_ForecastBand.example
SMALL = CONFIGURE | {"tSeason": 4 * S, "tSlot": S, "nNumSeasons": 2, "nNumNeighbours": 1, "nMinResiduals": 3}


def paced_streams(cls, setup):
    """Mostly one call per slot, sometimes none or several, sometimes seasons later."""

    def stream(seed, rows):
        rng = np.random.default_rng(seed)
        moves = rng.choice([S, S, S, S, S // 2, 0, 2 * S, 9 * S], rows)
        times = np.uint64(rng.choice([1, 5 * S, 10**18, 10**18 - 1])) + np.cumsum(moves).astype(np.uint64)
        values = rng.choice([0.0, 1.0, 2.5, -3.0, 1e9], (rows, 1)) + rng.normal(0, rng.choice([0.0, 1.0]), (rows, 1))
        return Stream(times, values, {"bLearn": rng.random(rows) < 0.9}, f"paced({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32 - 1), st.integers(1, 80))


test_equals_the_oracle = agreement(
    FB_ALY_ForecastBand, ForecastBand, setups_of=forecast_bands(), streams_of=paced_streams
)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_bands_from_outside_equal_the_oracle(seed):
    rng = np.random.default_rng(seed)
    fb, oracle = FB_ALY_ForecastBand(), ForecastBand(**SMALL)
    assert fb.Configure(**SMALL)
    t = int(rng.integers(1, 10**12))
    for _ in range(60):
        t += int(rng.choice([S, S, S // 2, 3 * S]))
        if rng.random() < 0.1:
            start = t + int(rng.integers(-2, 4)) * S
            rows = np.sort(rng.normal(0, 1, (rng.integers(0, 5), 3)), axis=1)
            if start > 0:
                assert fb.SetForecast(start, rows, rows.nbytes), fb.ipResultMessage
                oracle.set_forecast(start, rows.tolist())
        x = float(rng.normal())
        fb.SetChannelValue(x)
        assert fb.Call(t, True)
        for name, value in oracle.call(t, [x], True).items():
            assert getattr(fb, name) == value, name


def test_a_season_with_a_fault():
    fb = FB_ALY_ForecastBand()
    assert fb.Configure(**CONFIGURE)
    rng = np.random.default_rng(1)
    days = 40
    slots = np.arange(days * 144)
    values = 200 + 100 * np.sin(2 * np.pi * slots / 144) + rng.normal(0, 10, len(slots))
    fault = (days - 1) * 144 + 50
    values[fault : fault + 3] -= 120
    times = np.uint64(10**18 // (86_400 * S) * 86_400 * S) + (slots * 600 * S).astype(np.uint64)
    trace = fb.replay(times, values, bLearn=True)
    assert not trace["bBandValid"][: 3 * 144 - 6].any() and trace["bBandValid"][3 * 144 + 6 :].all()
    assert trace["bAnomaly"][fault : fault + 3].all() and (trace["fDistance"][fault : fault + 3] < -50).all()
    normal = trace[10 * 144 : fault]
    assert 0.015 < normal["bAnomaly"].mean() < 0.027  # 0.02 promised
    assert abs(trace["fBandMiddle"] - values)[10 * 144 : fault].mean() < 9


def test_what_is_not_learnt_changes_no_band():
    learning, frozen = FB_ALY_ForecastBand(), FB_ALY_ForecastBand()
    values = np.tile([1.0, 2.0, 3.0, 4.0], 6)
    times = np.arange(1, 25, dtype=np.uint64) * np.uint64(S)
    for fb in (learning, frozen):
        assert fb.Configure(**SMALL)
        fb.replay(times[:12], values[:12], bLearn=True)
    learning.replay(times[12:16], values[12:16], bLearn=True)
    frozen.replay(times[12:16], values[12:16] + 100, bLearn=False)
    assert frozen.nNumAnomalies > 0 and learning.nNumAnomalies == 0
    one, other = (fb.replay(times[16:20], values[16:20], bLearn=True) for fb in (learning, frozen))
    assert one["nNumResiduals"][1] > other["nNumResiduals"][1]
    np.testing.assert_array_equal(one["fBandMiddle"], other["fBandMiddle"])


@pytest.mark.parametrize(
    ("changes", "event_id"),
    [
        ({"tSeason": 0}, 0x200F),
        ({"tSlot": 0}, 0x200F),
        ({"tSlot": 3 * S}, 0x200F),
        ({"tSlot": 500, "tSeason": 5000}, 0x200F),
        ({"nNumSeasons": 0}, 0x200D),
        ({"nMinResiduals": 0}, 0x200D),
        ({"nMinResiduals": 7}, 0x200D),
        ({"nNumNeighbours": 2}, 0x2014),
        ({"fQuantileLower": -0.1}, 0x200C),
        ({"fQuantileLower": 0.6}, 0x200C),
        ({"fQuantileUpper": float("nan")}, 0x200C),
        ({"nNumSeasons": 2**31}, 0x2001),
        ({"nMaxForecast": 2**31}, 0x2001),
    ],
)
def test_configurations_that_are_refused(changes, event_id):
    fb = FB_ALY_ForecastBand()
    refused(fb, fb.Configure(**SMALL | changes), event_id)


def test_bands_that_are_refused():
    fb = FB_ALY_ForecastBand()
    rows = np.array([[0.0, 1.0, 2.0]])
    refused(fb, fb.SetForecast(S, rows, rows.nbytes), 0x3007)
    assert fb.Configure(**SMALL | {"nMaxForecast": 2})
    refused(fb, fb.SetForecast(0, rows, rows.nbytes), 0x3006)
    refused(fb, fb.SetForecast(S, None, 24), 0x3002)
    refused(fb, fb.SetForecast(S, rows, 16), 0x3003)
    refused(fb, fb.SetForecast(S, np.zeros((3, 3)), 72), 0x3003, "at most 48")
    refused(fb, fb.SetForecast(S, rows + np.inf, 24), 0x300A)
    refused(fb, fb.SetForecast(S, rows[:, ::-1].copy(), 24), 0x300A, "row 0 is [2.0, 1.0, 0.0]")
    assert fb.SetForecast(S, rows, 24)
    fb.SetChannelValue(3.0)
    assert fb.Call(S, True) and fb.bAnomaly and fb.fDistance == 1.0 and fb.bFromOutside


@pytest.mark.parametrize("begin", [10**18, 10**19])
def test_slots_end_to_the_nanosecond(begin):
    fb = FB_ALY_ForecastBand()
    rows = np.array([[0.0, 1.0, 2.0]])
    assert fb.Configure(**SMALL | {"nMaxForecast": 1}) and fb.SetForecast(begin + 5, rows, 24)
    fb.SetChannelValue(1.0)
    for t, is_given in ((begin - 1, False), (begin, True), (begin + S - 1, True), (begin + S, False)):
        assert fb.Call(t) and fb.bFromOutside is is_given, t


def test_the_click_stream():
    path = shared_data("clickstream/clicks_10T.csv")
    labels = np.array(path.with_name("fault_label_10T.csv").read_text().split(","), int)[-144:] > 0
    recording = Recording.read(path, time="timestamp", channels=["click"])
    clicks = recording.values[:, 0]
    fb = FB_ALY_ForecastBand()
    assert fb.Configure(**CONFIGURE)
    day = fb.replay(recording.timestamps, clicks, bLearn=True)[-144:]
    assert day["bAnomaly"][105]  # 17:30, the site is down
    assert (day["bAnomaly"] & ~labels).sum() <= 10 and np.abs(day["fBandMiddle"] - clicks[-144:]).mean() <= 20.7
