"""Random frames against the device: sensible ones, bent ones and garbage; nothing may raise or grow without bound.

    python tests/ads/fuzz_frames.py [--frames 200000] [--seed 1]

Prints the seed, the frames per second and what the device answered. Ends with an error at the first frame that raises
anything but FrameError, with an answer longer than asked for, or with memory that grows.
"""

import argparse
import collections
import random
import struct
import sys
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from ads.conftest import NET_ID, Bench

from alycat.runtime.ads import frames
from alycat.runtime.ads.device import Limits
from alycat.runtime.ads.frames import FrameError, WriteControl, address, net_id_bytes

GROUPS = [
    0,
    1,
    0xF0,
    0x4020,
    0x4021,
    0x4025,
    0x4040,
    0x4041,
    0xF020,
    *range(0xF003, 0xF012),
    *range(0xF080, 0xF087),
    0xF100,
]
NUMBERS = [0, 1, 2, 4, 8, 100, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF]
NAMES = [
    b"MAIN.nValue\0",
    b"main.fvalue",
    b"MAIN.sText\0",
    b"MAIN.nValue#Sum\0",
    b"MAIN.nothing",
    b"",
    b"\xff[1,2].x^",
    b"LREAL",
]
PORTS = [851, 851, 851, 851, 10_000, 200, 852]
LIMITS = Limits(handles=500, subscriptions=300, subscriptions_per_connection=200)


class Fuzzer:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.answers = collections.Counter()
        self.device = net_id_bytes(NET_ID)
        self.handles = [0x0100_0001]
        self.reads = collections.deque(maxlen=20)
        self.bench = Bench(LIMITS)
        self.client = self.bench.connect()
        self.keeper = self.bench.connect()  # an orderly client, who must be served whatever the other one sends

    # --- making frames -----------------------------------------------------------------------------------------------

    def number(self):
        choice = self.random.random()
        if choice < 0.4:
            return self.random.choice(NUMBERS)
        return self.random.choice(self.handles) if choice < 0.7 else self.random.randrange(2000)

    def text(self):
        if self.random.random() < 0.5:
            return self.random.choice(NAMES)
        return self.random.randbytes(self.random.randrange(40))

    def items(self, group):
        """A list as the sum commands take it, not always a right one."""
        count, size = self.random.randrange(6), {0xF082: 4, 0xF085: 10, 0xF086: 1}.get(group, 3)
        words = []
        for _ in range(count):
            item = [self.random.choice(GROUPS), self.number(), *(self.random.choice(NUMBERS[:6]) for _ in range(8))]
            words += [self.number()] if size == 1 else item[:size]
        data = struct.pack(f"<{len(words)}I", *words) + self.text()
        return count if self.random.random() < 0.9 else self.number(), data

    def data(self, command):
        group, offset, length = self.random.choice(GROUPS), self.number(), self.number()
        if command == 9:
            offset, data = self.items(group) if group in range(0xF080, 0xF087) else (offset, self.text())
            return struct.pack("<IIII", group, offset, length, len(data)) + data
        if command == 3:
            data = self.text()
            return struct.pack("<III", group, offset, len(data)) + data
        if command == 5:
            return struct.pack("<HHI", self.random.randrange(22), self.random.randrange(3), 0)
        if command == 6:
            return struct.pack(
                "<IIIIII16x", group, offset, length, self.random.randrange(8), self.number(), self.number()
            )
        return struct.pack("<III", group, offset, length)

    def frame(self):
        command = self.random.choice([1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9, self.random.randrange(65_536)])
        target = address(self.device, self.random.choice(PORTS))
        source = address(net_id_bytes("127.0.0.1.99.1"), 40_000 + self.random.randrange(4))
        frame = frames.request_frame(target, source, command, self.random.randrange(2**32), self.data(command))
        return self.bend(frame)

    def bend(self, frame):
        how = self.random.random()
        if how < 0.6:
            return frame
        frame = bytearray(frame)
        if how < 0.8:  # some bytes
            for _ in range(self.random.randrange(1, 5)):
                frame[self.random.randrange(6, len(frame))] = self.random.randrange(256)
        elif how < 0.9:  # cut, with a frame length that fits
            del frame[self.random.randrange(6, len(frame)) :]
            frame[2:6] = struct.pack("<I", len(frame) - 6)
        elif how < 0.97:  # a frame for the router
            kind = self.random.choice([1, 0x1000, 0x1001, 0x1002])
            frame = bytearray(frames.frame(kind, self.random.randbytes(self.random.randrange(8))))
        else:
            frame = bytearray(self.random.randbytes(self.random.randrange(60)))
        return bytes(frame)

    # --- sending them ------------------------------------------------------------------------------------------------

    def repeat(self):
        """A read that came before, as it is answered now: the short way and the long way have to agree."""
        read = self.random.choice(self.reads)
        self.look_at_answers()
        answers = []
        for _ in range(2):
            self.client.feed(read)
            answers.append([packet for packet in self.client.packets() if packet.command != 8])
            self.bench.device._repeats.__init__()
        assert answers[0] == answers[1], read
        self.answers["asked again"] += 1

    def step(self):
        frame = self.frame()
        if frame[22:24] == b"\2\0" or (frame[22:24] == b"\x09\0" and frame[38:40] == b"\x80\xf0"):
            self.reads.append(frame)
        if self.reads and self.random.random() < 0.2:
            try:
                self.repeat()
            except FrameError:
                self.reconnect()
        try:
            self.client.feed(frame)
        except FrameError:
            self.answers["connection closed"] += 1
            self.reconnect()
        if self.random.random() < 0.02:
            self.bench.image.version = self.bench.image.version % 255 + 1
        if self.random.random() < 0.01:
            self.reconnect()
        if self.bench.device.control.is_config and self.random.random() < 0.1:  # else nothing but error 6 comes
            self.keeper.ask(WriteControl(2, 0), port=10_000)
        if self.random.random() < 0.05:
            self.client.session.is_full = self.random.random() < 0.3
            if self.bench.attendant.is_stopped:  # a run would wait for a client
                self.keeper.ask(WriteControl(5, 0))
            else:
                self.bench.run(1)
            self.bench.sleep(self.random.choice([1, 10, 20_000]))
        self.look_at_answers()

    def reconnect(self):
        self.look_at_answers()
        self.client.close()
        self.client = self.bench.connect()

    def look_at_answers(self):
        for kind, body in self.client.take():
            if kind != 0:
                continue
            packet = frames.parse_packet(body)
            assert packet.is_complete
            if packet.command == 8:
                frames.parse_notification(packet.data)
                continue
            self.answers[packet.error or (struct.unpack_from("<I", packet.data)[0] if packet.data else 0)] += 1
            if packet.command == 9 and len(packet.data) == 12 and not packet.error:
                self.handles = [*self.handles[-50:], struct.unpack_from("<I", packet.data, 8)[0]]
            if packet.command == 6 and len(packet.data) == 8:
                self.handles = [*self.handles[-50:], struct.unpack_from("<I", packet.data, 4)[0]]

    def check_bounds(self):
        device = self.bench.device
        assert len(device.services.handles) <= LIMITS.handles
        assert device.scheduler.count <= LIMITS.subscriptions
        assert device.scheduler.count == sum(len(route.handles) for route in device._routes())


def fuzz(count, seed):
    """Send so many frames; the fuzzer with its counts."""
    fuzzer = Fuzzer(seed)
    for number in range(count):
        fuzzer.step()
        if number % 1000 == 0:
            fuzzer.check_bounds()
    fuzzer.check_bounds()
    return fuzzer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    fuzz(5_000, given.seed)
    tracemalloc.start(1)
    start = time.perf_counter()
    fuzzer = Fuzzer(given.seed + 1)
    sizes = []
    for number in range(1, given.frames + 1):
        fuzzer.step()
        if number % max(given.frames // 10, 1) == 0:
            fuzzer.check_bounds()
            sizes.append(tracemalloc.get_traced_memory()[0])
    elapsed = time.perf_counter() - start
    print(f"seed {given.seed}: {given.frames:,} frames in {elapsed:.0f} s ({given.frames / elapsed:,.0f}/s, traced)")
    print("memory in KiB after each tenth: " + ", ".join(f"{size // 1024:,}" for size in sizes))
    print("answers: " + ", ".join(f"{code}: {n:,}" for code, n in fuzzer.answers.most_common()))
    if sizes[-1] > 3 * sizes[0] + 2**20:
        sys.exit("memory grows")


if __name__ == "__main__":
    main()
