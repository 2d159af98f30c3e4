"""The checklist as Markdown, for the description of a pull request, and as JSON."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Final

from tenantlint.checklist.facts import code
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tenantlint.checklist import Checked, Item, State
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.source import Location

_HEAD: Final = """\
# Schema checklist

`[x]` the models and migrations show it. `[ ]` they show otherwise: the finding says what, and where. `[ ] (?)` they
cannot show it: a person has to. `(n/a)` it does not apply.
"""
_BOXES: Final[dict[State, str]] = {"yes": "[x]", "no": "[ ]", "ask": "[ ] (?)", "not applicable": "(n/a)"}


def markdown(
    checked: Iterable[Checked],
    besides: Iterable[Diagnostic],
    position: Callable[[Location], tuple[int, int]],
    show_path: Callable[[str], str],
) -> str:
    """Return the checklist as Markdown that ends in a newline; the findings ``besides`` stand at its end."""
    parts = [_HEAD]
    for each in checked:
        table = each.table
        name = table.symbol if table.name is UNKNOWN else table.qualified_name
        place = code(f"{show_path(table.at.path)}:{position(table.at)[0]}")
        lines = [f"## {code(name)} ({place})", ""]
        lines += [f"Exempt: {each.exempt}."] if each.exempt is not None else []
        lines += (line for item in each.items for line in _item(item, position, show_path))
        parts.append("".join(f"{line}\n" for line in lines))
    if len(parts) == 1:
        parts.append("No table is declared in what was asked for.\n")
    if lines := [f"- {_finding(each, position, show_path)}\n" for each in besides]:
        parts.append("".join(["## Besides these tables\n\n", *lines]))
    return "\n".join(parts)


def _item(
    item: Item, position: Callable[[Location], tuple[int, int]], show_path: Callable[[str], str]
) -> Iterator[str]:
    yield f"- {_BOXES[item.state]} {item.title}: {item.text}"
    for finding in item.findings:
        yield f"  - {_finding(finding, position, show_path)}"


def _finding(
    finding: Diagnostic, position: Callable[[Location], tuple[int, int]], show_path: Callable[[str], str]
) -> str:
    line, column = position(finding.at)
    place = code(f"{show_path(finding.at.path)}:{line}:{column}")
    return f"{finding.code} {finding.severity} at {place}: {_inert(finding.message)}"


def _inert(message: str) -> str:
    """Return a message in one line in which nothing outside of code spans is HTML."""
    parts = " ".join(message.split()).split("`")
    return "`".join(part if number % 2 else part.replace("<", "&lt;") for number, part in enumerate(parts))


def json(
    checked: Iterable[Checked], besides: Iterable[Diagnostic], position: Callable[[Location], tuple[int, int]]
) -> str:
    """Return the checklist as a JSON document that ends in a newline. Paths are relative to the project's root."""
    tables = [
        {
            "table": None if each.table.qualified_name is UNKNOWN else each.table.qualified_name,
            "symbol": each.table.symbol,
            "orm": each.table.orm,
            "path": each.table.at.path,
            "line": position(each.table.at)[0],
            "exempt": each.exempt,
            "items": [_object(item, position) for item in each.items],
        }
        for each in checked
    ]
    document = {"version": 1, "tables": tables, "besides": [_object_of(each, position) for each in besides]}
    return dumps(document, indent=2, ensure_ascii=False) + "\n"


def _object(item: Item, position: Callable[[Location], tuple[int, int]]) -> dict[str, object]:
    findings = [_object_of(each, position) for each in item.findings]
    return {"title": item.title, "state": item.state, "text": item.text, "findings": findings}


def _object_of(finding: Diagnostic, position: Callable[[Location], tuple[int, int]]) -> dict[str, object]:
    line, column = position(finding.at)
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "path": finding.at.path,
        "line": line,
        "column": column,
    }
