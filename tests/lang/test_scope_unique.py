"""What is unique becomes unique for each tenant, byte by byte, in both ORMs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.lang.fixing import changed, refusal, table

from tenantlint.change import ScopeUnique
from tenantlint.lang.drizzle import fixes as drizzle
from tenantlint.lang.sqlmodel import fixes as sqlmodel

if TYPE_CHECKING:
    from tenantlint.schema import Table
    from tenantlint.source import Location

IMPORTS = "from sqlalchemy import Column, Index, String, UniqueConstraint\nfrom sqlmodel import Field, SQLModel\n\n\n"
USER, USERS = "sqlmodel:m.py:User", "s.ts#users"
ARGUMENTS = '    __table_args__ = (UniqueConstraint("tenant_id", "email"),)\n'


def user(email: str, arguments: str = "") -> str:
    head = f"{IMPORTS}class User(SQLModel, table=True):\n{arguments}    id: int = Field(primary_key=True)\n"
    return f"{head}    tenant_id: int\n    email: {email}\n"


def place(found: Table, columns: tuple[str, ...]) -> Location:
    """Return where a table declares columns unique, as the rule does."""
    own = [each.at for each in found.columns if (each.name,) == columns and each.unique is True]
    members = [*found.unique_constraints, *found.indexes]
    return (own + [each.at for each in members if each.columns == columns])[0]


def python(source: str, *columns: str) -> tuple[dict[str, bytes], ScopeUnique]:
    files = {"m.py": source.encode()}
    at = place(table(files, "User"), columns or ("email",))
    return files, ScopeUnique(USER, at, columns or ("email",), "tenant_id")


def script(source: str) -> tuple[dict[str, bytes], ScopeUnique]:
    files = {"s.ts": source.encode()}
    return files, ScopeUnique(USERS, place(table(files, "users"), ("email",)), ("email",), "tenant_id")


FIELDS = [
    ("str = Field(unique=True)", "str"),
    ("str = Field(max_length=9, unique=True)  # one", "str = Field(max_length=9)  # one"),
    ("str = Field(index=True, unique=True)", "str = Field(index=True)"),
    ("str = Field(sa_column=Column(String, unique=True))", "str = Field(sa_column=Column(String))"),
]


@pytest.mark.parametrize(("before", "after"), FIELDS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_unique_field_becomes_a_constraint_of_the_table(before: str, after: str, newline: str) -> None:
    found = changed(sqlmodel, *python(user(before).replace("\n", newline)))
    assert found["m.py"].decode() == user(after, ARGUMENTS).replace("\n", newline)
    (constraint,) = table(found, "User").unique_constraints
    assert constraint.columns == ("tenant_id", "email")


def test_a_unique_field_of_a_base_class_becomes_a_constraint_of_its_only_table() -> None:
    base = "class Base(SQLModel):\n    tenant_id: int\n    email: str{}\n\n\n"
    head = f"{IMPORTS}{base}class User(Base, table=True):\n"
    source = head.format(" = Field(unique=True)") + "    id: int = Field(primary_key=True)\n"
    found = changed(sqlmodel, *python(source))
    assert found["m.py"].decode() == head.format("") + ARGUMENTS + "    id: int = Field(primary_key=True)\n"


ITEMS = [
    ('UniqueConstraint("email")', 'UniqueConstraint("tenant_id", "email")'),
    ('UniqueConstraint("email", name="uq")', 'UniqueConstraint("tenant_id", "email", name="uq")'),
    ('Index("uq", "email", unique=True)', 'Index("uq", "tenant_id", "email", unique=True)'),
    (
        'UniqueConstraint(\n            "email",\n        )',
        'UniqueConstraint(\n            "tenant_id",\n            "email",\n        )',
    ),
]


@pytest.mark.parametrize(("before", "after"), ITEMS)
def test_an_item_of_the_arguments_leads_with_the_tenant(before: str, after: str) -> None:
    found = changed(sqlmodel, *python(user("str", f"    __table_args__ = ({before},)\n")))
    assert found["m.py"].decode() == user("str", f"    __table_args__ = ({after},)\n")


OTHER = "\n\nclass Post(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
UPSERT = (
    "the upsert in `m.py`, line {}, may need what is unique now: give it the tenant column too, and change both by hand"
)
REFUSED = [
    (
        user("str = Field(unique=True)") + f'{OTHER}    email: str = Field(foreign_key="user.email")\n',
        "a foreign key of `Post` needs it: change both by hand",
    ),
    (
        user("str = Field(unique=True)", ARGUMENTS),
        "it is unique together with the tenant column already: take the other one away by hand",
    ),
    (
        f"{IMPORTS}class Base(SQLModel):\n    tenant_id: int\n    email: str = Field(unique=True)\n\n\n"
        "class User(Base, table=True):\n    id: int = Field(primary_key=True)\n\n\n"
        "class Other(Base, table=True):\n    id: int = Field(primary_key=True)\n",
        "`Other` has it by the same declaration: change both by hand",
    ),
    (
        user("str = Field(unique=True)")
        + '\n\ninsert(User).on_conflict_do_update(index_elements=["email"], set_={})\n',
        UPSERT.format(11),
    ),
    (
        user("str = Field(unique=True)") + "\n\ninsert(User).on_conflict_do_nothing(index_elements=KEY)\n",
        UPSERT.format(11),
    ),
    (
        user("str", '    __table_args__ = (UniqueConstraint("email", name="uq"),)\n')
        + '\n\nSQL = "INSERT INTO user (email) VALUES (1) ON CONFLICT ON CONSTRAINT uq DO NOTHING"\n',
        UPSERT.format(12),
    ),
    (
        user("str = Field(unique=True)") + '\n\nSQL = "insert into user values (1) on conflict (email) do nothing"\n',
        UPSERT.format(11),
    ),
]


@pytest.mark.parametrize(("source", "reason"), REFUSED)
def test_what_needs_it_unique_is_refused(source: str, reason: str) -> None:
    assert refusal(sqlmodel, *python(source)) == reason


HARMLESS = [
    "insert(User).on_conflict_do_nothing()",
    'insert(User).on_conflict_do_update(index_elements=["id"], set_={"email": "a"})',
    'SQL = "insert into user values (1) on conflict (id) do update set email = 1"',
]


@pytest.mark.parametrize("statement", HARMLESS)
def test_an_upsert_on_other_columns_is_no_hindrance(statement: str) -> None:
    found = changed(sqlmodel, *python(user("str = Field(unique=True)") + f"\n\n{statement}\n"))
    assert found["m.py"].decode() == user("str", ARGUMENTS) + f"\n\n{statement}\n"


IMPORT = 'import { integer, pgTable, text, unique, uniqueIndex } from "drizzle-orm/pg-core";\n\n'


def users(email: str, extra: str = "") -> str:
    columns = f'\tid: integer("id").primaryKey(),\n\ttenantId: integer("tenant_id"),\n\temail: {email},\n'
    return f'{IMPORT}export const users = pgTable("users", {{\n{columns}}}{extra});\n'


KEY = "unique({}).on(t.tenantId, t.email)"
CHAINS = [
    ('text("email").notNull().unique()', "", 'text("email").notNull()', f", (t) => [{KEY.format('')}]"),
    (
        "text('email').unique('uq').notNull()",
        "",
        "text('email').notNull()",
        f", (t) => [{KEY.format(chr(39) + 'uq' + chr(39))}]",
    ),
    (
        'text("email")\n\t\t.unique()\n\t\t.notNull()',
        "",
        'text("email")\n\t\t.notNull()',
        f", (t) => [{KEY.format('')}]",
    ),
    (
        'text("email").unique()',
        ", (t) => ({ a: uniqueIndex().on(t.id) })",
        'text("email")',
        f", (t) => ({{ a: uniqueIndex().on(t.id), tenantIdEmailUnique: {KEY.format('')} }})",
    ),
    ('text("email")', ", (t) => [unique().on(t.email)]", 'text("email")', f", (t) => [{KEY.format('')}]"),
    (
        'text("email")',
        ', (t) => ({ key: unique("uq").on(t.email) })',
        'text("email")',
        ', (t) => ({ key: unique("uq").on(t.tenantId, t.email) })',
    ),
    (
        'text("email")',
        ', (users) => [\n\tuniqueIndex("uq").on(users.email),\n]',
        'text("email")',
        ', (users) => [\n\tuniqueIndex("uq").on(users.tenantId, users.email),\n]',
    ),
]


@pytest.mark.parametrize(("column", "extra", "column_after", "extra_after"), CHAINS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_is_unique_in_a_script_leads_with_the_tenant(
    column: str, extra: str, column_after: str, extra_after: str, newline: str
) -> None:
    found = changed(drizzle, *script(users(column, extra).replace("\n", newline)))
    assert found["s.ts"].decode() == users(column_after, extra_after).replace("\n", newline)
    wanted = ("tenant_id", "email")
    after = table(found, "users")
    assert wanted in [each.columns for each in (*after.unique_constraints, *after.indexes)]


SCRIPT_UPSERT = UPSERT.replace("m.py", "s.ts")
SCRIPT_REFUSED = [
    (
        users('text("email").unique()')
        + "\ndb.insert(users).values(v).onConflictDoUpdate({ target: users.email, set: v });\n",
        SCRIPT_UPSERT.format(9),
    ),
    (
        users('text("email").unique()')
        + "\ndb.insert(users).values(v).onConflictDoNothing({ target: [users.email] });\n",
        SCRIPT_UPSERT.format(9),
    ),
    (
        users('text("email").unique()') + "\ndb.insert(users).values(v).onConflictDoUpdate({ target, set: v });\n",
        SCRIPT_UPSERT.format(9),
    ),
    (
        users('text("email").unique()') + "\ndb.insert(users).values(v).onConflictDoUpdate(options);\n",
        SCRIPT_UPSERT.format(9),
    ),
    (
        users('text("email").unique()')
        + "\ndb.insert(users).onConflictDoUpdate({ set: { id: f({}) }, target: users.email });\n",
        SCRIPT_UPSERT.format(9),
    ),
    (
        users('text("email").unique("uq", { nulls: "not distinct" })'),
        "it is declared in a way that is not edited",
    ),
    (
        users('text("email")', ", ({ email }) => [unique().on(email)]"),
        "its columns are written in a way that is not edited",
    ),
]


@pytest.mark.parametrize(("source", "reason"), SCRIPT_REFUSED)
def test_what_is_not_certain_in_a_script_is_refused(source: str, reason: str) -> None:
    assert refusal(drizzle, *script(source)) == reason
