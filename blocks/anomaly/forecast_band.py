"""FB_ALY_ForecastBand: the range in which a value may lie, from what the same time of earlier seasons has brought."""

from typing import Any

import numpy as np

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output, scratch, state
from alycat.runtime.iec import BOOL, LINT, LREAL, POINTER_TO_LREAL, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel, uint64
from alycat.runtime.memory import f64, i64

from ..checks import wrong_value
from ..conditions import TimedBlock, bad_time
from ..windows import LARGEST

SHORTEST_SLOT = 1000  # ns


@kernel
def sort(values: Any, count: int) -> None:
    """Ascending, in place, by comb-like gaps (Shell 1959, gaps as Tokuda 1992): nearly the same work for any order."""
    gap = int64(1)
    while gap < count:
        gap = (9 * gap) // 4 + 1
    while gap > 0:
        for i in range(gap, count):
            value, j = values[i], i
            while j >= gap and values[j - gap] > value:
                values[j] = values[j - gap]
                j -= gap
            values[j] = value
        gap = (4 * gap) // 9


@kernel
def quantile(ordered: Any, count: int, share: float) -> float:
    """The value that a further one falls below with this probability, between two in proportion (rank (n + 1) q)."""
    place = count * share + share - 1.0
    if not place > 0.0:
        return ordered[0]
    below = int64(place)
    if below >= count - 1:
        return ordered[count - 1]
    part, step = place - below, ordered[below + 1] - ordered[below]
    if part >= 0.5:
        return ordered[below + 1] - step * (1.0 - part)
    return ordered[below] + step * part


@kernel
def centre_of(m: Any, slot: int) -> bool:
    """Puts the median of the same slot in the past seasons into m.centre; FALSE when there is no value."""
    ring, slots = int64(m.ring), int64(m.season_slots)
    found, values, numbers = f64(m, m.pool, m.pool_size), f64(m, m.values, ring), i64(m, m.numbers, ring)
    past, count = slot, int64(0)
    for _ in range(m.seasons):
        past -= slots
        if past >= 0:
            at = past % ring
            if numbers[at] == past + 1:
                found[count] = values[at]
                count += 1
    if count == 0:
        return False
    sort(found, count)
    m.centre = found[count // 2]
    if count % 2 == 0:
        m.centre = (found[count // 2 - 1] + found[count // 2]) / 2.0
    return True


@kernel
def pool_of(m: Any, slot: int) -> int:
    """Collects the residuals of the neighbouring slots in the past seasons, in order; how many."""
    ring, slots, neighbours = int64(m.ring), int64(m.season_slots), int64(m.neighbours)
    pool, residuals, known = f64(m, m.pool, m.pool_size), f64(m, m.residuals, ring), i64(m, m.known, ring)
    centre, count = slot, int64(0)
    for _ in range(m.seasons):
        centre -= slots
        past = max(centre - neighbours, int64(0))
        at = past % ring
        while past <= centre + neighbours:
            if known[at] == past + 1:
                pool[count] = residuals[at]
                count += 1
            past += 1
            at += 1
            if at == ring:
                at = int64(0)
    sort(pool, count)
    return count


@kernel
def forecast(m: Any, slot: int) -> None:
    """The band of a slot that begins."""
    m.has_centre = centre_of(m, slot)
    count = pool_of(m, slot)
    m.nNumResiduals = count
    m.bBandValid = m.has_centre and count >= m.needed
    if m.bBandValid:
        pool = f64(m, m.pool, m.pool_size)
        m.fBandLower = m.centre + quantile(pool, count, m.lower)
        m.fBandMiddle = m.centre + quantile(pool, count, m.middle)
        m.fBandUpper = m.centre + quantile(pool, count, m.upper)
    row = slot - m.given_first
    m.bFromOutside = 0 <= row and row < m.given_count
    if m.bFromOutside:
        given = f64(m, m.given, 3 * m.given_size)
        m.fBandLower, m.fBandMiddle, m.fBandUpper = given[3 * row], given[3 * row + 1], given[3 * row + 2]
        m.bBandValid = True


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, LARGEST)
    if code == 0:
        code = bad_time(m)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    slot = int64(m.tTimestamp // uint64(m.slot_ns))
    if slot + 1 != m.present or m.given_new:
        m.given_new = False
        m.present = slot + 1
        forecast(m, slot)
    m.fDistance = 0.0
    if m.bBandValid:
        if x > m.fBandUpper:
            m.fDistance = x - m.fBandUpper
        elif x < m.fBandLower:
            m.fDistance = x - m.fBandLower
    m.bAnomaly = m.fDistance != 0.0
    m.nNumAnomalies += m.bAnomaly
    m.bNewResult = m.bBandValid
    if m.bLearn:
        at = slot % m.ring
        f64(m, m.values, m.ring)[at] = x
        i64(m, m.numbers, m.ring)[at] = slot + 1
        if m.has_centre:
            f64(m, m.residuals, m.ring)[at] = x - m.centre
            i64(m, m.known, m.ring)[at] = slot + 1
    return 0


class FB_ALY_ForecastBand(SingleChannelBlock, TimedBlock, category="Anomaly"):
    """Forecasts the band of a seasonal value, lower, middle and upper quantile, and tells values outside of it.

    Sources: the seasonal median with pooled residuals is the plain form of a quantile forecast that DeepAR (Salinas,
    Flunkert, Gasthaus, Januschowski 2020) learns with a network; conformal prediction (Vovk, Gammerman, Shafer 2005)
    for taking the width from errors that the forecast has really made.

    A season (a day) is cut into slots (10 minutes). The forecast of a slot is the median of the same slot in up to
    nNumSeasons past seasons. Each value learnt leaves a residual, its distance from the forecast made for it. The band
    is the forecast plus the quantiles of the residuals of the slot and its nNumNeighbours neighbours on either side
    in those past seasons. A value outside is an anomaly.

    SetForecast gives bands from elsewhere, for instance of a trained DeepAR model (`alycat train-forecast`): in the
    slots that it covers they take the place of the block's own, which goes on learning.

    Chosen:

    - slots and seasons are counted from 2000-01-01 00:00:00 UTC, so that a season of a day begins at midnight;
    - one call per slot is the usual way; of several calls each is judged by the same band, the last one is learnt;
    - slots without a call are simply not there; no value is made up for them;
    - a slot has a band from nMinResiduals residuals on; before that bBandValid is FALSE and nothing is an anomaly;
    - residuals are those of forecasts made before the value was known, so a season of values and nMinResiduals
      residuals have to pass before the first band; a quantile q of n residuals is the one at rank (n + 1) q, which a
      further value exceeds as often as promised (with fewer than 1 / q - 1 of them it is the outermost one);
    - a value that equals the border lies inside; fDistance is 0 inside, positive above, negative below;
    - with bLearn = FALSE a value is judged and not learnt: for a known fault, or to freeze what was learnt; a fault
      that is learnt widens the bands of its neighbourhood until it is nNumSeasons old;
    - Reset drops what was learnt, and bands from SetForecast. Values beyond +-1e290 are refused (16#300A).

    Cost: the call that begins a slot sorts nNumSeasons * (2 * nNumNeighbours + 1) residuals, always the same work;
    further calls in the slot compare and store only. Memory: four numbers for each slot of nNumSeasons seasons.
    """

    step = step
    counters = ("nNumAnomalies",)
    picture = "band"
    example = {
        "tSeason": 86_400 * 10**9,
        "tSlot": 600 * 10**9,
        "nNumSeasons": 7,
        "nNumNeighbours": 6,
        "fQuantileLower": 0.01,
        "fQuantileMiddle": 0.5,
        "fQuantileUpper": 0.99,
        "nMinResiduals": 26,
        "nMaxForecast": 144,
    }

    fBandLower: LREAL = output("lower border of the present slot")
    fBandMiddle: LREAL = output("forecast of the present slot")
    fBandUpper: LREAL = output("upper border of the present slot")
    bBandValid: BOOL = output("there is a band")
    bFromOutside: BOOL = output("it comes from SetForecast")
    bAnomaly: BOOL = output("the value of this call lies outside")
    fDistance: LREAL = output("how far; positive above, negative below, 0 inside")
    nNumAnomalies: ULINT = output("anomalous calls")
    nNumResiduals: UDINT = output("residuals that the present band rests on")

    slot_ns: LINT = config("length of a slot")
    season_slots: LINT = config("slots of a season")
    seasons: LINT = config("past seasons that count")
    neighbours: LINT = config("slots on either side whose residuals count")
    lower: LREAL = config("quantile of the lower border")
    middle: LREAL = config("quantile of the forecast")
    upper: LREAL = config("quantile of the upper border")
    needed: LINT = config("residuals from which on there is a band")
    given_size: LINT = config("slots that SetForecast may give")
    ring: LINT = config("slots that are kept")
    pool_size: LINT = config("residuals of a band at most")

    present: LINT = state("slot of the call before, plus 1; 0 before the first")
    centre: LREAL = state("median of the past seasons for the present slot")
    has_centre: BOOL = state("there is one")
    given_first: LINT = state("first slot of SetForecast")
    given_count: LINT = state("slots of SetForecast")
    given_new: BOOL = state("SetForecast was called since the latest call")

    values: LREAL = buffer("by slot, a ring")
    numbers: LINT = buffer("slot of each value, plus 1; 0 where there is none")
    residuals: LREAL = buffer("by slot, a ring")
    known: LINT = buffer("slot of each residual, plus 1; 0 where there is none")
    given: LREAL = buffer("bands from SetForecast")
    pool: LREAL = scratch()

    @method
    def Configure(
        self,
        tSeason: LINT,
        tSlot: LINT,
        nNumSeasons: UDINT,
        nNumNeighbours: UDINT,
        fQuantileLower: LREAL,
        fQuantileMiddle: LREAL,
        fQuantileUpper: LREAL,
        nMinResiduals: UDINT,
        nMaxForecast: UDINT,
    ) -> BOOL:
        """Takes the parameters and starts empty.

        Parameters
        ----------
        tSeason
            ns after which the signal repeats, for instance a day; a multiple of tSlot
        tSlot
            ns of a slot, at least 1000; usually the distance of the calls
        nNumSeasons
            past seasons that count
        nNumNeighbours
            slots on either side whose residuals count too; with the slot itself at most a season
        fQuantileLower
            of the residuals, for the lower border: 0..fQuantileMiddle, usually 0.01
        fQuantileMiddle
            for the forecast, usually 0.5
        fQuantileUpper
            for the upper border: fQuantileMiddle..1, usually 0.99
        nMinResiduals
            residuals from which on a slot has a band: 1..nNumSeasons * (2 * nNumNeighbours + 1)
        nMaxForecast
            slots that SetForecast may give at a time; 0 without it

        Notes
        -----
        Errors: 16#200F tSeason or tSlot; 16#200D nNumSeasons 0 or nMinResiduals out of range; 16#2014 nNumNeighbours
        too many for a season; 16#200C the quantiles are not 0..1 or not in order; 16#2001 too much memory.
        """
        if self._interval_refused(tSeason=tSeason, tSlot=tSlot):
            return False
        if tSlot < SHORTEST_SLOT or tSeason % tSlot:
            return self._finish(
                0x200F, f"tSeason = {tSeason} has to be a multiple of tSlot = {tSlot}, at least 1000 ns"
            )
        slots, width = tSeason // tSlot, 2 * nNumNeighbours + 1
        if nNumSeasons == 0:
            return self._finish(0x200D, "nNumSeasons = 0, at least 1 is needed")
        if width > slots:
            detail = f"nNumNeighbours = {nNumNeighbours}, allowed are 0..{(slots - 1) // 2} with {slots} slots a season"
            return self._finish(0x2014, detail)
        if not 0.0 <= fQuantileLower <= fQuantileMiddle <= fQuantileUpper <= 1.0:
            found = f"{fQuantileLower}, {fQuantileMiddle}, {fQuantileUpper}"
            return self._finish(0x200C, f"the quantiles {found} have to be within 0..1 and in order")
        if not 1 <= nMinResiduals <= nNumSeasons * width:
            return self._finish(0x200D, f"nMinResiduals = {nMinResiduals}, allowed are 1..{nNumSeasons * width}")
        ring, pool = nNumSeasons * slots + nNumNeighbours + 1, nNumSeasons * width
        try:
            counts = dict.fromkeys(("values", "numbers", "residuals", "known"), ring)
            self._allocate(**counts, given=3 * nMaxForecast, pool=pool)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.slot_ns, m.season_slots, m.seasons, m.neighbours = tSlot, slots, nNumSeasons, nNumNeighbours
        m.lower, m.middle, m.upper, m.needed = fQuantileLower, fQuantileMiddle, fQuantileUpper, nMinResiduals
        m.ring, m.pool_size, m.given_size = ring, pool, nMaxForecast
        return self._configured()

    @method
    def SetForecast(self, tStart: ULINT, pBandMatrix: POINTER_TO_LREAL, nBandMatrixSize: UDINT) -> BOOL:
        """Gives the bands of the slots from tStart on, in place of those of the SetForecast before.

        Parameters
        ----------
        tStart
            time of the first slot, ns since 2000-01-01 UTC; any time within it
        pBandMatrix
            numpy array (float64), a row per slot with lower border, forecast and upper border
        nBandMatrixSize
            its size in bytes, at most 24 * nMaxForecast

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3006 tStart = 0, 16#3002 no array, 16#3003 a size that does
        not fit, 16#300A a value beyond +-1e290, NaN or infinite, or a row that is not in order.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if tStart == 0:
            return self._finish(0x3006, "tStart is 0")
        if pBandMatrix is None:
            return self._finish(0x3002, "pBandMatrix: no array was given")
        most = 24 * self._m.given_size
        if nBandMatrixSize != pBandMatrix.nbytes or nBandMatrixSize % 24 or nBandMatrixSize > most:
            detail = f"size {nBandMatrixSize} for an array of {pBandMatrix.nbytes} bytes; rows of 24, at most {most}"
            return self._finish(0x3003, f"pBandMatrix: {detail}")
        rows = np.ascontiguousarray(pBandMatrix).reshape(-1, 3)
        wrong = ~(np.abs(rows) <= LARGEST).all(axis=1) | ~(rows[:, 1:] >= rows[:, :-1]).all(axis=1)
        if wrong.any():
            row = int(np.argmax(wrong))
            return self._finish(0x300A, f"row {row} is {rows[row].tolist()}; finite numbers in order are needed")
        self._buffer("given")[: rows.size] = rows.reshape(-1)
        self._m.given_first, self._m.given_count = tStart // self._m.slot_ns, len(rows)
        self._m.given_new = True
        return self._finish(0)

    @cyclic
    def Call(self, tTimestamp: ULINT, bLearn: BOOL = True) -> BOOL:
        """Judges the value of the channel by the band of its slot, and learns it.

        Parameters
        ----------
        tTimestamp
            ns since 2000-01-01 UTC
        bLearn
            TRUE: the value counts for the bands of coming seasons

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value; 16#300A a value beyond +-1e290.
        """
