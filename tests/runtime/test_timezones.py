"""The table of clock changes against zoneinfo, and names that are none."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.runtime import Plc, Program
from alycat.runtime.timezones import check_time_zone, current_time_zone, zone_table

S = 10**9
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), st.integers(0, 292 * 365 * 86_400))
def test_offsets_are_those_of_zoneinfo(zone, second):
    table = zone_table(zone)
    changes = (len(table) - 1) // 3
    period = np.searchsorted(table[:changes], second * S, side="right")
    expected = (EPOCH + dt.timedelta(seconds=second)).astimezone(ZoneInfo(zone)).utcoffset()
    assert table[2 * changes + period] == expected.total_seconds() * S


@pytest.mark.parametrize("zone", ZONES)
def test_each_change_is_the_first_second_of_its_period(zone):
    table = zone_table(zone)
    changes = (len(table) - 1) // 3
    ends, local_ends, offsets = table[:changes], table[changes : 2 * changes], table[2 * changes :]
    assert (np.diff(ends) > 0).all() and (np.diff(local_ends) > 0).all()
    for end, before, after in zip(ends, offsets[:-1], offsets[1:], strict=True):
        moments = [EPOCH + dt.timedelta(seconds=int(end) // S - back) for back in (1, 0)]
        found = [moment.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() * S for moment in moments]
        assert found == [before, after]


def test_utc_has_no_changes():
    assert zone_table("").tolist() == zone_table("UTC").tolist() == [0]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Europe/Berln", r"where: there is no time zone 'Europe/Berln'; close to it: Europe/Berlin"),
        ("Europe", "no time zone 'Europe'"),
        ("../etc/passwd", "IANA names such as Europe/Berlin"),
    ],
)
def test_names_that_are_none(name, message):
    with pytest.raises(ValueError, match=message):
        check_time_zone(name, "where")
    with pytest.raises(ValueError, match="time_zone: there is no time zone"):
        Plc(time_zone=name)


def test_without_time_zone_data_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr("zoneinfo.available_timezones", set)
    with pytest.raises(ValueError, match="pip install tzdata"):
        check_time_zone("Europe/Nowhere")


class Looks(Program):
    def __init__(self):
        self.seen = ""

    def cycle(self):
        self.seen = current_time_zone()


def test_the_zone_of_a_plc_holds_while_it_runs():
    program, plc = Looks(), Plc(time_zone="Europe/Berlin")
    plc.task("PlcTask", "10ms", programs=[program])
    plc.run(cycles=1)
    assert program.seen == "Europe/Berlin" and current_time_zone() == ""
