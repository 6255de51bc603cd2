"""FB_ALY_CorrelationFunctionReference: correlation of channels with a reference signal from a file."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, DINT, LINT, LREAL, STRING_255, TIME, UDINT
from alycat.runtime.kernel import kernel
from alycat.runtime.learnt import Learnt
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..learnt_kinds import TEACH_PATH
from ..teaching import WORKING, ReadBlock
from ..types import E_ALY_CorrelationMode, E_ALY_ReadState, E_ALY_WindowMode, ST_ALY_FileHeader
from ..windows import LARGEST_SQUARED
from .correlation import CorrelationBlock
from .correlation_kernels import take


@kernel
def step(m: Any) -> int:
    if m.eState != WORKING:
        return 0x3008
    n = m.channels
    x = f64(m, m.x, n)
    for c in range(n):
        code = wrong_value(x[c], LARGEST_SQUARED)
        if code != 0:
            return code
    m.fValueRead = f64(m, m.reference, m.points)[m.at]
    m.at = 0 if m.at + 1 == m.points else m.at + 1
    m.bNewResult = take(m, m.fValueRead, x)
    return 0


class FB_ALY_CorrelationFunctionReference(ReadBlock, CorrelationBlock, category="Statistics"):
    """Correlates channels with a reference signal from a file, for shifts from nMinLag to nMaxLag calls.

    Sources: manual TF3510 EN 1.5.0 pp. 322-334 and 432 (InfoSys 8735042571, 8736578443), Workbench 8718464779.

    Documented: each call takes the next value of the file as the value of the reference, after the last one the first
    again; in FixWindow mode a window is as long as the file, and nWindowSize has no effect; Reset starts the file
    again; lags, modes and windows as in FB_ALY_CorrelationFunction. A largest coefficient at lag -10 says that the
    signals would have matched had the Reset come 10 calls earlier. How the states change stands in
    `alycat.blocks.teaching`.

    Chosen, where the manual is silent or contradicts itself:

    - the file is of the kind `teach path`, as FB_ALY_TimeBasedTeachPath_1Ch writes it (the sample names a .tas file);
    - Configure takes the ten inputs that the sample sets, in its order; nSegmentSize only has to be at least 1, as the
      file is read as a whole;
    - channels are 1..nNumChannels. Entering Read starts anew with what the file then holds;
    - what FB_ALY_CorrelationFunction chooses. Values beyond +-1e140 are refused (16#300A), in the file too (16#300C).

    Cost: as FB_ALY_CorrelationFunction.
    """

    step = step
    largest_value = LARGEST_SQUARED
    reads = TEACH_PATH
    example = {
        "nMinLag": -50,
        "nMaxLag": 50,
        "nStepSize": 5,
        "nNumChannels": 2,
        "eWindowMode": E_ALY_WindowMode.FixWindow,
        "eCorrelationMode": E_ALY_CorrelationMode.Pearson,
        "nWindowSize": 75,
        "nSegmentSize": 200,
        "tTimeout": 5000,
        "sFilePath": r"%TC_BOOTPRJPATH%\Taught.tas",
    }

    bBusy: BOOL = output("file work is under way")
    eState: E_ALY_ReadState = output("state")
    fValueRead: LREAL = output("value of the reference in this call")
    stFileHeader: ST_ALY_FileHeader = output("header of the file")

    points: LINT = config("values of the file")
    asked_size: LINT = config("nWindowSize as it was given")

    at: LINT = state("next value of the file")

    reference: LREAL = buffer("the file")

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "reference")

    @method
    def Configure(
        self,
        nMinLag: DINT,
        nMaxLag: DINT,
        nStepSize: UDINT,
        nNumChannels: UDINT,
        eWindowMode: E_ALY_WindowMode,
        eCorrelationMode: E_ALY_CorrelationMode,
        nWindowSize: UDINT,
        nSegmentSize: UDINT,
        tTimeout: TIME,
        sFilePath: STRING_255,
    ) -> BOOL:
        """Takes the parameters; state Idle.

        Parameters
        ----------
        nMinLag
            smallest shift in calls, a multiple of nStepSize, usually negative
        nMaxLag
            largest shift in calls, a multiple of nStepSize
        nStepSize
            calls from shift to shift, at least 1
        nNumChannels
            channels that are compared with the reference, at most as many as in FB_init
        eWindowMode
            Continuous, FixWindow (as long as the file) or SlidingWindow
        eCorrelationMode
            Base, Normed, Covariance, CovarianceBesel or Pearson
        nWindowSize
            values of a sliding window, at least 1
        nSegmentSize
            values that are read at a time, at least 1; without effect here
        tTimeout
            file work has to end within this time
        sFilePath
            file with the reference signal

        Notes
        -----
        Errors: 16#100C nNumChannels, 16#200D nStepSize or nWindowSize, 16#200C the lags, 16#2003 a mode NotInitialized,
        16#2014 nSegmentSize is 0, 16#2015 tTimeout is 0, 16#2013 the path names no file below the folder of files,
        16#2001 too much memory.
        """
        size = 1 if eWindowMode == E_ALY_WindowMode.FixWindow else nWindowSize  # until the file is known
        given = nMinLag, nMaxLag, nStepSize, nNumChannels, eWindowMode, eCorrelationMode, size
        if self._refused(*given):
            return False
        if nSegmentSize == 0:
            return self._finish(0x2014, "nSegmentSize = 0, at least 1 is needed")
        if self._file_refused(sFilePath, tTimeout) or not self._prepare(*given):
            return False
        m = self._m
        m.file_path, m.timeout_ms, m.asked_size = sFilePath, tTimeout, size
        return self._configured()

    def _start_with(self, learnt: list[Learnt]) -> tuple[int, str]:
        values = learnt[0]["value"]
        if abs(values).max() > LARGEST_SQUARED:
            return 0x300C, "the file has values beyond +-1e140"
        m = self._m
        size = len(values) if m.window == E_ALY_WindowMode.FixWindow else m.asked_size
        self._rearrange(size, reference=len(values))
        self._buffer("reference")[:] = values
        self._m.points = len(values)
        self._restart()
        self._show_header(learnt[0], len(values), learnt[0]["teach_cycles"])
        return 0, ""

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of all channels, in state Read.

        Errors: 16#3007 before a successful Configure; 16#3008 not in state Read; 16#3003 a channel that was never set,
        or a NaN or infinite value; 16#300A a value beyond +-1e140.
        """
