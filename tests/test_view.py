"""What the view answers on schemas that no source gives so plainly, UNKNOWN above all."""

from __future__ import annotations

import pytest

from tenantlint.migration import History, Unread
from tenantlint.record import replace
from tenantlint.schema import (
    UNKNOWN,
    Column,
    ForeignKey,
    Index,
    RowLevelSecurity,
    Schema,
    Table,
    UniqueConstraint,
)
from tenantlint.settings import Settings
from tenantlint.source import Location
from tenantlint.view import SchemaView

AT = Location("schema.ts", 0, 1)


def column(name, key=None, nullable=False, unique=False) -> Column:
    return Column(name, key or name, "uuid", nullable, False, unique, False, False, False, AT)


def index(*columns, unique=False, partial=False, attached=True) -> Index:
    return Index("i", columns[0] if columns == (UNKNOWN,) else columns, unique, partial, attached, AT)


def key(columns, target, target_columns=("id",)) -> ForeignKey:
    return ForeignKey(None, columns, target, target, target_columns, None, None, AT)


BASE = Table(
    id="t",
    name="t",
    schema=None,
    dialect="postgresql",
    orm="drizzle",
    symbol="t",
    at=AT,
    columns=(column("a"), column("b"), column("c", nullable=True)),
    primary_key=("id",),
    indexes=(),
    unique_constraints=(),
    foreign_keys=(),
    relations=(),
    policies=(),
    rls=RowLevelSecurity(False, False),
    incomplete=frozenset(),
)


def table(name="t", /, **changes) -> Table:
    return replace(BASE, **({"id": name, "name": name, "symbol": name} | changes))


def view(*tables: Table, **settings) -> SchemaView:
    return SchemaView(Schema(tables, (), (), ()), Settings(rules=frozenset(), **settings))


def history(*tables: Table, unread=()) -> History:
    """Return the migrations of a database that has ``tables`` in the end."""
    return History("sql", "migrations", (), (), tuple(replace(each, orm="sql") for each in tables), tuple(unread))


def migrated(subject: Table, *histories: History) -> SchemaView:
    return SchemaView(Schema((subject,), (), (), (), histories), Settings(rules=frozenset()))


INDEXED = {
    "nothing": ({}, ("a",), False),
    "an index": ({"indexes": (index("a", "b"),)}, ("a",), True),
    "second": ({"indexes": (index("b", "a"),)}, ("a",), False),
    "any order": ({"indexes": (index("b", "a"),)}, ("a", "b"), True),
    "too short": ({"indexes": (index("a"),)}, ("a", "b"), False),
    "short and unique": ({"indexes": (index("a", unique=True),)}, ("a", "b"), True),
    "short, perhaps unique": ({"indexes": (index("a", unique=UNKNOWN),)}, ("a", "b"), UNKNOWN),
    "short and unknown": ({"indexes": (index(UNKNOWN),)}, ("a", "b"), UNKNOWN),
    "short and unique, of an unknown column": ({"indexes": (index(UNKNOWN, unique=True),)}, ("a", "b"), UNKNOWN),
    "an expression first": ({"indexes": (index(None, "a"),)}, ("a",), False),
    "an unknown column first": ({"indexes": (index(UNKNOWN, "a"),)}, ("a",), UNKNOWN),
    "an unknown column behind": ({"indexes": (index("a", UNKNOWN),)}, ("a",), True),
    "an unknown column among wrong ones": ({"indexes": (index("c", UNKNOWN),)}, ("a", "b"), False),
    "unknown columns": ({"indexes": (index(UNKNOWN),)}, ("a",), UNKNOWN),
    "unknown columns beside an index": ({"indexes": (index(UNKNOWN), index("a"))}, ("a",), True),
    "no columns": ({"indexes": (index(),)}, ("a",), False),
    "detached": ({"indexes": (index("a", attached=False),)}, ("a",), False),
    "partial": ({"indexes": (index("a", partial=True),)}, ("a",), False),
    "perhaps partial": ({"indexes": (index("a", partial=UNKNOWN),)}, ("a",), UNKNOWN),
    "partial over NULL": ({"indexes": (index("c", partial=True),)}, ("c",), UNKNOWN),
    "partial over NULL and not": ({"indexes": (index("a", "c", partial=True),)}, ("a", "c"), False),
    "the primary key": ({"primary_key": ("a", "b")}, ("a",), True),
    "the primary key within": ({"primary_key": ("a",)}, ("a", "b"), True),
    "an unknown primary key": ({"primary_key": UNKNOWN}, ("a",), UNKNOWN),
    "a unique constraint": ({"unique_constraints": (UniqueConstraint("u", ("a", "b"), True, AT),)}, ("a",), True),
    "a detached constraint": ({"unique_constraints": (UniqueConstraint("u", ("a", "b"), False, AT),)}, ("a",), False),
    "a unique column": ({"columns": (column("a", unique=True),)}, ("a",), True),
    "a unique column of two": ({"columns": (column("a", unique=True), column("b"))}, ("a", "b"), True),
    "a column perhaps unique": ({"columns": (column("a", unique=UNKNOWN),)}, ("a",), UNKNOWN),
    "more indexes": ({"incomplete": frozenset({"indexes"})}, ("a",), UNKNOWN),
    "more constraints": ({"incomplete": frozenset({"unique_constraints"})}, ("a",), UNKNOWN),
    "more columns": ({"incomplete": frozenset({"columns"})}, ("a",), False),
    "a foreign key": ({"foreign_keys": (key(("a",), "u"),)}, ("a",), False),
    "a foreign key in MySQL": ({"dialect": "mysql", "foreign_keys": (key(("a", "b"), "u"),)}, ("a",), True),
    "a foreign key in MySQL behind": ({"dialect": "mysql", "foreign_keys": (key(("a", "b"), "u"),)}, ("b",), False),
}


@pytest.mark.parametrize(("changes", "columns", "expected"), INDEXED.values(), ids=INDEXED)
def test_is_indexed(changes, columns, expected):
    subject = table(**changes)
    assert view(subject).is_indexed(subject, columns) is expected


UNIQUE_A = UniqueConstraint("u", ("a",), True, AT)
SEEN = Unread(AT, True, "dynamic", ("t",), False, True)
MIGRATED = {
    "no migrations": ((), False, False),
    "another table": ((history(table("u", indexes=(index("a"),))),), False, False),
    "an index": ((history(table(indexes=(index("a"),))),), True, False),
    "a partial index": ((history(table(indexes=(index("a", partial=True),))),), False, False),
    "a unique index": ((history(table(indexes=(index("a", unique=True),))),), True, True),
    "a unique constraint": ((history(table(unique_constraints=(UNIQUE_A,))),), True, True),
    "a primary key": ((history(table(primary_key=("a",))),), True, True),
    "in the schema public": ((history(table(schema="public", primary_key=("a",))),), True, True),
    "in one of two histories": ((history(table()), history(table(unique_constraints=(UNIQUE_A,)))), True, True),
    "a statement that is not read": ((history(table(), unread=(SEEN,)),), UNKNOWN, False),
    "one on any table, which is not about this column": (
        (history(table(), unread=(replace(SEEN, tables=UNKNOWN),)),),
        False,
        False,
    ),
    "one on another table": ((history(table(), unread=(replace(SEEN, tables=("u",)),)),), False, False),
    "one on security": ((history(table(), unread=(replace(SEEN, structure=False, security=True),)),), False, False),
    "only altered by migrations": ((history(table(columns=(), incomplete=frozenset({"indexes"}))),), False, False),
}


@pytest.mark.parametrize(("histories", "indexed", "unique"), MIGRATED.values(), ids=MIGRATED)
def test_keys_that_migrations_make_count(histories, indexed, unique):
    subject = table()
    found = migrated(subject, *histories)
    assert (found.is_indexed(subject, ("a",)), found.is_unique(subject, ("a",))) == (indexed, unique)
    assert found.may_be_unique(subject, ("a",)) is (unique or indexed is UNKNOWN)


NULLABLE = {
    "no migrations": (True, (), True),
    "the model's word": (False, (history(table(columns=(column("a", nullable=True),))),), False),
    "a migration's word": (True, (history(table()),), False),
    "neither": (True, (history(table(columns=(column("a", nullable=True),))),), True),
    "another table": (True, (history(table("u")),), True),
    "a column that is not known": (UNKNOWN, (history(table()),), UNKNOWN),
    "a column that no migration has": (True, (history(table(columns=())),), True),
}


@pytest.mark.parametrize(("nullable", "histories", "expected"), NULLABLE.values(), ids=NULLABLE)
def test_is_nullable(nullable, histories, expected):
    subject = table(columns=(column("a", nullable=nullable),))
    assert migrated(subject, *histories).is_nullable(subject, subject.columns[0]) is expected


def test_a_column_of_an_unknown_name_may_be_made_not_null():
    subject = table(columns=(column(UNKNOWN, "a", nullable=True),))
    assert migrated(subject, history(table())).is_nullable(subject, subject.columns[0]) is UNKNOWN


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_statement_on_any_table_may_be_about_the_tenant(elsewhere):
    subject = table(columns=(column("tenant_id"), column("a")))
    unread = (replace(SEEN, tables=UNKNOWN),)
    histories = (history(table()), history(unread=unread)) if elsewhere else (history(table(), unread=unread),)
    found = migrated(subject, *histories)
    assert [found.is_indexed(subject, (name,)) for name in ("tenant_id", "a")] == [
        False if elsewhere else UNKNOWN,
        False,
    ]
    assert found.may_have_more_foreign_keys(subject, of_all=True) is not elsewhere
    assert found.may_have_more_foreign_keys(subject) is False


MAY_BE_UNIQUE = {
    "nothing": ({}, False),
    "within": ({"indexes": (index("a", unique=True),)}, True),
    "partial": ({"indexes": (index("a", "b", unique=True, partial=True),)}, True),
    "perhaps unique": ({"indexes": (index("a", unique=UNKNOWN),)}, True),
    "not unique": ({"indexes": (index("a"),)}, False),
    "more columns": ({"indexes": (index("a", "c", unique=True),)}, False),
    "an expression": ({"indexes": (index(None, unique=True),)}, False),
    "unknown columns": ({"indexes": (index(UNKNOWN, unique=True),)}, True),
    "no columns": ({"indexes": (index(unique=True),)}, False),
    "more constraints": ({"incomplete": frozenset({"unique_constraints"})}, True),
    "more columns in the table": ({"incomplete": frozenset({"columns"})}, False),
}


@pytest.mark.parametrize(("changes", "expected"), MAY_BE_UNIQUE.values(), ids=MAY_BE_UNIQUE)
def test_may_be_unique(changes, expected):
    subject = table(**changes)
    assert view(subject).may_be_unique(subject, ("a", "b")) is expected


OWN_KEY = key(("b",), "u")
ADDED = ForeignKey("f", ("a",), "u", "sql:u", ("id",), None, None, AT)


def test_foreign_keys_that_migrations_make_reference_the_models():
    subject, target = table(foreign_keys=(OWN_KEY,)), table("u")
    made = history(table(foreign_keys=(ADDED, replace(ADDED, target_table="gone", target_id=None))))
    found = SchemaView(Schema((subject, target), (), (), (), (made,)), Settings(rules=frozenset()))
    assert [each.target_id for each in found.foreign_keys(subject)] == ["u", "u", None]
    assert found.may_have_more_foreign_keys(subject) is False


def test_a_foreign_key_of_a_migration_to_two_models_of_one_name_may_reference_either():
    subject, made = table(), history(table(foreign_keys=(ADDED,)))
    found = SchemaView(Schema((subject, table("u"), table("u2", name="u")), (), (), (), (made,)), Settings(frozenset()))
    assert [each.target_id for each in found.foreign_keys(subject)] == [UNKNOWN]


def test_a_statement_that_is_not_read_may_add_foreign_keys():
    subject = table()
    assert migrated(subject, history(table(), unread=(SEEN,))).may_have_more_foreign_keys(subject) is True


UNIQUE = {
    "nothing": ({}, ("a",), False),
    "the primary key": ({"primary_key": ("a",)}, ("a",), True),
    "more than the primary key": ({"primary_key": ("a",)}, ("a", "b"), True),
    "less than the primary key": ({"primary_key": ("a", "b")}, ("a",), False),
    "a unique index": ({"indexes": (index("a", unique=True),)}, ("a",), True),
    "an index": ({"indexes": (index("a"),)}, ("a",), False),
    "a partial unique index": ({"indexes": (index("a", unique=True, partial=True),)}, ("a",), False),
    "an unknown primary key": ({"primary_key": UNKNOWN}, ("a",), False),
    "an expression": ({"indexes": (index(None, unique=True),)}, ("a",), False),
}


@pytest.mark.parametrize(("changes", "columns", "expected"), UNIQUE.values(), ids=UNIQUE)
def test_is_unique(changes, columns, expected):
    subject = table(**changes)
    assert view(subject).is_unique(subject, columns) is expected


def owned(name: str, *keys: ForeignKey, tenant="tenant_id") -> Table:
    return table(name, columns=(column("id"), column(tenant)), foreign_keys=keys)


ROOTS = {
    "none": ((owned("invoices"),), {}, set()),
    "by singular": ((table("tenant"),), {}, {"tenant"}),
    "by plural": ((table("tenants"),), {}, {"tenants"}),
    "by symbol": ((table("t1", symbol="Tenant"),), {}, {"t1"}),
    "with an unknown name by symbol": ((table("t1", name=UNKNOWN, symbol="tenants"),), {}, {"t1"}),
    "by reference": ((table("firms"), owned("invoices", key(("tenant_id",), "firms"))), {}, {"firms"}),
    "by reference over name": (
        (table("firms"), table("tenants"), owned("invoices", key(("tenant_id",), "firms"))),
        {},
        {"firms"},
    ),
    "not by a reference to a tenant column": (
        (owned("projects"), owned("invoices", key(("tenant_id",), "projects", ("tenant_id",)))),
        {},
        set(),
    ),
    "not by a reference of two columns": (
        (owned("projects"), owned("invoices", key(("tenant_id", "id"), "projects", ("tenant_id", "id")))),
        {},
        set(),
    ),
    "not by an unknown reference": ((table("firms"), owned("invoices", key(UNKNOWN, "firms"))), {}, set()),
    "not by a reference of an unknown column": (
        (
            table("firms"),
            table("invoices", columns=(column(UNKNOWN, "tenantId"),), foreign_keys=(key((UNKNOWN,), "firms"),)),
        ),
        {},
        set(),
    ),
    "not by a reference out of the project": (
        (owned("invoices", ForeignKey(None, ("tenant_id",), "firms", None, ("id",), None, None, AT)),),
        {},
        set(),
    ),
    "by reference in one ORM and by name in another": (
        (table("firms"), owned("invoices", key(("tenant_id",), "firms")), table("t2", name="tenant", orm="sqlmodel")),
        {},
        {"firms", "t2"},
    ),
    "by option": (
        (table("accounts"), table("tenants"), owned("invoices", key(("tenant_id",), "tenants"))),
        {"tenant_tables": ("acc*",)},
        {"accounts"},
    ),
    "of two columns": (
        (table("organizations"), table("workspaces"), table("tenants")),
        {"tenant_columns": ("organization_id", "workspaceId")},
        {"organizations", "workspaces"},
    ),
    "by a reference to its own key of that name": (
        (table("firms", primary_key=("tenant_id",)), owned("invoices", key(("tenant_id",), "firms", ("tenant_id",)))),
        {},
        {"firms"},
    ),
    "not a login with another provider": (
        (table("account", columns=(column("provider_id", "providerId"), column("user_id", "userId"))),),
        {"tenant_columns": ("account_id",)},
        set(),
    ),
    "even if it is exempt": ((table("tenants"),), {"exempt_tables": ("*",)}, {"tenants"}),
}


@pytest.mark.parametrize(("tables", "settings", "expected"), ROOTS.values(), ids=ROOTS)
def test_tenant_roots(tables, settings, expected):
    assert view(*tables, **settings).tenant_roots == expected


TENANT_COLUMNS = {
    "by name": ((column("tenant_id"),), {}, ["tenant_id"]),
    "by name in another style": ((column("tenantId"),), {}, ["tenantId"]),
    "by key": ((column("owner", "tenantId"),), {}, ["owner"]),
    "by key where the name is unknown": ((column(UNKNOWN, "tenantId"),), {}, [UNKNOWN]),
    "in the order of the option": (
        (column("b_id"), column("a_id")),
        {"tenant_columns": ("a_id", "b_id")},
        ["a_id", "b_id"],
    ),
    "none": ((column("tenant"), column("my_tenant_id")), {}, []),
}


@pytest.mark.parametrize(("columns", "settings", "expected"), TENANT_COLUMNS.values(), ids=TENANT_COLUMNS)
def test_tenant_columns(columns, settings, expected):
    subject = table(columns=columns)
    assert [each.name for each in view(subject, **settings).tenant_columns(subject)] == expected


LOGIN = (column("account_id", "accountId"), column("provider_id", "providerId"), column("user_id", "userId"))


def test_the_account_of_a_login_is_not_the_tenant():
    login, owned_by = table("account", columns=LOGIN), table("posts", columns=(column("account_id"),))
    found = view(login, owned_by, tenant_columns=("account_id",))
    assert (found.tenant_columns(login), found.has_other_meaning(login)) == ((), True)
    assert (found.is_tenant_table(owned_by), found.has_other_meaning(owned_by)) == (True, False)


def test_the_tenants_tables_of_a_column_are_those_of_its_name_and_orm():
    subject = table(columns=(column("team_id"), column("organizationId")))
    tables = (subject, table("teams"), table("organizations"), table("t2", name="teams", orm="sqlmodel"))
    found = view(*tables, tenant_columns=("organization_id", "team_id"))
    assert [[root.id for root in found.tenant_tables(subject, each)] for each in subject.columns] == [
        ["teams"],
        ["organizations"],
    ]


def test_tenants_within_a_tenant_belong_to_it():
    organizations, teams = table("organizations"), table("teams", columns=(column("organization_id"),))
    found = view(organizations, teams, tenant_columns=("organization_id", "team_id"))
    assert (found.is_tenant_root(organizations), found.is_tenant_table(organizations)) == (True, False)
    assert (found.is_tenant_root(teams), found.is_tenant_table(teams)) == (False, True)


def test_tenants_that_are_called_as_their_column_are_no_ones():
    orgs = table("orgs", columns=(column("org_id"),), primary_key=("org_id",))
    assert view(orgs, tenant_columns=("org_id",)).is_tenant_root(orgs)


NOT_THE_TENANT = {
    "a key that references another table": (("id",), "users", ("id",)),
    "a column that is not the key": (("a",), "tenants", ("id",)),
    "unknown columns and an unknown key": (UNKNOWN, "tenants", UNKNOWN),
}


@pytest.mark.parametrize(("columns", "target", "primary_key"), NOT_THE_TENANT.values(), ids=NOT_THE_TENANT)
def test_other_references_are_no_tenant_column(columns, target, primary_key):
    subject = table("branding", foreign_keys=(key(columns, target),), primary_key=primary_key)
    assert view(table("tenants"), table("users"), subject).tenant_columns(subject) == ()


def test_a_primary_key_that_references_the_tenants_is_the_tenant_column():
    subject = table("branding", columns=(column("id"),), foreign_keys=(key(("id",), "tenants"),))
    assert [each.name for each in view(table("tenants"), subject).tenant_columns(subject)] == ["id"]


EXEMPT = {
    "name": ("t", {}, False),
    "qualified name": ("auth.users", {"schema": "auth", "name": "users"}, False),
    "pattern over schemas": ("auth.*", {"schema": "auth", "name": "users"}, False),
    "symbol": ("User", {"name": "users", "symbol": "User"}, False),
    "symbol where the name is unknown": ("User", {"name": UNKNOWN, "symbol": "User"}, False),
    "another case": ("user", {"symbol": "User"}, True),
    "part of the name": ("tenan", {"name": "tenants"}, True),
    "framework": ("x", {"name": "alembic_version"}, False),
    "set of letters": ("[s-u]", {}, False),
}


@pytest.mark.parametrize(("pattern", "changes", "checked"), EXEMPT.values(), ids=EXEMPT)
def test_exempt_tables(pattern, changes, checked):
    subject = view(table(**changes), exempt_tables=(pattern,))
    assert (len(subject.tables), subject.checked) == ((1, {"t"}) if checked else (0, set()))


FULL_TEXT = {
    "virtual": ({"name": "notes_fts"}, False),
    "virtual with a version": ({"name": "fts5_notes"}, False),
    "keyed": ({"name": "notes_fts", "primary_key": ("id",)}, True),
    "perhaps keyed": ({"name": "notes_fts", "primary_key": UNKNOWN}, False),
    "referencing": ({"name": "notes_fts", "foreign_keys": (key(("a",), "u"),)}, True),
    "PostgreSQL": ({"name": "notes_fts", "dialect": "postgresql"}, True),
    "another name": ({"name": "gifts"}, True),
    "no known name": ({"name": UNKNOWN}, True),
}


@pytest.mark.parametrize(("changes", "checked"), FULL_TEXT.values(), ids=FULL_TEXT)
def test_full_text_indexes_are_no_tables(changes, checked):
    subject = view(table(**{"dialect": "sqlite", "primary_key": ()} | changes))
    assert len(subject.tables) == checked


EXCERPTS = {
    "fewer columns": ("ab", "abc", {}, True),
    "the same columns": ("abc", "abc", {}, False),
    "the same columns without the foreign keys": ("abc", "abc", {"foreign_keys": (key(("a",), "u"),)}, True),
    "more columns": ("abcd", "abc", {}, False),
    "most columns, without the foreign keys": ("abcde", "abcd", {"foreign_keys": (key(("a",), "u"),)}, True),
    "other columns, without the foreign keys": ("abde", "abc", {"foreign_keys": (key(("a",), "u"),)}, False),
    "fewer columns in another database": ("ab", "abc", {"dialect": "mysql"}, False),
    "fewer columns than may be": ("ax", "abc", {"incomplete": frozenset({"columns"})}, True),
}


@pytest.mark.parametrize(("columns", "others", "changes", "expected"), EXCERPTS.values(), ids=EXCERPTS)
def test_is_excerpt(columns, others, changes, expected):
    subject = table("t", columns=tuple(map(column, columns)))
    other = replace(table("t2", **changes, columns=tuple(map(column, others))), name="t")
    assert view(subject, other).is_excerpt(subject) == expected


def test_tables_are_named_by_noun_or_plural_in_the_database_or_in_code():
    tables = (table("category"), table("categories"), table("t1", symbol="Category"), table("category_links"))
    assert [each.id for each in view(*tables).tables_named("category")] == ["category", "t1", "categories"]
