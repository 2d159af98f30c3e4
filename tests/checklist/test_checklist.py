"""``tenantlint checklist``: every mark is earned."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tenantlint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

MODELS = """\
from datetime import datetime, timezone
from uuid import UUID, uuid4

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel
from elsewhere import Mixin


def now() -> datetime:
    return datetime.now(timezone.utc)


class Tenant(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class Country(SQLModel, table=True):
    code: str = Field(primary_key=True)


class Invoice(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    tenant_id: UUID = Field(foreign_key="tenant.id", index=True)
    country: str = Field(foreign_key="country.code")
    customerName: str | None
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


class Note(Mixin, SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
"""
FIRST = """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("tenant", sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("created_at", sa.DateTime()))
    op.create_table(
        "invoice",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenant.id"), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("customerName", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute("ALTER TABLE invoice ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY own ON invoice USING (tenant_id = (select current_setting('app.tenant')::uuid))")


def downgrade():
    pass
"""
INVOICE = """\
## `invoice` (`models.py:22`)

- [x] Tenant column: `tenant_id uuid NOT NULL`
- [x] Tenant foreign key: `tenant_id` references `tenant.id`
- [x] Tenant index: `tenant_id` first in `ix_invoice_tenant_id`
- [ ] Foreign keys indexed: `tenant_id` first in `ix_invoice_tenant_id`, `country` is first in no index
  - IDX002 error at `models.py:25:5`: MESSAGE
- [x] Foreign keys have their targets, with their types: `tenant_id` references `tenant.id`, `country` references \
`country.code`
- (n/a) Relations on both sides: it has no relation
- [x] Indexes: `ix_invoice_tenant_id` (tenant_id)
- [x] Row level security enabled: enabled by the migrations
- [x] Policies: all by `own`
- [x] Key of the row: `id uuid NOT NULL`
- [x] Creation time: `created_at timestamptz NOT NULL`, with a default
- [x] Change time: `updated_at timestamptz NOT NULL`, with a default
- [ ] Names: `invoice` and its 6 columns
  - NAM001 error at `models.py:26:5`: MESSAGE
- [x] Sound code: the declarations of `Invoice`
- [x] Migration: in `alembic/versions/0001_first.py`
- [ ] Migrations are sound and can be undone: nothing undoes `alembic/versions/0001_first.py`
  - MIG001 error at `alembic/versions/0001_first.py:23:1`: MESSAGE
- [ ] (?) Session: the application sets `app.tenant` in every transaction that uses the table
- [ ] (?) Rows that are there: all have the right tenant (`tenant_id uuid NOT NULL`)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tenantlint.toml").write_text('exempt-tables = ["country"]\n')
    (tmp_path / "models.py").write_text(MODELS)
    (tmp_path / "alembic/versions").mkdir(parents=True)
    (tmp_path / "alembic/versions/0001_first.py").write_text(FIRST)
    return tmp_path


def sections(text: str) -> dict[str, str]:
    """Return the part of each table, with the words of the findings left out."""
    lines = [
        line.rpartition("`: `")[0] + "`: MESSAGE" if line.startswith("  - ") else line for line in text.split("\n")
    ]
    parts = "\n".join(lines).split("\n## ")
    return {part.split("`")[1]: f"## {part.rstrip()}\n" for part in parts[1:]}


def test_every_item_of_a_table(here, capsys):
    assert main(["checklist"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# Schema checklist\n\n`[x]` the models and migrations show it. `[ ]` they show otherwise")
    found = sections(text)
    assert list(found) == ["tenant", "country", "invoice", "note"]
    assert "IDX002 error at `models.py:25:5`: `invoice.country` is a foreign key that no index leads with" in text
    assert found["invoice"].split("\n") == INVOICE.split("\n")


def test_the_tenants_the_exempt_and_what_cannot_be_read(here, capsys):
    main(["checklist"])
    found = sections(capsys.readouterr().out)
    assert "- (n/a) Tenant column: its rows are the tenants themselves\n" in found["tenant"]
    assert "- (n/a) Row level security enabled: its rows are the tenants themselves\n" in found["tenant"]
    assert found["country"] == (
        "## `country` (`models.py:18`)\n\nExempt: it is in `exempt-tables`, or a tool keeps it for itself.\n"
    )
    assert "- [ ] (?) Tenant column: not all of the table could be read\n" in found["note"]
    assert "- [ ] (?) Creation time: not all of the table could be read\n" in found["note"]
    assert "- [ ] Migration: no migration creates it\n" in found["note"]
    assert "[x] Tenant" not in found["note"]


def test_a_silenced_finding_ticks_nothing(here, capsys):
    text = MODELS.replace("class Tenant(", "class Log(SQLModel, table=True):  # tenantlint: ignore[TEN001]\n"
                          "    id: int = Field(primary_key=True)\n\n\nclass Tenant(")  # fmt: skip
    (here / "models.py").write_text(text)
    main(["checklist"])
    found = sections(capsys.readouterr().out)
    wanted = "- (n/a) Tenant column: no `tenant_id`; no rule asks for it here, or a comment silences it\n"
    assert wanted in found["log"]


def test_only_the_rules_that_are_selected_are_asked(here, capsys):
    main(["checklist", "--select", "TEN001,IDX001"])
    (invoice,) = [each for name, each in sections(capsys.readouterr().out).items() if name == "invoice"]
    assert [line.split(":")[0] for line in invoice.split("\n") if line.startswith("- ")] == [
        "- [x] Tenant column", "- [x] Tenant index", "- [x] Migration", "- [ ] (?) Session",
        "- [ ] (?) Rows that are there",
    ]  # fmt: skip


def test_json_says_the_same(here, capsys):
    main(["checklist", "--output-format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert document["version"] == 1
    assert [(each["table"], each["line"]) for each in document["tables"]] == [
        ("tenant", 13), ("country", 18), ("invoice", 22), ("note", 31),
    ]  # fmt: skip
    items = {each["title"]: each for each in document["tables"][2]["items"]}
    assert items["Tenant column"] == {
        "title": "Tenant column", "state": "yes", "text": "`tenant_id uuid NOT NULL`", "findings": [],
    }  # fmt: skip
    (finding,) = items["Names"]["findings"]
    assert (finding["code"], finding["path"], finding["line"], finding["column"]) == ("NAM001", "models.py", 26, 5)


def git(folder: Path, *command: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(("git", *identity, *command), cwd=folder, check=True, capture_output=True)


def test_only_what_changed(here, capsys):
    (here / "other.py").write_text(
        "from sqlmodel import Field, SQLModel\n\n\n"
        "class Other(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n"
    )
    git(here, "init", "-q", "-b", "main")
    git(here, "add", ".")
    git(here, "commit", "-q", "-m", "first")
    assert main(["checklist", "--changed"]) == 0
    assert capsys.readouterr().out.endswith("\nNo table is declared in what was asked for.\n")
    (here / "other.py").write_text((here / "other.py").read_text() + "    name: str\n")
    main(["checklist", "--changed"])
    assert list(sections(capsys.readouterr().out)) == ["other"]
    (here / "alembic/versions/0001_first.py").write_text(FIRST + "\n")
    main(["checklist", "--changed"])
    assert list(sections(capsys.readouterr().out)) == ["tenant", "invoice", "other"]
    git(here, "checkout", "-q", "-b", "feature")
    git(here, "commit", "-q", "-a", "-m", "second")
    main(["checklist", "--since", "main"])
    assert list(sections(capsys.readouterr().out)) == ["tenant", "invoice", "other"]
    assert main(["checklist", "--since", "--output=x"]) == 2
    assert capsys.readouterr().err.startswith("tenantlint: error: git cannot tell what changed: ")


def test_names_cannot_break_out_of_their_code(here, capsys):
    (here / "models.py").write_text("")
    (here / "schema.ts").write_text(
        'import { pgTable, text } from "drizzle-orm/pg-core";\n'
        'export const x = pgTable("a`b <img src=x>\\n# c", { id: text("``").primaryKey() });\n'
    )
    main(["checklist"])
    text = capsys.readouterr().out
    assert "\n## ``a`b <img src=x> # c`` (`schema.ts:2`)\n" in text
    assert "Key of the row: ``` `` text NOT NULL ```" in text
    assert "\n# c" not in text


def test_a_file_is_written_whole(here, capsys):
    assert main(["checklist", "--output", "out.md"]) == 0
    main(["checklist"])
    assert (here / "out.md").read_text() == capsys.readouterr().out
    assert main(["checklist", "--output", "alembic"]) == 2
    assert capsys.readouterr().err == "tenantlint: error: --output: alembic is a folder\n"


def test_migrations_of_a_table_that_is_not_known_whole(here, capsys):
    second = FIRST.replace('"0001"', '"0002"').replace("down_revision = None", 'down_revision = "0001"')
    start, end = second.index("    op.create_table("), second.index("\n\ndef downgrade")
    second = f'{second[:start]}    op.drop_table("note")\n{second[end:]}'
    (here / "alembic/versions/0002_second.py").write_text(second)
    main(["checklist"])
    found = sections(capsys.readouterr().out)
    assert (
        "- [ ] Migrations are sound and can be undone: nothing undoes `alembic/versions/0002_second.py`\n"
        "  - MIG001 error at `alembic/versions/0002_second.py:12:1`: MESSAGE\n" in found["note"]
    )


def test_what_belongs_to_no_table_stands_at_the_end(here, capsys):
    (here / "broken.py").write_text("from sqlmodel import SQLModel\nclass X(SQLModel, table=True)\n")
    main(["checklist"])
    told = capsys.readouterr()
    last = told.out.split("\n## Besides these tables\n\n")[1]
    assert last.startswith("- ERR003 error at `broken.py:2:")
    assert len(last.splitlines()) == 1
    assert told.err.startswith("broken.py:2:")
    main(["checklist", "--output-format=json"])
    assert [each["code"] for each in json.loads(capsys.readouterr().out)["besides"]] == ["ERR003"]
    main(["checklist", "models.py"])
    assert "Besides these tables" not in capsys.readouterr().out


def test_every_finding_stands_somewhere(here, capsys):
    main(["check", "--output-format=json"])
    expected = [(each["code"], each["path"], each["line"]) for each in json.loads(capsys.readouterr().out)["findings"]]
    main(["checklist", "--output-format=json"])
    document = json.loads(capsys.readouterr().out)
    items = [item for table in document["tables"] for item in table["items"]]
    found = [each for item in items for each in item["findings"]] + document["besides"]
    assert len(expected) == 3
    assert {(each["code"], each["path"], each["line"]) for each in found} == set(expected)
