"""`alycat ads`, against a small device on a socket."""

import json
import os
import struct

import pytest
from ads.fake_plc import FakePlc
from ads.wire_plc import WirePlc

pytest.importorskip("pyads", reason="alycat ads needs pyads")


@pytest.fixture
def memory():
    return FakePlc(
        {
            "MAIN.fVibration1": ("LREAL", 5, struct.pack("<d", 1.5)),
            "MAIN.aValues": ("ARRAY [0..2] OF INT", 2, struct.pack("<3h", 1, -2, 3)),
            "MAIN.tCycle": ("TIME", 19, struct.pack("<I", 10)),
            "GVL.sText": ("STRING(9)", 30, b"alycat\0\0\0\0"),
            "GVL." + "fAVeryLongNameInsideAStructure." * 2 + "fX": ("LREAL", 5, bytes(8)),
        }
    )


@pytest.fixture
def host():
    process = os.getpid()
    return f"127.{184 + process % 32}.{process // 32 % 256}.1"


@pytest.fixture
def plc(memory, host):
    with WirePlc(memory, host) as wire:
        yield wire


def test_list_shows_names_and_types_in_80_columns(cli, plc, host, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    done = cli("ads", "list", host)
    assert done.exit_code == 0 and "MAIN.aValues" in done.stdout and "ARRAY [0..2] OF INT" in done.stdout
    assert all(len(line) <= 80 and line == line.rstrip() for line in done.stdout.splitlines())
    assert cli("ads", "list", host, "--filter", "GVL.s*").stdout == "GVL.sText  STRING(9)\n"
    assert cli("ads", "list", host, "--filter", "VIB").stdout == "MAIN.fVibration1  LREAL\n"
    assert "no variable matches 'xyz'" in cli("ads", "list", host, "--filter", "xyz").stdout


def test_list_members_and_json(cli, plc, host):
    found = json.loads(cli("ads", "list", host, "--members", "--json", "--filter", "MAIN.aV*").stdout)
    assert [entry["name"] for entry in found] == ["MAIN.aValues", *(f"MAIN.aValues[{i}]" for i in range(3))]
    assert found[1] == {"name": "MAIN.aValues[0]", "type": "INT", "comment": ""}


def test_read(cli, plc, host):
    done = cli("ads", "read", host, "main.fvibration1", "MAIN.aValues", "MAIN.tCycle")
    assert done.stdout.splitlines() == [
        "MAIN.fVibration1  LREAL                1.5",
        "MAIN.aValues      ARRAY [0..2] OF INT  [1, -2, 3]",
        "MAIN.tCycle       TIME                 10 ms",
    ]
    found = json.loads(cli("ads", "read", host, "MAIN.aValues", "GVL.sText", "--json").stdout)
    assert found == [
        {"name": "MAIN.aValues", "type": "ARRAY [0..2] OF INT", "value": [1, -2, 3]},
        {"name": "GVL.sText", "type": "STRING(9)", "value": "alycat"},
    ]


def test_watch_in_a_pipe_prints_changes(cli, plc, host):
    done = cli("ads", "watch", host, "MAIN.fVibration1", "MAIN.tCycle", "--every", "20ms", "--count", "3")
    assert done.exit_code == 0
    assert [line.split(" ", 1)[1] for line in done.stdout.splitlines()] == ["MAIN.fVibration1 1.5", "MAIN.tCycle 10 ms"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("read", "HOST", "MAIN.fVibration2"),
            "MAIN.fVibration2: no such symbol in the PLC; close to it: MAIN.fVibration1",
        ),
        (("read", "HOST", "MAIN.tCycle", "--net-id", "1.2"), "net_id: '1.2' is no AMS NetId"),
        (("write", "HOST", "MAIN.fVibration1", "warm"), "MAIN.fVibration1: 'warm' is no LREAL; a number is needed"),
        (("write", "HOST", "MAIN.aValues", "[1, 2]"), "MAIN.aValues: 2 values given, ARRAY [0..2] OF INT holds 3"),
        (("watch", "HOST", "MAIN.tCycle", "--every", "0s"), "--every: 0s must be more than 0"),
        (("list", "256.1.1.1"), "256.1.1.1: unknown host name"),
    ],
)
def test_mistakes_are_one_line(cli, plc, host, arguments, message):
    done = cli("ads", *(host if a == "HOST" else a for a in arguments))
    assert done.exit_code == 1 and done.stdout == ""
    assert done.stderr.startswith(f"alycat: {message}") and done.stderr.count("\n") == 1


def test_links_that_do_not_work_are_one_line_even_though_adslib_logs(shell, memory, host):
    done = shell("ads", "read", host, "MAIN.x")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"alycat: {host}: connection refused on TCP port 48898; no ADS router runs there\n"
    with WirePlc(memory, host) as wire:
        wire.missing_port = True
        done = shell("ads", "list", host, "--net-id", "1.2.3.4.1.1", "--port", "853")
        assert done.stderr == f"alycat: {host} (1.2.3.4.1.1:853): no PLC on AMS port 853, or it is in config mode\n"
        wire.missing_port, wire.silent = False, True
        done = shell("ads", "read", host, "MAIN.x", "--timeout", "300ms", "--net-id", "1.2.3.4.1.1")
        assert done.stderr.endswith("no answer within 300 ms; is there a route back to this computer?\n")
        assert done.stderr.count("\n") == 1


def test_without_pyads_the_error_says_how_to_get_it(cli, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyads", None)
    done = cli("ads", "read", "127.0.0.1", "MAIN.x")
    assert done.stderr == 'alycat: the ADS bridge needs pyads: pip install "alycat[ads]"\n'
