"""A client of a few lines on a plain socket, for what client libraries would not send."""

import itertools
import socket
import struct

from alycat.runtime.ads import frames
from alycat.runtime.ads.frames import Framer, Packet, Request, address, net_id_bytes


class RawClient:
    def __init__(self, host, net_id, port=48898, client="127.0.0.1.99.1:40000", timeout=5.0):
        self.socket = socket.create_connection((host, port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.device = net_id_bytes(net_id)
        net, _, number = client.partition(":")
        self.source = address(net_id_bytes(net), int(number))
        self.framer = Framer()
        self.frames = []  # answers that were not asked for yet
        self.notifications = []
        self.invoke_ids = itertools.count(1)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, request: Request, port=851, source=None, command=None, data=None):
        invoke_id = next(self.invoke_ids)
        command = command or frames.COMMAND_OF[type(request)]
        data = frames.request_data(request) if data is None else data
        target = address(self.device, port)
        self.socket.sendall(frames.request_frame(target, source or self.source, command, invoke_id, data))
        return invoke_id

    def receive(self):
        """One frame: (kind, body)."""
        while not self.frames:
            data = self.socket.recv(2**20)
            if not data:
                raise ConnectionResetError("the server closed the connection")
            self.frames += self.framer.feed(data)
        return self.frames.pop(0)

    def packet(self) -> Packet:
        """The next packet that is no notification; those are collected."""
        while True:
            kind, body = self.receive()
            assert kind == 0
            packet = frames.parse_packet(body)
            if packet.command != frames.Command.NOTIFICATION:
                return packet
            self.notifications.append(packet)

    def ask(self, request, port=851, source=None):
        """Send a request and return its answer."""
        invoke_id = self.send(request, port, source)
        packet = self.packet()
        assert packet.invoke_id == invoke_id
        if packet.error:
            return frames.Result(packet.error)
        return frames.parse_response(packet.command, packet.data)

    def handle(self, name):
        answer = self.ask(frames.ReadWrite(0xF003, 0, 4, name.encode("cp1252") + b"\0"))
        return struct.unpack("<I", answer.data)[0]

    def samples(self, count, timeout=5.0):
        """[(FILETIME, handle, value)], at least so many."""
        found = []
        self.socket.settimeout(timeout)
        while True:
            for packet in self.notifications:
                for stamp, samples in frames.parse_notification(packet.data):
                    found += [(stamp, handle, value) for handle, value in samples]
            self.notifications.clear()
            if len(found) >= count:
                return found
            self.notifications.append(frames.parse_packet(self.receive()[1]))
