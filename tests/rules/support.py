"""Runs rules on snippets of source, read by the real extractors."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

from tenantlint.link import link, with_uses
from tenantlint.project import Project
from tenantlint.rules import RULES
from tenantlint.rules import run as run_rule
from tenantlint.settings import Settings
from tenantlint.source import Source
from tenantlint.suppress import apply
from tenantlint.unused import unused, used_codes
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from tenantlint.diagnostic import Diagnostic
    from tenantlint.schema import Schema

PRELUDES = {
    "models.py": (
        "from uuid import UUID; from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, String; "
        "from datetime import date, datetime; from sqlalchemy import DateTime, UniqueConstraint, func; "
        "from sqlmodel import Field, Relationship, SQLModel"
    ),
    "schema.ts": (
        'import { relations, sql } from "drizzle-orm"; import { boolean, date, foreignKey, index, integer, pgEnum, '
        'pgTable, primaryKey, text, timestamp, unique, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core"; '
        'import * as mysql from "drizzle-orm/mysql-core";'
    ),
}
"""The imports that every snippet begins with, on its first line."""


class Found(NamedTuple):
    """A finding as people see it: 1-based line and column, both counted in the snippet's file."""

    line: int
    column: int
    message: str
    path: str = ""


class Snippet(NamedTuple):
    """One file, or several (``files``), and the settings that differ from the defaults."""

    files: dict[str, str]
    settings: dict[str, object]


def py(text: str, **settings: object) -> Snippet:
    """Return a SQLModel snippet; its first line follows the imports, so that it is line 2."""
    return Snippet({"models.py": f"{PRELUDES['models.py']}\n{dedent(text).lstrip()}"}, settings)


def ts(text: str, **settings: object) -> Snippet:
    """Return a Drizzle snippet; its first line follows the imports, so that it is line 2."""
    return Snippet({"schema.ts": f"{PRELUDES['schema.ts']}\n{dedent(text).lstrip()}"}, settings)


def files(settings: dict[str, object] | None = None, /, **texts: str) -> Snippet:
    """Return several files; ``__`` in a name stands for the dot before its suffix."""
    return Snippet({name.replace("__", "."): dedent(text).lstrip() for name, text in texts.items()}, settings or {})


def project(texts: dict[str, str], **settings: object) -> Snippet:
    """Return files by path, such as migrations beside models."""
    return Snippet({path: dedent(text).lstrip("\n") for path, text in texts.items()}, settings)


def run(code: str, snippet: Snippet) -> list[Found]:
    """Return what the rule ``code`` finds, in order. The path is given where it is not the snippet's only one."""
    settings = Settings(rules=frozenset({code}), **snippet.settings)  # type: ignore[arg-type]
    found = []
    for diagnostic in check_files(snippet.files, settings):
        assert (diagnostic.code, diagnostic.name) == (code, RULES[code].name)
        source = Source(diagnostic.at.path, snippet.files[diagnostic.at.path].encode())
        position = source.position(diagnostic.at.start)
        path = diagnostic.at.path if len(snippet.files) > 1 else ""
        found.append(Found(position.line, position.column, diagnostic.message, path))
    return found


def link_files(texts: dict[str, str]) -> Schema:
    """Return the schema of a project that consists of ``texts`` by path, which must all be readable."""
    overlay = {path: text.encode() for path, text in texts.items()}
    result = with_uses(link(Project("/nonexistent", frozenset(), overlay)))
    assert result.crashes == ()
    assert result.problems == ()
    return result.schema


def check_files(texts: dict[str, str], settings: Settings) -> list[Diagnostic]:
    """Return the diagnostics of a project that consists of ``texts`` by path, sorted by place and code."""
    view = SchemaView(link_files(texts), settings)
    found = [each for code in sorted(settings.rules) for each in run_rule(code, view)]
    if "UNU001" in settings.rules:
        sources = {path: Source(path, text.encode()) for path, text in texts.items()}
        result = apply(found, sources.__getitem__)
        used = used_codes(result.silenced)
        found = [*result.kept, *(each for one in sources.values() for each in unused(one, used, settings.rules, True))]
    return sorted(found, key=lambda each: (each.at.path, each.at.start, each.code, each.message))
