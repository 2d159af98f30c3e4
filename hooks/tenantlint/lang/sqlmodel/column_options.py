"""Where options of SQLModel columns are said: all in one ``Column``, or all in ``Field``, which makes one a table."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from tenantlint.change import GiveOwnColumn, MergeColumn, Patch
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.sqlmodel.editing import called, column_call, column_member, field_call, keyword
from tenantlint.lang.sqlmodel.importing import Imports
from tenantlint.lang.sqlmodel.versions import Versions
from tenantlint.lang.text import merged

if TYPE_CHECKING:
    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.lowering import Lowering
    from tenantlint.lang.sqlmodel.editing import PythonFile

_PLAIN: Final = ("primary_key", "unique", "nullable", "index")
"""Options that ``Field`` and ``Column`` have by one name, with one meaning."""
_KEYS: Final = ("foreign_key", "ondelete")
_BESIDE: Final = (*_PLAIN, *_KEYS, "sa_type", "sa_column_args", "sa_column_kwargs")
_ITEMS: Final = frozenset(
    {"ForeignKey", "Identity", "Computed", "Sequence", "CheckConstraint", "FetchedValue", "DefaultClause"}
)
"""What a ``Column`` is given besides its name and its type; one object of them belongs to one column."""


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a MergeColumn or a GiveOwnColumn. Raises RefusedError."""
    assert isinstance(change, MergeColumn | GiveOwnColumn)
    column = context.column(change.table_id, change.key)
    if column is None:
        raise RefusedError(f"there is no `{change.key}` any more")
    file, node = column_member(context.project, column)
    field = field_call(node)
    if field is None or any(each.arg is None for each in field.keywords):
        raise RefusedError("its options do not all stand in the `Field` that it is assigned")
    made = column_call(field)
    imports = Imports(file, file.start(node))
    if isinstance(change, MergeColumn):
        if made is None:
            raise RefusedError("it has no `sa_column`")
        return Patch(merged([*_merge(file, field, _Parts(file, made), imports), *imports.edits()]))
    if made is None:
        edit, texts = _from_arguments(file, field)
        _refuse_old(context, file, texts)
        return Patch((edit,))
    beside = [each.arg for each in field.keywords if each.arg in _BESIDE]
    if beside:
        raise RefusedError(f"its `{beside[0]}` stands beside `sa_column`: say it in the `Column` first")
    given = keyword(field, "sa_column")
    assert given is not None
    texts = _in_field(file, _Parts(file, made))
    _refuse_old(context, file, texts)
    return Patch((_replaced(file, given, texts),))


def _refuse_old(context: Lowering, file: PythonFile, texts: list[str]) -> None:
    """Raise RefusedError where the project's SQLModel does not know ``ondelete`` yet."""
    if any(each.startswith("ondelete=") for each in texts) and not Versions(context.project).has_ondelete(file.path):
        raise RefusedError("SQLModel knows `ondelete` from version 0.0.21 on: upgrade it first")


class _Parts:
    """A call of ``Column``: its name, its type, its other positional arguments, and its keywords."""

    def __init__(self, file: PythonFile, call: ast.Call) -> None:
        self.call = call
        self.keywords = {each.arg: each.value for each in call.keywords if each.arg is not None}
        if len(self.keywords) != len(call.keywords) or any(isinstance(each, ast.Starred) for each in call.args):
            raise RefusedError("the arguments of its `Column` are made elsewhere")
        rest = list(call.args)
        is_named = bool(rest) and isinstance(rest[0], ast.Constant) and isinstance(rest[0].value, str)
        self.name = rest.pop(0) if is_named else self.keywords.get("name")
        is_typed = bool(rest) and called(rest[0]) not in _ITEMS
        self.type = rest.pop(0) if is_typed else self.keywords.get("type_")
        self.items = rest
        if any(called(each) not in _ITEMS for each in rest):
            raise RefusedError("not all arguments of its `Column` are known")
        self.items_text = [file.text(each) for each in rest]


def _merge(file: PythonFile, field: ast.Call, parts: _Parts, imports: Imports) -> list[Edit]:
    """Return the edits that move what ``Field`` says of the column into its ``Column``."""
    beside = [each for each in field.keywords if each.arg in _BESIDE]
    if not beside:
        raise RefusedError("nothing stands beside its `sa_column`")
    given = {str(each.arg): each.value for each in beside}
    options = {name: file.text(value) for name, value in given.items() if name in _PLAIN}
    options |= _entries(file, given.get("sa_column_kwargs"))
    items = [text for text in _elements(file, given.get("sa_column_args")) if text not in parts.items_text]
    if "foreign_key" in given or "ondelete" in given:
        key = _key(file, given, imports)
        items += [] if key in parts.items_text else [key]
    kind = given.get("sa_type")
    if kind is not None and parts.type is not None and file.text(kind) != file.text(parts.type):
        raise RefusedError("its `sa_type` and its `Column` differ: which of them holds is not certain")
    new = {name: text for name, text in options.items() if not _says(file, parts, name, text)}
    return [*_without(file, field, beside), *_given(file, parts, kind, items, new)]


def _says(file: PythonFile, parts: _Parts, name: str, text: str) -> bool:
    """Return whether a ``Column`` says the same of an option. Raises RefusedError where it says something else."""
    known = {**parts.keywords, "name": parts.name, "type_": parts.type}.get(name)
    if known is None:
        return False
    if file.text(known) != text:
        raise RefusedError(f"its `{name}` and its `Column` differ: which of them holds is not certain")
    return True


def _key(file: PythonFile, given: dict[str, ast.expr], imports: Imports) -> str:
    if "foreign_key" not in given:
        raise RefusedError("its `ondelete` has no foreign key")
    options = f", ondelete={file.text(given['ondelete'])}" if "ondelete" in given else ""
    return f"{imports.name('ForeignKey', 'sqlalchemy', 'sqlmodel')}({file.text(given['foreign_key'])}{options})"


def _entries(file: PythonFile, node: ast.expr | None) -> dict[str, str]:
    if node is None:
        return {}
    if not isinstance(node, ast.Dict):
        raise RefusedError("its `sa_column_kwargs` are made elsewhere")
    found = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            raise RefusedError("its `sa_column_kwargs` are made elsewhere")
        found[key.value] = file.text(value)
    return found


def _elements(file: PythonFile, node: ast.expr | None) -> list[str]:
    if node is None:
        return []
    if not isinstance(node, ast.List | ast.Tuple) or any(isinstance(each, ast.Starred) for each in node.elts):
        raise RefusedError("its `sa_column_args` are made elsewhere")
    return [file.text(each) for each in node.elts]


def _without(file: PythonFile, call: ast.Call, removed: list[ast.keyword]) -> list[Edit]:
    """Return the edits that take arguments out of a call, of which at least one stays."""
    arguments: list[ast.expr | ast.keyword] = sorted([*call.args, *call.keywords], key=file.start)
    edits: list[Edit] = []
    start: int | None = None
    kept_end = 0
    for each in arguments:
        if each in removed:
            start = file.start(each) if start is None else start
            continue
        if start is not None:
            edits.append(file.replace(start, file.start(each), ""))
            start = None
        kept_end = file.end(each)
    if start is not None:
        edits.append(file.replace(kept_end, file.end(arguments[-1]), ""))
    return edits


def _given(
    file: PythonFile, parts: _Parts, kind: ast.expr | None, items: list[str], options: dict[str, str]
) -> list[Edit]:
    """Return the edits that give a ``Column`` a type, positional arguments behind it, and keywords."""
    call = parts.call
    first = [file.text(kind)] if kind is not None and parts.type is None else []
    named = [f"{name}={text}" for name, text in options.items()]
    if not call.args and not call.keywords:
        return [file.insert(file.end(call) - 1, ", ".join([*first, *items, *named]))]
    edits: list[Edit] = []
    before = [each for each in call.args if each is parts.name]
    if first and len(call.args) > len(before):
        edits.append(file.insert(file.start(call.args[len(before)]), f"{first[0]}, "))
        first = []
    placed = [*first, *items]
    if placed and call.args:
        close = file.start(call.keywords[0]) if call.keywords else file.end(call) - 1
        edits += [file.append(call.args, close, text) for text in placed]
    elif placed:
        gap = (
            f",\n{file.indent(file.start(call.keywords[0]))}"
            if file.begins_line(file.start(call.keywords[0]))
            else ", "
        )
        edits.append(file.insert(file.start(call.keywords[0]), gap.join([*placed, ""])))
    return [*edits, *(file.add_argument(call, text) for text in named)]


def _in_field(file: PythonFile, parts: _Parts) -> list[str]:
    """Return the arguments of ``Field`` that make what a ``Column`` is, for each table anew."""
    if parts.type is None:
        raise RefusedError("its `Column` names no type")
    found = [f"sa_type={file.text(parts.type)}", *_reference(file, parts.items)]
    options = {name: value for name, value in parts.keywords.items() if name not in ("name", "type_")}
    if "nullable" not in options and not _is_true(options.get("primary_key")):
        found.append("nullable=True")  # what `Column` takes where nothing is said; `Field` asks the annotation
    found += [f"{name}={file.text(options.pop(name))}" for name in _PLAIN if name in options]
    if any(
        called(each) in _ITEMS for value in options.values() for each in ast.walk(value) if isinstance(each, ast.expr)
    ):
        raise RefusedError("what makes its values in the database belongs to one column, too")
    entries = [f"{file.quoted('name')}: {file.text(parts.name)}"] if parts.name is not None else []
    entries += [f"{file.quoted(str(name))}: {file.text(value)}" for name, value in options.items()]
    return [*found, f"sa_column_kwargs={{{', '.join(entries)}}}"] if entries else found


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _reference(file: PythonFile, items: list[ast.expr]) -> list[str]:
    """Return the foreign key among what a column is given, as ``Field`` says it."""
    if not items:
        return []
    key = items[0]
    options = {each.arg: each.value for each in key.keywords} if isinstance(key, ast.Call) else {}
    is_plain = isinstance(key, ast.Call) and called(key) == "ForeignKey" and len(key.args) == 1
    if len(items) > 1 or not is_plain or not isinstance(key, ast.Call) or not {*options} <= {"ondelete"}:
        raise RefusedError("its `Column` is given more than `Field` can say")
    target = key.args[0]
    if not isinstance(target, ast.Constant) or not isinstance(target.value, str):
        raise RefusedError("its foreign key names no column in a string")
    found = [f"foreign_key={file.text(target)}"]
    return [*found, f"ondelete={file.text(options['ondelete'])}"] if "ondelete" in options else found


def _from_arguments(file: PythonFile, field: ast.Call) -> tuple[Edit, list[str]]:
    """Return the edit that lets ``Field`` say a foreign key of ``sa_column_args``, and the arguments that do."""
    given = keyword(field, "sa_column_args")
    if given is None or keyword(field, *_KEYS) is not None:
        raise RefusedError("its options do not all stand in the `Field` that it is assigned")
    if not isinstance(given.value, ast.List | ast.Tuple):
        raise RefusedError("its `sa_column_args` are made elsewhere")
    texts = _reference(file, given.value.elts)
    return _replaced(file, given, texts), texts


def _replaced(file: PythonFile, given: ast.keyword, texts: list[str]) -> Edit:
    own_line = file.begins_line(file.start(given))
    gap = f",\n{file.indent(file.start(given))}" if own_line else ", "
    return file.replace(file.start(given), file.end(given), gap.join(texts))
