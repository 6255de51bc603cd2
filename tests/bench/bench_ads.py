"""Speed of the ADS server beside pyads.testserver, on loopback; every run ends by itself.

    python tests/bench/bench_ads.py [--seconds 3] [--host 127.0.0.77] [--only reads,samples,many,lateness]

Servers run in processes of their own and are measured with the same client code: pyads, which always dials port 48898,
and for notifications a plain socket, for pyads calls Python for each sample.
"""

import argparse
import ctypes
import itertools
import multiprocessing
import random
import statistics
import struct
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parent.parent / "ads"))
import pyads
from raw import RawClient

from alycat.runtime import GlobalVariables, Plc, Program, RealTimeClock
from alycat.runtime.ads.frames import AddNotification, DeleteNotification, address, net_id_bytes
from alycat.runtime.iec import LREAL, UDINT

REALS = 500


class MAIN(Program):
    nCounter: UDINT

    def cycle(self) -> None:
        self.nCounter += 1


def project(cycle_time: str) -> tuple[Plc, list[int]]:
    names = [f"f{index}" for index in range(REALS)]
    gvl = type("GVL", (GlobalVariables,), {"__annotations__": dict.fromkeys(names, LREAL), "__module__": __name__})
    plc = Plc(RealTimeClock(), name="Bench")
    task = plc.task("PlcTask", cycle_time, programs=[MAIN()])
    plc.add_globals(gvl())
    return plc, watched(task)


def watched(task):
    """How many nanoseconds after its due time each cycle begins."""
    late, now, program = [], task.plc.clock.now, task.programs[0][1]
    original = program.cycle

    def cycle():
        late.append(now() - task.info.DcTaskTime)
        original()

    program.cycle = cycle
    return late


# --- servers ----------------------------------------------------------------------------------------------------------


def serve_alycat(host, cycle_time, pipe):
    plc, late = project(cycle_time)
    server = plc.serve_ads(host, f"{host}.7.1")
    threading.Thread(target=listen, args=(pipe, late, server, plc), daemon=True).start()
    server.operate()
    server.stop()


def listen(pipe, late, server, plc):
    """Answer the parent: 'late' with the cycles since the last time, 'stats', and the end."""
    pipe.send("ready")
    while True:
        try:
            word = pipe.recv()
        except EOFError:  # the parent is gone
            word = "end"
        if word == "late":
            taken = late[:]
            late.clear()
            pipe.send((taken, plc.tasks[0].exceed_counter))
        elif word == "stats":
            pipe.send(server.statistics)
        else:
            plc.stop()
            return


def serve_pyads(host, _cycle_time, pipe):
    from pyads.testserver import AdsTestServer, AdvancedHandler, PLCVariable

    handler = AdvancedHandler()
    for index in range(REALS):
        variable = PLCVariable(f"GVL.f{index}", 0.0, pyads.constants.ADST_REAL64, "LREAL", 0x4040, 8 * index)
        handler.add_variable(variable)
    server = AdsTestServer(handler=handler, ip_address=host, logging=False)
    server.start()
    time.sleep(0.3)
    pipe.send("ready")
    pipe.recv()
    server.close()


def at(host):
    return SimpleNamespace(host=host, port=48898, net_id=f"{host}.7.1")


@contextmanager
def serving(server, host, cycle_time="10ms"):
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=server, args=(host, cycle_time, there), daemon=True)
    process.start()
    try:
        assert here.poll(30) and here.recv() == "ready"
        yield here
    finally:
        here.send("end")
        process.join(5)
        if process.is_alive():
            process.terminate()


@contextmanager
def connected(host):
    connection = pyads.Connection(f"{host}.7.1", 851, host)
    connection.open()
    try:
        yield connection
    finally:
        connection.close()


# --- measurements -----------------------------------------------------------------------------------------------------


def per_second(action, seconds):
    count, start = 0, time.perf_counter()
    end = start + seconds
    while time.perf_counter() < end:
        action()
        count += 1
    return count / (time.perf_counter() - start)


def reading(connection):
    """One LREAL by a handle kept by the client."""
    handle = connection.get_handle("GVL.f3")
    return lambda: connection.read_by_name("GVL.f3", pyads.PLCTYPE_LREAL, handle=handle)


def summing(connection, count):
    """LREALs in one sum read; the bare call of AdsLib, so that it is the server that is measured."""
    order = random.Random(1).sample(range(REALS), count)  # not one behind the other in memory
    items = b"".join(struct.pack("<III", *place_of(connection, index), 8) for index in order)
    answer, size = ctypes.create_string_buffer(12 * count), ctypes.c_uint32()
    target = ctypes.pointer(connection._adr.amsAddrStruct())
    call = pyads.pyads_ex._adsDLL.AdsSyncReadWriteReqEx2

    def read():
        code = call(connection._port, target, 0xF080, count, len(answer), answer, len(items), items, ctypes.byref(size))
        assert code == 0 and size.value == len(answer), code

    return read


def place_of(connection, index):
    symbol = connection.get_symbol(f"GVL.f{index}")
    return symbol.index_group, symbol.index_offset


def compare(host, seconds, rounds=21):
    """Both servers run throughout and are measured in turns, so that a busy machine is busy for both."""
    other = f"{host}7"
    with serving(serve_pyads, host), serving(serve_alycat, other), connected(host) as theirs, connected(other) as ours:
        print(f"{'':22}{'pyads.testserver':>18}{'alycat':>10}{'ratio':>8}   per second, medians of {rounds} rounds")
        for name, make in (("reads by handle", reading), ("sum reads of 100", lambda c: summing(c, 100))):
            actions = make(theirs), make(ours)
            table = [[per_second(action, seconds / rounds) for action in actions] for _ in range(rounds)]
            left, right = (statistics.median(column) for column in zip(*table, strict=True))
            ratio = statistics.median(b / a for a, b in table)
            print(f"{name:22}{left:18,.0f}{right:10,.0f}{ratio:8.2f}")
        print(f"{'sum reads of 500':22}{'':18}{per_second(summing(ours, 500), seconds / rounds):10,.0f}")


def samples(host, seconds, subscriptions=100):
    """On a 1 ms task: samples per second, losses and the spacing of the time stamps."""
    with serving(serve_alycat, host, "1ms") as pipe, RawClient(at(host)) as client:
        counter = client.handle("MAIN.nCounter")
        handles = [client.handle(f"GVL.f{index}") for index in range(subscriptions - 1)]
        watched = [counter, *handles]
        got = {}
        notifications = [
            client.ask(AddNotification(0xF005, handle, 4 if handle == counter else 8, 3, 0, 10_000)).handle
            for handle in watched
        ]
        begin = time.perf_counter()
        count = 0
        while time.perf_counter() - begin < seconds:
            for stamp, handle, value in client.samples(1):
                got.setdefault(handle, []).append((stamp, value))
                count += 1
        elapsed = time.perf_counter() - begin
        for notification in notifications:
            client.send(DeleteNotification(notification))
        counted = [int.from_bytes(value, "little") for _, value in got[notifications[0]]]
        lost = sum(b - a - 1 for a, b in itertools.pairwise(counted))
        steps = [b - a for series in got.values() for (a, _), (b, _) in itertools.pairwise(series)]
        pipe.send("stats")
        stats = pipe.recv()
        pipe.send("late")
        late, exceeded = pipe.recv()
        uneven = sum(step != 10_000 for step in steps)
        print(
            f"{subscriptions} subscriptions at 1 ms: {count / elapsed:,.0f} samples/s, counter lost {lost}, "
            f"steps other than 1 ms: {uneven} of {len(steps):,}, dropped {stats['dropped_samples']}, "
            f"cycles exceeded {exceeded}; {spread(late)}"
        )


def pyads_samples(host, seconds, subscriptions=100):
    """The same through pyads, with a callback that only counts."""
    with serving(serve_alycat, host, "1ms"), connected(host) as connection:
        counts: dict[int, int] = {}

        def count(notification, _name):
            handle = notification.contents.hNotification
            counts[handle] = counts.get(handle, 0) + 1

        attribute = pyads.NotificationAttrib(8, pyads.ADSTRANS_SERVERCYCLE, 0, 1)
        handles = [connection.add_device_notification(f"GVL.f{i}", attribute, count) for i in range(subscriptions)]
        kept = list(pyads.pyads_ex.callback_store.values())  # pyads frees them while AdsLib may still call one: crash
        time.sleep(0.2)
        before, start = sum(counts.values()), time.perf_counter()
        time.sleep(seconds)
        got, elapsed = sum(counts.values()) - before, time.perf_counter() - start
        for pair in handles:
            connection.del_device_notification(*pair)
        time.sleep(0.5)  # AdsLib still hands out what came before
        del kept
        print(f"the same with pyads: {got / elapsed:,.0f} samples/s")


def many(host, seconds, ports=8, each=1024):
    """Cyclic subscriptions at 100 ms on one connection, from several local ports."""
    with serving(serve_alycat, host, "10ms") as pipe, RawClient(at(host)) as client:
        handles = [client.handle(f"GVL.f{index % REALS}") for index in range(each)]
        start = time.perf_counter()
        for port in range(ports):
            source = address(net_id_bytes("127.0.0.1.99.1"), 40_000 + port)
            for handle in handles:
                answer = client.ask(AddNotification(0xF005, handle, 8, 3, 0, 1_000_000), source=source)
                assert answer.result == 0, answer
        added = time.perf_counter() - start
        client.notifications.clear()
        first, last, count = 0, 0, 0  # by the time stamps, so that nothing is counted that came before
        while last <= first + seconds * 10**7:
            for stamp, _, _ in client.samples(1):
                first, last = first or stamp, stamp
                count += first < stamp <= first + seconds * 10**7
        rate = count / seconds
        pipe.send("stats")
        stats = pipe.recv()
        pipe.send("late")
        _, exceeded = pipe.recv()
        expected = ports * each * 10
        print(
            f"{ports} ports x {each} at 100 ms: {rate:,.0f} samples/s of {expected:,}, "
            f"dropped {stats['dropped_samples']}, {added / ports / each * 1e6:.0f} us per subscription, "
            f"cycles exceeded {exceeded}"
        )


def spread(late):
    late = sorted(ns / 1000 for ns in late)
    if not late:
        return "no cycles"
    return (
        f"lateness us median {statistics.median(late):.0f}, p99 {late[int(len(late) * 0.99)]:.0f}, "
        f"max {late[-1]:.0f} of {len(late)} cycles"
    )


def bare_lateness(cycle_time, seconds):
    """The same Plc without a server."""
    plc, late = project(cycle_time)
    plc.run(duration=int(seconds * 1e9))
    return late, plc.tasks[0].exceed_counter


def ask_for_ever(host, period_s, stop):
    """50 clients in one process, each reading 10 values every 100 ms, on one thread."""
    clients = [RawClient(at(host), client=f"127.0.0.1.99.{n}:40000") for n in range(1, 51)]
    from alycat.runtime.ads.frames import Read

    while not stop.is_set():
        start = time.perf_counter()
        for client in clients:
            client.ask(Read(0x4040, 0, 80))
        time.sleep(max(0.0, period_s - (time.perf_counter() - start)))


def since_now(pipe, seconds, text):
    pipe.send("late")
    _, before = pipe.recv()
    time.sleep(seconds)
    pipe.send("late")
    late, after = pipe.recv()
    print(f"{text}: {spread(late)}; exceeded {after - before}")


def lateness(host, seconds):
    context = multiprocessing.get_context("spawn")
    for cycle_time in ("1ms", "10ms"):
        late, exceeded = bare_lateness(cycle_time, seconds)
        print(f"{cycle_time} Plc without server: {spread(late)}; exceeded {exceeded}")
        with serving(serve_alycat, host, cycle_time) as pipe:
            time.sleep(0.5)

            since_now(pipe, seconds, f"{cycle_time} Plc served, no client")
            idle = [RawClient(at(host)) for _ in range(50)]
            since_now(pipe, seconds, f"{cycle_time} Plc, 50 clients connected")
            for client in idle:
                client.close()
            stop = context.Event()
            process = context.Process(target=ask_for_ever, args=(host, 0.1, stop), daemon=True)
            process.start()
            time.sleep(2)
            since_now(pipe, seconds, f"{cycle_time} Plc, 50 clients, each a read every 100 ms")
            stop.set()
            process.join(5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--host", default="127.0.0.7")
    parser.add_argument("--only", default="reads,samples,many,lateness")
    given = parser.parse_args()
    parts = {"reads": [compare], "samples": [samples, pyads_samples], "many": [many], "lateness": [lateness]}
    unknown = set(given.only.split(",")) - set(parts)
    if unknown:
        parser.error(f"--only: {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    for name in given.only.split(","):
        for measure in parts[name]:
            alone(measure, given.host, given.seconds)


def alone(measure, host, seconds):
    """In a process of its own: AdsLib is C++, and what it does must not end the others."""
    process = multiprocessing.get_context("spawn").Process(target=measure, args=(host, seconds))
    process.start()
    process.join()
    if process.exitcode:
        print(f"{measure.__name__}: FAILED, exit code {process.exitcode}", flush=True)


if __name__ == "__main__":
    main()
