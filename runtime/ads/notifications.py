"""Device notifications: one scheduler for thousands of subscriptions, driven by the cycles of the Plc; no I/O.

Subscriptions wait in a calendar under the number of the cycle in which they are due next, so a cycle looks at no
others. What one client gets in one cycle is packed into one frame. Rules: InfoSys "Add Device Notification".
"""

import enum
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from ..dctime import to_filetime
from .attendant import Cycle
from .frames import notification_frame, sample_head
from .model import AdsError, Memory

SETTLING_NS = 2_000_000  # a client library registers the handle only after its own thread woke up
BYTES_PER_FRAME = 2**18
Later = Callable[[int, Callable[[], None]], Any]  # call a function in so many nanoseconds


class Mode(enum.IntEnum):
    """Transmission modes; the context modes name a task besides."""

    NONE = 0
    CLIENT_CYCLE = 1
    CLIENT_ON_CHANGE = 2
    CYCLIC = 3
    ON_CHANGE = 4
    CYCLIC_IN_CONTEXT = 5
    ON_CHANGE_IN_CONTEXT = 6


ON_CHANGE_MODES = (Mode.CLIENT_ON_CHANGE, Mode.ON_CHANGE, Mode.ON_CHANGE_IN_CONTEXT)


class Outlet:
    """Where frames go: a connection. `is_full` while its reader is slow, None in place of it when it is gone."""

    is_full = False
    dropped = 0  # samples

    def send(self, data: bytes) -> None:
        raise NotImplementedError


class Route:
    """What goes from one AMS address of the device to one of a client."""

    def __init__(self, device: bytes, client: bytes, outlet: Outlet | None) -> None:
        self.device, self.client, self.outlet = device, client, outlet
        self.handles: dict[int, Subscription] = {}
        self.samples: list[bytes] = []  # of the present cycle
        self.collected: dict[int, Collection] = {}  # by max delay
        self.missed: dict[Subscription, tuple[int, bytes]] = {}  # latest value of what could not be sent

    @property
    def is_open(self) -> bool:
        return self.outlet is not None and not self.outlet.is_full

    def send(self, stamps: list[tuple[int, list[bytes]]]) -> None:
        """Frames of a sensible size; stamps as DC time."""
        assert self.outlet is not None
        for part in _parts(stamps):
            self.outlet.send(notification_frame(self.device, self.client, part))

    def drop(self, samples: int) -> None:
        if self.outlet is not None:
            self.outlet.dropped += samples


class Collection:
    """Samples that wait for a max delay to pass."""

    def __init__(self) -> None:
        self.stamps: list[tuple[int, list[bytes]]] = []
        self.is_armed = False

    def add(self, time_ns: int, sample: bytes) -> None:
        if not self.stamps or self.stamps[-1][0] != time_ns:
            self.stamps.append((time_ns, []))
        self.stamps[-1][1].append(sample)


class Subscription:
    """One device notification."""

    __slots__ = (
        "begun_in",
        "delay_ns",
        "end",
        "group",
        "group_of",
        "handle",
        "head",
        "is_live",
        "last",
        "offset",
        "on_change",
        "period",
        "read",
        "ready_ns",
        "route",
        "size",
        "task",
    )

    def __init__(
        self, handle: int, route: Route, group: int, offset: int, size: int, on_change: bool, delay_ns: int
    ) -> None:
        self.handle, self.route = handle, route
        self.group, self.offset, self.size, self.end = group, offset, size, offset + size
        self.on_change, self.delay_ns = on_change, delay_ns
        self.task, self.period = 0, 1  # period in cycles of that task; task 0: only when told
        self.read: Callable[[Memory], bytes] | None = None  # for what is not in the memory of the Plc
        self.head = sample_head(handle, size)
        self.last = b""
        self.begun_in: Cycle | None = None  # whose memory the first sample was taken from
        self.ready_ns = 0
        self.is_live = True
        self.group_of: Group | None = None

    def value(self, memory: Memory) -> bytes:
        return self.read(memory) if self.read else memory.read(self.group, self.offset, self.size)


class Group:
    """Subscriptions that are due in the same cycles."""

    def __init__(self, key: tuple[int, int]) -> None:
        self.key, self.period = key, key[0]
        self.members: dict[Subscription, None] = {}


class Calendar:
    """The subscriptions of one task by the number of the cycle in which they are due next.

    What was due in a cycle that was skipped is due in the next one.
    """

    def __init__(self) -> None:
        self.groups: dict[tuple[int, int], Group] = {}
        self._due: dict[int, list[Group]] = {}
        self._at = -1

    def add(self, subscription: Subscription, since: int) -> None:
        """Due every period cycles, counted from cycle `since`."""
        period = subscription.period
        key = period, since % period
        if key not in self.groups:
            self.groups[key] = Group(key)
            self._due.setdefault(max(since + period, self._at + 1), []).append(self.groups[key])
        self.groups[key].members[subscription] = None
        subscription.group_of = self.groups[key]

    def due(self, number: int) -> list[Group]:
        """The groups that are due in this cycle."""
        if number <= self._at:  # time was set back, as by loading a snapshot
            self._due, self._at = {number: list(self.groups.values())}, number - 1
        found = []
        near = number - self._at <= len(self._due)
        for n in range(self._at + 1, number + 1) if near else sorted(n for n in self._due if n <= number):
            for group in self._due.pop(n, ()):
                found.append(group)
                self._put_off(group, n, number)
        self._at = number
        return [group for group in found if group.members]

    def _put_off(self, group: Group, was_due: int, number: int) -> None:
        if group.members:
            after = was_due + ((number - was_due) // group.period + 1) * group.period
            self._due.setdefault(after, []).append(group)
        else:
            del self.groups[group.key]


class Scheduler:
    """All subscriptions of a device.

    cycle_times: nanoseconds by task. latest: the cycle that ended last. now: of any monotonic clock.
    """

    def __init__(
        self, cycle_times: dict[int, int], latest: Callable[[], Cycle], now: Callable[[], int], later: Later
    ) -> None:
        self._cycle_times, self._latest, self._now, self._later = cycle_times, latest, now, later
        self._calendars = {task: Calendar() for task in cycle_times}
        self._members = dict.fromkeys(cycle_times, 0)
        self._told: dict[Subscription, None] = {}  # those that wait for no cycle
        self._newborn: deque[Subscription] = deque()
        self._fresh: list[Subscription] = []
        self._touched: dict[Route, None] = {}
        self._blocked: dict[Route, None] = {}
        self.count = 0
        self.shortest_cycle_ns = min(cycle_times.values(), default=0)
        self.wanted: set[int] = set()  # the tasks whose cycles matter

    # --- coming and going --------------------------------------------------------------------------------------------

    def add(self, subscription: Subscription, period_ns: int, silent: bool = False) -> None:
        """Begin a subscription; nothing is sent for it before the client can be ready, for a silent one never."""
        self.count += 1
        subscription.route.handles[subscription.handle] = subscription
        if silent:
            return
        cycle_ns = self._cycle_times.get(subscription.task)
        if cycle_ns:
            subscription.period = max(1, round(period_ns / cycle_ns))
        if subscription.task:
            self._members[subscription.task] += 1
            self.wanted.add(subscription.task)  # so that no cycle is missed between the first sample and the second
        subscription.ready_ns = self._now() + SETTLING_NS
        self._newborn.append(subscription)
        if len(self._newborn) == 1:
            self._later(SETTLING_NS, self._settle)

    def remove(self, subscription: Subscription) -> None:
        if not subscription.is_live:
            return
        subscription.is_live = False
        self.count -= 1
        route = subscription.route
        route.handles.pop(subscription.handle, None)
        route.missed.pop(subscription, None)
        self._told.pop(subscription, None)
        if subscription.ready_ns and subscription.task:
            if subscription.group_of:
                subscription.group_of.members.pop(subscription, None)
            self._members[subscription.task] -= 1
            if not self._members[subscription.task]:
                self.wanted.discard(subscription.task)

    def _settle(self) -> None:
        """Send the first sample of those whose client is ready now."""
        now = self._now()
        cycle = self._latest()
        while self._newborn and self._newborn[0].ready_ns <= now:
            subscription = self._newborn.popleft()
            if subscription.is_live:
                self._begin(subscription, cycle)
        self.flush(cycle.time_ns)
        if self._newborn:
            self._later(max(self._newborn[0].ready_ns - now, 0), self._settle)

    def _begin(self, subscription: Subscription, cycle: Cycle) -> None:
        self._look(subscription, cycle.memory, cycle.time_ns, always=True)
        if not subscription.is_live:
            return
        subscription.begun_in = cycle
        if subscription.task:
            self._fresh.append(subscription)
        elif subscription.on_change:
            self._told[subscription] = None

    def _admit(self, cycle: Cycle) -> None:
        """Give those that began lately their place in the wheel, once a cycle comes that they have not seen."""
        waiting, cycle_ns = [], self._cycle_times[cycle.task]
        number = cycle.time_ns // cycle_ns
        for subscription in self._fresh:
            first = subscription.begun_in
            if first is None or subscription.task != cycle.task or first.sequence >= cycle.sequence:
                waiting.append(subscription)
            elif subscription.is_live:
                since = first.time_ns // cycle_ns if first.task == cycle.task else number - 1
                self._calendars[cycle.task].add(subscription, min(since, number - 1))
        self._fresh = waiting

    # --- what the Plc does -------------------------------------------------------------------------------------------

    def cycle(self, cycle: Cycle) -> None:
        """Sample what is due at the end of a cycle."""
        if not cycle.task:
            return self.changed(cycle)
        if self._fresh:
            self._admit(cycle)
        time_ns, memory = cycle.time_ns, cycle.memory
        number = time_ns // self._cycle_times[cycle.task]
        for group in self._calendars[cycle.task].due(number):
            self._sample(list(group.members), memory, time_ns)
        if self._blocked:
            self.catch_up()
        self.flush(time_ns)

    def _sample(self, due: list[Subscription], memory: Memory, time_ns: int) -> None:
        """The innermost loop; what is no plain memory, delayed, or cannot be sent at once goes the long way."""
        group, area = -1, b""
        touched = self._touched
        for subscription in due:
            if subscription.group != group:
                group = subscription.group
                area = memory.area(group) or b""
            route = subscription.route
            if subscription.read or subscription.delay_ns or subscription.end > len(area) or not route.is_open:
                self._look(subscription, memory, time_ns)
                continue
            value = area[subscription.offset : subscription.end]
            if subscription.on_change:
                if value == subscription.last:
                    continue
                subscription.last = value
            route.samples.append(subscription.head + value)
            touched[route] = None

    def changed(self, cycle: Cycle) -> None:
        """Look at on-change subscriptions after a change between cycles."""
        for calendar in self._calendars.values():
            for group in list(calendar.groups.values()):
                self._look_at([s for s in group.members if s.on_change], cycle)
        self._look_at([s for s in self._fresh if s.on_change], cycle)
        self.flush(cycle.time_ns)

    def tell(self, time_ns: int) -> None:
        """Look at those that wait for no cycle: states and the symbol version."""
        self._look_at(list(self._told), Cycle(0, time_ns, self._latest().memory))
        self.flush(time_ns)

    def _look_at(self, subscriptions: list[Subscription], cycle: Cycle) -> None:
        for subscription in subscriptions:
            if subscription.is_live:
                self._look(subscription, cycle.memory, cycle.time_ns)

    def _look(self, subscription: Subscription, memory: Memory, time_ns: int, always: bool = False) -> None:
        try:
            value = subscription.value(memory)
        except AdsError:
            return self.disappear(subscription, time_ns)
        if always or not subscription.on_change or value != subscription.last:
            subscription.last = value
            self._emit(subscription, time_ns, value)

    def disappear(self, subscription: Subscription, time_ns: int) -> None:
        """What was watched is gone: one sample without data, then the handle is dead."""
        subscription.head = sample_head(subscription.handle, 0)
        subscription.delay_ns = 0
        self._emit(subscription, time_ns, b"")
        self.remove(subscription)

    # --- sending -----------------------------------------------------------------------------------------------------

    def _emit(self, subscription: Subscription, time_ns: int, value: bytes) -> None:
        route = subscription.route
        if not route.is_open:
            return self._keep(subscription, time_ns, value)
        if not subscription.delay_ns:
            route.samples.append(subscription.head + value)
            self._touched[route] = None
            return
        collection = route.collected.setdefault(subscription.delay_ns, Collection())
        collection.add(time_ns, subscription.head + value)
        if not collection.is_armed:
            collection.is_armed = True
            self._later(subscription.delay_ns, lambda: self._hand_out(route, collection))

    def _keep(self, subscription: Subscription, time_ns: int, value: bytes) -> None:
        """The reader is slow: only the latest value of an on-change subscription waits for it."""
        route = subscription.route
        if subscription.on_change:
            if subscription in route.missed:
                route.drop(1)
            route.missed[subscription] = time_ns, value
            self._blocked[route] = None
        else:
            route.drop(1)

    def catch_up(self) -> None:
        """Send the latest values to those who read again."""
        for route in list(self._blocked):
            if route.is_open:
                del self._blocked[route]
                missed, route.missed = route.missed, {}
                stamps = sorted((time_ns, [s.head + value]) for s, (time_ns, value) in missed.items())
                if stamps:
                    route.send(_merged(stamps))

    def _hand_out(self, route: Route, collection: Collection) -> None:
        stamps, collection.stamps, collection.is_armed = collection.stamps, [], False
        if route.is_open:
            route.send(stamps)
        else:
            route.drop(sum(len(samples) for _, samples in stamps))

    def flush(self, time_ns: int) -> None:
        """Send each client what the cycle brought for it."""
        for route in self._touched:
            samples, route.samples = route.samples, []
            if route.outlet is not None:
                route.send([(time_ns, samples)])
        self._touched.clear()

    def forget(self, route: Route) -> None:
        """Remove all subscriptions of a route."""
        for subscription in list(route.handles.values()):
            self.remove(subscription)
        self._blocked.pop(route, None)
        self._touched.pop(route, None)
        route.collected.clear()


def _merged(stamps: list[tuple[int, list[bytes]]]) -> list[tuple[int, list[bytes]]]:
    merged: list[tuple[int, list[bytes]]] = []
    for time_ns, samples in stamps:
        if not merged or merged[-1][0] != time_ns:
            merged.append((time_ns, []))
        merged[-1][1].extend(samples)
    return merged


def _parts(stamps: list[tuple[int, list[bytes]]]) -> Iterator[list[tuple[int, list[bytes]]]]:
    """The same samples in frames of a sensible size, times as FILETIME."""
    part: list[tuple[int, list[bytes]]] = []
    room = BYTES_PER_FRAME
    for time_ns, samples in stamps:
        filetime = to_filetime(time_ns)
        for piece in _pieces(samples):
            size = sum(map(len, piece))
            if part and size > room:
                yield part
                part, room = [], BYTES_PER_FRAME
            part.append((filetime, piece))
            room -= size
    if part:
        yield part


def _pieces(samples: list[bytes]) -> Iterator[list[bytes]]:
    if sum(map(len, samples)) <= BYTES_PER_FRAME:
        yield samples
        return
    piece: list[bytes] = []
    size = 0
    for sample in samples:
        if piece and size + len(sample) > BYTES_PER_FRAME:
            yield piece
            piece, size = [], 0
        piece.append(sample)
        size += len(sample)
    yield piece
