"""``tenantlint graph``: the schema as a diagram."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tenantlint import pipeline
from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.graph.model import Builder, names_of, neighbourhood, shown_tables
from tenantlint.running import CLEAN, ERROR, configs, show_path, tell_crashes
from tenantlint.shown import positions, put, tell_unread, views

if TYPE_CHECKING:
    from collections.abc import Collection

    from tenantlint.arguments import Arguments
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.graph.model import Graph
    from tenantlint.project import Project


def graph(arguments: Arguments) -> int:
    """``tenantlint graph``: 0 where the diagram is whole, 2 where a bug of tenantlint may leave something out."""
    depth = _depth(arguments)
    cwd = os.getcwd()
    opening = Opening(arguments.operands, cwd)
    tree = configs(opening.root, arguments)
    opened = opening.finish(tree)
    outcome = pipeline.check(opened.project, opened.asked, tree, opened.problems)
    schema = outcome.schema
    found = () if arguments.flag("--no-findings") else outcome.diagnostics
    tables = shown_tables(schema, opened.asked)
    view_of, position = views(schema, tree), positions(opened.project)
    drawn = Builder(view_of, tables, position).build(schema, found)
    names = arguments.listed("--table")
    if names:
        _refuse_unknown(drawn, names)
        near = neighbourhood(drawn, names, depth)
        tables = [table for table in tables if table.id in near]
        drawn = Builder(view_of, tables, position).build(schema, _about(drawn, near, found))
    _write(drawn, arguments, opened.project)
    tell_unread(opened, outcome.diagnostics, show_path(opening.root, cwd))
    tell_crashes(outcome.crashes)
    return ERROR if outcome.crashes else CLEAN


def _depth(arguments: Arguments) -> int:
    depth = arguments.one("--depth")
    if depth is not None and not arguments.flag("--table"):
        raise UsageError("--depth goes with --table")
    if depth is not None and not (depth.isascii() and depth.isdigit()):
        raise UsageError(f"--depth: expected a number, not {depth}")
    return 1 if depth is None else int(depth)


def _refuse_unknown(drawn: Graph, names: Collection[str]) -> None:
    known = {name for box in drawn.boxes for name in names_of(box)}
    for name in names:
        if name not in known:
            from difflib import get_close_matches

            close = get_close_matches(name, sorted(known), 1)
            raise UsageError(f"no such table: {name}{f'; did you mean {close[0]}?' if close else ''}")


def _about(drawn: Graph, ids: Collection[str], found: Collection[Diagnostic]) -> list[Diagnostic]:
    """Return the findings that are about some of the tables."""
    numbers = set[int]().union(*(box.all_marks() for box in drawn.boxes if box.id in ids))
    return [each for number, each in enumerate(found) if number in numbers]


def _write(drawn: Graph, arguments: Arguments, project: Project) -> None:
    if arguments.one("--output-format") == "html":
        from tenantlint.graph.html import render

        text = render(drawn, os.path.basename(project.root))
    else:
        from tenantlint.graph.mermaid import render as render_mermaid

        text = render_mermaid(drawn)
    put(text, arguments.one("--output"))
