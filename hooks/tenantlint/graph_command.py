"""``tenantlint graph``: the schema as a diagram."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint import pipeline
from tenantlint.arguments import UsageError
from tenantlint.asked import Opening
from tenantlint.files import replace_file
from tenantlint.graph.model import Builder, names_of, neighbourhood, shown_tables
from tenantlint.report.model import placer
from tenantlint.running import CLEAN, ERROR, configs, tell_crashes
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tenantlint.arguments import Arguments
    from tenantlint.config_tree import ConfigTree
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.graph.model import Graph
    from tenantlint.project import Project
    from tenantlint.schema import Schema, Table
    from tenantlint.source import Location


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
    view_of, position = _views(schema, tree), _position(opened.project)
    drawn = Builder(view_of, tables, position).build(schema, found)
    names = arguments.listed("--table")
    if names:
        _refuse_unknown(drawn, names)
        near = neighbourhood(drawn, names, depth)
        tables = [table for table in tables if table.id in near]
        drawn = Builder(view_of, tables, position).build(schema, _about(drawn, near, found))
    _write(drawn, arguments, opened.project)
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


def _views(schema: Schema, tree: ConfigTree) -> Callable[[Table], SchemaView]:
    """Return the schema as the settings of each table's file see it."""
    views: dict[int, SchemaView] = {}

    def view_of(table: Table) -> SchemaView:
        settings = tree.of(table.at.path)
        if id(settings) not in views:
            views[id(settings)] = SchemaView(schema, settings)
        return views[id(settings)]

    return view_of


def _position(project: Project) -> Callable[[Location], tuple[int, int]]:
    place = placer(project)

    def position(at: Location) -> tuple[int, int]:
        start = place(at).start
        return start.line, start.column

    return position


def _write(drawn: Graph, arguments: Arguments, project: Project) -> None:
    if arguments.one("--output-format") == "html":
        from tenantlint.graph.html import render

        text = render(drawn, os.path.basename(project.root))
    else:
        from tenantlint.graph.mermaid import render as render_mermaid

        text = render_mermaid(drawn)
    output = arguments.one("--output")
    if output is None:
        sys.stdout.write(text)
        return
    if os.path.isdir(output):
        raise UsageError(f"--output: {output} is a folder")
    try:
        replace_file(os.path.abspath(output), text.encode())
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    print(f"Wrote {output}.", file=sys.stderr)
