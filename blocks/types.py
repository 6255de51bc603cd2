"""Enumerations and structures that inputs of several blocks share, with the vendor's names and numbers.

Sources: manual TF3510 EN 1.5.0 pp. 427-434; the pages behind each type are named at its place. NotInitialized is the
initial value nearly everywhere, so that a parameter that was forgotten is seen.
"""

import enum
from dataclasses import dataclass, field

from alycat.runtime.composite import Struct
from alycat.runtime.declare import var
from alycat.runtime.iec import LREAL, OTCID, STRING_255, UDINT, ULINT, string


class E_ALY_ComparisonOperator(enum.IntEnum):
    """How an input (left side) is compared with a threshold (right side); page 6899540235."""

    NotInitialized = 0
    GreaterThan = 1
    GreaterThanOrEqualTo = 2
    LessThan = 3
    LessThanOrEqualTo = 4
    Equals = 5
    NotEqualTo = 6


@dataclass
class ST_ALY_Threshold:
    """A condition for an input value, used as a level or for its edge; page 6778174091."""

    eComparisonOperator: E_ALY_ComparisonOperator = E_ALY_ComparisonOperator.NotInitialized
    fThreshold: LREAL = 0.0


@dataclass
class ST_ALY_ThresholdOnOff:
    """One condition for the on-state and one for the off-state; page 6786536843."""

    On: ST_ALY_Threshold = field(default_factory=ST_ALY_Threshold)
    Off: ST_ALY_Threshold = field(default_factory=ST_ALY_Threshold)


class E_ALY_MathOperator(enum.IntEnum):
    """Page 6899576715."""

    NotInitialized = 0
    Addition = 1
    Subtraction = 2
    Multiplication = 3
    Division = 4
    PowerOf = 5
    Modulo = 6


class E_ALY_TimespanOperator(enum.IntEnum):
    """Page 17642349451."""

    NotInitialized = 0
    Addition = 1
    Subtraction = 2


class E_ALY_CountMode(enum.IntEnum):
    """Cyclic counts every call in which the condition holds, OnChange only its changes to TRUE; page 6899547531."""

    NotInitialized = 0
    Cyclic = 1
    OnChange = 2


class E_ALY_TimerMode(enum.IntEnum):
    """Switch-on delay, switch-off delay, pulse; page 6899627787."""

    NotInitialized = 0
    TON = 1
    TOF = 2
    TP = 3


class E_ALY_IntegrationMode(enum.IntEnum):
    """Whether the signed or the absolute value is integrated; page 6899562123."""

    NotInitialized = 0
    Direct = 1
    Absolute = 2


class E_ALY_MovingAvgStartupBehaviour(enum.IntEnum):
    """What a moving average does until its window is full; page 6899584011 (ZeroPadding has no number there)."""

    NotInitialized = 0
    ZeroPadding = 1
    UseFirstValue = 2
    WaitUntilFilled = 3
    AvgOverExisting = 4


class E_ALY_CascadeStartupBehaviour(enum.IntEnum):
    """What a cascade shows before its first interval has elapsed; manual p. 429."""

    NotInitialized = 0
    WaitUntilFilled = 1
    UsePreviousCascadeValue = 2


class E_ALY_SampleMode(enum.IntEnum):
    """Shift register or batches; page 11174246923 has no numbers, these are chosen in listed order."""

    NotInitialized = 0
    Flow = 1
    Wait = 2


class E_ALY_WindowMode(enum.IntEnum):
    """Page 8734646667."""

    NotInitialized = 0
    SlidingWindow = 1
    FixWindow = 2
    Continuous = 3


class E_ALY_CorrelationMode(enum.IntEnum):
    """Page 8734530315 (Bessel is spelled with one s there)."""

    NotInitialized = 0
    Base = 1
    Normed = 2
    Covariance = 3
    CovarianceBesel = 4
    Pearson = 5


class E_ALY_LogicOperator(enum.IntEnum):
    """Page 6899569419."""

    NotInitialized = 0
    AND_ = 1
    OR_ = 2
    NAND_ = 3
    NOR_ = 4
    XOR_ = 5


class E_ALY_GateMode(enum.IntEnum):
    """Which crossings make a path OK; manual p. 431."""

    NotInitialized = 0
    IntersectGate = 1
    NotIntersectGate = 2
    IntersectProjection = 3
    NotIntersectProjection = 4
    IntersectGateOrProjection = 5


@dataclass
class ST_ALY_XyPosition:
    """A point in the plane; manual p. 427."""

    X: LREAL = 0.0
    Y: LREAL = 0.0


class E_ALY_KMeansInitMode(enum.IntEnum):
    """Where the first centres come from; page 9983941643."""

    NotInitialized = 0
    Random = 1
    Equidistant = 2
    Values = 3


class E_ALY_FunctionType(enum.IntEnum):
    """Wave form of the signal generator (the constant is spelled with two t); page 10001502347."""

    NotInitialized = 0
    Constt = 1
    Sine = 2
    Triangle = 3
    Rectangle = 4
    Sawtooth = 5


class E_ALY_Classification_2Cls(enum.IntEnum):
    """Page 6899505931."""

    NotInitialized = 0
    OK = 1
    NOK = 2


class E_ALY_Classification_3Cls(enum.IntEnum):
    """Page 6899512843."""

    NotInitialized = 0
    OK = 1
    Warning = 2
    Alarm = 3


class E_ALY_Classification_Bounds(enum.IntEnum):
    """Where a value lies with regard to two bounds; page 6899520139."""

    NotInitialized = 0
    WithinBounds = 1
    Smaller = 2
    Bigger = 3


class E_ALY_HistMode(enum.IntEnum):
    """Whether a histogram shows counts or percentages; page 13731480971."""

    NotInitialized = 0
    Absolute = 1
    Relative = 2


class E_ALY_StateHistMode(enum.IntEnum):
    """Whether a histogram of states shows counts or percentages; manual p. 430."""

    NotInitialized = 0
    Absolute = 1
    Relative = 2


class E_ALY_ParetoMode(enum.IntEnum):
    """Whether cycles or spans of time are summed; page 16567783435 has no number for Timespan, this one is chosen."""

    NotInitialized = 0
    Count = 1
    Timespan = 2


class E_ALY_BandMode(enum.IntEnum):
    """Whether the half width of a band is an offset or a percentage of the reference; page 6899499019."""

    NotInitialized = 0
    Absolute = 1
    Relative = 2


class E_ALY_TeachMode(enum.IntEnum):
    """How a taught value and a new one are merged; page 6899613195."""

    NotInitialized = 0
    Minimum = 1
    Maximum = 2
    Mean = 3


class E_ALY_TeachState(enum.IntEnum):
    """Page 6899620491."""

    Idle = 0
    Teach = 1
    Pending = 2
    PendingTeach = 3
    PendingIdle = 4


class E_ALY_ReadState(enum.IntEnum):
    """Page 6899591307."""

    Idle = 0
    Read = 1
    Pending = 2
    PendingRead = 3
    PendingIdle = 4


class E_ALY_ConfigState(enum.IntEnum):
    """Page 10050792971."""

    NotConfigured = 0
    Pending = 1
    Configured = 2


class E_ALY_ScalingMode(enum.IntEnum):
    """Which two parameters scale a value: smallest and largest, or mean and standard deviation; page 16556965515."""

    NotInitialized = 0
    Normalization = 1
    Standardization = 2


class E_ALY_StringCompareMode(enum.IntEnum):
    """Whether a text is, begins with or contains the reference; page 6899605899."""

    NotInitialized = 0
    Equals = 1
    BeginsWith = 2
    Contains = 3


class ST_ALY_FileHeader(Struct):
    """What a block tells of the file that it has read. The manual names the structure only; the members are chosen."""

    sKind: string(31) = var("what was learnt")  # type: ignore[valid-type]
    nVersion: UDINT = var("version of what is told of this kind")
    nNumValues: ULINT = var("values in the file")
    nTeachCycles: ULINT = var("teach cycles or values that went into it")


class E_ALY_AnomalyThresholdMode(enum.IntEnum):
    """What a running threshold of anomaly scores is made from; beyond the vendor."""

    NotInitialized = 0
    StandardDeviations = 1
    Quantile = 2


class E_ALY_DayOfWeek(enum.IntEnum):
    """Page 17643711115."""

    Sunday = 0
    Monday = 1
    Tuesday = 2
    Wednesday = 3
    Thursday = 4
    Friday = 5
    Saturday = 6
    Unspecified = 7

    iec_initial = enum.nonmember(7)


class E_ALY_RecurrenceSpecification(enum.IntEnum):
    """Which day of a month; page 17643739787."""

    NotInitialized = 0
    First = 1
    Last = 2
    SpecificDay = 3


class E_ALY_RecurrenceMode(enum.IntEnum):
    """Page 17643756939."""

    NotInitialized = 0
    Daily = 1
    Weekly = 2
    Monthly = 3
    Yearly = 4


# Bit masks, to be combined with `|`; written as calls because the vendor's name None is a keyword of Python.
E_ALY_DayOfWeekMask = enum.IntFlag(  # page 6899554827
    "E_ALY_DayOfWeekMask",
    {
        "None": 0,
        "Sunday": 1,
        "Monday": 2,
        "Tuesday": 4,
        "Wednesday": 8,
        "Thursday": 16,
        "Friday": 32,
        "Saturday": 64,
        "EveryDay": 127,
        "MondayToFriday": 62,
        "Weekend": 65,
    },
    module=__name__,
)
E_ALY_MonthOfYearMask = enum.IntFlag(  # page 17643694859
    "E_ALY_MonthOfYearMask",
    {
        "None": 0,
        "January": 1,
        "February": 2,
        "March": 4,
        "April": 8,
        "May": 16,
        "June": 32,
        "July": 64,
        "August": 128,
        "September": 256,
        "October": 512,
        "November": 1024,
        "December": 2048,
        "EveryMonth": 4095,
    },
    module=__name__,
)


class ST_ALY_IotSymbol_Config(Struct):
    """A symbol that is sent to a stream; manual p. 428."""

    sSymbolName: STRING_255 = var("such as MAIN.bOn")
    nOversamplingFactor: UDINT = var("values per cycle", 1)
    nArrayElements: UDINT = var("elements of an array", 1)


class ST_ALY_IotSymbolString_Config(Struct):
    """The same for a text; manual p. 428."""

    sSymbolName: STRING_255 = var("such as MAIN.sName")
    nStringSize: UDINT = var("bytes, with the one that ends the text", 81)
    nOversamplingFactor: UDINT = var("values per cycle", 1)
    nArrayElements: UDINT = var("elements of an array", 1)


class ST_ALY_StreamHelper_Config(Struct):
    """The helper that a stream of symbols goes through; manual p. 428."""

    nObjectID: OTCID = var("object id of the helper")
    nNumInputBuffer: UDINT = var("input buffers of each symbol", 20)


class ST_ALY_LiveMinMaxAvg(Struct):
    """A quantity and what it has been; manual p. 427."""

    fLive: LREAL = var("current value")
    fMin: LREAL = var("minimum")
    fMax: LREAL = var("maximum")
    fAvg: LREAL = var("average")
