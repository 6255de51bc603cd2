"""The made-up EKG and the made-up visits: the same bits one by one and all at once, and of the right kind."""

import numpy as np
import pytest

from alycat.sim.clickstream import Visits
from alycat.sim.ekg import Ekg

MS, HOUR_NS = 10**6, 3600 * 10**9


@pytest.mark.parametrize(
    ("signal", "step"),
    [
        (Ekg(seed=3), 7 * MS),
        (Visits(200.0, 1, "a", days=(1.0, 0.5), faults=((HOUR_NS, 2 * HOUR_NS, 0.0),)), HOUR_NS // 7),
    ],
)
def test_one_by_one_and_all_at_once(signal, step):
    times = np.arange(300) * step
    all_at_once = signal.samples(times)
    assert [signal.sample(int(t)) for t in times] == all_at_once.tolist()
    np.testing.assert_array_equal(signal.samples(times[::-1])[::-1], all_at_once)


def test_beats_have_the_period_and_the_height():
    values = Ekg(height=100.0, period="800ms", jitter=0.02, seed=1).samples(np.arange(8000) * 10 * MS)
    peaks = np.flatnonzero((values[1:-1] > 75) & (values[1:-1] >= values[:-2]) & (values[1:-1] > values[2:])) + 1
    distance = np.diff(peaks)
    assert abs(np.mean(distance) - 80) < 1 and distance.min() > 60 and distance.max() < 100
    assert 85 < values[peaks].mean() < 110


def test_visits_follow_the_day():
    visits = Visits(1000.0, 1, "v", noise=0.02, days=(1.0, 0.5), faults=((12 * HOUR_NS, 13 * HOUR_NS, 0.1),))
    noon, night, fault = 11 * HOUR_NS, 3 * HOUR_NS, 12 * HOUR_NS
    assert 900 < visits.sample(noon) < 1050 and 250 < visits.sample(night) < 350 and visits.sample(fault) < 150
    assert visits.sample(noon + 24 * HOUR_NS) < 600
    assert visits.sample(noon) == visits.sample(noon + HOUR_NS // 7)
