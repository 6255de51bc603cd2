"""FB_ALY_XyGateMonitor_2Ch: directed crossings of a path through a gate in the plane."""

import math
from typing import Any

import numpy as np

from alycat.runtime.block import FixedChannelBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import TimedBlock
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_Classification_2Cls, E_ALY_GateMode, ST_ALY_XyPosition
from .plane import LARGEST_COORDINATE, SHORTEST, bad_point

OK = int(E_ALY_Classification_2Cls.OK)
NOK = int(E_ALY_Classification_2Cls.NOK)
INTERSECT_GATE = int(E_ALY_GateMode.IntersectGate)
NOT_INTERSECT_GATE = int(E_ALY_GateMode.NotIntersectGate)
INTERSECT_PROJECTION = int(E_ALY_GateMode.IntersectProjection)
NOT_INTERSECT_PROJECTION = int(E_ALY_GateMode.NotIntersectProjection)


@kernel
def crossing(m: Any, x: float, y: float, left: float) -> None:
    """The segment from the point before to (x, y) has changed sides of the line: sets the flags when it counts.

    left: twice the area to the left of the gate at (x, y), more than 0 on the left.
    """
    gx, gy = m.gate_x, m.gate_y
    ax, ay = m.last_x - m.first_x, m.last_y - m.first_y
    dx, dy = x - m.last_x, y - m.last_y
    before = gx * ay - gy * ax
    across = left - before
    along = (ax * gx + ay * gy) * across - before * (dx * gx + dy * gy)  # place on the line, in parts of `whole`
    whole = (gx * gx + gy * gy) * across
    leftwards = left > 0.0
    if not leftwards:
        along, whole = -along, -whole
    if leftwards == (along >= 0.0):  # counter-clockwise around the first point
        part = along / whole
        m.fPosIntersectionX = m.first_x + part * gx
        m.fPosIntersectionY = m.first_y + part * gy
        m.fbTimeLastIntersection = m.tTimestamp
        m.bGateIntersection = 0.0 <= along <= whole
        m.bOutlierIntersection = not m.bGateIntersection
        m.nCountGateIntersections += m.bGateIntersection
        m.nCountOutlierIntersections += m.bOutlierIntersection


@kernel
def judge(mode: int, gate: bool, outlier: bool) -> int:
    """The classification of a period by what has been crossed in it."""
    if mode == INTERSECT_GATE:
        good = gate
    elif mode == NOT_INTERSECT_GATE:
        good = not gate
    elif mode == INTERSECT_PROJECTION:
        good = outlier
    elif mode == NOT_INTERSECT_PROJECTION:
        good = not outlier
    else:
        good = gate or outlier
    return OK if good else NOK


@kernel
def step(m: Any) -> int:
    code = bad_point(m)
    if code != 0:
        return code
    xy = f64(m, m.x, 2)
    x, y = xy[0], xy[1]
    left = m.gate_x * (y - m.first_y) - m.gate_y * (x - m.first_x)
    side = 1 if left > 0.0 else (-1 if left < 0.0 else 0)
    m.bGateIntersection, m.bOutlierIntersection = False, False
    ends = False
    if m.bExecuting:
        if side != 0 and m.side == -side:
            crossing(m, x, y, left)
            m.gate_crossed |= m.bGateIntersection
            m.outlier_crossed |= m.bOutlierIntersection
        ends = m.bStop
        m.bExecuting = not ends
    elif m.bStart and not m.bStop:
        m.bExecuting = True
        m.gate_crossed, m.outlier_crossed = False, False
        m.side = 0
    if side != 0:
        m.side = side
    if m.bExecuting or ends:
        m.eClassification = judge(m.mode, m.gate_crossed, m.outlier_crossed)
    m.bNewResult = m.bGateIntersection or m.bOutlierIntersection or ends
    m.last_x, m.last_y, m.last_ns = x, y, m.tTimestamp
    return 0


class FB_ALY_XyGateMonitor_2Ch(FixedChannelBlock, TimedBlock, category="XY Path Analysis"):
    """Counts how often a path crosses a gate, or the line through it outside the gate, and judges each period.

    Sources: manual TF3510 EN 1.5.0 pp. 383-386 and 431 (InfoSys 6776711947, 6793841803, 6906284299), Workbench p. 261.

    Documented: the path goes straight from point to point; a crossing counts when the movement is counter-clockwise
    around the first gate point; on the line through both points outside the gate it is an outlier; the five modes and
    their judgement of the period from bStart to bStop.

    Chosen, where the manual is silent:

    - on the gate, and on the line beyond the second point, counter-clockwise is from the right to the left as seen from
      the first point to the second; beyond the first point it is from the left to the right;
    - a crossing happens in the call whose point lies strictly on the other side; a path that touches the line and
      returns has not crossed it; the gate includes its end points;
    - bStart begins a period when none is running and is ignored otherwise; the point of that call is the first of the
      period. The segment to the point of the call with bStop belongs to it. With both, bStop counts;
    - the counters go on from period to period until Reset; the judgement is about one period, is shown from its first
      call on and stays after its end; before the first period it is NotInitialized;
    - bNewResult is TRUE in the call of a crossing and in that which ends a period.

    Points beyond +-1e70 are refused (16#300A).
    """

    step = step
    channel_count = 2
    largest_value = LARGEST_COORDINATE
    counters = ("nCountGateIntersections", "nCountOutlierIntersections")
    picture = "plane"
    example = {
        "eGateMode": E_ALY_GateMode.IntersectGate,
        "stGatePos1": ST_ALY_XyPosition(0.0, 0.0),
        "stGatePos2": ST_ALY_XyPosition(0.0, 4.0),
        "bStart": True,
        "bStop": False,
    }

    bExecuting: BOOL = output("a period is running")
    bGateIntersection: BOOL = output("the gate was crossed in this call")
    bOutlierIntersection: BOOL = output("the line outside the gate was crossed in this call")
    fPosIntersectionX: LREAL = output("X of the latest crossing")
    fPosIntersectionY: LREAL = output("Y of the latest crossing")
    nCountGateIntersections: ULINT = output("number of crossings of the gate")
    nCountOutlierIntersections: ULINT = output("number of crossings outside the gate")
    fbTimeLastIntersection: FB_ALY_DateTime = output("time of the latest crossing")
    eClassification: E_ALY_Classification_2Cls = output("OK or NOK, by the gate mode")

    mode: LINT = config()
    first_x: LREAL = config("first gate point")
    first_y: LREAL = config()
    gate_x: LREAL = config("second gate point as seen from the first")
    gate_y: LREAL = config()

    last_x: LREAL = state("point of the call before")
    last_y: LREAL = state()
    side: LINT = state("side of the line on which the path was last in this period: 1 left, -1 right, 0 on neither")
    gate_crossed: BOOL = state("in this period")
    outlier_crossed: BOOL = state("in this period")

    def outlines(self) -> list[np.ndarray]:
        m = self._m
        return [np.array([(m.first_x, m.first_y), (m.first_x + m.gate_x, m.first_y + m.gate_y)])]

    @method
    def Configure(
        self, eGateMode: E_ALY_GateMode, stGatePos1: ST_ALY_XyPosition, stGatePos2: ST_ALY_XyPosition
    ) -> BOOL:
        """Takes the gate and starts anew.

        Parameters
        ----------
        eGateMode
            what makes a period OK
        stGatePos1
            first gate point, around which crossings are counter-clockwise
        stGatePos2
            second gate point

        Notes
        -----
        Errors: 16#201C gate mode invalid, 16#200C a point beyond +-1e70, NaN or infinite, or both points the same (less
        than 1e-70 apart).
        """
        if eGateMode == E_ALY_GateMode.NotInitialized:
            return self._finish(0x201C, "eGateMode is NotInitialized")
        for name, point in (("stGatePos1", stGatePos1), ("stGatePos2", stGatePos2)):
            if not max(abs(point.X), abs(point.Y)) <= LARGEST_COORDINATE:
                return self._finish(0x200C, f"{name} = {point.X}, {point.Y}; a point within +-1e70 is needed")
        gate = stGatePos2.X - stGatePos1.X, stGatePos2.Y - stGatePos1.Y
        if math.hypot(*gate) < SHORTEST:
            return self._finish(0x200C, f"both gate points are {stGatePos1.X}, {stGatePos1.Y}")
        self._allocate()
        m = self._m
        m.mode, m.first_x, m.first_y = eGateMode, stGatePos1.X, stGatePos1.Y
        m.gate_x, m.gate_y = gate
        return self._configured()

    @cyclic
    def Call(self, bStart: BOOL, bStop: BOOL, tTimestamp: ULINT) -> BOOL:
        """Takes the next point of the path.

        Parameters
        ----------
        bStart
            begins a period
        bStop
            ends it
        tTimestamp
            ns since 2000-01-01 UTC

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value; 16#300A a point beyond +-1e70.
        """
