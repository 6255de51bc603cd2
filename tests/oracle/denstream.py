"""FB_ALY_DenStream in plain Python: one object per micro-cluster, DBSCAN from scratch on every learning call.

Written from the specification only. It is slow and obvious on purpose, and shares nothing with the block.
The arithmetic is done in the order in which the specification writes it, so that exact ties come out alike.

Readings that had to be decided where the specification leaves room:

- A check (step 2) demotes all micro-clusters first, in creation order, then deletes. A demotion therefore needs a free
  outlier slot at that moment, even if a deletion of the same check would have freed one.
- A micro-cluster demoted by a check may be deleted by the same check.
- After a check the sum of learning time starts again at exactly 0; what exceeded the period is not carried over.
- A new micro-cluster with 1 > fMuBeta goes straight to the potential buffer and needs no outlier slot.
- Promotion, demotion and joining keep the creation number and the age decay.
- dt counts from the previous successful call, also a frozen one or one stopped by overflow.
- The call that overflows is itself answered as a frozen one: with the weights and labels from before its fading.
- "Alternated" compares what the calls did, not their input: TRUE on a stagnated block counts as not updating. So a
  frozen call followed by one that overflows is no alternation, and toggling the input after an overflow is none.
- A frozen call on an empty block gives -1, which is no change against the -1 before the first call.
- Reset forgets the previous time stamp and whether the last call updated: the next call is a first call again. It
  keeps the configuration; the outputs nNumClusters, nNumPotMCs and nNumOutMCs become 0.
- A micro-cluster whose weight has faded to exactly 0 has radius 0 and takes any point at a finite squared distance
  (S1/w1 is 0). An infinite squared distance gives NaN there, and NaN passes no limit: the point gets its own one.
- Squared distances may overflow to infinity; several infinite ones are a tie, which goes to the oldest.
- An error changes nothing except that bNewResult becomes FALSE.
"""

import math
from dataclasses import dataclass, replace

SUCCESS = 0
NUMBER_OF_CHANNELS_INVALID = 0x100C
THRESHOLD_INVALID = 0x201A
NUMBER_OF_BUFFERS_INVALID = 0x201F
INPUT_INVALID = 0x3003
TIMESTAMP_IS_ZERO = 0x3006
CONFIGURATION_MISSING = 0x3007

OUTLIER = -1


@dataclass
class MicroCluster:
    """One micro-cluster; `scatter` is the weighted sum S of squared distances, `decay` the age decay a."""

    created: int
    centre: list[float]
    weight: float = 1.0
    scatter: float = 0.0
    decay: float = 1.0
    potential: bool = False
    cluster: int = OUTLIER

    def copy(self):
        return replace(self, centre=list(self.centre))

    def radius(self):
        return math.sqrt(self.scatter / self.weight) if self.weight > 0.0 else 0.0


class BufferFull(Exception):
    """A step would need one micro-cluster more than its buffer holds."""


def squared_distance(point, centre):
    total = 0.0
    for x, c in zip(point, centre, strict=True):
        total += (x - c) * (x - c)
    return total


class DenStreamOracle:
    """The block's behaviour; attributes carry the vendor's output names.

    `distance_gap` and `weight_gap` tell how close the last call came to a tie: the smallest absolute difference in a
    comparison of squared distances, and the smallest relative difference in a comparison of weights. Laws that hold
    only away from ties use them to find out where to stop; the behaviour never depends on them.
    """

    def __init__(self, n_channels):
        self.n_channels = n_channels
        self.bConfigured = False
        self._start()

    # ---- methods of the block ------------------------------------------------------------------------------------

    def configure(
        self, fEps, fMuBeta, fLambda, fEpsDBSCAN, fMinWeightDBSCAN, nPotMCsBufferSize, nOutMCsBufferSize
    ) -> int:
        """Take over a configuration and start empty, or keep everything as it was and return the event id."""
        event_id = SUCCESS
        if self.n_channels < 1:
            event_id = NUMBER_OF_CHANNELS_INVALID
        elif not all(math.isfinite(value) for value in (fEps, fMuBeta, fLambda, fEpsDBSCAN, fMinWeightDBSCAN)):
            event_id = THRESHOLD_INVALID
        elif fEps <= 0 or fEpsDBSCAN <= 0 or fLambda < 0 or fMuBeta < 0 or fMinWeightDBSCAN < 0:
            event_id = THRESHOLD_INVALID
        elif nPotMCsBufferSize < 1 or nOutMCsBufferSize < 1:
            event_id = NUMBER_OF_BUFFERS_INVALID
        if event_id != SUCCESS:
            self.bNewResult = False
            return event_id
        self.fEps, self.fMuBeta, self.fLambda = float(fEps), float(fMuBeta), float(fLambda)
        self.fEpsDBSCAN, self.fMinWeightDBSCAN = float(fEpsDBSCAN), float(fMinWeightDBSCAN)
        self.nPotMCsBufferSize, self.nOutMCsBufferSize = int(nPotMCsBufferSize), int(nOutMCsBufferSize)
        self.bConfigured = True
        self._start()
        return SUCCESS

    def reset(self):
        """Drop everything learnt, keep the configuration."""
        self._start()
        return SUCCESS

    def call(self, t_ns, point, update=True) -> int:
        """One cycle; `point` holds one value per channel, None for a channel that was never set."""
        event_id = self._error_of(t_ns, point)
        if event_id != SUCCESS:
            self.bNewResult = False
            return event_id

        self.distance_gap = self.weight_gap = math.inf
        point = [float(value) for value in point]
        dt_ns = 0 if self._previous_t is None else t_ns - self._previous_t
        updating = bool(update) and not self.bOverflow
        if updating:
            before = self._copy_of_learnt_state()
            try:
                index = self._learn(dt_ns, point)
            except BufferFull:
                self._restore(before)
                self.bOverflow = True
                updating = False
        if not updating:
            index = self._look_up(point)
        self._previous_t = t_ns
        self._publish(t_ns, index, updating)
        return SUCCESS

    def micro_clusters(self):
        """All micro-clusters, oldest first."""
        return [
            {
                "centre": list(mc.centre),
                "weight": mc.weight,
                "radius": mc.radius(),
                "potential": mc.potential,
                "cluster": mc.cluster,
                "created": mc.created,
            }
            for mc in self._mcs
        ]

    # ---- state ---------------------------------------------------------------------------------------------------

    def _start(self):
        self._mcs = []  # always in order of creation
        self._next_created = 0
        self._learning_ns = 0  # learning time since the last check
        self._previous_t = None
        self._previous_updating = None
        self.nClusterIdx = OUTLIER
        self.nNumClusters = 0
        self.fbTimeLastEvent = 0
        self.fbTimeLastSwitch = 0
        self.bOverflow = False
        self.nNumPotMCs = 0
        self.nNumOutMCs = 0
        self.bNewResult = False
        self.distance_gap = self.weight_gap = math.inf

    def _copy_of_learnt_state(self):
        return [mc.copy() for mc in self._mcs], self._next_created, self._learning_ns, self.nNumClusters

    def _restore(self, state):
        self._mcs, self._next_created, self._learning_ns, self.nNumClusters = state

    def _error_of(self, t_ns, point):
        if not self.bConfigured:
            return CONFIGURATION_MISSING
        if t_ns == 0:
            return TIMESTAMP_IS_ZERO
        if self._previous_t is not None and t_ns < self._previous_t:
            return INPUT_INVALID
        if any(value is None or not math.isfinite(value) for value in point):
            return INPUT_INVALID
        return SUCCESS

    def _publish(self, t_ns, index, updating):
        self.bNewResult = index != self.nClusterIdx
        if self.bNewResult:
            self.fbTimeLastEvent = t_ns
        self.nClusterIdx = index
        if self._previous_updating is not None and updating != self._previous_updating:
            self.fbTimeLastSwitch = t_ns
        self._previous_updating = updating
        self.nNumPotMCs = self._count(potential=True)
        self.nNumOutMCs = self._count(potential=False)

    def _count(self, potential):
        return sum(1 for mc in self._mcs if mc.potential == potential)

    # ---- one learning call -----------------------------------------------------------------------------------------

    def _learn(self, dt_ns, point):
        self._fade(dt_ns)
        self._check_if_due(dt_ns)
        mc = self._nearest(point)
        if mc is not None and self._passes_radius_test(mc, point):
            self._join(mc, point)
        else:
            mc = self._new(point)
        if not mc.potential and self._more_weight(mc.weight, self.fMuBeta):
            self._promote(mc)
        self.nNumClusters = self._dbscan()
        return mc.cluster

    def _look_up(self, point):
        mc = self._nearest(point)
        if mc is None or not self._passes_radius_test(mc, point):
            return OUTLIER
        return mc.cluster

    def _fade(self, dt_ns):
        dt = dt_ns / 1e9
        f = 2.0 ** (-self.fLambda * dt)
        for mc in self._mcs:
            mc.weight *= f
            mc.scatter *= f
            mc.decay *= f

    def _check_if_due(self, dt_ns):
        if self.fLambda == 0.0:
            return
        self._learning_ns += dt_ns
        if not float(self._learning_ns) >= self._check_period_s() * 1e9:
            return
        self._learning_ns = 0
        for mc in self._mcs:
            if mc.potential and not self._more_weight(mc.weight, self.fMuBeta):
                self._demote(mc)
        self._mcs = [mc for mc in self._mcs if mc.potential or not self._less_weight(mc.weight, self._xi(mc))]

    def _check_period_s(self):
        if self.fMuBeta > 1.0:
            return math.log2(self.fMuBeta / (self.fMuBeta - 1.0)) / self.fLambda
        return 1.0 / self.fLambda

    def _xi(self, mc):
        """Weight below which an outlier micro-cluster of this age is deleted; (A*a - 1)/(A - 1) multiplied out."""
        if self.fMuBeta > 1.0:
            return self.fMuBeta - (self.fMuBeta - 1.0) * mc.decay
        return self.fMuBeta / 2.0

    def _nearest(self, point):
        best, best_d2 = None, math.inf
        for mc in self._mcs:  # oldest first, so a later one must be strictly nearer
            d2 = squared_distance(point, mc.centre)
            if best is None:
                best, best_d2 = mc, d2
            elif self._nearer(d2, best_d2):
                best, best_d2 = mc, d2
        return best

    def _passes_radius_test(self, mc, point):
        d2 = squared_distance(point, mc.centre)
        w = mc.weight
        w1 = w + 1.0
        s1 = mc.scatter + d2 * w / w1
        return self._within(s1 / w1, self.fEps * self.fEps)

    def _join(self, mc, point):
        d2 = squared_distance(point, mc.centre)
        w1 = mc.weight + 1.0
        mc.scatter = mc.scatter + d2 * mc.weight / w1
        for k, x in enumerate(point):
            mc.centre[k] += (x - mc.centre[k]) / w1
        mc.weight = w1

    def _new(self, point):
        mc = MicroCluster(created=self._next_created, centre=list(point), potential=1.0 > self.fMuBeta)
        self._require_slot(mc.potential)
        self._next_created += 1
        self._mcs.append(mc)
        return mc

    def _promote(self, mc):
        self._require_slot(potential=True)
        mc.potential = True

    def _demote(self, mc):
        self._require_slot(potential=False)
        mc.potential = False

    def _require_slot(self, potential):
        size = self.nPotMCsBufferSize if potential else self.nOutMCsBufferSize
        if self._count(potential) >= size:
            raise BufferFull

    # ---- DBSCAN over the potential micro-clusters ------------------------------------------------------------------

    def _dbscan(self):
        """Label every micro-cluster anew and return the number of clusters."""
        for mc in self._mcs:
            mc.cluster = OUTLIER
        mcs = [mc for mc in self._mcs if mc.potential]
        neighbours = self._neighbourhoods(mcs)
        core = []
        for near in neighbours:
            total = 0.0
            for j in near:
                total += mcs[j].weight
            core.append(self._at_least_weight(total, self.fMinWeightDBSCAN))

        n_clusters = 0
        for i in range(len(mcs)):  # oldest first: a cluster is found through its oldest core
            if not core[i] or mcs[i].cluster != OUTLIER:
                continue
            to_visit = [i]
            while to_visit:
                j = to_visit.pop()
                mcs[j].cluster = n_clusters
                to_visit += [k for k in neighbours[j] if core[k] and mcs[k].cluster == OUTLIER]
            n_clusters += 1

        for i, mc in enumerate(mcs):
            cores = [j for j in neighbours[i] if core[j]]
            if not core[i] and cores:
                mc.cluster = self._nearest_of(mc, [mcs[j] for j in cores]).cluster
        return n_clusters

    def _neighbourhoods(self, mcs):
        """Indices of the neighbours of each one, itself included, oldest first."""
        limit = self.fEpsDBSCAN * self.fEpsDBSCAN
        near = [[] for _ in mcs]
        for i, one in enumerate(mcs):
            near[i].append(i)
            for j in range(i + 1, len(mcs)):
                if self._within(squared_distance(one.centre, mcs[j].centre), limit):
                    near[i].append(j)
                    near[j].append(i)
        return near

    def _nearest_of(self, mc, cores):
        best = cores[0]
        for other in cores[1:]:
            if self._nearer(squared_distance(mc.centre, other.centre), squared_distance(mc.centre, best.centre)):
                best = other
        return best

    # ---- every comparison of real numbers, with a note how close it was ----------------------------------------------

    def _nearer(self, left, right):
        self._note_distances(left, right)
        return left < right

    def _within(self, left, right):
        self._note_distances(left, right)
        return left <= right

    def _more_weight(self, left, right):
        self._note_weights(left, right)
        return left > right

    def _less_weight(self, left, right):
        self._note_weights(left, right)
        return left < right

    def _at_least_weight(self, left, right):
        self._note_weights(left, right)
        return left >= right

    def _note_distances(self, left, right):
        gap = abs(left - right)
        if gap < self.distance_gap:  # false for inf - inf
            self.distance_gap = gap

    def _note_weights(self, left, right):
        if left == right and left.is_integer():
            return  # whole weights have never faded by a fraction, so no rounding can tip this tie
        self.weight_gap = min(self.weight_gap, abs(left - right) / max(abs(left), abs(right)))
