"""Relationships, as SQLAlchemy's mappers configure them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tenantlint.lang import ir
from tenantlint.lang.sqlmodel.models import ModelClass, TableModel
from tenantlint.lang.values import MISSING, MapValue, Value
from tenantlint.schema import UNKNOWN, ForeignKey, Maybe, Relation, qualified

if TYPE_CHECKING:
    from tenantlint.lang.evaluate import Evaluator
    from tenantlint.lang.sqlmodel.assemble import Assembler
    from tenantlint.lang.sqlmodel.fields import RelationshipCall
    from tenantlint.lang.sqlmodel.objects import Annotation
    from tenantlint.lang.sqlmodel.registry import Registry
    from tenantlint.source import Location

Pairs = tuple[tuple[Maybe[str], ...], tuple[Maybe[str], ...]]


class Link:
    """One relationship before it is joined."""

    def __init__(self, table: TableModel, name: str, at: Location) -> None:
        self.table = table
        self.name = name
        self.at = at
        self.target: Maybe[TableModel | None] = UNKNOWN
        self.target_name: Maybe[str] = UNKNOWN
        self.many: Maybe[bool] = UNKNOWN
        self.back: Maybe[str | None] = None
        self.through: Maybe[TableModel | str | None] = None
        self.options: dict[str, Value] = {}


class Relations:
    """Reads the relationships of all tables."""

    def __init__(self, evaluator: Evaluator, registry: Registry, assembler: Assembler) -> None:
        self.evaluator = evaluator
        self.registry = registry
        self.assembler = assembler
        self.links: dict[int, list[Link]] = {}
        for table in registry.tables:
            self.links[id(table)] = [self._link(table, name, call) for name, call in table.relationships.items()]

    def of(self, table: TableModel) -> tuple[Relation, ...]:
        """Return the relations of a table."""
        return tuple(self._relation(link) for link in self.links[id(table)])

    def _link(self, table: TableModel, name: str, call: RelationshipCall) -> Link:
        annotation = table.cls.annotations.get(name)
        link = Link(table, name, call.at if annotation is None else annotation.at)
        if annotation is not None:
            self._read_annotation(link, annotation)
        back = call.option("back_populates")
        link.back = back if back is None or isinstance(back, str) else UNKNOWN
        through = call.option("link_model")
        if through is not None:
            link.through = through.table if isinstance(through, ModelClass) and through.table is not None else UNKNOWN
        options = call.option("sa_relationship_kwargs")
        if isinstance(options, MapValue):
            link.options = {key: value for key, value in options.entries.items() if isinstance(key, str)}
        return link

    def _read_annotation(self, link: Link, annotation: Annotation) -> None:
        node, many = annotation.node, False
        while not isinstance(node, ir.Name):
            if isinstance(node, ir.Item):
                head = node.value.name if isinstance(node.value, ir.Attr) else getattr(node.value, "id", "")
                many = many or head in ("list", "List", "set", "Set", "Sequence", "Collection", "dict", "Dict")
                node = node.key
            elif isinstance(node, ir.Binary):
                node = node.right if isinstance(node.left, ir.Const) else node.left
            else:
                return
        link.many = many
        found = self.evaluator.resolve_name(node.id, annotation.scope)
        if isinstance(found, ModelClass) and found.table is not None:
            link.target = found.table
        else:
            link.target = self.registry.by_class(node.id, link.table)
        if isinstance(link.target, TableModel):
            link.target_name = qualified(link.target.schema, link.target.table_name)

    def _relation(self, link: Link) -> Relation:
        columns, target_columns = self._joined(link)
        target = link.target
        kind: Maybe[Literal["one", "many"]] = UNKNOWN if link.many is UNKNOWN else ("many" if link.many else "one")
        return Relation(
            name=link.name,
            kind=kind,
            target_table=link.target_name,
            target_id=self.registry.id_of(target) if isinstance(target, TableModel) else UNKNOWN,
            columns=columns,
            columns_of=self.registry.id_of(link.table),
            target_columns=target_columns,
            declared_inverse=link.back,
            inverse=self._inverse(link),
            through=self._through(link),
            at=link.at,
            target_columns_of=self.registry.id_of(target) if isinstance(target, TableModel) else UNKNOWN,
        )

    def _through(self, link: Link) -> Maybe[str | None]:
        through = link.through
        return qualified(through.schema, through.table_name) if isinstance(through, TableModel) else through

    def _inverse(self, link: Link) -> Maybe[str | None]:
        if not isinstance(link.target, TableModel):
            return UNKNOWN
        for other in self.links[id(link.target)]:
            if other.target is link.table and (other.name == link.back or other.back == link.name):
                return other.name
        return None

    def _joined(self, link: Link) -> tuple[Maybe[tuple[Maybe[str], ...]], Maybe[tuple[Maybe[str], ...]]]:
        target = link.target
        if not isinstance(target, TableModel) or link.through is not None or link.options:
            return UNKNOWN, UNKNOWN
        keys = [key for key in self.assembler.foreign_keys(link.table) if key.target_id == self.registry.id_of(target)]
        reverse = [key for key in self.assembler.foreign_keys(target) if key.target_id == self.registry.id_of(link.table)]
        if len(keys) == 1 and not reverse:
            return keys[0].columns, keys[0].target_columns
        if len(reverse) == 1 and not keys:
            return reverse[0].target_columns, reverse[0].columns
        return UNKNOWN, UNKNOWN


__all__ = ["MISSING", "ForeignKey", "Relations"]
