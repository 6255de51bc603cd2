"""Conditions, edges and spans in plain Python, for the references of the blocks that use them."""

import operator

OPERATORS = {1: operator.gt, 2: operator.ge, 3: operator.lt, 4: operator.le}


class Condition:
    """A condition with its memory; `met` as a level, `edge` as the change to TRUE since the call before."""

    def __init__(self, threshold, tolerance):
        self.operator, self.limit = int(threshold.eComparisonOperator), threshold.fThreshold
        self.tolerance = tolerance
        self.before = None

    def met(self, value):
        if self.operator in OPERATORS:
            return OPERATORS[self.operator](value, self.limit)
        is_equal = abs(value - self.limit) <= self.tolerance
        return is_equal if self.operator == 5 else not is_equal

    def edge(self, value):
        met = self.met(value)
        edge = met and self.before is False
        self.before = met
        return edge


class Clock:
    """Time between calls."""

    last = None

    def span(self, t):
        span = 0 if self.last is None else t - self.last
        self.last = t
        return span
