"""FB_ALY_TrendLine: a value per minute of each channel, for a week."""

from typing import Any

import numpy as np

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.control import array_refusal
from alycat.runtime.declare import buffer, fb_init, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, POINTER_TO_LREAL, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..conditions import TimedBlock, bad_call
from ..system.datetime import FB_ALY_DateTime

POINTS = 10080  # minutes of a week
MINUTE = 60 * 10**9


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    if n == 0:
        return 0x100C
    code = bad_call(m, n)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    minute = int64(m.tTimestamp // MINUTE)
    m.bNewResult = m.nCountValues == 0 or minute != m.minute
    if m.bNewResult:
        x, points = f64(m, m.x, n), f64(m, m.points, n * POINTS)
        for c in range(n):
            points[c * POINTS + m.place] = x[c]
        m.place = 0 if m.place == POINTS - 1 else m.place + 1
        if m.nCountValues < POINTS:
            m.nCountValues += 1
        m.minute = minute
        m.fbLastValue = m.tTimestamp
    return 0


class FB_ALY_TrendLine(ChannelBlock, TimedBlock, category="Visualization Only"):
    """Keeps one value per minute and channel, for a week, to be shown as slow trends.

    Sources: manual TF3510 EN 1.5.0 pp. 367-371 (InfoSys 17630014603).

    Documented: one value per minute is stored for each channel, 10,080 at most; GetChannelOutputArray reads them;
    SetChannelInitial and SetInitial bring back what was kept over a restart; there is no Configure.

    Chosen, where the manual is silent: the value of the first call in each minute (UTC) is stored; minutes without a
    call leave no point; the array begins with the oldest value, elements behind nCountValues are 0; when it is full the
    oldest value goes; bNewResult is TRUE in a call that stores; SetChannelInitial and SetInitial take effect at once.

    Cost: a few comparisons per call; reading costs a copy of 10,080 values.
    """

    step = step

    nNumChannels: UDINT = fb_init(1, "number of channels")

    fbLastValue: FB_ALY_DateTime = output("time of the latest point")
    nCountValues: ULINT = output("number of points")

    minute: LINT = state("of the latest point, counted from 2000")
    place: LINT = state("of the next point")

    points: LREAL = buffer("a ring of 10,080 for each channel")

    def _counts(self) -> dict[str, int]:
        return super()._counts() | {"points": POINTS * self._n}

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Stores the values of all channels once a minute.

        Errors: 16#100C nNumChannels is 0; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the call before, a
        channel that was never set, or a NaN or infinite value.
        """

    def trend(self, nChannel: int) -> np.ndarray:
        """The points of a channel, oldest first, a copy; beyond the vendor."""
        return self._in_order(nChannel)[: self._m.nCountValues].copy()

    def _in_order(self, channel: int) -> np.ndarray:
        m = self._m
        ring = self._buffer("points")[(channel - 1) * POINTS : channel * POINTS]
        return np.roll(ring, -m.place) if m.nCountValues == POINTS else ring

    def _straighten(self) -> None:
        """Brings the oldest points of all channels to the front."""
        m = self._m
        if m.nCountValues == POINTS and m.place:
            for channel in range(1, self._n + 1):
                self._buffer("points")[(channel - 1) * POINTS : channel * POINTS] = self._in_order(channel)
            m.place = 0

    @method
    def GetChannelOutputArray(self, nChannel: UDINT, pArrayOut: POINTER_TO_LREAL, nArrayOutSize: UDINT) -> BOOL:
        """Copies the points of one channel, oldest first.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        pArrayOut
            numpy array (float64) of 10,080 elements
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3010 no such channel, 16#3002 no array, 16#3004 a size that does not fit.
        """
        if not 0 < nChannel <= self._n:
            return self._finish(0x3010, f"nChannel = {nChannel}, allowed are 1..{self._n}")
        return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, self._in_order(nChannel))

    @method
    def SetChannelInitial(self, nChannel: UDINT, pArrayIn: POINTER_TO_LREAL, nArrayInSize: UDINT) -> BOOL:
        """Takes the points of one channel as GetChannelOutputArray gave them; SetInitial has to follow.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        pArrayIn
            numpy array (float64) of 10,080 elements
        nArrayInSize
            its size in bytes

        Notes
        -----
        Errors: 16#3010 no such channel, 16#2002 no array, 16#3003 a size that does not fit.
        """
        if not 0 < nChannel <= self._n:
            return self._finish(0x3010, f"nChannel = {nChannel}, allowed are 1..{self._n}")
        code, detail = array_refusal(pArrayIn, nArrayInSize, 8 * POINTS, 0x2002, 0x3003)
        if code:
            return self._finish(code, f"pArrayIn: {detail}")
        self._straighten()
        self._buffer("points")[(nChannel - 1) * POINTS : nChannel * POINTS] = pArrayIn.reshape(-1)
        return self._finish(0)

    @method
    def SetInitial(self, tLastValue: ULINT, nCountValues: UDINT) -> BOOL:
        """Says how many of the initial points count, and when the latest one was taken.

        Parameters
        ----------
        tLastValue
            time of the latest point, ns since 2000-01-01 UTC
        nCountValues
            number of points, at most 10,080

        Notes
        -----
        Errors: 16#300A more points than there can be.
        """
        if nCountValues > POINTS:
            return self._finish(0x300A, f"nCountValues = {nCountValues}, at most {POINTS} are allowed")
        self._straighten()
        m = self._m
        m.fbLastValue, m.nCountValues = tLastValue, nCountValues
        m.place, m.minute = nCountValues % POINTS, tLastValue // MINUTE
        self._buffer("points").reshape(-1, POINTS)[:, nCountValues:] = 0.0
        return self._finish(0)
