"""The order of revisions, and what is wrong with a history."""

from __future__ import annotations

import pytest

from lang.alembic.support import history, linked, script

FOLDER = "alembic/versions"


def environment(scripts: dict[str, str]) -> dict[str, str]:
    return {f"{FOLDER}/{name}.py": text for name, text in scripts.items()}


@pytest.mark.parametrize(
    ("scripts", "order"),
    [
        ({"a": script("1", "None")}, ["1"]),
        ({"a": script("3", "'2'"), "b": script("2", "'1'"), "c": script("1", "None")}, ["1", "2", "3"]),
        (
            {
                "m": script("m", "('l', 'r')"),
                "r": script("r", "'root'"),
                "l": script("l", "'root'"),
                "z": script("root", "None"),
            },
            ["root", "l", "r", "m"],
        ),
        (
            {
                "a": script("side", "None", "branch_labels = ('side_branch',)\ndepends_on = ('main',)\n"),
                "b": script("main", "None"),
            },
            ["main", "side"],
        ),
        (
            {
                "a": script("late", "None", "branch_labels = 'x'\ndepends_on = 'y@head'\n"),
                "b": script("y1", "None", "branch_labels = 'y'\n"),
            },
            ["y1", "late"],
        ),
        (
            {
                "a": "BASE = None\nrevision: str = '1'\ndown_revision: str | None = BASE\n",
                "b": "PREFIX = 'r'\nrevision = PREFIX + '2'\ndown_revision = ['1']\n",
            },
            ["1", "r2"],
        ),
    ],
)
def test_order(scripts: dict[str, str], order: list[str]) -> None:
    found = history(environment(scripts))
    assert [revision.id for revision in found.revisions] == order
    assert found.problems == ()
    assert (found.kind, found.path) == ("alembic", FOLDER)


def test_parents_and_places() -> None:
    text = script("m", "('l', 'r')")
    found = history(environment({"1": script("l", "None"), "2": script("r", "'l'"), "3": text})).revisions[2]
    assert found.parents == ("l", "r")
    assert found.path == found.at.path == f"{FOLDER}/3.py"
    assert text[found.at.start : found.at.end] == 'revision = "m"'
    assert found.empty


@pytest.mark.parametrize(
    ("scripts", "problems"),
    [
        (
            {"a": script("1", "None"), "b": script("2", "'1'"), "c": script("3", "'1'")},
            [("heads", "has 2 heads, `2` and `3`, so that `alembic upgrade head` fails", "c", "revision")],
        ),
        (
            {"a": script("1", "None"), "b": script("2", "None"), "c": script("3", "None")},
            [("heads", "has 3 heads, `1`, `2` and `3`, so that `alembic upgrade head` fails", "c", "revision")],
        ),
        (
            {"a": script("1", "None", "branch_labels = ('x',)\n"), "b": script("2", "None", "branch_labels = 'y'\n")},
            [],
        ),
        ({"a": script("1", "None"), "b": script("2", "None", "branch_labels = ('y',)\n")}, []),
        (
            {
                "a": script("1", "None", "branch_labels = 'x'\n"),
                "b": script("2", "'1'"),
                "c": script("3", "'1'"),
                "d": script("4", "None"),
            },
            [("heads", "has 2 heads, `2` and `3`, so that `alembic upgrade head` fails", "c", "revision")],
        ),
        (
            {"a": script("2", "'1'")},
            [("missing parent", "has no revision `1`, which `2` follows", "a", "down_revision")],
        ),
        (
            {"a": script("1", "'2'"), "b": script("2", "'1'"), "c": script("3", "'2'")},
            [("cycle", "goes round in a circle: `1` follows `2`", "a", "down_revision")],
        ),
        (
            {"a": script("1", "'1'")},
            [("cycle", "goes round in a circle: `1` follows itself", "a", "down_revision")],
        ),
        (
            {"a": script("1", "None"), "b": script("1", "None")},
            [("duplicate", f"has two revisions `1`, the other in `{FOLDER}/a.py`", "b", "revision")],
        ),
        # what is not read may be what seems to be missing
        ({"a": script("2", "'1'"), "b": "revision = '1'\ndown_revision = (\n"}, []),
        ({"a": script("2", "'1'"), "b": "from third import name\nrevision = name\ndown_revision = None\n"}, []),
        ({"a": script("1", "None"), "b": "from third import x\nrevision = '2'\ndown_revision = x\n"}, []),
    ],
)
def test_problems(scripts: dict[str, str], problems: list[tuple[str, str, str, str]]) -> None:
    found = history(environment(scripts)).problems
    assert [(each.kind, each.text, each.at.path) for each in found] == [
        (kind, text, f"{FOLDER}/{name}.py") for kind, text, name, _where in problems
    ]
    for each, (_kind, _text, name, where) in zip(found, problems, strict=True):
        assert scripts[name][each.at.start : each.at.end].split(" ")[0] == where


def test_a_cycle_loses_no_revision() -> None:
    scripts = {"a": script("1", "'2'"), "b": script("2", "'1'"), "c": script("0", "None")}
    assert [revision.id for revision in history(environment(scripts)).revisions] == ["0", "1", "2"]


def test_bad_syntax_is_told_once() -> None:
    files = environment({"a": script("1", "None"), "b": "revision = '2'\ndown_revision = (\n", "c": script("3", "'2'")})
    found = linked(files)
    assert [(each.code, each.at.path) for each in found.problems] == [("ERR003", f"{FOLDER}/b.py")]
    (only,) = found.histories
    assert [revision.id for revision in only.revisions] == ["1", "3"]


def test_what_is_no_revision() -> None:
    files = {"alembic/env.py": "from alembic import context\n", "alembic/versions/__init__.py": ""}
    assert linked(files).histories == ()


def test_computed_ids_are_told() -> None:
    files = environment({"a": "from third import x\nrevision = x\ndown_revision = None\n", "b": script("2", "None")})
    found = linked(files)
    assert [(each.what, each.at.path) for each in found.unresolved] == [("revision", f"{FOLDER}/a.py")]
    assert [revision.id for revision in found.histories[0].revisions] == ["a", "2"]


def test_environments_are_apart() -> None:
    files = {
        "one/versions/a.py": script("1", "None"),
        "two/versions/a.py": script("1", "None"),
        "two/versions/b.py": script("2", "'1'"),
    }
    found = linked(files).histories
    assert [(each.path, len(each.revisions), each.problems) for each in found] == [
        ("one/versions", 1, ()),
        ("two/versions", 2, ()),
    ]


def test_version_locations_are_one_environment() -> None:
    files = {
        "alembic/versions/a.py": script("1", "None"),
        "plugin/versions/b.py": script("2", "'1'"),
        "plugin/versions/more/c.py": script("3", "'2'"),
    }
    (found,) = linked(files).histories
    assert found.path == "alembic/versions"
    assert [revision.id for revision in found.revisions] == ["1", "2", "3"]
    assert found.problems == ()
