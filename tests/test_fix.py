"""The fixing loop: what is applied, what waits, what is withheld, and that files change whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tenantlint import fix, lower
from tenantlint.asked import Asked
from tenantlint.change import Fix, MakeRequired, Patch, RemoveText, Use
from tenantlint.config_tree import ConfigTree
from tenantlint.edit import Edit, apply
from tenantlint.fix import Fixer, diff, write
from tenantlint.project import Project
from tenantlint.rule import Finding, Rule
from tenantlint.settings import Settings
from tenantlint.source import BOM, Location

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tenantlint.schema import Table
    from tenantlint.view import SchemaView

MODELS = b"""\
from sqlmodel import Field, SQLModel

class A(SQLModel, table=True):
    id: int = Field(primary_key=True)
    bad: int
    worse: int
"""


class FakeRule(Rule):
    """Finds every column that is called bad or worse, and proposes to change it."""

    code = "TEN001"
    name = "missing-tenant-id"
    preset = "recommended"
    applicability = "safe"

    def check_table(self, table: Table, view: SchemaView) -> Iterator[Finding]:
        for column in table.columns:
            if column.key in ("bad", "worse"):
                yield Finding(
                    column.at,
                    table,
                    column.key,
                    "is bad",
                    Fix("Mend", self.applicability, MakeRequired(table.id, column.key)),
                )


@pytest.fixture
def patches(monkeypatch: pytest.MonkeyPatch) -> dict[str, Patch]:
    """What each column's fix comes to, by key; the rule book is one fake rule."""
    made: dict[str, Patch] = {}
    monkeypatch.setattr("tenantlint.rules.load", lambda code: FakeRule)
    monkeypatch.setattr(fix, "lower", lambda change, context: made.get(change.key) or _rename(change, context))
    return made


def _rename(change: MakeRequired, context: object) -> Patch:
    """Rename the column of the change to good_N: the stretch is where it is now."""
    column = context.column(change.table_id, change.key)
    return Patch((Edit(column.at.path, column.at.start, column.at.end, f"good_{change.key}"),))


def fixed(data: bytes = MODELS, unsafe: bool = False) -> fix.Fixed:
    project = Project("/nonexistent", frozenset(), {"m.py": data})
    configs = ConfigTree("/nonexistent", lambda folder: Settings(frozenset({"TEN001"})), single=True)
    return Fixer(Asked(folders=("",)), configs, unsafe).fix(project, ())


@pytest.mark.usefixtures("patches")
def test_fixes_that_go_together_are_made_together_and_nothing_else_changes():
    result = fixed()
    assert dict(result.contents) == {"m.py": MODELS.replace(b"bad", b"good_bad").replace(b"worse", b"good_worse")}
    assert [each.message for each in result.applied] == ["`bad` is bad", "`worse` is bad"]
    assert (result.outcome.diagnostics, result.withheld) == ((), ())


@pytest.mark.usefixtures("patches")
def test_a_byte_order_mark_and_line_ends_stay():
    data = BOM + MODELS.replace(b"\n", b"\r\n")
    assert fixed(data).contents["m.py"] == data.replace(b"bad", b"good_bad").replace(b"worse", b"good_worse")


def test_fixes_that_overlap_wait_for_the_next_pass(patches):
    start = MODELS.index(b"bad")
    patches["bad"] = Patch((Edit("m.py", start, len(MODELS), "good: int\n    worse: int\n"),))
    result = fixed()
    assert result.contents["m.py"] == MODELS[:start] + b"good: int\n    good_worse: int\n"
    assert [each.message for each in result.applied] == ["`bad` is bad", "`worse` is bad"]


def test_a_fix_that_would_break_a_file_is_withheld(patches):
    start = MODELS.index(b"bad")
    patches["bad"] = Patch((Edit("m.py", start, start + 3, "not valid"),))
    result = fixed()
    assert result.contents["m.py"] == MODELS.replace(b"worse", b"good_worse")
    assert [(each.reason, each.diagnostic.message) for each in result.withheld] == [
        ("m.py would not parse any more", "`bad` is bad")
    ]


def test_a_fix_that_is_refused_is_told(patches):
    patches["bad"] = Patch(refused="it is taken")
    assert [each.reason for each in fixed().withheld] == ["it is taken"]


def test_uses_that_cannot_be_resolved_make_a_fix_unsafe(patches):
    use = Use("`bad` of something", Location("m.py", 0, 0))
    start = MODELS.index(b"bad")
    patches["bad"] = Patch((Edit("m.py", start, start + 3, "good"),), unresolved=(use,))
    result = fixed()
    assert [(each.reason, each.patch.unresolved) for each in result.withheld] == [
        ("some uses cannot be resolved", (use,))
    ]
    assert b"bad" in result.contents["m.py"]
    result = fixed(unsafe=True)
    assert b"bad" not in result.contents["m.py"]
    assert (result.withheld, result.left) == ((), (use,))


def test_uses_that_are_left_are_told_where_they_stand_in_the_end(patches):
    start, use = MODELS.index(b"bad"), MODELS.index(b"worse")
    patches["bad"] = Patch(
        (Edit("m.py", start, start + 3, "better"),), unresolved=(Use("`worse`", Location("m.py", use, use + 5)),)
    )
    result = fixed(unsafe=True)
    assert [left.at.start for left in result.left] == [use + 3]


def test_a_fix_that_does_not_help_is_made_once(patches):
    start = MODELS.index(b"worse")
    patches["bad"] = Patch((Edit("m.py", start, start, "more: int\n    "),))
    result = fixed()
    assert result.contents["m.py"].count(b"more") == 1
    assert [each.message for each in result.outcome.diagnostics] == ["`bad` is bad"]


def test_unsafe_fixes_are_made_only_when_they_are_allowed(monkeypatch):
    monkeypatch.setattr("tenantlint.rules.load", lambda code: FakeRule)
    monkeypatch.setattr(fix, "lower", _rename)
    monkeypatch.setattr(FakeRule, "applicability", "unsafe")
    assert dict(fixed().contents) == {}
    assert len(fixed(unsafe=True).applied) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # gone\ny\n", "x = 1\ny\n"),
        ("x\n  # gone\ny\n", "x\ny\n"),
        ("x\r\n\t# gone\r\ny", "x\r\ny"),
        ("x\n# gone", "x\n"),
        ("# gone\nx\n", "x\n"),
        ("f( # gone , y)", "f( , y)"),
    ],
)
def test_text_is_removed_with_its_line_where_nothing_else_is_on_it(before, after):
    data = before.encode()
    start = data.index(b"# gone")
    (change,) = lower.lower(RemoveText(Location("a.py", start, start + 6)), lower_context({"a.py": data})).edits
    assert apply(data, [change]) == after.encode()


def lower_context(files: dict[str, bytes]) -> object:
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Schema

    return Lowering(Project("/nonexistent", frozenset(), files), Schema((), (), (), ()))


def project_at(tmp_path: Path, **files: bytes) -> Project:
    for name, data in files.items():
        (tmp_path / f"{name}.py").write_bytes(data)
    return Project(str(tmp_path), frozenset(f"{name}.py" for name in files))


def test_files_are_written(tmp_path):
    project = project_at(tmp_path, a=b"old")
    assert write(project, {"a.py": b"new", "deep/er/b.py": b"more"}) is None
    assert {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*.py")} == {
        "a.py": b"new",
        "deep/er/b.py": b"more",
    }


def test_nothing_is_written_where_a_file_has_changed_meanwhile(tmp_path):
    project = project_at(tmp_path, a=b"old", b=b"old")
    project.source("a.py")
    project.source("b.py")
    (tmp_path / "b.py").write_bytes(b"edited")
    assert write(project, {"a.py": b"new", "b.py": b"new"}) == "b.py"
    assert (tmp_path / "a.py").read_bytes() == b"old"


def test_a_new_file_never_takes_the_place_of_one_that_is_there(tmp_path):
    project = project_at(tmp_path, a=b"old")
    (tmp_path / "new.py").write_bytes(b"mine")
    assert write(project, {"a.py": b"x", "new.py": b"y"}) == "new.py"
    assert [(tmp_path / name).read_bytes() for name in ("a.py", "new.py")] == [b"old", b"mine"]


def test_nothing_is_written_where_one_file_cannot_be(tmp_path, monkeypatch):
    project = project_at(tmp_path, a=b"old", b=b"old")
    real, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(project, {"a.py": b"new", "b.py": b"new"})
    assert sorted(os.listdir(tmp_path)) == ["a.py", "b.py"]
    assert [(tmp_path / name).read_bytes() for name in ("a.py", "b.py")] == [b"old", b"old"]


def test_diff(tmp_path):
    project = project_at(tmp_path, a=b"one\r\ntwo")
    assert diff(project, {"a.py": b"one\r\n2", "new.py": b"x\n"}, str) == (
        "--- a.py\n+++ a.py\n@@ -1,2 +1,2 @@\n one\r\n-two\n\\ No newline at end of file\n+2\n"
        "\\ No newline at end of file\n--- /dev/null\n+++ new.py\n@@ -0,0 +1 @@\n+x\n"
    )
