"""Reversals of a signal: peaks and valleys that are confirmed once the signal has moved away by more than a threshold.

Sources: manual TF3510 EN 1.5.0 pp. 119 and 146 (three documented cases). The signal is followed in one direction; its
extreme so far is a reversal as soon as a value differs from it by more than the threshold, and then the direction
turns. Chosen: the first value is no reversal, as nothing comes before it; of equal extremes the first one counts.

    m.turns: buffer(TURN_WORDS)                    in Configure
    w, k = f64(m, m.turns, TURN_WORDS), i64(m, m.turns, TURN_WORDS)
    found = turn(w, k, 0, threshold, x, t)         NONE, PEAK or VALLEY
    w[FOUND], k[FOUND_NS], k[FOUND_AT]             its value, time, and position in the stream (from 0)

A machine takes TURN_WORDS elements from `at` on. Besides the extreme it keeps the least (or largest) value after it.
"""

from typing import Any

from alycat.runtime.kernel import kernel

NONE, PEAK, VALLEY = 0, 1, 2
UNDECIDED, RISING, FALLING = 0, 1, 2

COUNT, DIRECTION = 0, 1  # integers: values so far, where the signal goes
HIGH, HIGH_NS, HIGH_AT = 2, 3, 4  # rising: peak so far; falling: largest value after the valley so far
LOW, LOW_NS, LOW_AT = 5, 6, 7  # falling: valley so far; rising: least value after the peak so far
FOUND, FOUND_NS, FOUND_AT = 8, 9, 10
TURN_WORDS = 11


@kernel
def turn(w: Any, k: Any, at: int, threshold: float, x: float, t: int) -> int:
    """Takes the value x of time t; tells whether it confirms a reversal."""
    position = k[at + COUNT]
    direction = k[at + DIRECTION]
    k[at + COUNT] = position + 1
    if position == 0:
        put(w, k, at + HIGH, x, t, 0)
        put(w, k, at + LOW, x, t, 0)
    elif x > w[at + HIGH]:
        put(w, k, at + HIGH, x, t, position)
        if direction == RISING:
            put(w, k, at + LOW, x, t, position)
        elif x - w[at + LOW] > threshold:
            k[at + DIRECTION] = RISING
            put(w, k, at + FOUND, w[at + LOW], k[at + LOW_NS], k[at + LOW_AT])
            put(w, k, at + LOW, x, t, position)
            return VALLEY if k[at + FOUND_AT] > 0 else NONE
    elif x < w[at + LOW]:
        put(w, k, at + LOW, x, t, position)
        if direction == FALLING:
            put(w, k, at + HIGH, x, t, position)
        elif w[at + HIGH] - x > threshold:
            k[at + DIRECTION] = FALLING
            put(w, k, at + FOUND, w[at + HIGH], k[at + HIGH_NS], k[at + HIGH_AT])
            put(w, k, at + HIGH, x, t, position)
            return PEAK if k[at + FOUND_AT] > 0 else NONE
    return NONE


@kernel
def put(w: Any, k: Any, at: int, x: float, t: int, position: int) -> None:
    w[at], k[at + 1], k[at + 2] = x, t, position
