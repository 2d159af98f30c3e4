"""What the commands that show a schema share: each table as its own settings see it, and places as people count."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tenantlint.arguments import UsageError
from tenantlint.diagnostic import INPUT_PROBLEMS
from tenantlint.report.model import placer
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.asked import Opened
    from tenantlint.config_tree import ConfigTree
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.project import Project
    from tenantlint.schema import Schema, Table
    from tenantlint.source import Location


def views(schema: Schema, tree: ConfigTree) -> Callable[[Table], SchemaView]:
    """Return a function from a table to the schema as the settings of the table's file see it."""
    made: dict[int, SchemaView] = {}

    def view_of(table: Table) -> SchemaView:
        settings = tree.of(table.at.path)
        if id(settings) not in made:
            made[id(settings)] = SchemaView(schema, settings)
        return made[id(settings)]

    return view_of


def positions(project: Project) -> Callable[[Location], tuple[int, int]]:
    """Return a function from a place to its line and column."""
    place = placer(project)

    def position(at: Location) -> tuple[int, int]:
        start = place(at).start
        return start.line, start.column

    return position


def tell_unread(opened: Opened, problems: Iterable[Diagnostic], shown: Callable[[str], str]) -> bool:
    """Tell on standard error which of the files asked for cannot be read, and return whether there are any."""
    from tenantlint.report.concise import render
    from tenantlint.report.model import report

    unread = [each for each in (*opened.problems, *problems) if each.code in INPUT_PROBLEMS]
    unread = list({(each.at, each.code): each for each in unread if each.at.path in opened.asked}.values())
    sys.stderr.write(render(report(opened.project, unread, None), shown))
    return bool(unread)


def put(text: str, output: str | None) -> None:
    """Print ``text``, or write it to the file ``output``, whole or not at all. Raises UsageError."""
    if output is None:
        sys.stdout.write(text)
        return
    from tenantlint.files import replace_file

    if os.path.isdir(output):
        raise UsageError(f"--output: {output} is a folder")
    try:
        replace_file(os.path.abspath(output), text.encode())
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    print(f"Wrote {output}.", file=sys.stderr)
