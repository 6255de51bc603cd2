"""Plain reference of FB_ALY_FlipFlop_2Ch."""

from .conditions import Condition


class FlipFlop:
    def __init__(self, stThresholdLevel, bSetIsDominant, eCountMode, fTolerance=0.0, bPersistent=False):
        self.set, self.reset = (Condition(threshold, fTolerance) for threshold in stThresholdLevel)
        self.set_wins, self.cyclic = bSetIsDominant, int(eCountMode) == 1
        self.outs = [(0, False)]

    def call(self, t, x):
        sets, resets, before = self.set.met(x[0]), self.reset.met(x[1]), self.outs[-1][1]
        if sets and resets:
            out = self.set_wins
        else:
            out = sets or (before and not resets)
        self.outs.append((t, out))
        pairs = list(zip(self.outs, self.outs[1:], strict=False))
        changes = [now[0] for earlier, now in pairs if earlier[1] != now[1]]
        rises = [now[0] for earlier, now in pairs if now[1] and not earlier[1]]
        return {
            "bNewResult": out != before,
            "bOut": out,
            "nCount": sum(o for _, o in self.outs) if self.cyclic else len(rises),
            "fbTimeLastEvent": changes[-1] if changes else 0,
        }
