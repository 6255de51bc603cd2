"""Enumerations of FB_ALY_ShapeReconstruction."""

import enum


class E_ALY_ShapeState(enum.IntEnum):
    """What the block does in Call; 0..4 as the library's E_ALY_TeachState."""

    Idle = 0
    Teach = 1
    Pending = 2
    PendingTeach = 3
    PendingIdle = 4
    Run = 5
    PendingRun = 6


class E_ALY_ShapeWindow(enum.IntEnum):
    """Weight of sample k of a segment of L: sin(pi k / (L - 1))**2, sin(pi k / L)**2 or 1."""

    NotInitialized = 0
    Symmetric = 1
    Periodic = 2
    Rectangular = 3


class E_ALY_ShapeError(enum.IntEnum):
    """What the differences of shape and windowed segment, shape minus segment, are made one number by."""

    NotInitialized = 0
    SignedMaximum = 1
    AbsoluteMaximum = 2
    RootMeanSquare = 3


class E_ALY_ShapeThreshold(enum.IntEnum):
    """Which of the errors of the taught segments becomes the threshold."""

    NotInitialized = 0
    Maximum = 1
    Quantile = 2
