"""The messages of the protocol that the server understands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from tenantlint.lsp.actions import KINDS, Abilities, Actions
from tenantlint.lsp.documents import locate
from tenantlint.lsp.edits import as_changes, workspace_edit
from tenantlint.lsp.hover import hover
from tenantlint.lsp.renames import renamable, renamed
from tenantlint.lsp.server import AFTER_EVENTS, WHILE_TYPING, Server, folder_places
from tenantlint.view import SchemaView

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tenantlint.change import Use
    from tenantlint.lsp.documents import Document, Places
    from tenantlint.lsp.session import View

WATCHED: Final = (
    "**/*.{py,pyi,ts,tsx,mts,cts,js,jsx,mjs,cjs,sql}",
    "**/{_journal,snapshot,package,jsconfig,tsconfig*}.json",
    "**/{pyproject,tenantlint}.toml",
)
FIX_ALL_COMMAND: Final = "tenantlint.fixAll"
RECHECK_COMMAND: Final = "tenantlint.recheck"
_REQUEST_FAILED: Final = -32803
_USES_TOLD: Final = 5


def make_server() -> Server:
    """Return a server that is ready to be started."""
    server = Server()
    for name, (method, options) in _FEATURES.items():
        server.feature(name, options)(_bound(server, method))
    server.command(FIX_ALL_COMMAND)(_bound(server, _fix_all_command))
    server.command(RECHECK_COMMAND)(_bound(server, _recheck_command))
    return server


def _bound(server: Server, method: Callable[..., Any]) -> Callable[..., Any]:
    from asyncio import iscoroutinefunction

    if iscoroutinefunction(method):

        async def later(*params: Any) -> Any:
            return await method(server, *params)

        return later

    def now(*params: Any) -> Any:
        return method(server, *params)

    return now


# The beginning


def _initialize(server: Server, params: types.InitializeParams) -> None:
    capabilities = params.capabilities
    text, workspace = capabilities.text_document, capabilities.workspace
    refreshed = workspace is not None and workspace.diagnostics is not None and workspace.diagnostics.refresh_support
    server.pulls = bool(refreshed and text is not None and text.diagnostic is not None)
    if server.pulls:
        options = types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=True, identifier="tenantlint"
        )
        server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(_bound(server, _pull))
        server.feature(types.WORKSPACE_DIAGNOSTIC)(_bound(server, _pull_all))
    server.folders = folder_places(params.workspace_folders or ())
    if params.workspace_folders is None and params.root_uri is not None:
        server.folders = [place for place in (to_fs_path(params.root_uri),) if place]
    server.configure(params.initialization_options)


def _initialized(server: Server, params: types.InitializedParams) -> None:
    server.session.encoding = types.PositionEncodingKind(server.workspace.position_encoding or "utf-16").value
    workspace = server.client_capabilities.workspace
    watched = None if workspace is None else workspace.did_change_watched_files
    if watched is not None and watched.dynamic_registration:
        server.watches = True
        watchers = [types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("tenantlint.watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        server.client_register_capability(types.RegistrationParams([registration]))
    server.look_at_folders()


def _changed_configuration(server: Server, params: types.DidChangeConfigurationParams) -> None:
    server.configure(params.settings)
    for root in server.session.roots():
        server.check_soon(root, AFTER_EVENTS)
    server.look_at_folders()


def _changed_folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    removed = folder_places(params.event.removed)
    server.folders = [each for each in server.folders if each not in removed] + folder_places(params.event.added)
    opened = server.session.documents.roots()
    for root in server.session.roots():
        if root not in opened and not any(root.startswith(each) or each.startswith(root) for each in server.folders):
            server.leave(root)
    server.look_at_folders()


# Files


def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    item = params.text_document
    document = server.session.documents.put(item.uri, item.version, item.text)
    if document is not None:
        server.check_soon(document.root, 0, unsure=True)


def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    text = params.content_changes[-1].text if params.content_changes else None
    if text is not None:
        document = server.session.documents.put(params.text_document.uri, params.text_document.version, text)
        if document is not None:
            server.check_soon(document.root, WHILE_TYPING)


def _saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    root = server.session.touch(params.text_document.uri)
    if root is not None:
        server.check_soon(root, 0, unsure=True)


def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    document = server.session.documents.remove(params.text_document.uri)
    if document is not None:
        server.session.touch(document.uri)
        server.clear(document)
        server.check_soon(document.root, 0, unsure=True)


def _watched(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    roots = {server.session.touch(each.uri) for each in params.changes}
    roots |= server.session.documents.relocate()
    for root in roots:
        if root is not None:
            server.check_soon(root, AFTER_EVENTS)


# Diagnostics that the client asks for


async def _pull(server: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    document = server.session.documents.get(params.text_document.uri)
    if document is None:
        return types.RelatedFullDocumentDiagnosticReport([])
    view = await server.session.view(document.root)
    server.note_pulled(view, document.path)
    items = view.found.get(document.path, [])
    identity = _identity(items)
    if params.previous_result_id == identity:
        return types.RelatedUnchangedDocumentDiagnosticReport(identity)
    return types.RelatedFullDocumentDiagnosticReport(items, result_id=identity)


async def _pull_all(server: Server, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
    before = {each.uri: each.value for each in params.previous_result_ids}
    reports: list[types.WorkspaceDocumentDiagnosticReport] = []
    for root in server.all_roots():
        view = await server.session.view(root)
        shown = server.shown(view)
        uris = {view.opened.uri(path): path for path in shown}
        for uri in sorted(uris.keys() | {each for each in before if (place := locate(each)) and place[0] == root}):
            path = uris.get(uri) or (locate(uri) or ("", ""))[1]
            items, version = shown.get(path, []), view.opened.version(path)
            identity = _identity(items)
            if before.get(uri) == identity:
                reports.append(types.WorkspaceUnchangedDocumentDiagnosticReport(uri, identity, version))
            else:
                reports.append(types.WorkspaceFullDocumentDiagnosticReport(uri, items, version, result_id=identity))
    return types.WorkspaceDiagnosticReport(reports)


def _identity(items: Sequence[types.Diagnostic]) -> str:
    from hashlib import blake2b

    return blake2b(repr(items).encode("utf-8", "replace"), digest_size=12).hexdigest()


# Actions


def _abilities(server: Server) -> Abilities:
    text = server.client_capabilities.text_document
    action = None if text is None else text.code_action
    if action is None:
        return Abilities(False, False)
    properties = action.resolve_support.properties if action.resolve_support is not None else ()
    return Abilities(bool(action.disabled_support), "edit" in properties and bool(action.data_support))


def _plain(server: Server, edit: types.WorkspaceEdit) -> types.WorkspaceEdit:
    """Return an edit as the client understands it: as changes by file where it knows no versioned ones."""
    workspace = server.client_capabilities.workspace
    known = workspace is not None and workspace.workspace_edit is not None and workspace.workspace_edit.document_changes
    return edit if known else as_changes(edit)


async def _code_actions(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    document = server.session.documents.get(params.text_document.uri)
    if document is None:
        return []
    abilities = _abilities(server)

    def offered(view: View) -> list[types.CodeAction]:
        if view.fixes is None or view.places is None:
            return []
        return Actions(view.fixes, view.places, document.path, abilities).offered(params)

    actions = await server.session.run(document.root, offered)
    for action in actions:
        _as_known(server, action)
    return actions


def _as_known(server: Server, action: types.CodeAction) -> None:
    if action.edit is not None:
        action.edit = _plain(server, action.edit)


async def _resolve(server: Server, action: types.CodeAction) -> types.CodeAction:
    data: Any = action.data
    document = server.session.documents.get(data["uri"]) if isinstance(data, dict) else None
    if document is None or action.edit is not None:
        return action
    abilities = _abilities(server)

    def resolve(view: View) -> str | None:
        if view.fixes is None or view.places is None:
            return "the configuration cannot be used"
        return Actions(view.fixes, view.places, document.path, abilities).resolve(action)

    reason = await server.session.run(document.root, resolve)
    if reason is not None:
        server.tell(f"tenantlint: {action.title}: not done: {reason}", types.MessageType.Warning)
    _as_known(server, action)
    return action


async def _fix_all_command(server: Server, *uris: str) -> None:
    """Make all safe fixes of the files named, or of all that are open."""
    documents = server.session.documents
    for uri in uris or documents.uris():
        document = documents.get(uri)
        if document is not None:
            await _apply_fixes(server, document)


async def _apply_fixes(server: Server, document: Document) -> None:
    def fixed(view: View) -> types.WorkspaceEdit | None:
        if view.fixes is None or view.places is None:
            return None
        contents = view.fixes.all_safe(document.path)
        return workspace_edit(contents, view.places) if contents else None

    edit = await server.session.run(document.root, fixed)
    if edit is not None:
        label = "tenantlint: safe fixes"
        await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(_plain(server, edit), label))


async def _recheck_command(server: Server, *_: object) -> None:
    """Read everything again."""
    for root in server.session.roots():
        server.session.forget(root)
        server.check_soon(root, 0)


# Hover and rename


async def _hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    document = server.session.documents.get(params.text_document.uri)
    if document is None:
        return None

    def said(view: View) -> str | None:
        checked = view.checked
        if checked is None or view.places is None or document.path not in checked.project:
            return None
        offset = view.places.of(document.path).offset(params.position)
        settings = SchemaView(checked.outcome.schema, checked.configs.of(document.path))
        return hover(checked, document.path, offset, settings)

    text = await server.session.run(document.root, said)
    return None if text is None else types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text))


async def _prepare_rename(server: Server, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    document = server.session.documents.get(params.text_document.uri)
    if document is None:
        return None

    def prepared(view: View) -> types.PrepareRenamePlaceholder | None:
        checked, places = view.checked, view.places
        if checked is None or places is None or document.path not in checked.project:
            return None
        positions = places.of(document.path)
        what = renamable(checked, document.path, positions.offset(params.position))
        if what is None:
            return None
        return types.PrepareRenamePlaceholder(positions.range(what.start, what.end), what.key)

    return await server.session.run(document.root, prepared)


async def _rename(server: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    document = server.session.documents.get(params.text_document.uri)
    if document is None:
        return None

    def done(view: View) -> tuple[types.WorkspaceEdit | None, str | None, str | None]:
        """Return the edit, why there is none, and what is to be told besides."""
        checked, places = view.checked, view.places
        if checked is None or places is None or document.path not in checked.project:
            return None, "the configuration cannot be used", None
        what = renamable(checked, document.path, places.of(document.path).offset(params.position))
        if what is None:
            return None, "no column is declared here", None
        made = renamed(checked, what, params.new_name)
        if made.reason is not None:
            return None, made.reason, None
        return workspace_edit(made.contents, places), None, _left(made.unresolved, places)

    edit, reason, left = await server.session.run(document.root, done)
    if edit is None:
        raise JsonRpcException(f"nothing was renamed: {reason}", _REQUEST_FAILED)
    if left is not None:
        server.tell(left, types.MessageType.Warning)
    return _plain(server, edit)


def _left(uses: Sequence[Use], places: Places) -> str | None:
    if not uses:
        return None
    shown = []
    for use in uses[:_USES_TOLD]:
        start = places.range(use.at).start
        shown.append(f"{use.at.path}:{start.line + 1}:{start.character + 1}: {use.what}")
    more = [f"and {len(uses) - _USES_TOLD} more"] if len(uses) > _USES_TOLD else []
    count = "1 use" if len(uses) == 1 else f"{len(uses)} uses"
    return "\n".join([f"tenantlint: {count} could not be resolved and may need the new name:", *shown, *more])


_FEATURES: Final[dict[str, tuple[Callable[..., Any], Any]]] = {
    types.INITIALIZE: (_initialize, None),
    types.INITIALIZED: (_initialized, None),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: (_changed_configuration, None),
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: (_changed_folders, None),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (_watched, None),
    types.TEXT_DOCUMENT_DID_OPEN: (_opened, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (_changed, None),
    types.TEXT_DOCUMENT_DID_SAVE: (_saved, None),
    types.TEXT_DOCUMENT_DID_CLOSE: (_closed, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        _code_actions,
        types.CodeActionOptions(code_action_kinds=[*KINDS], resolve_provider=True),
    ),
    types.CODE_ACTION_RESOLVE: (_resolve, None),
    types.TEXT_DOCUMENT_HOVER: (_hover, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (_prepare_rename, None),
    types.TEXT_DOCUMENT_RENAME: (_rename, None),
}
