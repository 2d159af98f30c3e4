from __future__ import annotations

import pytest

from drift.cases import CASES
from drift.support import fixture, found, told
from tenantlint.drift import ChoiceError, Request
from tenantlint.settings import DriftSettings

MODELS, SCHEMA = "app/models.py", "web/src/schema.ts"
REVISION, MIGRATION = "alembic/versions/0001_first.py", "web/drizzle/0000_first.sql"


def changed(path: str, old: str, new: str) -> dict[str, str]:
    files = fixture()
    assert old in files[path]
    return files | {path: files[path].replace(old, new, 1)}


@pytest.mark.parametrize("case", CASES)
def test_one_change(case: str):
    path, old, new, expected = CASES[case]
    assert told(changed(path, old, new)) == expected


def test_four_descriptions_of_one_database_agree():
    (drift,) = found(fixture()).drifts
    assert [(side.maker, side.path, len(side.tables)) for side in drift.sides] == [
        ("SQLModel", MODELS, 2),
        ("Drizzle", SCHEMA, 2),
        ("alembic", "alembic/versions", 2),
        ("drizzle-kit", "web/drizzle", 2),
    ]
    assert (drift.differences, drift.doubts) == ((), ())


SILENT = {
    "an alias of a type": (MIGRATION, '"is_active" boolean', '"is_active" bool'),
    "the default precision": (MIGRATION, "timestamp with time zone", "timestamp(6) with time zone"),
    "no action is the default": (MIGRATION, "ON DELETE cascade ON UPDATE no action", "ON DELETE CASCADE"),
    "a default of the ORM alone": (MODELS, 'sa_column=Column(Text))', 'sa_column=Column(Text, default="x"))'),
    "the order of labels": (SCHEMA, '["free", "paid"]', '["paid", "free"]'),
    "the order of a unique constraint": (SCHEMA, "on(t.tenantId, t.email)", "on(t.email, t.tenantId)"),
    "a name": (SCHEMA, 'index("users_created_at_idx")', 'index("by_time")'),
    "a way to write a default": (MIGRATION, "DEFAULT now()", "DEFAULT CURRENT_TIMESTAMP"),
    "a cast of a default": (MIGRATION, "DEFAULT 'free'", "DEFAULT 'free'::\"public\".\"plan\""),
    "what nobody can know": (MODELS, "Numeric(10, 2)", "column_type()"),
    "a table of a tool": (MIGRATION, "CREATE POLICY", "CREATE TABLE spatial_ref_sys (id int);\nCREATE POLICY"),
    "a default that is an expression": (MODELS, 'server_default="0"', 'server_default=sa.text("1 + random()")'),
}  # fmt: skip


@pytest.mark.parametrize("case", SILENT)
def test_silent(case: str):
    path, old, new = SILENT[case]
    assert told(changed(path, old, new)) == []


def test_what_cannot_be_known_is_counted():
    (drift,) = found(changed(MODELS, "Numeric(10, 2)", "column_type()")).drifts
    assert [(each.kind, each.subject, each.side.path) for each in drift.doubts] == [("type", "users.credit", MODELS)]


def test_names_are_told_where_asked():
    files = changed(SCHEMA, 'index("users_created_at_idx")', 'index("by_time")')
    assert told(files, Request(names=True, left="web/src", right="web/drizzle")) == [
        "name: `users` (`created_at`) is called `by_time` in web/src/schema.ts:44, "
        "`users_created_at_idx` in the database since web/drizzle/0000_first.sql:22"
    ]


def test_a_table_that_one_side_alone_has():
    few = {
        "models.py": "from sqlmodel import Field, SQLModel\n"
        + "".join(f"class T{n}(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n" for n in range(8)),
        "migrations/0001_first.sql": "".join(f"CREATE TABLE t{n} (id serial PRIMARY KEY);\n" for n in range(3)),
    }
    assert told(few) == []
    everything = told(few, Request(all_tables=True))
    assert [line.partition(" is ")[0] for line in everything] == [f"table: `t{n}`" for n in range(3, 8)]


class TestSides:
    IMPORT = 'import { pgTable, uuid } from "drizzle-orm/pg-core";\n'

    def test_too_few_tables_in_common_are_another_database(self):
        files = {
            "models.py": "from sqlmodel import Field, SQLModel\n"
            + "".join(f"class T{n}(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n" for n in range(6)),
            "migrations/0001_first.sql": "CREATE TABLE t0 (id text);"
            + "".join(f"CREATE TABLE u{n} (id text);\n" for n in range(4)),
        }
        assert found(files).drifts == ()

    def test_each_database_of_a_monorepo_has_its_own(self):
        one, other = "a/models.py", "b/models.py"
        model = (
            "from sqlmodel import Field, SQLModel\n"
            "class Users(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
        )
        files = {
            one: model,
            other: f"{model}    age: int\n",
            "a/pyproject.toml": "",
            "b/pyproject.toml": "",
            "a/migrations/0001_first.sql": "CREATE TABLE users (id serial PRIMARY KEY);",
            "b/migrations/0001_first.sql": "CREATE TABLE users (id serial PRIMARY KEY, age integer NOT NULL);",
        }
        pairs = [[side.path for side in drift.sides] for drift in found(files).drifts]
        assert pairs == [["a/models.py", "a/migrations"], ["b/models.py", "b/migrations"]]
        assert told(files) == []
        crossed = told(files, Request(left="a", right="b/migrations"))
        assert [line.partition(" is ")[0] for line in crossed] == ["column: `users.age`"]

    def test_a_copy_is_passed_over(self):
        copy = f"{self.IMPORT}export const users = pgTable('users', {{ id: uuid() }});"
        result = found(fixture() | {"scripts/old.ts": copy})
        assert [(side.path, better.path) for side, better in result.passed_over] == [("scripts/old.ts", MODELS)]
        assert [len(drift.differences) for drift in result.drifts] == [0]

    def test_a_part_that_stands_elsewhere_belongs_to_the_whole(self):
        extra = f"{self.IMPORT}export const logs = pgTable('logs', {{ id: uuid() }});"
        files = changed(MIGRATION, "CREATE POLICY", "CREATE TABLE logs (id uuid);\nCREATE POLICY")
        files |= {"web/core/logs.ts": extra, "scripts/old.ts": extra.replace("logs", "users")}
        files |= dict.fromkeys(("web/core/package.json", "scripts/package.json", "web/src/package.json"), "{}")
        files = {path: text for path, text in files.items() if path.startswith(("web", "scripts"))}
        result = found(files)
        assert [[side.path for side in drift.sides] for drift in result.drifts] == [["web", "web/drizzle"]]
        assert [drift.differences for drift in result.drifts] == [()]

    def test_wrong_choices(self):
        with pytest.raises(ChoiceError, match="no tables and no migrations of PostgreSQL are in nowhere"):
            found(fixture(), Request(left="app", right="nowhere"))
        with pytest.raises(ChoiceError, match="app and app are one side only"):
            found({"app/x.ts": "", "app/models.py": fixture()[MODELS]}, Request(left="app", right="app"))

    @pytest.mark.parametrize("spec", ["alembic", "alembic/versions", "alembic/versions/0001_first.py", "alembic/*"])
    def test_a_history_is_chosen_by_its_tool_or_its_paths(self, spec: str):
        (drift,) = found(fixture(), Request(left="sqlmodel", right=spec)).drifts
        assert [side.path for side in drift.sides] == [MODELS, "alembic/versions"]

    def test_groups_of_the_configuration(self):
        groups = (("app", "alembic"), ("web/src", "web/drizzle"))
        result = found(fixture(), settings=DriftSettings(groups=groups))
        assert [[side.path for side in drift.sides] for drift in result.drifts] == [
            [MODELS, "alembic/versions"],
            [SCHEMA, "web/drizzle"],
        ]


@pytest.mark.parametrize(
    ("ignore", "kinds"),
    [
        ("users", []),
        ("users.nickname", []),
        ("users.*:type", ["nullable"]),
        ("user?.nick*:nullable", ["type"]),
        ("tenants", ["type", "nullable"]),
    ],
)
def test_ignored(ignore: str, kinds: list[str]):
    files = changed(MIGRATION, '"nickname" text,', '"nickname" varchar(5) NOT NULL,')
    lines = told(files, settings=DriftSettings(ignore=(ignore,)))
    assert [line.partition(":")[0] for line in lines] == kinds


class TestWhatToolsLeaveOut:
    NEW = "CREATE TABLE audit (id int);\nCREATE POLICY"

    @pytest.mark.parametrize(
        ("config", "count"),
        [
            ("export default { out: './drizzle' }", 1),
            ("export default { out: './drizzle', tablesFilter: ['!audit'] }", 0),
            ("export default { out: './drizzle', tablesFilter: ['users', 'tenants'] }", 0),
            ("export default { out: './drizzle', /* tablesFilter: ['!audit'] */ }", 1),
            ("export default { out: './other', tablesFilter: ['!audit'] }", 1),
            ("export default { out: './drizzle', schemaFilter: ['app'] }", 0),
            ("export default { out: './drizzle', tablesFilter: filters }", 1),
        ],
    )
    def test_drizzle_kit(self, config: str, count: int):
        files = changed(MIGRATION, "CREATE POLICY", self.NEW) | {"web/drizzle.config.ts": config}
        assert len(told(files, Request(left="web/src", right="web/drizzle"))) == count

    @pytest.mark.parametrize(
        ("env", "count"),
        [
            ("context.configure(target_metadata=metadata)", 1),
            ("def keep(o, name, *_): return name != 'notes'\ncontext.configure(include_object=keep)", 0),
            ("def keep(o, name, *_): return name != 'other'\ncontext.configure(include_object=keep)", 1),
        ],
    )
    def test_alembic(self, env: str, count: int):
        old = '    op.create_index("users_created'
        files = changed(REVISION, old, f'    op.create_table("notes", sa.Column("id", sa.Integer()))\n{old}')
        assert len(told(files | {"alembic/env.py": env}, Request(left="app", right="alembic"))) == count

    def test_what_others_make_is_not_missed(self):
        old = "export const users ="
        new = 'const auth = pgSchema("auth");\nexport const accounts = auth.table("accounts", { id: uuid() });\n' + old
        files = changed(SCHEMA, old, new)
        files[SCHEMA] = files[SCHEMA].replace("pgPolicy,", "pgPolicy,\n  pgSchema,")
        (drift,) = found(files, Request(left="web/src", right="web/drizzle")).drifts
        assert [(each.kind, each.subject) for each in drift.doubts] == [("table", "auth.accounts")]
        assert drift.differences == ()
