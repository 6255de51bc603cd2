"""FB_ALY_MovingIntervalCounter_1Ch: events within the latest interval of time."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, LTIME, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, u64

from ..conditions import EdgeBlock, PersistentBlock, TimedBlock, bad_call, becomes_met
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    t = m.tTimestamp
    m.last_ns = t
    size = m.count_limit
    stamps = u64(m, m.stamps, size)
    count = int64(m.nCountsInInterval)
    before = count
    while count > 0 and int64(t - stamps[m.oldest]) >= m.interval:
        m.oldest = m.oldest + 1 if m.oldest + 1 < size else int64(0)
        count -= 1
    edge = becomes_met(m, 0, 1, f64(m, m.x, 1)[0])
    m.bEdge = edge
    m.bNewResult = edge or count != before
    if edge:
        if count == size:
            m.dropped_ns = stamps[m.oldest]
            m.oldest = m.oldest + 1 if m.oldest + 1 < size else int64(0)
            count -= 1
        place = m.oldest + count
        stamps[place if place < size else place - size] = t
        count += 1
        m.fbTimeLastCount = t
    if count > 0:
        m.fbTimeFirstCount = stamps[m.oldest]
    m.nCountsInInterval = count
    m.bLimited = m.dropped_ns != 0 and int64(t - m.dropped_ns) < m.interval
    return 0


class FB_ALY_MovingIntervalCounter_1Ch(EdgeBlock, TimedBlock, PersistentBlock, category="Base"):
    """Counts the events of the latest interval of time, up to a limit.

    Sources: manual TF3510 EN 1.5.0 pp. 79-82 (InfoSys 6776614795, 6792573835, 6792575755), Workbench 4981849867.

    Documented: nCountLimit limits the edges that can be counted in an interval; bLimited is TRUE while there are more.
    The text says that the calculation restarts when the interval has elapsed, the name and the two time stamps speak
    of a moving interval.
    Chosen: the interval moves and holds the events younger than tInterval, that of this call included; beyond the
    limit the oldest are dropped, nCountsInInterval stays at nCountLimit, and bLimited is exact; both time stamps keep
    their value while the interval is empty; bNewResult is TRUE when an event came or left. The time stamps are kept
    in a buffer of nCountLimit places that Configure allocates. What `alycat.blocks.conditions` lists.
    """

    drawn_with = {"nCountsInInterval": ("nCountLimit",)}
    step = step
    example = {
        "stThresholdEdge": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "tInterval": 20 * 10**9,
        "nCountLimit": 20,
    }

    bEdge: BOOL = output("TRUE in the call of an event")
    bLimited: BOOL = output("TRUE while there are more events in the interval than nCountLimit")
    nCountsInInterval: ULINT = output("events in the interval, at most nCountLimit")
    fbTimeFirstCount: FB_ALY_DateTime = output("time of the first counted event in the interval")
    fbTimeLastCount: FB_ALY_DateTime = output("time of the last event in the interval")
    interval: LINT = config("ns")
    count_limit: LINT = config("size of `stamps`")
    oldest: LINT = state("place of the oldest event")
    dropped_ns: ULINT = state("time of the latest event that found no place")
    stamps: ULINT = buffer("times of the counted events, a ring")

    @method
    def Configure(self, tInterval: LTIME, nCountLimit: UDINT) -> BOOL:
        """Takes over what ConfigureChannel stored, allocates the buffer and starts empty.

        Parameters
        ----------
        tInterval
            length of the moving interval
        nCountLimit
            most events that are counted in it; at least 1

        Notes
        -----
        Errors: 16#200F interval 0 or too long, 16#200D limit 0, 16#2022 no condition was stored, 16#2001 too much
        memory.
        """
        if self._interval_refused(tInterval=tInterval):
            return False
        if nCountLimit == 0:
            return self._finish(0x200D, "nCountLimit = 0, at least 1 is needed")
        if self._conditions_missing():
            return False
        return self._start({"stamps": nCountLimit}, interval=tInterval, count_limit=nCountLimit)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks for an edge. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
