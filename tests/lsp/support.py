"""A client that talks to the real server process, and small projects for it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pytest_lsp import LanguageClient, make_test_lsp_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

TIMEOUT = 20.0

ALL_ABLE = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
    workspace=types.WorkspaceClientCapabilities(
        apply_edit=True,
        workspace_edit=types.WorkspaceEditClientCapabilities(
            document_changes=True, resource_operations=[types.ResourceOperationKind.Create]
        ),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        workspace_folders=True,
    ),
    text_document=types.TextDocumentClientCapabilities(
        code_action=types.CodeActionClientCapabilities(
            disabled_support=True,
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"]),
        ),
        rename=types.RenameClientCapabilities(prepare_support=True),
    ),
)


class Editor:
    """Opens, changes and saves files as an editor does, and sees what the server says of them."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client = client
        self.root = root
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}

    def uri(self, path: str) -> str:
        return (self.root / path).as_uri()

    def document(self, path: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(path))

    def open(self, path: str, text: str | None = None) -> None:
        self.texts[path] = (self.root / path).read_bytes().decode() if text is None else text
        self.versions[path] = 1
        item = types.TextDocumentItem(self.uri(path), "", 1, self.texts[path])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, path: str, text: str) -> None:
        self.texts[path] = text
        self.versions[path] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[path], self.uri(path))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def save(self, path: str) -> None:
        (self.root / path).write_bytes(self.texts[path].encode())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(self.document(path)))

    def close(self, path: str) -> None:
        del self.texts[path], self.versions[path]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.document(path)))

    def watched(self, *paths: str, kind: types.FileChangeType = types.FileChangeType.Changed) -> None:
        events = [types.FileEvent(self.uri(path), kind) for path in paths]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    def found(self, path: str) -> list[tuple[str, str]] | None:
        """Return code and range of each diagnostic of a file, None where none have come yet."""
        shown = self.client.diagnostics.get(self.uri(path))
        return None if shown is None else [(str(each.code), span(each.range)) for each in shown]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(TIMEOUT):
            while not holds():
                await asyncio.sleep(0.01)

    async def shows(self, path: str, expected: list[tuple[str, str]]) -> None:
        """Wait until the file has these diagnostics."""
        try:
            await self.until(lambda: self.found(path) == expected)
        except TimeoutError:
            found, logged = self.found(path), [each.message for each in self.client.log_messages]
            raise AssertionError(f"{path} shows {found}, not {expected}; log: {logged}") from None

    async def actions(
        self, path: str, at: str, only: list[str] | None = None, **context: Any
    ) -> list[types.CodeAction]:
        """Ask for code actions at the first place of some text."""
        position = place(self.texts[path], at)
        params = types.CodeActionParams(
            self.document(path), types.Range(position, position), types.CodeActionContext([], only=only, **context)
        )
        return list(await self.client.text_document_code_action_async(params) or [])

    def apply(self, edit: types.WorkspaceEdit | None) -> dict[str, str]:
        """Return the contents of files after an edit; versions must be those of the open files."""
        assert edit is not None
        assert edit.document_changes is not None
        after: dict[str, str] = {}
        for change in edit.document_changes:
            if isinstance(change, types.CreateFile):
                path = self.path(change.uri)
                assert not (self.root / path).exists()
                after[path] = ""
                continue
            assert isinstance(change, types.TextDocumentEdit)
            path = self.path(change.text_document.uri)
            assert change.text_document.version == self.versions.get(path)
            disk = after.get(path) if path in after else None
            text = self.texts.get(path, disk) if disk is None else disk
            text = (self.root / path).read_bytes().decode() if text is None else text
            edits = [each for each in change.edits if isinstance(each, types.TextEdit)]
            for each in sorted(
                edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True
            ):
                start, end = offset(text, each.range.start), offset(text, each.range.end)
                text = text[:start] + each.new_text + text[end:]
            after[path] = text
        return after

    def answers(self, method: str, answer: Callable[..., Any]) -> None:
        """Let the client answer a request in another way."""
        self.client.protocol.fm.features[method] = answer

    def path(self, uri: str) -> str:
        return uri.removeprefix(f"{self.root.as_uri()}/")


def span(found: types.Range) -> str:
    return f"{found.start.line}:{found.start.character}-{found.end.line}:{found.end.character}"


def place(text: str, word: str) -> types.Position:
    """Return the position (in UTF-16) of the first place of a word."""
    before = text[: text.index(word)]
    line = before.rpartition("\n")[2]
    return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)


def offset(text: str, position: types.Position) -> int:
    lines = text.splitlines(keepends=True)
    line = lines[position.line] if position.line < len(lines) else ""
    inside = line.encode("utf-16-le")[: position.character * 2].decode("utf-16-le")
    return sum(map(len, lines[: position.line])) + len(inside)


@asynccontextmanager
async def editor(
    root: Path,
    capabilities: types.ClientCapabilities = ALL_ABLE,
    options: object = None,
    folders: list[Path] | None = None,
) -> AsyncIterator[Editor]:
    """Start the server for a client with its folders open."""
    client = make_test_lsp_client()
    client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda *_: None)
    await client.start_io(sys.executable, "-m", "tenantlint", "server")
    opened = [types.WorkspaceFolder(each.as_uri(), each.name) for each in (folders or [root])]
    await client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            root_uri=root.as_uri(),
            workspace_folders=opened,
            initialization_options=options,
        )
    )
    try:
        yield Editor(client, root)
    finally:
        await client.shutdown_session()
        await client.stop()


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return root
