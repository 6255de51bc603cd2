"""A PLC without wire: what `Client` offers, over a dict of typed values."""

import struct

from alycat.runtime.ads.client import LinkError
from alycat.runtime.ads.groups import STATE, VERSION
from alycat.runtime.ads.model import AdsError, AdsErrorCode, DataType, Location

GROUP = 0x4040


class FakePlc:
    """Symbols {path: (type name, ADS id, bytes)}; memory is laid out in their order."""

    def __init__(self, symbols, types=()):
        self.types = {t.name.upper(): t for t in types}
        self.table, self.memory = {}, bytearray()
        for path, (type_name, ads_id, data) in symbols.items():
            location = Location(path, GROUP, len(self.memory), len(data), type_name, ads_id)
            self.table[path.upper()] = location
            self.memory += data
        self.symbol_version, self.ads_state = 1, 5
        self.link_error = None  # raised by every request
        self.handles, self.next_handle = {}, 100
        self.log = []
        self.refused_groups = ()  # in sum reads

    def client(self):
        return FakeClient(self)


class FakeClient:
    host, net_id, port, timeout_ns = "fake", "1.2.3.4.1.1", 851, 10**9

    def __init__(self, plc):
        self.plc, self.is_open = plc, False
        self.callbacks = {}

    def _request(self, name):
        self.plc.log.append(name)
        if self.plc.link_error:
            raise LinkError("fake: connection lost", self.plc.link_error)

    def open(self):
        self._request("open")
        self.is_open = True

    def close(self, lost=False):
        self.is_open = False

    def state(self):
        self._request("state")
        return self.plc.ads_state

    def version(self):
        self._request("version")
        return self.plc.symbol_version

    def find(self, path):
        self._request("find")
        if path.upper() not in self.plc.table:
            raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, path)
        return self.plc.table[path.upper()]

    def type(self, name) -> DataType:
        self._request("type")
        if name.upper() not in self.plc.types:
            raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, name)
        return self.plc.types[name.upper()]

    def symbols(self):
        return list(self.plc.table.values())

    def handle(self, path):
        self._request("handle")
        self.plc.next_handle += 1
        self.plc.handles[self.plc.next_handle] = self.find(path)
        return self.plc.next_handle

    def release(self, handle):
        del self.plc.handles[handle]

    def unsubscribe(self):
        self.callbacks.clear()

    def subscribe(self, group, offset, size, cycle_ns, callback):
        self._request("subscribe")
        self.callbacks[group, offset] = callback

    def sum_read(self, plan):
        self._request("sum_read")
        words, data = [], b""
        for group, offset, size in plan.items:
            code, part = 0, b""
            if group in self.plc.refused_groups:
                code = AdsErrorCode.INVALID_GROUP
            elif group == VERSION:
                part = bytes([self.plc.symbol_version])
            elif group == STATE:
                part = struct.pack("<HH", self.plc.ads_state, 0)
            else:
                part = bytes(self.plc.memory[offset : offset + size])
                code = 0 if len(part) == size else AdsErrorCode.INVALID_OFFSET
            words.append(code)
            data += part.ljust(size, b"\0")
        return struct.pack(f"<{len(words)}I", *words) + data

    def sum_write(self, count, request):
        self._request("sum_write")
        words, position = [], 12 * count
        for i in range(count):
            _group, handle, size = struct.unpack_from("<III", request, 12 * i)
            place = self.plc.handles.get(handle)
            words.append(0 if place else AdsErrorCode.SYMBOL_VERSION)
            if place:
                self.plc.memory[place.offset : place.offset + size] = request[position : position + size]
            position += size
        return struct.pack(f"<{count}I", *words)
