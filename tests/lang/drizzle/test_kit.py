"""Migrations of drizzle-kit that changes come to: the layout of the files, and what is refused with which reason."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tenantlint.change import AddTimestamp, Change, MakeRequired, Patch, RenameColumn, RenameTable, Use
from tenantlint.edit import apply
from tenantlint.lang.drizzle import kit
from tenantlint.lang.lowering import Lowering
from tenantlint.link import link
from tenantlint.project import Project

if TYPE_CHECKING:
    from tenantlint.schema import Schema

CODE = """\
import { pgTable, text, uuid } from "drizzle-orm/pg-core";
export const users = pgTable("users", { id: uuid("id").primaryKey(), eMail: text("eMail") });
"""
SQL = 'CREATE TABLE "users" ("id" uuid PRIMARY KEY NOT NULL, "eMail" text);'
ORIGIN = "00000000-0000-0000-0000-000000000000"
FIRST = "11111111-1111-4111-8111-111111111111"
RENAMED = 'ALTER TABLE "users" RENAME COLUMN "eMail" TO "email";'


def snapshot(**changes: object) -> dict[str, Any]:
    """Return a snapshot of version 7 with the table users, and other parts of that table."""
    table = {
        "name": "users",
        "schema": "",
        "columns": {
            "id": {"name": "id", "type": "uuid", "primaryKey": True, "notNull": True},
            "eMail": {"name": "eMail", "type": "text", "primaryKey": False, "notNull": False},
        },
        "indexes": {},
        "foreignKeys": {},
        "compositePrimaryKeys": {},
        "uniqueConstraints": {},
        "policies": {},
        "checkConstraints": {},
        "isRLSEnabled": False,
    }
    return {
        "id": FIRST,
        "prevId": ORIGIN,
        "version": "7",
        "dialect": "postgresql",
        "tables": {"public.users": table | changes},
        "enums": {},
        "views": {},
        "_meta": {"columns": {}, "schemas": {}, "tables": {}},
    }


def entry(tag: str = "0000_first", idx: int = 0) -> dict[str, Any]:
    return {"idx": idx, "version": "7", "when": 1700000000000, "tag": tag, "breakpoints": True}


def journal(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"version": "7", "dialect": "postgresql", "entries": [*(entries or (entry(),))]}


def folder(content: dict[str, Any] | None = None, listed: dict[str, Any] | None = None) -> dict[str, str]:
    """Return a project with one migration, whose JSON is written as drizzle-kit writes it."""
    listed = listed or journal()
    tag = listed["entries"][-1]["tag"]
    return {
        "schema.ts": CODE,
        f"drizzle/{tag}.sql": SQL,
        f"drizzle/meta/{tag.partition('_')[0]}_snapshot.json": json.dumps(content or snapshot(), indent=2),
        "drizzle/meta/_journal.json": json.dumps(listed, indent=2),
    }


def project(files: dict[str, str]) -> Project:
    return Project("/nonexistent", frozenset(), {path: text.encode() for path, text in files.items()})


def schema(files: dict[str, str]) -> Schema:
    return link(project(files)).schema


def users(files: dict[str, str]) -> str:
    (table,) = (each for each in schema(files).tables if each.name == "users")
    return table.id


def lowered(change: Change, files: dict[str, str], code: str) -> Patch:
    after = schema(files | {"schema.ts": code})
    return kit.lower(change, Lowering(project(files), schema(files), after=after))


def renamed(files: dict[str, str]) -> Patch:
    change = RenameColumn(users(files), "eMail", "eMail", "email")
    return lowered(change, files, files["schema.ts"].replace('text("eMail")', 'text("email")'))


def after(files: dict[str, str], patch: Patch) -> dict[str, str]:
    """Return the files that a patch makes or changes."""
    assert patch.refused is None
    changed = dict(patch.files)
    for path in {each.path for each in patch.edits}:
        edits = [each for each in patch.edits if each.path == path]
        changed[path] = apply(files[path].encode(), edits).decode()
    return changed


def test_a_migration_is_sql_a_snapshot_and_an_entry_in_the_journal() -> None:
    files = folder()
    made = after(files, renamed(files))
    assert list(made) == [
        "drizzle/0001_rename_users_email_to_email.sql",
        "drizzle/meta/0001_snapshot.json",
        "drizzle/meta/_journal.json",
    ]
    assert made["drizzle/0001_rename_users_email_to_email.sql"] == RENAMED
    content = json.loads(made["drizzle/meta/0001_snapshot.json"])
    expected = json.loads(json.dumps(snapshot()).replace("eMail", "email"))
    assert content == expected | {"id": content["id"], "prevId": FIRST}
    assert content["id"] != FIRST
    last = entry("0001_rename_users_email_to_email", 1) | {"when": 1700000001000}
    assert made["drizzle/meta/_journal.json"] == json.dumps(journal(entry(), last), indent=2)


@pytest.mark.parametrize("indent", [None, 2, 4, "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_json_is_laid_out_as_the_files_that_are_there(indent: int | str | None, newline: str, end: str) -> None:
    separators = None if indent else (",", ":")
    files = folder()
    for path in files:
        if path.endswith(".json"):
            text = json.dumps(json.loads(files[path]), indent=indent, separators=separators) + end
            files[path] = text.replace("\n", newline)
    made = after(files, renamed(files))
    for path in ("drizzle/meta/0001_snapshot.json", "drizzle/meta/_journal.json"):
        again = json.dumps(json.loads(made[path]), indent=indent, separators=separators) + end
        assert made[path] == again.replace("\n", newline if newline in files["drizzle/meta/_journal.json"] else "\n")


@pytest.mark.parametrize(("width", "is_one_line"), [(60, False), (90, True)])
def test_lists_are_on_one_line_where_a_formatter_wrote_the_last_snapshot_so(width: int, is_one_line: bool) -> None:
    name = "a" * 52
    content = snapshot(
        uniqueConstraints={name: {"name": name, "columns": ["eMail", name]}},
        compositePrimaryKeys={name: {"name": name, "columns": ["id"], "rest": ["b" * (width - 20)]}},
    )
    files = folder(content)
    path = "drizzle/meta/0000_snapshot.json"
    short = ('"columns": [\n            "id"\n          ]', '"columns": ["id"]')
    long = f'"rest": [\n            "{"b" * (width - 20)}"\n          ]'
    files[path] = files[path].replace(*short).replace(long, f'"rest": ["{"b" * (width - 20)}"]')
    text = after(files, renamed(files))["drizzle/meta/0001_snapshot.json"]
    assert (f'"columns": ["email", "{name}"]' in text) == is_one_line
    assert '"columns": ["id"]' in text


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("20240131235959_first", "20240201000000_rename_users_email_to_email"),
        ("1706745599_first", "1706745600_rename_users_email_to_email"),
    ],
)
def test_a_tag_begins_as_the_one_before(tag: str, expected: str) -> None:
    files = folder(listed=journal(entry(tag)))
    assert f"drizzle/{expected}.sql" in after(files, renamed(files))


def test_names_that_drizzle_kit_makes_up_follow_and_others_stay() -> None:
    code = CODE.replace("text, uuid", "index, text, unique, uuid").replace(
        " });", ' }, (t) => [index().on(t.eMail), index("users_mail").on(t.eMail), unique().on(t.eMail, t.id)]);'
    )
    column = {"expression": "eMail", "isExpression": False, "asc": True, "nulls": "last"}
    names = ("users_eMail_index", "users_mail")
    content = snapshot(
        indexes={name: {"name": name, "columns": [column]} for name in names},
        uniqueConstraints={"users_eMail_id_unique": {"name": "users_eMail_id_unique", "columns": ["eMail", "id"]}},
    )
    files = folder(content) | {"schema.ts": code}
    made = after(files, renamed(files))
    assert made["drizzle/0001_rename_users_email_to_email.sql"].split("--> statement-breakpoint\n") == [
        RENAMED,
        'ALTER INDEX "users_eMail_index" RENAME TO "users_email_index";',
        'ALTER TABLE "users" RENAME CONSTRAINT "users_eMail_id_unique" TO "users_email_id_unique";',
    ]
    table = json.loads(made["drizzle/meta/0001_snapshot.json"])["tables"]["public.users"]
    assert list(table["indexes"]) == ["users_email_index", "users_mail"]
    assert {index["columns"][0]["expression"] for index in table["indexes"].values()} == {"email"}
    assert table["uniqueConstraints"]["users_email_id_unique"]["columns"] == ["email", "id"]


def test_expressions_are_renamed_and_those_that_are_text_in_the_code_are_told() -> None:
    checks = {
        "a": {"name": "a", "value": '"users"."eMail" <> \'eMail\''},
        "b": {"name": "b", "value": "length(eMail) > 3"},
    }
    files = folder(snapshot(checkConstraints=checks))
    patch = renamed(files)
    table = json.loads(dict(patch.files)["drizzle/meta/0001_snapshot.json"])["tables"]["public.users"]
    assert [each["value"] for each in table["checkConstraints"].values()] == [
        '"users"."email" <> \'eMail\'',
        "length(eMail) > 3",
    ]
    (at,) = (each.at for each in schema(files).tables)
    assert patch.unresolved == (Use("the check `b` names the column in its text", at),)


def test_files_that_the_journal_does_not_list_are_no_reason_to_refuse() -> None:
    listed = journal(entry() | {"when": 1800000000000}, entry("0001_second", 1))
    files = folder(listed=listed) | {"drizzle/0000_first.sql": SQL, "drizzle/0001_loose.sql": "SELECT 1;"}
    made = json.loads(after(files, renamed(files))["drizzle/meta/_journal.json"])
    last = entry("0002_rename_users_email_to_email", 2) | {"when": 1800000001000}
    assert made == journal(*listed["entries"], last)


def test_a_table_in_a_schema() -> None:
    code = CODE.replace("pgTable, text", "pgSchema, text").replace("pgTable(", 'pgSchema("auth").table(')
    content = json.loads(json.dumps(snapshot(schema="auth")).replace("public.users", "auth.users"))
    files = folder(content) | {"schema.ts": code, "drizzle/0000_first.sql": SQL.replace('"users"', '"auth"."users"')}
    assert renamed(files).files[0][1] == RENAMED.replace('"users"', '"auth"."users"')


def test_a_project_that_pushes_needs_no_migration() -> None:
    assert renamed({"schema.ts": CODE}) == Patch()


def test_a_column_that_is_required_needs_no_migration() -> None:
    files = folder()
    assert lowered(MakeRequired(users(files), "id"), files, CODE) == Patch()


# What is refused


def view(definition: str) -> dict[str, Any]:
    return snapshot() | {"views": {"public.v": {"name": "v", "definition": definition}}}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            folder(snapshot() | {"version": "6"}),
            "the last snapshot is of a version of drizzle-kit that is not known",
        ),
        *(
            (folder(content), "the last snapshot is not as drizzle-kit writes it")
            for content in (
                snapshot(uniqueConstraints={"a": {"name": "a"}}),
                snapshot(indexes=[]),
                snapshot(foreignKeys={"a": 1}),
                {key: value for key, value in snapshot().items() if key != "id"},
            )
        ),
        (
            folder() | {"drizzle/meta/0000_snapshot.json": "{"},
            "`drizzle/meta/0000_snapshot.json` is not there, or cannot be read",
        ),
        (
            {path: text for path, text in folder().items() if "snapshot" not in path},
            "`drizzle/meta/0000_snapshot.json` is not there, or cannot be read",
        ),
        (
            folder(view('select "eMail" from "users"')),
            "the view `v` is made of it, and has to be made again: generate that",
        ),
        (
            folder(snapshot(columns={})),
            "the last snapshot has no column `eMail` in `public.users`: generate that migration first",
        ),
        (
            folder(listed=journal(entry("first"))),
            "the migrations of `drizzle` are not named as drizzle-kit names them",
        ),
        (
            folder(listed=journal(entry("0001_second", 1), entry())),
            "`drizzle/meta/_journal.json` is not in order",
        ),
        (
            folder() | {"drizzle/meta/_journal.json": json.dumps({"entries": [{"idx": 0, "tag": "0000_first"}]})},
            "`drizzle/meta/_journal.json` lists no migration",
        ),
        (
            folder() | {"drizzle/0000_first.sql": SQL.replace("eMail", "mail")},
            "no migration gives `users` the column `eMail` yet: generate that migration first",
        ),
        (
            folder() | {path.replace("drizzle/", "other/"): text for path, text in folder().items()},
            "the migrations of `drizzle` and `other` have this table: which database is meant is not known",
        ),
    ],
)
def test_a_rename_is_refused(files: dict[str, str], reason: str) -> None:
    assert renamed(files) == Patch(refused=reason)


def test_a_view_of_something_else_is_no_reason_to_refuse() -> None:
    assert renamed(folder(view('select "id" from "users"'))).refused is None


def test_a_table_name_that_is_taken_is_refused() -> None:
    content = snapshot()
    content["tables"]["public.people"] = content["tables"]["public.users"] | {"name": "people"}
    files = folder(content)
    change = RenameTable(users(files), "people")
    assert lowered(change, files, CODE.replace('"users"', '"people"')).refused == (
        "the last snapshot has a table `public.people` already"
    )


def test_a_column_that_rows_could_not_have_is_refused() -> None:
    files = folder()
    code = CODE.replace(" });", ', size: text("size").notNull() });')
    assert lowered(AddTimestamp(users(files), "size", False), files, code).refused == (
        "`size` is NOT NULL and has no default that the rows which are there could take"
    )


# The chain of drizzle-kit 1.0


def chain(version: str = "8", **more: list[str]) -> dict[str, str]:
    """Return a project with one migration in a chain, and others that follow, by name."""
    ddl = [
        {"schema": "public", "name": "users", "isRlsEnabled": False, "entityType": "tables"},
        {"schema": "public", "table": "users", "name": "eMail", "type": "text", "notNull": False}
        | {"entityType": "columns"},
    ]
    first = {"version": version, "dialect": "postgres", "id": FIRST, "prevIds": [ORIGIN], "ddl": ddl, "renames": []}
    contents = {"20240101000000_first": first}
    for number, (own, parents) in enumerate(more.items(), 2):
        contents[f"2024010{number}000000_more"] = first | {"id": own, "prevIds": parents}
    files = {"schema.ts": CODE}
    for name, content in contents.items():
        files[f"drizzle/{name}/migration.sql"] = SQL if name.endswith("first") else "SELECT 1;"
        files[f"drizzle/{name}/snapshot.json"] = json.dumps(content, indent=2)
    return files


def test_a_snapshot_of_version_8_is_whole_and_tells_of_renames() -> None:
    files = chain()
    made = after(files, renamed(files))
    assert list(made) == [
        "drizzle/20240101000001_rename_users_email_to_email/migration.sql",
        "drizzle/20240101000001_rename_users_email_to_email/snapshot.json",
    ]
    sql, content = made.values()
    assert sql == RENAMED
    expected = json.loads(files["drizzle/20240101000000_first/snapshot.json"].replace("eMail", "email"))
    renames = ["public.users.eMail->public.users.email"]
    own = json.loads(content)
    assert own == expected | {"id": own["id"], "prevIds": [FIRST], "renames": renames}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            chain("10"),
            "the last snapshot is of a version of drizzle-kit that is not known",
        ),
        (
            chain(a=[FIRST], b=[FIRST], c=["a", "b"]) | {"drizzle/20240109000000_x/migration.sql": "SELECT 1;"},
            "`drizzle/20240109000000_x/snapshot.json` is not there, or cannot be read",
        ),
    ],
)
def test_a_rename_in_a_chain_is_refused(files: dict[str, str], reason: str) -> None:
    assert renamed(files) == Patch(refused=reason)


@pytest.mark.parametrize(
    ("version", "reason"),
    [("8", None), ("9", "the migrations of `drizzle` have several last snapshots: which to follow is open")],
)
def test_a_chain_with_an_open_end_that_adds_nothing(version: str, reason: str | None) -> None:
    files = chain(version, a=[FIRST], b=[FIRST])
    patch = renamed(files)
    assert patch.refused == reason
    if reason is None:
        assert json.loads(patch.files[1][1])["prevIds"] == ["b"]


def test_a_chain_whose_branches_have_met_again() -> None:
    files = chain(a=[FIRST], b=[FIRST], c=["a", "b"])
    (_, content) = after(files, renamed(files)).values()
    assert json.loads(content)["prevIds"] == ["c"]
