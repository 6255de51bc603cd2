"""Plain reference of local time: zoneinfo, and for hours that the clock skips a search for the change."""

import datetime as dt
from zoneinfo import ZoneInfo

S = 10**9
EPOCH = dt.datetime(2000, 1, 1)


def local_of(t, zone):
    """The local time in ns at a UTC time in ns."""
    return t + offset(t // S, zone) * S


def offset(second, zone):
    when = EPOCH.replace(tzinfo=dt.UTC) + dt.timedelta(seconds=second)
    return int(when.astimezone(ZoneInfo(zone or "UTC")).utcoffset().total_seconds())


def utc_of(local, zone):
    """The first UTC time in ns at which the local clock shows `local` ns or later."""
    seconds, rest = divmod(local, S)
    naive = EPOCH + dt.timedelta(seconds=seconds)
    early, late = (naive.replace(tzinfo=ZoneInfo(zone or "UTC"), fold=fold) for fold in (0, 1))
    utc = seconds - int(early.utcoffset().total_seconds())
    if utc + offset(utc, zone) == seconds:
        return utc * S + rest
    before = seconds - int(late.utcoffset().total_seconds())
    assert before < utc
    return next(s for s in range(before, utc + 1) if s + offset(s, zone) >= seconds) * S
