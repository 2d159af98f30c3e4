"""Comments that silence nothing. ``run`` goes through the pipeline, which knows which rules ran on which file."""

import pytest

from rules.support import Found, Snippet, py, ts
from tenantlint import pipeline
from tenantlint.asked import Asked
from tenantlint.config_tree import ConfigTree
from tenantlint.project import Project
from tenantlint.settings import FileIgnore, Settings
from tenantlint.source import Source

RULES = frozenset({"NAM001", "TEN001", "UNU001"})
LATER = "a defect that comes later would pass unseen; remove it"
CLEAN = 'id: uuid("id").primaryKey(), tenant_id: uuid("tenant_id")'


def stale(word: str, code: str = "TEN001") -> str:
    return f"`{word}` is silenced here, where no {code} is found: {LATER} from the comment"


def run(snippet: Snippet) -> list[Found]:
    """Return what is found of UNU001 in a project of one file; other findings must be silenced."""
    ((path, text),) = snippet.files.items()
    settings = Settings(**{"rules": RULES, **snippet.settings})
    configs = ConfigTree("/p", lambda folder: settings)
    configs.add(snippet.files)
    data = text.encode()
    outcome = pipeline.check(Project("/p", frozenset(), {path: data}), Asked(folders=("",)), configs, ())
    assert [each.code for each in outcome.diagnostics if each.code != "UNU001"] == []
    assert {(each.name, each.severity) for each in outcome.diagnostics} <= {("unused-suppression", "warning")}
    positions = [(Source(path, data).position(each.at.start), each.message) for each in outcome.diagnostics]
    return [Found(position.line, position.column, message) for position, message in positions]


def model(comment: str, column: str = "tenant_id: UUID", **settings: object):
    """Return a SQLModel class with a comment behind its first line, which is line 2."""
    return py(
        f"""
        class Note(SQLModel, table=True):  {comment}
            id: int = Field(primary_key=True)
            {column}
        """,
        **settings,
    )


def table(comment: str, columns: str = CLEAN, **settings: object):
    """Return a Drizzle table on line 3 with a comment above it."""
    return ts(f'{comment}\nexport const notes = pgTable("notes", {{ {columns} }});', **settings)


def head(comment: str, body: str):
    """Return a SQLModel file that begins with a comment."""
    return Snippet({"models.py": f"{comment}\nfrom sqlmodel import Field, SQLModel\n{body}"}, {})


NOOP = {
    "py used": model("# tenantlint: ignore[TEN001]", "text: str"),
    "py used by name": model("# tenantlint: ignore[missing-tenant-id] -- shared", "text: str"),
    "py used without codes": model("# tenantlint: ignore", "text: str"),
    "py used noqa": model("# noqa: TEN001", "text: str"),
    "py noqa without codes": model("# noqa"),
    "py other tools' codes": model("# noqa: E501, F401"),
    "py other tools' codes beside one of ours": model("# noqa: E501,TEN001", "text: str"),
    "py a rule that is not selected": model("# tenantlint: ignore[TEN002]"),
    "py a rule that is not selected, by noqa": model("# noqa: TEN002"),
    "py per-file-ignores": model(
        "# tenantlint: ignore[TEN001]", per_file_ignores=(FileIgnore("models.py", frozenset({"TEN001"})),)
    ),
    "py this rule is ignored in the file": model(
        "# tenantlint: ignore[TEN001]", per_file_ignores=(FileIgnore("models.py", frozenset({"UNU001"})),)
    ),
    "py this rule is not selected": model("# tenantlint: ignore[TEN001]", rules=frozenset({"TEN001"})),
    "py without codes where not all rules run": model("# tenantlint: ignore", narrowed=True),
    "py kept on purpose": model("# tenantlint: ignore[TEN001, UNU001]"),
    "py kept by the line above": py("""
        # tenantlint: ignore[unused-suppression] -- generated code comes and goes
        class Note(SQLModel, table=True):  # tenantlint: ignore[TEN001]
            id: int = Field(primary_key=True)
            tenant_id: UUID
    """),
    "py used for the file": head(
        "# tenantlint: ignore-file[TEN001]",
        "class Note(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n",
    ),
    "py two comments that silence one finding": py("""
        # tenantlint: ignore[TEN001]
        class Note(SQLModel, table=True):  # noqa: TEN001
            id: int = Field(primary_key=True)
    """),
    "py in a string": model("", 'tenant_id: UUID = Field(description="# tenantlint: ignore[TEN001]")'),
    "ts used": table("// tenantlint: ignore[TEN001]", 'id: uuid("id").primaryKey()'),
    "ts noqa is not ours": table("// noqa: TEN001"),
    "ts a rule that is not selected": table("/* tenantlint: ignore[IDX001, nullable-tenant-id] */"),
}

FINDING = {
    "py a code": (model("# tenantlint: ignore[TEN001]"), [Found(2, 57, stale("TEN001"))]),
    "py a name": (
        model("# tenantlint: ignore[missing-tenant-id] -- shared"),
        [Found(2, 57, stale("missing-tenant-id"))],
    ),
    "py one code of two": (
        model("# tenantlint: ignore[TEN001, NAM001]", "text: str"),
        [Found(2, 65, stale("NAM001", "NAM001"))],
    ),
    "py both codes": (
        model("# tenantlint: ignore[TEN001,NAM001]"),
        [Found(2, 57, stale("TEN001")), Found(2, 64, stale("NAM001", "NAM001"))],
    ),
    "py noqa": (model("# noqa: E501, TEN001"), [Found(2, 50, stale("TEN001"))]),
    "py no codes": (
        model("# tenantlint: ignore"),
        [Found(2, 38, f"`tenantlint: ignore` silences nothing here: {LATER}")],
    ),
    "py empty brackets": (
        model("# tenantlint: ignore[]"),
        [Found(2, 38, f"`tenantlint: ignore[]` names no rule, so that it silences nothing: {LATER}")],
    ),
    "py no rule": (
        model("# tenantlint: ignore[TEN0001]"),
        [
            Found(
                2,
                57,
                "`TEN0001` is no rule, so that the comment does not silence what it means to; write the code or the "
                "name of a rule",
            )
        ],
    ),
    "py a family": (
        model("# tenantlint: ignore[TEN]"),
        [
            Found(
                2,
                57,
                "`TEN` is a family of rules, and comments silence single ones; name them, as in `TEN001`",
            )
        ],
    ),
    "py bad input": (
        model("# tenantlint: ignore[ERR003]"),
        [
            Found(
                2,
                57,
                "`ERR003` cannot be silenced: what could not be read was not checked; mend the file, or exclude it",
            )
        ],
    ),
    "py for the file": (
        head(
            "# tenantlint: ignore-file[TEN001]",
            "class Note(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    tenant_id: int\n",
        ),
        [Found(1, 27, stale("TEN001"))],
    ),
    "py another line has the finding": (
        py("""
            class Note(SQLModel, table=True):
                id: int = Field(primary_key=True)  # tenantlint: ignore[NAM001]
                tenant_id: UUID
                dueDate: str  # tenantlint: ignore[NAM001]
        """),
        [Found(3, 61, stale("NAM001", "NAM001"))],
    ),
    "py an exempt table": (
        model("# tenantlint: ignore[TEN001]", "text: str", exempt_tables=("note",)),
        [Found(2, 57, stale("TEN001"))],
    ),
    "ts a code": (table("// tenantlint: ignore[TEN001]"), [Found(2, 23, stale("TEN001"))]),
    "ts in a block": (
        table("/* tenantlint: ignore[TEN001] -- shared by all */"),
        [Found(2, 23, stale("TEN001"))],
    ),
    "ts no rule": (
        table("// tenantlint: ignore[missing-tenant]"),
        [
            Found(
                2,
                23,
                "`missing-tenant` is no rule, so that the comment does not silence what it means to; write the code or "
                "the name of a rule",
            )
        ],
    ),
}


@pytest.mark.parametrize("snippet", NOOP.values(), ids=NOOP)
def test_noop(snippet):
    assert run(snippet) == []


@pytest.mark.parametrize(("snippet", "expected"), FINDING.values(), ids=FINDING)
def test_finding(snippet, expected):
    assert run(snippet) == expected


def test_a_file_that_could_not_be_read_is_not_judged():
    text = b"from sqlmodel import SQLModel\nclass Note(SQLModel, table=True  # tenantlint: ignore[TEN001]\n"
    configs = ConfigTree("/p", lambda folder: Settings(RULES))
    outcome = pipeline.check(Project("/p", frozenset(), {"a.py": text}), Asked(folders=("",)), configs, ())
    assert [each.code for each in outcome.diagnostics] == ["ERR003"]


def test_nothing_is_judged_where_a_rule_failed(monkeypatch):
    def fail(self, table, view):
        raise ZeroDivisionError

    monkeypatch.setattr("tenantlint.rules.missing_tenant_id.MissingTenantId.check_table", fail)
    snippet = model("# tenantlint: ignore[NAM001]")
    configs = ConfigTree("/p", lambda folder: Settings(RULES))
    files = {path: text.encode() for path, text in snippet.files.items()}
    outcome = pipeline.check(Project("/p", frozenset(), files), Asked(folders=("",)), configs, ())
    assert (outcome.diagnostics, len(outcome.crashes)) == ((), 1)


def test_comments_in_migrations_are_judged_too():
    files = {
        "migrations/0000_first.sql": b"CREATE TABLE a (id int PRIMARY KEY);\n",
        "migrations/0001_drop.sql": b"-- tenantlint: ignore[MIG007]\nDROP TABLE a;\n",
        "migrations/0002_next.sql": b"-- tenantlint: ignore[MIG007]\nCREATE TABLE b (id int PRIMARY KEY);\n",
    }
    configs = ConfigTree("/p", lambda folder: Settings(frozenset({"MIG007", "UNU001"})))
    outcome = pipeline.check(Project("/p", frozenset(), files), Asked(folders=("",)), configs, ())
    found = [(each.at.path, each.at.start, each.message) for each in outcome.diagnostics]
    assert found == [("migrations/0002_next.sql", 22, stale("MIG007", "MIG007"))]


def test_files_that_were_not_asked_for_are_not_judged():
    snippet = model("# tenantlint: ignore[TEN001]")
    configs = ConfigTree("/p", lambda folder: Settings(RULES))
    files = {path: text.encode() for path, text in snippet.files.items()}
    outcome = pipeline.check(Project("/p", frozenset(), files), Asked(folders=("elsewhere",)), configs, ())
    assert outcome.diagnostics == ()
