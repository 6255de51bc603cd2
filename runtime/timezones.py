"""Time zones for what follows the calendar: a table of clock changes that compiled code can search.

Names are those of the IANA data base (``Europe/Berlin``), the rules come from `zoneinfo`: from the system, or from
the package tzdata where the system has none. The empty name is UTC. The Plc sets the zone of everything that names
none, see `Plc(time_zone=...)`.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from .errors import RangeError, one_of, resembling
from .iec import StringType

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2292, 1, 1, tzinfo=UTC)  # beyond what a LINT of ns can hold
_STEP = timedelta(days=1)  # no zone changes its clock twice within it
_S = 10**9

_current: ContextVar[str] = ContextVar("alycat_time_zone", default="")


def current_time_zone() -> str:
    """The time zone of the Plc that is running in this thread or task, else UTC (an empty name)."""
    return _current.get()


@contextmanager
def use_time_zone(name: str) -> Iterator[None]:
    """Make a time zone the current one, as Plc.run does."""
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)


def check_time_zone(name: str, where: str = "time zone") -> str:
    """The name itself; RangeError if there is no such time zone."""
    if name:
        _zone(name, where)
    return name


@functools.cache
def zone_table(name: str) -> NDArray[np.int64]:
    """The clock changes of a zone from 2000 to 2292, for n periods between them.

    n - 1 ends of periods as UTC, n - 1 ends as the local clock shows them just before, n offsets (local minus UTC); all
    in ns since 2000-01-01.
    """
    if not name:
        return np.zeros(1, np.int64)
    zone = _zone(name, "time zone")
    ends, offsets = [], [_offset(zone, _EPOCH)]
    before = _EPOCH
    while before < _LAST:
        after = before + _STEP
        if _offset(zone, after) != offsets[-1]:
            change = _change(zone, before, after)
            ends.append((change - _EPOCH) // timedelta(microseconds=1) * 1000)
            offsets.append(_offset(zone, change))
        before = after
    table = np.array([*ends, *(end + offset for end, offset in zip(ends, offsets, strict=False)), *offsets], np.int64)
    table.flags.writeable = False
    return table


def _zone(name: str, where: str) -> "ZoneInfo":
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError for a folder of the data base such as 'Europe'
        known = available_timezones()
        near = resembling(name, known)
        hint = f"close to it: {one_of(near)}" if near else "IANA names such as Europe/Berlin are allowed"
        if not known:
            hint = "this system has no time zone data: python -m pip install tzdata"
        raise RangeError(f"{where}: there is no time zone {name!r}; {hint}") from None


def _offset(zone: Any, when: datetime) -> int:
    """Local time minus UTC in ns."""
    offset = when.astimezone(zone).utcoffset() or timedelta(0)
    return int(offset.total_seconds()) * _S


def _change(zone: Any, before: datetime, after: datetime) -> datetime:
    """The first second with another offset than `before`."""
    old = _offset(zone, before)
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, before + timedelta(seconds=middle)) == old else (low, middle)
    return before + timedelta(seconds=high)


class TimeZoneType(StringType):
    """A STRING that holds the name of a time zone."""

    samples = ("", "", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")

    def check(self, value: Any, name: str) -> bytes:
        data = super().check(value, name)
        check_time_zone(value, name)
        return data


TIME_ZONE = Annotated[str, TimeZoneType()]
