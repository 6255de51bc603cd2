"""FB_ALY_Timer_1Ch: switch-on delay, switch-off delay, pulse."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LTIME, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..conditions import LONGEST, LevelBlock, PausableBlock, bad_call, is_met, time_run
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_ComparisonOperator, E_ALY_TimerMode, ST_ALY_Threshold

TON, TOF, TP = 1, 2, 3


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    span = time_run(m)
    if m.running:
        m.elapsed = min(int64(m.elapsed + span), int64(m.interval))
    met = is_met(m, 0, 1, f64(m, m.x, 1)[0])
    before = m.bOut
    if m.mode == TP:
        pulse(m, met)
    else:
        delay(m, met)
    m.was_met = met
    m.bNewResult = m.bOut != before
    m.fbTimeElapsed = m.elapsed
    return 0


@kernel
def delay(m: Any, met: bool) -> None:
    """TON and TOF are one timer: the output follows the condition, its change to TRUE or to FALSE only delayed."""
    target = m.mode == TON
    if met != target:
        m.running = False
        m.elapsed = 0
        m.bOut = met
        m.armed = True
    elif m.armed or target:
        m.running = True
        m.bOut = (m.elapsed >= m.interval) == target


@kernel
def pulse(m: Any, met: bool) -> None:
    """A change to TRUE starts a pulse that nothing prolongs or shortens."""
    if m.bOut and m.elapsed >= m.interval:
        m.bOut = False
        m.running = False
    if met and not m.was_met and not m.bOut:
        m.elapsed = 0
        m.bOut = m.interval > 0
        m.running = True
    if not m.bOut and not met:
        m.elapsed = 0


class FB_ALY_Timer_1Ch(LevelBlock, PausableBlock, category="Base"):
    """Delays switching on or off, or makes a pulse, by the condition of a channel.

    Sources: manual TF3510 EN 1.5.0 pp. 99-102 (InfoSys 6776621323, 6792824075, 6899627787, 13731660299), Workbench
    4983748107.

    Documented: TON switches on when the condition has held for tInterval, TOF switches off when it has not held for
    tInterval, TP switches on for tInterval when the condition becomes TRUE; Pause stops the time until the next Call.
    Chosen, as in the timers of IEC 61131-3: fbTimeElapsed stays at tInterval when the time is over and falls to 0 when
    the timer is at rest; a pulse cannot be triggered again while it lasts; tInterval may be 0. bNewResult tells of a
    change of bOut. What `alycat.blocks.conditions` lists.
    """

    drawn_with = {"fbTimeElapsed": ("tInterval",)}
    step = step
    example = {
        "stThresholdLevel": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "eTimerMode": E_ALY_TimerMode.TON,
        "tInterval": 20 * 10**9,
    }

    bOut: BOOL = output("output of the timer")
    fbTimeElapsed: FB_ALY_Timespan = output("elapsed time of the timer")
    mode: LINT = config("TON, TOF, TP")
    interval: LINT = config("ns")
    armed: BOOL = state("the condition has been met before, so that switching off can be delayed")
    was_met: BOOL = state("the condition was met in the call before")

    @method
    def Configure(self, eTimerMode: E_ALY_TimerMode, tInterval: LTIME) -> BOOL:
        """Takes over what ConfigureChannel stored and starts at rest.

        Parameters
        ----------
        eTimerMode
            TON: switch-on delay, TOF: switch-off delay, TP: pulse
        tInterval
            length of the delay or the pulse

        Notes
        -----
        Errors: 16#2018 no timer mode, 16#200F interval too long, 16#2022 no condition was stored.
        """
        if eTimerMode not in (TON, TOF, TP):
            return self._finish(0x2018, "eTimerMode is NotInitialized")
        if tInterval > LONGEST:
            return self._finish(0x200F, f"tInterval = {tInterval} ns, at most {LONGEST} is allowed")
        if self._conditions_missing():
            return False
        return self._start(mode=eTimerMode, interval=tInterval)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Runs the timer. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
