"""Changes what a Drizzle policy says, in the text of its ``pgPolicy``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenantlint.change import CheckWrites, Patch, WrapCalls
from tenantlint.lang.drizzle.editing import FUNCTIONS, Declared, arguments, named, opened, parameter, unwrapped, walk
from tenantlint.lang.drizzle.importing import imports
from tenantlint.lang.drizzle.table_extras import template
from tenantlint.lang.lowering import RefusedError
from tenantlint.lang.policies import check_parts, conjunction, policy_of, predicate_of, spans

if TYPE_CHECKING:
    from tree_sitter import Node

    from tenantlint.change import Change
    from tenantlint.edit import Edit
    from tenantlint.lang.drizzle.editing import ScriptFile
    from tenantlint.lang.lowering import Lowering
    from tenantlint.schema import Policy, Table

_BY_HAND = "the policy `{}` is declared in a way that is not edited: change it by hand"


def lower(change: Change, context: Lowering) -> Patch:
    """Return the edits of a CheckWrites or a WrapCalls; none for a policy that only migrations make.

    Raises RefusedError.
    """
    assert isinstance(change, CheckWrites | WrapCalls)
    table = context.table(change.table_id)
    if table is None:
        raise RefusedError("the table is not there any more")
    policy = policy_of(table, change.policy)
    if policy is None:
        return Patch()
    file = opened(context.project.source(policy.at.path))
    config = _config(file, policy)
    if isinstance(change, WrapCalls):
        return Patch(tuple(_wrapped(file, _template(file, _value(config, file, "using"), policy))))
    return Patch(tuple(_checked(file, config, table, policy, change, context)))


def _config(file: ScriptFile, policy: Policy) -> Node:
    """Return the object that says what a policy is for. Raises RefusedError where it does not stand in the call."""
    call = file.node_at(policy.at, "call_expression")
    function = call.child_by_field_name("function")
    given = arguments(call)
    config = unwrapped(given[1]) if len(given) == 2 else None
    name = file.text(function).rpartition(".")[2] if function is not None else ""
    spread = config is not None and any(each.type == "spread_element" for each in named(config))
    if config is None or config.type != "object" or spread or not _is_imported(file, name, "pgPolicy"):
        raise RefusedError(_BY_HAND.format(policy.name))
    return config


def _is_imported(file: ScriptFile, name: str, wanted: str) -> bool:
    bound = dict(imports(file))
    if name in bound:
        return bound[name].name == wanted and bound[name].module.startswith("drizzle-orm")
    return name == wanted and any(each.name == "*" for each in bound.values())


def _value(config: Node, file: ScriptFile, key: str) -> Node | None:
    for pair in named(config):
        name = pair.child_by_field_name("key")
        if pair.type == "pair" and name is not None and file.text(name).strip("'\"") == key:
            return pair.child_by_field_name("value")
        if pair.type == "shorthand_property_identifier" and file.text(pair) == key:
            return pair
    return None


def _template(file: ScriptFile, value: Node | None, policy: Policy) -> Node:
    """Return the text in an ``sql`` template, or in the one that a constant stands for. Raises RefusedError."""
    value = unwrapped(value) if value is not None else None
    if value is not None and value.type in ("identifier", "shorthand_property_identifier"):
        value = _constant(file, file.text(value))
    function = value.child_by_field_name("function") if value is not None else None
    text = value.child_by_field_name("arguments") if value is not None else None
    if function is None or text is None or text.type != "template_string" or "\\" in file.text(text):
        raise RefusedError(_BY_HAND.format(policy.name))
    if not _is_imported(file, file.text(function), "sql"):
        raise RefusedError(_BY_HAND.format(policy.name))
    return text


def _constant(file: ScriptFile, name: str) -> Node | None:
    """Return the value of the only variable of a file that has this name."""
    found = [node for node in walk(file.root) if node.type == "variable_declarator"]
    values = [
        node.child_by_field_name("value")
        for node in found
        if (own := node.child_by_field_name("name")) is not None and file.text(own) == name
    ]
    return values[0] if len(values) == 1 else None


def _inner(text: Node) -> tuple[int, int]:
    return text.start_byte + 1, text.end_byte - 1


def _wrapped(file: ScriptFile, text: Node) -> list[Edit]:
    """Return the edits that wrap the calls in a template. A substitution is read as a column."""
    start, end = _inner(text)
    raw = file.data[start:end].decode("latin-1")  # a character for each byte
    shown = raw
    for part in text.named_children:
        if part.type == "template_substitution":
            first, last = part.start_byte - start, part.end_byte - start
            shown = shown[:first] + "x" * (last - first) + shown[last:]
    edits: list[Edit] = []
    for first, last in spans(raw, shown):
        edits += [file.insert(start + first, "(select "), file.insert(start + last, ")")]
    return edits


def _checked(
    file: ScriptFile, config: Node, table: Table, policy: Policy, change: CheckWrites, context: Lowering
) -> list[Edit]:
    using, check = _value(config, file, "using"), _value(config, file, "withCheck")
    if change.own and using is not None and (check is None or change.open):
        return _set(file, config, check, file.text(using))
    parts = {
        key: _text(file, _template(file, value, policy))
        for key, value in (("using", using), ("withCheck", check))
        if value is not None and not (change.open and key == "withCheck")
    }
    predicate = "" if change.own else _predicate(file, config, table, change, context)
    both = check_parts(parts.get("using"), parts.get("withCheck"), change, predicate)
    return _set(file, config, check, f"{_tag(file)}`{conjunction(both, 'and')}`")


def _text(file: ScriptFile, text: Node) -> str:
    return file.slice(*_inner(text)).replace("\r\n", "\n").strip()


def _tag(file: ScriptFile) -> str:
    """Return what the file calls Drizzle's ``sql``, which its policies are written with."""
    for name, imported in imports(file):
        if imported.name == "sql" and imported.module.startswith("drizzle-orm"):
            return name
    raise RefusedError("the file does not import `sql`: add `withCheck` by hand")


def _set(file: ScriptFile, config: Node, check: Node | None, text: str) -> list[Edit]:
    """Return the edits that give a policy its ``withCheck``. Raises RefusedError."""
    if check is None:
        return file.append(config, f"withCheck: {text}")
    if check.type == "shorthand_property_identifier":
        return [file.replace(check.start_byte, check.end_byte, f"withCheck: {text}")]
    return [file.replace(check.start_byte, check.end_byte, text)]


def _predicate(file: ScriptFile, config: Node, table: Table, change: CheckWrites, context: Lowering) -> str:
    """Return the comparison of the tenant column, as the third argument of the table calls it. Raises RefusedError."""
    column = table.column(change.tenant)
    predicate_of(change, str)  # which refuses what is not known
    if column is None or change.value is None:
        raise RefusedError("the column of the tenant is not there any more")
    declared = Declared(context.project, table)
    extra = declared.extra
    name = parameter(extra) if extra is not None and extra.type in FUNCTIONS else None
    inside = extra is not None and declared.file is file and extra.start_byte <= config.start_byte < extra.end_byte
    if not inside or name is None or not re.fullmatch(r"[\w$]+", file.text(name)):
        raise RefusedError(
            f"the policy `{change.policy}` does not stand in the table's third argument: add to `withCheck` the "
            f"comparison of `{change.tenant}` by hand"
        )
    return f"${{{declared.reference(column.key, file.text(name))}}} = {template(change.value)}"
