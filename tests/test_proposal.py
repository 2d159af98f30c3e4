"""What ``tenantlint init`` proposes, exactly, and that the configuration can be read."""

from __future__ import annotations

import tomllib
from textwrap import dedent

import pytest

from rules.support import PRELUDES, link_files
from tenantlint import cli, config
from tenantlint.proposal import document, propose, render

HEAD = document(link_files({"a.py": ""}), ["a.py"]).split("\n\n")[0]


def py(*columns: str) -> str:
    """Return one SQLModel table for each line of columns, named T0, T1, ..."""
    bodies = [
        f"class T{number}(Dated, table=True):\n    id: UUID = Field(primary_key=True)\n"
        + "".join(f"    {column.strip()}\n" for column in line.split(";") if column.strip())
        for number, line in enumerate(columns)
    ]
    return "\n\n".join([PRELUDES["models.py"], DATED, *bodies])


def ts(*columns: str) -> str:
    """Return one Drizzle table for each string of columns, named t0, t1, ..."""
    imports = PRELUDES["schema.ts"].replace("pgTable,", "boolean, pgPolicy, pgSchema, pgTable, timestamp,")
    tables = [
        f'export const t{number} = pgTable("t{number}", {{ id: uuid("id").primaryKey(), ...dated, {body} }});'
        for number, body in enumerate(columns)
    ]
    return "\n".join([imports, DATES, *tables])


DATED = """\
from datetime import datetime
class Dated(SQLModel):
    created_at: datetime = Field(default_factory=datetime.now)
    updated_at: datetime = Field(default_factory=datetime.now)
"""
DATES = """\
const dated = {
  created_at: timestamp("created_at").notNull().defaultNow(),
  updated_at: timestamp("updated_at").notNull().defaultNow(),
};
"""


def camel(*words: str) -> str:
    """Return columns whose keys are camelCase over snake_case names."""
    return ", ".join(f'{word}Name: text("{word}_name")' for word in words)


def proposed(files: dict[str, str], *sections: str) -> str:
    """Return what is proposed, of the named sections only where some are named."""
    entries = propose(link_files(files))
    return render(entry for entry in entries if not sections or entry.section in sections)


POSTPONE = "# Nothing here enables row level security. To adopt it later, ignore its rules until then:\n"
LATER = f'{POSTPONE}# ignore = ["RLS", "MIG005"]\n'

TENANTS = {
    "the default": (
        {"m.py": py("tenant_id: UUID", "tenant_id: UUID", "")},
        f'# Of 3 tables, 2 have `tenant_id`.\ntenant-column = ["tenant_id"]\n{LATER}',
    ),
    "another name, in another style": (
        {"s.ts": ts('organizationId: text("organizationId")', 'organizationId: text("organizationId")')},
        f'# Of 2 tables, 2 have `organization_id`.\ntenant-column = ["organization_id"]\n{LATER}',
    ),
    "the majority of two": (
        {"m.py": py("org_id: UUID", "org_id: UUID; team_id: UUID", "org_id: UUID; team_id: UUID")},
        f'# Of 3 tables, 3 have `org_id`.\ntenant-column = ["org_id"]\n{LATER}',
    ),
    "two that share the tables": (
        {"m.py": py("org_id: UUID", "org_id: UUID", "org_id: UUID", "team_id: UUID", "team_id: UUID")},
        f'# Of 5 tables, 3 have `org_id`, 2 have `team_id`.\ntenant-column = ["org_id", "team_id"]\n{LATER}',
    ),
    "an account at another service is no tenant": (
        {"m.py": py("account_id: str", "account_id: str")},
        "# None of the usual names (tenant_id, organization_id, organisation_id, org_id, workspace_id, ...) is in two "
        "tables, and in a fifth of all: name the column that holds the tenant of a row, or ignore "
        '"TEN" where all rows are of one customer.\n'
        '# tenant-column = ["tenant_id"]\n',
    ),
    "a column of its own that most tables share": (
        {
            "m.py": py(
                *['shop_id: UUID = Field(foreign_key="t4.id")'] * 3,
                'shop_id: UUID = Field(foreign_key="t4.id"); user_id: UUID = Field(foreign_key="t5.id")',
                "",
                "",
            )
        },
        f'# Of 6 tables, 4 have `shop_id`.\ntenant-column = ["shop_id"]\n{LATER}',
    ),
    "users where nothing else is shared": (
        {"m.py": py(*['user_id: UUID = Field(foreign_key="t3.id")'] * 3, "")},
        "# Of 4 tables, 3 have `user_id`. No other column is shared so widely: each user seems to be a tenant.\n"
        f'tenant-column = ["user_id"]\n{LATER}',
    ),
    "the outermost first": (
        {
            "s.ts": ts(
                *['workspace_id: uuid("workspace_id")'] * 3,
                *['organization_id: uuid("organization_id")'] * 2,
            )
            + '\nexport const w = pgTable("workspaces", { id: uuid("id"), organization_id: uuid("organization_id") });'
        },
        "# Of 6 tables, 3 have `organization_id`, 3 have `workspace_id`.\n"
        f'tenant-column = ["organization_id", "workspace_id"]\n{LATER}',
    ),
    "row level security in use": (
        {
            "s.ts": ts('tenant_id: uuid("tenant_id")', 'tenant_id: uuid("tenant_id")').replace(
                "});", "}).enableRLS();"
            ),
        },
        '# Of 2 tables, 2 have `tenant_id`.\ntenant-column = ["tenant_id"]\n',
    ),
    "tables of tests": (
        {
            "m.py": py("tenant_id: UUID", "tenant_id: UUID"),
            "api/tests/unit/m.py": py("x: str"),
            "a.test.ts": ts('x: text("x")'),
        },
        '# Of 2 tables, 2 have `tenant_id`.\ntenant-column = ["tenant_id"]\n'
        f'# 2 tables of tests: nobody\'s rows are in them.\nextend-exclude = ["*.test.*", "/api/tests"]\n{LATER}',
    ),
}


@pytest.mark.parametrize(("files", "expected"), TENANTS.values(), ids=TENANTS)
def test_the_tenant(files, expected):
    assert proposed(files, "") == expected


def test_habits_of_the_majority_are_no_findings():
    booleans = 'a: boolean("active"), b: boolean("done"), c: boolean("open"), d: boolean("is_new"), e: text("email")'
    assert proposed({"s.ts": ts(booleans)}, "").split("\n")[2:] == [
        "# Too much goes against them for rules of this project. NAM004: 3 of 4 boolean columns have no prefix; "
        "NAM005: 1 of 1 email columns have no suffix.",
        'ignore = ["NAM004", "NAM005"]',
        "",
    ]


@pytest.mark.parametrize(("wrong", "ignored"), [(1, False), (2, False), (3, False), (4, True)])
def test_a_rule_that_a_quarter_goes_against_is_not_the_projects(wrong, ignored):
    names = [f"{'open' if number < wrong else 'is_open'}_{number}" for number in range(12)]
    booleans = ", ".join(f'{name}: boolean("{name}")' for name in names)
    assert ('ignore = ["NAM004"]' in proposed({"s.ts": ts(booleans)}, "")) is ignored


def test_names_of_tables_of_several_words_count():
    tables = [f'export const t{name} = pgTable("{name}", {{ id: uuid("id").primaryKey() }});' for name in TABLES]
    entries = proposed({"s.ts": "\n".join([PRELUDES["schema.ts"], *tables])}, "")
    assert "NAM003: 2 of 2 table names of several words are not snake_case" in entries


TABLES = ("a", "b", "c", "d", "orderItems", "orderLines")


def test_what_a_login_library_prescribes_does_not_count():
    text = f"{PRELUDES['schema.ts']}\n" + dedent("""
        export const account = pgTable("account", {
          id: text("id").primaryKey(), userId: text("userId"), accountId: text("accountId"),
          providerId: text("providerId"),
        });
        export const twoFactor = pgTable("twoFactor", {
          id: text("id").primaryKey(), userId: text("userId"), secret: text("secret"), backupCodes: text("backupCodes"),
        });
        export const user = pgTable("user", {
          id: text("id").primaryKey(), email: text("email"), emailVerified: boolean("emailVerified"),
        });
        export const posts = pgTable("posts", {
          id: text("id").primaryKey(), author_id: text("author_id").references(() => user.id),
          created_at: timestamp("created_at").notNull().defaultNow(),
          updated_at: timestamp("updated_at").notNull().defaultNow(),
        });
    """)
    assert proposed({"s.ts": text}, "").split("\n")[2:] == [
        "# A login library or the database service designs these tables.",
        'exempt-tables = ["account", "twoFactor"]',
        "",
    ]


GENERATED = """
    export const user = pgTable("user", {
      id: text("id").primaryKey(), email: text("email"), emailVerified: text("v"),
    });
    export const account = pgTable("account", {
      id: text("id").primaryKey(), userId: text("u"), accountId: text("a"), providerId: text("p"),
    });
"""
OWN = """
    import { account, user } from "./FILE";
    export const posts = pgTable("posts", { id: text("id").primaryKey(), by: text("by").references(() => user.id) });
"""


@pytest.mark.parametrize(
    ("used", "excluded"), [("./schema", ['extend-exclude = ["/auth-schema.ts"]']), ("./auth-schema", [])]
)
def test_a_copy_that_a_login_library_generates_is_left_out(used, excluded):
    imports = PRELUDES["schema.ts"] + "\n"
    files = {"auth-schema.ts": imports + GENERATED, "schema.ts": imports + GENERATED}
    files["posts.ts"] = imports + OWN.replace("./FILE", used)
    found = proposed(files, "").split("\n")
    assert [line for line in found if line.startswith("extend-exclude") and "/auth-schema.ts" in line] == excluded


def test_a_service_schema_in_the_name():
    text = ts('tenant_id: uuid("tenant_id")', 'tenant_id: uuid("tenant_id")') + dedent("""
        export const usersInAuth = pgTable("auth.users", { id: uuid("id").primaryKey() });
    """)
    assert 'exempt-tables = ["auth.*"]' in proposed({"s.ts": text}, "")


def test_a_standard_field_that_most_tables_lack_is_no_finding():
    files = {"m.py": py("a: str", "b: str", "c: str", "d: str").replace("(Dated,", "(SQLModel,", 3)}
    assert proposed(files, "").split("\n")[2:] == [
        "# Too much goes against them for rules of this project. STD002: 3 of 4 tables do not say when a row was made; "
        "STD003: 3 of 4 tables do not say when a row was changed.",
        'ignore = ["STD002", "STD003"]',
        "",
    ]


def test_only_tables_that_are_asked_for_a_standard_field_count():
    joins = ['a: UUID = Field(foreign_key="t0.id"); b: UUID = Field(foreign_key="t1.id")'] * 8
    text = py("x: str; x_at: datetime", "y: str", *joins).replace("(Dated,", "(SQLModel,")
    assert "STD002: 1 of 1 tables do not say when a row was made; STD003: 1 of 1" in proposed({"m.py": text}, "")


def test_tables_that_call_a_standard_field_otherwise_are_asked_for_it():
    names = ("created", "create_time", "creation_date", "inserted_at")
    fields = [f"{name}: datetime; updated_at: datetime = Field(default_factory=datetime.now)" for name in names]
    text = py(*fields).replace("(Dated,", "(SQLModel,")
    assert "project. STD002: 4 of 4 tables do not say when a row was made.\n" in proposed({"m.py": text}, "")


def test_the_names_of_standard_fields_by_majority():
    files = {"m.py": py("a: str", "b: str").replace("created_at: datetime", "create_time: datetime | None")}
    assert proposed(files, "rules.STD002", "rules.STD003") == (
        '[rules.STD002]\n# The tables have `create_time` 2 times.\nnames = ["create_time"]\n'
        "# 2 of these 2 columns may be NULL.\nnullable = true\n"
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"s.ts": ts(camel("full", "last", "nick", "pen") + ', zip_code: text("zip_code")')},
            '[rules.NAM002]\n# 4 of 7 keys of several words are camelCase.\nkeys = "camel"\n',
        ),
        (
            {"s.ts": ts(camel("full", "last", "pen")), "m.py": py("full_name: str")},
            '[rules.NAM002]\n# 3 of 5 keys of several words are camelCase.\ndrizzle-keys = "camel"\n',
        ),
        ({"s.ts": ts('full_name: text("full_name"), lastName: text("last_name")')}, "\n"),
    ],
)
def test_keys_by_majority(files, expected):
    assert proposed(files, "rules.NAM002") == expected


def test_the_types_of_ids_are_shown():
    files = {"m.py": py("a: str", "b: str", "c: str").replace("id: UUID", "id: int", 2)}
    assert proposed(files, "rules.STD001") == (
        "[rules.STD001]\n# Of 3 `id` keys, 2 are integer, 1 is uuid. The strict preset asks for uuid unless this "
        'lists others:\n# id-types = ["integer", "uuid"]\n'
    )


def test_tables_that_others_design_are_exempt_and_what_nothing_ties_to_a_tenant_needs_none():
    text = ts('tenant_id: uuid("tenant_id")', 'tenant_id: uuid("tenant_id")') + dedent("""
        const named = { id: text("id").primaryKey(), name: text("name") };
        export const users = pgTable("users", { ...named });
        export const sessions = pgTable("session", { id: text("id").primaryKey(), token: text("token") });
        export const accounts = pgTable("accounts", { id: text("id").primaryKey(), balance: integer("balance") });
        export const secrets = pgSchema("vault").table("secrets", { ...named });
        export const tenants = pgTable("tenants", { ...named });
        export const keys = pgTable("keys", { ...named, user: text("user").references(() => users.id) });
        export const parts = pgTable("parts", { ...named, t0: uuid("t0").references(() => t0.id) });
        export const screws = pgTable("screws", { ...named, part_id: text("part_id") });
    """)
    assert proposed({"s.ts": text}, "", "rules.TEN001") == (
        '# Of 10 tables, 2 have `tenant_id`.\ntenant-column = ["tenant_id"]\n'
        "# A login library or the database service designs these tables.\n"
        'exempt-tables = ["session", "vault.*"]\n'
        "# Too much goes against them for rules of this project. STD002: 3 of 5 tables do not say when a row was made; "
        "STD003: 3 of 5 tables do not say when a row was changed.\n"
        'ignore = ["STD002", "STD003"]\n'
        f'{POSTPONE}# ignore = ["STD002", "STD003", "RLS", "MIG005"]\n\n[rules.TEN001]\n'
        "# Nothing ties these to a tenant: people, and what is everybody's. See that no customer's rows are in them.\n"
        'exempt-tables = ["accounts", "keys", "users"]\n'
    )


def test_nothing_is_proposed_without_tables():
    assert document(link_files({"a.py": "x = 1"}), ["a.py"]).endswith(
        "\n\n# No table was found here, so there is nothing to propose: all defaults hold.\n"
    )


NAMED = "; ".join(
    f"{key}Name: str = Field(sa_column=Column('{key}_name', String))" for key in ("full", "nick", "pen", "last", "mid")
)
MODELS = py(f"team_id: UUID; {NAMED}", "team_id: UUID")


def test_init_writes_a_configuration_that_check_reads(tmp_path, monkeypatch, capfd):
    (tmp_path / "m.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init"]) == 0
    printed, told = capfd.readouterr()
    assert (tmp_path / "tenantlint.toml").read_text() == printed
    assert (printed.startswith(HEAD), told) == (True, "\nWrote tenantlint.toml.\n")
    assert tomllib.loads(printed) == {
        "tenant-column": ["team_id"],
        "rules": {"NAM002": {"keys": "camel"}},
    }
    settings = config.load(str(tmp_path))
    assert (settings.tenant_columns, settings.options) == (("team_id",), {"NAM002": {"keys": "camel"}})


def test_init_only_prints_when_it_is_told_to(tmp_path, monkeypatch, capfd):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/m.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init", "--dry-run", "app"]) == 0
    printed, told = capfd.readouterr()
    assert (printed.startswith(HEAD), told) == (True, "")
    assert [path.name for path in tmp_path.rglob("*.toml")] == []


@pytest.mark.parametrize("name", ["tenantlint.toml", "pyproject.toml"])
def test_init_writes_over_a_configuration_only_by_force(tmp_path, monkeypatch, capfd, name):
    (tmp_path / "m.py").write_text(MODELS)
    old = 'ignore = ["NAM"]\n' if name == "tenantlint.toml" else '[tool.tenantlint]\nignore = ["NAM"]\n'
    (tmp_path / name).write_text(old)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["init"]) == 2
    assert (tmp_path / name).read_text() == old
    assert capfd.readouterr().err == (
        f"tenantlint: error: {name} is a configuration already; "
        "--dry-run prints the proposal, --force writes it anyway\n"
    )
    assert cli.main(["init", "--force"]) == 0
    assert config.load(str(tmp_path)).tenant_columns == ("team_id",)


def test_init_asks_for_a_folder(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.py").touch()
    assert (cli.main(["init", "m.py"]), cli.main(["init", "none"])) == (2, 2)
    assert capfd.readouterr().err == (
        "tenantlint: error: no such folder: m.py\ntenantlint: error: no such folder: none\n"
    )
