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

WARNING, ALARM = 2, 3  # E_ALY_Classification_3Cls


@kernel
def class_of(m: Any) -> int:
    """1, 2 or 3."""
    x = f64(m, m.x, 1)[0]
    return 1 + (x >= m.second_from) + (x >= m.third_from)


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    m.eClass = class_of(m)
    if m.eClass == ALARM:
        m.fbTimeLastEventAlarm = m.tTimestamp
    elif m.eClass == WARNING:
        m.fbTimeLastEventWarning = m.tTimestamp
    m.bNewResult = True
    return 0


class ThreeClassesBlock(SingleChannelBlock, TimedBlock):
    """A block that sorts the value into one of three classes by two thresholds."""

    picture = "bands"

    fTolerance: LREAL = block_property("without effect, as no value is compared for equality")

    second_from: LREAL = config("smallest value of the second class")
    third_from: LREAL = config("smallest value of the third class")

    def _thresholds_refused(self, **levels: float) -> bool:
        """Whether the two thresholds cannot be used; the message then says so."""
        first, second = levels.values()
        finite = math.isfinite(first) and math.isfinite(second)
        if finite and first <= second:
            return False
        given = ", ".join(f"{name} = {level:g}" for name, level in levels.items())
        wanted = "finite numbers are needed, the first one not above the second one"
        return not self._finish(0x2021 if finite else 0x201A, f"{given}; {wanted}")


class FB_ALY_ThresholdClassificator_1Ch(ThreeClassesBlock, category="Classification"):
    """Sorts the value into OK, Warning or Alarm by two thresholds.

    Sources: manual TF3510 EN 1.5.0 pp. 132-135 (InfoSys 6776647563, 6901201675), Workbench 4946540683.

    Documented: OK below the first threshold, Warning from it on, Alarm from the second one on; both times are those of
    the latest classification of that kind, so they move in every call that finds it; fTolerance concerns Equals and
    NotEqualTo, which do not occur here.
    Chosen: equal thresholds are accepted and leave no Warning; every successful call has a new result.
    """

    step = step
    example = {"fThresholdLevelOkWarning": 10.0, "fThresholdLevelWarningAlarm": 20.0}

    eClass: E_ALY_Classification_3Cls = output("class of the value")
    fbTimeLastEventWarning: FB_ALY_DateTime = output("time of the latest classification as Warning")
    fbTimeLastEventAlarm: FB_ALY_DateTime = output("time of the latest classification as Alarm")

    def channel_levels(self) -> list[tuple[int, float, str]]:
        m = self._m
        return [(0, m.second_from, "Warning"), (0, m.third_from, "Alarm")]

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
        warning, alarm = fThresholdLevelOkWarning, fThresholdLevelWarningAlarm
        if self._thresholds_refused(fThresholdLevelOkWarning=warning, fThresholdLevelWarningAlarm=alarm):
            return False
        return self._start(second_from=warning, third_from=alarm)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Classifies the value. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
