"""A FakePlc on a socket: just enough of AMS/TCP for the bridge, and the misbehaviour that a good server does not show.

It is not our simulated PLC: what passes here and there shows that the bridge does not lean on either.
"""

import socket
import struct
import threading

from alycat.runtime.ads.model import AdsErrorCode

ENTRY = struct.Struct("<IIIIIHHHHH")


class WirePlc:
    """Serves a FakePlc on host:48898 until stop(); `silent` swallows requests, `delay_s` holds up sum reads."""

    def __init__(self, plc, host):
        self.plc, self.host, self.silent, self.missing_port = plc, host, False, False
        self.delay_s = 0.0
        self.client = plc.client()
        self.lock = threading.Lock()
        self.subscriptions = {}  # handle -> (send, addresses, group, offset, size)
        self.connections = []
        self.server = None

    def start(self):
        self.server = socket.create_server((self.host, 48898), reuse_port=False)
        threading.Thread(target=self._accept, args=(self.server,), daemon=True).start()
        return self

    def stop(self):
        for sock in (self.server, *self.connections):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()
        self.connections.clear()

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def _accept(self, server):
        while True:
            try:
                sock, _ = server.accept()
            except OSError:
                return
            self.connections.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = sock.makefile("rb")
        try:
            while head := stream.read(6):
                frame = stream.read(struct.unpack_from("<I", head, 2)[0])
                if not self.silent:
                    self._answer(sock, frame)
        except (OSError, ValueError):
            pass

    def _answer(self, sock, frame):
        target, source = frame[:8], frame[8:16]
        command, _, _, _, invoke = struct.unpack_from("<HHIII", frame, 16)
        data = b""
        if not self.missing_port:
            with self.lock:
                code, body = self._result(command, frame[32:], sock, target, source)
            data = struct.pack("<I", code) + body
        error = AdsErrorCode.PORT_NOT_FOUND if self.missing_port else 0
        self._send(sock, source + target, command, 5, error, invoke, data)

    def _send(self, sock, addresses, command, flags, error, invoke, data):
        packet = addresses + struct.pack("<HHIII", command, flags, len(data), error, invoke) + data
        sock.sendall(struct.pack("<HI", 0, len(packet)) + packet)

    def _result(self, command, body, sock, target, source):
        if command == 4:
            return 0, struct.pack("<HH", self.plc.ads_state, 0)
        if command == 2:
            group, offset, size = struct.unpack("<III", body)
            code, data = self._read(group, offset, size)
            return code, struct.pack("<I", len(data)) + data
        if command == 3:
            group, _, _ = struct.unpack_from("<III", body)
            if group == 0xF006:
                self.plc.handles.pop(struct.unpack_from("<I", body, 12)[0], None)
            return 0, b""
        if command == 6:
            handle = len(self.subscriptions) + 1
            group, offset, size = struct.unpack_from("<III", body)
            self.subscriptions[handle] = (sock, source + target, group, offset, size)
            threading.Timer(0.005, self.notify, [handle, 1]).start()
            return 0, struct.pack("<I", handle)
        if command == 7:
            self.subscriptions.pop(struct.unpack("<I", body)[0], None)
            return 0, b""
        code, data = self._read_write(*struct.unpack_from("<III", body), body[16:])
        return code, struct.pack("<I", len(data)) + data

    def notify(self, handle, filetime):
        """Send one sample of a subscription."""
        sock, addresses, group, offset, size = self.subscriptions[handle]
        _, data = self._read(group, offset, size)
        sample = struct.pack("<QIII", filetime, 1, handle, len(data)) + data
        self._send(sock, addresses, 8, 4, 0, 0, struct.pack("<II", len(sample) + 4, 1) + sample)

    def _read(self, group, offset, size):
        if group == 0xF008:
            return 0, bytes([self.plc.symbol_version])
        if group == 0xF100:
            return 0, struct.pack("<HH", self.plc.ads_state, 0)[:size]
        if group == 0xF00F:
            return 0, struct.pack("<II", len(self.plc.table), sum(map(len, map(_entry, self.plc.table.values()))))
        if group == 0xF00B:
            return 0, b"".join(map(_entry, self.plc.table.values()))
        return 0, bytes(self.plc.memory[offset : offset + size])

    def _read_write(self, group, offset, size, data):
        name = data.rstrip(b"\0").decode("cp1252", "replace").upper()
        if group == 0xF080:
            threading.Event().wait(self.delay_s)
            items = list(struct.iter_unpack("<III", data))
            parts = [self._read(*item) for item in items]
            slots = [part.ljust(n, b"\0") for (_, part), (_, _, n) in zip(parts, items, strict=True)]
            return 0, struct.pack(f"<{offset}I", *(code for code, _ in parts)) + b"".join(slots)
        if group == 0xF081:
            return 0, bytes(self.client.sum_write(offset, data))
        if group == 0xF011 or name not in self.plc.table:
            return AdsErrorCode.SYMBOL_NOT_FOUND, b""
        if group == 0xF009:
            return 0, _entry(self.plc.table[name])
        return 0, struct.pack("<I", self.client.handle(name))


def _entry(place):
    texts = [text.encode("cp1252") for text in (place.path, place.type_name, "")]
    tail = b"".join(text + b"\0" for text in texts)
    head = (place.group, place.offset, place.size, place.ads_id, 0, 0, *map(len, texts))
    return ENTRY.pack(ENTRY.size + len(tail), *head) + tail
