"""The command group: lazy, one line per error, honest exit codes."""

import subprocess
import sys

import alycat
from alycat.runtime.cli import app


def test_version(shell):
    done = shell("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"alycat {alycat.__version__}\n", "")


def test_help_lists_every_command(cli):
    done = cli("--help")
    assert done.exit_code == 0
    assert all(name in done.output for name in app.COMMANDS)


def test_without_a_command_help_but_no_success(cli):
    done = cli()
    assert done.exit_code == 2 and "Usage: alycat" in done.stderr


def test_unknown_command_and_option(cli):
    for args, message in ((["repley"], "no command 'repley'; did you mean replay?"), (["blocks", "--jsn"], "--jsn")):
        done = cli(*args)
        assert done.exit_code == 2 and done.stdout == ""
        assert done.stderr.startswith("alycat: ") and message in done.stderr and done.stderr.count("\n") == 1


def test_every_command_of_the_table_exists(cli):
    for name in app.COMMANDS:
        done = cli(name, "--help")
        assert done.exit_code == 0 and "--debug" in done.output


def test_unexpected_errors_are_one_line_and_debug_raises(cli, monkeypatch):
    def fail(*_args):
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setattr("alycat.runtime.cli.blocks_command.all_blocks", fail)
    done = cli("blocks")
    assert done.exit_code == 1
    assert done.stderr == "alycat: unexpected ZeroDivisionError: first second (--debug shows where)\n"
    assert isinstance(cli("blocks", "--debug").exception, ZeroDivisionError)
    assert isinstance(cli("--debug", "blocks").exception, ZeroDivisionError)


def test_help_and_blocks_do_not_load_heavy_libraries():
    program = (
        "import sys; from alycat.runtime.cli.app import alycat\n"
        "for args in (['--help'], ['blocks'], ['blocks', 'DenStream', '--json']):\n"
        "    alycat.main(args, 'alycat', standalone_mode=False)\n"
        "sys.exit(str([m for m in ('matplotlib', 'polars') if m in sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
