"""FB_ALY_DetectStringChange_1Ch: finds and counts the changes of a text."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, ULINT, USINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import i64, u8
from alycat.runtime.textblock import SingleTextBlock
from alycat.runtime.texts import TEXT_BYTES

from ..conditions import PersistentBlock, TimedBlock, bad_time
from ..system.datetime import FB_ALY_DateTime
from ..texts import EQUALS, copy_text, matches, unset_texts


@kernel
def step(m: Any) -> int:
    code = bad_time(m)
    if code == 0:
        code = unset_texts(m, 1)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    text, size = u8(m, m.texts, 256), i64(m, m.lengths, 1)[0]
    changed = m.seen and not matches(text, size, u8(m, m.before, 256), m.before_size, EQUALS, m.exact)
    copy_text(text, 0, m, m.before)
    m.before_size, m.seen = size, True
    m.bStringChanged = changed
    m.bNewResult = changed
    m.nCount += changed
    m.fbTimeLastEvent = m.tTimestamp if changed else m.fbTimeLastEvent
    return 0


class FB_ALY_DetectStringChange_1Ch(SingleTextBlock, TimedBlock, PersistentBlock, category="Compare"):
    """Tells when a text differs from that of the call before, and counts.

    Sources: manual TF3510 EN 1.5.0 pp. 170-172 (InfoSys 6776653323, 6903663243, 6903966091), Workbench 4946590603.

    Documented: bStringChanged is TRUE in the call of a change, nCount grows by 1, fbTimeLastEvent takes its time.
    Chosen: the first call, also after a restart, shows where the text stands and is no change; which letters are equal
    without regard to case stands in `alycat.blocks.texts`; bNewResult equals bStringChanged; texts have at most 255
    characters of code page 1252, and end before a zero.
    """

    step = step
    counters = ("nCount",)
    example = {"bCaseSensitive": True}

    bStringChanged: BOOL = output("the text has changed")
    nCount: ULINT = output("number of changes")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest change")

    exact: BOOL = config("case matters")

    seen: BOOL = state("there is a text to compare with")
    before_size: LINT = state("its characters")

    before: USINT = buffer("the text of the call before")

    @method
    def Configure(self, bCaseSensitive: BOOL) -> BOOL:
        """Takes the parameter and starts anew.

        Parameters
        ----------
        bCaseSensitive
            TRUE: upper and lower case differ
        """
        self._allocate(before=TEXT_BYTES)
        self._m.exact = bCaseSensitive
        return self._configured()

    def _resume(self) -> None:
        super()._resume()
        self._m.seen = False

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Compares. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time not usable, or text never set."""
