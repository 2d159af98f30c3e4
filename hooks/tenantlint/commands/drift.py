"""``tenantlint drift``: where SQLModel, Drizzle and migrations describe one database differently."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.drift import ChoiceError, Found, Request, find
from tenantlint.drift.words import describe, sentence
from tenantlint.link import link
from tenantlint.names import counted
from tenantlint.record import Record, replace
from tenantlint.report.concise import render as render_concise
from tenantlint.report.model import Entry, Report, Unread, placer
from tenantlint.running import CLEAN, ERROR, FINDINGS, configs, show_path, tell_crashes, use_color
from tenantlint.shown import tell_unread
from tenantlint.source import Location

if TYPE_CHECKING:
    from collections.abc import Callable

    from tenantlint.arguments import Arguments
    from tenantlint.asked import Asked
    from tenantlint.drift.model import Difference, Drift, Side
    from tenantlint.report.model import Place

CODE: Final = "DRIFT"
VERSION: Final = 1
"""Of the JSON document; grows by one when a key changes its meaning or goes away."""


class _Scene(Record):
    """How places are told: ``place`` gives lines, ``path`` paths from the root, ``shown`` those from here."""

    place: Callable[[Location], Place]
    shown: Callable[[str], str]

    def where(self, path: Callable[[str], str]) -> Callable[[Location], str]:
        """Return a function from a Location to ``path:line``."""
        return lambda at: f"{path(at.path)}:{self.place(at).start.line}"


def drift(arguments: Arguments) -> int:
    """``tenantlint drift``: 0 where all sides agree, 1 for differences or unread files, 2 where a bug may hide some."""
    cwd = os.getcwd()
    opening = Opening(arguments.operands, cwd)
    tree = configs(opening.root, arguments)
    opened = opening.finish(tree)
    linked = link(opened.project)
    request = _request(arguments, opening.root, cwd, opened.asked.folders)
    try:
        found = find(linked.schema, opened.project, request, tree.of_root().drift)
    except ChoiceError as error:
        raise UsageError(str(error)) from None
    shown = show_path(opening.root, cwd)
    scene = _Scene(placer(opened.project), shown)
    found = _within(found, opened.asked)
    sys.stdout.write(_render(found, arguments, scene))
    unread = tell_unread(opened, linked.problems, shown)
    tell_crashes(linked.crashes)
    if linked.crashes:
        return ERROR
    differs = unread or any(each.differences for each in found.drifts)
    return FINDINGS if differs and not arguments.flag("--exit-zero") else CLEAN


def _request(arguments: Arguments, root: str, cwd: str, folders: tuple[str, ...]) -> Request:
    left, right = (_from_root(arguments.one(option), root, cwd) for option in ("--left", "--right"))
    if (left is None) != (right is None):
        raise UsageError("--left and --right go together")
    return Request(left, right, arguments.flag("--all-tables"), arguments.flag("--names"), folders)


_TOOLS: Final = frozenset({"sqlmodel", "drizzle", "alembic", "drizzle-kit", "sql"})


def _from_root(side: str | None, root: str, cwd: str) -> str | None:
    """Return a side of the command line as a path from the root, or the name of a tool as it is."""
    if side is None or (side.lower() in _TOOLS and not os.path.lexists(os.path.join(cwd, side))):
        return side
    return os.path.relpath(os.path.join(cwd, side), root).replace(os.sep, "/")


def _within(found: Found, asked: Asked) -> Found:
    """Return the differences of which one side, at least, stands in the paths asked for."""
    return Found(tuple(_drift_within(each, asked) for each in found.drifts), found.passed_over)


def _drift_within(drift: Drift, asked: Asked) -> Drift:
    return replace(
        drift,
        differences=tuple(
            each
            for each in drift.differences
            if any(statement.at is not None and statement.at.path in asked for statement in each.statements)
        ),
        doubts=tuple(each for each in drift.doubts if each.at is None or each.at.path in asked),
    )


# Output


def _render(found: Found, arguments: Arguments, scene: _Scene) -> str:
    chosen = arguments.one("--output-format")
    unknown = arguments.flag("--explain-unknown")
    if chosen == "json":
        return _json(found, scene, unknown)
    if chosen == "github":
        from tenantlint.report import github

        return github.render(_report(found, scene, str, unknown))
    report = _report(found, scene, scene.shown, unknown)
    if chosen == "concise":
        return render_concise(report, scene.shown)
    from tenantlint.report import text

    lines = text.render(report, scene.shown, use_color(arguments.one("--color") or "auto"), summary=False)
    if arguments.flag("--quiet"):
        return lines
    return "\n".join(part for part in (lines, _summary(found, scene.shown)) if part)


def _report(found: Found, scene: _Scene, path: Callable[[str], str], unknown: bool) -> Report:
    entries = [
        Entry(CODE, each.kind, "error", sentence(each, scene.where(path), path), scene.place(_anchor(each)))
        for drift in found.drifts
        for each in drift.differences
    ]
    unread = [
        Unread(
            f"{each.kind} of `{each.subject}`",
            f"{describe(each.side, path)} {'leave' if each.side.maker == 'SQLModel' else 'leaves'} it open",
            scene.place(each.at or Location(each.side.path, 0, 0)),
        )
        for drift in found.drifts
        for each in drift.doubts
    ]
    order = sorted(entries, key=lambda each: (each.place.path, each.place.start.line, each.name, each.message))
    return Report(tuple(order), tuple(unread) if unknown else None)


def _anchor(difference: Difference) -> Location:
    """Return where a difference is shown: at what a model says, else at what a migration does."""
    places = [each.at for each in difference.statements if each.at is not None]
    return places[0] if places else Location(difference.statements[0].side.path, 0, 0)


def _summary(found: Found, path: Callable[[str], str]) -> str:
    if not found.drifts:
        return "Nothing to compare: no two of SQLModel, Drizzle and migrations describe one PostgreSQL database here.\n"
    lines = [f"Compared {_listed(drift, path)}." for drift in found.drifts]
    lines += [
        f"Left out {describe(side, path)}: {describe(better, path)} is more like another (--left and --right compare)."
        for side, better in found.passed_over
    ]
    doubts = sum(len(drift.doubts) for drift in found.drifts)
    count = sum(len(drift.differences) for drift in found.drifts)
    told = f"Found {counted(count, 'difference')}." if count else "No differences."
    if doubts:
        told += f" {counted(doubts, 'fact')} could not be compared (--explain-unknown lists them)."
    return "\n".join([*lines, told]) + "\n"


def _listed(drift: Drift, path: Callable[[str], str]) -> str:
    *most, last = (f"{describe(side, path)} ({counted(len(side.tables), 'table')})" for side in drift.sides)
    return f"{', '.join(most)} and {last}"


def _json(found: Found, scene: _Scene, unknown: bool) -> str:
    import json

    document: dict[str, object] = {
        "version": VERSION,
        "groups": [[_side(side) for side in drift.sides] for drift in found.drifts],
        "differences": [
            {
                "kind": each.kind,
                "table": each.table or None,
                "subject": each.subject,
                "message": sentence(each, scene.where(str), str),
                "sides": [
                    {"path": said.side.path, "maker": said.side.maker, "value": said.value, **_at(said.at, scene)}
                    for said in each.statements
                ],
            }
            for drift in found.drifts
            for each in drift.differences
        ],
        "summary": {
            "differences": sum(len(drift.differences) for drift in found.drifts),
            "unknown": sum(len(drift.doubts) for drift in found.drifts),
        },
    }
    if unknown:
        document["unknown"] = [
            {"kind": each.kind, "subject": each.subject, "path": each.side.path}
            for drift in found.drifts
            for each in drift.doubts
        ]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _side(side: Side) -> dict[str, object]:
    return {"maker": side.maker, "path": side.path, "tables": len(side.tables)}


def _at(at: Location | None, scene: _Scene) -> dict[str, object]:
    return {"at": None if at is None else {"path": at.path, "line": scene.place(at).start.line}}
