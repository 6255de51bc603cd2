"""Resolving, plans and the rules of a session, without a wire."""

import struct

import pytest
from bridge.fake_plc import FakePlc

from alycat.runtime.ads.client import LinkError
from alycat.runtime.ads.groups import STATE, VERSION
from alycat.runtime.ads.model import AdsError
from alycat.runtime.ads.session import ChannelError, Notices, Session, Settings, Wish
from alycat.runtime.iec import DINT, INT, LREAL, REAL, iec_type


def lreal(value):
    return ("LREAL", 5, struct.pack("<d", value))


@pytest.fixture
def plc():
    return FakePlc(
        {
            "MAIN.fVibration1": lreal(1.5),
            "MAIN.fVibration2": lreal(2.5),
            "MAIN.aValues": ("ARRAY [0..2] OF INT", 2, struct.pack("<3h", 1, -2, 3)),
            "MAIN.sName": ("STRING(9)", 30, b"alycat\0\0\0\0"),
            "GVL.nCluster": ("DINT", 3, bytes(4)),
            "GVL.fResult": lreal(0),
        }
    )


@pytest.fixture
def session(plc):
    def make(reads=(), writes=(), **settings):
        wishes = [[w if isinstance(w, Wish) else Wish(w, None) for w in side] for side in (reads, writes)]
        made = Session("fake", "1.2.3.4.1.1", 851, *wishes, settings=Settings(**settings))
        made.client = plc.client()
        return made

    return make


def test_a_cycle_is_one_sum_read_of_everything_with_version_and_state(plc, session):
    one = session(["MAIN.fVibration1", "MAIN.aValues", "MAIN.sName", "main.fvibration2"])
    one.bring_up()
    plc.log.clear()
    one.read()
    assert plc.log == ["sum_read"]
    snapshot = one.answers.get_nowait().snapshot
    assert snapshot.values == (1.5, [1, -2, 3], "alycat", 2.5)
    assert (snapshot.version, snapshot.state, one.online) == (1, 5, True)


@pytest.mark.parametrize("refused", [(STATE,), (VERSION, STATE)])
def test_a_device_that_refuses_version_or_state_in_a_sum_read_is_asked_apart(plc, session, refused):
    plc.refused_groups = refused
    one = session(["MAIN.fVibration1"])
    one.bring_up()
    one.read()
    assert one.answers.get_nowait().snapshot.values == (1.5,)
    plc.symbol_version, one._polled_ns = 2, 0
    with pytest.raises(AdsError, match="16#711"):
        one.read()


def test_a_new_symbol_version_in_the_answer_makes_its_values_void(plc, session):
    one = session(["MAIN.fVibration1"])
    one.bring_up()
    plc.symbol_version = 2
    with pytest.raises(AdsError, match="1809.*symbol table has changed"):
        one.read()
    assert one.answers.get_nowait().snapshot is None
    one.bring_up()
    one.read()
    assert one.answers.get_nowait().snapshot.version == 2 and one.resolves == 2 and one.connects == 1


def test_writes_go_by_handle_in_one_request_and_only_in_run(plc, session):
    one = session(writes=["GVL.nCluster", "GVL.fResult"])
    one.bring_up()
    assert one.offer([7, 0.5]) and not one.offer([8, 1.5])
    plc.log.clear()
    one.write()
    one.write()
    assert plc.log == ["sum_write"] and plc.memory.endswith(struct.pack("<id", 8, 1.5))
    plc.ads_state = 6
    one.read()
    one.offer([9, 2.5])
    one.write()
    assert plc.memory.endswith(struct.pack("<id", 8, 1.5))
    assert (one.writes_done, one.writes_refused) == (1, 1)
    plc.handles.clear()
    one.state = 5
    one.offer([9, 2.5])
    with pytest.raises(AdsError, match="1809.*GVL.nCluster"):
        one.write()
    assert one.writes_failed == 1


def test_write_in_stop_if_told_to(plc, session):
    plc.ads_state = 6
    one = session(writes=["GVL.nCluster"], write_in_stop=True)
    one.bring_up()
    one.offer([5])
    one.write()
    assert one.writes_done == 1


def test_a_value_that_does_not_fit_is_an_error_of_its_own(session):
    one = session(writes=["GVL.nCluster"])
    one.bring_up()
    one.offer([2**40])
    one.write()
    assert one.writes_failed == 1 and "GVL.nCluster: 1099511627776 is outside DINT" in one.error


def test_all_mistakes_are_named_at_once_with_close_matches(session):
    one = session(
        ["MAIN.fVibraton1", Wish("MAIN.fVibration2", iec_type(REAL), "MAIN.fIn")],
        [Wish("GVL.nCluster", iec_type(LREAL), "MAIN.fOut")],
    )
    with pytest.raises(ChannelError) as caught:
        one.bring_up()
    assert str(caught.value) == (
        "MAIN.fVibraton1: no such symbol in the PLC; close to it: MAIN.fVibration1, MAIN.fVibration2; "
        "MAIN.fVibration2: LREAL of the PLC does not fit into MAIN.fIn (REAL); "
        "GVL.nCluster: LREAL of MAIN.fOut does not fit into DINT of the PLC"
    )
    assert one.problem is caught.value and one.settled.is_set() and not one.online


def test_types_that_fit_without_loss_are_taken(session):
    one = session([Wish("GVL.nCluster", iec_type(LREAL))], [Wish("GVL.nCluster", iec_type(INT))])
    one.bring_up()
    one = session(writes=[Wish("GVL.fResult", iec_type(DINT))])
    one.bring_up()


def test_a_lost_link_forgets_what_was_to_be_written(plc, session):
    one = session(["MAIN.fVibration1"], ["GVL.nCluster"])
    one.bring_up()
    one.offer([1])
    plc.link_error = 1861
    with pytest.raises(LinkError):
        one.read()
    one.go_offline("lost")
    plc.link_error = None
    one.bring_up()
    one.write()
    assert one.writes_done == 0 and one.connects == 2


def test_notifications_carry_bytes_into_a_bounded_queue(plc, session):
    one = session(["MAIN.fVibration1", "MAIN.fVibration2"], notify=True, queue=3)
    one.bring_up()
    first = plc.table["MAIN.FVIBRATION1"]
    for value in range(5):
        one.client.callbacks[first.group, first.offset](value, struct.pack("<d", value))
    assert one.dropped == 2
    assert [(s.channel, s.filetime) for s in one.notices.drain()] == [(0, 2), (0, 3), (0, 4)]
    one.client.callbacks[STATE, 0](0, b"\x06\0\0\0")
    assert one.state == 6
    one.client.callbacks[VERSION, 0](0, b"\x01")
    one.heartbeat()
    one.client.callbacks[first.group, first.offset](9, b"")  # the symbol is gone
    with pytest.raises(AdsError, match="1809"):
        one.heartbeat()


def test_more_than_500_channels_are_split(session, plc):
    many = {f"GVL.f{i}": lreal(i) for i in range(1201)}
    big = FakePlc(many)
    one = session(list(many))
    one.client = big.client()
    one.bring_up()
    big.log.clear()
    one.read()
    assert big.log == ["sum_read"] * 3
    assert one.answers.get_nowait().snapshot.values == tuple(range(1201))


def test_notices_count_what_they_drop():
    notices = Notices((), 2)
    for i in range(5):
        notices.put(0, i, b"")
    assert notices.dropped == 3 and [s.filetime for s in notices.drain()] == [3, 4] and notices.drain() == []
