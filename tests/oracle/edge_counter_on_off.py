"""Plain reference of FB_ALY_EdgeCounterOnOff_1Ch and _2Ch: a list of events, counted anew each time."""

from .conditions import Condition


class EdgeCounterOnOff:
    def __init__(self, stThresholdEdge, bResetOnMultipleOn=False, fTolerance=0.0, bPersistent=False):
        pair = stThresholdEdge if isinstance(stThresholdEdge, list) else [stThresholdEdge.On, stThresholdEdge.Off]
        self.on, self.off = (Condition(threshold, fTolerance) for threshold in pair)
        self.repeated = bResetOnMultipleOn
        self.events = []  # (time, "on" or "off"), in the order in which they happened

    def call(self, t, x):
        on, off = self.on.edge(x[0]), self.off.edge(x[-1])
        is_on = bool(self.events) and self.events[-1][1] == "on"
        new = []
        if on and off:
            new = ["off", "on"] if is_on else ["on", "off"]
        elif on and (self.repeated or not is_on):
            new = ["on"]
        elif off and is_on:
            new = ["off"]
        self.events += [(t, kind) for kind in new]
        kinds = [kind for _, kind in self.events]
        return {
            "bNewResult": bool(new),
            "bIsOn": kinds[-1:] == ["on"],
            "bEdgeOn": "on" in new,
            "bEdgeOff": "off" in new,
            "nCountOn": kinds.count("on"),
            "nCountOff": kinds.count("off"),
            "fbTimeLastEvent": self.events[-1][0] if self.events else 0,
        }
