"""Sum commands: a bad item fails alone, slots keep their size, the outer result stays 0."""

import struct

from alycat.runtime.ads.frames import AddNotification, Data, Read, ReadWrite, Result, request_data


def triples(*items):
    return b"".join(struct.pack("<III", *item) for item in items)


def test_sum_read_fills_the_slot_of_a_failed_item(bench, client):
    value, text = bench.image.find("MAIN.fValue"), bench.image.find("MAIN.sText")
    handle = client.handle("MAIN.nValue")
    items = [(value.group, value.offset, 8), (0x7777, 0, 3), (0xF005, handle, 8), (text.group, text.offset, 6)]
    answer = client.ask(ReadWrite(0xF080, 4, 1000, triples(*items)))
    assert (
        answer.data
        == struct.pack("<4I", 0, 1794, 0, 0) + struct.pack("<d", 1.5) + bytes(3) + b"\5" + bytes(7) + b"hello\0"
    )


def test_sum_read_ex_has_actual_lengths(client):
    handle = client.handle("MAIN.nValue")
    for group in (0xF083, 0xF084):
        answer = client.ask(ReadWrite(group, 2, 1000, triples((0xF005, handle, 8), (0xF005, 1, 8))))
        assert answer.data == struct.pack("<IIII", 0, 4, 1809, 0) + struct.pack("<i", 5)


def test_sum_write(bench, client):
    value, number = bench.image.find("MAIN.fValue"), client.handle("MAIN.nValue")
    fixed = client.handle("MAIN.nFixed")
    heads = triples((value.group, value.offset, 8), (0xF005, fixed, 4), (0xF005, number, 4))
    data = struct.pack("<dii", 9.5, 1, -3)
    assert client.ask(ReadWrite(0xF081, 3, 12, heads + data)).data == struct.pack("<III", 0, 1796, 0)
    assert bench.plc.symbols["MAIN.fValue"].read() == 9.5 and bench.plc.symbols["MAIN.nValue"].read() == -3
    short = triples((0xF005, number, 4), (0xF005, number, 4)) + struct.pack("<i", 8)
    assert client.ask(ReadWrite(0xF081, 2, 8, short)).data == struct.pack("<II", 0, 1797)


def test_handles_in_bulk(client):
    names = [b"MAIN.nValue\0", b"MAIN.none\0", b"MAIN.fValue\0"]
    heads = b"".join(struct.pack("<IIII", 0xF003, 0, 4, len(name)) for name in names)
    answer = client.ask(ReadWrite(0xF082, 3, 1000, heads + b"".join(names))).data
    assert struct.unpack_from("<6I", answer) == (0, 4, 1808, 0, 0, 4)
    first, second = struct.unpack_from("<II", answer, 24)
    assert client.ask(Read(0xF005, second, 8)) == Data(0, struct.pack("<d", 1.5))
    releases = triples((0xF006, 0, 4), (0xF006, 0, 4), (0xF006, 0, 4)) + struct.pack("<III", first, 99, second)
    assert client.ask(ReadWrite(0xF081, 3, 12, releases)).data == struct.pack("<III", 0, 1809, 0)
    assert client.ask(Read(0xF005, second, 8)) == Result(1809)


def test_sum_read_write_with_values_by_name_and_handle(client):
    handle = client.handle("MAIN.nValue")
    name = b"MAIN.fValue"
    heads = struct.pack("<IIII", 0xF004, 0, 100, len(name)) + struct.pack("<IIII", 0xF005, handle, 4, 4)
    answer = client.ask(ReadWrite(0xF082, 2, 1000, heads + name + struct.pack("<i", 6))).data
    assert answer == struct.pack("<IIII", 0, 8, 0, 4) + struct.pack("<d", 1.5) + struct.pack("<i", 6)


def test_notifications_in_bulk(client):
    good, bad = AddNotification(0x4040, 0, 4, 4, 0, 0), AddNotification(0x7777, 0, 4, 4, 0, 0)
    items = request_data(good) + request_data(bad) + request_data(good)
    answer = struct.unpack("<6I", client.ask(ReadWrite(0xF085, 3, 24, items)).data)
    assert answer[0] == answer[4] == 0 and answer[2:4] == (1794, 0)
    handles = struct.pack("<III", answer[1], 4711, answer[5])
    assert client.ask(ReadWrite(0xF086, 3, 12, handles)).data == struct.pack("<III", 0, 1812, 0)


def test_empty_and_malformed_lists(client):
    for group in range(0xF080, 0xF087):
        assert client.ask(ReadWrite(group, 0, 100, b"")) == Data(0, b"")
        assert client.ask(ReadWrite(group, 2, 100, b"1234567")) == Result(1797)
        assert client.ask(ReadWrite(group, 0xFFFF_FFFF, 100, bytes(120))) == Result(1797)


def test_an_answer_is_never_longer_than_asked_for_nor_than_a_frame(client):
    items = triples(*[(0x4040, 0, 8)] * 4)
    assert len(client.ask(ReadWrite(0xF080, 4, 20, items)).data) == 20
    for group in (0xF080,):
        huge = triples(*[(0x7777, 0, 0xFFFF_FFFF)] * 2)
        assert client.ask(ReadWrite(group, 2, 0xFFFF_FFFF, huge)) == Result(1797)


def test_five_hundred_items_and_64_kib(client):
    items = triples(*[(0x4020, 8 * n, 8) for n in range(500)])
    answer = client.ask(ReadWrite(0xF080, 500, 500 * 12, items)).data
    assert answer == bytes(500 * 12)
    heads = triples(*[(0x4020, 0, 200)] * 500)
    assert client.ask(ReadWrite(0xF081, 500, 2000, heads + bytes(100_000))).data == bytes(2000)


def test_no_sum_within_a_sum(client):
    inner = triples((0x4040, 0, 4))
    head = struct.pack("<IIII", 0xF080, 1, 8, len(inner))
    assert client.ask(ReadWrite(0xF082, 1, 100, head + inner)).data == struct.pack("<II", 1793, 0)
