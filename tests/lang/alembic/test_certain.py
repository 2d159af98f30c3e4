"""What surely happens when a revision runs, and what may."""

from __future__ import annotations

import pytest

from lang.alembic.support import upgrade
from tenantlint.migration import Unread

ADD = 'op.drop_table("a")'
AFTER = 'op.drop_table("z")'


def shown(body: str, before: str = "") -> list[tuple[str, bool]]:
    """Return the operations as the table that each drops, and whether it is certain."""
    return [(str(getattr(each, "table", type(each).__name__)), each.certain) for each in upgrade(body, before)]


@pytest.mark.parametrize(
    ("test", "certain", "after"),
    [
        ("thing", False, True),
        ("thing()", False, True),
        ("context.is_offline_mode()", False, True),
        ("not context.is_offline_mode()", False, True),
        ("op.get_context().as_sql", False, True),
        ("op.get_bind().execute(sa.text('SELECT count(*) FROM a')).scalar() > 0", False, True),
        ("op.get_bind().dialect.name == 'postgresql'", True, True),
        ("op.get_bind().engine.name == 'postgresql' and op.get_context().dialect.name != 'mysql'", True, True),
        ("'a' in sa.inspect(op.get_bind()).get_table_names()", True, True),
        ("not sa.inspect(op.get_bind()).has_table('a')", True, True),
        ("op.get_bind().dialect.has_table(op.get_bind(), 'a')", True, True),
        ("any(each['name'] == 'x' for each in sa.inspect(op.get_bind()).get_columns('a'))", True, True),
        ("{each['name'] for each in sa.inspect(op.get_bind()).get_columns('a')} & {'x'}", True, True),
        ("len(sa.inspect(op.get_bind()).get_indexes('a')) == 0", True, True),
        ("op.get_bind().execute(sa.text('SELECT 1 FROM pg_tables')).fetchone() is None", True, True),
        ("sa.inspect(op.get_bind()).has_table('a') and thing", False, True),
        ("sa.inspect(op.get_bind()).has_table('a') and op.get_bind().dialect.name == 'postgresql'", True, True),
    ],
)
def test_branches(test: str, certain: bool, after: bool) -> None:
    assert shown(f"if {test}:\n    {ADD}\n{AFTER}") == [("a", certain), ("z", after)]


def test_another_database_does_not_count() -> None:
    body = f"if op.get_bind().dialect.name == 'sqlite':\n    {ADD}\nelse:\n    {AFTER}"
    assert shown(body) == [("z", True)]
    assert (
        shown(f"if sa.inspect(op.get_bind()).has_table('a') and op.get_bind().dialect.name == 'mysql':\n    {ADD}")
        == []
    )


@pytest.mark.parametrize(
    ("test", "certain"),
    [
        ("thing", False),
        ("context.is_offline_mode()", True),
        ("sa.inspect(op.get_bind()).has_table('a')", True),
        ("op.get_bind().dialect.name == 'mysql'", True),
    ],
)
def test_what_follows_a_return(test: str, certain: bool) -> None:
    assert shown(f"if {test}:\n    return\n{AFTER}") == [("z", certain)]


def test_what_follows_a_return_in_a_helper() -> None:
    before = f"def helper():\n    if thing:\n        return\n    {ADD}\n"
    assert shown(f"helper()\n{AFTER}", before) == [("a", False), ("z", True)]


def test_what_follows_a_raise() -> None:
    assert shown(f"if thing:\n    raise ValueError\n{AFTER}") == [("z", True)]
    assert shown(f"{ADD}\nraise ValueError\n{AFTER}") == [("a", True)]


def test_exceptions() -> None:
    body = (
        f"try:\n    {ADD}\nexcept Exception as error:\n    print(error)\n    op.drop_table('b')\nfinally:\n    {AFTER}"
    )
    assert shown(body) == [("a", True), ("b", False), ("z", True)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("for name in ('a', 'b'):\n    op.drop_table(name)", [("a", True), ("b", True)]),
        ("for name in ['a', 'b']:\n    if name == 'a':\n        continue\n    op.drop_table(name)", [("b", True)]),
        ("for name in ['a']:\n    if thing:\n        continue\n    op.drop_table(name)", [("a", False)]),
        (
            "for name in ['a', 'b']:\n    try:\n        if name == 'a':\n            continue\n"
            "        op.drop_table(name)\n"
            "    except Exception:\n        continue",
            [("b", True)],
        ),
        ("for name in thing:\n    op.drop_table('a')", [("a", False)]),
        ("for name in thing:\n    op.drop_table(name)", [("Unknown.UNKNOWN", False)]),
        ("for name in ('a', 'b'):\n    op.drop_table(name)\n    break", [("Unknown.UNKNOWN", False)]),
        (
            "for _ in thing:\n    op.drop_table('a')\n    break\nelse:\n    op.drop_table('z')",
            [("a", False), ("z", True)],
        ),
        ("while thing:\n    op.drop_table('a')\nop.drop_table('z')", [("a", False), ("z", True)]),
        ("[op.drop_table(name) for name in ('a', 'b') if name != 'b']", [("a", True)]),
        ("for name, (x, *y) in {'a': (1, 2)}.items():\n    op.drop_table(name)", [("a", True)]),
        ("with op.get_context().autocommit_block():\n    op.drop_table('a')", [("a", True)]),
        ("with thing() as other:\n    op.drop_table('a')", [("a", True)]),
        ("def inner(name):\n    op.drop_table(name)\ninner('a')", [("a", True)]),
        ("drop = op.drop_table\ndrop('a')", [("a", True)]),
        ("getattr(op, 'drop_table')('a')", [("a", True)]),
        ("match thing:\n    case 1:\n        op.drop_table('a')", [("a", False)]),
    ],
)
def test_loops_and_blocks(body: str, expected: list[tuple[str, bool]]) -> None:
    found = [(str(each.tables if isinstance(each, Unread) else each.table), each.certain) for each in upgrade(body)]
    assert found == expected


@pytest.mark.parametrize(
    ("statement", "field"),
    [
        ('op.create_table("a", sa.Column("id", sa.Integer))', "if_not_exists"),
        ('op.add_column("a", sa.Column("x", sa.Integer))', "if_not_exists"),
        ('op.create_index("i", "a", ["x"])', "if_not_exists"),
        ('op.drop_table("a")', "if_exists"),
        ('op.drop_column("a", "x")', "if_exists"),
        ('op.drop_index("i", "a")', "if_exists"),
        ('op.drop_constraint("c", "a")', "if_exists"),
    ],
)
def test_a_guard_makes_it_idempotent(statement: str, field: str) -> None:
    (plain,) = upgrade(statement)
    (guarded,) = upgrade(f"if sa.inspect(op.get_bind()).has_table('a'):\n    {statement}")
    assert getattr(plain, field) is False
    assert getattr(guarded, field) is True
    assert guarded.certain
