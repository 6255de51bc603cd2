"""Plain reference of FB_ALY_EventTimingAnalysis_1Ch and _2Ch: lists of completed intervals."""

from .conditions import Condition


class EventTiming:
    def __init__(
        self,
        stThresholdEdge,
        bResetOnMultipleOn=False,
        bInitWithThresholdLevel=False,
        fTolerance=0.0,
        bPersistent=False,
    ):
        pair = stThresholdEdge if isinstance(stThresholdEdge, list) else [stThresholdEdge.On, stThresholdEdge.Off]
        self.single = int(pair[1].eComparisonOperator) == 0
        self.on, self.off = (Condition(threshold, fTolerance) for threshold in pair)
        self.repeated, self.init = bResetOnMultipleOn, bInitWithThresholdLevel
        self.state = self.since = None
        self.first = True
        self.spans = {"On": [], "Off": []}
        self.n_on = 0

    def event(self, kind, t):
        if kind == self.state == "Off":
            return False
        if kind == self.state == "On" and not (self.repeated or self.single):
            return False
        if self.state is not None and (kind != self.state or self.single):
            self.spans[self.state].append(t - self.since)
        self.state, self.since = kind, t
        self.n_on += kind == "On"
        return True

    def call(self, t, x):
        on = self.on.edge(x[0])
        off = False if self.single else self.off.edge(x[-1])
        if self.first and self.init:
            if self.on.met(x[0]):
                self.state, self.since = "On", t
            elif self.single or self.off.met(x[-1]):
                self.state, self.since = "Off", t
        self.first = False
        order = [("Off", off), ("On", on)] if self.state == "On" else [("On", on), ("Off", off)]
        events = [self.event(kind, t) for kind, happened in order if happened]
        found = {
            "bNewResult": any(events),
            "bIsOn": self.state == "On",
            "nCountOn": self.n_on,
            "fbTimeCurrentInterval": 0 if self.state is None else t - self.since,
        }
        for kind, spans in self.spans.items():
            found[f"fbTimeLast{kind}Interval"] = spans[-1] if spans else 0
            found[f"fbTime{kind}Min"] = min(spans, default=0)
            found[f"fbTime{kind}Max"] = max(spans, default=0)
            found[f"fbTime{kind}Avg"] = sum(spans) // len(spans) if spans else 0
            found[f"fbTime{kind}Total"] = sum(spans)
        return found
