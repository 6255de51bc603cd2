"""FB_ALY_StringCompare_1Ch and _2Ch: a text beside a reference, fixed or from a second channel."""

from typing import Any

from alycat.runtime.block import channel_setter, cyclic, method
from alycat.runtime.declare import buffer, config, output
from alycat.runtime.iec import ANY_STRING, BOOL, LINT, STRING_255, ULINT, USINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import i64, u8
from alycat.runtime.textblock import NumberedTextBlock, SingleTextBlock, TextBlock
from alycat.runtime.texts import TEXT_BYTES

from ..conditions import bad_time
from ..system.datetime import FB_ALY_DateTime
from ..texts import matches, text_bytes, unset_texts
from ..types import E_ALY_CountMode, E_ALY_StringCompareMode
from .operation import CountedBlock, count


@kernel
def count_match(m: Any, match: bool) -> None:
    """Shows and counts the result of the comparison."""
    count(m, m.bStringMatch, match)
    m.bStringMatch = match


@kernel
def step_1ch(m: Any) -> int:
    code = bad_time(m)
    if code == 0:
        code = unset_texts(m, 1)
    if code != 0:
        return code
    text, size = u8(m, m.texts, 256), i64(m, m.lengths, 1)[0]
    count_match(m, matches(text, size, u8(m, m.reference, 256), m.reference_size, m.compare_mode, m.exact))
    return 0


@kernel
def step_2ch(m: Any) -> int:
    code = bad_time(m)
    if code == 0:
        code = unset_texts(m, 2)
    if code != 0:
        return code
    texts, sizes = u8(m, m.texts, 512), i64(m, m.lengths, 2)
    count_match(m, matches(texts, sizes[0], u8(m, m.texts + 256, 256), sizes[1], m.compare_mode, m.exact))
    return 0


class StringCompare(TextBlock, CountedBlock):
    """What both blocks have in common."""

    bStringMatch: BOOL = output("the text is, begins with or contains the reference")
    nCount: ULINT = output("number of matches")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest change of bStringMatch to TRUE")

    compare_mode: LINT = config("Equals, BeginsWith, Contains")
    exact: BOOL = config("case matters")

    def _take_modes(self, compare: int, count_mode: int, exact: bool, **counts: int) -> bool:
        if compare == E_ALY_StringCompareMode.NotInitialized:
            return self._finish(0x201B, "eStringCompareMode is NotInitialized")
        if self._count_mode_refused(count_mode):
            return False
        self._allocate(**counts)
        m = self._m
        m.compare_mode, m.count_mode, m.exact = compare, count_mode, exact
        return True


class FB_ALY_StringCompare_1Ch(SingleTextBlock, StringCompare, category="Compare"):
    """Compares a text with a reference and counts the matches.

    Sources: manual TF3510 EN 1.5.0 pp. 198-201 (InfoSys 6776663307, 6903836811, 6903966091), Workbench 4946592523.

    Documented: Equals, BeginsWith and Contains; Cyclic counts every call with a match, OnChange every change of the
    result to TRUE, which also sets fbTimeLastEvent.
    Chosen: every text begins with and contains the empty reference; which letters are equal without regard to case
    stands in `alycat.blocks.texts`; what `alycat.blocks.compare.operation` lists.

    Cost: O(length), with Contains at most O(length of the text * length of the reference).
    """

    step = step_1ch
    example = {
        "sReference": "OK",
        "eStringCompareMode": E_ALY_StringCompareMode.Equals,
        "eCountMode": E_ALY_CountMode.OnChange,
        "bCaseSensitive": True,
    }

    reference_size: LINT = config("characters of the reference")

    reference: USINT = buffer("the reference")

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "reference")

    @method
    def Configure(
        self,
        sReference: STRING_255,
        eStringCompareMode: E_ALY_StringCompareMode,
        eCountMode: E_ALY_CountMode,
        bCaseSensitive: BOOL,
    ) -> BOOL:
        """Takes the parameters and starts at 0.

        Parameters
        ----------
        sReference
            text to compare with
        eStringCompareMode
            whether the text of the channel has to equal it, begin with it or contain it
        eCountMode
            OnChange: count changes to TRUE, Cyclic: count every call with a match
        bCaseSensitive
            TRUE: upper and lower case differ

        Notes
        -----
        Errors: 16#201B no compare mode, 16#2004 no count mode.
        """
        if not self._take_modes(eStringCompareMode, eCountMode, bCaseSensitive, reference=TEXT_BYTES):
            return False
        self._m.reference_size = len(sReference)
        self._buffer("reference")[:] = text_bytes(sReference)
        return self._configured()

    @channel_setter
    def SetChannelValue(self, input: ANY_STRING) -> BOOL:
        """Takes the text of the channel for the next Call; the last one set counts.

        Parameters
        ----------
        input
            the text

        Notes
        -----
        Errors: 16#3011 no text, 16#3003 longer than 255 characters or outside code page 1252; what lies behind a zero
        does not belong to the text.
        """

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Compares. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time not usable, or text never set."""


class FB_ALY_StringCompare_2Ch(NumberedTextBlock, StringCompare, category="Compare"):
    """Compares the text of channel 1 with that of channel 2 and counts the matches.

    Sources: manual TF3510 EN 1.5.0 pp. 201-204 (InfoSys 6904186123), Workbench 4983798027.

    Documented: as FB_ALY_StringCompare_1Ch, with the text of channel 2 as reference. Chosen: as there.
    """

    step = step_2ch
    example = {
        "eStringCompareMode": E_ALY_StringCompareMode.Equals,
        "eCountMode": E_ALY_CountMode.OnChange,
        "bCaseSensitive": True,
    }

    @method
    def Configure(
        self, eStringCompareMode: E_ALY_StringCompareMode, eCountMode: E_ALY_CountMode, bCaseSensitive: BOOL
    ) -> BOOL:
        """Takes the parameters and starts at 0.

        Parameters
        ----------
        eStringCompareMode
            whether the text of channel 1 has to equal that of channel 2, begin with it or contain it
        eCountMode
            OnChange: count changes to TRUE, Cyclic: count every call with a match
        bCaseSensitive
            TRUE: upper and lower case differ

        Notes
        -----
        Errors: 16#201B no compare mode, 16#2004 no count mode.
        """
        return self._take_modes(eStringCompareMode, eCountMode, bCaseSensitive) and self._configured()

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Compares. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time not usable, or text never set."""
