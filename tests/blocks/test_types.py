"""The enumerations and structures of the library: every name, number, type and initial value of the manual."""

from typing import Annotated

import pytest

from alycat import blocks
from alycat.runtime import Plc, Program, RangeError, WrongType
from alycat.runtime.composite import Array
from alycat.runtime.iec import iec_type

NONE_FIRST = {  # numbered from 0 on, the first one is NotInitialized and the initial value
    "E_ALY_BandMode": "Absolute Relative",
    "E_ALY_CascadeStartupBehaviour": "WaitUntilFilled UsePreviousCascadeValue",
    "E_ALY_Classification_2Cls": "OK NOK",
    "E_ALY_Classification_3Cls": "OK Warning Alarm",
    "E_ALY_Classification_Bounds": "WithinBounds Smaller Bigger",
    "E_ALY_ComparisonOperator": "GreaterThan GreaterThanOrEqualTo LessThan LessThanOrEqualTo Equals NotEqualTo",
    "E_ALY_CorrelationMode": "Base Normed Covariance CovarianceBesel Pearson",
    "E_ALY_CountMode": "Cyclic OnChange",
    "E_ALY_FunctionType": "Constt Sine Triangle Rectangle Sawtooth",
    "E_ALY_GateMode": "IntersectGate NotIntersectGate IntersectProjection NotIntersectProjection "
    "IntersectGateOrProjection",
    "E_ALY_HistMode": "Absolute Relative",
    "E_ALY_IntegrationMode": "Direct Absolute",
    "E_ALY_KMeansInitMode": "Random Equidistant Values",
    "E_ALY_LogicOperator": "AND_ OR_ NAND_ NOR_ XOR_",
    "E_ALY_MathOperator": "Addition Subtraction Multiplication Division PowerOf Modulo",
    "E_ALY_MovingAvgStartupBehaviour": "ZeroPadding UseFirstValue WaitUntilFilled AvgOverExisting",
    "E_ALY_ParetoMode": "Count Timespan",
    "E_ALY_RecurrenceMode": "Daily Weekly Monthly Yearly",
    "E_ALY_RecurrenceSpecification": "First Last SpecificDay",
    "E_ALY_SampleMode": "Flow Wait",
    "E_ALY_ScalingMode": "Normalization Standardization",
    "E_ALY_StateHistMode": "Absolute Relative",
    "E_ALY_StringCompareMode": "Equals BeginsWith Contains",
    "E_ALY_TeachMode": "Minimum Maximum Mean",
    "E_ALY_TimerMode": "TON TOF TP",
    "E_ALY_TimespanOperator": "Addition Subtraction",
    "E_ALY_WindowMode": "SlidingWindow FixWindow Continuous",
}
OTHERS = {  # the initial value, and all in order from 0 on
    "E_ALY_ConfigState": ("NotConfigured", "NotConfigured Pending Configured"),
    "E_ALY_DayOfWeek": ("Unspecified", "Sunday Monday Tuesday Wednesday Thursday Friday Saturday Unspecified"),
    "E_ALY_ReadState": ("Idle", "Idle Read Pending PendingRead PendingIdle"),
    "E_ALY_TeachState": ("Idle", "Idle Teach Pending PendingTeach PendingIdle"),
    "E_ALY_TimestampAccuracy": ("Day", "Day Hour Minute Second Millisecond Microsecond Nanosecond"),
}
DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split()
MONTHS = "January February March April May June July August September October November December".split()
UNITS = "Days Hours Minutes Seconds Milliseconds Microseconds Nanoseconds".split()
ENUMS = {n: ("NotInitialized", f"NotInitialized {text}") for n, text in NONE_FIRST.items()} | OTHERS


@pytest.mark.parametrize("name", ENUMS)
def test_enumerations(name):
    initial, members = ENUMS[name]
    found = getattr(blocks, name)
    assert {m.name: m.value for m in found} == {member: i for i, member in enumerate(members.split())}
    assert iec_type(found).initial == found[initial] and iec_type(found).storage.name == "INT"


def test_masks():
    days = {day: 1 << i for i, day in enumerate(DAYS)}
    days |= {"None": 0, "EveryDay": 127, "MondayToFriday": 62, "Weekend": 65}
    months = {"None": 0, "EveryMonth": 4095} | {month: 1 << i for i, month in enumerate(MONTHS)}
    for name, members in (("E_ALY_DayOfWeekMask", days), ("E_ALY_MonthOfYearMask", months)):
        mask = getattr(blocks, name)
        assert {n: m.value for n, m in mask.__members__.items()} == members

        class MAIN(Program):
            eMask: mask

            def cycle(self):
                pass

        main = MAIN()
        assert main.eMask == 0
        main.eMask = mask(5)
        assert main.eMask == 5 and isinstance(main.eMask, mask)
        with pytest.raises(RangeError, match="outside INT"):
            main.eMask = 40_000


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("ST_ALY_FileHeader", {}),
        ("ST_ALY_IotSymbol_Config", {"sSymbolName": "", "nOversamplingFactor": 1, "nArrayElements": 1}),
        (
            "ST_ALY_IotSymbolString_Config",
            {"sSymbolName": "", "nStringSize": 81, "nOversamplingFactor": 1, "nArrayElements": 1},
        ),
        ("ST_ALY_LiveMinMaxAvg", {"fLive": 0, "fMin": 0, "fMax": 0, "fAvg": 0}),
        ("ST_ALY_StreamHelper_Config", {"nObjectID": 0, "nNumInputBuffer": 20}),
        ("ST_ALY_Threshold", {"eComparisonOperator": 0, "fThreshold": 0}),
        ("ST_ALY_ThresholdOnOff", {"On": blocks.ST_ALY_Threshold(), "Off": blocks.ST_ALY_Threshold()}),
        ("ST_ALY_Timespan", {"bIsNegative": False} | {f"w{unit}": 0 for unit in UNITS}),
        ("ST_ALY_XyPosition", {"X": 0, "Y": 0}),
    ],
)
def test_structures(name, members):
    found = getattr(blocks, name)()
    for member, initial in members.items():
        assert getattr(found, member) == initial


def test_structures_of_methods_as_variables_of_a_program():
    class MAIN(Program):
        stGatePos1: blocks.ST_ALY_XyPosition
        stGatePos2: blocks.ST_ALY_XyPosition = blocks.ST_ALY_XyPosition(0.0, 4.0)
        stOnOff: blocks.ST_ALY_ThresholdOnOff
        aPoints: Annotated[Array[blocks.ST_ALY_XyPosition], (1, 2)]
        stTimespan: blocks.ST_ALY_Timespan

        def cycle(self):
            pass

    main, operator = MAIN(), blocks.E_ALY_ComparisonOperator
    assert (main.stGatePos1.Y, main.stGatePos2.Y) == (0.0, 4.0)
    main.stGatePos1.X = 1
    main.stGatePos2 = (1.0, 4.0)
    main.aPoints[2] = {"X": 3.0}
    main.stOnOff.On = blocks.ST_ALY_Threshold(operator.GreaterThan, 2.0)
    main.stOnOff.Off.eComparisonOperator = operator.LessThan
    gate = blocks.FB_ALY_XyGateMonitor_2Ch()
    assert gate.Configure(blocks.E_ALY_GateMode.IntersectGate, main.stGatePos1, main.stGatePos2)
    assert gate.outlines()[0].tolist() == [[1, 0], [1, 4]]
    counter = blocks.FB_ALY_EdgeCounterOnOff_1Ch()
    assert counter.ConfigureChannel(main.stOnOff) and counter.Configure()
    assert counter.channel_levels() == [(0, 2.0, "> 2"), (0, 0.0, "< 0")]
    main.stTimespan = blocks.F_RawTimespan_TO_Structured(-90 * 10**9)
    assert main.stTimespan.bIsNegative and (main.stTimespan.wMinutes, main.stTimespan.wSeconds) == (1, 30)
    with pytest.raises(WrongType, match="no ST_ALY_XyPosition"):
        main.stGatePos1 = 5
    plc = Plc()
    plc.task("PlcTask", cycle_time="1ms", programs=[main])
    assert plc.symbols["MAIN.stGatePos2.Y"].read() == 4.0
