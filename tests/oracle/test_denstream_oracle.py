"""The oracle of FB_ALY_DenStream against examples worked out by hand from the specification."""

import math
import sys
from collections import Counter

import pytest
from strategies import FIXED_SEEDS, random_case

from oracle.denstream import BufferFull, DenStreamOracle

S = 1_000_000_000
T0 = 1000 * S
DEFAULTS = {
    "fEps": 1.0,
    "fMuBeta": 2.0,
    "fLambda": 0.0,
    "fEpsDBSCAN": 1.0,
    "fMinWeightDBSCAN": 3.0,
    "nPotMCsBufferSize": 10,
    "nOutMCsBufferSize": 10,
}


def configured(n_channels=1, **changes):
    oracle = DenStreamOracle(n_channels)
    assert oracle.configure(**(DEFAULTS | changes)) == 0
    return oracle


def feed(oracle, *points, at=0.0, update=True):
    """Call once per point, all at the same time (seconds after T0), and return the indices."""
    indices = []
    for point in points:
        point = [point] if isinstance(point, (int, float)) else point
        assert oracle.call(T0 + round(at * S), point, update) == 0
        indices.append(oracle.nClusterIdx)
    return indices


def column(oracle, name):
    return [mc[name] for mc in oracle.micro_clusters()]


# ---- joining and creating --------------------------------------------------------------------------------------------


def test_radius_limit_is_inclusive():
    # 0, then 2: d^2 = 4, w1 = 2, S1 = 0 + 4*1/2 = 2, S1/w1 = 1 <= 1^2. It joins: c = 0 + 2/2 = 1, r = sqrt(2/2) = 1.
    oracle = configured()
    feed(oracle, 0.0, 2.0)
    assert oracle.micro_clusters() == [
        {"centre": [1.0], "weight": 2.0, "radius": 1.0, "potential": False, "cluster": -1, "created": 0}
    ]


def test_point_beyond_the_radius_limit_founds_its_own_micro_cluster():
    # The next double after 2 gives S1/w1 just above 1.
    oracle = configured()
    feed(oracle, 0.0, math.nextafter(2.0, 3.0))
    assert column(oracle, "weight") == [1.0, 1.0]
    assert column(oracle, "radius") == [0.0, 0.0]


def test_point_farther_than_eps_can_join_a_heavy_micro_cluster():
    # w = 3 at 0 with S = 0; x = 2: S1 = 4*3/4 = 3, S1/w1 = 3/4 <= 1 although d = 2 > fEps. c = 2/4 = 0.5.
    oracle = configured()
    feed(oracle, 0.0, 0.0, 0.0, 2.0)
    assert column(oracle, "centre") == [[0.5]]
    assert column(oracle, "radius") == [math.sqrt(3.0 / 4.0)]


def test_scatter_accumulates_over_channels():
    # (0, 0) and (1, 1): d^2 = 2, S = 1, c = (.5, .5). Then (.5, 2): d^2 = 2.25, S1 = 1 + 2.25*2/3 = 2.5, w1 = 3,
    # S1/w1 = .8333 <= 1; c = (.5, .5 + 1.5/3) = (.5, 1).
    oracle = configured(2)
    feed(oracle, [0.0, 0.0], [1.0, 1.0], [0.5, 2.0])
    (mc,) = oracle.micro_clusters()
    assert mc["centre"] == [0.5, 1.0]
    assert mc["radius"] == math.sqrt(2.5 / 3.0)


def test_equidistant_point_goes_to_the_older_micro_cluster():
    # 4 and 0 cannot share one (S1/w1 = 16/2/2 = 4 > 1). 2 is 2 away from both; it joins the older: c = 4 - 2/2 = 3.
    oracle = configured()
    feed(oracle, 4.0, 0.0, 2.0)
    assert column(oracle, "centre") == [[3.0], [0.0]]


def test_nearest_is_searched_among_potential_and_outlier_alike():
    # A potential one at 0 (w = 3) would take 1.5, but the outlier at 2.5 is nearer.
    oracle = configured(fEps=0.9)
    feed(oracle, 0.0, 0.0, 0.0, 2.5)
    assert column(oracle, "potential") == [True, False]
    feed(oracle, 1.5)
    assert column(oracle, "centre") == [[0.0], [2.0]]


def test_offset_of_1e9_keeps_the_same_arithmetic():
    near, far = configured(), configured()
    assert feed(near, 0.0, 2.0, 1.0, 5.0) == feed(far, 1e9, 1e9 + 2.0, 1e9 + 1.0, 1e9 + 5.0)
    assert column(near, "radius") == column(far, "radius")


# ---- promotion -------------------------------------------------------------------------------------------------------


def test_promotion_needs_more_than_fMuBeta():
    # fMuBeta = 2: weights 1, 2 are outliers, weight 3 is potential; its neighbourhood weighs 3 >= 3: cluster 0.
    oracle = configured()
    seen = []
    for _ in range(3):
        feed(oracle, 0.0)
        seen.append((oracle.nNumPotMCs, oracle.nNumOutMCs, oracle.nClusterIdx, oracle.nNumClusters, oracle.bNewResult))
    assert seen == [(0, 1, -1, 0, False), (0, 1, -1, 0, False), (1, 0, 0, 1, True)]


def test_single_point_is_an_outlier_at_fMuBeta_1_and_potential_below():
    at_limit, below = configured(fMuBeta=1.0, fMinWeightDBSCAN=1.0), configured(fMuBeta=0.5, fMinWeightDBSCAN=1.0)
    assert feed(at_limit, 0.0) == [-1]
    assert feed(below, 0.0) == [0]
    assert (below.nNumPotMCs, below.nNumOutMCs) == (1, 0)


def test_new_potential_micro_cluster_needs_no_outlier_slot():
    # The one outlier slot is taken by a demoted micro-cluster: fMuBeta = 0.5, fLambda = 1, Tp = 1 s; w = 1 * 2^-1 is
    # not above 0.5, and not below xi = 0.25. The new one is potential at once.
    oracle = configured(fMuBeta=0.5, fLambda=1.0, nOutMCsBufferSize=1)
    feed(oracle, 0.0)
    feed(oracle, 10.0, at=1.0)
    assert not oracle.bOverflow
    assert column(oracle, "potential") == [False, True]


# ---- fading, demotion, deletion --------------------------------------------------------------------------------------


def test_weights_and_scatter_halve_each_second_at_fLambda_1():
    # S = 2 and w = 2 after 0 and 2; one second later both are 1, the radius stays sqrt(1/1). A point on the centre:
    # S1/w1 = 1/2, so r = sqrt(1/2) and w = 2. The period is long: fMuBeta = 1.0009765625 gives Tp = log2(1025) s.
    oracle = configured(fLambda=1.0, fMuBeta=1.0009765625)
    feed(oracle, 0.0, 2.0)
    feed(oracle, 1.0, at=1.0)
    (mc,) = oracle.micro_clusters()
    assert (mc["weight"], mc["radius"], mc["centre"]) == (2.0, math.sqrt(0.5), [1.0])


def test_check_demotes_and_deletes():
    # fMuBeta = 2, fLambda = 1: Tp = log2(2/1)/1 = 1 s, A = 1/2, xi = (a/2 - 1)/(-1/2) = 2 - a.
    # At 0 s: three times 0 (w = 3, potential) and 10 (w = 1, outlier). At 1 s everything is halved and a check is due:
    # w = 1.5 <= 2: demoted; its a = 0.5, xi = 1.5, and 1.5 < 1.5 is false: it stays. 10: w = 0.5 < 1.5: deleted.
    oracle = configured(fLambda=1.0)
    assert feed(oracle, 0.0, 0.0, 0.0, 10.0) == [-1, -1, 0, -1]
    assert feed(oracle, 20.0, at=1.0) == [-1]
    assert column(oracle, "centre") == [[0.0], [20.0]]
    assert column(oracle, "weight") == [1.5, 1.0]
    assert column(oracle, "potential") == [False, False]
    assert column(oracle, "created") == [0, 2]
    assert (oracle.nNumPotMCs, oracle.nNumOutMCs, oracle.nNumClusters) == (0, 2, 0)


def test_light_potential_micro_cluster_stays_until_the_check():
    # After 0.75 s w = 3 * 2^-0.75 = 1.78 <= 2, but Tp = 1 s is not reached; it is at 1 s, where w = 1.5.
    oracle = configured(fLambda=1.0)
    feed(oracle, 0.0, 0.0, 0.0)
    feed(oracle, 10.0, at=0.75)
    assert column(oracle, "potential") == [True, False]
    feed(oracle, 10.0, at=1.0)
    assert column(oracle, "potential") == [False, False]


def test_learning_time_starts_at_zero_after_a_check():
    # A check at 1.9 s; 0.2 s later the sum is 0.2, not 1.1, so the light one at 10 is still there: at 2.1 s
    # w = 2^-0.2 = 0.87 < xi = 2 - 0.87 = 1.13. At 2.9 s the sum is 1.0 and it is deleted.
    oracle = configured(fLambda=1.0)
    feed(oracle, 0.0)
    feed(oracle, 10.0, at=1.9)
    assert column(oracle, "centre") == [[10.0]]
    feed(oracle, 20.0, at=2.1)
    assert column(oracle, "centre") == [[10.0], [20.0]]
    feed(oracle, 30.0, at=2.9)
    assert column(oracle, "centre") == [[30.0]]


def test_demoted_micro_cluster_can_be_deleted_by_the_same_check():
    # w = 3 after 2 s is 0.75 <= 2 and a = 0.25: xi = 1.75 > 0.75.
    oracle = configured(fLambda=1.0)
    feed(oracle, 0.0, 0.0, 0.0)
    feed(oracle, 20.0, at=2.0)
    assert column(oracle, "centre") == [[20.0]]


def test_period_and_limit_for_small_fMuBeta():
    # fMuBeta = 0.5, fLambda = 2: Tp = 1/2 s, xi = 0.25. At 0.5 s w = 0.5: demoted, kept. At 1 s w = 0.25: kept, the
    # test is strict. At 1.5 s w = 0.125: deleted. The fresh points lie where they disturb nothing.
    oracle = configured(fMuBeta=0.5, fLambda=2.0)
    feed(oracle, 0.0)
    feed(oracle, 10.0, at=0.5)
    assert column(oracle, "potential") == [False, True]
    feed(oracle, 20.0, at=1.0)
    assert column(oracle, "weight") == [0.25, 0.5, 1.0]
    feed(oracle, 30.0, at=1.5)
    assert column(oracle, "centre") == [[10.0], [20.0], [30.0]]


def test_nothing_is_checked_without_fading():
    oracle = configured()
    feed(oracle, 0.0)
    feed(oracle, 10.0, at=1e6)
    assert column(oracle, "weight") == [1.0, 1.0]


def test_weightless_micro_cluster_takes_any_point():
    # fMuBeta = 0: xi = 0, so nothing is ever deleted. 10^4 s at fLambda = 1 leave w = 0: S1/w1 = 0, c jumps to the
    # point.
    oracle = configured(fMuBeta=0.0, fLambda=1.0)
    feed(oracle, 0.0)
    feed(oracle, 1000.0, at=10_000.0)
    (mc,) = oracle.micro_clusters()
    assert (mc["centre"], mc["weight"], mc["radius"], mc["potential"]) == ([1000.0], 1.0, 0.0, True)


# ---- frozen calls ----------------------------------------------------------------------------------------------------


def test_frozen_call_learns_nothing_and_does_not_catch_up():
    # Learn at 0 s, frozen at 1 s, learn at 2 s: only the second between 1 s and 2 s fades, so w = 3*0.5 + 1 = 2.5.
    oracle = configured(fLambda=1.0, fMuBeta=1.0)
    feed(oracle, 0.0, 0.0, 0.0)
    before = oracle.micro_clusters()
    assert feed(oracle, 0.0, 1.0, 50.0, at=1.0, update=False) == [0, 0, -1]
    assert oracle.micro_clusters() == before
    feed(oracle, 0.0, at=2.0)
    assert column(oracle, "weight") == [2.5]


def test_frozen_time_does_not_count_towards_the_check():
    # fMuBeta = 2, fLambda = 1, Tp = 1 s. Learning time: 0.75 s of the 1.5 s, then 0.25 s more.
    oracle = configured(fLambda=1.0)
    feed(oracle, 0.0)
    feed(oracle, 0.0, at=0.75, update=False)
    feed(oracle, 50.0, at=1.5)
    assert column(oracle, "centre") == [[0.0], [50.0]]
    feed(oracle, 50.0, at=1.75)
    assert column(oracle, "centre") == [[50.0]]


def test_frozen_point_in_an_outlier_micro_cluster_is_an_outlier():
    oracle = configured()
    feed(oracle, 0.0)
    assert feed(oracle, 0.0, update=False) == [-1]


def test_time_stamps():
    oracle = configured(fMuBeta=1.0, fMinWeightDBSCAN=1.0)
    seen = []
    for second, (point, update) in enumerate(
        [(0.0, False), (0.0, False), (0.0, True), (0.0, True), (9.0, True), (0.0, False), (9.0, False), (9.0, True)]
    ):
        feed(oracle, point, at=second, update=update)
        event, switch = oracle.fbTimeLastEvent, oracle.fbTimeLastSwitch
        seen.append((oracle.nClusterIdx, oracle.bNewResult, event and event - T0, switch and switch - T0))
    assert seen == [
        (-1, False, 0, 0),  # the first call is neither an event (-1 before it) nor an alternation
        (-1, False, 0, 0),
        (-1, False, 0, 2 * S),  # w = 1 does not exceed fMuBeta = 1
        (0, True, 3 * S, 2 * S),
        (-1, True, 4 * S, 2 * S),
        (0, True, 5 * S, 5 * S),
        (-1, True, 6 * S, 5 * S),
        (1, True, 7 * S, 7 * S),
    ]


# ---- overflow --------------------------------------------------------------------------------------------------------


def test_overflow_by_a_new_micro_cluster_freezes():
    oracle = configured(fLambda=1.0, nOutMCsBufferSize=1)
    feed(oracle, 0.0, 0.0)
    before = oracle.micro_clusters()
    feed(oracle, 10.0, at=0.5)
    assert oracle.bOverflow
    assert oracle.micro_clusters() == before  # not even faded
    assert (oracle.nNumOutMCs, oracle.fbTimeLastSwitch, oracle.nClusterIdx) == (1, T0 + S // 2, -1)
    # From now on nothing is learnt, whatever the input says, and the input toggling is no alternation.
    feed(oracle, 0.0, at=1.0)
    feed(oracle, 0.0, at=2.0, update=False)
    feed(oracle, 0.0, at=3.0)
    assert oracle.micro_clusters() == before
    assert oracle.fbTimeLastSwitch == T0 + S // 2


def test_overflow_by_promotion():
    # One potential slot, fMuBeta = 1. The second point at 10 would be the second promotion.
    oracle = configured(fMuBeta=1.0, nPotMCsBufferSize=1, fMinWeightDBSCAN=2.0)
    assert feed(oracle, 0.0, 0.0, 10.0, 10.0) == [-1, 0, -1, -1]
    assert oracle.bOverflow
    assert column(oracle, "weight") == [2.0, 1.0]
    assert feed(oracle, 0.5) == [0]  # stagnated, but still answering


def test_overflow_by_demotion_answers_with_the_former_labels():
    # fMuBeta = 1, fLambda = 1: Tp = 1 s. At 0 s two at 0 (potential) and one at 10, which fills the outlier buffer.
    # At 1 s w = 1 does not exceed 1: demotion. Step 2 demotes before it deletes, so 10 still holds the only slot.
    oracle = configured(fMuBeta=1.0, fLambda=1.0, fMinWeightDBSCAN=2.0, nOutMCsBufferSize=1)
    assert feed(oracle, 0.0, 0.0, 10.0) == [-1, 0, -1]
    assert feed(oracle, 0.0, at=1.0) == [0]
    assert oracle.bOverflow
    assert column(oracle, "weight") == [2.0, 1.0]
    assert oracle.fbTimeLastSwitch == T0 + S


def test_deletion_frees_a_slot_before_the_new_point():
    # As above without anything to demote: 0 is deleted at 1 s (w = 0.5 < xi), then 10 takes its slot.
    oracle = configured(fLambda=1.0, nOutMCsBufferSize=1)
    feed(oracle, 0.0)
    feed(oracle, 10.0, at=1.0)
    assert not oracle.bOverflow
    assert column(oracle, "centre") == [[10.0]]


def test_overflow_after_a_frozen_call_is_no_alternation():
    oracle = configured(nOutMCsBufferSize=1)
    feed(oracle, 0.0)
    feed(oracle, 0.0, at=1.0, update=False)
    feed(oracle, 10.0, at=2.0)
    assert oracle.bOverflow
    assert oracle.fbTimeLastSwitch == T0 + S


def test_creation_numbers_are_not_used_up_by_an_overflow():
    oracle = configured(nOutMCsBufferSize=1)
    feed(oracle, 0.0, 10.0)
    assert oracle.reset() == 0
    feed(oracle, 5.0)
    assert column(oracle, "created") == [0]


@pytest.mark.parametrize("method", ["reset", "configure"])
def test_overflow_ends_with_reset_or_configure(method):
    oracle = configured(nOutMCsBufferSize=1)
    feed(oracle, 0.0, 10.0)
    oracle.reset() if method == "reset" else oracle.configure(**(DEFAULTS | {"nOutMCsBufferSize": 1}))
    assert (oracle.bOverflow, oracle.nNumOutMCs, oracle.fbTimeLastSwitch, oracle.micro_clusters()) == (False, 0, 0, [])
    assert oracle.call(1, [3.0]) == 0  # an earlier time is a first call again
    assert column(oracle, "centre") == [[3.0]]


# ---- DBSCAN ----------------------------------------------------------------------------------------------------------

# Every point is potential at once and keeps to itself unless it is repeated exactly.
SEPARATE = {"fMuBeta": 0.5, "fEps": 0.01, "fEpsDBSCAN": 1.0, "fMinWeightDBSCAN": 4.0}


def test_neighbourhood_and_core_limits_are_inclusive():
    # Weights 1, 2, 1 at 0, 1, 2: only the middle one sees 1 + 2 + 1 = 4 >= 4 and its neighbours are exactly 1 away.
    oracle = configured(**SEPARATE)
    feed(oracle, 0.0, 1.0, 1.0, 2.0)
    assert column(oracle, "cluster") == [0, 0, 0]
    assert oracle.nNumClusters == 1


def test_below_the_core_limit_everything_is_noise():
    oracle = configured(**SEPARATE)
    feed(oracle, 0.0, 1.0, 2.0)
    assert column(oracle, "cluster") == [-1, -1, -1]
    assert oracle.nNumClusters == 0


def test_border_takes_the_cluster_of_its_nearest_core():
    # -1.8 (w 3) and -0.9 (w 1) are cores (3 + 1 = 4), 1.7 (w 3) and 0.8 (w 1) are cores. 0 sees 1 + 1 + 1 = 3: no core.
    # It is 0.9 from the older cluster and 0.8 from the younger, which it joins.
    oracle = configured(**SEPARATE)
    indices = feed(oracle, -1.8, -1.8, -1.8, -0.9, 1.7, 1.7, 1.7, 0.8, 0.0)
    assert column(oracle, "cluster") == [0, 0, 1, 1, 1]
    assert indices[-1] == 1


def test_border_between_two_equally_near_cores_takes_the_older_core():
    # As above at 0.75 on both sides; 0.75 was created before -0.75, though the cluster of -0.75 is the older one.
    oracle = configured(**SEPARATE)
    feed(oracle, -1.5, -1.5, -1.5, 0.75, -0.75, 1.5, 1.5, 1.5, 0.0)
    assert column(oracle, "centre") == [[-1.5], [0.75], [-0.75], [1.5], [0.0]]
    assert column(oracle, "cluster") == [0, 1, 0, 1, 1]


def test_neighbour_of_a_border_does_not_join():
    # 0.9 sees 0 (w 1) and itself: 2 < 4, and no core.
    oracle = configured(**SEPARATE)
    indices = feed(oracle, -1.8, -1.8, -1.8, -0.9, 0.0, 0.9)
    assert column(oracle, "cluster") == [0, 0, 0, -1]
    assert indices == [-1, -1, -1, 0, 0, -1]  # three alone weigh 3; -0.9 makes them 4


def test_clusters_are_numbered_by_their_oldest_core_not_their_oldest_member():
    # 0 is the oldest, but only a border of the cluster at 0.9/1.8, whose cores are younger than the one at 10.
    oracle = configured(**SEPARATE)
    feed(oracle, 0.0, 10.0, 10.0, 10.0, 10.0, 0.9, 1.8, 1.8)
    # 0 sees 1 + 1 = 2; 0.9 sees 1 + 1 + 2 = 4; 1.8 sees 1 + 2 = 3.
    assert column(oracle, "cluster") == [1, 0, 1, 1]
    assert oracle.nNumClusters == 2


def test_clusters_merge_through_a_core_and_numbers_close_up():
    oracle = configured(**SEPARATE)
    feed(oracle, *[0.0] * 4, *[2.0] * 4, *[9.0] * 4)
    assert column(oracle, "cluster") == [0, 1, 2]
    assert feed(oracle, 1.0) == [0]  # a core (4 + 1 + 4) that joins both
    assert column(oracle, "cluster") == [0, 0, 1, 0]
    assert oracle.nNumClusters == 2


def test_outlier_micro_clusters_take_no_part():
    # fMuBeta = 1: the single point at 1 is no stepping stone between 0 and 2.
    oracle = configured(**(SEPARATE | {"fMuBeta": 1.0, "fMinWeightDBSCAN": 2.0}))
    feed(oracle, 0.0, 0.0, 2.0, 2.0, 1.0)
    assert column(oracle, "cluster") == [0, 1, -1]


# ---- errors ----------------------------------------------------------------------------------------------------------


def test_errors_of_call_in_order():
    oracle = DenStreamOracle(2)
    assert oracle.call(0, [None, math.nan]) == 0x3007
    oracle.configure(**DEFAULTS)
    assert oracle.call(0, [None, math.nan]) == 0x3006
    assert oracle.call(T0, [1.0, None]) == 0x3003
    assert oracle.call(T0, [1.0, math.nan]) == 0x3003
    assert oracle.call(T0, [1.0, -math.inf]) == 0x3003
    assert oracle.call(T0, [1.0, 2.0]) == 0
    assert oracle.call(T0 - 1, [1.0, 2.0]) == 0x3003
    assert oracle.call(T0, [1.0, 2.0]) == 0  # standing still is allowed


def test_error_leaves_everything_but_bNewResult():
    oracle = configured(fMuBeta=0.5, fMinWeightDBSCAN=1.0)
    feed(oracle, 0.0)
    assert oracle.bNewResult
    before = oracle.micro_clusters()
    assert oracle.call(T0 + S, [math.inf]) == 0x3003
    assert (oracle.nClusterIdx, oracle.bNewResult, oracle.fbTimeLastEvent) == (0, False, T0)
    assert oracle.micro_clusters() == before
    assert oracle.call(T0, [0.0]) == 0  # the refused time does not count as the previous one


@pytest.mark.parametrize(
    ("changes", "event_id"),
    [
        ({"fEps": 0.0}, 0x201A),
        ({"fEpsDBSCAN": -1.0}, 0x201A),
        ({"fLambda": -0.1}, 0x201A),
        ({"fMuBeta": -0.1}, 0x201A),
        ({"fMinWeightDBSCAN": -0.1}, 0x201A),
        ({"fMinWeightDBSCAN": math.nan}, 0x201A),
        ({"fEps": math.inf}, 0x201A),
        ({"nPotMCsBufferSize": 0}, 0x201F),
        ({"nOutMCsBufferSize": 0}, 0x201F),
    ],
)
def test_failed_configure_keeps_everything(changes, event_id):
    oracle = configured(fMuBeta=0.5)
    feed(oracle, 0.0)
    before = oracle.micro_clusters()
    assert oracle.configure(**(DEFAULTS | changes)) == event_id
    assert oracle.bConfigured
    assert oracle.micro_clusters() == before
    feed(oracle, 9.0)
    assert column(oracle, "potential") == [True, True]  # still fMuBeta = 0.5


def test_no_channels():
    assert DenStreamOracle(0).configure(**DEFAULTS) == 0x100C


# ---- the streams on which the block is compared ----------------------------------------------------------------------


class CountingOracle(DenStreamOracle):
    """Counts the sorts of events it goes through."""

    def __init__(self, n_channels, counts):
        self.counts = counts
        super().__init__(n_channels)

    def call(self, t_ns, point, update=True):
        event_id = super().call(t_ns, point, update)
        self.counts["tie"] += self.distance_gap == 0.0
        self.counts["three clusters"] += self.nNumClusters >= 3
        self.counts["over 32 potential"] += self.nNumPotMCs > 32
        self.counts["new result"] += self.bNewResult
        self.counts["frozen"] += not update
        return event_id

    def _join(self, mc, point):
        super()._join(mc, point)
        self.counts["join"] += 1

    def _new(self, point):
        mc = super()._new(point)
        self.counts["new potential" if mc.potential else "new outlier"] += 1
        return mc

    def _promote(self, mc):
        super()._promote(mc)
        self.counts["promotion"] += 1

    def _demote(self, mc):
        super()._demote(mc)
        self.counts["demotion"] += 1

    def _check_if_due(self, dt_ns):
        before = len(self._mcs)
        super()._check_if_due(dt_ns)
        self.counts["deletion"] += before - len(self._mcs)

    def _require_slot(self, potential):
        try:
            super()._require_slot(potential)
        except BufferFull:
            caller = sys._getframe(1).f_code.co_name
            self.counts[f"overflow in {caller}, {'potential' if potential else 'outlier'} buffer"] += 1
            raise

    def _nearest_of(self, mc, cores):
        self.counts["border"] += 1
        self.counts["border between two clusters"] += len({core.cluster for core in cores}) > 1
        return super()._nearest_of(mc, cores)


def test_fixed_cases_meet_every_sort_of_event():
    counts = Counter()
    for seed in FIXED_SEEDS:
        config, stream = random_case(seed)
        oracle = CountingOracle(stream.n_channels, counts)
        assert oracle.configure(**config) == 0
        for t, point, update in stream.rows():
            assert oracle.call(t, point, update) == 0
    often = ["join", "new potential", "new outlier", "promotion", "demotion", "deletion", "new result", "frozen", "tie"]
    often += ["three clusters", "over 32 potential", "border", "border between two clusters"]
    overflows = [("_new", "potential"), ("_new", "outlier"), ("_promote", "potential"), ("_demote", "outlier")]
    wanted = dict.fromkeys(often, 20) | {f"overflow in {caller}, {buffer} buffer": 1 for caller, buffer in overflows}
    missing = {event: counts[event] for event, least in wanted.items() if counts[event] < least}
    assert not missing, counts
