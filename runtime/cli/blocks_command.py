"""`alycat blocks [NAME] [--json]`: what there is, and how one block is used."""

import inspect
import itertools
import json
import shlex
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console

from ..composite import ArrayType
from ..dctime import UNITS_NS
from ..declare import SETTABLE, Field, Role
from ..iec import ArrayPointerType, BoolType, DurationType, IecType, ParameterStructType
from ..learnt import MANY, ONE
from ..methods import Input, Signature
from ..registry import all_blocks, find_block, short_name
from .parameter_values import SPAN_TYPES
from .replaying import takes_texts
from .settings import configuring_methods, from_recording, ways_to_configure
from .teaching import can_be_taught, lesson_inputs, without_lesson
from .terminal import columns, command_line, console, heading, paragraph

EXAMPLE_COLUMNS = ("temp", "pressure", "flow", "speed", "torque", "current", "voltage", "power")
EXAMPLE_TEXTS = ("state", "expected")
EXAMPLE_VALUES = {"BOOL": "TRUE", "LREAL": "1.0", "REAL": "1.0", "TIME": "1s", "LTIME": "1s", "STRING": "text"}
EXAMPLE_FLAGS = {"bStartPeriod": "@started", "bStopPeriod": "@stopped"}  # edges that a constant does not have
EXAMPLE_FLAGS["dependent"] = "@power"
COMMON_MEANINGS = {
    "tTimestamp": "time of this cycle, ns since 2000-01-01 UTC; not 0, never falling",
    "nChannel": "number of the channel, from 1",
    "input": "the value; any numeric or bit type",
    **dict.fromkeys(("stThreshold", "stThresholdEdge", "stThresholdLevel"), "comparison operator and threshold"),
}
PARTS = (
    ("FB_init", Role.INIT),
    ("Inputs of the block", Role.BODY_INPUT),
    ("Outputs", Role.OUTPUT),
    ("Properties", Role.PROPERTY),
)
LIFE = ("Configure", "ConfigureChannel", "SetChannelValue", "Call", "Reset")  # the order in which one meets them


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="A list of blocks with their interfaces, for programs.")
def blocks(name: str | None, as_json: bool) -> None:
    """Lists all blocks, or explains the block NAME (with or without FB_ALY_, in any case)."""
    chosen = [find_block(name)] if name else list(all_blocks())
    if as_json:
        click.echo(json.dumps([block.interface() for block in chosen], indent=1))
    elif name:
        _explain(console(), chosen[0])
    else:
        _list(console(), chosen)


def summary(documented: Any) -> str:
    """The first sentence of a docstring, or what of it stands in its first paragraph."""
    text = documented if isinstance(documented, str) else inspect.getdoc(documented) or ""
    first = " ".join(text.split("\n\n")[0].split())
    return first


def parameter_meanings(doc: str) -> dict[str, str]:
    """Name -> meaning from the numpydoc section Parameters of a docstring."""
    found: dict[str, str] = {}
    names: list[str] = []
    lines = iter(inspect.cleandoc(doc).splitlines())
    for line in lines:
        if line.strip() == "Parameters":
            break
    next(lines, "")
    for line in lines:
        if line and not line[0].isspace():
            if set(line.strip()) == {"-"}:  # what stood before it is the heading of the next section
                for name in names:
                    del found[name]
                break
            names = [part.strip() for part in line.partition(":")[0].split(",")]
            found.update(dict.fromkeys(names, ""))
        elif line.strip():
            for name in names:
                found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def example_line(block: Any) -> str | None:
    """A replay line for the block that works, with the values of its `example` where it has one."""
    if not hasattr(block, "replay"):
        return None
    inputs = [f"{name}={example_text(declared, block.example)}" for name, declared in _example_inputs(block)]
    return _line(block, inputs, hasattr(block, "teach"))


def taught_line(block: Any) -> str | None:
    """A line for a block that runs with learnt data and is taught them from another recording."""
    if hasattr(block, "teach") or not can_be_taught(block):
        return None
    apart = without_lesson(block)
    inputs = [(name, declared) for name, declared in _example_inputs(block) if name not in apart]
    inputs += lesson_inputs(block).items()
    return _line(block, [f"{name}={example_text(declared, block.example)}" for name, declared in inputs], True)


def _line(block: Any, inputs: list[str], is_taught: bool) -> str:
    settings = [shlex.quote(text) for text in inputs]
    count = block.replay_columns()
    names = EXAMPLE_TEXTS if takes_texts(block) else EXAMPLE_COLUMNS
    channels = names[: block.example_columns if count is None else count]
    line = f"alycat replay data.csv --block {short_name(block.__name__)}"
    line += f" --channels {','.join(channels)}" * bool(channels) + " --time ts"
    line += " --teach normal.csv" * is_taught
    return f"{line} --set {' '.join(settings)}" if settings else line


def _example_inputs(block: Any) -> Iterator[tuple[str, Input]]:
    """What the line gives: for each method that is needed what it requires or the example has, FB_init, properties."""
    example = block.example
    ways = ways_to_configure(block)
    complete = [w for w in ways if all(i.name in example for i in block.methods[w].inputs)]
    way = max(complete or ways, key=lambda w: len(block.methods[w].inputs) if complete else 0, default="")
    for field in block.fields:
        if field.role in (Role.INIT, *SETTABLE) and field.name in example and field.name not in from_recording(block):
            yield field.name, Input(field.name, field.type)
    of_all = {i.name for i in block.methods[way].inputs} if way else set()
    methods = [m for m in (*configuring_methods(block), "Call") if m in block.methods and m != "SetInitial"]
    methods = [m for m in methods if m not in ways or m == way]
    known = [i.name for m in methods for i in block.methods[m].inputs]
    for method in methods:
        signature = block.methods[method]
        apart = {
            *from_recording(block),
            *signature.pointers.values(),
            *(signature.pointers if method == "Call" else ()),
        }
        inputs = [i for i in signature.inputs if i.name not in apart]
        if method == "ConfigureChannel" and {i.name for i in inputs} & of_all:  # it makes exceptions for a channel
            continue
        needed = method in (way, "Call", "ConfigureChannel") or any(i.name in example for i in inputs)
        for declared in inputs:
            if needed and (declared.required or declared.name in example):
                is_clear = method == way or known.count(declared.name) == 1
                yield declared.name if is_clear else f"{method}.{declared.name}", declared


def example_text(declared: Input, example: dict[str, Any]) -> str:
    """The value of a parameter as one writes it on the command line."""
    kind = declared.type
    if declared.name in example:
        value = example[declared.name]
        if kind.name in SPAN_TYPES and declared.name.startswith("t"):
            return span_text(value)
        return text_of(kind, value)
    if declared.name in EXAMPLE_FLAGS:
        return EXAMPLE_FLAGS[declared.name]
    members = list(getattr(kind, "wrapper", None) or ())
    return members[-1].name if members else EXAMPLE_VALUES.get(kind.name, "10")


def text_of(kind: IecType, value: Any) -> str:
    """The text that `parse_value` reads as this value."""
    if isinstance(kind, ParameterStructType):
        return ",".join(text_of(inner, getattr(value, name)) for name, inner in kind.fields.items())
    if isinstance(kind, ArrayPointerType) and kind.element:
        return ",".join(text_of(kind.element, item) for item in value)
    if isinstance(kind, ArrayType):
        return ",".join(text_of(kind.element, item) for item in value)
    if isinstance(kind, BoolType):
        return str(bool(value)).upper()
    if isinstance(kind, DurationType) and not isinstance(value, str):
        return span_text(int(value) * kind.unit_ns)
    return str(getattr(value, "name", value))


def span_text(ns: int) -> str:
    """A span in its largest whole unit: 8h, 90s, 10ms."""
    unit = next(u for u in ("h", "min", "s", "ms", "us", "ns") if not ns % UNITS_NS[u])
    return f"{ns // UNITS_NS[unit]}{unit}"


def _type_name(kind: IecType) -> str:
    """Without the library's namespace, which --json shows."""
    return kind.name.rpartition(".")[2]


def _list(out: Console, chosen: list[Any]) -> None:
    ordered = sorted(chosen, key=lambda block: (block.category, block.__name__))
    for category, members in itertools.groupby(ordered, key=lambda block: block.category):
        heading(out, category or "Other")
        columns(out, [(block.__name__, summary(block)) for block in members])
        out.print()
    paragraph(out, f"{len(chosen)} block{'s' if len(chosen) != 1 else ''}; 'alycat blocks NAME' explains one.")


def _explain(out: Console, block: Any) -> None:
    heading(out, f"{block.__name__} ({block.category})")
    paragraph(out, summary(block))
    for title, role in PARTS:
        fields = [field for field in block.fields if field.role is role]
        if fields:
            out.print()
            heading(out, title)
            columns(out, [(f.name, _type_name(f.type), _with_default(f, role)) for f in fields])
    for method in sorted(block.methods.values(), key=_life):
        out.print()
        _explain_method(out, method)
    _explain_file(out, block)
    for title, line in (("Taught from a recording", taught_line(block)), ("Example", example_line(block))):
        if line:
            out.print()
            heading(out, title)
            command_line(out, line.split())


def _explain_file(out: Console, block: Any) -> None:
    """The learnt data that a block writes or reads."""
    for verb in ("learns", "reads"):
        kind = getattr(block, verb, None)
        if kind:
            out.print()
            heading(out, f"File of the kind '{kind.name}', which it {'writes' if verb == 'learns' else 'reads'}")
            paragraph(out, f"{kind.meaning[0].upper()}{kind.meaning[1:]}.", indent=2)
            members = {n: (ONE[m.type], m) for n, m in kind.header.items()}
            members |= {n: (MANY[m.type], m) for n, m in kind.columns.items()}
            columns(out, [(name, form, member.meaning) for name, (form, member) in members.items()], indent=4)
            paragraph(out, "python -m pydoc alycat.runtime.learnt tells how one reads and writes such files.", indent=2)


def _with_default(field: Field, role: Role) -> str:
    return field.meaning if role is Role.OUTPUT else f"{field.meaning} (default {_shown(field.initial)})".strip()


def _life(method: Signature) -> tuple[int, str]:
    return (LIFE.index(method.name) if method.name in LIFE else len(LIFE) - 1, method.name)


def _explain_method(out: Console, method: Signature) -> None:
    heading(out, f"{method.name} : {method.returns}")
    paragraph(out, summary(method.meaning), indent=2)
    meanings = parameter_meanings(method.meaning)
    columns(out, [(i.name, _type_name(i.type), _input_text(i, meanings)) for i in method.inputs], indent=4)


def _input_text(declared: Input, meanings: dict[str, str]) -> str:
    text = meanings.get(declared.name) or COMMON_MEANINGS.get(declared.name, "")
    if declared.required:
        return text
    return f"{text} (default {_shown(declared.default)})".strip()


def _shown(value: Any) -> str:
    if value in ("", b""):
        return "empty"
    return str(value).upper() if isinstance(value, bool) else str(value)
