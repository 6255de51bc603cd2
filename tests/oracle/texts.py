"""The text blocks, plainly, with Python's own texts."""


def folded(text, exact):
    """Small letters, where code page 1252 has both cases."""
    if exact:
        return text
    small = ""
    for letter in text:
        try:
            letter.lower().encode("cp1252")
            small += letter.lower()
        except UnicodeEncodeError:
            small += letter
    return small


def matches(text, wanted, mode, exact):
    text, wanted = folded(text, exact), folded(wanted, exact)
    return {"Equals": text == wanted, "BeginsWith": text.startswith(wanted), "Contains": wanted in text}[mode]


class Compare:
    """x holds the text, and in the block with two channels the reference."""

    def __init__(self, eStringCompareMode, eCountMode, bCaseSensitive, sReference=None, bPersistent=False):
        self.mode, self.exact, self.reference = eStringCompareMode.name, bCaseSensitive, sReference
        self.cyclic = eCountMode.name == "Cyclic"
        self.match, self.count, self.time = False, 0, 0

    def call(self, t, x):
        found = matches(x[0], x[1] if self.reference is None else self.reference, self.mode, self.exact)
        rises = found and not self.match
        counts = found if self.cyclic else rises
        result = {"bNewResult": found != self.match or counts}
        self.match = found
        self.count += counts
        self.time = t if rises else self.time
        return result | {"bStringMatch": found, "nCount": self.count, "fbTimeLastEvent": self.time}


class Change:
    def __init__(self, bCaseSensitive, bPersistent=False):
        self.exact, self.before, self.count, self.time = bCaseSensitive, None, 0, 0

    def call(self, t, x):
        changed = self.before is not None and folded(x[0], self.exact) != folded(self.before, self.exact)
        self.before = x[0]
        if changed:
            self.count, self.time = self.count + 1, t
        return {"bNewResult": changed, "bStringChanged": changed, "nCount": self.count, "fbTimeLastEvent": self.time}


class Classes:
    def __init__(self, fThresholdLevel12, fThresholdLevel23, fTolerance=0.0, **texts):
        self.limits, self.texts = (fThresholdLevel12, fThresholdLevel23), [texts[f"sStringLevel{i}"] for i in (1, 2, 3)]
        self.found, self.time = None, 0

    def call(self, t, x):
        found = 0 if x[0] < self.limits[0] else 1 if x[0] < self.limits[1] else 2
        self.time = t if found != self.found else self.time
        self.found = found
        return {"bNewResult": True, "sResult": self.texts[found].encode("cp1252"), "fbTimeLastEvent": self.time}
