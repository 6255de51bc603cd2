"""Base: counting, timing, intervals, averages: the blocks that most programs start with."""
