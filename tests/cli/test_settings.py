"""`--set` and `--parameters`: names, types, structures, arrays, channels, methods."""

import enum
import json

import numpy as np
import pytest

from alycat.blocks import E_ALY_ComparisonOperator, ST_ALY_Threshold, ST_ALY_ThresholdOnOff
from alycat.runtime import iec
from alycat.runtime.cli.assignments import read_assignments
from alycat.runtime.cli.blocks_command import example_text
from alycat.runtime.cli.parameter_values import parse_value
from alycat.runtime.cli.replay_command import repeat_set
from alycat.runtime.cli.replaying import configured
from alycat.runtime.cli.settings import Column, configuring_methods, from_recording, read_settings, ways_to_configure
from alycat.runtime.errors import PlcError, RangeError, RecordingError, UnknownName, WrongType
from alycat.runtime.registry import all_blocks, find_block


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
        (iec.STRING, " a, b ", " a, b "),
        (iec.LREAL, " 2 ", 2.0),
        (iec.ANY, "3", 3.0),
        (E_Mode, "Fast", E_Mode.Fast),
        (E_Mode, "E_Mode.fast", E_Mode.Fast),
        (E_Mode, "0", E_Mode.Off),
    ],
)
def test_values(annotation, text, value):
    found = parse_value("--set p", kind(annotation), text)
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
        parse_value("--set p", kind(annotation), text)


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
        (["fEps=2"], WrongType, "--set fEps: given twice, as 1 and 2"),
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


def settings_of(block, *assignments, channels=1, file=None):
    return read_settings(find_block(block), assignments, channels, file)


ABOVE, BELOW = (ST_ALY_Threshold(E_ALY_ComparisonOperator[name], 5.0) for name in ("GreaterThan", "LessThan"))


@pytest.mark.parametrize(
    "given",
    [
        ["stThresholdEdge=GreaterThan,5"],
        ["stThresholdEdge.eComparisonOperator=greaterthan", "stThresholdEdge.fThreshold=5"],
        ["stThresholdEdge=GreaterThan,7", "stThresholdEdge.fThreshold=5"],
        ["ConfigureChannel.stThresholdEdge=E_ALY_ComparisonOperator.GreaterThan, 5.0"],
    ],
)
def test_a_structure_whole_and_by_its_members(given):
    settings = settings_of("EdgeCounter_1Ch", *given)
    assert settings.before == [("ConfigureChannel", {"stThresholdEdge": ABOVE})]
    assert settings.all() == dict(assignment.split("=") for assignment in given)


def test_structures_within_structures():
    both = ST_ALY_ThresholdOnOff(ABOVE, BELOW)
    for given in (
        ["stThresholdEdge=GreaterThan,5,LessThan,5"],
        ["stThresholdEdge.On=GreaterThan,5", "stThresholdEdge.Off=LessThan,5"],
        ["stThresholdEdge.On=GreaterThan,5", "stThresholdEdge.Off.eComparisonOperator=4", "stThresholdEdge.Off=3,5"],
    ):
        ((_, inputs),) = settings_of("EdgeCounterOnOff_1Ch", *given).before
        expected = both if len(given) < 3 else ST_ALY_ThresholdOnOff(ABOVE, ST_ALY_Threshold(4, 5.0))
        assert inputs["stThresholdEdge"] == expected


def test_channels_share_a_value_or_have_their_own():
    settings = settings_of(
        "FlipFlop_2Ch",
        "stThresholdLevel.eComparisonOperator=GreaterThan",
        "channel.1.stThresholdLevel.fThreshold=5",
        "channel.2.stThresholdLevel=LessThan,5",
        "bSetIsDominant=TRUE",
        "eCountMode=Cyclic",
        channels=2,
    )
    first, second = ({"nChannel": n, "stThresholdLevel": c} for n, c in ((1, ABOVE), (2, BELOW)))
    assert settings.before == [("ConfigureChannel", first), ("ConfigureChannel", second)]
    same = settings_of("EdgeCounterOnOff_2Ch", "stThresholdEdge=1,5", "bResetOnMultipleOn=0", channels=2)
    assert [inputs["stThresholdEdge"] for _, inputs in same.before] == [ABOVE, ABOVE]


def test_arrays_with_their_sizes_after_configure():
    basis = ["nNumCascades=3", "fSampleRate=100", "eStartupBehaviour=1"]
    settings = settings_of("Mean_1Ch", *basis, "pCascadesConfigArray=10ms,1s,1m")
    ((method, inputs),) = settings.after
    array = inputs["pCascadesConfigArray"]
    assert method == "SetCascades" and inputs["nCascadesConfigArraySize"] == 24
    assert array.dtype == np.uint64 and array.tolist() == [10**7, 10**9, 60 * 10**9]


@pytest.mark.parametrize(
    ("given", "way"),
    [
        (["tTimeEvent=8h"], "ConfigureDaily"),
        (["tTimeEvent=8h", "nDayOfWeekMask=62"], "ConfigureWeekly"),
        (["tTimeEvent=8h", "nDay=1", "eRecurrenceSpecification=3", "eDayOfWeek=Unspecified"], "ConfigureMonthly"),
        (["ConfigureDaily.tTimeEvent=8h"], "ConfigureDaily"),
        (["ConfigureWeekly.tTimeEvent=8h", "nDayOfWeekMask=62"], "ConfigureWeekly"),
    ],
)
def test_the_way_to_configure_follows_from_what_is_given(given, way):
    settings = settings_of("Calendar", *given)
    assert settings.way == way and settings.configure["tTimeEvent"] == 8 * 3600 * 10**9


def test_properties_body_inputs_and_columns():
    settings = settings_of(
        "IntervalPieceCounter_1Ch",
        "fTolerance=0.1",
        "bPersistent=TRUE",
        "tInterval=1m",
        "bResetOnMultipleStart=FALSE",
        "bStartInterval=@started",
    )
    assert settings.members == {"fTolerance": 0.1, "bPersistent": True}
    column = settings.call["bStartInterval"]
    assert isinstance(column, Column) and column.name == "started" and settings.all()["bStartInterval"] == "@started"


@pytest.mark.parametrize(
    ("block", "given", "error", "message"),
    [
        (
            "EdgeCounter_1Ch",
            "stThresholdEdge=5",
            WrongType,
            r"Edge=5: 1 value; a ST_ALY_Threshold has 2: eComparisonOperator, fThreshold",
        ),
        (
            "EdgeCounter_1Ch",
            "stThresholdEdge=Above,5",
            RangeError,
            r"eComparisonOperator: 'Above' is no E_ALY_Comp.*; allowed are .*GreaterThan",
        ),
        (
            "EdgeCounter_1Ch",
            "stThresholdEdge=GreaterThan,x",
            WrongType,
            r"stThresholdEdge.fThreshold=x: 'x' is no LREAL; a number",
        ),
        (
            "EdgeCounter_1Ch",
            "stThresholdEdge.fTreshold=1",
            UnknownName,
            r"ST_ALY_Threshold has no member 'fTreshold'; its members are eC",
        ),
        ("EdgeCounter_1Ch", "fTolerance.x=1", UnknownName, "--set fTolerance.x: a LREAL has no members"),
        (
            "EdgeCounter_1Ch",
            "channel.1.stThresholdEdge=1,1",
            UnknownName,
            r"is not given by channel; leave channel\.1\. out",
        ),
        ("FlipFlop_2Ch", "channel.3.stThresholdLevel=1,1", RangeError, r"no channel 3; allowed are 1\.\.2"),
        (
            "FlipFlop_2Ch",
            "channel.1.stThresholdLevel=1,1",
            WrongType,
            "FlipFlop_2Ch needs --set bSetIsDominant=BOOL eCountMode=E_ALY_CountMode",
        ),
        (
            "Mean_1Ch",
            "pCascadesConfigArray=1s,soon",
            RangeError,
            r"--set pCascadesConfigArray\[2\]: 'soon' is no duration",
        ),
        ("Mean_1Ch", "nCascadesConfigArraySize=8", UnknownName, "no such parameter"),
        (
            "Calendar",
            "nDay=8",
            WrongType,
            "--set nDay fits no way to configure it; ConfigureDaily takes tTimeEvent=LTIME; ",
        ),
        (
            "TimeClock_1Ch",
            "sTimeZone=Europe/Berln",
            RangeError,
            "--set sTimeZone: there is no time zone 'Europe/Berln'",
        ),
        ("Calendar", "ConfigureWeekly.nDay=8", UnknownName, r"allowed are tTimeEvent LTIME, nDayOfWeekMask WORD"),
    ],
)
def test_what_is_refused_names_the_value_and_what_is_allowed(block, given, error, message):
    with pytest.raises(error, match=message):
        settings_of(block, given, channels=2)


NESTED = {
    "channel": {"1": {"stThresholdLevel": {"eComparisonOperator": "GreaterThan", "fThreshold": 5}}},
    "stThresholdLevel": ["LessThan", 5],
    "bSetIsDominant": True,
    "eCountMode": 1,
}
AS_TOML = """
bSetIsDominant = true
eCountMode = 1
stThresholdLevel = ["LessThan", 5]
[channel.1.stThresholdLevel]
eComparisonOperator = "GreaterThan"
fThreshold = 5
"""


@pytest.mark.parametrize(("name", "text"), [("p.json", json.dumps(NESTED)), ("p.toml", AS_TOML)])
def test_a_file_says_the_same(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text)
    settings = settings_of("FlipFlop_2Ch", "eCountMode=OnChange", channels=2, file=file)
    assert [inputs["stThresholdLevel"] for _, inputs in settings.before] == [ABOVE, BELOW]
    assert settings.configure == {"bSetIsDominant": True, "eCountMode": 2}
    replaced = settings_of("FlipFlop_2Ch", "channel.1.stThresholdLevel=LessThan,5", channels=2, file=file)
    assert [inputs["stThresholdLevel"] for _, inputs in replaced.before] == [BELOW, BELOW]


@pytest.mark.parametrize(
    ("name", "text", "error", "message"),
    [
        ("p.json", "{", RecordingError, "p.json: no JSON: "),
        ("p.toml", "a = ", RecordingError, "p.toml: no TOML: "),
        ("p.json", "[1]", RecordingError, "an object with names and values is needed, not a list"),
        ("p.json", '{"fEps": null}', WrongType, "fEps: a null cannot be a parameter"),
        ("p.json", '{"fEps": [{"a": 1}]}', WrongType, "fEps: a list holds values only"),
        ("p.json", '{"fEps": "x"}', WrongType, r"p\.json: fEps=x: 'x' is no LREAL"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, name, text, error, message):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(error, match=message):
        settings_of("DenStream", file=file)
    with pytest.raises(RecordingError, match="no such file"):
        read_assignments([], tmp_path / "nothing.json")


def test_an_error_names_the_place_of_the_wrong_part(tmp_path):
    file = tmp_path / "p.json"
    file.write_text('{"stThresholdEdge": {"fThreshold": "high"}}')
    with pytest.raises(WrongType, match=r"p\.json: stThresholdEdge\.fThreshold=high"):
        settings_of("EdgeCounter_1Ch", "stThresholdEdge.eComparisonOperator=Equals", file=file)
    file.write_text('{"stThresholdEdge": ["Equals", 1]}')
    with pytest.raises(WrongType, match=r"--set stThresholdEdge\.fThreshold=low"):
        settings_of("EdgeCounter_1Ch", "stThresholdEdge.fThreshold=low", file=file)
    with pytest.raises(UnknownName, match=r"--set stThresholdEdge\.\.x: ST_ALY_Threshold has no member ''"):
        settings_of("EdgeCounter_1Ch", "stThresholdEdge..x=1", file=file)
    with pytest.raises(WrongType, match="--set '=5': NAME=VALUE is needed"):
        settings_of("EdgeCounter_1Ch", "=5")


# ---- texts -----------------------------------------------------------------------------------------------------------


def string_inputs():
    """Each STRING input of a method that configures."""
    for block in all_blocks():
        for method in configuring_methods(block):
            for declared in block.methods[method].inputs:
                if isinstance(declared.type, iec.StringType):
                    yield pytest.param(block, method, declared.name, id=f"{block.__name__}.{method}.{declared.name}")


@pytest.mark.parametrize(("block", "method", "name"), list(string_inputs()))
@pytest.mark.parametrize("form", ["command line", "json", "toml"])
def test_every_text_of_a_configuring_method_can_be_given(block, method, name, form, tmp_path):
    """Alone by its channel where it has one, with blanks, commas and quotes; the others from the block's example."""
    signature, value = block.methods[method], ' Öl, "A=1" '
    numbered = any(i.name == "nChannel" for i in signature.inputs)
    path = [method, *(["channel", "2"] if numbered else []), name]
    others = [path for path in needed(block, method, numbered) if path[-1] != name or path[0] != method]
    if form == "command line":
        given = read_settings(
            block, [f"{'.'.join(p)}={example(block, p)}" for p in others] + [f"{'.'.join(path)}={value}"], 2
        )
    else:
        tables = {}
        for p in [*others, path]:
            place = tables
            for part in p[:-1]:
                place = place.setdefault(part, {})
            place[p[-1]] = value if p == path else str(example(block, p))
        file = tmp_path / f"p.{form}"
        file.write_text(json.dumps(tables) if form == "json" else toml(tables))
        given = read_settings(block, [], 2, file)
    calls = dict([*given.before, (given.way, given.configure), *given.after])
    assert calls[method][name] == value and calls[method].get("nChannel", 2) == 2


def needed(block, method, numbered):
    """The paths of what has to be given besides: required inputs of this method, of the way to configure, of Call."""
    ways = ways_to_configure(block)
    way = method if method in ways else next((w for w in ways if w == "Configure"), "")
    for other in dict.fromkeys((method, way, "Call")):
        signature = block.methods.get(other)
        for declared in signature.values if other == "Call" else signature.inputs if signature else ():
            if declared.required and declared.name not in from_recording(block):
                yield [other, *(["channel", "2"] if other == method and numbered else []), declared.name]


def example(block, path):
    declared = next(i for i in block.methods[path[0]].inputs if i.name == path[-1])
    return example_text(declared, block.example)


def toml(tables, at=""):
    own = "".join(f"{k} = {json.dumps(v)}\n" for k, v in tables.items() if not isinstance(v, dict))
    inner = ((f"{at}.{k}".strip("."), v) for k, v in tables.items() if isinstance(v, dict))
    return own + "".join(f"[{path}]\n{toml(v, path)}" for path, v in inner)


def test_channels_of_two_sides():
    block = find_block("SankeyDiagram")
    texts = ["sChannelNameRest=Rest", "nNumChannelsOutflow=3", "ConfigureOutflowChannel.channel.3.sChannelName=Light"]
    given = read_settings(block, [*texts, "ConfigureInflowChannel.sChannelName=In"], 5)
    assert given.before == [
        ("ConfigureInflowChannel", {"nChannel": 1, "sChannelName": "In"}),
        ("ConfigureInflowChannel", {"nChannel": 2, "sChannelName": "In"}),
        ("ConfigureOutflowChannel", {"nChannel": 3, "sChannelName": "Light"}),
    ]
    assert given.all()["ConfigureOutflowChannel.channel.3.sChannelName"] == "Light"
    fb = configured(block, given, 5)
    assert fb.channel_names() == ["In", "In", "", "", "Light", "Rest"]
    assert fb.array_labels("fOutput") == ["In", "In", "", "", "Light"]
    with pytest.raises(UnknownName, match=r"write one of ConfigureInflowChannel.channel.1.sChannelName, Conf"):
        read_settings(block, ["sChannelNameRest=Rest", "channel.1.sChannelName=Grid"], 4)
    with pytest.raises(RangeError, match=r"no channel 4; allowed are 1..3"):
        read_settings(block, [*texts[:2], "ConfigureOutflowChannel.channel.4.sChannelName=x"], 5)
    with pytest.raises(
        PlcError, match="4 given; SankeyDiagram takes 5 with nNumChannelsInflow=2, nNumChannelsOutflow=3"
    ):
        configured(block, given, 4)


def test_names_of_channels_are_shown_with_their_number():
    given = read_settings(find_block("PieChart"), ["bRelativeOutput=TRUE", "channel.2.sChannelName=Öl"], 3)
    assert given.all() == {"bRelativeOutput": True, "channel.2.sChannelName": "Öl"}
    assert configured(find_block("PieChart"), given, 3).channel_names() == ["", "Öl", ""]


def test_an_array_of_the_results_can_be_left_out():
    given = read_settings(find_block("PieChart"), ["bRelativeOutput=TRUE", "fOutput=None"], 3)
    assert given.call == {"fOutput": None} and given.all()["fOutput"] == "none"
    with pytest.raises(WrongType, match="fOutput is an array of the results; only fOutput=none can be given"):
        read_settings(find_block("PieChart"), ["bRelativeOutput=TRUE", "fOutput=1"], 3)


def test_methods_that_take_values_configure_nothing():
    assert configuring_methods(find_block("Multiplexer")) == []
    with pytest.raises(UnknownName, match="input: follows from --channels"):
        read_settings(find_block("Multiplexer"), ["input=1"], 5)
