"""Time as integers: nanoseconds since 2000-01-01 00:00:00 UTC (T_DCTIME64), durations in nanoseconds.

Source: Tc3_Analytics manual page 2642375819; no leap seconds, as in TwinCAT.
"""

import re
from datetime import UTC, date, datetime, timedelta

from .errors import RangeError, WrongType

UNIX_OFFSET_NS = 946_684_800 * 10**9
FILETIME_OFFSET = 125_911_584_000_000_000  # ticks of 100 ns from 1601-01-01 to 2000-01-01
LATEST = 2**64 - 1

UNITS_NS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "min": 60 * 10**9,
    "h": 3600 * 10**9,
    "d": 86_400 * 10**9,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-zµ]+)", re.IGNORECASE)
_PREFIX = re.compile(r"^(?:L?T|L?TIME)#", re.IGNORECASE)
_TEXT = re.compile(r"^(\d{4})-(\d\d)-(\d\d)-(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$")
_ISO_FRACTION = re.compile(r"[.,](\d+)")

Duration = int | str | timedelta


def parse_duration(value: Duration, name: str = "duration") -> int:
    """Nanoseconds of ``"10ms"``, ``"1m30s"``, ``"T#10ms"``, a timedelta, or an integer of nanoseconds.

    Raises WrongType for a float or other type, RangeError for a text that is no duration.
    """
    if isinstance(value, timedelta):
        return (value.days * 86_400 + value.seconds) * 10**9 + value.microseconds * 1000
    if isinstance(value, str):
        return _duration_of_text(value, name)
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise WrongType(f"{name}: {value!r} is no duration; use a text such as '10ms' or whole nanoseconds")
    return int(value)


def _duration_of_text(text: str, name: str) -> int:
    body = _PREFIX.sub("", text.strip()).replace("_", "")
    sign, body = (-1, body[1:]) if body.startswith("-") else (1, body)
    total, position = 0, 0
    for part in _PART.finditer(body):
        unit = UNITS_NS.get(part[2].lower())
        if unit is None or body[position : part.start()].strip():
            break
        whole, _, fraction = part[1].partition(".")
        total += int(whole) * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)
        position = part.end()
    if not position or body[position:].strip():
        raise RangeError(f"{name}: {text!r} is no duration; use numbers with ns, us, ms, s, m, h or d, such as '10ms'")
    return sign * total


def format_duration(ns: int) -> str:
    """A short text for people: ``10 ms``, ``2.5 s``, ``1 h 30 min``."""
    if ns < 0:
        return "-" + format_duration(-ns)
    for unit, name in ((1, "ns"), (10**3, "us"), (10**6, "ms")):
        if ns < unit * 1000:
            return f"{ns / unit:g} {name}"
    if ns < 60 * 10**9:
        return f"{ns / 10**9:g} s"
    minutes, seconds = divmod(ns // 10**9, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n} {u}" for n, u in ((hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(parts)


def from_unix_ns(unix_ns: int) -> int:
    """DC time of a Unix time in nanoseconds; before 2000 there is none (RangeError)."""
    dc = unix_ns - UNIX_OFFSET_NS
    if not 0 <= dc <= LATEST:
        raise RangeError(f"{unix_ns} ns since 1970 is outside DC time, which begins at 2000-01-01 UTC")
    return dc


def to_unix_ns(dc_ns: int) -> int:
    return dc_ns + UNIX_OFFSET_NS


def from_filetime(ticks: int) -> int:
    """DC time of a Windows file time (100 ns since 1601-01-01 UTC)."""
    return (ticks - FILETIME_OFFSET) * 100


def to_filetime(dc_ns: int) -> int:
    return dc_ns // 100 + FILETIME_OFFSET


def to_datetime(dc_ns: int) -> datetime:
    """An aware UTC datetime; what is finer than a microsecond is cut off."""
    return datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=dc_ns // 1000)


def from_datetime(value: datetime) -> int:
    """DC time of a datetime; a naive one is taken as UTC."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    delta = aware - datetime(2000, 1, 1, tzinfo=UTC)
    return from_unix_ns(UNIX_OFFSET_NS + (delta.days * 86_400 + delta.seconds) * 10**9 + delta.microseconds * 1000)


def format_timestamp(dc_ns: int) -> str:
    """The library's text form ``YYYY-MM-DD-hh:mm:ss.nnnnnnnnn`` (29 characters, UTC)."""
    seconds, nanoseconds = divmod(dc_ns, 10**9)
    days, seconds = divmod(seconds, 86_400)
    day = date.fromordinal(date(2000, 1, 1).toordinal() + days)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{day.isoformat()}-{clock}.{nanoseconds:09}"


def parse_timestamp(value: int | str | datetime, name: str = "timestamp") -> int:
    """DC time of ISO 8601 text (naive = UTC), of the library's own text form, a datetime, or DC nanoseconds."""
    if isinstance(value, datetime):
        return from_datetime(value)
    if not isinstance(value, str):
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise WrongType(f"{name}: {value!r} is no time; use ISO 8601 text or whole nanoseconds since 2000-01-01")
        if not 0 <= int(value) <= LATEST:
            raise RangeError(f"{name}: {value} is outside 0..{LATEST}")
        return int(value)
    text = value.strip()
    vendor = _TEXT.match(text)
    if vendor:
        *fields, fraction = vendor.groups()
        fraction = (fraction or "").ljust(9, "0")
    else:
        found = _ISO_FRACTION.search(text)
        fraction = (found[1] if found else "").ljust(9, "0")[:9]
        text = _ISO_FRACTION.sub("", text, count=1)
    try:
        moment = datetime(*map(int, fields)) if vendor else datetime.fromisoformat(text)  # type: ignore[arg-type]
    except ValueError:
        raise RangeError(f"{name}: {value!r} is no time; use ISO 8601 such as 2025-01-31T08:00:00Z") from None
    return from_datetime(moment) + int(fraction)
