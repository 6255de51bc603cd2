"""What a PLC has: paths below its top-level symbols, and names close to one that it does not have."""

from collections.abc import Iterator

from ..errors import one_of, resembling
from .client import Client
from .model import AdsError, AdsErrorCode
from .typebook import ArrayType, StructType, TypeBook, ValueType

MOST_ELEMENTS = 100  # of an array that are listed one by one


def paths_below(path: str, kind: ValueType) -> Iterator[tuple[str, ValueType]]:
    """The members and elements that can be named below a symbol, and all that is below them."""
    if isinstance(kind, StructType):
        children = [(f"{path}.{name}", member) for name, _, member, _ in kind.members]
    elif isinstance(kind, ArrayType):
        children = [(f"{path}[{index}]", kind.element) for index in _indices(kind)]
    else:
        return
    for child, type_ in children:
        yield child, type_
        yield from paths_below(child, type_)


def _indices(kind: ArrayType) -> list[str]:
    found = [""]
    for lower, length in kind.bounds:
        last = range(lower, lower + min(length, MOST_ELEMENTS))
        found = [f"{text},{i}" if text else str(i) for text in found for i in last][:MOST_ELEMENTS]
    return found


def unknown(client: Client, path: str) -> str:
    """One line about a path that the PLC does not have, with close matches; asks the PLC a few questions."""
    close = close_to(client, path)
    return f"{path}: no such symbol in the PLC" + (f"; close to it: {one_of(close)}" if close else "")


def close_to(client: Client, path: str) -> list[str]:
    """Up to three paths that resemble one that is missing: beside it in its structure, else in the whole table."""
    try:
        candidates = _neighbours(client, path) or [symbol.path for symbol in client.symbols()]
    except AdsError:
        return []
    return resembling(path, candidates)


def _neighbours(client: Client, path: str) -> list[str]:
    """What is below the longest part of the path that the PLC knows."""
    book = TypeBook(client.type)
    while "." in path:
        path = path.rpartition(".")[0]
        try:
            symbol = client.find(path)
        except AdsError as error:
            if error.code != AdsErrorCode.SYMBOL_NOT_FOUND:
                raise
            continue
        return [name for name, _ in paths_below(symbol.path, book.of(symbol))]
    return []
