"""Relationships, as SQLAlchemy's mappers configure them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel.builtins import SCALARS
from tenantlint.lang.sqlmodel.expressions import FUNCTIONS
from tenantlint.lang.sqlmodel.extract import parse_expression
from tenantlint.lang.sqlmodel.fields import RelationshipCall
from tenantlint.lang.sqlmodel.joins import (
    Join,
    Pair,
    by_keys,
    columns_of,
    condition,
    direct,
    mark_foreign,
    mark_remote,
    swapped,
    through_join,
)
from tenantlint.lang.sqlmodel.models import ModelClass, TableModel
from tenantlint.lang.sqlmodel.schema_items import ColumnValue, RelationshipValue
from tenantlint.lang.values import MISSING, Arguments, FuncValue, ListValue, MapValue, Scope, Value
from tenantlint.schema import UNKNOWN, Maybe, Relation, qualified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.objects import Annotation
    from tenantlint.lang.sqlmodel.registry import Registry
    from tenantlint.lang.sqlmodel.versions import Versions
    from tenantlint.source import Location

_COLLECTIONS: Final = frozenset(
    {"list", "List", "set", "Set", "Sequence", "Collection", "dict", "Dict", "MutableSequence", "frozenset"}
)


class Link:
    """One relationship before it is joined. ``many`` is what the annotation says, None where it says nothing.

    ``bare`` is true where the annotation names the target without quotes of its own.
    """

    def __init__(self, table: TableModel, name: str, at: Location, options: dict[str, Value]) -> None:
        self.table = table
        self.name = name
        self.at = at
        self.options = options
        self.complete = True
        self.target: TableModel | None = None
        self.target_known = True
        self.many: bool | None = None
        self.bare = False
        self.join: Join | None = None
        self.through: Maybe[TableModel | None] = None

    @property
    def back(self) -> Maybe[str | None]:
        """What the code names as the other side."""
        value = self.option("back_populates")
        return value if value is None or isinstance(value, str) else UNKNOWN

    def option(self, name: str) -> Value:
        """Return a keyword argument of the relationship, None where it is not given."""
        return self.options.get(name, None if self.complete else UNKNOWN)


class Relations:
    """Reads the relationships of all tables."""

    def __init__(self, evaluator: Evaluator, registry: Registry, versions: Versions) -> None:
        self.versions = versions
        self.evaluator = evaluator
        self.registry = registry
        self.links: dict[int, list[Link]] = {}
        for table in registry.tables:
            self.links[id(table)] = [self._link(table, name, value) for name, value in table.relationships.items()]
        for link in [link for links in self.links.values() for link in links]:
            self._join(link)
        for link in [link for links in self.links.values() for link in links]:
            self._add_backref(link)

    def of(self, table: TableModel) -> tuple[Relation, ...]:
        """Return the relations of a table."""
        return tuple(self._relation(link) for link in self.links[id(table)])

    # Reading

    def _link(self, table: TableModel, name: str, value: RelationshipCall | RelationshipValue) -> Link:
        annotation = table.cls.annotations.get(name)
        link = Link(table, name, value.at if annotation is None else annotation.at, {})
        if annotation is not None:
            self._read_annotation(link, annotation)
        if isinstance(value, RelationshipCall):
            self._read_call(link, value)
        else:
            self._read_relationship(link, value)
        return link

    def _read_call(self, link: Link, call: RelationshipCall) -> None:
        given = call.option("sa_relationship")
        if isinstance(given, RelationshipValue):
            self._read_relationship(link, given)
            self._read_collection(link)
            return
        back = call.option("back_populates")
        link.options = {} if back is None else {"back_populates": back}
        through = call.option("link_model")
        if through is not None:
            link.options["secondary"] = through
        more = call.option("sa_relationship_kwargs")
        if isinstance(more, MapValue):
            link.options.update({key: item for key, item in more.entries.items() if isinstance(key, str)})
        args = call.option("sa_relationship_args")
        link.complete = (more is None or (isinstance(more, MapValue) and more.complete)) and args is None
        link.complete = link.complete and given is None and call.args.complete

    def _read_collection(self, link: Link) -> None:
        """Take the annotation as SQLAlchemy does: one object, unless it is a collection of what has a name by then."""
        annotation, many = link.table.cls.annotations.get(link.name), link.many
        link.many = None
        if annotation is None or not self.versions.reads_annotations(link.at.path):
            return
        target, at = link.target, link.at
        is_named = target is not None and target.cls.at is not None and self._is_bound(target, annotation)
        is_later = target is not None and target.cls.module == at.path and (target.cls.at or at).start > at.start
        is_text = _is_literal(annotation) or (link.bare and "annotations" in annotation.scope.module.binders)
        if not many or (is_text and (is_later or not is_named)):
            link.options["uselist"] = False

    def _is_bound(self, target: TableModel, annotation: Annotation) -> bool:
        found = self.evaluator.resolve_name(target.cls.name, annotation.scope)
        return isinstance(found, ModelClass) and found.table is target

    def _read_relationship(self, link: Link, value: RelationshipValue) -> None:
        link.options = dict(value.args.named)
        link.complete = value.args.complete
        target = value.args.get(0, "argument", None)
        if target is not None:
            self._read_target(link, self._called(target))
        secondary = value.args.get(1, "secondary", None)
        if secondary is not None:
            link.options["secondary"] = secondary

    def _read_target(self, link: Link, target: Value) -> None:
        if isinstance(target, str):
            link.target = self.registry.by_class(target, link.table)
        elif isinstance(target, ModelClass):
            link.target, link.target_known = target.table, target.certain
        else:
            link.target, link.target_known = None, False

    def _read_annotation(self, link: Link, annotation: Annotation) -> None:
        node, many = annotation.node, False
        while not isinstance(node, ir.Name):
            if isinstance(node, ir.Item):
                many = many or _head(node.value) in _COLLECTIONS
                node = node.key.items[-1] if isinstance(node.key, ir.Seq) and node.key.items else node.key
            elif isinstance(node, ir.Binary):
                node = node.right if isinstance(node.left, ir.Const) else node.left
            elif isinstance(node, ir.Attr):
                break
            else:
                link.target_known = False
                return
        link.many = many
        link.bare = not isinstance(node, ir.Name) or node.end - node.start == len(node.id.encode())
        self._find_target(link, node, annotation)

    def _find_target(self, link: Link, node: ir.Expr, annotation: Annotation) -> None:
        if isinstance(node, ir.Name):
            found = self.evaluator.resolve_name(node.id, annotation.scope)
        else:
            found = self.evaluator.evaluate(node, annotation.scope)
        name = node.id if isinstance(node, ir.Name) else getattr(node, "name", "")
        if isinstance(found, ModelClass):
            link.target, link.target_known = found.table, found.certain
        elif isinstance(found, str):
            link.target = self.registry.by_class(found, link.table)
        else:
            link.target = self.registry.by_class(name, link.table)
            link.target_known = link.target is not None or found is MISSING

    # Joining

    def _join(self, link: Link) -> None:
        if link.target is None or not link.complete:
            return
        secondary = self._called(link.option("secondary"))
        link.through = self._through(link, secondary)
        foreign = self._columns(link, "foreign_keys")
        remote = self._columns(link, "remote_side")
        if foreign is None or remote is None or link.through is UNKNOWN:
            return
        if link.through is None:
            pairs = self._condition(link, "primaryjoin", link.table, link.target, foreign)
            if pairs is not None:
                mark_foreign(self.registry, pairs, foreign, None)
                mark_remote(pairs, link.table, link.target, remote)
                link.join = direct(pairs, link.table, link.target)
            return
        primary = self._condition(link, "primaryjoin", link.table, link.through, foreign)
        other = self._condition(link, "secondaryjoin", link.target, link.through, foreign)
        if primary is not None and other is not None:
            mark_foreign(self.registry, [*primary, *other], foreign, link.through)
            link.join = through_join(primary, other)

    def _condition(
        self, link: Link, name: str, left: TableModel, right: TableModel, foreign: list[ColumnValue]
    ) -> list[Pair] | None:
        given = self._told(link, name)
        return by_keys(self.registry, left, right, foreign) if given is None else condition(given)

    def _columns(self, link: Link, name: str) -> list[ColumnValue] | None:
        given = self._told(link, name)
        return [] if given is None else columns_of(given)

    def _through(self, link: Link, secondary: Value) -> Maybe[TableModel | None]:
        if isinstance(secondary, str):
            schema, _, name = secondary.rpartition(".")
            found = self.registry.by_name(schema or None, name, link.table) or self.registry.by_class(
                secondary, link.table
            )
            if found is None:
                evaluated = self._evaluated(link, secondary)
                found = evaluated if isinstance(evaluated, TableModel) else None
            return UNKNOWN if found is None else found
        if isinstance(secondary, ModelClass):
            return secondary.table or UNKNOWN
        return secondary if secondary is None or isinstance(secondary, TableModel) else UNKNOWN

    def _told(self, link: Link, name: str) -> Value:
        value = self._called(link.option(name))
        if isinstance(value, ListValue):
            items = [self._evaluated(link, item) if isinstance(item, str) else item for item in value.items]
            return ListValue(items, value.kind, value.complete)
        return self._evaluated(link, value) if isinstance(value, str) else value

    def _called(self, value: Value) -> Value:
        if isinstance(value, FuncValue):
            at = value.scope.module.place(value.node)
            return self.evaluator.call_later(value, Arguments(), at)
        return value

    def _evaluated(self, link: Link, text: str) -> Value:
        """Return the value of an expression in text, in which SQLAlchemy knows classes and tables by name."""
        node = parse_expression(text, (link.at.start, link.at.end))
        module = self.evaluator.module(link.table.cls.module)
        if node is None or module is None:
            return UNKNOWN
        scope = Scope(module, module.scope)
        for name in _names(node):
            table = self.registry.by_class(name, link.table)
            found: Value = table.cls if table is not None else self.registry.by_name(None, name, link.table)
            scope.variables[name] = FUNCTIONS.get(name, UNKNOWN) if found is None else found
        return self.evaluator.evaluate(node, scope)

    # Both sides

    def _add_backref(self, link: Link) -> None:
        given = link.option("backref")
        if given is None or link.target is None:
            return
        name = given.args.get(0, "name") if isinstance(given, RelationshipValue) else given
        if not isinstance(name, str):
            return
        options = dict(given.args.named) if isinstance(given, RelationshipValue) else {}
        back = Link(link.target, name, link.at, {**options, "back_populates": link.name})
        back.target, back.through = link.table, link.through
        back.options.setdefault("viewonly", link.option("viewonly"))
        back.join = None if link.join is None else swapped(link.join)
        if link.through is not None and back.join is not None:
            back.join.to_one = False
        link.options = {**link.options, "back_populates": name}
        self.links[id(link.target)].append(back)

    def _relation(self, link: Link) -> Relation:
        target, join = link.target, link.join
        return Relation(
            name=link.name,
            kind=self._kind(link),
            target_table=UNKNOWN if target is None else qualified(target.schema, target.table_name),
            target_id=self._target_id(link),
            columns=UNKNOWN if join is None else tuple(column.database_name() for column in join.local),
            columns_of=self._owner(join.local if join is not None else [], link.table),
            target_columns=UNKNOWN if join is None else tuple(column.database_name() for column in join.remote),
            declared_inverse=link.back,
            inverse=self._inverse(link),
            through=_qualified(link.through),
            at=link.at,
            view_only=_flag(link.option("viewonly")),
            target_columns_of=self._owner(join.remote if join is not None else [], target),
        )

    def _kind(self, link: Link) -> Maybe[Literal["one", "many"]]:
        """Return the kind: as told, as the annotation of one object says, or else as the join has it."""
        told = link.option("uselist")
        if told is not None:
            return UNKNOWN if not isinstance(told, bool) else ("many" if told else "one")
        if link.many is False:
            return "one"
        if link.join is None or link.join.to_one is UNKNOWN:
            return "many" if link.many else UNKNOWN
        return "one" if link.join.to_one else "many"

    def _target_id(self, link: Link) -> Maybe[str | None]:
        if link.target is not None:
            return self.registry.id_of(link.target)
        return None if link.target_known else UNKNOWN

    def _owner(self, columns: list[ColumnValue], default: TableModel | None) -> Maybe[str | None]:
        owner = columns[0].owner if columns else default
        return UNKNOWN if owner is None else self.registry.id_of(owner)

    def _inverse(self, link: Link) -> Maybe[str | None]:
        if link.target is None:
            return UNKNOWN if link.back is not None else None
        others = self.links[id(link.target)]
        found = [
            other.name
            for other in others
            if other.target is link.table and (other.name == link.back or (other.back == link.name))
        ]
        if found:
            return min(found)
        return UNKNOWN if link.back is UNKNOWN or any(other.back is UNKNOWN for other in others) else None


def _qualified(table: Maybe[TableModel | None]) -> Maybe[str | None]:
    return qualified(table.schema, table.table_name) if isinstance(table, TableModel) else table


def _is_literal(annotation: Annotation) -> bool:
    """Return whether an annotation stands in quotes as a whole: then all that is in it has the literal's place."""
    node = annotation.node
    inner = node.value if isinstance(node, ir.Item) else node.left if isinstance(node, ir.Binary) else None
    return inner is not None and (inner.start, inner.end) == (node.start, node.end)


def _flag(value: Value) -> Maybe[bool]:
    return bool(value) if value is None or isinstance(value, SCALARS) else UNKNOWN


def _head(node: ir.Expr) -> str:
    return node.name if isinstance(node, ir.Attr) else getattr(node, "id", "")


def _names(node: object) -> Iterator[str]:
    """Give the names that an expression uses."""
    if isinstance(node, ir.Name):
        yield node.id
    elif isinstance(node, tuple):
        for item in node:
            yield from _names(item)
    elif isinstance(node, ir.Node):
        for field in node.__fields__:
            yield from _names(getattr(node, field))
