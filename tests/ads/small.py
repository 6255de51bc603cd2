"""A small Plc with a hand-made symbol image, so that the device is tested without the real one."""

import struct

from alycat.runtime import Plc, Program
from alycat.runtime.ads.model import AdsError, AdsErrorCode, DataType, Kind, Location, Method, Parameter
from alycat.runtime.iec import BOOL, DINT, LREAL, STRING, UDINT

DATA, DATA_BITS, MARKERS = 0x4040, 0x4041, 0x4020
TYPES = {  # name: (struct format, ADS id)
    "BOOL": ("<?", 33),
    "DINT": ("<i", 3),
    "UDINT": ("<I", 19),
    "LREAL": ("<d", 5),
    "STRING(80)": ("<81s", 30),
}
SUM = Method("Sum", "DINT", 3, 4, (Parameter("a", "DINT", 3, 4), Parameter("b", "DINT", 3, 4)))


class MAIN(Program):
    nCounter: UDINT
    nSlow: UDINT
    nValue: DINT = 5
    fValue: LREAL = 1.5
    bFlag: BOOL
    sText: STRING = "hello"
    nFixed: DINT = 42
    bFail: BOOL

    def cycle(self):
        self.nCounter += 1
        self.nSlow = self.nCounter // 10
        if self.bFail:
            raise ValueError("asked to fail")


class SmallMemory:
    def __init__(self, data, markers):
        self._areas = {DATA: data, MARKERS: markers}

    def area(self, group):
        return self._areas.get(group)

    def read(self, group, offset, size):
        if group == DATA_BITS:
            bits = self._areas[DATA][offset // 8 : (offset + size - 1) // 8 + 1]
            if offset + size > 8 * len(self._areas[DATA]):
                raise AdsError(AdsErrorCode.INVALID_OFFSET)
            value = int.from_bytes(bits, "little") >> offset % 8
            return bytes(value >> n & 1 for n in range(size))
        if group not in self._areas:
            raise AdsError(AdsErrorCode.INVALID_GROUP)
        if offset + size > len(self._areas[group]):
            raise AdsError(AdsErrorCode.INVALID_OFFSET)
        return self._areas[group][offset : offset + size]


class SmallImage:
    """The variables of MAIN one after the other, eight bytes apart at least."""

    def __init__(self, plc, more=0):
        self.plc, self.version = plc, 1
        self._places, self._offset = {}, 0
        program = dict(plc.roots())["MAIN"]
        for field in type(program)._layout.fields:
            self._add(f"MAIN.{field.name}", "STRING(80)" if field.type.name.startswith("STRING") else field.type.name)
        self._more = []
        for index in range(more):
            self._more.append(f"GVL.f{index}")
            self._add(f"GVL.f{index}", "LREAL")
        self.values = [0.0] * more
        self._markers = bytearray(4096)
        self._pending = []
        self.publish()

    def _add(self, path, type_name):
        form, ads_id = TYPES[type_name]
        size = struct.calcsize(form)
        read_only = path == "MAIN.nFixed"
        self._places[path.lower()] = Location(
            path, DATA, self._offset, size, type_name, ads_id, comment=f"comment of {path}", is_read_only=read_only
        )
        self._offset += -(-size // 8) * 8

    def symbols(self):
        return list(self._places.values())

    def types(self):
        return [DataType(n, Kind.BASE, struct.calcsize(f), i, methods=(SUM,)) for n, (f, i) in TYPES.items()]

    def find(self, path):
        if path.lower() not in self._places:
            raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, path)
        return self._places[path.lower()]

    def type(self, name):
        for kind in self.types():
            if kind.name.lower() == name.lower():
                return kind
        raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, name)

    def publish(self):
        data = bytearray(self._offset)
        for place in self._places.values():
            if place.path.startswith("GVL"):
                continue
            value = self.plc.symbols[place.path].read()
            if isinstance(value, str):
                value = value.encode("cp1252")
            struct.pack_into(TYPES[place.type_name][0], data, place.offset, value)
        if self._more:
            first = self._places[self._more[0].lower()].offset
            struct.pack_into(f"<{len(self.values)}d", data, first, *self.values)
        self._memory = SmallMemory(bytes(data), bytes(self._markers))

    def memory(self):
        return self._memory

    def read(self, group, offset, size):
        return self._memory.read(group, offset, size)

    def write(self, group, offset, data):
        if group == MARKERS:
            self._markers[offset : offset + len(data)] = data
            return
        if group != DATA:
            raise AdsError(AdsErrorCode.INVALID_GROUP)
        for place in self._places.values():
            if place.offset == offset:
                break
        else:
            raise AdsError(AdsErrorCode.INVALID_OFFSET)
        if place.is_read_only:
            raise AdsError(AdsErrorCode.NOT_PERMITTED)
        if len(data) > place.size:
            raise AdsError(AdsErrorCode.WRONG_SIZE)
        self._pending.append((place, data))

    def apply_writes(self):
        for place, data in self._pending:
            (value,) = struct.unpack(TYPES[place.type_name][0], data.ljust(place.size, b"\0"))
            if isinstance(value, bytes):
                value = value.partition(b"\0")[0].decode("cp1252")
            if place.path.startswith("GVL"):
                self.values[int(place.path[5:])] = value
            else:
                self.plc.symbols[place.path].write(value)
        self._pending.clear()

    def call(self, path, method, data):
        if len(data) != 8:
            raise AdsError(AdsErrorCode.WRONG_SIZE)
        return struct.pack("<i", sum(struct.unpack("<ii", data)))


def small_plc(clock=None, cycle_time="10ms", name="Small"):
    plc = Plc(clock, name=name)
    plc.task("PlcTask", cycle_time, programs=[MAIN()])
    return plc
