"""FB_ALY_OverallEquipmentEffectiveness: availability, performance and quality of a machine."""

import math
from typing import Any

from alycat.runtime.block import FixedChannelBlock, cyclic, method
from alycat.runtime.declare import config, output
from alycat.runtime.iec import BOOL, LREAL, LTIME, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import TimedBlock, bad_call
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_Classification_3Cls

OK, WARNING, ALARM = 1, 2, 3


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 4)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    m.bNewResult = False
    x = f64(m, m.x, 4)
    scheduled, operating, units, defective = x[0], x[1], x[2], x[3]
    if scheduled == 0.0 or operating == 0.0 or units == 0.0:
        return 0
    availability = operating / scheduled
    performance = m.ideal_ns * units / operating
    quality = (units - defective) / units
    oee = 100.0 * availability * performance * quality
    if not oee - oee == 0.0:
        return 0
    m.fAvailability = 100.0 * availability
    m.nPerformance = 100.0 * performance
    m.fQuality = 100.0 * quality
    m.fOEE = oee
    found = OK if oee > m.ok_limit else WARNING if oee > m.warning_limit else ALARM
    if found != m.eOeeClass:
        if found == WARNING:
            m.fbTimeOeeEventWarning = m.tTimestamp
        elif found == ALARM:
            m.fbTimeOeeEventAlarm = m.tTimestamp
    m.eOeeClass = found
    m.bNewResult = True
    return 0


class FB_ALY_OverallEquipmentEffectiveness(FixedChannelBlock, TimedBlock, category="Base"):
    """Computes the overall equipment effectiveness and classifies it as OK, Warning or Alarm.

    Channels: 1 scheduled time, 2 operating time, 3 units produced (with defective ones), 4 defective units; times in
    ns.

    Sources: manual TF3510 EN 1.5.0 pp. 83-86 (InfoSys 12460599563, 12460813835, 12460719755).

    Documented: fOEE = availability * performance * quality, all in percent; above fThresholdLevelOkWarning it is OK,
    above fThresholdLevelWarningAlarm Warning, else Alarm. The output of the performance is declared as nPerformance.
    Chosen: availability = operating / scheduled time, performance = tIdealCycleTime * units / operating time, quality =
    good units / units. While a divisor is 0 (a shift that has just begun) there is no new result and the outputs stay.
    The event times take the call in which the class was entered.
    """

    drawn_with = {
        "fOEE": ("fAvailability", "nPerformance", "fQuality", "fThresholdLevelOkWarning", "fThresholdLevelWarningAlarm")
    }
    step = step
    channel_count = 4
    example = {
        "tIdealCycleTime": 90 * 10**9,
        "fThresholdLevelOkWarning": 90.0,
        "fThresholdLevelWarningAlarm": 75.0,
    }

    fOEE: LREAL = output("availability * performance * quality, percent")
    eOeeClass: E_ALY_Classification_3Cls = output("class of fOEE")
    fbTimeOeeEventWarning: FB_ALY_DateTime = output("when it became Warning the last time")
    fbTimeOeeEventAlarm: FB_ALY_DateTime = output("when it became Alarm the last time")
    fAvailability: LREAL = output("operating time of the scheduled time, percent")
    nPerformance: LREAL = output("speed relative to the ideal one, percent")
    fQuality: LREAL = output("good units of all units, percent")
    ideal_ns: LREAL = config()
    ok_limit: LREAL = config()
    warning_limit: LREAL = config()

    @method
    def Configure(
        self, tIdealCycleTime: LTIME, fThresholdLevelOkWarning: LREAL, fThresholdLevelWarningAlarm: LREAL
    ) -> BOOL:
        """Takes the parameters and starts anew.

        Parameters
        ----------
        tIdealCycleTime
            ideal time for one unit
        fThresholdLevelOkWarning
            above it fOEE is OK; percent
        fThresholdLevelWarningAlarm
            above it fOEE is Warning, else Alarm; percent

        Notes
        -----
        Errors: 16#200F time 0 or too long, 16#201A a threshold not finite, 16#2021 thresholds in the wrong order.
        """
        if self._interval_refused(tIdealCycleTime=tIdealCycleTime):
            return False
        limits = {"OkWarning": fThresholdLevelOkWarning, "WarningAlarm": fThresholdLevelWarningAlarm}
        for name, value in limits.items():
            if not math.isfinite(value):
                return self._finish(0x201A, f"fThresholdLevel{name} = {value:g}, a finite number is needed")
        if fThresholdLevelOkWarning < fThresholdLevelWarningAlarm:
            return self._finish(0x2021, "fThresholdLevelOkWarning is below fThresholdLevelWarningAlarm")
        return self._start(
            ideal_ns=tIdealCycleTime, ok_limit=fThresholdLevelOkWarning, warning_limit=fThresholdLevelWarningAlarm
        )

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Computes the key figures. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 input not usable."""
