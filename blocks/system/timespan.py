"""FB_ALY_Timespan, its structured form, and the accuracy of its text."""

import enum
from dataclasses import dataclass

from alycat.runtime.declare import variable_member
from alycat.runtime.errors import RangeError
from alycat.runtime.iec import BOOL, DINT, LINT, STRING, ULINT, WORD
from alycat.runtime.methods import method
from alycat.runtime.rawvalue import RawValueBlock

from .datetime import I_ALY_Timespan

UNITS = (
    ("d", 86_400 * 10**9),
    ("h", 3600 * 10**9),
    ("m", 60 * 10**9),
    ("s", 10**9),
    ("ms", 10**6),
    ("us", 10**3),
    ("ns", 1),
)
LARGEST_DAYS = 0xFFFF


class E_ALY_TimestampAccuracy(enum.IntEnum):
    """Finest unit of a text (manual p. 434; numbers in listed order)."""

    Day = 0
    Hour = 1
    Minute = 2
    Second = 3
    Millisecond = 4
    Microsecond = 5
    Nanosecond = 6


@dataclass
class ST_ALY_Timespan:
    """A timespan as sign and parts, each a WORD (manual p. 434)."""

    bIsNegative: BOOL = False
    wDays: WORD = 0
    wHours: WORD = 0
    wMinutes: WORD = 0
    wSeconds: WORD = 0
    wMilliseconds: WORD = 0
    wMicroseconds: WORD = 0
    wNanoseconds: WORD = 0

    def parts(self) -> tuple[int, ...]:
        """Days to nanoseconds, in the order of UNITS."""
        return (
            self.wDays,
            self.wHours,
            self.wMinutes,
            self.wSeconds,
            self.wMilliseconds,
            self.wMicroseconds,
            self.wNanoseconds,
        )


def split(raw: int) -> list[int]:
    """Days, hours, minutes, seconds, milli-, micro- and nanoseconds of a timespan's absolute value."""
    rest, parts = abs(raw), []
    for _, unit in UNITS:
        part, rest = divmod(rest, unit)
        parts.append(part)
    return parts


def F_RawTimespan_TO_Structured(tTimespan: int) -> ST_ALY_Timespan:
    """Splits a raw timespan in ns (page 6778214155). Chosen: more than 65,535 days saturate at 65,535 (WORD)."""
    days, *rest = split(tTimespan)
    return ST_ALY_Timespan(tTimespan < 0, min(days, LARGEST_DAYS), *rest)


def F_StructuredTimespan_TO_Raw(stTimespan: ST_ALY_Timespan) -> int:
    """The raw timespan in ns (page 6778216075). Parts above their usual range add up; outside LINT: RangeError."""
    total = sum(part * unit for part, (_, unit) in zip(stTimespan.parts(), UNITS, strict=True))
    raw = -total if stTimespan.bIsNegative else total
    if not -(2**63) <= raw < 2**63:
        raise RangeError(f"{stTimespan} is outside LINT")
    return raw


class FB_ALY_Timespan(RawValueBlock, category="System"):
    """Holds a signed timespan in nanoseconds (manual p. 399, page 6778236555).

    The arithmetic methods change `nRaw` and return it; their documented type is ULINT, so a negative result comes
    back as the same 64 bits. Chosen, as the manual is silent: arithmetic wraps at 64 bits; the Total methods cut off
    toward zero.
    """

    iec_storage = LINT

    nRaw: LINT = variable_member("timespan in ns")

    def _set(self, raw: int) -> int:
        self._m.nRaw = (raw + 2**63) % 2**64 - 2**63
        return int(self._m.nRaw) % 2**64

    @method
    def AddRaw(self, nRaw: LINT) -> ULINT:
        """Adds a signed timespan in ns and returns the new one."""
        return self._set(self._m.nRaw + nRaw)

    @method
    def AddTimespan(self, ipTimespan: I_ALY_Timespan) -> ULINT:
        """Adds another timespan and returns the new one."""
        return self._set(self._m.nRaw + ipTimespan.nRaw)

    @method
    def SubRaw(self, nRaw: LINT) -> ULINT:
        """Subtracts a signed timespan in ns and returns the new one."""
        return self._set(self._m.nRaw - nRaw)

    @method
    def SubTimespan(self, ipTimespan: I_ALY_Timespan) -> ULINT:
        """Subtracts another timespan and returns the new one."""
        return self._set(self._m.nRaw - ipTimespan.nRaw)

    @method
    def EqualsTo(self, ipTimespan: I_ALY_Timespan) -> BOOL:
        """TRUE when both timespans are equal."""
        return bool(self._m.nRaw == ipTimespan.nRaw)

    @method
    def ToFormatString(self) -> STRING:
        """The text dd:hh:mm:ss,f. Chosen: at least two digits of days, nine of the fraction, a leading minus."""
        days, hours, minutes, seconds, *_ = split(self._m.nRaw)
        fraction = abs(self._m.nRaw) % 10**9
        return f"{self._sign()}{days:02}:{hours:02}:{minutes:02}:{seconds:02},{fraction:09}"

    @method
    def ToString(self, eAccuracy: E_ALY_TimestampAccuracy) -> STRING:
        """Compact text such as 1d2m3s4ms5ns; units of 0 are left out. Chosen: finer units are cut off, nothing left
        reads as 0 of the finest unit (0s), a leading minus for negative spans, us for microseconds."""
        shown = list(zip(split(self._m.nRaw), UNITS, strict=True))[: eAccuracy + 1]
        text = "".join(f"{part}{unit}" for part, (unit, _) in shown if part)
        return self._sign() + text if text else f"0{UNITS[eAccuracy][0]}"

    def _sign(self) -> str:
        return "-" if self._m.nRaw < 0 else ""

    def _whole(self, unit: int) -> int:
        raw = int(self._m.nRaw)
        return abs(raw) // unit * (-1 if raw < 0 else 1)

    @method
    def TotalDays(self) -> DINT:
        """Whole days."""
        return self._whole(86_400 * 10**9)

    @method
    def TotalHours(self) -> DINT:
        """Whole hours."""
        return self._whole(3600 * 10**9)

    @method
    def TotalMinutes(self) -> DINT:
        """Whole minutes."""
        return self._whole(60 * 10**9)

    @method
    def TotalSeconds(self) -> LINT:
        """Whole seconds."""
        return self._whole(10**9)

    def __repr__(self) -> str:
        return f"<FB_ALY_Timespan {self.ToString(E_ALY_TimestampAccuracy.Nanosecond)}>"
