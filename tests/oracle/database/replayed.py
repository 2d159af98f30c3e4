"""Migrations applied to a real server, beside what tenantlint says that they make."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.oracle.compare import compare
from tests.oracle.database import catalog

from tenantlint.link import link
from tenantlint.project import Project
from tenantlint.report.dump import dump
from tenantlint.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg
    from tests.oracle.compare import Document, Report
    from tests.postgres import Server

    from tenantlint.migration import History

SUPABASE = """
    CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA extensions;
    CREATE TABLE auth.users (id uuid PRIMARY KEY, email text, raw_user_meta_data jsonb, raw_app_meta_data jsonb,
                             created_at timestamptz);
    CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT NULL::uuid $$;
    CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$ SELECT NULL::text $$;
    CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$ SELECT NULL::jsonb $$;
    CREATE TABLE storage.buckets (id text PRIMARY KEY, name text, public boolean, owner uuid);
    CREATE TABLE storage.objects (id uuid PRIMARY KEY, bucket_id text, name text, owner uuid, owner_id text);
    ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
    CREATE FUNCTION storage.foldername(name text) RETURNS text[] LANGUAGE sql AS $$ SELECT NULL::text[] $$;
    CREATE PUBLICATION supabase_realtime;
"""
"""As much of what supabase puts into every database as migrations use."""

OF_SUPABASE = frozenset({"auth.users", "storage.buckets", "storage.objects"})
ROLES = ("anon", "authenticated", "service_role")


class RefusedError(Exception):
    """A migration that the server refuses."""


def read(root: str, files: Iterable[str]) -> Schema:
    """Return the schema of the project under ``root`` that consists of ``files``."""
    result = link(Project(root, frozenset(files)))
    assert [problem.message for problem in result.problems] == []
    assert [crash.trace for crash in result.crashes] == []
    return result.schema


def apply(postgres: Server, connection: psycopg.Connection, texts: Iterable[tuple[str, str]]) -> None:
    """Run SQL as psql does, one statement at a time. Raises RefusedError, which names the file."""
    psql = shutil.which("psql")
    assert psql is not None, "Debian's package postgresql-client is missing"
    dsn = postgres.dsn(connection.info.dbname)
    for name, text in texts:
        command = [psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", dsn, "-f", "-"]
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
        if done.returncode:
            raise RefusedError(f"{name}: {done.stderr.decode().strip()}")


def compare_history(connection: psycopg.Connection, history: History, ignored: frozenset[str] = frozenset()) -> Report:
    """Compare the tables of a history with the catalog; ``ignored`` are tables that others have made."""
    ours = [table for table in documents(history) if qualified(table) not in ignored]
    truth = [table for table in catalog.read(connection)["tables"] if qualified(table) not in ignored]
    return compare({"tables": ours}, {"tables": truth})


def qualified(table: Document) -> str:
    """Return the name of a table with its schema, but for ``public``."""
    return f"{table['schema']}.{table['name']}" if table["schema"] else str(table["name"])


def documents(history: History) -> list[Document]:
    """Return the tables of a history as ``tenantlint dump`` prints them; of predicates only whether there are any."""
    dumped = json.loads(dump(Schema((), (), (), (), (history,)), lambda at: 0))
    found: list[Document] = dumped["tables"]
    for table in found:
        for policy in table["policies"]:
            policy.update({predicate: policy[predicate] is not None for predicate in ("using", "with_check")})
        for key in table["foreign_keys"]:
            key.update({action: None for action in ("on_delete", "on_update") if key[action] == "no action"})
    return found
