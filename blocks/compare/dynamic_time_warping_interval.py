"""FB_ALY_DynamicTimeWarpingInterval: distance of channels to a reference channel, window by window."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import buffer, config, fb_init, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..getters import ResultArrayBlock
from ..windows import LARGEST
from .warping import warp_corner


@kernel
def step(m: Any) -> int:
    n, size, place = int64(m.nNumChannels), m.size, m.place
    x = f64(m, m.x, n + 1)
    for c in range(n + 1):
        code = wrong_value(x[c], LARGEST)
        if code != 0:
            return code
    reference = f64(m, m.values, size)
    reference[place] = x[0]
    complete = place + 1 == size
    shown = f64(m, m.shown, n)
    best = 0
    for c in range(n):
        values = f64(m, m.values + 8 * size * (c + 1), size)
        values[place] = x[c + 1]
        rows, columns = f64(m, m.rows + 8 * size * c, size), f64(m, m.columns + 8 * size * c, size)
        distance = warp_corner(rows, columns, reference, values, place)
        if complete:
            shown[c] = distance
            if distance < shown[best]:
                best = c
    if complete:
        m.nBestMatchIdx = best + 1
    m.place = 0 if complete else place + 1
    m.bNewResult = complete
    return 0


class FB_ALY_DynamicTimeWarpingInterval(ResultArrayBlock, category="Compare"):
    """Compares channels 1..nNumChannels with the reference, channel 0, over windows, by dynamic time warping.

    Sources: manual TF3510 EN 1.5.0 pp. 180-184 (InfoSys 12183131915, 12183194379, 12188754187, 12189286027), Workbench
    12183550603.

    Documented: signals of different speed, or shifted against each other, can be compared; the results come when
    nWindowSize calls have passed; distance 0 means identical, it grows with the difference and with the length; memory
    is proportional to nWindowSize.

    Chosen, where the manual is silent:

    - the distance is the smallest sum of |a[i] - b[j]| over all ways from the first to the last values of both in steps
      of one value of either or of both, without a limit to the warping and without division by the length;
    - windows follow each other without overlap; results stay until the next window is complete, and are 0 before the
      first; nBestMatchIdx counts from 1, is 0 before the first window, and takes the first of equally near channels.

    Values beyond +-1e290 are refused (16#300A). `replay` takes the reference as the first column and has the distances
    of each row in the trace, as fDistance.

    Cost: call k of a window costs 2 k steps per channel, so the work is spread over the window; nWindowSize**2 steps in
    all.
    """

    step = step
    first_channel = 0
    traced = {"fDistance": "shown"}
    example = {"nWindowSize": 100}

    nNumChannels: UDINT = fb_init(2, "number of channels compared with the reference")

    nBestMatchIdx: UDINT = output("channel with the smallest distance; 0 before the first window")

    size: LINT = config("calls of a window")

    place: LINT = state("of the next value in the window")

    values: LREAL = buffer("the window of the reference and of each channel")
    rows: LREAL = buffer("last row of each channel's distances")
    columns: LREAL = buffer("last column of them")

    @property
    def _n(self) -> int:
        """The reference and the channels."""
        return int(self._init["nNumChannels"]) + 1

    def _counts(self) -> dict[str, int]:
        return super()._counts() | {"shown": int(self._init["nNumChannels"])}

    @method
    def Configure(self, nWindowSize: UDINT) -> BOOL:
        """Takes the length of a window and starts empty.

        Parameters
        ----------
        nWindowSize
            calls over which the signals are compared; at least 1

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#200D nWindowSize is 0, 16#2001 too much memory.
        """
        channels = int(self._init["nNumChannels"])
        if channels == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if nWindowSize == 0:
            return self._finish(0x200D, "nWindowSize = 0, at least 1 is needed")
        cells = channels * nWindowSize
        try:
            self._allocate(values=cells + nWindowSize, rows=cells, columns=cells)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        self._m.size = nWindowSize
        return self._configured()

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of the reference and all channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e290.
        """
