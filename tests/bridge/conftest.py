"""Local, own 127.x addresses: AdsLib dials port 48898 only, and each test needs a device of its own."""

import itertools
import os
import struct

import pytest
from bridge.fake_plc import FakePlc
from bridge.wire_plc import WirePlc

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
