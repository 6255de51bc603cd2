"""FB_ALY_ThresholdStringClassificator_1Ch: one of three texts by two thresholds."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import buffer, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, STRING_255, ULINT, USINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import u8
from alycat.runtime.texts import TEXT_BYTES

from ..conditions import bad_call
from ..system.datetime import FB_ALY_DateTime
from ..texts import copy_text, text_bytes
from .threshold import ThreeClassesBlock, class_of


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    found = class_of(m)
    if found != m.level:
        m.level = found
        copy_text(u8(m, m.names, 3 * 256), 256 * (found - 1), m, m.at_sResult)
        m.fbTimeLastEvent = m.tTimestamp
    m.bNewResult = True
    return 0


class FB_ALY_ThresholdStringClassificator_1Ch(ThreeClassesBlock, category="Classification"):
    """Sorts the value into one of three classes by two thresholds, and gives the text of the class.

    Sources: manual TF3510 EN 1.5.0 pp. 135-138 (InfoSys 6776649483, 6901226763), Workbench 4946542603.

    Documented: the first text below the first threshold, the second one from it on, the third one from the second
    threshold on; sResult is empty before the first call; fTolerance concerns Equals and NotEqualTo, which do not occur
    here.
    Chosen: the first class found is a change, and so is one whose text is the same as before; equal thresholds are
    accepted and leave no second class; every successful call has a new result.
    """

    step = step
    example = {
        "fThresholdLevel12": 10.0,
        "fThresholdLevel23": 20.0,
        "sStringLevel1": "OK",
        "sStringLevel2": "Warning",
        "sStringLevel3": "Alarm",
    }

    sResult: STRING_255 = output("text of the class of the value")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest change of the class")

    level: LINT = state("class of the call before, 0 before the first one")

    names: USINT = buffer("the three texts")

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "names")

    def channel_levels(self) -> list[tuple[int, float, str]]:
        m = self._m
        return [(0, m.second_from, "level 2"), (0, m.third_from, "level 3")]

    @method
    def Configure(
        self,
        fThresholdLevel12: LREAL,
        fThresholdLevel23: LREAL,
        sStringLevel1: STRING_255,
        sStringLevel2: STRING_255,
        sStringLevel3: STRING_255,
    ) -> BOOL:
        """Takes thresholds and texts and starts anew.

        Parameters
        ----------
        fThresholdLevel12
            smallest value of class 2
        fThresholdLevel23
            smallest value of class 3
        sStringLevel1
            text of class 1
        sStringLevel2
            text of class 2
        sStringLevel3
            text of class 3

        Notes
        -----
        Errors: 16#201A a threshold is not finite, 16#2021 the first one is above the second one.
        """
        if self._thresholds_refused(fThresholdLevel12=fThresholdLevel12, fThresholdLevel23=fThresholdLevel23):
            return False
        self._allocate(names=3 * TEXT_BYTES)
        self._m.second_from, self._m.third_from = fThresholdLevel12, fThresholdLevel23
        for i, name in enumerate((sStringLevel1, sStringLevel2, sStringLevel3)):
            self._buffer("names")[TEXT_BYTES * i : TEXT_BYTES * (i + 1)] = text_bytes(name)
        return self._configured()

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Classifies the value. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
