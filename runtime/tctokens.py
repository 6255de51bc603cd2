"""TwinCAT declaration text as tokens: names, literals, pragmas; comments are kept apart with their lines.

Source of the notation: IEC 61131-3 and InfoSys tc3_plc_intro ("Operands", "Attribute pragmas", "Comments").
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from .dctime import parse_duration, parse_timestamp, to_unix_ns
from .errors import AlycatError, DeclarationTextError

_PATTERNS = {
    "space": r"\s+",
    "line comment": r"//[^\n]*",
    "pragma": r"\{[^{}]*\}",
    "duration": r"(?:L?TIME|L?T)\#-?[0-9][0-9a-zµ_.]*",
    "moment": r"(?:DATE_AND_TIME|DATE|DT|D)\#[0-9][0-9:.\-]*",
    "time of day": r"(?:TIME_OF_DAY|TOD)\#[0-9][0-9:.]*",
    "based": r"\d[\d_]*\#[0-9A-F_]+\b",
    "real": r"\d[\d_]*\.\d[\d_]*(?:E[+-]?\d+)?|\d[\d_]*E[+-]?\d+\b",
    "integer": r"\d[\d_]*",
    "name": r"[A-Z_]\w*",
    "text": r"'(?:\$.|[^'$\n])*'",
    "wide text": r'"(?:\$.|[^"$\n])*"',
    "address": r"%[IQM][A-Z]?(?:\*|[\d.]+)?",
    "sign": r":=|\.\.|=>|REF=|[\[\]():;,.+\-*/\#^=<>&|]",
}
_TOKEN = re.compile("|".join(f"(?P<{n.replace(' ', '_')}>{p})" for n, p in _PATTERNS.items()), re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\{\s*attribute\s+'([^']*)'\s*(?::=\s*'([^']*)')?\s*\}", re.IGNORECASE)
_ESCAPES = {"L": "\n", "N": "\n", "P": "\f", "R": "\r", "T": "\t", "$": "$", "'": "'", '"': '"'}
_MOST_ESCAPE = re.compile(r"\$(?:([0-9A-Fa-f]{4})|([0-9A-Fa-f]{2})|(.))", re.DOTALL)


class Token(NamedTuple):
    kind: str
    text: str
    line: int


class Comment(NamedTuple):
    text: str
    first: int  # lines
    last: int


@dataclass
class Text:
    """Tokens of one declaration text, closed by one of kind "end"."""

    file: str
    tokens: list[Token] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    def error(self, line: int, text: str) -> DeclarationTextError:
        return DeclarationTextError(self.file, line, text)


def tokenize(source: str, file: str, first_line: int = 1) -> Text:
    """The tokens of a text; `first_line` is the line of the file on which it begins."""
    text, position, line = Text(file), 0, first_line
    while position < len(source):
        if source.startswith("(*", position):
            end = _end_of_comment(source, position)
            if end < 0:
                raise text.error(line, "found a comment without end, expected *)")
            content = source[position + 2 : end - 2]
            text.comments.append(Comment(_tidy(content), line, line + content.count("\n")))
        else:
            found = _TOKEN.match(source, position)
            if found is None:
                raise text.error(line, f"found {source[position : position + 20].split()[0]!r}, expected a declaration")
            end, kind = found.end(), str(found.lastgroup).replace("_", " ")
            if kind == "line comment":
                text.comments.append(Comment(_tidy(found[0][2:]), line, line))
            elif kind != "space":
                text.tokens.append(Token(kind, found[0], line))
        line += source.count("\n", position, end)
        position = end
    text.tokens.append(Token("end", "the end of the text", line))
    return text


def _end_of_comment(source: str, start: int) -> int:
    """Comments may be nested."""
    depth = 0
    for mark in re.finditer(r"\(\*|\*\)", source[start:]):
        depth += 1 if mark[0] == "(*" else -1
        if depth == 0:
            return start + mark.end()
    return -1


def _tidy(text: str) -> str:
    return " ".join(text.strip("/*! \t\r\n").split())


def attribute_of(pragma: str) -> tuple[str, str] | None:
    """Name and value of an attribute pragma; None for pragmas of other kinds."""
    found = _ATTRIBUTE.fullmatch(pragma)
    return (found[1].strip(), found[2] or "") if found else None


# --- literals ---------------------------------------------------------------------------------------------------------


def number(token: Token, text: Text) -> int | float:
    """An integer, also with a base and underscores, or a real number."""
    digits = token.text.replace("_", "")
    if token.kind == "real":
        return float(digits)
    base, _, rest = digits.partition("#")
    if not rest:
        return int(digits)
    if base not in ("2", "8", "16"):
        raise text.error(token.line, f"found base {base}, expected 2, 8 or 16")
    try:
        return int(rest, int(base))
    except ValueError:
        raise text.error(token.line, f"found {token.text}, expected digits of base {base}") from None


def duration_ns(token: Token, text: Text) -> int:
    try:
        return parse_duration(token.text)
    except AlycatError:
        raise text.error(token.line, f"found {token.text}, expected a time such as T#1s500ms") from None


def unix_seconds(token: Token, text: Text) -> int:
    """Seconds since 1970 of a DATE or DATE_AND_TIME literal."""
    day, _, clock = token.text.partition("#")[2].replace("-", "/", 2).partition("-")
    parts = (clock or "0:0:0").split(":")
    try:
        hours, minutes, seconds = (int(float(p)) for p in (*parts, "0")[:3])
        year, month, date = (int(p) for p in day.split("/"))
        if year < 2000:
            raise ValueError
        stamp = parse_timestamp(f"{year:04}-{month:02}-{date:02}T{hours:02}:{minutes:02}:{seconds:02}Z")
    except (AlycatError, ValueError):
        raise text.error(
            token.line, f"found {token.text}, expected a time from 2000 on, such as DT#2024-12-31-23:59:59"
        ) from None
    return to_unix_ns(stamp) // 10**9


def day_milliseconds(token: Token, text: Text) -> int:
    """Milliseconds since midnight of a TIME_OF_DAY literal."""
    parts = token.text.partition("#")[2].split(":")
    try:
        hours, minutes, seconds = int(parts[0]), int(parts[1]), float(parts[2]) if len(parts) > 2 else 0.0
    except (ValueError, IndexError):
        hours, minutes, seconds = 24, 0, 0.0
    if hours > 23 or minutes > 59 or seconds >= 60:
        raise text.error(token.line, f"found {token.text}, expected a time of day such as TOD#23:59:59.999")
    return round(((hours * 60 + minutes) * 60 + seconds) * 1000)


def string_value(token: Token) -> str:
    """A text literal with its $ escapes: two hexadecimal digits in '...', four in "..."."""
    wide = token.kind == "wide text"

    def replaced(found: re.Match[str]) -> str:
        four, two, other = found.groups()
        if four and wide:
            return chr(int(four, 16))
        if four:  # '$41BC' is $41 and BC
            return bytes.fromhex(four[:2]).decode("cp1252", "replace") + four[2:]
        if two:
            return bytes.fromhex(two).decode("cp1252", "replace")
        return _ESCAPES.get(other.upper(), other)

    return _MOST_ESCAPE.sub(replaced, token.text[1:-1])
