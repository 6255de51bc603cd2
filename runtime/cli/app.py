"""The group of commands: found by name and imported only when used; every failure becomes one line on stderr."""

import importlib
import logging
import sys
from collections.abc import Sequence
from typing import Any

import click

from alycat import __version__

from ..errors import AlycatError, one_of, resembling

# name -> (where the click command is, its line in --help); a new command needs only its row here
COMMANDS = {
    "demo": ("demo_command:demo", "Shows a clustered plant with drift and fault; writes a picture."),
    "run": ("run_command:run", "Runs a script's cyclic tasks."),
    "plc": ("plc_command:plc", "Serves a simulated Beckhoff PLC to ADS clients."),
    "replay": ("replay_command:replay", "Runs a recording through a block; writes outputs and a picture."),
    "learn": ("learn_command:learn", "Learns from a recording what a block runs with; writes a file."),
    "train-forecast": ("forecast_command:train_forecast", "Trains a DeepAR model for FB_ALY_ForecastBand."),
    "blocks": ("blocks_command:blocks", "Lists the blocks, or explains one."),
    "ads": ("ads_command:ads", "Lists, reads, writes and watches the variables of a PLC."),
}
_DEBUG = "alycat.debug"


class Failure(click.ClickException):
    """An error that is already one clear line."""


class Commands(click.Group):
    """A group whose commands are imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(f".{module}", __package__), attribute)
        assert isinstance(command, click.Command)
        for each in (command, *getattr(command, "commands", {}).values()):
            if not any(parameter.name == "debug" for parameter in each.params):
                each.params.append(_debug_option())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = resembling(args[0], COMMANDS, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are {one_of(COMMANDS)}"
            raise click.UsageError(f"no command {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does it, but from the table: importing every command would take seconds."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.meta.get(_DEBUG):
                raise
            raise Failure(describe(error)) from error

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """click's main, with errors as one line and without the usage text."""
        logging.getLogger("alycat").addHandler(logging.NullHandler())  # commands tell themselves what went wrong
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            _say(error)
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("alycat: interrupted", err=True)
            sys.exit(130)
        sys.exit(code if isinstance(code, int) else 0)


def describe(error: Exception) -> str:
    """An exception in one line; one that alycat did not raise on purpose is named as such."""
    if isinstance(error, AlycatError):
        text = str(error)
    elif isinstance(error, OSError):
        text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    elif isinstance(error, MemoryError):
        text = f"not enough memory: {error}"
    else:
        text = f"unexpected {type(error).__name__}: {error} (--debug shows where)"
    return " ".join(text.split())


def _say(error: click.ClickException) -> None:
    hint = ""
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f" (see '{error.ctx.command_path} --help')"
    click.echo("alycat: " + " ".join(error.format_message().split()) + hint, err=True)


def _debug_option() -> click.Option:
    def remember(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            ctx.meta[_DEBUG] = True

    return click.Option(
        ["--debug"], is_flag=True, is_eager=True, expose_value=False, callback=remember, help="Show tracebacks."
    )


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="alycat", message="%(prog)s %(version)s")
@click.pass_context
def alycat(ctx: click.Context) -> None:
    """A PLC-style function-block runtime with the blocks of TwinCAT 3 Analytics.

    \b
    alycat blocks DenStream
    alycat replay data.csv --block DenStream --channels temp,pressure --time ts \\
        --set fEps=0.15 ...
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


alycat.params.append(_debug_option())
