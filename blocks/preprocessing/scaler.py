"""FB_ALY_Scaler and FB_ALY_ScalerFitting: normalisation and standardisation of one channel."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, STRING_255, TIME
from alycat.runtime.kernel import kernel
from alycat.runtime.learnt import Learnt
from alycat.runtime.memory import f64, i64

from ..checks import wrong_value
from ..learnt_kinds import SCALER
from ..teaching import WORKING, FromFileBlock, TeachBlock
from ..types import E_ALY_ConfigState, E_ALY_ScalingMode, E_ALY_TeachState, ST_ALY_FileHeader
from ..windows import FIRST, HEAD, LARGEST_SQUARED, SUM, gather_distance, variance

NORMALIZATION = int(E_ALY_ScalingMode.Normalization)


@kernel
def scale(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, math.inf)
    if code != 0:
        return code
    result = (x - m.origin) / m.width
    if not result - result == 0.0:
        return 0x300A
    m.fResult = result
    m.bNewResult = True
    return 0


class FB_ALY_Scaler(FromFileBlock, SingleChannelBlock, category="Preprocessing"):
    """Scales one channel with two parameters, given or read from the file that FB_ALY_ScalerFitting wrote.

    Sources: manual TF3510 EN 1.5.0 pp. 266-270 and 433 (InfoSys 16555924235, 16557792267, 16556016523, 10052205195),
    Workbench 16690989707.

    Documented: the modes, the meaning of the parameters, the states. How they change stands in
    `alycat.blocks.teaching`.

    Chosen, where the manual is silent or contradicts itself:

    - Normalization: (x - smallest) / (largest - smallest), in whichever order both are given, as the table and the
      sample differ; Standardization: (x - mean) / standard deviation; values beyond those that were fitted give results
      beyond 0..1 or -1..1, nothing is cut off;
    - equal parameters, a standard deviation that is not positive, and NaN or infinity are refused (16#200C);
    - every successful call has a new result; a result that is too large for LREAL is refused (16#300A).
    """

    step = scale
    reads = SCALER
    example = {"eScalingMode": E_ALY_ScalingMode.Normalization, "fScalingParam1": 1.0, "fScalingParam2": 2.0}

    bBusy: BOOL = output("file work is under way")
    eState: E_ALY_ConfigState = output("state of the configuration")
    stFileHeader: ST_ALY_FileHeader = output("what the file tells of itself")
    fResult: LREAL = output("the scaled value")

    origin: LREAL = config("the value that becomes 0")
    width: LREAL = config("how much further the value lies that becomes 1")

    @method
    def Configure(self, eScalingMode: E_ALY_ScalingMode, fScalingParam1: LREAL, fScalingParam2: LREAL) -> BOOL:
        """Takes the parameters.

        Parameters
        ----------
        eScalingMode
            Normalization or Standardization
        fScalingParam1
            smallest value, or mean
        fScalingParam2
            largest value, or standard deviation

        Notes
        -----
        Errors: 16#2003 the mode is NotInitialized, 16#200C parameters with which nothing can be scaled.
        """
        code, detail = self._take_parameters(eScalingMode, fScalingParam1, fScalingParam2)
        return self._finish(code, detail) if code else self._configured()

    def _take_parameters(self, mode: int, first: float, second: float) -> tuple[int, str]:
        if mode == E_ALY_ScalingMode.NotInitialized:
            return 0x2003, "eScalingMode is NotInitialized"
        is_normal = mode == E_ALY_ScalingMode.Normalization
        origin, width = (min(first, second), abs(second - first)) if is_normal else (first, second)
        if not (math.isfinite(origin) and 0 < width < math.inf):
            wanted = "two different finite numbers are" if is_normal else "a positive standard deviation is"
            return 0x200C, f"fScalingParam1 = {first}, fScalingParam2 = {second}; {wanted} needed"
        self._allocate()
        self._m.origin, self._m.width = origin, width
        return 0, ""

    @cyclic
    def Call(self) -> BOOL:
        """Scales the value of the channel.

        Errors: 16#3007 before a successful configuration; 16#3003 a channel that was never set, or a NaN or infinite
        value; 16#300A a result that is too large.
        """

    def _explain(self, event_id: int) -> str:
        if event_id == 0x300A:
            return f"({self._x[0]:g} - {self._m.origin:g}) / {self._m.width:g} is too large for LREAL"
        return super()._explain(event_id)

    def _configure_with(self, learnt: Learnt) -> tuple[int, str]:
        mode = E_ALY_ScalingMode[learnt["scaling_mode"]]
        code, detail = self._take_parameters(mode, learnt["param_1"], learnt["param_2"])
        if not code:
            self._show_header(learnt, 2, learnt["samples"])
        return code, detail


@kernel
def fit(m: Any) -> int:
    if m.eState != WORKING:
        return 0x3008
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, LARGEST_SQUARED)
    if code != 0:
        return code
    m.bNewResult = m.bFit
    if m.bFit:
        m.samples += 1
        if m.mode == NORMALIZATION:
            m.fScalingParam1 = x if m.samples == 1 else min(m.fScalingParam1, x)
            m.fScalingParam2 = x if m.samples == 1 else max(m.fScalingParam2, x)
        else:
            w, k = f64(m, m.sums, HEAD), i64(m, m.sums, HEAD)
            gather_distance(w, k, x, True)
            m.fScalingParam1 = w[FIRST] + (w[SUM] + w[SUM + 1]) / m.samples
            m.fScalingParam2 = math.sqrt(variance(w, m.samples))
    return 0


class FB_ALY_ScalerFitting(TeachBlock, SingleChannelBlock, category="Preprocessing"):
    """Finds the parameters with which FB_ALY_Scaler scales, and writes them to a file.

    Sources: manual TF3510 EN 1.5.0 pp. 261-266 and 433 (InfoSys 16555564555, 16555741067, 6905762187), Workbench
    16690890123.

    Documented: Normalization finds smallest and largest value, Standardization mean and standard deviation; bFit FALSE
    leaves the parameters as they are. How the states change, and when the file is written, stands in
    `alycat.blocks.teaching`.

    Chosen, where the manual is silent: the standard deviation is that of the values themselves (divided by their
    number), as scikit-learn's StandardScaler has it; both come from sums of distances from the first value, kept as
    pairs, so that 10**8 values far from zero cost no digits; entering Teach begins anew; before the first value both
    parameters are 0; bNewResult equals bFit; values beyond +-1e140 are refused (16#300A).
    """

    step = fit
    largest_value = LARGEST_SQUARED
    learns = SCALER
    example = {
        "eScalingMode": E_ALY_ScalingMode.Normalization,
        "tTimeout": 5000,
        "sFilePath": r"%TC_BOOTPRJPATH%\Scaler.json",
    }

    fScalingParam1: LREAL = output("smallest value, or mean")
    fScalingParam2: LREAL = output("largest value, or standard deviation")
    bBusy: BOOL = output("file work is under way")
    eState: E_ALY_TeachState = output("state")

    mode: LINT = config("scaling mode")

    samples: LINT = state("values that were fitted")

    sums: LREAL = buffer("of the distances from the first value, and of their squares")

    def _counts(self) -> dict[str, int]:
        return super()._counts() | {"sums": HEAD}

    @method
    def Configure(self, eScalingMode: E_ALY_ScalingMode, tTimeout: TIME, sFilePath: STRING_255) -> BOOL:
        """Takes the parameters and starts in Idle, with nothing fitted.

        Parameters
        ----------
        eScalingMode
            Normalization or Standardization
        tTimeout
            the file work has to end within this time
        sFilePath
            the file, below the folder of files

        Notes
        -----
        Errors: 16#2003 the mode is NotInitialized, 16#2015 tTimeout is 0, 16#2013 the path names no file below the
        folder of files.
        """
        if eScalingMode == E_ALY_ScalingMode.NotInitialized:
            return self._finish(0x2003, "eScalingMode is NotInitialized")
        if self._file_refused(sFilePath, tTimeout):
            return False
        self._allocate()
        self._m.mode, self._m.file_path, self._m.timeout_ms = eScalingMode, sFilePath, tTimeout
        return self._configured()

    @cyclic
    def Call(self, bFit: BOOL) -> BOOL:
        """Fits the parameters to the value of the channel.

        Parameters
        ----------
        bFit
            FALSE: the parameters stay as they are

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3008 outside of the state Teach, 16#3003 a channel that was
        never set, or a NaN or infinite value, 16#300A a value beyond +-1e140.
        """

    def _start_from(self, learnt: Learnt | None) -> tuple[int, str]:
        self._restart()
        return 0, ""

    def _learnt(self) -> dict[str, Any] | None:
        m = self._m
        if not m.samples:
            return None
        parameters = {"param_1": m.fScalingParam1, "param_2": m.fScalingParam2, "samples": m.samples}
        return parameters | {"scaling_mode": E_ALY_ScalingMode(m.mode).name}
