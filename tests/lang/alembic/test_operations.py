"""What each call becomes, as far as running it does not show it: flags, spellings, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lang.alembic.support import HEAD, PATH, history, text_at, upgrade
from tenantlint.migration import (
    AddColumn,
    AddForeignKey,
    AlterColumn,
    CreateIndex,
    CreateTable,
    DropIndex,
    Operation,
    WriteRows,
)
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from tenantlint.record import Record


def facts(record: Record, *names: str) -> tuple[object, ...]:
    """Return fields of a record; a name may be dotted."""
    found = []
    for name in names:
        value: object = record
        for part in name.split("."):
            value = getattr(value, part)
        found.append(value)
    return tuple(found)


@pytest.mark.parametrize(
    ("body", "names", "expected"),
    [
        ("op.create_index('i', 't', ['a'], postgresql_concurrently=True)", ("concurrently",), (True,)),
        ("op.create_index('i', 't', ['a'], postgresql_concurrently=thing)", ("concurrently",), (UNKNOWN,)),
        ("op.create_index('i', 't', ['a'], if_not_exists=True)", ("if_not_exists", "concurrently"), (True, False)),
        ("op.create_index(index_name='i', table_name='t', columns=['a'])", ("index.name", "table"), ("i", "t")),
        ("op.create_index('i', 't', ['a'], unique=thing)", ("index.unique", "index.partial"), (UNKNOWN, False)),
        ("op.create_index('i', 't', ['a'], postgresql_where=thing)", ("index.partial",), (True,)),
        ("op.create_index('i', 't', thing)", ("index.columns",), (UNKNOWN,)),
        ("op.create_index('i', 't', ['a', thing])", ("index.columns",), (("a", None),)),
        (
            "op.create_index('i', 't', [sa.text('lower(a)'), sa.text('b desc nulls last')])",
            ("index.columns",),
            ((None, "b"),),
        ),
        ("op.create_index('i', 't', [sa.desc('a'), sa.column('b').asc()])", ("index.columns",), (("a", "b"),)),
        ("op.create_index(thing, 't', ['a'])", ("index.name",), (UNKNOWN,)),
        ("op.create_index(None, 't', ['a'])", ("index.name",), ("ix_t_a",)),
        ("op.drop_index('i', postgresql_concurrently=True)", ("table", "concurrently"), (None, True)),
        ("op.drop_index('i', table_name='t', schema='s', if_exists=True)", ("table", "if_exists"), ("s.t", True)),
        ("op.drop_table('t', if_exists=True)", ("table", "if_exists"), ("t", True)),
        ("op.drop_table('t', schema=thing)", ("table",), (UNKNOWN,)),
        ("op.drop_column('t', 'c', if_exists=True)", ("column", "if_exists"), ("c", True)),
        ("op.drop_constraint('c', 't', 'unique')", ("name", "kind"), ("c", "unique")),
        ("op.drop_constraint('c', 't', type_='primary')", ("kind", "if_exists"), ("primary key", False)),
        ("op.drop_constraint('c', 't', type_='check', if_exists=True)", ("kind", "if_exists"), ("check", True)),
        ("op.drop_constraint(op.f('c'), table_name='t')", ("name", "kind"), ("c", None)),
        ("op.create_check_constraint('c', 't', 'a > 0', postgresql_not_valid=True)", ("not_valid",), (True,)),
        ("op.create_foreign_key('f', 't', 'u', ['a'], ['id'], postgresql_not_valid=True)", ("not_valid",), (True,)),
        ("op.create_foreign_key('f', 't', 'u', ['a'], ['id'])", ("not_valid", "key.on_delete"), (False, None)),
        ("op.create_foreign_key('f', 't', 'u', ['a'], ['id'], ondelete=thing)", ("key.on_delete",), (UNKNOWN,)),
        (
            "op.create_foreign_key('f', 't', thing, ['a'], thing)",
            ("key.target_table", "key.target_columns"),
            (UNKNOWN,) * 2,
        ),
        ("op.create_unique_constraint('u', 't', [thing, 'b'])", ("constraint.columns",), ((UNKNOWN, "b"),)),
        ("op.alter_column('t', 'c', nullable=True)", ("nullable", "type", "server_default"), (True, None, None)),
        ("op.alter_column('t', 'c', nullable=thing)", ("nullable",), (UNKNOWN,)),
        ("op.alter_column('t', 'c', type_=thing)", ("type",), (UNKNOWN,)),
        ("op.alter_column('t', 'c', server_default=None)", ("server_default",), (False,)),
        ("op.alter_column('t', 'c', server_default='x')", ("server_default",), (True,)),
        ("op.alter_column('t', 'c', server_default=sa.text('now()'))", ("server_default",), (True,)),
        ("op.alter_column('t', 'c', server_default=sa.Identity())", ("server_default",), (True,)),
        ("op.alter_column('t', 'c', type_=sa.String(3), existing_type=sa.Text())", ("type",), ("varchar(3)",)),
        ("op.alter_column('t', 'c', new_column_name=thing)", ("column", "new_name"), ("c", UNKNOWN)),
        ("op.rename_table('t', 'u', schema='s')", ("table", "new_name"), ("s.t", "s.u")),
        ("op.rename_table('t', 'u', schema='public')", ("table", "new_name"), ("t", "u")),
        ("op.add_column('t', sa.Column('c', sa.Integer), if_not_exists=True)", ("if_not_exists",), (True,)),
        ("op.create_table('t', if_not_exists=True)", ("if_not_exists", "columns", "complete"), (True, (), True)),
        ("op.create_table('t', *thing)", ("complete",), (False,)),
        ("op.create_table('t', **thing)", ("complete", "table"), (False, UNKNOWN)),
        ("op.create_table('t', sa.Column('c', sa.Integer), thing)", ("complete",), (False,)),
        ("op.create_table(thing, sa.Column('c', sa.Integer))", ("table", "complete"), (UNKNOWN, True)),
        (
            "op.bulk_insert(sa.table('t'), [{'a': 1}, {'b': 2}])",
            ("table", "command", "columns"),
            ("t", "insert", ("a", "b")),
        ),
        ("op.bulk_insert(sa.table('t'), thing)", ("columns",), (UNKNOWN,)),
        ("op.execute(sa.table('t', schema='s').delete())", ("table", "command"), ("s.t", "delete")),
        ("op.execute(sa.update(sa.table('t')).values(**thing))", ("columns",), (UNKNOWN,)),
        ("sa.Enum('a', name='e').drop(op.get_bind(), checkfirst=True)", ("name", "if_exists"), ("e", True)),
        ("sa.Enum(thing, name='e').create(op.get_bind())", ("name", "values"), ("e", UNKNOWN)),
        ("op.execute(sa.schema.CreateSchema('s'))", ("what", "text"), ("CREATE SCHEMA", "s")),
        ("op.alter_column('t', 'c', comment='x')", ("what",), ("COMMENT",)),
        ("op.sync_enum_values('public', 'e', ['a'], [('t', 'c')])", ("what", "text"), ("ALTER TYPE", "e")),
    ],
)
def test_facts(body: str, names: tuple[str, ...], expected: tuple[object, ...]) -> None:
    (found,) = upgrade(body)
    assert facts(found, *names) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("'c', sa.Integer", ("c", "integer", True, False, False)),
        ("'c', sa.Integer, primary_key=True", ("c", "integer", False, True, True)),
        ("'c', sa.Integer, primary_key=True, autoincrement=False", ("c", "integer", False, True, False)),
        ("'c', sa.Text(), nullable=False, default='x'", ("c", "text", False, False, False)),
        ("'c', sa.Text(), nullable=False, server_default=''", ("c", "text", False, False, True)),
        ("'c', sa.Text(), server_default=thing", ("c", "text", True, False, True)),
        ("'c', thing()", ("c", UNKNOWN, True, False, False)),
        ("'c', sa.Text(), nullable=thing", ("c", "text", UNKNOWN, False, False)),
        ("'c', sa.Text(), **thing", ("c", "text", UNKNOWN, UNKNOWN, UNKNOWN)),
        ("thing, sa.Text()", (UNKNOWN, "text", True, False, False)),
        ("'c', sa.DateTime(timezone=thing)", ("c", UNKNOWN, True, False, False)),
        ("name='c', type_=sa.Text()", ("c", "text", True, False, False)),
    ],
)
def test_columns(column: str, expected: tuple[object, ...]) -> None:
    (found,) = upgrade(f"op.create_table('t', sa.Column({column}))")
    assert isinstance(found, CreateTable)
    (made,) = found.columns
    assert facts(made, "name", "type", "nullable", "primary_key", "has_server_default") == expected
    assert made.has_default is made.has_server_default
    assert made.unique is False


def test_members_of_a_table() -> None:
    (found,) = upgrade(
        "op.create_table('t', sa.Column('a', sa.Integer, sa.ForeignKey('s.u.id', name='f', ondelete='SET NULL')),"
        " sa.Column('b', sa.Text, unique=True), sa.Column('c', sa.Text, unique=True, index=True),"
        " sa.PrimaryKeyConstraint('a', 'b', name='p'), sa.CheckConstraint('a > 0'))"
    )
    assert isinstance(found, CreateTable)
    assert (found.primary_key, found.primary_key_name) == (("a", "b"), "p")
    (key,) = found.foreign_keys
    assert facts(key, "name", "columns", "target_table", "target_columns", "on_delete", "target_id") == (
        "f", ("a",), "s.u", ("id",), "set null", UNKNOWN,
    )  # fmt: skip
    assert [facts(each, "name", "columns") for each in found.unique_constraints] == [(None, ("b",))]
    assert [facts(each, "name", "columns", "unique") for each in found.indexes] == [("ix_t_c", ("c",), True)]


def kinds(found: tuple[Operation, ...]) -> list[str]:
    return [type(each).__name__ for each in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("op.add_column('t', sa.Column('a', sa.Integer, sa.ForeignKey('u.id')))", ["AddColumn", "AddForeignKey"]),
        ("op.add_column('t', sa.Column('a', sa.Integer, unique=True))", ["AddColumn", "AddUnique"]),
        ("op.add_column('t', sa.Column('a', sa.Integer, unique=True, index=True))", ["AddColumn", "CreateIndex"]),
        ("op.alter_column('t', 'a', nullable=False, new_column_name='b')", ["AlterColumn", "RenameColumn"]),
        ("op.alter_column('t', 'a', existing_type=sa.Text())", []),
        ("op.create_table('t', sa.Column('a', sa.Enum('x', name='e')))", ["CreateEnum", "CreateTable"]),
        (
            "with op.batch_alter_table('t') as b:\n    b.drop_column('x')\n    b.execute('DELETE FROM t')\n"
            "    b.drop_index('i')",
            ["WriteRows", "DropColumn", "DropIndex"],
        ),
        ("op.execute('DROP TABLE a; DROP TABLE b')", ["DropTable", "DropTable"]),
        ("op.execute('')", []),
    ],
)
def test_several(body: str, expected: list[str]) -> None:
    assert kinds(upgrade(body)) == expected


@pytest.mark.parametrize(
    "head",
    [
        "from alembic import op\n",
        "from alembic import op as o\nop = o\n",
        "import alembic\nop = alembic.op\n",
        "import alembic.op\nop = alembic.op\n",
        "from alembic.op import drop_table, f\n\nclass op:\n    drop_table = drop_table\n",
        "if True:\n    from alembic import op\n",
    ],
)
def test_imports_of_op(head: str) -> None:
    code = f"{head}revision = 'a'\ndown_revision = None\n\ndef upgrade():\n    op.drop_table('t')\n"
    (found,) = history({"alembic/__init__.py": "", PATH: code}).revisions
    assert kinds(found.upgrade) == ["DropTable"]


def test_parameters_of_a_text() -> None:
    (first, second) = upgrade(
        "op.get_bind().execute(sa.text('UPDATE t SET a = :a, b = b::text WHERE c = :c'), {'a': 1})\n"
        r"op.execute('UPDATE t SET d = \'\\:x\'')"
    )
    assert isinstance(first, WriteRows)
    assert isinstance(second, WriteRows)
    assert (first.columns, second.columns) == (("a", "b"), ("d",))


def test_places() -> None:
    code = f"""{HEAD}
SQL = "DROP TABLE c"

def upgrade():
    op.drop_table(
        "a",
    )
    with op.batch_alter_table("t") as batch_op:
        batch_op.drop_column("x")
    op.add_column("t", sa.Column("y", sa.Integer(), sa.ForeignKey("u.id")))
    op.execute(SQL)
"""
    (found,) = history({PATH: code}).revisions
    assert [text_at(each, code) for each in found.upgrade] == [
        'op.drop_table(\n        "a",\n    )',
        'batch_op.drop_column("x")',
        'op.add_column("t", sa.Column("y", sa.Integer(), sa.ForeignKey("u.id")))',
        'op.add_column("t", sa.Column("y", sa.Integer(), sa.ForeignKey("u.id")))',
        "op.execute(SQL)",
    ]
    column = next(each for each in found.upgrade if isinstance(each, AddColumn)).column
    assert code[column.at.start : column.at.end] == 'sa.Column("y", sa.Integer(), sa.ForeignKey("u.id"))'
    key = next(each for each in found.upgrade if isinstance(each, AddForeignKey)).key
    assert code[key.at.start : key.at.end] == 'sa.ForeignKey("u.id")'


def test_conventions_that_are_not_read_leave_names_unknown() -> None:
    more = {"app/db.py": "from third import base\nbase.metadata.naming_convention = {'uq': 'uq_%(table_name)s'}\n"}
    (found,) = upgrade("op.create_unique_constraint(None, 't', ['a'])", more=more)
    assert facts(found, "constraint.name") == (UNKNOWN,)
    (found,) = upgrade("op.create_unique_constraint('u', 't', ['a'])", more=more)
    assert facts(found, "constraint.name") == ("u",)
    (found,) = upgrade("op.create_unique_constraint(None, 't', ['a'])")
    assert facts(found, "constraint.name") == (None,)


def test_names_that_are_too_long_are_cut() -> None:
    name = "ix_" + "a" * 80
    created, dropped = upgrade(f"op.create_index('{name}', 't', ['a'])\nop.drop_index('{name}')")
    assert isinstance(created, CreateIndex)
    assert isinstance(dropped, DropIndex)
    assert created.index.name == dropped.name == "ix_" + "a" * 52 + "_" + "6260"


def test_types_of_older_packages() -> None:
    before = "import sqlmodel\nimport fastapi_users_db_sqlalchemy\n"
    changed = upgrade(
        "op.alter_column('t', 'a', type_=sqlmodel.sql.sqltypes.GUID())\n"
        "op.alter_column('t', 'b', type_=fastapi_users_db_sqlalchemy.generics.TIMESTAMPAware(timezone=True))",
        before,
    )
    assert [each.type for each in changed if isinstance(each, AlterColumn)] == ["uuid", "timestamptz"]


def test_keys_over_columns_that_are_not_known() -> None:
    (found,) = upgrade(
        "op.create_table('t', sa.Column('a', sa.Integer), sa.PrimaryKeyConstraint(thing()),"
        " sa.UniqueConstraint(thing(), 'a'))"
    )
    assert isinstance(found, CreateTable)
    assert found.primary_key == (UNKNOWN,)
    assert [each.columns for each in found.unique_constraints] == [(UNKNOWN, "a")]
