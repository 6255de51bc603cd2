"""Types and global variables from TwinCAT declaration text: .TcDUT, .TcGVL and .TcPOU files, or plain text.

    declared = load("ST_Point.TcDUT", "GVL.TcGVL")
    plc.add_globals(declared.globals["GVL"]())
    class MAIN(Program):
        stPoint: declared.types["ST_Point"]

What is understood: TYPE ... END_TYPE (STRUCT with EXTENDS, UNION, enumerations with base and values, aliases,
subranges), VAR_GLOBAL [CONSTANT] [PERSISTENT] [RETAIN] ... END_VAR, and the declaration part of FUNCTION_BLOCKs;
initial values, comments, attribute pragmas. Types may be declared in any order and in several files. Chosen: AT
addresses and FB_init arguments are passed over; the implementation behind a declaration is not looked at.

Source: IEC 61131-3; InfoSys tc3_plc_intro. XML files with a document type declaration are refused.
"""

import enum
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from xml.parsers import expat

from . import iec
from .composite import PACK_MODES, ArrayType, FunctionBlock, Struct, StructType, Union
from .declare import Member, Role
from .errors import AlycatError, DeclarationError, DeclarationTextError, one_of
from .iec import (
    AliasType,
    BoolType,
    DurationType,
    IecType,
    IntType,
    PointerType,
    ReferenceType,
    StringType,
    SubrangeType,
    WrappedType,
    WStringType,
    behind_alias,
    iec_type,
)
from .program import GlobalVariables
from .tctokens import (
    Text,
    Token,
    attribute_of,
    day_milliseconds,
    duration_ns,
    number,
    string_value,
    tokenize,
    unix_seconds,
)

LARGEST_FILE = 16 << 20
ELEMENTARY = {
    name: iec_type(getattr(iec, name))
    for name in "BOOL BIT BYTE WORD DWORD LWORD SINT USINT INT UINT DINT UDINT LINT ULINT REAL LREAL "
    "TIME LTIME DATE TOD DT OTCID".split()
}
ELEMENTARY |= {"DATE_AND_TIME": ELEMENTARY["DT"], "TIME_OF_DAY": ELEMENTARY["TOD"]}
VAR_SECTIONS = ("VAR", "VAR_INPUT", "VAR_OUTPUT", "VAR_IN_OUT", "VAR_STAT", "VAR_TEMP", "VAR_INST", "VAR_EXTERNAL")
NOT_IN_THE_BLOCK = ("VAR_STAT", "VAR_TEMP", "VAR_EXTERNAL", "VAR_INST")
Expression = list[Token]


# --- what a text says -------------------------------------------------------------------------------------------------


@dataclass
class Spelling:
    """A type as it is written: a name, or a word such as ARRAY with what belongs to it."""

    word: str
    token: Token
    target: "Spelling | None" = None
    bounds: list[tuple[Expression, Expression]] = field(default_factory=list)
    length: Expression = field(default_factory=list)


@dataclass
class Variable:
    name: str
    token: Token
    spelling: Spelling
    initial: Expression
    comment: str
    attributes: dict[str, str]
    constant: bool = False
    persistent: bool = False


@dataclass
class Declared:
    """One declared type: its kind is STRUCT, UNION, ENUM, ALIAS or FUNCTION_BLOCK."""

    name: str
    kind: str
    text: Text
    token: Token
    comment: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    base: Token | None = None
    spelling: Spelling | None = None
    initial: Expression = field(default_factory=list)
    members: list[Variable] = field(default_factory=list)
    values: list[tuple[Token, Expression]] = field(default_factory=list)


class Parser:
    """Reads one text; errors name file and line, what was found and what was expected."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.at = 0
        self.types: list[Declared] = []
        self.variables: list[Variable] = []
        self.attributes: dict[str, str] = {}
        self._used = 0  # comments that belong to what was read already

    # --- tokens ------------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.text.tokens[self.at]

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def sees(self, *words: str) -> bool:
        return self.token.text.upper() in words and self.token.kind in ("name", "sign")

    def accept(self, *words: str) -> bool:
        if self.sees(*words):
            self.at += 1
            return True
        return False

    def expect(self, *words: str) -> Token:
        if not self.sees(*words):
            raise self.wrong(one_of(words))
        return self.take()

    def name(self, what: str) -> Token:
        if self.token.kind != "name":
            raise self.wrong(what)
        return self.take()

    def wrong(self, expected: str) -> DeclarationTextError:
        return self.text.error(self.token.line, f"found {self.token.text}, expected {expected}")

    def pragmas(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while self.token.kind == "pragma":
            attribute = attribute_of(self.take().text)
            if attribute:
                found[attribute[0]] = attribute[1]
        return found

    def comment(self, first: int, last: int, previous: int) -> str:
        """The comment of what stands on lines first..last: beside its end, else above it."""
        beside = [c for c in self.text.comments if c.first == last]
        above = [c for c in self.text.comments if previous < c.first and c.last < first]
        beside = beside or [c for c in self.text.comments if first <= c.first < last]
        return " ".join(c.text for c in beside or above if c.text)

    # --- declarations ------------------------------------------------------------------------------------------------

    def parse(self) -> None:
        previous = 0
        while True:
            attributes = self.pragmas()
            if self.token.kind == "end":
                return
            first = self.token.line
            above = self.comment(first, -1, previous)
            if self.accept("TYPE"):
                self._types(attributes, above)
            elif self.accept("VAR_GLOBAL"):
                self.attributes |= attributes
                self._section(self.variables)
            elif self.accept("FUNCTION_BLOCK"):
                self._function_block(attributes, above)
            elif not self.accept(";"):
                raise self.wrong("TYPE, VAR_GLOBAL or FUNCTION_BLOCK")
            previous = self.text.tokens[self.at - 1].line

    def _types(self, attributes: dict[str, str], comment: str) -> None:
        previous = self.text.tokens[self.at - 1].line - 1
        while not self.accept("END_TYPE"):
            attributes = attributes | self.pragmas()
            token = self.name("the name of a type or END_TYPE")
            own = comment or self.comment(token.line, -1, previous)
            declared = Declared(token.text, "", self.text, token, own, attributes)
            if self.accept("EXTENDS"):
                declared.base = self._qualified()
            self.expect(":")
            self._body(declared)
            self.accept(";")
            self.types.append(declared)
            previous, comment, attributes = self.text.tokens[self.at - 1].line, "", {}

    def _body(self, declared: Declared) -> None:
        more = self.pragmas()
        declared.attributes = declared.attributes | more
        if self.sees("STRUCT", "UNION"):
            declared.kind = self.take().text.upper()
            if self.accept("EXTENDS"):
                declared.base = self._qualified()
            self._variables(declared.members, f"END_{declared.kind}")
        elif self.accept("("):
            declared.kind = "ENUM"
            self._values(declared)
        else:
            declared.kind, declared.spelling = "ALIAS", self.spelling()
            declared.initial = self._initial()

    def _values(self, declared: Declared) -> None:
        while True:
            self.pragmas()
            token = self.name("the name of an enumeration value")
            declared.values.append((token, self._until(",", ")") if self.accept(":=") else []))
            if self.expect(",", ")").text == ")":
                break
        if self.token.kind == "name" and not self.sees("END_TYPE"):
            declared.spelling = self.spelling()
        declared.initial = self._initial()

    def _function_block(self, attributes: dict[str, str], comment: str) -> None:
        while self.accept("PUBLIC", "INTERNAL", "ABSTRACT", "FINAL"):
            pass
        token = self.name("the name of a function block")
        declared = Declared(token.text, "FUNCTION_BLOCK", self.text, token, comment, attributes)
        if self.accept("EXTENDS"):
            declared.base = self._qualified()
        if self.accept("IMPLEMENTS"):
            self._qualified()
            while self.accept(","):
                self._qualified()
        self.types.append(declared)
        while self.token.kind == "pragma" or self.sees(*VAR_SECTIONS):
            self.pragmas()
            section = self.expect(*VAR_SECTIONS)
            members: list[Variable] = []
            self._section(members)
            if section.text.upper() == "VAR_IN_OUT":
                for m in members:
                    m.spelling = Spelling("REFERENCE", m.token, m.spelling)
            if section.text.upper() not in NOT_IN_THE_BLOCK:
                declared.members += members
        self._implementation()

    def _implementation(self) -> None:
        """Pass over statements, up to their end or the next declaration with its pragmas."""
        while self.token.kind != "end" and not self.accept("END_FUNCTION_BLOCK"):
            if self.sees("TYPE", "VAR_GLOBAL", "FUNCTION_BLOCK"):
                while self.text.tokens[self.at - 1].kind == "pragma":
                    self.at -= 1
                return
            self.take()

    def _section(self, into: list[Variable]) -> None:
        """The variables after VAR_GLOBAL and its kin, up to END_VAR."""
        words = set()
        while self.sees("CONSTANT", "PERSISTENT", "RETAIN"):
            words.add(self.take().text.upper())
        first = len(into)
        self._variables(into, "END_VAR")
        for variable in into[first:]:
            variable.constant = "CONSTANT" in words
            variable.persistent = bool(words & {"PERSISTENT", "RETAIN"})

    def _variables(self, into: list[Variable], end: str) -> None:
        previous = self.text.tokens[self.at - 1].line
        while not self.accept(end):
            attributes = self.pragmas()
            if self.accept(end):
                return
            names = [self.name(f"a variable or {end}")]
            while self.accept(","):
                names.append(self.name("a variable"))
            if self.accept("AT"):
                if self.token.kind != "address":
                    raise self.wrong("an address such as %I*")
                self.take()
            self.expect(":")
            spelling = self.spelling()
            if self.sees("("):  # FB_init
                self._parenthesis()
            initial = self._initial()
            last = self.expect(";").line
            comment = self.comment(names[0].line, last, previous)
            into += [Variable(n.text, n, spelling, initial, comment, attributes) for n in names]
            previous = last

    # --- types -------------------------------------------------------------------------------------------------------

    def spelling(self) -> Spelling:
        token = self.name("a type")
        word = token.text.upper()
        if word == "ARRAY":
            return self._array(token)
        if word in ("POINTER", "REFERENCE"):
            self.expect("TO")
            return Spelling(word, token, self.spelling())
        if word in ("STRING", "WSTRING"):
            length: Expression = []
            if self.accept("("):
                length = self._until(")")
                self.expect(")")
            elif self.accept("["):
                length = self._until("]")
                self.expect("]")
            return Spelling(word, token, length=length)
        self.at -= 1
        token = self._qualified()
        if self.sees("(") and self._is_range():
            self.expect("(")
            low = self._until("..")
            self.expect("..")
            high = self._until(")")
            self.expect(")")
            return Spelling("", token, bounds=[(low, high)])
        return Spelling("", token)

    def _array(self, token: Token) -> Spelling:
        self.expect("[")
        bounds = []
        while True:
            low = self._until("..")
            self.expect("..")
            bounds.append((low, self._until(",", "]")))
            if self.expect(",", "]").text == "]":
                break
        self.expect("OF")
        return Spelling("ARRAY", token, self.spelling(), bounds)

    def _is_range(self) -> bool:
        """Whether the parenthesis ahead holds a subrange."""
        at = self.at
        try:
            return any(t.text == ".." for t in self._parenthesis())
        finally:
            self.at = at

    def _qualified(self) -> Token:
        """A name, of which only the last part counts: the namespace of a library is passed over."""
        token = self.name("the name of a type")
        while self.accept("."):
            token = self.name("the name of a type")
        return token

    # --- values ------------------------------------------------------------------------------------------------------

    def _initial(self) -> Expression:
        if not self.accept(":="):
            return []
        found = self._until(";")
        if not found:
            raise self.wrong("an initial value")
        return found

    def _until(self, *ends: str) -> Expression:
        """The tokens before one of the signs, which may also stand in brackets."""
        found, depth = [], 0
        while depth or not self.sees(*ends):
            if self.token.kind == "end" or (self.sees(";", ":") and not depth):
                raise self.wrong(one_of(ends))
            if self.token.kind == "sign":
                depth += (self.token.text in "([") - (self.token.text in ")]")
            found.append(self.take())
        return found

    def _parenthesis(self) -> Expression:
        self.expect("(")
        found = self._until(")")
        self.expect(")")
        return found


# --- what it means ----------------------------------------------------------------------------------------------------


@dataclass
class Declarations:
    """What texts declare: types for annotations and as classes, and global variable lists as classes, by name."""

    types: dict[str, Any] = field(default_factory=dict)
    globals: dict[str, type[GlobalVariables]] = field(default_factory=dict)


class Builder:
    """Makes types of what was read; each when it is first needed, so that the order of the texts does not matter."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.result = Declarations()
        self.known = {name.lower(): value for name, value in known.items()}
        self.declared: dict[str, Declared] = {}
        self.built: dict[str, Any] = {}
        self.constants: dict[str, tuple[Variable, Text]] = {}
        self._values: dict[str, Any] = {}
        self._open: list[str] = []

    def add(self, parser: Parser, name: str) -> None:
        for declared in parser.types:
            other = self.declared.setdefault(declared.name.lower(), declared)
            if other is not declared:
                place = f"{other.text.file}:{other.token.line}"
                raise parser.text.error(declared.token.line, f"{declared.name} is declared already, in {place}")
        for v in parser.variables:
            if v.constant:
                self.constants[v.name.lower()] = self.constants[f"{name}.{v.name}".lower()] = v, parser.text

    def build(self, parsers: list[tuple[str, Parser]]) -> Declarations:
        for declared in self.declared.values():
            self.result.types[declared.name] = self.type_of(declared)
        for name, parser in parsers:
            if parser.variables:
                members = self._members(parser.variables, parser.text)
                names: dict[str, Any] = {n: m for n, (_, m) in members.items()}
                names |= {"__annotations__": {n: a for n, (a, _) in members.items()}, "__module__": __name__}
                make = lambda names=names, name=name: type(name, (GlobalVariables,), names)  # noqa: E731
                self.result.globals[name] = self._made(make, parser.text, parser.variables[0].token)
        return self.result

    def _made(self, make: Callable[[], Any], text: Text, token: Token) -> Any:
        try:
            return make()
        except DeclarationTextError:
            raise
        except AlycatError as error:
            raise text.error(token.line, str(error)) from error

    # --- types -------------------------------------------------------------------------------------------------------

    def type_of(self, declared: Declared) -> Any:
        key = declared.name.lower()
        if key not in self.built:
            if key in self._open:
                raise declared.text.error(declared.token.line, f"{declared.name} contains itself")
            self._open.append(key)
            self.built[key] = self._made(lambda: self._build(declared), declared.text, declared.token)
            self._open.pop()
        return self.built[key]

    def _build(self, declared: Declared) -> Any:
        if declared.kind == "ENUM":
            return self._enum(declared)
        if declared.kind == "ALIAS":
            assert declared.spelling is not None
            kind = self.kind(declared.spelling, declared.text)
            if isinstance(kind, SubrangeType) and declared.spelling.bounds and not declared.spelling.word:
                kind.name = declared.name
            else:
                kind = AliasType(declared.name, kind)
            if declared.initial:
                kind.initial = kind.check(self.value(kind, declared.initial, declared.text), declared.name)
            return Annotated[Any, kind]
        return self._structure(declared)

    def _enum(self, declared: Declared) -> Any:
        base = self.kind(declared.spelling, declared.text) if declared.spelling else ELEMENTARY["INT"]
        if not isinstance(base, IntType):
            raise declared.text.error(declared.token.line, f"found base {base}, expected an integer type")
        values: dict[str, int] = {}
        for token, expression in declared.values:
            given = self._integer(expression, declared.text, values) if expression else None
            values[token.text] = base.check(
                next(reversed(values.values()), -1) + 1 if given is None else given, token.text
            )
        make: Any = enum.IntEnum
        made = make(declared.name, values, module=__name__)
        made.iec_storage, made.__doc__, made.iec_attributes = base, declared.comment or None, declared.attributes
        if declared.initial:
            made.iec_initial = self._integer(declared.initial, declared.text, values)
        return made

    def _structure(self, declared: Declared) -> Any:
        root: Any = {"STRUCT": Struct, "UNION": Union, "FUNCTION_BLOCK": FunctionBlock}[declared.kind]
        base = self._named(declared.base, declared.text) if declared.base else root
        if not (isinstance(base, type) and issubclass(base, root)):
            assert declared.base is not None
            raise declared.text.error(
                declared.base.line, f"found EXTENDS {declared.base.text}, expected a {declared.kind}"
            )
        attributes = dict(declared.attributes)
        pack = next((v for n, v in attributes.items() if n.lower() == "pack_mode"), None)
        options: dict[str, Any] = {"attributes": attributes}
        if pack is not None:
            if pack not in ("0", *map(str, PACK_MODES)):
                allowed = one_of((0, *PACK_MODES))
                raise declared.text.error(declared.token.line, f"found pack_mode {pack!r}, expected one of {allowed}")
            options["pack_mode"] = int(pack) or 1
        is_block = declared.kind == "FUNCTION_BLOCK"
        members = self._members([m for m in declared.members if not (is_block and m.constant)], declared.text)

        def fill(names: dict[str, Any]) -> None:
            names.update({n: m for n, (_, m) in members.items()})
            names["__annotations__"] = {n: a for n, (a, _) in members.items()}
            names["__module__"], names["__doc__"] = __name__, declared.comment or None

        return types.new_class(declared.name, (base,), options, fill)

    def _members(self, variables: list[Variable], text: Text) -> dict[str, tuple[Any, Member]]:
        members: dict[str, tuple[Any, Member]] = {}
        for v in variables:
            kind = self.kind(v.spelling, text)
            if any(n.lower() == "tcencoding" and a.upper() == "UTF-8" for n, a in v.attributes.items()):
                kind = kind.encoded("utf-8")
            initial = None
            if v.initial:
                initial = self.value(kind, v.initial, text)
                self._made(lambda k=kind, i=initial, n=v.name: k.check(i, n), text, v.token)  # type: ignore[misc]
            if v.name in members:
                raise text.error(v.token.line, f"found {v.name} a second time, expected another name")
            member = Member(Role.VARIABLE, initial, v.comment, v.attributes, v.persistent, v.constant)
            members[v.name] = Annotated[Any, kind], member
        return members

    def _named(self, token: Token, text: Text) -> Any:
        key = token.text.lower()
        if token.text.upper() in ELEMENTARY:
            return ELEMENTARY[token.text.upper()]
        if key in self.declared:
            return self.type_of(self.declared[key])
        if key in self.known:
            return self.known[key]
        raise text.error(token.line, f"found type {token.text}, expected an elementary or a declared type")

    def kind(self, spelling: Spelling, text: Text) -> IecType:
        if spelling.word == "ARRAY":
            assert spelling.target is not None
            bounds = [(self._integer(a, text), self._integer(b, text)) for a, b in spelling.bounds]
            element = self.kind(spelling.target, text)
            made: IecType = self._made(lambda: ArrayType(element, bounds), text, spelling.token)
            return made
        if spelling.word in ("POINTER", "REFERENCE"):
            return self._pointer(spelling, text)
        if spelling.word in ("STRING", "WSTRING"):
            length = self._integer(spelling.length, text) if spelling.length else 80
            if not 1 <= length <= 2**20:
                raise text.error(spelling.token.line, f"found length {length}, expected 1..{2**20}")
            return StringType(length) if spelling.word == "STRING" else WStringType(length)
        kind = iec_type(self._named(spelling.token, text), spelling.token.text)
        if spelling.bounds:
            low, high = (self._integer(bound, text) for bound in spelling.bounds[0])
            if not isinstance(kind, IntType):
                raise text.error(spelling.token.line, f"found a subrange of {kind}, expected one of an integer type")
            integer = kind
            kind = self._made(lambda: SubrangeType(integer, low, high), text, spelling.token)
        return kind

    def _pointer(self, spelling: Spelling, text: Text) -> IecType:
        """A pointer may point to a type that is only being declared, as in a list."""
        target = spelling.target
        assert target is not None
        cls = PointerType if spelling.word == "POINTER" else ReferenceType
        if not target.word and not target.bounds and target.token.text.lower() in self._open:
            return _LatePointer(cls, target.token.text, self.built)
        return cls(self.kind(target, text))

    # --- values ------------------------------------------------------------------------------------------------------

    def _integer(self, expression: Expression, text: Text, names: Mapping[str, int] | None = None) -> int:
        value = Values(self, text, expression, names).whole()
        if isinstance(value, bool) or not isinstance(value, int):
            line = expression[0].line if expression else 1
            raise text.error(line, f"found {value!r}, expected a whole number")
        return value

    def value(self, kind: IecType, expression: Expression, text: Text) -> Any:
        return Values(self, text, expression).of(kind)

    def constant(self, name: str) -> Any:
        """The value of a global constant; KeyError if there is none of the name."""
        key = name.lower()
        if key not in self._values:
            v, text = self.constants[key]
            if key in self._open:
                raise text.error(v.token.line, f"{v.name} is defined by itself")
            self._open.append(key)
            kind = self.kind(v.spelling, text)
            self._values[key] = self.value(kind, v.initial, text) if v.initial else kind.to_python(kind.initial)
            self._open.pop()
        return self._values[key]


class _LatePointer(PointerType):
    """A pointer to a type that is known once its declaration has been read to the end."""

    def __init__(self, cls: type[PointerType], name: str, built: Mapping[str, Any]) -> None:
        super().__init__(None)
        self.word, self._wanted, self._built = cls.word, name, built

    @property
    def target(self) -> IecType:
        return iec_type(self._built[self._wanted.lower()])

    @property
    def name(self) -> str:
        return f"{self.word} TO {self._wanted}"

    @name.setter
    def name(self, text: str) -> None:
        """Known from the text."""


class Values:
    """Reads an initial value for a type, or a constant expression."""

    def __init__(
        self, builder: Builder, text: Text, tokens: Expression, names: Mapping[str, int] | None = None
    ) -> None:
        self.builder, self.text, self.names = builder, text, {n.lower(): v for n, v in (names or {}).items()}
        line = tokens[-1].line if tokens else 1
        self.tokens, self.at = [*tokens, Token("end", "the end of the value", line)], 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def accept(self, *signs: str) -> str:
        if self.token.kind == "sign" and self.token.text in signs:
            self.at += 1
            return self.tokens[self.at - 1].text
        return ""

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise self.wrong(sign)

    def wrong(self, expected: str) -> DeclarationTextError:
        return self.text.error(self.token.line, f"found {self.token.text}, expected {expected}")

    def whole(self) -> Any:
        value = self.sum(None)
        if self.token.kind != "end":
            raise self.wrong("the end of the value")
        return value

    def of(self, kind: IecType) -> Any:
        value = self.item(kind)
        if self.token.kind != "end":
            raise self.wrong("; or ,")
        return value

    def item(self, kind: IecType) -> Any:
        plain = behind_alias(kind)
        if isinstance(plain, ArrayType):
            return self._array(plain)
        if isinstance(plain, StructType):
            return self._structure(plain)
        return self.sum(plain)

    def _array(self, kind: ArrayType) -> Any:
        """[1, 2, 3(0)]; what is not given has the initial value of the element."""
        line = self.token.line
        self.expect("[")
        items: list[Any] = []
        while not self.accept("]"):
            items += self._repeated(kind.element)
            if len(items) > kind.count:
                raise self.text.error(line, f"found {len(items)} or more elements, expected {kind.count}")
            if not self.accept(",") and not (self.token.kind == "sign" and self.token.text == "]"):
                raise self.wrong(", or ]")
        rest = kind.element.to_python(kind.element.initial)
        return items + [rest] * (kind.count - len(items))

    def _repeated(self, element: IecType) -> list[Any]:
        following = self.tokens[self.at + 1].text
        if self.token.kind == "integer" and following == "(":
            count = int(number(self.token, self.text))
            if count > 2**24:
                raise self.wrong("fewer repetitions")
            self.at += 2
            if self.accept(")"):
                return [element.to_python(element.initial)] * count
            items = [self.item(element)]
            while self.accept(","):
                items.append(self.item(element))
            self.expect(")")
            return items * count
        return [self.item(element)]

    def _structure(self, kind: StructType) -> dict[str, Any]:
        self.expect("(")
        members: dict[str, Any] = {}
        while not self.accept(")"):
            if self.token.kind != "name":
                raise self.wrong(f"a member of {kind.name}")
            member = kind.by_name.get(self.token.text.lower())
            if member is None:
                raise self.wrong(f"a member of {kind.name}: {one_of(f.name for f in kind.layout.fields)}")
            self.at += 1
            self.expect(":=")
            members[member.name] = self.item(member.type)
            if not self.accept(",") and not (self.token.kind == "sign" and self.token.text == ")"):
                raise self.wrong(", or )")
        return members

    # --- arithmetic --------------------------------------------------------------------------------------------------

    def sum(self, kind: IecType | None) -> Any:
        value = self._product(kind)
        while sign := self.accept("+", "-"):
            other = self._product(kind)
            value = self._number(value) + (self._number(other) if sign == "+" else -self._number(other))
        return value

    def _product(self, kind: IecType | None) -> Any:
        value = self._factor(kind)
        while sign := self.accept("*", "/"):
            a, b = self._number(value), self._number(self._factor(kind))
            if sign == "*":
                value = a * b
            elif b == 0:
                raise self.wrong("a divisor other than 0")
            else:
                value = int(a / b) if isinstance(a, int) and isinstance(b, int) else a / b
        return value

    def _number(self, value: Any) -> Any:
        if isinstance(value, (int, float)):
            return value
        raise self.wrong("numbers on both sides")

    def _factor(self, kind: IecType | None) -> Any:
        if self.accept("-"):
            return -self._number(self._factor(kind))
        if self.accept("+"):
            return self._factor(kind)
        if self.accept("("):
            value = self.sum(kind)
            self.expect(")")
            return value
        token = self.token
        self.at += token.kind != "end"
        if token.kind in ("integer", "based", "real"):
            value = number(token, self.text)
            return bool(value) if isinstance(_elementary(kind), BoolType) and value in (0, 1) else value
        if token.kind in ("text", "wide text"):
            return string_value(token)
        if token.kind == "duration":
            unit = kind.unit_ns if isinstance(kind, DurationType) else 1
            return duration_ns(token, self.text) // unit
        if token.kind == "moment":
            return unix_seconds(token, self.text)
        if token.kind == "time of day":
            return day_milliseconds(token, self.text)
        if token.kind == "name":
            return self._name(token, kind)
        self.at -= token.kind != "end"
        raise self.wrong("a value")

    def _name(self, token: Token, kind: IecType | None) -> Any:
        if token.text.upper() in ("TRUE", "FALSE"):
            return token.text.upper() == "TRUE"
        if self.accept("#"):  # a typed literal
            if token.text.upper() in ELEMENTARY:
                return self._factor(ELEMENTARY[token.text.upper()])
            owner = token
        elif self.accept("."):
            owner = token
        else:
            return self._plain_name(token, kind)
        member = self.token
        if member.kind != "name":
            raise self.wrong("a name")
        self.at += 1
        try:
            return self.builder.constant(f"{owner.text}.{member.text}")
        except KeyError:
            pass
        found = self.builder._named(owner, self.text)
        if isinstance(found, type) and issubclass(found, enum.Enum):
            return self._enum_value(found, member)
        raise self.text.error(owner.line, f"found {owner.text}.{member.text}, expected a constant")

    def _plain_name(self, token: Token, kind: IecType | None) -> Any:
        if token.text.lower() in self.names:
            return self.names[token.text.lower()]
        if isinstance(kind, WrappedType) and issubclass(kind.wrapper, enum.Enum):
            try:
                return self._enum_value(kind.wrapper, token)
            except DeclarationTextError:
                if token.text.lower() not in self.builder.constants:
                    raise
        try:
            return self.builder.constant(token.text)
        except KeyError:
            raise self.text.error(token.line, f"found {token.text}, expected a value or a global constant") from None

    def _enum_value(self, found: Any, token: Token) -> Any:
        for name, member in found.__members__.items():
            if name.lower() == token.text.lower():
                return member
        raise self.text.error(token.line, f"found {token.text}, expected one of {one_of(found.__members__)}")


def _elementary(kind: IecType | None) -> IecType | None:
    return behind_alias(kind) if kind else None


# --- files ------------------------------------------------------------------------------------------------------------


def parse(source: str, name: str = "GVL", known: Mapping[str, Any] | None = None, file: str = "text") -> Declarations:
    """The declarations of one text; `name` is that of its global variable list, `known` are further types by name."""
    return _declarations([(name, source, file, 1)], known or {})


def load(*paths: str | Path, known: Mapping[str, Any] | None = None) -> Declarations:
    """The declarations of .TcDUT, .TcGVL and .TcPOU files, or of text files, together.

    A global variable list is called as its XML file says, or as the text file. DeclarationTextError, OSError.
    """
    sources = []
    for path in map(Path, paths):
        if path.stat().st_size > LARGEST_FILE:
            raise DeclarationError(f"{path}: {path.stat().st_size} bytes, at most {LARGEST_FILE} are read")
        data = path.read_bytes()
        if path.suffix.lower() in (".tcdut", ".tcgvl", ".tcpou"):
            sources += [(name, source, str(path), line) for name, source, line in xml_declarations(data, str(path))]
        else:
            try:
                source = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                source = data.decode("cp1252", "replace")
            sources.append((path.stem, source, str(path), 1))
    return _declarations(sources, known or {})


def _declarations(sources: list[tuple[str, str, str, int]], known: Mapping[str, Any]) -> Declarations:
    parsers, builder = [], Builder(known)
    for name, source, file, line in sources:
        parser = Parser(tokenize(source, file, line))
        parser.parse()
        builder.add(parser, name)
        parsers.append((name, parser))
    return builder.build(parsers)


def xml_declarations(data: bytes, file: str) -> list[tuple[str, str, int]]:
    """(name, text, its first line) of the declarations in a TwinCAT XML file; those of methods are left out."""
    parser = expat.ParserCreate()
    found: list[tuple[str, str, int]] = []
    stack: list[str] = []
    names: list[str] = []
    pieces: list[str] = []
    begin = 0

    def refuse(*_: Any) -> None:
        raise DeclarationTextError(file, parser.CurrentLineNumber, "found a document type, expected plain XML")

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal begin
        stack.append(tag)
        if tag in ("DUT", "GVL", "POU"):
            names.append(attributes.get("Name", ""))
        if tag == "Declaration":
            pieces.clear()
            begin = parser.CurrentLineNumber

    def end(tag: str) -> None:
        stack.pop()
        if tag == "Declaration" and stack and stack[-1] in ("DUT", "GVL", "POU"):
            found.append((names[-1], "".join(pieces), begin))

    def characters(text: str) -> None:
        if stack and stack[-1] == "Declaration":
            pieces.append(text)

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise DeclarationTextError(file, error.lineno, f"found {expat.ErrorString(error.code)}, expected XML") from None
    if not found:
        raise DeclarationTextError(file, 1, "found no declaration, expected a TwinCAT DUT, GVL or POU")
    return found
