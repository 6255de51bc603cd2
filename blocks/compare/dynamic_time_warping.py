"""FB_ALY_DynamicTimeWarping: distance of a sequence to templates from files."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method, quick_method
from alycat.runtime.declare import buffer, channel_config, config, fb_init, output, state
from alycat.runtime.iec import ANY, BOOL, LINT, LREAL, POINTER_TO_LREAL, STRING_255, TIME, UDINT, ULINT, USINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.learnt import Learnt
from alycat.runtime.memory import f64, i64
from alycat.runtime.texts import TEXT_BYTES

from ..checks import wrong_value
from ..learnt_kinds import TEACH_PATH
from ..teaching import WORKING, ReadBlock
from ..types import E_ALY_ReadState, ST_ALY_FileHeader
from ..windows import LARGEST
from .warping import warp_end, warp_first, warp_on


@kernel
def take(m: Any, x: float, starts: bool) -> None:
    """One more value of the period, for all templates."""
    n, at = int64(m.nNumChannels), 0
    lengths, corners = i64(m, m.lengths, n), f64(m, m.corners, n)
    for c in range(n):
        length = lengths[c]
        template, row = f64(m, m.templates + 8 * at, length), f64(m, m.rows + 8 * at, length)
        if starts:
            warp_first(row, template, length, x)
            corners[c] = math.inf
        else:
            corners[c] = warp_on(row, template, length, x, m.latest, corners[c])
        at += length
    m.latest = x
    m.count = 1 if starts else m.count + 1
    m.fValueRead = f64(m, m.templates, m.points)[min(m.count, lengths[0]) - 1]


@kernel
def close(m: Any) -> None:
    """The period has ended: its distances, and the template with the smallest one."""
    n, at, best = int64(m.nNumChannels), 0, 0
    lengths, corners, distances = i64(m, m.lengths, n), f64(m, m.corners, n), f64(m, m.distances, n)
    for c in range(n):
        length = lengths[c]
        template, row = f64(m, m.templates + 8 * at, length), f64(m, m.rows + 8 * at, length)
        distances[c] = warp_end(row, template, length, m.latest, corners[c])
        at += length
        if distances[c] < distances[best]:
            best = c
    m.nBestMatchIdx = best + 1


@kernel
def step(m: Any) -> int:
    if m.eState != WORKING:
        return 0x3008
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, LARGEST)
    if code != 0:
        return code
    starts = m.bStartPeriod and not m.start_before
    stops = m.bStopPeriod and not m.stop_before
    m.start_before, m.stop_before = m.bStartPeriod, m.bStopPeriod
    m.bNewResult = m.bExecutingCompare and (starts or stops)
    if m.bNewResult:
        close(m)
        m.bExecutingCompare = False
    if starts:
        m.bExecutingCompare = True
    if m.bExecutingCompare:
        take(m, x, starts)
    return 0


class FB_ALY_DynamicTimeWarping(ReadBlock, SingleChannelBlock, category="Compare"):
    """Compares each period of the channel with templates from files by dynamic time warping.

    Sources: manual TF3510 EN 1.5.0 pp. 173-180 (InfoSys 12182645899, 12182659851, 12182821771, 12183252107,
    12188666507, 12182862859), Workbench 12183476875.

    Documented: the templates are files of FB_ALY_TimeBasedTeachPath_1Ch, one for each channel of ConfigureChannel, and
    are read on the way to state Read; a rising edge of bStartPeriod begins a period, one of bStopPeriod, or another one
    of bStartPeriod, ends it and gives the results; distance 0 means identical, it grows with the difference and with
    the length. How the states change stands in `alycat.blocks.teaching`.

    Chosen, where the manual is silent:

    - the distance is the smallest sum of |a[i] - b[j]| over all ways from the first to the last values of both in steps
      of one value of either or of both, without a limit to the warping and without division by the length;
    - as in teaching, the value of the call with the start is the first one of the period, that of the call with the end
      is none; a start during a period ends it and begins the next one; an end in the call of a start counts for the
      period before; before the first call both flags were FALSE;
    - nBestMatchIdx counts templates from 1, is 0 before the first result, and takes the first of equally near ones;
      results stay until the next ones, and are 0 before;
    - fValueRead is the point of the first template at the place of the present value in its period, or its last point;
    - all files are read anew each time the state Read is entered; when one of them cannot be used, none is.

    Values beyond +-1e290 are refused (16#300A), in a template too (16#300C). `replay` has the distances of each row in
    the trace, as fDistance.

    Cost: each call of a period costs one step for every point of every template, the first and the last one half of
    that: the second half of a value's steps is done with the first half of the next value's, which takes less time
    than one after the other.
    """

    step = step
    reads = TEACH_PATH
    traced = {"fDistance": "distances"}
    example = {"tTimeout": 5000, "sFilePath": r"%TC_BOOTPRJPATH%\Taught.tas"}

    nNumChannels: UDINT = fb_init(2, "number of templates")

    bBusy: BOOL = output("file work is under way")
    eState: E_ALY_ReadState = output("state")
    bExecutingCompare: BOOL = output("a period is being compared")
    nBestMatchIdx: ULINT = output("template with the smallest distance; 0 before the first result")
    fValueRead: LREAL = output("point of the first template beside the present value")
    stFileHeader: ST_ALY_FileHeader = output("header of the file that was read last")

    points: LINT = config("of all templates")

    start_before: BOOL = state("bStartPeriod in the call before")
    stop_before: BOOL = state("bStopPeriod in the call before")
    count: LINT = state("values of the present period")
    latest: LREAL = state("the last one of them")

    paths: USINT = channel_config("files of the templates, 256 bytes each")
    lengths: LINT = buffer("points of each template")
    templates: LREAL = buffer("their points, one template after the other")
    rows: LREAL = buffer("distances to each template: first half of the last row, second half of the row before")
    corners: LREAL = buffer("of each template: what the last row needs to go on in its second half")
    distances: LREAL = buffer("results")

    @property
    def _templates(self) -> int:
        return int(self._init["nNumChannels"])

    def _counts(self) -> dict[str, int]:
        n = self._templates
        return super()._counts() | {
            "paths": n * TEXT_BYTES,
            "next_paths": n * TEXT_BYTES,
            "lengths": n,
            "corners": n,
            "distances": n,
        }

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "lengths", "templates")

    @method
    def ConfigureChannel(self, nChannel: UDINT, sFilePath: STRING_255) -> BOOL:
        """Stores the file of a template; it takes effect with Configure.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        sFilePath
            file taught by FB_ALY_TimeBasedTeachPath_1Ch

        Notes
        -----
        Errors: 16#3010 no such channel, 16#2013 the path names no file below the folder of files.
        """
        if not 0 < nChannel <= self._templates:
            return self._finish(0x3010, f"nChannel = {nChannel}, allowed are 1..{self._templates}")
        if self._path_refused(sFilePath):
            return False
        place = self._buffer("next_paths")[TEXT_BYTES * (nChannel - 1) : TEXT_BYTES * nChannel]
        place[:] = 0
        path: Any = sFilePath  # as bytes of code page 1252
        place[: len(path)] = memoryview(path)
        return self._finish(0)

    @method
    def Configure(self, tTimeout: TIME) -> BOOL:
        """Takes over what ConfigureChannel stored; state Idle.

        Parameters
        ----------
        tTimeout
            file work has to end within this time

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#2015 tTimeout is 0, 16#2022 a template has no file.
        """
        if self._templates == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if tTimeout == 0:
            return self._finish(0x2015, "tTimeout = 0, at least 1 ms is needed")
        missing = [i + 1 for i, text in enumerate(self._texts("next_paths")) if not text]
        if missing:
            return self._finish(0x2022, f"ConfigureChannel has to come before Configure, for channel {missing[0]}")
        self._allocate()
        self._m.timeout_ms = tTimeout
        return self._configured()

    def _texts(self, name: str) -> list[str]:
        rows = self._buffer(name).reshape(-1, TEXT_BYTES)
        return [row.tobytes().rstrip(b"\0").decode("cp1252") for row in rows]

    def _paths(self) -> tuple[str, ...]:
        return tuple(self._texts("paths"))

    def _start_with(self, learnt: list[Learnt]) -> tuple[int, str]:
        columns = [one["value"] for one in learnt]
        points = sum(map(len, columns))
        if any(abs(column).max() > LARGEST for column in columns):
            return 0x300C, "a template has values beyond +-1e290"
        self._resize(templates=points, rows=points)
        self._m.points = points
        self._restart()
        self._buffer("lengths")[:] = [len(column) for column in columns]
        at = 0
        for column in columns:
            self._buffer("templates")[at : at + len(column)] = column
            at += len(column)
        self._show_header(learnt[-1], len(columns[-1]), learnt[-1]["teach_cycles"])
        return 0, ""

    @cyclic
    def Call(self, bStartPeriod: BOOL, bStopPeriod: BOOL) -> BOOL:
        """Takes the value of the channel, in state Read.

        Parameters
        ----------
        bStartPeriod
            a rising edge begins a period
        bStopPeriod
            a rising edge ends it

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3008 not in state Read; 16#3003 a channel that was never set,
        or a NaN or infinite value; 16#300A a value beyond +-1e290.
        """

    @quick_method
    def GetChannelOutputValue(self, nChannel: UDINT, output: ANY) -> BOOL:
        """Copies the distance to one template to a variable.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        output
            numpy array of one element of any numeric type; whole numbers are rounded

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 channel outside its range, 16#300A a value that the
        variable cannot hold.
        """
        return self._give(self._buffer("distances").data, nChannel, output)

    @method
    def GetOutputArray(self, pArrayOut: POINTER_TO_LREAL, nArrayOutSize: UDINT) -> BOOL:
        """Copies the distances to all templates.

        Parameters
        ----------
        pArrayOut
            numpy array (float64) of nNumChannels elements
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, self._buffer("distances"))
