"""FB_ALY_XtsVelocityAnalysis_1Ch, FB_ALY_XtsAccelerationAnalysis_1Ch and FB_ALY_XtsDistanceIntegrator_1Ch."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import output, state
from alycat.runtime.iec import BOOL, LREAL, UDINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..conditions import PersistentBlock, TimedBlock, bad_sample
from ..windows import LARGEST, add
from .tracks import MM, S, TrackBlock, way


@kernel
def seconds_passed(m: Any) -> float:
    """Since the call that was used last; 0 in the first call and in one with the same time stamp."""
    if m.last_ns == 0:
        return 0.0
    return float(m.tTimestamp - m.last_ns) / S


@kernel
def step_velocity(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = bad_sample(m, x, LARGEST)
    if code != 0:
        return code
    span = seconds_passed(m)
    m.bNewResult = span > 0.0
    if span > 0.0:
        m.fVelocity = MM * way(m.before, x, m.length) / span
    if span > 0.0 or m.last_ns == 0:
        m.before, m.last_ns = x, m.tTimestamp
    return 0


@kernel
def step_acceleration(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = bad_sample(m, x, LARGEST)
    if code != 0:
        return code
    span = seconds_passed(m)
    m.bNewResult = False
    if span > 0.0:
        velocity = MM * way(m.before, x, m.length) / span
        if m.last_span > 0.0:
            m.fAcceleration = 2.0 * (velocity - m.last_velocity) / (span + m.last_span)
            m.bNewResult = True
        m.last_velocity, m.last_span = velocity, span
    if span > 0.0 or m.last_ns == 0:
        m.before, m.last_ns = x, m.tTimestamp
    return 0


@kernel
def step_distance(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, LARGEST)
    if code != 0:
        return code
    m.bNewResult = m.seen
    if m.seen:
        d = MM * way(m.before, x, m.length)
        if d >= 0.0:
            m.forward, m.forward_rest = add(m.forward, m.forward_rest, d)
        else:
            m.backward, m.backward_rest = add(m.backward, m.backward_rest, -d)
        m.fDistancePos = m.forward + m.forward_rest
        m.fDistanceNeg = m.backward + m.backward_rest
        m.fDistance = m.fDistancePos + m.fDistanceNeg
    m.before, m.seen = x, True
    return 0


class MoverBlock(SingleChannelBlock, TrackBlock):
    """A block that is configured by the length of the track alone."""

    example = {"nXtsLength": 4000}

    @method
    def Configure(self, nXtsLength: UDINT) -> BOOL:
        """Takes the length of the track and starts anew.

        Parameters
        ----------
        nXtsLength
            length of the track in mm; at least 1

        Notes
        -----
        Errors: 16#2017 length 0.
        """
        if self._length_refused(nXtsLength):
            return False
        return self._start(length=nXtsLength)


class TimedMoverBlock(MoverBlock, TimedBlock):
    """The same, with a time stamp."""

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the position. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""


class FB_ALY_XtsVelocityAnalysis_1Ch(TimedMoverBlock, category="Specific"):
    """Velocity of a mover, from its position.

    Sources: manual TF3510 EN 1.5.0 pp. 298-300 (InfoSys 6776710027).

    Documented: the velocity is in m/s and the length of the track in mm.
    Chosen, as the manual is silent: it is the difference quotient of two consecutive calls, without a filter; the first
    call has no result; a call with the time stamp of the one before is passed over; what
    `alycat.blocks.specific.tracks` lists. Positions beyond +-1e290 are refused (16#300A).
    """

    step = step_velocity
    fVelocity: LREAL = output("m/s, its sign gives the direction")


class FB_ALY_XtsAccelerationAnalysis_1Ch(TimedMoverBlock, category="Specific"):
    """Acceleration of a mover, from its position.

    Sources: manual TF3510 EN 1.5.0 pp. 293-295 (InfoSys 6776691467).

    Documented: the acceleration is in m/s^2 and the length of the track in mm.
    Chosen, as the manual is silent: it is the difference of the velocities before and after the middle one of three
    consecutive calls, by the time between the middles of both spans, without a filter; the first two calls have no
    result; all else as in FB_ALY_XtsVelocityAnalysis_1Ch.
    """

    step = step_acceleration
    fAcceleration: LREAL = output("m/s^2")
    last_velocity: LREAL = state("m/s")
    last_span: LREAL = state("s it was taken over, 0 before the first")


class FB_ALY_XtsDistanceIntegrator_1Ch(MoverBlock, PersistentBlock, category="Specific"):
    """Distance that a mover has covered, in all, forward and backward.

    Sources: manual TF3510 EN 1.5.0 pp. 295-298 (InfoSys 6776695307, 6906824843).

    Documented: distances are in m and the length of the track in mm; Call takes no time stamp.
    Chosen, as the manual is silent: the distance backward is positive too, both add up to the distance in all; the
    first call, and the first one after a restart with bPersistent, only shows where the mover stands; every later one
    has a new result; what
    `alycat.blocks.specific.tracks` lists. Positions beyond +-1e290 are refused (16#300A). Sums are kept as pairs: 10**9
    small moves cost no digits.
    """

    step = step_distance
    counters = ("fDistance", "fDistancePos", "fDistanceNeg")
    fDistance: LREAL = output("m in all")
    fDistancePos: LREAL = output("m forward")
    fDistanceNeg: LREAL = output("m backward")
    forward: LREAL = state("m")
    forward_rest: LREAL = state("what rounding took from it")
    backward: LREAL = state("m")
    backward_rest: LREAL = state("what rounding took from it")
    seen: BOOL = state("there was a call before")

    def _resume(self) -> None:
        super()._resume()
        self._m.seen = False

    @cyclic
    def Call(self) -> BOOL:
        """Takes the position. Errors: 16#3007 not configured, 16#3003 value not usable."""
