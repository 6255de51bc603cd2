"""FB_ALY_DateTime: one time stamp with arithmetic, comparison and text form."""

from typing import Annotated, Any

from alycat.runtime.dctime import format_timestamp
from alycat.runtime.declare import variable_member
from alycat.runtime.iec import BOOL, LINT, STRING_29, ULINT, InterfaceType
from alycat.runtime.methods import method
from alycat.runtime.rawvalue import RawValueBlock

I_ALY_Timespan = Annotated[Any, InterfaceType("I_ALY_Timespan", needs=("nRaw",))]
I_ALY_DateTime = Annotated[Any, InterfaceType("I_ALY_DateTime", needs=("nRaw",))]

_MODULO = 2**64


class FB_ALY_DateTime(RawValueBlock, category="System"):
    """Holds a time stamp in nanoseconds since 2000-01-01 00:00:00 UTC (manual p. 396, page 6778232715).

    `nRaw` can be read and assigned. The Add and Sub methods change it and return it. A stamp that was never set is 0
    and reads 2000-01-01-00:00:00.000000000. Chosen, as the manual is silent: arithmetic is modulo 2**64 (ULINT).
    """

    iec_storage = ULINT

    nRaw: ULINT = variable_member("ns since 2000-01-01 00:00:00 UTC")

    @method
    def AddRaw(self, nRaw: LINT) -> ULINT:
        """Adds a signed timespan in ns and returns the new time stamp."""
        self._m.nRaw = (self._m.nRaw + nRaw) % _MODULO
        return self._m.nRaw

    @method
    def AddTimespan(self, ipTimespan: I_ALY_Timespan) -> ULINT:
        """Adds the timespan of a FB_ALY_Timespan and returns the new time stamp."""
        return self.AddRaw(ipTimespan.nRaw)

    @method
    def SubRaw(self, nRaw: LINT) -> ULINT:
        """Subtracts a signed timespan in ns and returns the new time stamp."""
        self._m.nRaw = (self._m.nRaw - nRaw) % _MODULO
        return self._m.nRaw

    @method
    def SubTimespan(self, ipTimespan: I_ALY_Timespan) -> ULINT:
        """Subtracts the timespan of a FB_ALY_Timespan and returns the new time stamp."""
        return self.SubRaw(ipTimespan.nRaw)

    @method
    def EqualsTo(self, ipDateTime: I_ALY_DateTime) -> BOOL:
        """TRUE when both time stamps are equal."""
        return bool(self._m.nRaw == ipDateTime.nRaw)

    @method
    def ToString(self) -> STRING_29:
        """The text YYYY-MM-DD-hh:mm:ss.nnnnnnnnn in UTC."""
        return format_timestamp(self._m.nRaw)

    def __repr__(self) -> str:
        return f"<FB_ALY_DateTime {self.ToString()}>"
