"""Visits to a web site: users, clicks and pages of each slot of time, with the course of a day."""

from collections.abc import Sequence

import numpy as np

from alycat.runtime.dctime import Duration

from .noise import Noise
from .signals import Signal, Times, Values, _positive

DAY_NS = 86_400 * 10**9
# hour of the day and how many users there are then, as a share of the busiest time; straight lines in between
DAY = ((0, 0.36), (3, 0.3), (6, 0.42), (9, 0.86), (12, 1.0), (15, 0.94), (18, 0.98), (21, 0.7), (24, 0.36))


class Visits(Signal):
    """How many came in the slot that holds the time: `busiest` at noon, following the day, with noise.

    days: one factor per day, in turn. A fault is a begin, an end and a factor, times from the signal's zero.
    """

    def __init__(
        self,
        busiest: float,
        seed: int,
        name: str,
        slot: Duration = "10min",
        noise: float = 0.08,
        days: Sequence[float] = (1.0,),
        faults: Sequence[tuple[int, int, float]] = (),
    ) -> None:
        self.busiest, self.slot_ns, self.days, self.faults = busiest, _positive(slot, "slot"), list(days), list(faults)
        self._noise = Noise(noise, seed, name, every=self.slot_ns)

    def sample(self, t_ns: int) -> float:
        return float(self._samples(np.array([t_ns], np.int64))[0])

    def _samples(self, t_ns: Times) -> Values:
        begin = t_ns // self.slot_ns * self.slot_ns
        hours, shares = zip(*DAY, strict=True)
        share = np.interp(begin % DAY_NS / (DAY_NS / 24), hours, shares)
        level = self.busiest * share * np.array(self.days)[(begin // DAY_NS) % len(self.days)]
        for first, end, factor in self.faults:
            level = np.where((begin >= first) & (begin < end), level * factor, level)
        return np.asarray(np.maximum(level * (1.0 + self._noise.samples(begin)), 0.0))
