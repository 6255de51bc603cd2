"""`alycat ads list|read|write|watch`: look into a real or simulated PLC from a terminal."""

import fnmatch
import json
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from ..ads.browse import paths_below, unknown
from ..ads.client import Client, LinkError, check_net_id, identify, load_pyads, probe, quiet_adslib
from ..ads.groups import PLC_PORT
from ..ads.model import AdsError, AdsErrorCode, Location
from ..ads.plan import ReadItem, ReadPlan
from ..ads.text import parse, plain, show
from ..ads.typebook import StructType, TypeBook, ValueType
from ..errors import UnknownName
from .ads_watch import watch_session
from .terminal import console, paragraph

DEFAULT_NET_ID = "127.0.0.1.7.1"  # of a simulated PLC
WIDEST_NAME, WIDEST_TYPE = 36, 20  # of a row in columns
Command = Callable[..., None]


@click.group(invoke_without_command=True)
@click.pass_context
def ads(ctx: click.Context) -> None:
    """Lists, reads, writes and watches the variables of a PLC over ADS.

    HOST is the PLC's address. A real PLC needs a route back to this computer, and answers one connection of a computer
    at a time: end the bridge first.

    \b
    alycat ads list 192.168.1.10 --filter "MAIN.*"
    alycat ads read 192.168.1.10 MAIN.nCounter GVL.aValues[3]
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


def _target(function: Command) -> Command:
    """The options that say which PLC."""
    options = (
        click.option("--timeout", default="1s", show_default=True, help="For connecting and for one request."),
        click.option("--port", default=PLC_PORT, show_default=True, help="AMS port; 852 is the second PLC."),
        click.option("--net-id", help="AMS NetId; asked for, else HOST.1.1 and HOST.7.1 are tried."),
        click.argument("host"),
    )
    for option in options:
        function = option(function)
    return function


@ads.command("list")
@_target
@click.option("--filter", "pattern", help="Only names with this text, or that match a pattern with * and ?.")
@click.option("--members", is_flag=True, help="Also members of structures and elements of arrays.")
@click.option("--json", "as_json", is_flag=True, help="A list of symbols, for programs.")
def list_symbols(
    host: str, net_id: str | None, port: int, timeout: str, pattern: str | None, members: bool, as_json: bool
) -> None:
    """Lists the variables of a PLC with their types."""
    with _connected(host, net_id, port, timeout) as client:
        rows = [row for row in _rows(client, members) if _matches(row[0], pattern)]
    if as_json:
        click.echo(json.dumps([dict(zip(("name", "type", "comment"), row, strict=True)) for row in rows], indent=1))
        return
    out = console()
    _print_rows(out, rows)
    if not rows:
        paragraph(out, f"no variable matches {pattern!r}" if pattern else "the PLC lists no variables")


@ads.command(short_help="Reads variables, elements, members or structures.")
@_target
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="A list of values, for programs.")
def read(host: str, net_id: str | None, port: int, timeout: str, paths: tuple[str, ...], as_json: bool) -> None:
    """Reads variables, array elements, members or whole structures; all of one PLC cycle."""
    with _connected(host, net_id, port, timeout) as client:
        items = [_item(client, TypeBook(client.type), path)[0] for path in paths]
        values = _values(client, items)
    if as_json:
        found = [{"name": i.path, "type": i.type.name, "value": plain(v)} for i, v in zip(items, values, strict=True)]
        click.echo(json.dumps(found, indent=1))
        return
    _print_rows(console(), [row for i, v in zip(items, values, strict=True) for row in _value_rows(i.path, i.type, v)])


@ads.command(short_help="Writes one variable and reads it back.", context_settings={"ignore_unknown_options": True})
@_target
@click.argument("path")
@click.argument("value")
def write(host: str, net_id: str | None, port: int, timeout: str, path: str, value: str) -> None:
    """Writes one variable, in any state of the PLC, and reads it back.

    VALUE as in a declaration: TRUE, 16#FF, 1.5, 10ms, an enumeration's name; JSON for arrays and structures.
    """
    with _connected(host, net_id, port, timeout) as client:
        item, symbol = _item(client, TypeBook(client.type), path)
        if symbol.is_read_only:
            raise AdsError(AdsErrorCode.NOT_PERMITTED, f"{item.path} is read only")
        data = item.type.encode(parse(value, item.type, item.path), item.path)
        before = _values(client, [item])[0]
        try:
            client.write(item.group, item.offset, data)
        except AdsError as error:
            raise AdsError(error.code, f"{item.path} = {value}") from error
        after = _values(client, [item])[0]
    wrote, found, was = (show(v, item.type) for v in (item.type.decode(data), after, before))
    click.echo(f"{item.path} = {wrote} (was {was})" + (f", but the PLC's program made it {found}" * (found != wrote)))


@ads.command(short_help="Shows variables as they change.")
@_target
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--every", default="200ms", show_default=True, help="How often to read.")
@click.option("--count", type=click.IntRange(1), help="End after so many readings.")
def watch(
    host: str, net_id: str | None, port: int, timeout: str, paths: tuple[str, ...], every: str, count: int | None
) -> None:
    """Shows variables as they change until Ctrl-C: a table on a terminal, a line per change in a pipe.

    It goes on over a lost link, a restart and a download of the PLC.
    """
    with _connected(host, net_id, port, timeout) as client:
        book = TypeBook(client.type)
        items = [_item(client, book, path)[0] for path in paths]
        net_id = client.net_id
    with quiet_adslib():
        watch_session(console(), (host, net_id, port, timeout), items, every, count)


# --- the PLC ---------------------------------------------------------------------------------------------------------


@contextmanager
def _connected(host: str, net_id: str | None, port: int, timeout: str) -> Iterator[Client]:
    """An open client; the NetId is looked for unless it is given."""
    load_pyads()
    candidates = [check_net_id(net_id)] if net_id else []
    probe(host, timeout)
    guesses = (identify(host), f"{host}.1.1", f"{host}.7.1", DEFAULT_NET_ID if host.startswith("127.") else None)
    candidates = candidates or [n for n in guesses if n and n.count(".") == 5]
    if not candidates:
        raise LinkError(f"{host}: gives no NetId; --net-id is needed")
    with quiet_adslib():
        client = _first_that_answers(host, candidates, port, timeout)
        try:
            yield client
        finally:
            client.close()


def _first_that_answers(host: str, candidates: list[str], port: int, timeout: str) -> Client:
    for candidate in candidates:
        client = Client(host, candidate, port, timeout)
        client.open()
        try:
            client.state()
        except LinkError as error:
            client.close(lost=True)
            if error.code != AdsErrorCode.MACHINE_NOT_FOUND or candidate == candidates[-1]:
                raise
        else:
            return client
    raise AssertionError("the last candidate returns or raises")


def _item(client: Client, book: TypeBook, path: str) -> tuple[ReadItem, Location]:
    try:
        symbol = client.find(path)
    except AdsError as error:
        if error.code != AdsErrorCode.SYMBOL_NOT_FOUND:
            raise
        raise UnknownName(unknown(client, path)) from None
    return ReadItem(symbol.path or path, symbol.group, symbol.offset, book.of(symbol)), symbol


def _values(client: Client, items: list[ReadItem]) -> list[Any]:
    plan = ReadPlan(items, with_version=False, with_state=False)
    return [value for part in plan.parts for value in part.take(client.sum_read(part.request)).values]


# --- rows ------------------------------------------------------------------------------------------------------------


def _rows(client: Client, members: bool) -> Iterator[tuple[str, str, str]]:
    book = TypeBook(client.type)
    for symbol in client.symbols():
        yield symbol.path, symbol.type_name, symbol.comment
        if members:
            yield from ((path, kind.name, "") for path, kind in _below(symbol, book))


def _below(symbol: Location, book: TypeBook) -> Iterator[tuple[str, ValueType]]:
    try:
        yield from paths_below(symbol.path, book.of(symbol))
    except AdsError:
        return  # a type that the PLC does not describe has no members to show


def _matches(name: str, pattern: str | None) -> bool:
    if not pattern:
        return True
    name, pattern = name.lower(), pattern.lower()
    return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]")) if set("*?") & set(pattern) else pattern in name


def _value_rows(path: str, kind: ValueType, value: Any) -> Iterator[tuple[str, str, str]]:
    """A structure has a row for each of its members."""
    if isinstance(kind, StructType) and kind.members:
        for name, _, member, _ in kind.members:
            yield from _value_rows(f"{path}.{name}", member, value[name])
    else:
        yield path, kind.name, show(value, kind)


def _print_rows(out: Console, rows: list[tuple[str, str, str]]) -> None:
    """Name, type and what there is to say, in columns; a row too wide for them has its name on a line of its own."""
    in_columns = [row for row in rows if len(row[0]) <= WIDEST_NAME and len(row[1]) <= WIDEST_TYPE]
    names = max((len(row[0]) for row in in_columns), default=0)
    types = max((len(row[1]) for row in in_columns), default=0)
    for name, type_name, text in rows:
        if len(name) <= names and len(type_name) <= types:
            head, left = f"{name:{names}}  {type_name:{types}}", names + types + 4
        else:
            out.print(Text(name, style="bold"), soft_wrap=True)
            head, left = f"    {type_name}", 6 + len(type_name)
        lines = textwrap.wrap(text, max(out.width - left, 20), break_on_hyphens=False) or [""]
        out.print(Text(f"{head}  {lines[0]}".rstrip()), soft_wrap=True)
        for line in lines[1:]:
            out.print(Text(" " * left + line), soft_wrap=True)
