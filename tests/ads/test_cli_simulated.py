"""`alycat ads` against our simulated PLC: writing, structures, a table on a terminal."""

import io

import pytest
from ads.simulated import SimulatedPlc
from click.testing import CliRunner
from rich.console import Console

from alycat.runtime.ads.plan import ReadItem
from alycat.runtime.ads.typebook import TypeBook
from alycat.runtime.cli.ads_watch import watch_session
from alycat.runtime.cli.app import alycat

pytest.importorskip("pyads", reason="alycat ads needs pyads")


@pytest.fixture
def sim(host):
    with SimulatedPlc(host) as plc:
        yield plc


def cli(*args):
    return CliRunner().invoke(alycat, ["ads", *args], prog_name="alycat")


def test_the_net_id_is_found_and_a_value_is_written_and_read_back(sim):
    done = cli("write", sim.host, "MAIN.bOn", "false")
    assert (done.exit_code, done.stdout) == (0, "MAIN.bOn = FALSE (was TRUE)\n")
    assert sim.program.bOn is False
    done = cli("list", sim.host, "--filter", "MAIN.f", "--net-id", sim.net_id)
    assert done.stdout == "MAIN.fVibration1  LREAL\nMAIN.fVibration2  LREAL\n"


def test_the_table_of_a_terminal(sim):
    items = [
        ReadItem(f"MAIN.{name}", 0, 0, TypeBook(None).named(kind))
        for name, kind in (("nCounter", "UDINT"), ("bOn", "BOOL"))
    ]
    out = Console(file=io.StringIO(), force_terminal=True, width=80)
    watch_session(out, (sim.host, sim.net_id, 851, "500ms"), items, "10ms", 3)
    text = out.file.getvalue()
    assert "MAIN.nCounter" in text and "TRUE" in text and "run" in text and "Ctrl-C ends" in text
