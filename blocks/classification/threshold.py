"""FB_ALY_ThresholdClassificator_1Ch: OK, Warning or Alarm by two thresholds."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import block_property, config, output
from alycat.runtime.iec import BOOL, LREAL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import TimedBlock, bad_call
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_Classification_3Cls

OK, WARNING, ALARM = 1, 2, 3


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    value = f64(m, m.x, 1)[0]
    if value >= m.alarm_from:
        m.eClass = ALARM
        m.fbTimeLastEventAlarm = m.tTimestamp
    elif value >= m.warning_from:
        m.eClass = WARNING
        m.fbTimeLastEventWarning = m.tTimestamp
    else:
        m.eClass = OK
    m.bNewResult = True
    return 0


class FB_ALY_ThresholdClassificator_1Ch(SingleChannelBlock, TimedBlock, category="Classification"):
    """Sorts the value into OK, Warning or Alarm by two thresholds.

    Sources: manual TF3510 EN 1.5.0 pp. 132-135 (InfoSys 6776647563, 6901201675), Workbench 4946540683.

    Documented: OK below the first threshold, Warning from it on, Alarm from the second one on; both times are those of
    the latest classification of that kind, so they move in every call that finds it; fTolerance concerns Equals and
    NotEqualTo, which do not occur here.
    Chosen: equal thresholds are accepted and leave no Warning; every successful call has a new result.
    """

    step = step
    picture = "bands"
    example = {"fThresholdLevelOkWarning": 10.0, "fThresholdLevelWarningAlarm": 20.0}

    fTolerance: LREAL = block_property("without effect, as no value is compared for equality")
    eClass: E_ALY_Classification_3Cls = output("class of the value")
    fbTimeLastEventWarning: FB_ALY_DateTime = output("time of the latest classification as Warning")
    fbTimeLastEventAlarm: FB_ALY_DateTime = output("time of the latest classification as Alarm")

    warning_from: LREAL = config()
    alarm_from: LREAL = config()

    def channel_levels(self) -> list[tuple[int, float, str]]:
        m = self._m
        return [(0, m.warning_from, "Warning"), (0, m.alarm_from, "Alarm")]

    @method
    def Configure(self, fThresholdLevelOkWarning: LREAL, fThresholdLevelWarningAlarm: LREAL) -> BOOL:
        """Takes the thresholds and starts anew.

        Parameters
        ----------
        fThresholdLevelOkWarning
            smallest value that is a Warning
        fThresholdLevelWarningAlarm
            smallest value that is an Alarm

        Notes
        -----
        Errors: 16#201A a threshold is not finite, 16#2021 the first one is above the second one.
        """
        levels = fThresholdLevelOkWarning, fThresholdLevelWarningAlarm
        text = f"fThresholdLevelOkWarning = {levels[0]:g}, fThresholdLevelWarningAlarm = {levels[1]:g}"
        if not (math.isfinite(levels[0]) and math.isfinite(levels[1])):
            return self._finish(0x201A, text)
        if levels[0] > levels[1]:
            return self._finish(0x2021, text)
        return self._start(warning_from=levels[0], alarm_from=levels[1])

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Classifies the value. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
