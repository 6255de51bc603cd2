"""What blocks with thresholds, edges and time have in common: conditions, the time between two calls, a clock that can
be paused, and the checks that every call begins with.

Sources: manual TF3510 EN 1.5.0 pp. 427, 429 (ST_ALY_Threshold, E_ALY_ComparisonOperator) and the blocks' pages, where
an input's name tells its use: stThresholdLevel is a condition that is evaluated in each call, stThresholdEdge one
whose change from FALSE to TRUE between two calls is an event; the direction follows from the operator.

Chosen for all of them, as the manual is silent:

- an edge needs a call before it: the first call after Configure or Reset only shows where the signal stands; a level
  that is TRUE in the first call counts, because before it is FALSE;
- Equals means that value and threshold differ by at most fTolerance, NotEqualTo that they differ by more;
- the state found by one call holds until the next: a span between two calls belongs to what the first of them found;
- event times and times of extremes are the tTimestamp of the call; the first of equal extremes keeps its time;
- bNewResult is TRUE in a call in which an event or a completed interval changed results, not while only time passes;
- SetInitial works on the configured block and takes effect at once; Configure and Reset start from 0 again;
- bPersistent: the first Configure after a restart of the Plc takes over counters, sums, extremes and times if the
  configuration is the same; the call after that is a first one, so no span and no edge comes from while it was off;
- a Configure that is accepted starts anew and forgets the channel values; body inputs, fTolerance and what
  ConfigureChannel stored outlive it.
"""

import math
from typing import Any

from alycat.runtime.block import AlgorithmBlock, FixedChannelBlock, InputBlock, SingleChannelBlock, method
from alycat.runtime.declare import block_property, body_input, buffer, channel_config, state
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT, ULINT, USINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64, u8

from .checks import wrong_value
from .types import E_ALY_ComparisonOperator, ST_ALY_Threshold, ST_ALY_ThresholdOnOff

UNKNOWN = 2  # a condition that has not been evaluated yet; else 0 or 1
LONGEST = 2**63 - 1  # ns, largest LINT
COUNT_MODES = (1, 2)  # Cyclic, OnChange
SIGNS = ("", ">", ">=", "<", "<=", "=", "<>")  # of E_ALY_ComparisonOperator


# ---- kernels ---------------------------------------------------------------------------------------------------------


@kernel
def holds(value: float, operator: int, limit: float, tolerance: float) -> bool:
    """The condition `value operator limit`."""
    if operator == 1:
        return value > limit
    if operator == 2:
        return value >= limit
    if operator == 3:
        return value < limit
    if operator == 4:
        return value <= limit
    if operator == 5:
        return abs(value - limit) <= tolerance
    return abs(value - limit) > tolerance


@kernel
def is_met(m: Any, i: int, count: int, value: float) -> bool:
    """Condition i of `count`, as a level."""
    return holds(value, i64(m, m.operator, count)[i], f64(m, m.limit, count)[i], m.fTolerance)


@kernel
def becomes_met(m: Any, i: int, count: int, value: float) -> bool:
    """Condition i of `count`, as an edge: it is met and was not in the call before."""
    level = u8(m, m.level, count)
    met = is_met(m, i, count, value)
    edge = met & (level[i] == 0)  # & and no branch: noisy signals would be mispredicted
    level[i] = met
    return edge


@kernel
def bad_values(m: Any, channels: int) -> int:
    """16#3003 when a channel was never set or is not finite."""
    x = f64(m, m.x, channels)
    for c in range(channels):
        if not x[c] - x[c] == 0.0:
            return 0x3003
    return 0


@kernel
def bad_time(m: Any) -> int:
    """16#3006 for a time stamp of 0, 16#3003 for one before that of the call before."""
    if m.tTimestamp == 0:
        return 0x3006
    if m.tTimestamp < m.last_ns:
        return 0x3003
    return 0


@kernel
def bad_call(m: Any, channels: int) -> int:
    """The event id of a call that has to be refused, else 0."""
    code = bad_time(m)
    if code != 0:
        return code
    return bad_values(m, channels)


@kernel
def bad_sample(m: Any, x: float, largest: float) -> int:
    """As `bad_call` for the one value of a block that calculates with it; 16#300A beyond `largest`."""
    code = wrong_value(x, largest)
    if code != 0:
        return code
    return bad_time(m)


@kernel
def time_passed(m: Any) -> int:
    """The ns since the call before, 0 in the first one; this call's time becomes the last one."""
    span = int64(0)
    if m.last_ns != 0:
        span = int64(m.tTimestamp - m.last_ns)
    m.last_ns = m.tTimestamp
    return span


@kernel
def time_run(m: Any) -> int:
    """As `time_passed`, without the time since Pause."""
    span = time_passed(m)
    if m.paused:
        span = int64(0)
        m.paused = False
    return span


# ---- base classes ----------------------------------------------------------------------------------------------------


class PersistentBlock(AlgorithmBlock):
    """A block with the body input bPersistent."""

    bPersistent: BOOL = body_input("TRUE, set before Configure: the internal data outlive a restart of the Plc")


class CountingBlock(AlgorithmBlock):
    """A block with one counter, the output nCount, which each of them declares in its vendor's order."""

    counters = ("nCount",)

    @method
    def SetInitial(self, nCount: ULINT) -> BOOL:
        """Lets the counter go on from a number; 16#3007 before Configure.

        Parameters
        ----------
        nCount
            start value of the counter
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        self._m.nCount = nCount
        return self._finish(0)


class TimedBlock(AlgorithmBlock):
    """A block whose Call takes a time stamp."""

    last_ns: ULINT = state("time stamp of the call before, 0 before the first")

    def _resume(self) -> None:
        super()._resume()
        self._m.last_ns = 0

    def _interval_refused(self, **spans: int) -> bool:
        """Whether a span is 0 or too long; the message then says so."""
        for name, span in spans.items():
            if not 0 < span <= LONGEST:
                self._finish(0x200F, f"{name} = {span} ns, allowed are 1..{LONGEST}")
                return True
        return False


class PausableBlock(TimedBlock):
    """A block with an interval clock: `elapsed` goes on by `time_run` while `running`."""

    elapsed: LINT = state("ns of the interval clock")
    running: BOOL = state("the interval clock goes on")
    paused: BOOL = state("Pause was called since the latest Call")

    @method
    def Pause(self, tTimestamp: ULINT) -> BOOL:
        """Stops the running interval at this time; it goes on with the next Call. Outputs change with that Call.

        Errors: 16#3007 before Configure, 16#3006 tTimestamp = 0, 16#3003 tTimestamp before that of the call before.
        """
        m = self._m
        if not m.bConfigured:
            return self._finish(0x3007)
        if tTimestamp == 0:
            return self._finish(0x3006)
        if tTimestamp < m.last_ns:
            return self._finish(0x3003, f"tTimestamp {tTimestamp} lies before {m.last_ns} of the call before")
        if m.last_ns and m.running and not m.paused:
            m.elapsed += tTimestamp - m.last_ns
        if m.last_ns:
            m.last_ns, m.paused = tTimestamp, True
        return self._finish(0)


class ConditionBlock(InputBlock):
    """A block whose channels have conditions. ConfigureChannel stores them, Configure takes them over."""

    fTolerance: LREAL = block_property("largest difference that Equals and NotEqualTo take as equal")
    operator: LINT = channel_config("comparison operator of a condition")
    limit: LREAL = channel_config("threshold of a condition")
    level: USINT = buffer("whether a condition was met in the call before", initial=UNKNOWN)

    def _counts(self) -> dict[str, int]:
        counts = super()._counts()
        return counts | {"level": counts["operator"]}

    def _resume(self) -> None:
        super()._resume()
        self._buffer("level")[:] = UNKNOWN

    def _store_condition(self, index: int, condition: ST_ALY_Threshold, name: str, optional: bool = False) -> bool:
        """Keeps a condition for the next Configure; FALSE with 16#2007 or 16#201A when it is none."""
        operator, limit = int(condition.eComparisonOperator), condition.fThreshold
        if operator == E_ALY_ComparisonOperator.NotInitialized and not optional:
            return self._finish(0x2007, f"{name}.eComparisonOperator is NotInitialized")
        if not math.isfinite(limit):
            return self._finish(0x201A, f"{name}.fThreshold = {limit}, a finite number is needed")
        self._buffer("next_operator")[index] = operator
        self._buffer("next_limit")[index] = limit
        return self._finish(0)

    def _conditions_missing(self) -> bool:
        """Whether ConfigureChannel was not called for each channel; the message then says so."""
        missing = [i + 1 for i, operator in enumerate(self._buffer("next_operator")) if operator == 0]
        if missing:
            self._finish(0x2022, f"ConfigureChannel has to come before Configure, for channel {missing[0]}")
        return bool(missing)

    def channel_levels(self) -> list[tuple[int, float, str]]:
        """Condition i belongs to channel i, or all of them to the only one."""
        conditions = zip(self._buffer("operator").tolist(), self._buffer("limit").tolist(), strict=True)
        return [
            (min(i, self._n - 1), limit, f"{SIGNS[operator]} {limit:g}")
            for i, (operator, limit) in enumerate(conditions)
            if operator
        ]


class PlainConditionBlock(ConditionBlock):
    """Conditions and no further parameters."""

    @method
    def Configure(self) -> BOOL:
        """Takes over what ConfigureChannel stored and starts anew. Errors: 16#2022 no condition was stored."""
        return not self._conditions_missing() and self._start()


class EdgeBlock(SingleChannelBlock, ConditionBlock):
    """One channel whose condition is used for its edge."""

    @method
    def ConfigureChannel(self, stThresholdEdge: ST_ALY_Threshold) -> BOOL:
        """Stores the condition whose change to TRUE is an event; it takes effect with Configure.

        Errors: 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        return self._store_condition(0, stThresholdEdge, "stThresholdEdge")


class LevelBlock(SingleChannelBlock, ConditionBlock):
    """One channel whose condition is used as a level."""

    @method
    def ConfigureChannel(self, stThresholdLevel: ST_ALY_Threshold) -> BOOL:
        """Stores the condition of the on-state; it takes effect with Configure.

        Errors: 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        return self._store_condition(0, stThresholdLevel, "stThresholdLevel")


class NumberedConditionBlock(FixedChannelBlock, ConditionBlock):
    """A fixed number of channels with a condition each; subclasses declare ConfigureChannel."""

    def _store_channel_condition(self, channel: int, condition: ST_ALY_Threshold, name: str) -> bool:
        if not 0 < channel <= self.channel_count:
            return self._finish(0x3003, f"channel {channel} is outside 1..{self.channel_count}")
        return self._store_condition(channel - 1, condition, name)


class EdgesBlock(NumberedConditionBlock):
    """Numbered channels whose conditions are used for their edges."""

    @method
    def ConfigureChannel(self, nChannel: UDINT, stThresholdEdge: ST_ALY_Threshold) -> BOOL:
        """Stores the condition of a channel whose change to TRUE is an event; it takes effect with Configure.

        Parameters
        ----------
        nChannel
            1: on-events, 2: off-events

        Notes
        -----
        Errors: 16#3003 no such channel, 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        return self._store_channel_condition(nChannel, stThresholdEdge, "stThresholdEdge")


class OnOffBlock(ConditionBlock):
    """One channel with two conditions, 0 for on and 1 for off."""

    def _counts(self) -> dict[str, int]:
        return super()._counts() | dict.fromkeys(("operator", "next_operator", "limit", "next_limit", "level"), 2)

    def _store_on_off(self, conditions: ST_ALY_ThresholdOnOff, name: str, off_is_optional: bool = False) -> bool:
        """Keeps both conditions for the next Configure, or none of them."""
        kept = self._buffer("next_operator").copy(), self._buffer("next_limit").copy()
        if self._store_condition(0, conditions.On, f"{name}.On") and self._store_condition(
            1, conditions.Off, f"{name}.Off", off_is_optional
        ):
            return True
        self._buffer("next_operator")[:], self._buffer("next_limit")[:] = kept
        return False
