"""Code actions: the fix of a finding, a comment that silences it, and all safe fixes of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from tenantlint.lsp.diagnostics import of
from tenantlint.lsp.edits import workspace_edit
from tenantlint.lsp.silencing import silenced
from tenantlint.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.lsp.documents import Places
    from tenantlint.lsp.fixing import Fixes

FIX_ALL: Final = "source.fixAll.tenantlint"
KINDS: Final = (types.CodeActionKind.QuickFix, FIX_ALL)


class Abilities(Record):
    """What the client can do: show why an action cannot be chosen, and ask for the edit of an action when chosen."""

    disabled: bool
    resolve: bool


class Actions:
    """The code actions of one file after one check."""

    def __init__(self, fixes: Fixes, places: Places, path: str, abilities: Abilities) -> None:
        self._fixes = fixes
        self._places = places
        self._path = path
        self._abilities = abilities
        self._findings = [each for each in fixes.checked.outcome.diagnostics if each.at.path == path]

    def offered(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Return the actions for a range of the file, of the kinds that the client asks for."""
        only = params.context.only
        found: list[types.CodeAction] = []
        if _wanted(types.CodeActionKind.QuickFix, only):
            automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
            for diagnostic, shown in self._at(params.range):
                found += self._quick_fixes(diagnostic, shown, lazy=automatic and self._abilities.resolve)
            if only is None and automatic:
                return found
        if _wanted(FIX_ALL, only):
            found += self._fix_all()
        return found

    def _at(self, range_: types.Range) -> Iterator[tuple[Diagnostic, types.Diagnostic]]:
        shown = of(self._fixes.checked, self._places, {self._path}).get(self._path, [])
        for diagnostic, each in zip(self._findings, shown, strict=True):
            if _key(each.range.start) <= _key(range_.end) and _key(range_.start) <= _key(each.range.end):
                yield diagnostic, each

    def _quick_fixes(self, diagnostic: Diagnostic, shown: types.Diagnostic, lazy: bool) -> Iterator[types.CodeAction]:
        if diagnostic.fix is not None:
            action = self._fix(diagnostic, shown, lazy)
            if action is not None:
                yield action
        silence = types.CodeAction(
            f"Ignore {diagnostic.code} on this line",
            types.CodeActionKind.QuickFix,
            [shown],
            data=self._data("ignore", shown),
        )
        if lazy or self._resolve_ignore(silence, diagnostic):
            yield silence

    def _fix(self, diagnostic: Diagnostic, shown: types.Diagnostic, lazy: bool) -> types.CodeAction | None:
        fix = diagnostic.fix
        assert fix is not None
        safe = fix.applicability == "safe"
        title = fix.title if safe else f"{fix.title} (unsafe)"
        action = types.CodeAction(
            title, types.CodeActionKind.QuickFix, [shown], is_preferred=safe or None, data=self._data("fix", shown)
        )
        if lazy:
            return action
        made = self._fixes.of(diagnostic)
        if made.reason is None and made.contents:
            if made.unresolved:
                uses = "1 use" if len(made.unresolved) == 1 else f"{len(made.unresolved)} uses"
                action.title = f"{fix.title} (unsafe, {uses} cannot be resolved)"
                action.is_preferred = None
            if not self._abilities.resolve:
                action.edit = workspace_edit(made.contents, self._places)
            return action
        if not self._abilities.disabled:
            return None
        action.is_preferred = None
        action.disabled = types.CodeActionDisabled(made.reason or "it changes nothing")
        return action

    def _fix_all(self) -> Iterator[types.CodeAction]:
        contents = self._fixes.all_safe(self._path)
        if contents:
            edit = workspace_edit(contents, self._places)
            yield types.CodeAction("tenantlint: make all safe fixes in this file", FIX_ALL, edit=edit)

    def _data(self, what: str, shown: types.Diagnostic) -> dict[str, Any]:
        path = self._path
        data: Any = shown.data
        return {
            "action": what,
            "uri": self._places.opened.uri(path),
            "version": self._places.opened.version(path),
            "code": shown.code,
            "start": data["start"],
        }

    def resolve(self, action: types.CodeAction) -> str | None:
        """Give an action its edit. Return why it has none, None where it has one."""
        data: Any = action.data
        diagnostic = next(
            (each for each in self._findings if (each.code, each.at.start) == (data["code"], data["start"])), None
        )
        if diagnostic is None or data["version"] != self._places.opened.version(self._path):
            return "the file has changed meanwhile"
        if data["action"] == "ignore":
            done = self._resolve_ignore(action, diagnostic)
            return None if done else "no comment can silence it here"
        made = self._fixes.of(diagnostic)
        if made.reason is not None:
            action.disabled = types.CodeActionDisabled(made.reason) if self._abilities.disabled else None
            return made.reason
        if made.unresolved and action.is_preferred:
            return "some uses cannot be resolved"
        action.edit = workspace_edit(made.contents, self._places)
        return None

    def _resolve_ignore(self, action: types.CodeAction, diagnostic: Diagnostic) -> bool:
        data = silenced(diagnostic, self._places.project.source(self._path))
        if data is not None:
            action.edit = workspace_edit({self._path: data}, self._places)
        return data is not None


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Return whether the client wants a kind: one that it names, or that lies below one that it names."""
    return only is None or any(kind == each or kind.startswith(f"{each}.") or each == "" for each in only)


def _key(position: types.Position) -> tuple[int, int]:
    return position.line, position.character
