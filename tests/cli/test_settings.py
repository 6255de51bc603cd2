"""`--set`: names, types and values."""

import enum

import pytest

from alycat.runtime import iec
from alycat.runtime.cli.replay_command import repeat_set
from alycat.runtime.cli.settings import parse_value, read_settings
from alycat.runtime.errors import RangeError, UnknownName, WrongType
from alycat.runtime.registry import find_block


class E_Mode(enum.IntEnum):
    Off = 0
    Fast = 1


def kind(annotation):
    return iec.iec_type(annotation)


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (iec.LREAL, "0.15", 0.15),
        (iec.LREAL, "1e-3", 1e-3),
        (iec.UDINT, "100", 100),
        (iec.BOOL, "TRUE", True),
        (iec.BOOL, "false", False),
        (iec.BOOL, "1", True),
        (iec.LTIME, "1m30s", 90 * 10**9),
        (iec.TIME, "T#10ms", 10),
        (iec.LTIME, "5", 5),
        (iec.LINT, "2s", 2 * 10**9),
        (iec.LINT, "-7", -7),
        (iec.STRING, "a b", "a b"),
        (iec.ANY, "3", 3.0),
        (E_Mode, "Fast", E_Mode.Fast),
        (E_Mode, "E_Mode.fast", E_Mode.Fast),
        (E_Mode, "0", E_Mode.Off),
    ],
)
def test_values(annotation, text, value):
    found = parse_value("p", kind(annotation), text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("annotation", "text", "error", "message"),
    [
        (iec.LREAL, "abc", WrongType, "--set p=abc: 'abc' is no LREAL; a number is needed"),
        (iec.LREAL, "0,15", WrongType, "'0,15' is no LREAL"),
        (iec.UDINT, "1.5", WrongType, "'1.5' is no UDINT; a whole number is needed"),
        (iec.UDINT, "-1", RangeError, "--set p: -1 is outside UDINT 0..4294967295"),
        (iec.BOOL, "yes", WrongType, "'yes' is no BOOL; TRUE or FALSE is needed"),
        (iec.LTIME, "soon", RangeError, "--set p: 'soon' is no duration"),
        (E_Mode, "Slow", RangeError, "--set p: 'Slow' is no E_Mode; allowed are Off, Fast"),
    ],
)
def test_refused_values(annotation, text, error, message):
    with pytest.raises(error, match=message.replace("(", r"\(")):
        parse_value("p", kind(annotation), text)


COMPLETE = [f"{i.name}=1" for i in find_block("DenStream").methods["Configure"].inputs]


def test_settings_are_sorted_by_where_they_belong():
    settings = read_settings(find_block("DenStream"), [*COMPLETE, "bUpdateMCs=FALSE"])
    assert settings.call == {"bUpdateMCs": False} and settings.init == {}
    assert settings.configure["fEps"] == 1.0 and settings.configure["nPotMCsBufferSize"] == 1


@pytest.mark.parametrize(
    ("extra", "error", "message"),
    [
        (
            ["fEpps=1"],
            UnknownName,
            r"fEpps: DenStream has no such parameter \(did you mean fEps\?\); allowed are fEps LREAL, .*bUpdateMCs",
        ),
        (["nNumChannels=2"], UnknownName, "--set nNumChannels: follows from --channels"),
        (["tTimestamp=2"], UnknownName, "--set tTimestamp: follows from --time"),
        (["fEps=2"], WrongType, "--set fEps: given twice, as 1.0 and 2"),
        (["fEps"], WrongType, "--set 'fEps': NAME=VALUE is needed"),
    ],
)
def test_refused_settings(extra, error, message):
    with pytest.raises(error, match=message):
        read_settings(find_block("DenStream"), [*COMPLETE, *extra])


def test_missing_settings_are_all_named():
    with pytest.raises(
        WrongType, match=r"DenStream needs --set fMuBeta=LREAL .*nOutMCsBufferSize=UDINT; see 'alycat blocks"
    ):
        read_settings(find_block("DenStream"), ["fEps=1"])


def test_one_set_takes_several_assignments():
    args = ["f.csv", "--set", "a=1", "b=2", "--block", "X", "--set=c=3", "d=4", "--json"]
    assert list(repeat_set(args)) == [
        "f.csv", "--set", "a=1", "--set", "b=2", "--block", "X", "--set=c=3", "--set", "d=4", "--json",
    ]  # fmt: skip
    assert list(repeat_set(["--set", "a=1", "g.csv", "h=1.csv"])) == ["--set", "a=1", "g.csv", "h=1.csv"]
