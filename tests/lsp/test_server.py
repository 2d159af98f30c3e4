"""The real server process, feature by feature, with exact answers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from lsp.support import Editor, editor, place, span, write

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

CONFIG = 'select = ["NAM001", "NAM004", "IDX003", "UNU001", "TEN001"]\n'
MIXIN = """\
from sqlmodel import Field, SQLModel


class Base(SQLModel):
    id: int = Field(primary_key=True)
    tenant_id: int
"""
MODELS = """\
from sqlmodel import SQLModel

from mixin import Base


class Customer(Base, table=True):
    displayName: str
"""
SERVICE = """\
from sqlmodel import Session, select

from models import Customer


def names(session: Session) -> list[str]:
    return [each.displayName for each in session.exec(select(Customer))]
"""
SCHEMA = """\
import { index, pgTable, text, uuid } from "drizzle-orm/pg-core";

export const boards = pgTable("boards", {
    id: uuid().primaryKey(),
    tenantId: uuid("tenant_id").notNull(),
    title: text("boardTitle").notNull(),
});

export const boardsByTitle = index("boards_title_idx").on(boards.title);
"""
UNUSED = SCHEMA.replace("notNull(),", "notNull(), // tenantlint: ignore[TEN001]", 1)
PROJECT = {
    "tenantlint.toml": CONFIG,
    "mixin.py": MIXIN,
    "models.py": MODELS,
    "service.py": SERVICE,
    "db/schema.ts": SCHEMA,
}
TYPESCRIPT = [("NAM001", "5:4-5:39"), ("IDX003", "8:29-8:54")]
NAM = [("NAM001", "6:4-6:15")]
TEN = [("TEN001", "5:6-5:14")]
BOTH = [*TEN, *NAM]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "project", PROJECT)


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(scenario())  # type: ignore[arg-type]


# Diagnostics


def test_open_change_save_and_close(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            await it.shows("models.py", NAM)
            (first,) = it.client.diagnostics[it.uri("models.py")]
            assert first == types.Diagnostic(
                range=types.Range(types.Position(6, 4), types.Position(6, 15)),
                message="`customer.displayName` is not snake_case: PostgreSQL folds unquoted names to lower case, "
                "so that every query must quote it; name the column `display_name`",
                severity=types.DiagnosticSeverity.Error,
                code="NAM001",
                source="tenantlint",
                data={
                    "name": "camel-case-column",
                    "start": MODELS.index("displayName"),
                    "fix": {"title": "Rename `displayName` to `display_name`", "applicability": "unsafe"},
                },
            )
            it.change("models.py", MODELS.replace("displayName", "display_name"))  # not saved
            await it.shows("models.py", [])
            it.change("models.py", MODELS.replace("displayName", "name"))
            it.save("models.py")
            await it.shows("models.py", [])
            it.change("models.py", MODELS)
            await it.shows("models.py", NAM)
            it.close("models.py")
            await it.shows("models.py", [])

    run(scenario)


def test_a_change_in_an_open_mixin_changes_the_findings_of_open_and_closed_files(root: Path) -> None:
    bare = MIXIN.replace("    tenant_id: int\n", "")

    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            it.open("mixin.py")
            await it.shows("models.py", NAM)
            it.change("mixin.py", bare)
            await it.shows("models.py", BOTH)
            assert it.found("mixin.py") == []
            it.close("mixin.py")  # what is on the disk counts again
            await it.shows("models.py", NAM)
            assert it.uri("db/schema.ts") not in it.client.diagnostics
        async with editor(root, options={"scope": "project"}) as it:
            await it.shows("models.py", NAM)
            await it.shows("db/schema.ts", TYPESCRIPT)
            it.open("mixin.py")
            it.change("mixin.py", bare)
            await it.shows("models.py", BOTH)
            it.change("mixin.py", MIXIN)
            await it.shows("models.py", NAM)

    run(scenario)


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", 15), ("utf-16", 10), ("utf-32", 8)])
def test_positions_are_exact(tmp_path: Path, encoding: str, start: int) -> None:
    text = MODELS.replace("    displayName: str", "\t'ä𝒳𝒳'; displayName: str").replace("\n", "\r\n")
    root = write(tmp_path, {**PROJECT, "models.py": "\ufeff" + text})
    able = types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind(encoding)])
    )

    async def scenario() -> None:
        async with editor(root, able) as it:
            it.open("models.py", text)  # editors keep the byte order mark to themselves
            await it.shows("models.py", [("NAM001", f"6:{start}-6:{start + 11}")])

    run(scenario)


def test_several_projects_in_several_folders(tmp_path: Path) -> None:
    one = write(tmp_path / "one", PROJECT)
    two = write(tmp_path / "two", {**PROJECT, "tenantlint.toml": 'select = ["STD002"]\n'})

    async def scenario() -> None:
        async with editor(tmp_path, folders=[one, two]) as it:
            it.open("one/models.py")
            it.open("two/models.py")
            await it.shows("one/models.py", NAM)
            await it.shows("two/models.py", [("STD002", "5:6-5:14")])

    run(scenario)


def test_files_that_change_on_the_disk(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            await it.shows("models.py", NAM)
            write(root, {"mixin.py": MIXIN.replace("tenant_id", "owner_id")})
            it.watched("mixin.py")
            await it.shows("models.py", BOTH)
            (root / "mixin.py").unlink()  # another branch: the base class is not known
            it.watched("mixin.py", kind=types.FileChangeType.Deleted)
            await it.shows("models.py", [])
            write(root, {"mixin.py": MIXIN.replace("    tenant_id: int\n", "")})
            it.watched("mixin.py", kind=types.FileChangeType.Created)
            await it.shows("models.py", BOTH)
            write(root, {"tenantlint.toml": 'select = ["NAM001"]\n'})
            it.watched("tenantlint.toml")
            await it.shows("models.py", NAM)

    run(scenario)


def test_a_client_that_watches_nothing(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root, types.ClientCapabilities()) as it:
            it.open("models.py")
            await it.shows("models.py", NAM)
            write(root, {"mixin.py": MIXIN.replace("tenant_id", "owner_id")})
            it.save("models.py")
            await it.shows("models.py", BOTH)

    run(scenario)


def test_a_wrong_configuration_is_told_and_the_server_lives_on(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            await it.shows("models.py", NAM)
            write(root, {"tenantlint.toml": 'preset = "strict"\n\n[rules.NAM002]\nkey = "camel"\n'})
            it.watched("tenantlint.toml")
            await it.shows("tenantlint.toml", [("configuration", "3:0-3:13")])
            await it.shows("models.py", [])
            (shown,) = it.client.diagnostics[it.uri("tenantlint.toml")]
            assert shown.message == "rules.NAM002.key: unknown option of camel-case-attribute; did you mean keys?"
            it.save("models.py")
            it.change("models.py", MODELS + "\n")
            write(root, {"tenantlint.toml": "preset = \n"})
            it.watched("tenantlint.toml")
            await it.shows("tenantlint.toml", [("configuration", "0:0-0:9")])
            write(root, {"tenantlint.toml": CONFIG})
            it.watched("tenantlint.toml")
            await it.shows("models.py", NAM)
            await it.shows("tenantlint.toml", [])
            assert [each.message.partition("project/")[2] for each in it.client.messages] == [
                "tenantlint.toml: rules.NAM002.key: unknown option of camel-case-attribute; did you mean keys?",
                "tenantlint.toml: not valid TOML: Invalid value (at line 1, column 10)",
            ]

    run(scenario)


def test_settings_can_change(root: Path) -> None:
    def configure(it: Editor, settings: object) -> None:
        it.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings))

    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            await it.shows("models.py", NAM)
            configure(it, {"tenantlint": {"scope": "everything"}})
            await it.until(lambda: bool(it.client.messages))
            assert [each.message for each in it.client.messages] == [
                "tenantlint: scope is 'everything', but can only be 'open' or 'project'"
            ]
            assert it.found("db/schema.ts") is None
            configure(it, {"tenantlint": {"scope": "project"}})
            await it.shows("db/schema.ts", TYPESCRIPT)
            configure(it, {})  # as some clients send when they start
            it.save("models.py")
            assert it.found("db/schema.ts") == TYPESCRIPT
            configure(it, {"tenantlint": {"scope": "open"}})
            await it.shows("db/schema.ts", [])

    run(scenario)


def test_files_that_cannot_be_read(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py", "from sqlmodel import SQLModel\nclass A(SQLModel, table=True:\n")
            await it.until(lambda: it.found("models.py") is not None)
            assert [code for code, _ in it.found("models.py") or []] == ["ERR003"]
            it.open("new.py", MODELS)  # not on the disk yet
            await it.shows("new.py", NAM)

    run(scenario)


# Diagnostics that are pulled


def test_a_client_that_pulls(root: Path) -> None:
    able = types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
        ),
        text_document=types.TextDocumentClientCapabilities(diagnostic=types.DiagnosticClientCapabilities()),
    )

    async def scenario() -> None:
        async with editor(root, able) as it:
            refreshed: list[None] = []
            it.answers(types.WORKSPACE_DIAGNOSTIC_REFRESH, lambda *_: refreshed.append(None))
            it.open("models.py")
            params = types.DocumentDiagnosticParams(it.document("models.py"))
            report = await it.client.text_document_diagnostic_async(params)
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            assert [(each.code, span(each.range)) for each in report.items] == NAM
            params.previous_result_id = report.result_id
            again = await it.client.text_document_diagnostic_async(params)
            assert again == types.RelatedUnchangedDocumentDiagnosticReport(report.result_id or "")
            all_ = await it.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
            counts = {it.path(each.uri): len(getattr(each, "items", ())) for each in all_.items}
            assert counts == {"models.py": 1, "db/schema.ts": 2}
            before = [types.PreviousResultId(each.uri, each.result_id or "") for each in all_.items]
            all_ = await it.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(before))
            assert {each.kind for each in all_.items} == {"unchanged"}
            it.open("mixin.py")
            await it.client.text_document_diagnostic_async(types.DocumentDiagnosticParams(it.document("mixin.py")))
            refreshed.clear()
            it.change("mixin.py", MIXIN.replace("tenant_id", "owner_id"))
            await it.until(lambda: bool(refreshed))
            report = await it.client.text_document_diagnostic_async(params)
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            assert [(each.code, span(each.range)) for each in report.items] == BOTH
            assert it.client.diagnostics == {}

    run(scenario)


# Code actions


def titles(actions: list[types.CodeAction]) -> list[tuple[str, bool | None, str | None]]:
    return [
        (each.title, each.is_preferred, None if each.disabled is None else each.disabled.reason) for each in actions
    ]


RENAME = "Rename `displayName` to `display_name`"


def test_quick_fixes(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            it.open("service.py")
            actions = await it.actions("models.py", "displayName")
            assert titles(actions) == [
                (f"{RENAME} (unsafe)", None, None),
                ("Ignore NAM001 on this line", None, None),
            ]
            assert actions[0].edit is None
            fix = await it.client.code_action_resolve_async(actions[0])
            assert it.apply(fix.edit) == {
                "models.py": MODELS.replace("displayName", "display_name"),
                "service.py": SERVICE.replace("displayName", "display_name"),
            }
            it.open("db/schema.ts", UNUSED)
            await it.shows("db/schema.ts", [("UNU001", "4:65-4:71"), *TYPESCRIPT])
            (shown, *_) = it.client.diagnostics[it.uri("db/schema.ts")]
            assert list(shown.tags or ()) == [types.DiagnosticTag.Unnecessary]
            actions = await it.actions("db/schema.ts", "TEN001]", only=["quickfix"])
            assert titles(actions) == [("Remove what silences nothing", True, None)]
            fix = await it.client.code_action_resolve_async(actions[0])
            assert it.apply(fix.edit) == {"db/schema.ts": SCHEMA}
            assert await it.actions("models.py", "from") == []

    run(scenario)


def test_fixes_with_a_migration_make_a_file(root: Path) -> None:
    first = """\
from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("customer", sa.Column("id", sa.Integer, primary_key=True), sa.Column("displayName", sa.String))


def downgrade():
    op.drop_table("customer")
"""
    write(root, {"alembic/versions/0001_first.py": first})

    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            actions = await it.actions("models.py", "displayName")
            fix = await it.client.code_action_resolve_async(actions[0])
            after = it.apply(fix.edit)
            (new,) = set(after) - {"models.py", "service.py"}
            assert new.startswith("alembic/versions/")
            assert 'op.alter_column("customer", "displayName", new_column_name="display_name"' in after[new]

    run(scenario)


def test_a_refused_fix_is_disabled_with_its_reason(root: Path) -> None:
    write(root, {"migrations/0001_first.sql": 'CREATE TABLE customer (id int PRIMARY KEY, "displayName" text);\n'})

    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            assert titles(await it.actions("models.py", "displayName")) == [
                (
                    f"{RENAME} (unsafe)",
                    None,
                    "the table is made by the SQL migrations of `migrations`: write that migration first",
                ),
                ("Ignore NAM001 on this line", None, None),
            ]
            automatic = await it.actions("models.py", "displayName", trigger_kind=types.CodeActionTriggerKind.Automatic)
            assert titles(automatic)[0] == (f"{RENAME} (unsafe)", None, None)  # nothing is computed yet
            chosen = await it.client.code_action_resolve_async(automatic[0])
            assert chosen.edit is None
            assert it.client.messages[0].message == (
                f"tenantlint: {RENAME} (unsafe): not done: "
                "the table is made by the SQL migrations of `migrations`: write that migration first"
            )
        async with editor(root, types.ClientCapabilities()) as it:
            it.open("models.py")
            assert titles(await it.actions("models.py", "displayName")) == [("Ignore NAM001 on this line", None, None)]

    run(scenario)


@pytest.mark.parametrize(
    ("path", "at", "code", "old", "new"),
    [
        (
            "models.py",
            "displayName",
            "NAM001",
            "displayName: str",
            "displayName: str  # tenantlint: ignore[NAM001]",
        ),
        (
            "db/schema.ts",
            'title: text("boardTitle")',
            "NAM001",
            'text("boardTitle").notNull(),',
            'text("boardTitle").notNull(), // tenantlint: ignore[NAM001]',
        ),
    ],
)
def test_ignore_on_this_line(root: Path, path: str, at: str, code: str, old: str, new: str) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            it.open(path)
            actions = await it.actions(path, at)
            (action,) = (each for each in actions if each.title == f"Ignore {code} on this line")
            assert action.edit is not None
            before = it.texts[path]
            after = it.apply(action.edit)
            assert after == {path: before.replace(old, new)}
            it.change(path, after[path])
            await it.until(lambda: code not in {each for each, _ in it.found(path) or ()})

    run(scenario)


def test_a_second_rule_joins_the_brackets_of_the_first(root: Path) -> None:
    text = MODELS.replace("displayName: str", "displayName: bool  # tenantlint: ignore[NAM001] -- old")

    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py", text)
            (action,) = (
                each for each in await it.actions("models.py", "displayName") if each.title.startswith("Ignore")
            )
            assert it.apply(action.edit) == {"models.py": text.replace("[NAM001]", "[NAM001, NAM004]")}

    run(scenario)


def test_fix_all(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            it.open("db/schema.ts", UNUSED)
            for only in (["source.fixAll"], ["source.fixAll.tenantlint"]):
                (action,) = await it.actions("db/schema.ts", "import", only=only)
                assert action.kind == "source.fixAll.tenantlint"
                assert it.apply(action.edit) == {"db/schema.ts": SCHEMA}  # what is unsafe stays
            assert await it.actions("db/schema.ts", "import", only=["source.organizeImports"]) == []
            it.open("models.py")
            assert await it.actions("models.py", "from", only=["source.fixAll"]) == []
            applied: list[types.ApplyWorkspaceEditParams] = []

            def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
                applied.append(params)
                return types.ApplyWorkspaceEditResult(True)

            it.answers(types.WORKSPACE_APPLY_EDIT, apply)
            command = types.ExecuteCommandParams("tenantlint.fixAll", [it.uri("db/schema.ts")])
            await it.client.workspace_execute_command_async(command)
            assert [it.apply(each.edit) for each in applied] == [{"db/schema.ts": SCHEMA}]

    run(scenario)


# Hover and rename


def test_hover(root: Path) -> None:
    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            params = types.HoverParams(it.document("models.py"), place(MODELS, "displayName"))
            said = await it.client.text_document_hover_async(params)
            assert said is not None
            assert isinstance(said.contents, types.MarkupContent)
            column, first = said.contents.value.split("\n---\n\n")
            assert column == "**column** `customer.displayName`: `varchar`\n\nNOT NULL.\n"
            assert first.startswith("# camel-case-column (NAM001)\n\n")
            params = types.HoverParams(it.document("models.py"), place(MODELS, "Customer"))
            said = await it.client.text_document_hover_async(params)
            assert said is not None
            assert isinstance(said.contents, types.MarkupContent)
            assert said.contents.value == (
                "**table** `customer` (sqlmodel, postgresql)\n\nTenant: `tenant_id`\n\n"
                "Columns: 3. Primary key: `id`\n\nRow level security: not enabled\n"
            )
            params = types.HoverParams(it.document("models.py"), types.Position(0, 0))
            assert await it.client.text_document_hover_async(params) is None

    run(scenario)


def test_rename(root: Path) -> None:
    extra = '\n\ndef any_name(each):\n    return getattr(each, "displayName"), each.displayName\n'

    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            it.open("service.py")
            at = place(MODELS, "splayName")
            asked = types.PrepareRenameParams(it.document("models.py"), at)
            prepared = await it.client.text_document_prepare_rename_async(asked)
            assert isinstance(prepared, types.PrepareRenamePlaceholder)
            assert (span(prepared.range), prepared.placeholder) == ("6:4-6:15", "displayName")
            edit = await it.client.text_document_rename_async(types.RenameParams(it.document("models.py"), at, "title"))
            assert it.apply(edit) == {
                "models.py": MODELS.replace("displayName", "title"),
                "service.py": SERVICE.replace("displayName", "title"),
            }
            with pytest.raises(JsonRpcException, match="nothing was renamed: `a b` is not a name"):
                await it.client.text_document_rename_async(types.RenameParams(it.document("models.py"), at, "a b"))
            nowhere = types.PrepareRenameParams(it.document("models.py"), types.Position(0, 0))
            assert await it.client.text_document_prepare_rename_async(nowhere) is None
            it.change("service.py", SERVICE + extra)
            await it.client.text_document_rename_async(types.RenameParams(it.document("models.py"), at, "title"))
            await it.until(lambda: bool(it.client.messages))
            assert it.client.messages[0].message.startswith("tenantlint: ")
            assert "service.py:1" in it.client.messages[0].message

    run(scenario)


# What goes wrong


def test_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tenantlint", "server", "--tcp", "nowhere"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        "tenantlint: error: --tcp: expected HOST:PORT, as in 127.0.0.1:2087\n",
    )
    without = "import sys; sys.modules['pygls'] = None; from tenantlint.cli import main; sys.exit(main(['server']))"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "tenantlint: error: tenantlint server needs pygls: pip install 'tenantlint[server]'\n",
    )


def test_a_bug_in_a_rule_goes_to_the_log(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    write(
        broken,
        {
            "sitecustomize.py": "import tenantlint.rules as r\nold = r.run\n"
            "def run(code, view):\n    if code == 'NAM004':\n        raise ZeroDivisionError('by zero')\n"
            "    return old(code, view)\nr.run = run\n"
        },
    )
    monkeypatch.setenv("PYTHONPATH", str(broken))

    async def scenario() -> None:
        async with editor(root) as it:
            it.open("models.py")
            await it.shows("models.py", NAM)
            it.save("models.py")
            it.change("models.py", MODELS.replace("displayName", "name"))
            await it.shows("models.py", [])
            (told,) = {each.message.partition("\n")[0] for each in it.client.log_messages}
            assert told == (
                "tenantlint: this is a bug: checking NAM004 boolean-without-prefix failed: ZeroDivisionError: by zero"
            )
            assert len(it.client.log_messages) == 1

    run(scenario)
