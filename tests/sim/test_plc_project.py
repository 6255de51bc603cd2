import struct

from ads_decoder import data_type, entries, symbol

from alycat.runtime.ads import entries as codec
from alycat.runtime.ads.image import PlcImage
from alycat.sim.plc_project import CHANNELS, build


def test_the_project_is_lively_and_repeats_itself() -> None:
    plc, other = build(), build()
    plc.run(cycles=250)
    other.run(cycles=250)
    assert plc.symbols["MAIN.nCounter"].read() == 250
    assert plc.symbols["MAIN.bBlink"].read() is False
    assert plc.symbols["GVL.fbCalculator.nCalls"].read() == 0
    assert 0 < plc.symbols["GVL.fMotorVibration"].read() < 10
    assert plc.snapshot() == other.snapshot()
    assert not plc.tasks[0].error


def test_every_elementary_type_is_there_and_moves() -> None:
    plc = build()
    image = PlcImage(plc)
    first = image.memory()
    plc.run(cycles=150)
    image.publish()
    second = image.memory()
    for (
        name
    ) in "bBool nByte nWord nDword nLword nSint nUsint nInt nUint nDint nUdint nLint nUlint fReal fLreal".split():
        place = image.find(f"Scalars.{name}")
        where = place.group, place.offset, place.size
        assert first.read(*where) != second.read(*where), name
    names = {s.type_name for s in image.symbols() if s.path.startswith("Scalars.")}
    assert {"TIME", "LTIME", "DATE", "TIME_OF_DAY", "DATE_AND_TIME", "STRING(80)", "WSTRING(80)", "E_Color"} <= names


def test_it_can_be_browsed_and_every_symbol_read() -> None:
    plc = build()
    image = PlcImage(plc)
    symbols = [symbol(e) for e in entries(b"".join(codec.symbol_entry(s) for s in image.symbols()))]
    types = {t["name"]: t for t in map(data_type, entries(b"".join(codec.type_entry(t) for t in image.types())))}
    assert sum(s["name"].startswith("Channels.") for s in symbols) == CHANNELS >= 300
    for s in symbols:
        assert len(image.read(s["group"], s["offset"], s["size"])) == s["size"]
        assert types[s["type"]]["size"] == s["size"]
    assert types["FB_Calculator"]["type"] == "FB_Base"
    assert [m["name"] for m in types["FB_Calculator"]["methods"]] == ["Reset", "Add", "Divide", "Describe"]


def test_methods_pointers_and_references() -> None:
    plc = build()
    plc.run(cycles=3)
    image = PlcImage(plc)
    call = image.call
    assert call("GVL.fbCalculator", "Add", struct.pack("<dd", 2, 3)) == struct.pack("<d", 5)
    assert call("GVL.fbCalculator", "Divide", struct.pack("<ii", -7, 2)) == struct.pack("<?ii", True, -3, -1)
    assert call("GVL.fbCalculator", "Divide", struct.pack("<ii", -(2**31), -1))[:5] == struct.pack(
        "<?i", True, 2**31 - 1
    )
    assert call("GVL.fbCalculator", "Describe", b"= ".ljust(81, b"\0")).startswith(b"= 5.000\0")
    place = image.find("GVL.pCounter^")
    assert image.read(place.group, place.offset, 4) == struct.pack("<I", 3)
    assert image.find("GVL.refPoint").offset == image.find("GVL.stPoint").offset
