from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import pytest

from tenantlint.diagnostic import Diagnostic
from tenantlint.record import replace
from tenantlint.rule import Finding, Option, Rule, coerce, diagnose, label, options
from tenantlint.schema import UNKNOWN, Column, RowLevelSecurity, Schema, Table
from tenantlint.settings import Preset, Settings
from tenantlint.source import Location
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Iterable

AT = Location("schema.ts", 0, 1)
TABLE = Table(
    "id1", "users", None, "postgresql", "drizzle", "u", AT,
    (), (), (), (), (), (), (), RowLevelSecurity(False, False), frozenset(),
)  # fmt: skip


class Sample(Rule):
    """A rule of the tests."""

    code: ClassVar[str] = "ZZZ001"
    name: ClassVar[str] = "sample"
    preset: ClassVar[Preset] = "strict"

    word: str = "a"
    style: Literal["one", "two"] | None = None

    def check_table(self, table: Table, view: SchemaView) -> Iterable[Finding]:
        if table.symbol == "bad":
            raise ValueError("oops")
        yield Finding(table.at, table, table.symbol, self.word)


def view(*tables: Table, **settings) -> SchemaView:
    return SchemaView(Schema(tables, (), (), ()), Settings(rules=frozenset(), **settings))


def test_options_are_the_annotated_attributes_in_kebab_case():
    assert options(Sample) == {
        "exempt-tables": Option("exempt-tables", "exempt_tables", tuple[str, ...], ()),
        "word": Option("word", "word", str, "a"),
        "style": Option("style", "style", Literal["one", "two"] | None, None),
    }


def test_options_are_set_on_the_rule():
    rule = Sample({"word": "b", "exempt_tables": ("x*",)})
    tables = (replace(TABLE, symbol="x1"), TABLE)
    assert [(each.subject, each.text) for each in rule.check(view(*tables))] == [("u", "b")]
    assert Sample().word == "a"


def test_an_exception_tells_of_rule_and_table():
    with pytest.raises(ValueError, match="oops") as caught:
        list(Sample().check(view(replace(TABLE, symbol="bad"))))
    assert caught.value.__notes__ == ["ZZZ001 failed on bad in schema.ts"]


COERCED = [
    (bool, True, True),
    (str, "a", "a"),
    (tuple[str, ...], ["a", "b"], ("a", "b")),
    (tuple[str, ...], "a", ("a",)),
    (Literal["a", "b"], "b", "b"),
    (Literal["a", "b"] | None, "b", "b"),
]


@pytest.mark.parametrize(("hint", "value", "expected"), COERCED)
def test_coerce(hint, value, expected):
    assert coerce(hint, value) == expected


REFUSED = [
    (bool, 1, "expected true or false, not a number"),
    (str, True, "expected a string, not true or false"),
    (str, 1.5, "expected a string, not 1.5"),
    (tuple[str, ...], ["a", 1], "expected a list of strings, not a list"),
    (tuple[str, ...], {}, "expected a list of strings, not a table"),
    (Literal["a", "b", "c"], "d", 'expected "a", "b" or "c", not "d"'),
    (Literal["a", "b"] | None, ["a"], 'expected "a" or "b", not a list'),
]


@pytest.mark.parametrize(("hint", "value", "message"), REFUSED)
def test_coerce_says_what_it_expects(hint, value, message):
    with pytest.raises(TypeError) as caught:
        coerce(hint, value)
    assert str(caught.value) == message


def messages(*findings: Finding) -> list[tuple[str, int]]:
    return [(each.message, each.at.start) for each in diagnose(Sample(), findings)]


def test_one_finding_is_one_diagnostic():
    (found,) = diagnose(Sample(), [Finding(AT, TABLE, "users.x", "is wrong")])
    assert found == Diagnostic("ZZZ001", "sample", "error", "`users.x` is wrong", AT)


def test_tables_that_show_one_place_are_counted():
    other, third = replace(TABLE, id="id2"), replace(TABLE, id="id3")
    elsewhere = Location("schema.ts", 9, 10)
    found = messages(
        Finding(AT, TABLE, "users.x", "is wrong"),
        Finding(elsewhere, TABLE, "users.y", "is wrong"),
        Finding(AT, other, "posts.x", "is wrong"),
        Finding(AT, third, "tags.x", "is wrong"),
    )
    assert found == [("`posts.x` (and 2 more tables) is wrong", 0), ("`users.y` is wrong", 9)]


def test_two_defects_of_one_table_at_one_place_are_two_diagnostics():
    other = replace(TABLE, id="id2")
    found = messages(
        Finding(AT, TABLE, "users.x", "is wrong"),
        Finding(AT, TABLE, "users.y", "is wrong"),
        Finding(AT, other, "zebras.x", "is wrong"),
    )
    assert found == [("`users.x` (and 1 more table) is wrong", 0), ("`users.y` (and 1 more table) is wrong", 0)]


@pytest.mark.parametrize(
    ("table_name", "column_name", "expected"),
    [
        ("users", None, "users"),
        (UNKNOWN, None, "u"),
        ("users", "x_id", "users.x_id"),
        ("users", UNKNOWN, "users.xId"),
        (UNKNOWN, "x_id", "u.x_id"),
    ],
)
def test_labels_are_the_names_in_the_database_where_they_are_known(table_name, column_name, expected):
    column = Column(column_name, "xId", "uuid", False, False, False, False, False, False, AT)
    assert label(replace(TABLE, name=table_name), None if column_name is None else column) == expected
