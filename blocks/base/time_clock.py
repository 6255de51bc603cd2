"""FB_ALY_TimeClock_1Ch: a weekly time switch."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import config, output
from alycat.runtime.iec import BOOL, LINT, LTIME, ULINT, WORD
from alycat.runtime.kernel import int64, kernel

from ..calendar import ALL_DAYS, DAY_NS, LocalTimeBlock, local_of, utc_of, weekday
from ..conditions import bad_time
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_DayOfWeekMask


@kernel
def step(m: Any) -> int:
    code = bad_time(m)
    if code != 0:
        return code
    t = int64(m.tTimestamp)
    m.last_ns = m.tTimestamp
    is_on = False
    until = int64(0)
    day = local_of(m, t) // DAY_NS - 1  # yesterday's span may reach into today
    while until == 0:
        if m.days >> weekday(day) & 1:
            start = utc_of(m, day * DAY_NS + m.on_ns)
            end = utc_of(m, day * DAY_NS + m.on_ns + m.length_ns)
            if start < end and t < end:  # both are one where the day lacks the whole span
                is_on = t >= start
                until = end - t if is_on else start - t
        day += 1
    m.bNewResult = is_on != m.bIsOn
    m.bIsOn = is_on
    m.fbTimeUntilNextSwitch = until
    return 0


class FB_ALY_TimeClock_1Ch(LocalTimeBlock, category="Base"):
    """Switches on and off at times of day on the chosen days of the week.

    Sources: manual TF3510 EN 1.5.0 pp. 96-98 (InfoSys 6776619403, 6792764043), Workbench 5285330571.

    Documented: on an active day bIsOn is TRUE from tTimeOn to tTimeOff; fbTimeUntilNextSwitch is the time to the next
    change.
    Chosen: it is on at tTimeOn and off at tTimeOff; with tTimeOff before tTimeOn it stays on over midnight, and the day
    is the one of switching on; bNewResult tells of a change of bIsOn; time zone and daylight saving as in
    `alycat.blocks.calendar`.
    """

    picture = "calendar"
    step = step
    example = {"tTimeOn": 8 * 3600 * 10**9, "tTimeOff": 16 * 3600 * 10**9, "nDayOfWeekMask": 62}

    bIsOn: BOOL = output("the time lies within the time on")
    fbTimeUntilNextSwitch: FB_ALY_Timespan = output("time until the next switching")
    on_ns: LINT = config("time of day")
    length_ns: LINT = config()
    days: LINT = config("bit mask")

    @method
    def Configure(self, tTimeOn: LTIME, tTimeOff: LTIME, nDayOfWeekMask: WORD) -> BOOL:
        """Takes the times and starts switched off.

        Parameters
        ----------
        tTimeOn
            time of day to switch on
        tTimeOff
            time of day to switch off
        nDayOfWeekMask
            days: 1 Sunday, 2 Monday, 4 Tuesday, ... 64 Saturday, added up (E_ALY_DayOfWeekMask)

        Notes
        -----
        Errors: 16#200F a time of 24 hours or more, or two equal times, 16#2019 no day or an unknown one.
        """
        for name, time in {"tTimeOn": tTimeOn, "tTimeOff": tTimeOff}.items():
            if time >= DAY_NS:
                return self._finish(0x200F, f"{name} = {time} ns is no time of day")
        if tTimeOn == tTimeOff:
            return self._finish(0x200F, "tTimeOn and tTimeOff are equal")
        if not 0 < nDayOfWeekMask <= E_ALY_DayOfWeekMask.EveryDay:
            return self._finish(0x2019, f"nDayOfWeekMask = {nDayOfWeekMask}, allowed are 1..{ALL_DAYS}")
        return self._start(on_ns=tTimeOn, length_ns=(tTimeOff - tTimeOn) % DAY_NS, days=nDayOfWeekMask)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Switches. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time before that of the call before."""
