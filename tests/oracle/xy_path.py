"""The blocks of XY paths from scratch, in exact arithmetic; polygons by shapely in the test."""

from fractions import Fraction

OK, NOK = 1, 2


class Gate:
    """FB_ALY_XyGateMonitor_2Ch."""

    def __init__(self, eGateMode, stGatePos1, stGatePos2):
        self.mode = int(eGateMode)
        self.first = Fraction(stGatePos1.X), Fraction(stGatePos1.Y)
        self.gate = Fraction(stGatePos2.X) - self.first[0], Fraction(stGatePos2.Y) - self.first[1]
        self.seen = []  # points of the running period
        self.running = False
        self.crossings = []  # (is the gate's, x, y, t) of all periods
        self.of_period = []
        self.verdict = 0

    def side(self, p):
        area = self.gate[0] * (p[1] - self.first[1]) - self.gate[1] * (p[0] - self.first[0])
        return (area > 0) - (area < 0)

    def place(self, p):
        """Along the gate: 0 at its first point, 1 at its second."""
        gx, gy = self.gate
        return ((p[0] - self.first[0]) * gx + (p[1] - self.first[1]) * gy) / (gx * gx + gy * gy)

    def cut(self, a, b):
        """Where the piece a-b meets the line; b is not on it."""
        gx, gy = self.gate
        at = [gx * (p[1] - self.first[1]) - gy * (p[0] - self.first[0]) for p in (a, b)]
        part = at[0] / (at[0] - at[1])
        return a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])

    def call(self, t, x, bStart, bStop):
        point = tuple(map(Fraction, x))
        hit = None
        ended = False
        if self.running:
            sides = [s for s in map(self.side, self.seen) if s]
            now = self.side(point)
            if sides and now and now != sides[-1]:
                where = self.cut(self.seen[-1], point)
                along = self.place(where)
                if now == (1 if along >= 0 else -1):
                    hit = (0 <= along <= 1, *map(float, where), t)
                    self.crossings.append(hit)
                    self.of_period.append(hit[0])
            self.seen.append(point)
            if bStop:
                self.running, ended = False, True
        elif bStart and not bStop:
            self.running, self.seen, self.of_period = True, [point], []
        if self.running or ended:
            gate, outlier = True in self.of_period, False in self.of_period
            good = {1: gate, 2: not gate, 3: outlier, 4: not outlier, 5: gate or outlier}[self.mode]
            self.verdict = OK if good else NOK
        last = self.crossings[-1] if self.crossings else (None, 0.0, 0.0, 0)
        return {
            "bNewResult": hit is not None or ended,
            "bExecuting": self.running,
            "bGateIntersection": hit is not None and hit[0],
            "bOutlierIntersection": hit is not None and not hit[0],
            "fPosIntersectionX": last[1],
            "fPosIntersectionY": last[2],
            "nCountGateIntersections": sum(c[0] for c in self.crossings),
            "nCountOutlierIntersections": sum(not c[0] for c in self.crossings),
            "fbTimeLastIntersection": last[3],
            "eClassification": self.verdict,
        }


class Shape:
    """A monitor of a shape; subclasses say what is inside and whether a piece with both ends outside runs through."""

    def __init__(self):
        self.before, self.count, self.last = None, 0, 0

    def call(self, t, x):
        now, first = tuple(map(Fraction, x)), self.before is None
        inside = self.inside(now)
        found = 0
        if not first:
            was = self.inside(self.before)
            found = 1 if inside != was else 2 if not inside and self.runs_through(self.before, now) else 0
        self.before = now
        self.count += found
        self.last = t if found else self.last
        return {
            "bNewResult": first or found > 0,
            "bWithinShape": inside,
            "bIntersection": found > 0,
            "nCountIntersections": self.count,
            "fbTimeLastIntersection": self.last,
        }


class Circle(Shape):
    """The piece runs through when the quadratic equation for the outline has two solutions on it."""

    def __init__(self, stCentre, fRadius, bPersistent=False):
        super().__init__()
        self.centre, self.square = (Fraction(stCentre.X), Fraction(stCentre.Y)), Fraction(fRadius) ** 2

    def inside(self, p):
        return sum((a - b) ** 2 for a, b in zip(p, self.centre, strict=True)) <= self.square

    def runs_through(self, a, b):
        d = [q - p for p, q in zip(a, b, strict=True)]
        f = [p - c for p, c in zip(a, self.centre, strict=True)]
        quadratic, half, rest = (
            sum(v * v for v in d),
            sum(v * w for v, w in zip(d, f, strict=True)),
            sum(v * v for v in f) - self.square,
        )
        discriminant = half * half - quadratic * rest
        return quadratic > 0 and discriminant > 0 and 0 < -half < quadratic


class Polygon(Shape):
    """By shapely, whose predicates are exact for coordinates that are LREAL."""

    def __init__(self, corners):
        import shapely

        super().__init__()
        self.shapely, self.polygon = shapely, shapely.Polygon(corners)

    def inside(self, p):
        return bool(self.polygon.covers(self.shapely.Point(*map(float, p))))

    def runs_through(self, a, b):
        if a == b:
            return False
        piece = self.shapely.LineString([tuple(map(float, a)), tuple(map(float, b))])
        return bool(piece.relate_pattern(self.polygon, "T********"))


class Rectangle(Polygon):
    def __init__(self, stLowerLeftCorner, fLength_X, fLength_Y, bPersistent=False):
        x, y = stLowerLeftCorner.X, stLowerLeftCorner.Y
        right, top = x + fLength_X, y + fLength_Y
        super().__init__([(x, y), (right, y), (right, top), (x, top)])


class Triangle(Polygon):
    def __init__(self, stCorner1, stCorner2, stCorner3, bPersistent=False):
        super().__init__([(p.X, p.Y) for p in (stCorner1, stCorner2, stCorner3)])
