"""Errors of the Python world; the vendor's world (FALSE, bError, ipResultMessage) never raises.

Every class is an `AlycatError` and also the builtin that fits, so both ``except AlycatError`` and the
habitual ``except ValueError`` work. Messages name what was wrong, the value, and what is allowed.
"""

from collections.abc import Iterable


class AlycatError(Exception):
    """Root of all errors that alycat raises on purpose."""

    def __str__(self) -> str:  # KeyError would show the repr of the message
        return str(self.args[0]) if self.args else ""


class RangeError(AlycatError, ValueError):
    """A value of the right type lies outside what is permitted."""


class WrongType(AlycatError, TypeError):
    """A value has a type that cannot be used here."""


class UnknownName(AlycatError, KeyError, AttributeError):
    """A block, symbol, parameter or column of that name does not exist."""


class DeclarationError(AlycatError, TypeError):
    """A block or program class is declared in a way that cannot work."""


class DeclarationTextError(AlycatError, SyntaxError):
    """A declaration text cannot be read; the message begins with file and line."""

    def __init__(self, file: str, line: int, text: str) -> None:
        super().__init__(f"{file}:{line}: {text}")
        self.filename, self.lineno = file, line


class SnapshotError(AlycatError, ValueError):
    """A snapshot is truncated, damaged, of another version, or of another class."""


class LearntDataError(AlycatError, ValueError):
    """Learnt data are damaged, of another kind, or do not fit together."""


class ExtraMissing(AlycatError, ImportError):
    """An optional package is needed that is not installed."""


class RecordingError(AlycatError, ValueError):
    """A recording cannot be read or does not hold what was asked for."""


class PlcError(AlycatError, RuntimeError):
    """The Plc cannot do this in its present state."""


class CycleOverrun(PlcError):
    """A cycle took longer than its cycle time while strict mode was on."""


def one_of(names: Iterable[object]) -> str:
    """The permitted names, for an error message."""
    return ", ".join(str(n) for n in names)


def resembling(name: str, names: Iterable[str], at_most: int = 3) -> list[str]:
    """The names that a mistyped one may have meant, the nearest first; capitals make no difference, as in IEC."""
    import difflib  # only a mistake needs it

    known = {each.lower(): each for each in names}
    return [known[each] for each in difflib.get_close_matches(name.lower(), known, at_most)]
