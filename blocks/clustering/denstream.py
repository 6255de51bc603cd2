"""FB_ALY_DenStream: density-based clustering of a stream, DenStream online and DBSCAN over the heavy micro-clusters."""

import math

import numpy as np

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, fb_init, output, scratch, state
from alycat.runtime.iec import BOOL, DINT, LINT, LREAL, UDINT, ULINT, USINT
from alycat.runtime.vector import LANES, padded

from ..system.datetime import FB_ALY_DateTime
from .denstream_dbscan import NOISE
from .denstream_online import step

LARGEST_RADIUS = 1e150  # its square has to be finite


class FB_ALY_DenStream(ChannelBlock, category="Clustering"):
    """Clusters a stream of points without knowing the number of clusters, forgets exponentially, finds outliers.

    Each call makes one point of the nNumChannels values. Online, the point joins its nearest micro-cluster (MC) or
    becomes one: centre, weight, and the weighted sum of squared distances to the centre, whose root mean is the
    radius. An MC heavier than fMuBeta is potential, else an outlier MC. DBSCAN over the potential MCs gives the
    clusters. Weights shrink by 2**(-fLambda) per second of time stamp.

    Sources: manual TF3510 EN 1.5.0 pp. 153-160 (InfoSys 8766826379, 9983869963, 8767134475), Workbench manual
    7678085899; Cao, Ester, Qian, Zhou 2006; Ester, Kriegel, Sander, Xu 1996.

    Documented: nearest MC over both kinds by Euclidean distance; a point farther away than fEps may still be taken in,
    since fEps limits the radius; strictly more than fMuBeta is potential; two preallocated buffers; a step that needs
    more room stops learning (bOverflow) and the feature space stagnates; nothing is learnt with bUpdateMCs = FALSE;
    fbTimeLastEvent, fbTimeLastSwitch; bNewResult in a call whose index differs from the call before (Workbench).

    Chosen, where the manual is silent or contradicts itself:

    - the radius limit is inclusive; ties go to the older MC;
    - weight and fading are re-judged once per period of learning time as in the 2006 paper: for fMuBeta > 1 every
      log2(fMuBeta / (fMuBeta - 1)) / fLambda seconds, an outlier MC lighter than fMuBeta - (fMuBeta - 1) * age is
      deleted, age its fading since creation; for fMuBeta <= 1, where the paper has no rule, every 1 / fLambda seconds
      and below fMuBeta / 2; never with fLambda = 0;
    - a neighbourhood that sums to exactly fMinWeightDBSCAN makes a core MC; a non-core MC in reach takes the cluster
      of its nearest core MC; clusters are numbered from 0 by their oldest core MC; an outlier has index -1;
    - without learning, the point belongs to the nearest MC if it could join it, else it is an outlier; fading does not
      catch up the time in which nothing was learnt;
    - a call that would overflow changes nothing but bOverflow, and learning stays off until Reset or Configure; the
      point still gets its index; the first call is no alternation for fbTimeLastSwitch;
    - Reset keeps the configuration and the channel values; equal time stamps are fine, earlier ones are refused;
    - fEps and fEpsDBSCAN are at most 1e150; which error raises which event id: see Configure and Call.

    Cost: O(channels * MCs) per call in one pass over contiguous memory, no allocation after Configure.
    """

    picture = "clusters"
    example = {  # the parameters of the manual's sample
        "fEps": 0.15,
        "fMuBeta": 2,
        "fLambda": 0,
        "fEpsDBSCAN": 0.8,
        "fMinWeightDBSCAN": 2,
        "nPotMCsBufferSize": 100,
        "nOutMCsBufferSize": 100,
    }
    step = step

    nNumChannels: UDINT = fb_init(2, "number of input channels, the dimension of the feature space")

    nClusterIdx: DINT = output("cluster of the point of this call, -1 for an outlier", initial=-1)
    nNumClusters: DINT = output("number of clusters that DBSCAN found")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the last call whose cluster index differed from the one before")
    fbTimeLastSwitch: FB_ALY_DateTime = output("time of the last call at which learning began or stopped")
    bOverflow: BOOL = output("TRUE while learning is stopped because a buffer would overflow")
    nNumPotMCs: UDINT = output("potential micro-clusters present")
    nNumOutMCs: UDINT = output("outlier micro-clusters present")

    eps_sq: LREAL = config("fEps squared")
    mu_beta: LREAL = config("weight above which an MC is potential")
    decay: LREAL = config("fLambda, per second")
    eps_dbscan: LREAL = config()
    eps_dbscan_sq: LREAL = config()
    min_weight: LREAL = config("mass of a core MC")
    period: LREAL = config("ns of learning time between two checks")
    pot_size: LINT = config("most potential MCs")
    out_size: LINT = config("most outlier MCs")
    lanes: LINT = config("slots of the table, in whole blocks")
    pot_lanes: LINT = config("potential slots, in whole blocks")
    row_words: LINT = config("64-bit words of an edge row")
    state_words: LINT = config("64-bit words of the state")

    last_ns: ULINT = state("time stamp of the call before")
    started: BOOL = state("a call has succeeded since Configure or Reset")
    was_learning: BOOL = state("the call before has learnt")
    stale: BOOL = state("an edge or a core flag has changed since the clusters were numbered")
    learnt_ns: ULINT = state("learning time")
    since_check: ULINT = state("ns of learning time since the last check")
    fade_ns: ULINT = state("time step for which `fade` holds")
    fade: LREAL = state("fading factor of one call", initial=1.0)
    next_created: LINT = state("creation number of the next MC")
    unit: LREAL = state("what a weight of 1 counts in `mass` and `least_core`", initial=1.0)
    least_core: LREAL = state("lower bound of the mass of all core MCs", initial=math.inf)

    centres: LREAL = buffer(initial=math.inf)
    weight: LREAL = buffer()
    scatter: LREAL = buffer("weighted sum of squared distances to the centre")
    born: ULINT = buffer("learning time at creation, ns")
    created: LINT = buffer("creation number")
    anchors: LREAL = buffer(initial=math.inf)
    moved: LREAL = buffer()
    budget: LREAL = buffer()
    mass: LREAL = buffer()
    core: USINT = buffer()
    label: LINT = buffer()
    order: LINT = buffer()
    edges: ULINT = buffer()

    partial: LREAL = scratch()
    bits: ULINT = scratch()
    point: LREAL = scratch()
    pending: LINT = scratch()
    shadow: LINT = scratch()

    @method
    def Configure(
        self,
        fEps: LREAL,
        fMuBeta: LREAL,
        fLambda: LREAL,
        fEpsDBSCAN: LREAL,
        fMinWeightDBSCAN: LREAL,
        nPotMCsBufferSize: UDINT,
        nOutMCsBufferSize: UDINT,
    ) -> BOOL:
        """Takes the parameters, allocates both buffers and starts empty; FALSE keeps the configuration before.

        Parameters
        ----------
        fEps
            largest radius of a micro-cluster, in the unit of the channels; greater than 0
        fMuBeta
            weight above which a micro-cluster is potential; at least 0
        fLambda
            forgetting, every weight shrinks by 2**(-fLambda) each second; 0 = never
        fEpsDBSCAN
            largest distance between the centres of neighbours; greater than 0
        fMinWeightDBSCAN
            weight of a neighbourhood that makes its centre a core; at least 0
        nPotMCsBufferSize
            most potential micro-clusters; at least 1
        nOutMCsBufferSize
            most outlier micro-clusters; at least 1

        Notes
        -----
        Errors: 16#201A a threshold out of range, 16#201F a buffer of size 0, 16#2001 too much memory.
        """
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        thresholds = {"fEps": fEps, "fEpsDBSCAN": fEpsDBSCAN}
        for name, value in thresholds.items():
            if not (0 < value <= LARGEST_RADIUS):
                return self._finish(0x201A, f"{name} = {value:g}, allowed is more than 0, at most {LARGEST_RADIUS:g}")
        for name, value in {"fMuBeta": fMuBeta, "fLambda": fLambda, "fMinWeightDBSCAN": fMinWeightDBSCAN}.items():
            if not (0 <= value < math.inf):
                return self._finish(0x201A, f"{name} = {value:g}, it has to be finite and at least 0")
        for name, size in {"nPotMCsBufferSize": nPotMCsBufferSize, "nOutMCsBufferSize": nOutMCsBufferSize}.items():
            if size == 0:
                return self._finish(0x201F, f"{name} = 0, at least 1 is needed")
        pot_lanes, lanes = padded(nPotMCsBufferSize), padded(nPotMCsBufferSize + nOutMCsBufferSize)
        try:
            self._size_buffers(pot_lanes, lanes, nPotMCsBufferSize)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.eps_sq, m.mu_beta, m.decay = fEps * fEps, fMuBeta, fLambda
        m.eps_dbscan, m.eps_dbscan_sq, m.min_weight = fEpsDBSCAN, fEpsDBSCAN * fEpsDBSCAN, fMinWeightDBSCAN
        m.period = check_period_s(fMuBeta, fLambda) * 1e9
        m.pot_size, m.out_size, m.lanes, m.pot_lanes = nPotMCsBufferSize, nOutMCsBufferSize, lanes, pot_lanes
        m.row_words, m.state_words = row_words(nPotMCsBufferSize), self._state_size // 8
        return self._configured()

    @cyclic
    def Call(self, tTimestamp: ULINT, bUpdateMCs: BOOL = True) -> BOOL:
        """Takes the point that the channels make up; with bUpdateMCs = FALSE nothing is learnt, only looked up.

        Parameters
        ----------
        tTimestamp
            time of the call, ns since 2000-01-01 UTC; not 0, never earlier than the call before
        bUpdateMCs
            TRUE: the point is learnt

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set since Configure, or a NaN or infinite value.
        """

    def _size_buffers(self, pot_lanes: int, lanes: int, pot_size: int) -> None:
        counts = dict.fromkeys(("weight", "scatter", "born", "created"), lanes)
        counts |= dict.fromkeys(("core", "label", "order", "pending"), pot_size)
        counts |= dict.fromkeys(("mass", "moved", "budget"), pot_lanes)
        counts |= {"x": self._n, "partial": lanes, "centres": lanes * self._n, "anchors": pot_lanes * self._n}
        counts |= {"edges": pot_size * row_words(pot_size), "bits": 2 * row_words(pot_size), "point": self._n}
        self._allocate(**counts, shadow=self._plan(counts)[2] // 8)

    def micro_clusters(self) -> np.ndarray:
        """The micro-clusters, oldest first, as a structured array.

        Fields: centre (float64[nNumChannels]), weight, radius (unit of the channels), potential, cluster (-1: outlier
        or noise).
        """
        pot, count = self.nNumPotMCs, self.nNumPotMCs + self.nNumOutMCs
        kind = [("centre", "f8", (self._n,)), ("weight", "f8"), ("radius", "f8"), ("potential", "?"), ("cluster", "i4")]
        found = np.zeros(count, kind)
        weight = self._buffer("weight")[:count]
        found["centre"] = self._centres()[:count]
        found["weight"] = weight
        found["radius"] = np.sqrt(self._buffer("scatter")[:count] / np.maximum(weight, np.finfo(float).tiny))
        found["potential"][:pot] = True
        found["cluster"] = NOISE
        found["cluster"][:pot] = self._clusters(pot)
        return found[np.argsort(self._buffer("created")[:count])]

    def _centres(self) -> np.ndarray:
        """All slots of the table, one row each."""
        return self._buffer("centres").reshape(-1, self._n, LANES).transpose(0, 2, 1).reshape(-1, self._n)

    def _clusters(self, pot: int) -> np.ndarray:
        """Cluster of every potential MC; those that are no core take the one of their nearest core MC in reach."""
        clusters = self._buffer("label")[:pot].copy()
        is_core = self._buffer("core")[:pot].astype(bool)
        centres = self._centres()
        cores = np.flatnonzero(is_core)
        cores = cores[np.argsort(self._buffer("created")[cores])]  # argmin takes the first of equals, the oldest
        for i in np.flatnonzero(~is_core):
            clusters[i] = NOISE
            squares = np.zeros(len(cores))
            with np.errstate(over="ignore"):  # too far apart for a square is out of reach
                for k in range(self._n):
                    squares += (centres[i, k] - centres[cores, k]) ** 2
            if len(cores) and squares.min() <= self._m.eps_dbscan_sq:
                clusters[i] = clusters[cores[np.argmin(squares)]]
        return clusters


def row_words(pot_size: int) -> int:
    return (pot_size + 63) // 64


def check_period_s(mu_beta: float, decay: float) -> float:
    """Seconds of learning time between two checks; infinite without fading."""
    if decay == 0:
        return math.inf
    if mu_beta > 1:
        return math.log2(mu_beta / (mu_beta - 1)) / decay
    return 1 / decay
