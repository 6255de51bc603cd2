"""The numerical blocks of Compare, plainly."""

import operator
from decimal import ROUND_HALF_UP, Decimal

from .conditions import Condition

OPERATORS = (None, operator.gt, operator.ge, operator.lt, operator.le, operator.eq, operator.ne)


class Operation:
    """Counting of results; subclasses say what the result of a call is."""

    def __init__(self, eCountMode):
        self.cyclic, self.before, self.count, self.time = eCountMode.name == "Cyclic", False, 0, 0

    def call(self, t, x):
        result = self.result(x)
        rises = result and not self.before
        counts = result if self.cyclic else rises
        new = counts or result != self.before
        self.before = result
        self.count += counts
        self.time = t if rises else self.time
        return {"bNewResult": new, "bOperationOut": result, "nCount": self.count, "fbTimeLastEvent": self.time}


class Logic(Operation):
    def __init__(self, nNumChannels, eLogicOperator, eCountMode, stThresholdLevel, fTolerance=0.0, bPersistent=False):
        super().__init__(eCountMode)
        self.conditions = [Condition(one, fTolerance) for one in stThresholdLevel]
        self.logic = eLogicOperator.name

    def result(self, x):
        met = [c.met(v) for c, v in zip(self.conditions, x, strict=True)]
        chain = met[0]
        for one in met[1:]:
            chain = chain != one
        return {"AND_": all(met), "OR_": any(met), "NAND_": not all(met), "NOR_": not any(met), "XOR_": chain}[
            self.logic
        ]


class Numerical(Operation):
    """x holds the left side, and in the block with two channels the right one."""

    def __init__(
        self, eComparisonOperator, eCountMode, bUseAbsValues, fReference=None, fTolerance=0.0, bPersistent=False
    ):
        super().__init__(eCountMode)
        self.operator, self.absolute, self.reference = eComparisonOperator, bUseAbsValues, fReference
        self.tolerance = fTolerance

    def result(self, x):
        left, right = x[0], x[1] if self.reference is None else self.reference
        if self.absolute:
            left, right = abs(left), abs(right)
        if self.operator >= 5:
            return (abs(left - right) <= self.tolerance) == (self.operator == 5)
        return OPERATORS[self.operator](left, right)


class Timespan(Operation):
    def __init__(self, tReference, eComparisonOperator, eCountMode, bUseAbsValues, bPersistent=False):
        super().__init__(eCountMode)
        self.operator, self.absolute, self.reference = eComparisonOperator, bUseAbsValues, tReference

    def result(self, x):
        left, right = (abs(x[0]), abs(self.reference)) if self.absolute else (x[0], self.reference)
        return OPERATORS[self.operator](left, right)


class ValueChange:
    def __init__(self, fTolerance, bPersistent=False):
        self.tolerance, self.kept, self.count, self.time = fTolerance, None, 0, 0

    def call(self, t, x):
        changed = self.kept is not None and abs(x[0] - self.kept) > self.tolerance
        if changed or self.kept is None:
            self.kept = x[0]
        if changed:
            self.count, self.time = self.count + 1, t
        return {"bNewResult": changed, "bValueChanged": changed, "nCount": self.count, "fbTimeLastEvent": self.time}


class Selection:
    """Which channel is selected, and how often that changed."""

    def __init__(self, nNumChannels, bPersistent=False):
        self.n, self.selected, self.time = nNumChannels, [], 0

    def select(self, t, channel):
        switched = not self.selected or self.selected[-1] != channel
        if switched:
            self.selected.append(channel)
            self.time = t
        count = len(self.selected)
        return {"bNewResult": switched, "nCurrentChannel": channel, "nCount": count, "fbTimeLastEvent": self.time}


class Demultiplexer(Selection):
    def call(self, t, x):
        whole = int(Decimal(x[0]).to_integral_value(ROUND_HALF_UP))
        found = self.select(t, whole if 1 <= whole <= self.n else 0)
        return found | {"bSwitched": found["bNewResult"]}


class Multiplexer(Selection):
    def call(self, t, x):
        met = [i for i in range(self.n) if x[2 * i]]
        channel = met[0] + 1 if met else 0
        return self.select(t, channel) | {"bNewResult": True, "fResult": x[2 * channel - 1] if channel else x[-1]}
