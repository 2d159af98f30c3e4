"""Types, columns and the constraints that stand with a column or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tenantlint.lang.sql.names import fold, parts_of
from tenantlint.lang.sql.nodes import child, descend, has, items, leaves, path, text, words
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN, Column, ForeignKey, UniqueConstraint
from tenantlint.types import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from tenantlint.lang.sql.context import Context
    from tenantlint.schema import Maybe

_SERIALS: Final = [[name] for name in "serial serial2 serial4 serial8 bigserial smallserial".split()]
_LABELS: Final = {"primary": "pkey", "unique": "key", "foreign": "fkey", "references": "fkey", "exclude": "excl"}


class Constraint(Record):
    """A constraint of a table.

    ``kind`` is the first word of its definition: ``primary``, ``unique``, ``foreign``, ``check``, ``exclude``, ``not``.
    ``name`` is the one that PostgreSQL makes up where none is written. ``key`` is there for a foreign key only.
    """

    kind: str
    name: Maybe[str | None]
    columns: Maybe[tuple[Maybe[str], ...]]
    node: Node
    key: ForeignKey | None = None
    not_valid: bool = False
    index: str | None = None


def type_name(node: Node) -> str:
    """Return the type that a ``Typename`` node stands for, in the short form of ``tenantlint.types``."""
    dimensions = len(list(descend(node, "["))) or int(has(node, "kw_array"))
    return normalize(_scalar(node)) + "[]" * max(dimensions, 0)


def is_serial(node: Node) -> bool:
    """Tell whether a ``Typename`` node is an integer with a sequence."""
    generic = path(node, "SimpleTypename", "GenericType")
    return generic is not None and parts_of_type(generic)[-1:] in _SERIALS


def _scalar(node: Node) -> str:
    generic = path(node, "SimpleTypename", "GenericType")
    if generic is not None:
        names = [part for part in parts_of_type(generic) if part]
        prefix = names[-2:-1] if names[-2:-1] not in (["public"], ["pg_catalog"]) else []
        return ".".join([*prefix, *names[-1:]]) + _modifiers(child(generic, "opt_type_modifiers"))
    simple = child(node, "SimpleTypename")
    written = " ".join(fold(text(each)) for each in leaves(simple or node))
    written = written.removeprefix("national ").replace("nchar", "char", 1).replace("dec ", "decimal ")
    return _whole_number(written)


def parts_of_type(node: Node) -> list[str]:
    """Return the identifiers of a type's dotted name."""
    parts: list[str] = []
    for each in node.children:
        if each.type != "opt_type_modifiers":
            parts += parts_of(each)
    return parts


def _modifiers(node: Node | None) -> str:
    return "" if node is None else "".join(text(each) for each in leaves(node))


def _whole_number(written: str) -> str:
    """Return a built-in type's text; ``float`` loses a size that is no plain number."""
    head, bracket, size = written.partition(" (")
    if head == "float" and not size.strip(" )").isdecimal():
        return head
    return f"{head}{bracket.strip()}{size}"


def column(context: Context, table: Maybe[str], node: Node) -> tuple[Column, list[Constraint]]:
    """Return the column that a ``columnDef`` declares, and the keys that it names inline."""
    name = context.name(child(node, "ColId"))
    kind = child(node, "Typename")
    serial = kind is not None and is_serial(kind)
    constraints = list(_inline(context, table, name, child(node, "ColQualList")))
    kinds = {_column_kind(each.node) if each.kind == "other" else each.kind for each in constraints}
    generated = "generated" in kinds
    default = serial or not kinds.isdisjoint(("default", "generated", "identity"))
    found = Column(
        name=name,
        key="" if name is UNKNOWN else name,
        type=UNKNOWN if kind is None else type_name(kind),
        nullable=not serial and kinds.isdisjoint(("not", "primary", "identity")),
        primary_key="primary" in kinds,
        unique=False,
        has_default=default,
        has_server_default=default,
        on_update=generated,
        at=context.at(node),
        default_sql=_default_of(constraints),
    )
    return found, [each for each in constraints if each.kind in _LABELS]


def _default_of(constraints: list[Constraint]) -> str | None:
    """Return the expression of a column's DEFAULT."""
    found = [each.node for each in constraints if each.kind == "other" and words(each.node)[:1] == ("default",)]
    return default_sql(found[0]) if len(found) == 1 else None


def default_sql(node: Node) -> str | None:
    """Return the expression behind the word DEFAULT in a node."""
    written = " ".join(text(each) for each in leaves(node))
    start = written.lower().find("default ")
    return written[start + len("default ") :] if start >= 0 else None


def _column_kind(node: Node) -> str:
    """Return the kind of a column constraint that makes no constraint of the table."""
    found = words(node)
    if found[:1] == ("generated",):
        return "identity" if "identity" in found else "generated"
    if found[:1] == ("default",) and is_null(node):
        return "null"
    return found[0] if found else ""


def is_null(node: Node) -> bool:
    """Tell whether the expression of a default is a plain NULL, which is no default at all."""
    return [each.type for each in leaves(node)][-2:] == ["kw_default", "kw_null"]


def _inline(context: Context, table: Maybe[str], column: Maybe[str], node: Node | None) -> Iterator[Constraint]:
    for item in items(node):
        element = child(item, "ColConstraintElem")
        kind = words(element)[:1] if element is not None else ()
        if element is None or not kind:
            continue
        if kind[0] in _LABELS:
            yield _keyed(context, table, child(item, "name"), element, (column,))
        elif kind[0] == "check":
            yield Constraint("check", _check_name(context, table, child(item, "name"), element), UNKNOWN, element)
        else:
            yield Constraint("not" if kind[0] == "not" else "other", None, (column,), element)


def table_constraint(context: Context, table: Maybe[str], node: Node) -> Constraint | None:
    """Return the constraint that a ``TableConstraint`` declares, None where it is none that is known."""
    element = child(node, "ConstraintElem")
    kind = words(element)[:1] if element is not None else ()
    if element is None or not kind:
        return None
    name = child(node, "name")
    if kind[0] == "check":
        named = _check_name(context, table, name, element)
        return Constraint("check", named, UNKNOWN, element, not_valid=_not_valid(element))
    if kind[0] == "not":
        return Constraint("not", None, (context.name(child(element, "ColId")),), element)
    return _keyed(context, table, name, element, _listed(context, element)) if kind[0] in _LABELS else None


def _keyed(
    context: Context, table: Maybe[str], name: Node | None, node: Node, columns: Maybe[tuple[Maybe[str], ...]]
) -> Constraint:
    """Return a constraint over columns."""
    kind = words(node)[0]
    existing = child(node, "ExistingIndex")
    index = context.name(child(existing, "name")) if existing is not None else None
    if isinstance(index, str):
        columns = _index_columns(context, index)
    given: Maybe[str | None] = index if name is None and index is not None else _given(context, table, name)
    if given is None:
        included = items(path(node, "opt_c_include", "columnList"))
        named = () if kind == "primary" else columns
        if named is not UNKNOWN:
            named = (*named, *(context.name(each) for each in included if kind == "unique"))
        given = UNKNOWN if named is UNKNOWN else context.session.made_name(table, named, _LABELS[kind])
    key = None
    if kind in ("foreign", "references"):
        key, kind = _foreign_key(context, given, node, columns), "foreign"
    return Constraint(kind, given, columns, node, key, _not_valid(node), index if isinstance(index, str) else None)


def _given(context: Context, table: Maybe[str], name: Node | None) -> Maybe[str | None]:
    """Return the name that is written, None where there is none."""
    if name is None:
        return None
    given = context.name(name)
    context.session.take(table, given)
    return given


def _index_columns(context: Context, index: str) -> Maybe[tuple[Maybe[str], ...]]:
    columns = context.session.indexes.get(index, UNKNOWN)
    return UNKNOWN if columns is UNKNOWN or None in columns else tuple(each for each in columns if each is not None)


def _listed(context: Context, node: Node) -> Maybe[tuple[Maybe[str], ...]]:
    """Return the columns in the first list of a constraint."""
    listed = child(node, "columnList", "ExclusionConstraintList")
    if listed is None:
        return UNKNOWN
    if listed.type == "columnList":
        return tuple(context.name(each) for each in items(listed))
    return tuple(_excluded(context, each) for each in items(listed))


def _excluded(context: Context, node: Node) -> Maybe[str]:
    return context.name(path(node, "index_elem", "ColId"))


def _foreign_key(
    context: Context, name: Maybe[str | None], node: Node, columns: Maybe[tuple[Maybe[str], ...]]
) -> ForeignKey:
    target = context.table(child(node, "qualified_name"))
    listed = path(node, "opt_column_and_period_list", "columnList") or path(node, "opt_column_list", "columnList")
    targets: Maybe[tuple[Maybe[str], ...]] = tuple(context.name(each) for each in items(listed))
    if not targets:
        targets = UNKNOWN if target is UNKNOWN else context.session.primary_keys.get(target, ())
    actions = child(node, "key_actions")
    return ForeignKey(
        name=name,
        columns=columns,
        target_table=target,
        target_id=UNKNOWN,
        target_columns=targets,
        on_delete=_action(actions, "key_delete"),
        on_update=_action(actions, "key_update"),
        at=context.at(node),
    )


def _action(node: Node | None, kind: str) -> str | None:
    """Return what a foreign key does on an update or delete of its target."""
    action = path(node, kind, "key_action")
    return None if action is None else " ".join(words(action))


def unique_constraint(context: Context, constraint: Constraint) -> UniqueConstraint:
    """Return a unique constraint of the schema model."""
    return UniqueConstraint(constraint.name, constraint.columns, True, context.at(constraint.node))


def _check_name(context: Context, table: Maybe[str], name: Node | None, node: Node) -> Maybe[str | None]:
    """Return the name of a check: PostgreSQL puts the column in where the expression names exactly one."""
    given = _given(context, table, name)
    if given is not None:
        return given
    expression = child(node, "a_expr")
    names = {parts_of(each)[-1] for each in descend(expression, "columnref")} if expression else set()
    return context.session.made_name(table, sorted(names) if len(names) == 1 else (), "check")


def _not_valid(node: Node) -> bool:
    attributes = (words(each) for each in descend(node, "ConstraintAttributeElem"))
    return ("not", "valid") in attributes
