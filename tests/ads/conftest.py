"""Surroundings of the ADS tests: a device without sockets (small.py), servers with sockets, a small PLC for the bridge.

AdsLib dials port 48898 only, so each test with sockets gets a 127.x address of its own.
"""

import heapq
import itertools
import os
import struct
import threading

import pytest
from ads.fake_plc import FakePlc
from ads.small import SmallImage, small_plc
from ads.wire_plc import WirePlc

from alycat.runtime import RealTimeClock
from alycat.runtime.ads import frames
from alycat.runtime.ads.attendant import Attendant
from alycat.runtime.ads.device import Device, Limits
from alycat.runtime.ads.frames import address, net_id_bytes
from alycat.runtime.ads.server import AdsServer

NET_ID = "127.0.0.1.7.1"
CLIENT = address(net_id_bytes("127.0.0.1.99.1"), 40_000)


class Bench:
    """A device with its surroundings: time that stands still, connections that are lists."""

    def __init__(self, limits=None, plc=None, allows=None):
        self.plc = plc or small_plc()
        self.image = SmallImage(self.plc, more=4)
        self.attendant = Attendant(self.plc, self.image)
        self.attendant.attach()
        self.time_ns = 0
        self._timers, self._order = [], itertools.count()
        more = {"allows": allows} if allows else {}
        self.device = Device(
            self.attendant,
            NET_ID,
            "127.0.0.1.1.1",
            lambda: self.time_ns,
            self._later,
            limits=limits or Limits(),
            **more,
        )
        self.attendant.deliver = self.device.cycle

    def _later(self, delay_ns, function):
        heapq.heappush(self._timers, (self.time_ns + delay_ns, next(self._order), function))

    def sleep(self, ms):
        """Let time pass on the server's side; cycles run only in run()."""
        end = self.time_ns + int(ms * 1e6)
        while self._timers and self._timers[0][0] <= end:
            self.time_ns, _, function = heapq.heappop(self._timers)
            function()
        self.time_ns = end

    def run(self, cycles=1):
        for _ in range(cycles):
            self.plc.step()
            self.sleep(10)

    def connect(self):
        return Client(self)


class Client:
    """One connection to a Bench."""

    def __init__(self, bench):
        self.bench = bench
        self.received = []
        self.session = bench.device.open(self.received.append)
        self.framer = frames.Framer()
        self.invoke_ids = itertools.count(1)

    def close(self):
        self.bench.device.close(self.session)

    def feed(self, data):
        for kind, body in self.framer.feed(data):
            self.bench.device.receive(self.session, kind, body)

    def take(self):
        """The frames that came since the last time: (kind, body)."""
        data = b"".join(self.received)
        self.received.clear()
        return frames.Framer().feed(data)

    def packets(self):
        return [frames.parse_packet(body) for _, body in self.take()]

    def send(self, command, data=b"", port=851, source=CLIENT, net_id=NET_ID):
        target = address(net_id_bytes(net_id), port)
        self.feed(frames.request_frame(target, source, command, next(self.invoke_ids), data))

    def ask(self, request, port=851, source=CLIENT):
        """The answer to a request; notifications that came before it are lost."""
        self.received.clear()
        self.send(frames.COMMAND_OF[type(request)], frames.request_data(request), port, source)
        (packet,) = [p for p in self.packets() if p.command != frames.Command.NOTIFICATION]
        assert packet.flags == frames.RESPONSE and packet.target == source
        if packet.error:
            return frames.Result(packet.error)
        return frames.parse_response(packet.command, packet.data)

    def handle(self, name):
        return struct.unpack("<I", self.ask(frames.ReadWrite(0xF003, 0, 4, name.encode("cp1252"))).data)[0]

    def samples(self):
        """[(FILETIME, handle, value)] since the last time."""
        found = []
        for packet in self.packets():
            assert packet.command == frames.Command.NOTIFICATION and packet.flags == frames.REQUEST
            for stamp, samples in frames.parse_notification(packet.data):
                found += [(stamp, handle, value) for handle, value in samples]
        return found


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture
def client(bench):
    return bench.connect()


@pytest.fixture
def hosts():
    """Loopback addresses for clients that know no port but 48898; other ones in each process that runs the tests."""
    number = os.getpid()
    return (f"127.{number >> 8 & 127 | 1}.{number & 255}.{n}" for n in range(1, 250))


@pytest.fixture
def serve():
    """serve(**options) -> a server of a small Plc in real time, on a free port; ended after the test."""
    running = []

    def start(cycle_time="10ms", plc=None, more=0, host="127.0.0.1", port=0, **options):
        plc = plc or small_plc(RealTimeClock(), cycle_time)
        server = AdsServer(plc, SmallImage(plc, more), host, f"{host}.7.1", port, **options).start()
        thread = threading.Thread(target=server.operate, daemon=True)
        thread.start()
        running.append((plc, server, thread))
        return server

    yield start
    for plc, server, thread in running:
        while thread.is_alive():  # a stop before the run has begun is forgotten
            plc.stop()
            thread.join(0.05)
        server.stop()


_numbers = itertools.count(1)


@pytest.fixture
def host():
    """A loopback address that no other test of this run uses."""
    process = os.getpid()  # others may test on this machine at the same time
    return f"127.{48 + process % 64}.{process // 64 % 256}.{next(_numbers) % 254 + 1}"


@pytest.fixture
def memory():
    """The symbols and bytes of a small PLC."""
    return FakePlc(
        {
            "MAIN.fVibration1": ("LREAL", 5, struct.pack("<d", 1.5)),
            "MAIN.fVibration2": ("LREAL", 5, struct.pack("<d", 2.5)),
            "MAIN.aValues": ("ARRAY [0..2] OF INT", 2, struct.pack("<3h", 1, -2, 3)),
            "MAIN.sName": ("STRING(9)", 30, b"alycat\0\0\0\0"),
            "MAIN.tCycle": ("TIME", 19, struct.pack("<I", 10)),
            "MAIN.bOn": ("BOOL", 33, b"\1"),
            "GVL.nCluster": ("DINT", 3, bytes(4)),
        }
    )


@pytest.fixture
def wire(memory, host):
    """The small PLC on a socket, for the real pyads client."""
    pytest.importorskip("pyads", reason="the bridge needs pyads")
    plc = WirePlc(memory, host).start()
    yield plc
    plc.silent = False
    plc.stop()
