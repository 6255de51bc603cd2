"""Plain reference of FB_ALY_OverallEquipmentEffectiveness."""


class Oee:
    def __init__(self, tIdealCycleTime, fThresholdLevelOkWarning, fThresholdLevelWarningAlarm):
        self.ideal, self.limits = tIdealCycleTime, (fThresholdLevelOkWarning, fThresholdLevelWarningAlarm)
        self.held = dict.fromkeys(("fOEE", "fAvailability", "nPerformance", "fQuality"), 0.0)
        self.held |= {"eOeeClass": 0, "fbTimeOeeEventWarning": 0, "fbTimeOeeEventAlarm": 0}

    def call(self, t, x):
        scheduled, operating, units, defective = x
        if 0 in (scheduled, operating, units):
            return self.held | {"bNewResult": False}
        availability, quality = operating / scheduled, (units - defective) / units
        performance = self.ideal * units / operating
        oee = 100.0 * availability * performance * quality
        found = 1 + sum(oee <= limit for limit in self.limits)
        for kind, name in ((2, "Warning"), (3, "Alarm")):
            if found == kind != self.held["eOeeClass"]:
                self.held[f"fbTimeOeeEvent{name}"] = t
        self.held |= {"fOEE": oee, "fAvailability": 100.0 * availability, "eOeeClass": found}
        self.held |= {"nPerformance": 100.0 * performance, "fQuality": 100.0 * quality}
        return self.held | {"bNewResult": True}
