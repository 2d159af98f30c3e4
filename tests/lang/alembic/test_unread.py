"""What is not understood says what it may touch."""

from __future__ import annotations

import pytest

from lang.alembic.support import HEAD, PATH, history, text_at, upgrade
from tenantlint.migration import DropTable, Unread
from tenantlint.schema import UNKNOWN

DYNAMIC = "parts of its text are known only when the revision runs"
MADE = "the statement is made by code that is not read"
GIVEN = "it is given to code that is not read"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("op.create_entity(thing)", ("`op.create_entity` is no operation of Alembic's own", UNKNOWN, True, True)),
        ("op.invoke(thing)", ("`op.invoke` runs what is not read", UNKNOWN, True, True)),
        ("globals()['x']()", ("which function it calls is known only when it runs", UNKNOWN, True, True)),
        ("exec('x')", ("which function it calls is known only when it runs", UNKNOWN, True, True)),
        (
            "import importlib\nimportlib.import_module('x').run()",
            ("which function it calls is known only when it runs", UNKNOWN, True, True),
        ),
        ("thing.metadata.create_all(bind=op.get_bind())", (GIVEN, UNKNOWN, True, True)),
        ("with open('x.sql') as file:\n    op.execute(file.read())", (MADE, UNKNOWN, True, True)),
        ("op.execute(thing)", (MADE, UNKNOWN, True, True)),
        ("op.get_bind().execute(thing)", (MADE, UNKNOWN, True, True)),
        ("thing(op.get_bind())", (GIVEN, UNKNOWN, True, True)),
        ("thing.migrate(connection=op.get_bind())", (GIVEN, UNKNOWN, True, True)),
        ("map(op.drop_table, ['a'])", (GIVEN, UNKNOWN, True, True)),
        ("op.execute(thing())", (MADE, UNKNOWN, True, True)),
        ("op.execute(f'{thing}')", (DYNAMIC, UNKNOWN, True, True)),
        ("op.execute(f'{thing} DROP TABLE a')", (DYNAMIC, UNKNOWN, True, True)),
        ("op.execute(f'DROP TABLE {thing}')", (DYNAMIC, UNKNOWN, False, True)),
        ("op.execute('DROP TABLE %s' % thing)", (DYNAMIC, UNKNOWN, False, True)),
        ("op.execute('DROP TABLE {}'.format(thing))", (DYNAMIC, UNKNOWN, False, True)),
        ("op.execute('DROP TABLE ' + str(thing))", (DYNAMIC, UNKNOWN, False, True)),
        ("op.execute(f'ALTER TABLE a DROP CONSTRAINT {thing}')", (DYNAMIC, ("a",), False, True)),
        ("op.execute(f'ALTER TABLE {thing} ENABLE ROW LEVEL SECURITY')", (DYNAMIC, UNKNOWN, True, False)),
        ("op.execute(f'DROP POLICY {thing} ON a')", (DYNAMIC, ("a",), True, False)),
        ("op.execute(f'UPDATE {thing} SET x = 1')", (DYNAMIC, UNKNOWN, False, False)),
        ("op.add_column('a', thing)", ("the column is made by code that is not read", ("a",), False, True)),
        (
            "for name in thing:\n    op.drop_column('a', name)",
            ("it is repeated for something that is known only when the revision runs", ("a",), False, True),
        ),
        (
            "from sqlalchemy.orm import Session\nSession(op.get_bind()).add(thing)",
            ("rows are written through objects", UNKNOWN, False, False),
        ),
        ("from app import helper\nhelper(op.get_bind())", (GIVEN, UNKNOWN, True, True)),
    ],
)
def test_unread(body: str, expected: tuple[object, ...]) -> None:
    (found,) = upgrade(body)
    assert isinstance(found, Unread)
    assert (found.why, found.tables, found.security, found.structure) == expected


@pytest.mark.parametrize(
    "body",
    [
        "print(thing)",
        "thing.info('go')",
        "logger = thing.getLogger(__name__)\nlogger.warning('%s', 1)",
        "import os\nos.environ.get('X')",
        "rows = op.get_bind().execute(sa.text('SELECT 1')).fetchall()\nprint(rows[0].x)",
        "sa.inspect(op.get_bind())",
        "op.get_bind().execute(sa.select(sa.table('a')))",
        "sa.Table('a', sa.MetaData(), autoload_with=op.get_bind())",
        "pass",
        "op.f('x')",
        "op.get_bind().commit()",
    ],
)
def test_nothing_happens(body: str) -> None:
    assert upgrade(body) == ()


def test_several_databases() -> None:
    """Alembic's template for several databases looks its functions up by the name of the database."""
    code = f"""{HEAD}
def upgrade(engine_name: str) -> None:
    globals()["upgrade_%s" % engine_name]()

def upgrade_one() -> None:
    op.drop_table("a")
"""
    (found,) = history({PATH: code}).revisions
    assert [each.why for each in found.upgrade if isinstance(each, Unread)] == [
        "which function it calls is known only when it runs"
    ]


def test_known_parts_of_a_text_are_enough() -> None:
    (found,) = upgrade("op.execute(f\"UPDATE a SET x = '{thing}' WHERE y = {thing}\")")
    assert (type(found).__name__, found.table, found.columns) == ("WriteRows", "a", ("x",))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("helper", "why"),
    [
        ("async def helper():\n    await op.get_bind().execute('x')\n", "`helper` is not read"),
        ("from third import helper\n", None),
        ("from app import helper\n", "`helper` is not read"),
    ],
)
def test_functions_that_are_not_read(helper: str, why: str | None) -> None:
    found = upgrade("helper()", helper, {"app.py": "def other():\n    pass\n"})
    assert [each.why for each in found if isinstance(each, Unread)] == ([] if why is None else [why])


def test_a_helper_in_another_file_stands_at_its_call() -> None:
    code = f"{HEAD}from app.tools import drop\n\ndef upgrade():\n    drop('a')\n    op.drop_table('b')\n"
    tools = (
        "from alembic import op\n\ndef drop(name):\n    _really(name)\n\ndef _really(name):\n    op.drop_table(name)\n"
    )
    (found,) = history({PATH: code, "app/tools.py": tools, "app/__init__.py": ""}).revisions
    assert [text_at(each, code) for each in found.upgrade] == ["drop('a')", "op.drop_table('b')"]
    assert [each.table for each in found.upgrade if isinstance(each, DropTable)] == ["a", "b"]
    assert {each.at.path for each in found.upgrade} == {PATH}


def test_a_helper_in_the_same_file_stands_at_the_operation() -> None:
    code = f"{HEAD}\ndef drop(name):\n    op.drop_table(name)\n\ndef upgrade():\n    drop('a')\n"
    (found,) = history({PATH: code}).revisions
    assert [text_at(each, code) for each in found.upgrade] == ["op.drop_table(name)"]


@pytest.mark.parametrize(
    "body",
    [
        "upgrade()",
        "while True:\n    op.drop_table('a')",
        "op.create_table()",
        "op.create_table(None, 1, 'x', *thing, **thing)",
        "op.add_column()",
        "op.create_index('i', 't', None)",
        "op.create_index(thing, thing, [thing, sa.text(thing), None, 1])",
        "op.alter_column(1, 2, nullable=3, type_=4, server_default=thing, new_column_name=5)",
        "op.create_foreign_key('f', 't', 'u', 'a', [thing])",
        "op.drop_constraint(None, None, type_=thing)",
        "op.bulk_insert(thing, thing)",
        "op.bulk_insert(None, [1, {'a': 1}])",
        "op.execute()",
        "op.execute('')",
        "op.execute(b'x')",
        "op.execute('\\ud800')",
        "op.execute(['SELECT 1'])",
        "op.batch_alter_table('t').add_column(sa.Column('a'))",
        "with op.batch_alter_table(thing) as (a, b):\n    a.drop_column('x')",
        "sa.Enum().create(op.get_bind())",
        "sa.Enum(*thing, name=thing).drop(1, 2, 3, 4)",
        "op.get_bind().dialect.name.foo.bar[1:2](3)",
        "for x in range(10 ** 9):\n    op.drop_table('a')",
        "x = [y for y in range(1000) for z in range(1000)]",
        "'%d %(a)s' % {'a': 1}\n'{0[x].y!r:>10}'.format(thing)",
        "op.execute('{}'.format())",
        "op.execute('%s %s' % 'a')",
        "lambda: op.drop_table('a')",
        "op.rename_table('a')",
        "sa.table('t').update().values(thing, *thing)",
        "op.execute(sa.update(thing).values({thing: 1}))",
        "del op",
        "op = thing",
    ],
)
def test_nothing_is_too_odd(body: str) -> None:
    """Whatever stands there, reading goes on: what follows is read."""
    code = f"{HEAD}\ndef upgrade():\n    op.drop_table('first')\n" + "".join(
        f"    {line}\n" for line in body.split("\n")
    )
    found = history({PATH: code, "alembic/versions/two.py": "revision = 'two'\ndown_revision = 'one'\n"})
    assert [each.id for each in found.revisions] == ["one", "two"]
    first = found.revisions[0].upgrade
    if "op = thing" not in body and "del op" not in body:
        assert isinstance(first[0], DropTable)
        assert first[0].table == "first"
