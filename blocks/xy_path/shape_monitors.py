"""FB_ALY_XyShapeMonitor_Circle_2Ch, _Rectangle_2Ch, _Triangle_2Ch: where a path is with regard to a shape.

All three shapes are convex, so a straight piece of the path crosses the outline once when one of its ends is inside,
twice when both are outside and it runs through the inside, and else not at all.

Chosen for all of them, as the manual is silent:

- points on the outline are inside; a path that only touches the outline with its points outside has not crossed it;
- a piece that enters and leaves the shape between two calls counts two crossings;
- the first point after Configure or Reset makes no crossing, even when it is inside;
- bNewResult is TRUE in a call with a crossing, and in the first one, which shows bWithinShape for the first time.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from alycat.runtime.block import FixedChannelBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LREAL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import PersistentBlock, TimedBlock
from ..system.datetime import FB_ALY_DateTime
from ..types import ST_ALY_XyPosition
from .plane import LARGEST_COORDINATE, bad_point

Kernel = Callable[[Any, float, float], bool]


@kernel
def in_circle(m: Any, x: float, y: float) -> bool:
    dx, dy = x - m.centre_x, y - m.centre_y
    return dx * dx + dy * dy <= m.radius * m.radius


@kernel
def through_circle(m: Any, x: float, y: float) -> bool:
    """Whether the piece to (x, y), which has both ends outside, runs through the inside."""
    ax, ay = m.last_x - m.centre_x, m.last_y - m.centre_y
    dx, dy = x - m.last_x, y - m.last_y
    forward = -(ax * dx + ay * dy)
    square = dx * dx + dy * dy
    area = ax * dy - ay * dx
    return 0.0 < forward < square and area * area < m.radius * m.radius * square


@kernel
def left_of(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Twice the area of the triangle A, B, (x, y): more than 0 when the point lies to the left of the way A to B."""
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)


@kernel
def in_rectangle(m: Any, x: float, y: float) -> bool:
    return m.left <= x <= m.right and m.bottom <= y <= m.top


@kernel
def through_rectangle(m: Any, x: float, y: float) -> bool:
    """Neither a side of the rectangle nor the piece itself separates the two."""
    ax, ay = m.last_x, m.last_y
    if max(ax, x) <= m.left or min(ax, x) >= m.right or max(ay, y) <= m.bottom or min(ay, y) >= m.top:
        return False
    a = left_of(ax, ay, x, y, m.left, m.bottom)
    b = left_of(ax, ay, x, y, m.right, m.bottom)
    c = left_of(ax, ay, x, y, m.right, m.top)
    d = left_of(ax, ay, x, y, m.left, m.top)
    return min(a, b, c, d) < 0.0 < max(a, b, c, d)


@kernel
def sides(m: Any, x: float, y: float) -> tuple[float, float, float]:
    """How far a point is inside of each side of the triangle."""
    return (
        left_of(m.x1, m.y1, m.x2, m.y2, x, y),
        left_of(m.x2, m.y2, m.x3, m.y3, x, y),
        left_of(m.x3, m.y3, m.x1, m.y1, x, y),
    )


@kernel
def in_triangle(m: Any, x: float, y: float) -> bool:
    a, b, c = sides(m, x, y)
    return a >= 0.0 and b >= 0.0 and c >= 0.0


@kernel
def through_triangle(m: Any, x: float, y: float) -> bool:
    """Neither a side of the triangle nor the piece itself separates the two."""
    ax, ay = m.last_x, m.last_y
    a1, b1, c1 = sides(m, ax, ay)
    a2, b2, c2 = sides(m, x, y)
    if max(a1, a2) <= 0.0 or max(b1, b2) <= 0.0 or max(c1, c2) <= 0.0:
        return False
    a = left_of(ax, ay, x, y, m.x1, m.y1)
    b = left_of(ax, ay, x, y, m.x2, m.y2)
    c = left_of(ax, ay, x, y, m.x3, m.y3)
    return min(a, b, c) < 0.0 < max(a, b, c)


def shape_step(is_inside: Kernel, runs_through: Kernel) -> Any:
    """The step of a shape, from two kernels about a point, and about the piece from the point before."""

    @kernel
    def step(m: Any) -> int:
        code = bad_point(m)
        if code != 0:
            return code
        xy = f64(m, m.x, 2)
        x, y = xy[0], xy[1]
        inside = is_inside(m, x, y)
        first = m.last_ns == 0
        crossings = 0
        if not first:
            if inside != m.bWithinShape:
                crossings = 1
            elif not inside and runs_through(m, x, y):
                crossings = 2
        m.bWithinShape = inside
        m.bIntersection = crossings > 0
        m.nCountIntersections += crossings
        if crossings > 0:
            m.fbTimeLastIntersection = m.tTimestamp
        m.bNewResult = crossings > 0 or first
        m.last_x, m.last_y, m.last_ns = x, y, m.tTimestamp
        return 0

    return step


class ShapeBlock(FixedChannelBlock, TimedBlock, PersistentBlock):
    """What the monitors of shapes have in common."""

    channel_count = 2
    largest_value = LARGEST_COORDINATE
    counters = ("nCountIntersections",)

    bWithinShape: BOOL = output("the point of this call is inside")
    bIntersection: BOOL = output("the path has crossed the outline in this call")
    nCountIntersections: ULINT = output("number of crossings")
    fbTimeLastIntersection: FB_ALY_DateTime = output("time of the latest crossing")

    last_x: LREAL = state("point of the call before")
    last_y: LREAL = state()

    def _points_refused(self, **points: ST_ALY_XyPosition) -> bool:
        """Whether a point cannot be used; the message then says so."""
        for name, point in points.items():
            if not max(abs(point.X), abs(point.Y)) <= LARGEST_COORDINATE:
                self._finish(0x200C, f"{name} = {point.X}, {point.Y}; a point within +-1e70 is needed")
                return True
        return False

    def _length_refused(self, **lengths: float) -> bool:
        """Whether a length cannot be used; the message then says so."""
        for name, length in lengths.items():
            if not 0 < length <= LARGEST_COORDINATE:
                self._finish(0x2017, f"{name} = {length:g}, it has to be more than 0 and at most 1e70")
                return True
        return False

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the next point of the path, X in channel 1, Y in channel 2.

        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value; 16#300A a point beyond +-1e70.
        """


class FB_ALY_XyShapeMonitor_Circle_2Ch(ShapeBlock, category="XY Path Analysis"):
    """Tells whether a path is inside a circle and counts how often it crosses the outline.

    Sources: manual TF3510 EN 1.5.0 pp. 387-390 (InfoSys 6906235403), Workbench p. 264.

    Documented: the outputs; the path goes straight from point to point. Chosen: what
    `alycat.blocks.xy_path.shape_monitors` lists. Points beyond +-1e70 are refused (16#300A).
    """

    step = shape_step(in_circle, through_circle)
    picture = "plane"
    example = {"stCentre": ST_ALY_XyPosition(4.0, 2.0), "fRadius": 1.5}

    centre_x: LREAL = config()
    centre_y: LREAL = config()
    radius: LREAL = config()

    def outlines(self) -> list[np.ndarray]:
        m, turn = self._m, np.linspace(0, 2 * np.pi, 181)
        return [np.column_stack([m.centre_x + m.radius * np.cos(turn), m.centre_y + m.radius * np.sin(turn)])]

    @method
    def Configure(self, stCentre: ST_ALY_XyPosition, fRadius: LREAL) -> BOOL:
        """Takes the circle and starts anew.

        Parameters
        ----------
        stCentre
            its centre
        fRadius
            its radius, more than 0

        Notes
        -----
        Errors: 16#200C the centre is beyond +-1e70, NaN or infinite; 16#2017 radius invalid.
        """
        if self._points_refused(stCentre=stCentre) or self._length_refused(fRadius=fRadius):
            return False
        self._allocate()
        m = self._m
        m.centre_x, m.centre_y, m.radius = stCentre.X, stCentre.Y, fRadius
        return self._configured()


class FB_ALY_XyShapeMonitor_Rectangle_2Ch(ShapeBlock, category="XY Path Analysis"):
    """Tells whether a path is inside a rectangle parallel to the axes and counts how often it crosses the outline.

    Sources: manual TF3510 EN 1.5.0 pp. 390-393 (InfoSys 6906186507), Workbench 5514717195.

    Documented: the outputs; the path goes straight from point to point. Chosen: what
    `alycat.blocks.xy_path.shape_monitors` lists. Points beyond +-1e70 are refused (16#300A).
    """

    step = shape_step(in_rectangle, through_rectangle)
    picture = "plane"
    example = {"stLowerLeftCorner": ST_ALY_XyPosition(0.0, 0.0), "fLength_X": 10.0, "fLength_Y": 5.0}

    left: LREAL = config()
    right: LREAL = config()
    bottom: LREAL = config()
    top: LREAL = config()

    def outlines(self) -> list[np.ndarray]:
        m = self._m
        corners = (m.left, m.bottom), (m.right, m.bottom), (m.right, m.top), (m.left, m.top), (m.left, m.bottom)
        return [np.array(corners)]

    @method
    def Configure(self, stLowerLeftCorner: ST_ALY_XyPosition, fLength_X: LREAL, fLength_Y: LREAL) -> BOOL:
        """Takes the rectangle and starts anew.

        Parameters
        ----------
        stLowerLeftCorner
            the corner with the smallest X and Y
        fLength_X
            length in positive X direction, more than 0
        fLength_Y
            length in positive Y direction, more than 0

        Notes
        -----
        Errors: 16#200C the corner is beyond +-1e70, NaN or infinite; 16#2017 a length is invalid, or so small beside
        the corner that it is lost by rounding.
        """
        if self._points_refused(stLowerLeftCorner=stLowerLeftCorner):
            return False
        if self._length_refused(fLength_X=fLength_X, fLength_Y=fLength_Y):
            return False
        left, bottom = stLowerLeftCorner.X, stLowerLeftCorner.Y
        right, top = left + fLength_X, bottom + fLength_Y
        if right == left or top == bottom:
            sides = f"{fLength_X:g} x {fLength_Y:g} at {left:g}, {bottom:g}"
            return self._finish(0x2017, f"{sides}: a length is lost by rounding, nothing lies inside")
        self._allocate()
        m = self._m
        m.left, m.right, m.bottom, m.top = left, right, bottom, top
        return self._configured()


class FB_ALY_XyShapeMonitor_Triangle_2Ch(ShapeBlock, category="XY Path Analysis"):
    """Tells whether a path is inside a triangle and counts how often it crosses the outline.

    Sources: manual TF3510 EN 1.5.0 pp. 393-396 (InfoSys 6776717707, 6906069131), Workbench 5514719115.

    Documented: the outputs; the path goes straight from point to point. Chosen: the corners may stand in either order;
    corners on one line are refused; what `alycat.blocks.xy_path.shape_monitors` lists. Points beyond +-1e70 are refused
    (16#300A).
    """

    step = shape_step(in_triangle, through_triangle)
    picture = "plane"
    example = {
        "stCorner1": ST_ALY_XyPosition(0.0, 0.0),
        "stCorner2": ST_ALY_XyPosition(0.0, 6.0),
        "stCorner3": ST_ALY_XyPosition(4.0, 3.0),
    }

    x1: LREAL = config("corners, counter-clockwise")
    y1: LREAL = config()
    x2: LREAL = config()
    y2: LREAL = config()
    x3: LREAL = config()
    y3: LREAL = config()

    def outlines(self) -> list[np.ndarray]:
        m = self._m
        return [np.array([(m.x1, m.y1), (m.x2, m.y2), (m.x3, m.y3), (m.x1, m.y1)])]

    @method
    def Configure(
        self, stCorner1: ST_ALY_XyPosition, stCorner2: ST_ALY_XyPosition, stCorner3: ST_ALY_XyPosition
    ) -> BOOL:
        """Takes the triangle and starts anew.

        Parameters
        ----------
        stCorner1
            first corner
        stCorner2
            second corner
        stCorner3
            third corner

        Notes
        -----
        Errors: 16#200C a corner is beyond +-1e70, NaN or infinite, or the corners lie on one line.
        """
        if self._points_refused(stCorner1=stCorner1, stCorner2=stCorner2, stCorner3=stCorner3):
            return False
        (x1, y1), (x2, y2), (x3, y3) = ((p.X, p.Y) for p in (stCorner1, stCorner2, stCorner3))
        area = (x2 - x1) * (y3 - y1) - (y2 - y1) * (x3 - x1)
        if area == 0:
            return self._finish(0x200C, f"the corners {x1}, {y1}; {x2}, {y2}; {x3}, {y3} lie on one line")
        if area < 0:
            x2, y2, x3, y3 = x3, y3, x2, y2
        self._allocate()
        m = self._m
        m.x1, m.y1, m.x2, m.y2, m.x3, m.y3 = x1, y1, x2, y2, x3, y3
        return self._configured()
