"""The blocks with texts: against their references, and what a user sees."""

import numpy as np
import pytest
from oracle import texts as oracle
from oracle.comparing import S, agreement, run

from alycat.blocks import (
    E_ALY_CountMode,
    E_ALY_StringCompareMode,
    FB_ALY_DetectStringChange_1Ch,
    FB_ALY_StringCompare_1Ch,
    FB_ALY_StringCompare_2Ch,
    FB_ALY_ThresholdStringClassificator_1Ch,
)
from alycat.runtime import RangeError, WrongType

Mode, Count = E_ALY_StringCompareMode, E_ALY_CountMode

test_compare_1ch_agrees = agreement(FB_ALY_StringCompare_1Ch, oracle.Compare, examples=80)
test_compare_2ch_agrees = agreement(FB_ALY_StringCompare_2Ch, oracle.Compare)
test_change_agrees = agreement(FB_ALY_DetectStringChange_1Ch, oracle.Change)
test_classes_agree = agreement(FB_ALY_ThresholdStringClassificator_1Ch, oracle.Classes)


def times(rows):
    return np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(S)


def compare(reference="OK", mode=Mode.Equals, count=Count.OnChange, exact=True):
    fb = FB_ALY_StringCompare_1Ch()
    assert fb.Configure(reference, mode, count, exact), fb.ipResultMessage
    return fb


def matches(fb, words):
    return fb.replay(times(len(words)), words)["bStringMatch"].astype(int).tolist()


def test_the_three_modes():
    words = ["OK", "OK 17", "not OK", "ok", ""]
    assert matches(compare(), words) == [1, 0, 0, 0, 0]
    assert matches(compare(mode=Mode.BeginsWith), words) == [1, 1, 0, 0, 0]
    assert matches(compare(mode=Mode.Contains), words) == [1, 1, 1, 0, 0]
    assert matches(compare(exact=False), words) == [1, 0, 0, 1, 0]
    assert matches(compare(reference="", mode=Mode.Contains), words) == [1, 1, 1, 1, 1]


def test_case_is_that_of_code_page_1252():
    pairs = ["ÄÖÜ", "äöü", "ŠŒŽŸ", "šœžÿ", "ß", "µ", "\xd7", "€"]
    for a, b in (("ÄÖÜ", "äöü"), ("ŠŒŽŸ", "šœžÿ")):
        assert matches(compare(a, exact=False), [b]) == [1]
        assert matches(compare(a), [b]) == [0]
    for other in pairs[4:]:
        assert matches(compare(other, exact=False), [other, other + "x"]) == [1, 0]
    assert matches(compare("\xd7", exact=False), ["÷"]) == [0]  # times and divided by, 32 apart as A and a are


def test_on_change_and_cyclic():
    words = ["OK", "OK", "NOK", "OK"]
    assert compare().replay(times(4), words)["nCount"].tolist() == [1, 1, 1, 2]
    trace = compare(count=Count.Cyclic).replay(times(4), words)
    assert trace["nCount"].tolist() == [1, 2, 2, 3]
    assert trace["fbTimeLastEvent"].tolist() == [S, S, S, 4 * S]


def test_what_set_channel_value_takes():
    fb = compare()
    for wrong, event_id, text in (
        (17, 0x3011, "17 is no text"),
        (b"OK", 0x3011, "is no text"),
        (None, 0x3011, "None is no text"),
        ("x" * 256, 0x3003, "256 characters do not fit into STRING(255)"),
        ("ä" * 256, 0x3003, "256 characters"),
        ("Ω", 0x3003, "outside code page 1252"),
    ):
        assert not fb.SetChannelValue(wrong)
        assert fb.ipResultMessage.nEventId == event_id and text in fb.ipResultMessage.sEventText
    assert not fb.Call(S) and "channel 1 was never set" in fb.ipResultMessage.sEventText
    assert fb.SetChannelValue("x" * 255) and fb.Call(S) and not fb.bStringMatch
    assert fb.SetChannelValue("OK\0rest") and fb.Call(S) and fb.bStringMatch
    two = FB_ALY_StringCompare_2Ch()
    assert not two.SetChannelValue(3, "x") and "channel 3 is outside 1..2" in two.ipResultMessage.sEventText


def test_a_shorter_text_leaves_nothing_behind():
    left, right = compare(), compare()
    for word in ("a long text", "OK"):
        left.SetChannelValue(word)
    right.SetChannelValue("OK")
    assert left.state_bytes() == right.state_bytes()


def test_replay_takes_what_numpy_and_polars_hold():
    words = ["OK", "€ä", "", "OK", "abc"]
    expected = compare().replay(times(5), words).tobytes()
    columns = (
        np.array(words),
        np.array(words, object),
        np.char.encode(words, "cp1252"),
        np.char.encode(words, "cp1252").astype("S255")[:, np.newaxis],
    )
    for column in columns:
        assert compare().replay(times(5), column).tobytes() == expected
    import polars as pl

    assert compare().replay(times(5), pl.Series(words)).tobytes() == expected
    spoilt = compare().replay(times(3), ["OK", None, "OK"])
    assert spoilt["bError"].tolist() == [False, True, False]
    assert compare().replay(times(2), np.array([b"OK\0x", b"OK"], "S5"))["bStringMatch"].all()


def test_replay_refuses_what_is_no_text():
    fb = compare()
    with pytest.raises(WrongType, match="values must be texts"):
        fb.replay(times(2), np.array([1.0, 2.0]))
    with pytest.raises(WrongType, match=r"1\.5 is no text"):
        fb.replay(times(2), ["OK", 1.5])
    with pytest.raises(RangeError, match=r"shape \(1,\), \(1, 2\) expected"):
        two = FB_ALY_StringCompare_2Ch()
        two.Configure(Mode.Equals, Count.OnChange, True)
        two.replay(times(1), ["OK"])


@pytest.mark.parametrize("form", [list, np.array, lambda texts: np.array(texts, object)])
def test_texts_that_set_channel_value_refuses_are_refused_rows(form):
    texts = ["OK", "Ω", "OK", "x" * 256, "€", "OK", "ä" * 255]
    fb, cyclic = compare(count=Count.Cyclic), compare(count=Count.Cyclic)
    trace = fb.replay(times(7), form(texts))
    for row, text in enumerate(texts):
        taken = cyclic.SetChannelValue(text) and cyclic.Call(int(times(7)[row]))
        assert trace["bError"][row] == (not taken) == cyclic.bError
        assert (trace["bStringMatch"][row], trace["nCount"][row]) == (cyclic.bStringMatch, cyclic.nCount)
    assert trace["bError"].nonzero()[0].tolist() == [1, 3] and fb.nCount == 3


def test_the_reference_of_two_channels_may_change():
    fb = FB_ALY_StringCompare_2Ch()
    assert fb.Configure(Mode.BeginsWith, Count.OnChange, True)
    trace = fb.replay(times(3), [["abc", "ab"], ["abc", "b"], ["xyz", "xyz"]])
    assert trace["bStringMatch"].tolist() == [True, False, True] and fb.nCount == 2


def test_modes_have_to_be_given():
    fb = FB_ALY_StringCompare_1Ch()
    assert not fb.Configure("x", Mode.NotInitialized, Count.Cyclic, True) and fb.ipResultMessage.nEventId == 0x201B
    assert not fb.Configure("x", Mode.Equals, Count.NotInitialized, True) and fb.ipResultMessage.nEventId == 0x2004
    with pytest.raises(RangeError, match=r"256 characters do not fit into STRING\(255\)"):
        fb.Configure("x" * 256, Mode.Equals, Count.Cyclic, True)


def test_the_text_of_the_class():
    fb = FB_ALY_ThresholdStringClassificator_1Ch()
    assert fb.Configure(10, 20, "kühl", "warm, but long", "heiß") and fb.sResult == ""
    trace = run(fb, [0, 10, 19, 20, 0])
    assert trace["sResult"].tolist() == [t.encode("cp1252") for t in ("kühl", *["warm, but long"] * 2, "heiß", "kühl")]
    assert fb.sResult == "kühl" and trace["fbTimeLastEvent"].tolist() == [S, 2 * S, 2 * S, 4 * S, 5 * S]
    fb.Reset()
    assert fb.sResult == "" and not any(bytes(fb._m.sResult))
    assert run(fb, [0, 20])["sResult"].tolist() == [t.encode("cp1252") for t in ("kühl", "heiß")]
    for levels, event_id in (((20, 10), 0x2021), ((np.nan, 10), 0x201A), ((10, np.inf), 0x201A)):
        assert not fb.Configure(*levels, "", "", "") and fb.ipResultMessage.nEventId == event_id
        assert "the first one not above the second one" in fb.ipResultMessage.sEventText
    assert fb.Configure(10, 10, "a", "b", "c") and run(fb, [9, 10])["sResult"].tolist() == [b"a", b"c"]
