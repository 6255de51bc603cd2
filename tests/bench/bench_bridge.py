"""Speed of the ADS bridge: how long a cycle with 100 channels in and 10 out takes, against our simulated PLC.

    python tests/bench/bench_bridge.py [--cycles 5000] [--cycle-time 2ms] [--reads 100] [--writes 10]

The simulated PLC is another process on loopback. "cycle" is all that the task executes: order the
sum read, wait for it, 100 values into the program, 10 results to the owner; by default the read is ordered 1 ms before
the cycle is due. "read" and "write" are the requests alone, until the PLC has answered, without the hand-over between
threads. "bare" is what two processes need that do nothing but send each other as many bytes as a read and its answer.
"""

import argparse
import os
import socket
import subprocess
import sys
import threading
import time

import numpy as np

from alycat.runtime import Plc, Program, RealTimeClock
from alycat.runtime.ads.bridge import AdsBridge
from alycat.runtime.ads.client import LinkError, probe
from alycat.runtime.ads.session import Session, Wish
from alycat.runtime.clock import stopwatch
from alycat.runtime.dctime import parse_duration
from alycat.runtime.iec import LREAL

PROCESS = os.getppid() if "--serve" in sys.argv else os.getpid()
HOST = f"127.{120 + PROCESS % 64}.{PROCESS // 64 % 256}.1"  # nobody else's
NET_ID = f"{HOST}.7.1"
REQUESTS = 2000


def program(name, inputs, outputs, cycle):
    """A program with so many LREALs fIn... and fOut..."""
    members = [f"fIn{i}" for i in range(inputs)] + [f"fOut{i}" for i in range(outputs)]
    return type(name, (Program,), {"__annotations__": dict.fromkeys(members, LREAL), "cycle": cycle})


def serve(inputs, outputs, cycle_time):
    """The simulated PLC; runs until its standard input ends."""

    def cycle(self):
        self.fIn0 += 1.0

    plc = Plc(RealTimeClock(spin=0))
    plc.task("PlcTask", cycle_time, programs=[program("MAIN", inputs, outputs, cycle)()])
    with plc.serve_ads(HOST, NET_ID) as server:
        threading.Thread(target=lambda: (sys.stdin.read(), plc.stop()), daemon=True).start()
        server.operate()


def report(name, times_ns):
    p50, p99, p999 = np.percentile(times_ns, [50, 99, 99.9]) / 1000
    print(f"  {name:28} p50 {p50:7.1f}  p99 {p99:7.1f}  p99.9 {p999:7.1f}  max {max(times_ns) / 1000:8.1f}")


def measure_cycles(options):
    """The execution time of a task with the bridge, and of the same task without it."""
    found = []
    for ahead in (None, "0s", "1ms"):
        main = program("MAIN", options.reads, options.writes, lambda self: None)()
        plc = Plc(RealTimeClock())
        task = plc.task("PlcTask", options.cycle_time, programs=[main])
        bridge = AdsBridge(
            HOST,
            NET_ID,
            reads={f"MAIN.fIn{i}": f"fIn{i}" for i in range(options.reads)},
            writes={f"fOut{i}": f"MAIN.fOut{i}" for i in range(options.writes)},
            budget=options.budget,
            ahead=ahead or 0,
        )
        times = []
        if ahead:
            bridge.attach(task)
        plc.run(cycles=100)
        plc.cycle_finished.append(lambda task, times=times: times.append(task.info.LastExecTime * 100))
        plc.run(cycles=options.cycles)
        bridge.close()
        found.append((times, bridge.status))
    report("cycle without the bridge", found[0][0])
    for what, (times, status) in zip(("ordered in it", "ordered 1 ms ahead"), found[1:], strict=True):
        report(f"cycle, {what}", times)
        tell(status)


def tell(status):
    print(f"    {status.nReads} reads, {status.nLate} late, {status.nWrites} writes, {status.nWriteErrors} failed")


def measure_bare(options):
    """Two processes and blocking sockets: the floor of this machine."""
    sizes = 38 + 16 + 12 * (options.reads + 2), 38 + 8 + 4 * (options.reads + 2) + 5 + 8 * options.reads
    with socket.create_server((HOST, 0)) as listener:
        command = [sys.executable, __file__, "--echo", *map(str, (*listener.getsockname(), *sizes))]
        with subprocess.Popen(command) as other:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            times = []
            for _ in range(REQUESTS):
                time.sleep(options.pause_s)
                elapsed = stopwatch()
                connection.sendall(bytes(sizes[0]))
                receive(connection, sizes[1])
                times.append(elapsed())
            connection.close()
            other.wait()
    report(f"bare, {sizes[0]} and {sizes[1]} bytes", times)


def receive(connection, size):
    while size:
        data = connection.recv(size)
        if not data:
            raise SystemExit
        size -= len(data)


def echo(host, port, size, answer):
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            receive(connection, int(size))
            connection.sendall(bytes(int(answer)))


def measure_requests(options):
    session = Session(
        HOST,
        NET_ID,
        851,
        [Wish(f"MAIN.fIn{i}", None) for i in range(options.reads)],
        [Wish(f"MAIN.fOut{i}", None) for i in range(options.writes)],
    )
    session.bring_up()
    times = {"read": [], "write": []}
    for _ in range(REQUESTS):
        time.sleep(options.pause_s)  # as in a cycle: nobody is awake any more
        elapsed = stopwatch()
        session.read()
        times["read"].append(elapsed())
        session.answers.get()
        session.offer([1.0] * options.writes)
        elapsed = stopwatch()
        session.write()
        times["write"].append(elapsed())
    session.go_offline("done", lost=False)
    for name, values in times.items():
        report(f"{name} alone", values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=int, default=5000)
    parser.add_argument("--cycle-time", default="2ms")
    parser.add_argument("--plc-cycle-time", default="10ms", help="of the simulated PLC")
    parser.add_argument("--budget", default="5ms", help="generous, so that the wait itself is measured")
    parser.add_argument("--reads", type=int, default=100)
    parser.add_argument("--writes", type=int, default=10)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--echo", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.echo:
        return echo(*options.echo)
    options.pause_s = parse_duration(options.cycle_time) * 1e-9
    if options.serve:
        return serve(options.reads, options.writes, options.plc_cycle_time)
    command = [sys.executable, __file__, "--serve", "--reads", str(options.reads), "--writes", str(options.writes)]
    command += ["--plc-cycle-time", options.plc_cycle_time]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as plc:
        await_plc()
        print(f"{options.reads} LREAL in, {options.writes} out; times in us:")
        measure_bare(options)
        measure_requests(options)
        measure_cycles(options)
        plc.stdin.close()


def await_plc():
    elapsed = stopwatch()
    while elapsed() < 20e9:
        try:
            return probe(HOST)
        except LinkError:
            pass
    raise SystemExit("the simulated PLC has not started")


if __name__ == "__main__":
    main()
