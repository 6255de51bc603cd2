"""Plain reference of FB_ALY_Timer_1Ch: where the timer stands follows from when the condition last changed."""

from .conditions import Condition


class Timer:
    def __init__(self, stThresholdLevel, eTimerMode, tInterval, fTolerance=0.0):
        self.condition = Condition(stThresholdLevel, fTolerance)
        self.mode, self.interval = int(eTimerMode), tInterval
        self.now = 0  # the time without pauses
        self.last = None
        self.started = None  # when the delay or the pulse began, on that clock
        self.met = self.out = False
        self.ever = False

    def pause(self, t):
        if self.last is not None:
            self.now += t - self.last
            self.last = None

    def call(self, t, x):
        self.now += 0 if self.last is None else t - self.last
        self.last = t
        met, before = self.condition.met(x[0]), self.out
        self.ever |= met
        if self.mode == 1:
            self.started = None if not met else self.now if self.started is None else self.started
            self.out = met and self.now - self.started >= self.interval
        elif self.mode == 2:
            if met or not self.ever:
                self.started = None
            elif self.started is None:
                self.started = self.now
            self.out = met or (self.started is not None and self.now - self.started < self.interval)
        else:
            over = self.started is not None and self.now - self.started >= self.interval
            if met and not self.met and (self.started is None or over):
                self.started, over = self.now, self.interval == 0
            elif over and not met:
                self.started = None
            self.out = self.started is not None and not over
        self.met = met
        elapsed = 0 if self.started is None else min(self.now - self.started, self.interval)
        return {"bNewResult": self.out != before, "bOut": self.out, "fbTimeElapsed": elapsed}
