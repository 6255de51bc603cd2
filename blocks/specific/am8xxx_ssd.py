"""FB_ALY_AM8xxxSSD: humidity, temperature and vibration that a motor's encoder reports."""

import math
from typing import Any, ClassVar

import numpy as np

from alycat.runtime.block import FixedChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, PVOID, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel, uint64
from alycat.runtime.memory import f64, i64, u8, u64

from ..conditions import TimedBlock, bad_call, time_passed
from ..system.datetime import FB_ALY_DateTime
from ..types import ST_ALY_LiveMinMaxAvg
from ..windows import add

QUANTITIES = 8
HUMIDITY, TEMPERATURE, X_RMS, Y_RMS = 0, 1, 2, 5
LEAST_TEMPERATURE, MOST_TEMPERATURE = -50.0, 150.0  # degrees C
WORD = 4294967296.0
SCALES = (0.01, 0.01, 0.001, 0.01, 0.001, 0.001, 0.01, 0.001)
X, Y = 0, 1


@kernel
def raw_value(words: Any, i: int) -> int:
    """Quantity i: the lower half of a sensor word, or its upper half; temperatures are signed."""
    word = int64(words[1 + i // 2])
    half = (word >> 16) & 0xFFFF if i & 1 else word & 0xFFFF
    if i == TEMPERATURE and half >= 0x8000:
        half -= 0x10000
    return half


@kernel
def place(value: float, low: float, high: float, count: int) -> int:
    """Which of `count` equal sections a value lies in; the first and the last one take what lies outside."""
    share = (value - low) / (high - low) * float(count)
    return int64(min(max(share, 0.0), float(count) - 0.5))


@kernel
def note(m: Any, at: int, i: int, value: float) -> None:
    """Live value, minimum, maximum and average of a quantity."""
    shown, sums = f64(m, at, 4), f64(m, m.sums, 2 * QUANTITIES)
    sums[2 * i], sums[2 * i + 1] = add(sums[2 * i], sums[2 * i + 1], value)
    shown[0] = value
    shown[1] = value if m.updates == 1 else min(shown[1], value)
    shown[2] = value if m.updates == 1 else max(shown[2], value)
    shown[3] = (sums[2 * i] + sums[2 * i + 1]) / float(m.updates)


@kernel
def count_shock(m: Any, axis: int, value: float) -> bool:
    """One value of the RMS acceleration of an axis: its histogram, and whether it rises above the threshold."""
    bars = m.bins + 2
    histogram = u64(m, m.histograms, 2 * bars)
    limit = 2.0 * m.threshold
    bar = int64(0)
    if value > limit:
        bar = bars - 1
    elif value >= 0.0:
        bar = 1 + place(value, 0.0, limit, m.bins)
    histogram[axis * bars + bar] += uint64(1)
    above = u8(m, m.above, 2)
    was_above = above[axis]
    above[axis] = value > m.threshold
    return value > m.threshold and was_above == 0 and m.updates > 1


@kernel
def take(m: Any, words: Any) -> None:
    """New sensor data."""
    m.updates += 1
    values = f64(m, m.values, QUANTITIES)
    for i in range(QUANTITIES):
        values[i] = float(raw_value(words, i)) * SCALES[i]
    note(m, m.at_stHumidity, 0, values[0])
    note(m, m.at_stTemperature, 1, values[1])
    note(m, m.at_stXRmsAcceleration, 2, values[2])
    note(m, m.at_stXKurtosisAcceleration, 3, values[3])
    note(m, m.at_stXPeakPeakAcceleration, 4, values[4])
    note(m, m.at_stYRmsAcceleration, 5, values[5])
    note(m, m.at_stYKurtosisAcceleration, 6, values[6])
    note(m, m.at_stYPeakPeakAcceleration, 7, values[7])
    if count_shock(m, X, values[X_RMS]):
        m.nCountXShocks += 1
        m.fbLastXShockEvent = m.tTimestamp
    if count_shock(m, Y, values[Y_RMS]):
        m.nCountYShocks += 1
        m.fbLastYShockEvent = m.tTimestamp
    m.nCountTotalShocks = m.nCountXShocks + m.nCountYShocks
    above = u8(m, m.above, 2)
    m.bXShockDetected, m.bYShockDetected = above[X] != 0, above[Y] != 0
    m.humidity_at = place(values[HUMIDITY], 0.0, 100.0, m.humidity_sections)
    m.temperature_at = place(values[TEMPERATURE], LEAST_TEMPERATURE, MOST_TEMPERATURE, m.temperature_sections)


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 5)
    if code != 0:
        return code
    x = f64(m, m.x, 5)
    for c in range(1, 5):
        if not 0.0 <= x[c] < WORD:
            return 0x300A
    span = time_passed(m)
    if m.updates > 0:
        i64(m, m.humidity_times, m.humidity_sections)[m.humidity_at] += span
        i64(m, m.temperature_times, m.temperature_sections)[m.temperature_at] += span
    m.bNewResult = m.updates == 0 or x[0] != m.counter
    if m.bNewResult:
        m.counter = x[0]
        take(m, x)
    return 0


def members(name: str) -> tuple[str, ...]:
    """What a structure among the outputs consists of, by their names in a trace."""
    return tuple(f"{name}.f{member}" for member in ("Live", "Min", "Max", "Avg"))


class FB_ALY_AM8xxxSSD(FixedChannelBlock, TimedBlock, category="Specific"):
    """Diagnosis of a motor whose encoder reports humidity, temperature and acceleration (Smart System Diagnosis).

    Channel 1 is the update counter, channels 2 to 5 are the sensor data 0 to 3 of the process image.

    Sources: manual TF3510 EN 1.5.0 pp. 303-309.

    Documented: the outputs and their units; the channels; sections of humidity and temperature with the time spent in
    each, histograms of the RMS accelerations with an element below and one above the bins; a shock is an RMS
    acceleration above fThresholdShock.

    Chosen, as the manual is silent:

    - **how the sensor words are packed is not public**; the manual's sample only declares them as ULINT. Here each of
      them holds two 16-bit values in its lower 32 bits, the first one in the lower half, in the order of the outputs:
      humidity (0.01 %), temperature (0.01 degrees C, signed), and for X and then Y the RMS (0.001 g), kurtosis (0.01)
      and peak-to-peak acceleration (0.001 g). Compare with your motor before you rely on it;
    - data are taken when the update counter differs from the one before; time passes in any case and belongs to the
      sections found before;
    - humidity sections divide 0..100 %, temperature sections -50..150 degrees C; the first and the last one take what
      lies outside; the bins of the histograms divide 0 to twice fThresholdShock;
    - a shock is counted when the acceleration rises above the threshold, so the first data count none; averages are
      those of all data since Configure or Reset; words beyond 0..2**32 - 1 are refused (16#300A).
    """

    step = step
    channel_count: ClassVar[int] = 5
    counters = ("nCountXShocks", "nCountYShocks", "nCountTotalShocks")
    drawn_with = {
        "nCountXShocks": ("nCountYShocks", "nCountTotalShocks"),
        "stXRmsAcceleration.fLive": (*members("stYRmsAcceleration"), "fThresholdShock"),
        "stXKurtosisAcceleration.fLive": members("stYKurtosisAcceleration"),
        "stXPeakPeakAcceleration.fLive": members("stYPeakPeakAcceleration"),
    }
    example = {
        "nNumSectionsHumidity": 50,
        "nNumSectionsTemperature": 50,
        "nNumBinsRmsAcceleration": 30,
        "fThresholdShock": 1.5,
    }

    stHumidity: ST_ALY_LiveMinMaxAvg = output("humidity in the encoder, %")
    stTemperature: ST_ALY_LiveMinMaxAvg = output("temperature in the encoder, degrees C")
    stXRmsAcceleration: ST_ALY_LiveMinMaxAvg = output("RMS acceleration in X, g")
    stXKurtosisAcceleration: ST_ALY_LiveMinMaxAvg = output("kurtosis of the acceleration in X")
    stXPeakPeakAcceleration: ST_ALY_LiveMinMaxAvg = output("peak-to-peak acceleration in X, g")
    stYRmsAcceleration: ST_ALY_LiveMinMaxAvg = output("RMS acceleration in Y, g")
    stYKurtosisAcceleration: ST_ALY_LiveMinMaxAvg = output("kurtosis of the acceleration in Y")
    stYPeakPeakAcceleration: ST_ALY_LiveMinMaxAvg = output("peak-to-peak acceleration in Y, g")
    bXShockDetected: BOOL = output("RMS acceleration in X above the threshold")
    nCountXShocks: ULINT = output("shocks in X")
    fbLastXShockEvent: FB_ALY_DateTime = output("time of the latest shock in X")
    bYShockDetected: BOOL = output("RMS acceleration in Y above the threshold")
    nCountYShocks: ULINT = output("shocks in Y")
    fbLastYShockEvent: FB_ALY_DateTime = output("time of the latest shock in Y")
    nCountTotalShocks: ULINT = output("shocks in X and Y")

    humidity_sections: LINT = config()
    temperature_sections: LINT = config()
    bins: LINT = config()
    threshold: LREAL = config("g")

    counter: LREAL = state("update counter of the data before")
    updates: LINT = state("data so far")
    humidity_at: LINT = state("section of the latest humidity")
    temperature_at: LINT = state("section of the latest temperature")

    values: LREAL = buffer("latest data")
    sums: LREAL = buffer("pairs for the averages")
    humidity_times: LINT = buffer("ns in each section")
    temperature_times: LINT = buffer("ns in each section")
    histograms: ULINT = buffer("of X, then of Y")
    above: BOOL = buffer("whether X and Y are above the threshold")

    def _explain(self, event_id: int) -> str:
        words = self._x[1:]
        bad = np.flatnonzero(~((words >= 0) & (words < WORD)))
        if event_id == 0x300A and len(bad):
            return f"channel {bad[0] + 2} is {words[bad[0]]:.0f}, a sensor word is 0..{WORD - 1:.0f}"
        return super()._explain(event_id)

    @method
    def Configure(
        self,
        nNumSectionsHumidity: UDINT,
        nNumSectionsTemperature: UDINT,
        nNumBinsRmsAcceleration: UDINT,
        fThresholdShock: LREAL,
    ) -> BOOL:
        """Takes the parameters and starts anew.

        Parameters
        ----------
        nNumSectionsHumidity
            sections of the humidity; at least 1
        nNumSectionsTemperature
            sections of the temperature; at least 1
        nNumBinsRmsAcceleration
            bins of the histograms of the acceleration; at least 1
        fThresholdShock
            RMS acceleration in g above which there is a shock; more than 0

        Notes
        -----
        Errors: 16#2011 a number of sections is 0, 16#2012 the number of bins is 0, 16#201A threshold, 16#2001 too much
        memory.
        """
        sections = {"nNumSectionsHumidity": nNumSectionsHumidity, "nNumSectionsTemperature": nNumSectionsTemperature}
        for name, value in sections.items():
            if value == 0:
                return self._finish(0x2011, f"{name} = 0, at least 1 is needed")
        if nNumBinsRmsAcceleration == 0:
            return self._finish(0x2012, "nNumBinsRmsAcceleration = 0, at least 1 is needed")
        if not 0 < fThresholdShock < math.inf:
            return self._finish(0x201A, f"fThresholdShock = {fThresholdShock:g} g, it has to be finite and more than 0")
        buffers = {
            "values": QUANTITIES,
            "sums": 2 * QUANTITIES,
            "humidity_times": nNumSectionsHumidity,
            "temperature_times": nNumSectionsTemperature,
            "histograms": 2 * (nNumBinsRmsAcceleration + 2),
            "above": 2,
        }
        return self._start(
            buffers,
            humidity_sections=nNumSectionsHumidity,
            temperature_sections=nNumSectionsTemperature,
            bins=nNumBinsRmsAcceleration,
            threshold=fThresholdShock,
        )

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes new data. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 or 16#300A value not usable."""

    @method
    def GetChannelOutputArray(self, nChannel: UDINT, pArrayOut: PVOID, nArrayOutSize: UDINT) -> BOOL:
        """Copies one of the distributions.

        Parameters
        ----------
        nChannel
            1: times of the humidity sections, 2: of the temperature sections (int64, ns), 3: histogram of the RMS
            acceleration in X, 4: in Y (uint64, nNumBinsRmsAcceleration + 2 elements)
        pArrayOut
            numpy array that receives them
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 no such channel, 16#3002 no array, 16#3004 a size that
        does not fit.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        found: dict[int, np.ndarray] = {1: self._buffer("humidity_times"), 2: self._buffer("temperature_times")}
        found |= dict(zip((3, 4), self._buffer("histograms").reshape(2, -1), strict=True))
        if nChannel not in found:
            return self._finish(0x3010, f"nChannel = {nChannel}, allowed are 1..4")
        return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, found[nChannel])
