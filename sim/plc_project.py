"""The project behind `alycat plc`: a lively Plc for everybody who develops an ADS client and has no hardware.

One program on a 10 ms task, with a variable of every kind that clients have to cope with; the counter `MAIN.nCounter`
goes up by one in each cycle. Beside it a pump and a motor with their faults, and some hundred channels that move.

`build()` gives the Plc on a virtual clock; a real-time clock makes it a machine::

    plc = build(RealTimeClock())
"""

import enum
import math
from typing import Annotated

from alycat.runtime.clock import Clock, current_clock
from alycat.runtime.composite import Array, FunctionBlock, Struct, Union, enum_base, rpc_method
from alycat.runtime.dctime import UNIX_OFFSET_NS
from alycat.runtime.declare import var
from alycat.runtime.iec import (
    BIT,
    BOOL,
    BYTE,
    DATE,
    DINT,
    DT,
    DWORD,
    INT,
    LINT,
    LREAL,
    LTIME,
    LWORD,
    REAL,
    SINT,
    STRING,
    TIME,
    TOD,
    UDINT,
    UINT,
    ULINT,
    USINT,
    WORD,
    WSTRING,
    Alias,
    PointerType,
    ReferenceType,
    StringType,
    Subrange,
    WStringType,
)
from alycat.runtime.plc import Plc
from alycat.runtime.program import GlobalVariables, Program
from alycat.runtime.tctext import parse

from .plants import motor, pump

CHANNELS = 320
CHANNELS_PER_CYCLE = 16
DAY_NS = 86_400 * 10**9
T_Speed = Annotated[LREAL, Alias("T_Speed")]
T_Percent = Annotated[INT, Subrange(0, 100, "T_Percent")]


class E_Mode(enum.IntEnum):
    """What the machine is doing."""

    Stopped = 0
    Starting = 1
    Running = 2
    Fault = 10


@enum_base(UDINT)
class E_Color(enum.IntEnum):
    """An enumeration with a base type of its own."""

    Red = 0x00FF0000
    Green = 0x0000FF00
    Blue = 0x000000FF


class ST_Point(Struct):
    """A point in the plane."""

    x: LREAL = var("to the right", attributes={"DisplayUnit": "mm"})
    y: LREAL = var("upwards", attributes={"DisplayUnit": "mm"})


class ST_Axis(Struct):
    """A structure with structures and arrays in it."""

    sName: Annotated[str, StringType(30)] = var("name of the axis")
    bEnabled: BOOL
    stActual: ST_Point
    stTarget: ST_Point
    fVelocity: T_Speed = var("velocity", DisplayMin="0", DisplayMax="500")
    aHistory: Annotated[Array[REAL], (0, 7)] = var("latest positions, newest first")


class ST_Packed(Struct, pack_mode=1):
    """Without gaps, as clients without knowledge of alignment expect it."""

    nId: BYTE
    fValue: LREAL
    nCount: UINT
    bValid: BOOL
    nTotal: UDINT


class ST_Status(ST_Point):
    """A structure that extends another one, with bits."""

    bReady: BIT
    bBusy: BIT
    bError: BIT
    eMode: E_Mode


class U_Value(Union):
    """The same four bytes in three ways."""

    nRaw: UDINT
    fValue: REAL
    aBytes: Annotated[Array[BYTE], (0, 3)]


class FB_Base(FunctionBlock):
    """A function block with hidden pointer and methods."""

    nCalls: UDINT = var("calls so far")

    @rpc_method
    def Reset(self) -> BOOL:
        """Sets the number of calls to 0."""
        self.nCalls = 0
        return True


class FB_Calculator(FB_Base):
    """A function block that extends another one; all methods can be called over ADS."""

    fMemory: LREAL = var("latest result")

    @rpc_method
    def Add(self, fA: LREAL, fB: LREAL) -> LREAL:
        """The sum of two numbers."""
        self.nCalls += 1
        self.fMemory = fA + fB
        return self.fMemory

    @rpc_method(outputs=["nQuotient", "nRemainder"])
    def Divide(self, nDividend: DINT, nDivisor: DINT) -> tuple[BOOL, DINT, DINT]:
        """Whole division, FALSE for a divisor of 0."""
        self.nCalls += 1
        if nDivisor == 0:
            return False, 0, 0
        quotient = abs(nDividend) // abs(nDivisor) * (1 if (nDividend < 0) == (nDivisor < 0) else -1)
        return True, min(quotient, 2**31 - 1), nDividend - quotient * nDivisor

    @rpc_method
    def Describe(self, sPrefix: STRING) -> STRING:
        """A text about the latest result."""
        return f"{sPrefix[:40]}{self.fMemory:.3f}"


class FB_Counter(FunctionBlock):
    """A block that the program calls in each cycle."""

    nIn: UDINT
    nCount: UDINT
    stLast: ST_Point


class Scalars(GlobalVariables):
    """One variable of each elementary type; those whose names begin with Write are left to the clients."""

    bBool: BOOL = var("changes every second")
    nByte: BYTE
    nWord: WORD
    nDword: DWORD
    nLword: LWORD
    nSint: SINT
    nUsint: USINT
    nInt: INT
    nUint: UINT
    nDint: DINT
    nUdint: UDINT
    nLint: LINT
    nUlint: ULINT
    fReal: REAL = var("sine with a period of 10 s", attributes={"DisplayMin": "-1", "DisplayMax": "1"})
    fLreal: LREAL = var("cosine with a period of 10 s")
    tTime: TIME
    tLtime: LTIME
    tDate: DATE
    tTimeOfDay: TOD
    tDateAndTime: DT
    sString: STRING = "Hello"
    sLong: Annotated[str, StringType(255)] = "a STRING(255)"
    sUtf8: Annotated[str, StringType(80)] = var("as UTF-8", "Grüße, 世界", TcEncoding="UTF-8")
    sWide: WSTRING = "Grüße, 世界"
    sWideLong: Annotated[str, WStringType(200)] = "a WSTRING(200)"
    eMode: E_Mode = E_Mode.Running
    eColor: E_Color = E_Color.Green
    fSpeed: T_Speed = 1.5
    nPercent: T_Percent = var("0..100", 50)


class GVL(GlobalVariables):
    """Composite variables, plant channels, and what is meant to be written."""

    nVersion: UDINT = var("a constant", 1, constant=True)
    nStarts: UDINT = var("persistent", persistent=True)
    aInts: Annotated[Array[INT], (0, 9)] = [10 * n for n in range(10)]  # type: ignore[assignment]
    aLreals: Annotated[Array[LREAL], (1, 100)] = var("a moving wave")
    aGrid: Annotated[Array[REAL], (0, 1), (0, 2)]
    aCube: Annotated[Array[BYTE], (-1, 1), (0, 2), (1, 2)]
    aRows: Annotated[Array[Annotated[Array[INT], (0, 2)]], (1, 2)] = var("an array of arrays")
    aTexts: Annotated[Array[STRING], (0, 3)] = ["zero", "one", "two", "three"]  # type: ignore[assignment]
    aPoints: Annotated[Array[ST_Point], (0, 4)]
    aPointGrid: Annotated[Array[ST_Point], (1, 2), (1, 3)]
    stPoint: ST_Point = var("for clients to write")
    stAxis: ST_Axis
    stPacked: ST_Packed
    stStatus: ST_Status
    uValue: U_Value
    pCounter: Annotated[int, PointerType(UDINT)] = var("points to MAIN.nCounter")
    refPoint: Annotated[int, ReferenceType(ST_Point)] = var("refers to GVL.stPoint")
    fbCalculator: FB_Calculator
    aCounters: Annotated[Array[FB_Counter], (1, 3)]
    bWrite: BOOL = var("for clients to write")
    nWrite: DINT = var("for clients to write")
    fWrite: LREAL = var("for clients to write")
    sWrite: STRING = var("for clients to write")
    fPumpFlow: LREAL = var("flow of the pump", attributes={"DisplayUnit": "m3/h"})
    fPumpPressure: LREAL = var("pressure of the pump", attributes={"DisplayUnit": "bar"})
    fMotorTemperature: LREAL = var("winding above ambient", attributes={"DisplayUnit": "10 K"})
    fMotorVibration: LREAL = var("vibration of the motor", attributes={"DisplayUnit": "mm/s"})


def channels_text() -> str:
    """Declarations of the many channels, as a TwinCAT project holds them."""
    lines = (f"    fChannel{n:03} : LREAL := {n}; // channel {n}" for n in range(1, CHANNELS + 1))
    return "\n".join(["VAR_GLOBAL", *lines, "END_VAR"])


class MAIN(Program):
    """Moves everything; the counter tells each cycle from the next."""

    nCounter: UDINT = var("goes up by 1 in each cycle of 10 ms")
    fRamp: LREAL = var("0..1 in 10 s")
    bBlink: BOOL = var("changes every second")
    sStatus: STRING
    stPosition: ST_Point = var("on a circle")
    aWave: Annotated[Array[LREAL], (0, 9)]
    fbCounter: FB_Counter

    def __init__(self, scalars: Scalars, gvl: GVL, channels: GlobalVariables) -> None:
        self.scalars, self.gvl, self.channels = scalars, gvl, channels

    def cycle(self) -> None:
        count = self.nCounter = (self.nCounter + 1) & 0xFFFFFFFF
        turn = count % 1000 / 1000
        sine, cosine = math.sin(2 * math.pi * turn), math.cos(2 * math.pi * turn)
        self.fRamp = turn
        self.bBlink = count // 100 % 2 == 1
        self.stPosition.x, self.stPosition.y = cosine, sine
        self.aWave[count % 10] = sine
        self.fbCounter.nIn = count
        self.fbCounter.nCount = (self.fbCounter.nCount + 1) & 0xFFFFFFFF
        self._move_scalars(count, sine, cosine)
        self._move_composites(count, sine, cosine)
        self._move_channels(count, sine)
        if count % 100 == 1:
            self.sStatus = f"running, cycle {count}"

    def _move_scalars(self, count: int, sine: float, cosine: float) -> None:
        scalars, now = self.scalars, current_clock().now()
        scalars.bBool = self.bBlink
        scalars.nByte = scalars.nUsint = count & 0xFF
        scalars.nWord = scalars.nUint = count & 0xFFFF
        scalars.nDword = scalars.nUdint = count
        scalars.nLword = scalars.nUlint = count << 32 | count
        scalars.nSint = (count & 0xFF) - 128
        scalars.nInt = round(30_000 * sine)
        scalars.nDint, scalars.nLint = -count % 2**31, -count
        scalars.fReal, scalars.fLreal = sine, cosine
        scalars.tTime, scalars.tLtime = count * 10 & 0xFFFFFFFF, now % DAY_NS
        unix_seconds = (now + UNIX_OFFSET_NS) // 10**9 & 0xFFFFFFFF
        scalars.tDateAndTime, scalars.tDate = unix_seconds, unix_seconds - unix_seconds % 86_400
        scalars.tTimeOfDay = now % DAY_NS // 10**6
        scalars.nPercent = round(50 + 50 * sine)
        scalars.fSpeed = 1.5 + sine

    def _move_composites(self, count: int, sine: float, cosine: float) -> None:
        gvl = self.gvl
        gvl.aLreals[1 + count % 100] = sine
        gvl.aGrid[count % 2, count % 3] = cosine
        gvl.aPoints[count % 5] = self.stPosition
        axis = gvl.stAxis
        axis.bEnabled, axis.fVelocity = True, 100 * (1 + sine)
        axis.stActual = self.stPosition
        axis.aHistory[count % 8] = sine
        packed = gvl.stPacked
        packed.nId, packed.fValue, packed.nCount, packed.nTotal = count & 0xFF, sine, count & 0xFFFF, count
        packed.bValid = True
        status = gvl.stStatus
        status.bReady, status.bBusy = True, self.bBlink
        status.eMode = E_Mode.Running if self.bBlink else E_Mode.Starting
        gvl.uValue.fValue = sine
        counter = gvl.aCounters[1 + count % 3]
        counter.nCount += 1

    def _move_channels(self, count: int, sine: float) -> None:
        """A few channels in each cycle, all of them five times a second."""
        first = count * CHANNELS_PER_CYCLE % CHANNELS
        for n in range(first + 1, first + CHANNELS_PER_CYCLE + 1):
            setattr(self.channels, f"fChannel{n:03}", n + sine)


def build(clock: Clock | None = None) -> Plc:
    """The Plc, ready to run."""
    scalars, gvl = Scalars(), GVL()
    channels = parse(channels_text(), "Channels").globals["Channels"]()
    plc = Plc(clock, name="alycat")
    task = plc.task("PlcTask", "10ms", priority=20, programs=[MAIN(scalars, gvl, channels)])
    for variables in (scalars, gvl, channels):
        plc.add_globals(variables)
    gvl.stAxis.sName = "X"
    gvl.nStarts += 1
    gvl.pCounter, gvl.refPoint = plc.symbols.address("MAIN.nCounter"), plc.symbols.address("GVL.stPoint")
    pump_plant, motor_plant = pump(seed=1).starting(plc), motor(seed=1).starting(plc)
    task.link(pump_plant["flow"], "GVL.fPumpFlow")
    task.link(pump_plant["pressure"], "GVL.fPumpPressure")
    task.link(motor_plant["temperature"], "GVL.fMotorTemperature")
    task.link(motor_plant["vibration"], "GVL.fMotorVibration")
    return plc
