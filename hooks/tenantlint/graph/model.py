"""What a diagram shows: boxes with fields, and edges between them. Plain data, in an order that does not change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tenantlint.facts import known
from tenantlint.marks import marks
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable

    from tenantlint.diagnostic import Diagnostic
    from tenantlint.marks import Mark
    from tenantlint.schema import Column, ForeignKey, Maybe, Relation, Schema, Table
    from tenantlint.source import Location
    from tenantlint.view import SchemaView

Tenancy: TypeAlias = Literal["root", "tenant", "none", "exempt"]
"""``root``: the rows are the tenants. ``tenant``: each row has one. ``exempt``: no rule looks at the table."""

Many: TypeAlias = Literal["zero-or-one", "one", "zero-or-more", "unknown"]
"""How many rows one end of an edge has for a row at the other; ``unknown`` is zero or one, or exactly one."""

UNKNOWN_TEXT: Final = "unknown"


class Field(Record):
    """A column. ``keys`` are of PK, FK and UK. ``marks`` are indexes into ``Graph.findings``."""

    name: str
    key: str
    type: str
    nullable: Maybe[bool]
    keys: tuple[str, ...]
    is_tenant: bool
    marks: tuple[int, ...]


class Box(Record):
    """A table. ``label`` is unique in the graph. ``security`` says what is known of row level security, in words.

    ``policies`` are in words, too. ``marks`` are the findings that are about no column of the table, and ``references``
    what foreign keys reference that is not in the graph.
    """

    id: str
    label: str
    schema: str
    orm: str
    symbol: str
    path: str
    line: int
    fields: tuple[Field, ...]
    tenancy: Tenancy
    security: str
    policies: tuple[str, ...]
    indexes: tuple[str, ...]
    relations: tuple[str, ...]
    references: tuple[str, ...]
    unread: tuple[str, ...]
    marks: tuple[int, ...]

    def all_marks(self) -> set[int]:
        """Return the findings of the table and of its columns."""
        return set(self.marks).union(*(field.marks for field in self.fields))


class Edge(Record):
    """A foreign key, or a relation that follows none. ``source`` and ``target`` are indexes of boxes.

    ``columns`` and ``target_columns`` are indexes of fields, () where they are not known. ``many`` is how many rows of
    the source there are for one of the target, and ``one`` the other way round.
    """

    kind: Literal["foreign key", "relation"]
    source: int
    target: int
    columns: tuple[int, ...]
    target_columns: tuple[int, ...]
    many: Many
    one: Many
    label: str


class Found(Record):
    """A finding as it is shown."""

    code: str
    name: str
    severity: str
    message: str
    path: str
    line: int
    column: int


class Graph(Record):
    """A diagram. ``elsewhere`` are the findings that are about no table that is shown."""

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    findings: tuple[Found, ...]
    elsewhere: tuple[int, ...]


Place: TypeAlias = "Callable[[object], tuple[int, int]]"


class Builder:
    """Makes the graph of some tables."""

    def __init__(
        self,
        view_of: Callable[[Table], SchemaView],
        tables: Collection[Table],
        position: Callable[[Location], tuple[int, int]],
    ) -> None:
        """Begin. ``view_of`` is the schema as a table's own settings see it; ``position`` gives line and column."""
        self._view_of = view_of
        self._position = position
        self._tables = sorted(tables, key=_order)
        self._number = {table.id: number for number, table in enumerate(self._tables)}
        self._migrated: dict[object, int] = {
            table.qualified_name: number for number, table in enumerate(self._tables) if table.orm == "sql"
        }
        self._fields = [
            {column.name: index for index, column in enumerate(table.columns) if column.name is not UNKNOWN}
            for table in self._tables
        ]

    def build(self, schema: Schema, diagnostics: Iterable[Diagnostic]) -> Graph:
        """Return the graph with findings marked."""
        given = tuple(diagnostics)
        numbers = {diagnostic: index for index, diagnostic in enumerate(given)}
        found = marks(schema, given)
        labels = _labels(self._tables)
        boxes = tuple(
            self._box(table, label, found.by_table.get(table.id, ()), numbers)
            for table, label in zip(self._tables, labels, strict=True)
        )
        marked = set[int]().union(*(box.all_marks() for box in boxes))
        return Graph(
            boxes,
            tuple(self._edges()),
            tuple(self._found(each) for each in given),
            tuple(index for index in range(len(given)) if index not in marked),
        )

    def _found(self, each: Diagnostic) -> Found:
        line, column = self._position(each.at)
        return Found(each.code, each.name, each.severity, each.message, each.at.path, line, column)

    def _box(self, table: Table, label: str, found: Iterable[Mark], numbers: dict[Diagnostic, int]) -> Box:
        view = self._view_of(table)
        by_key: dict[str, list[int]] = {}
        own = []
        for mark in found:
            for key in mark.columns:
                by_key.setdefault(key, []).append(numbers[mark.diagnostic])
            if not mark.columns:
                own.append(numbers[mark.diagnostic])
        tenant = {column.key for column in view.tenant_columns(table)}
        return Box(
            table.id,
            label,
            UNKNOWN_TEXT if table.schema is UNKNOWN else table.schema or "public",
            table.orm,
            table.symbol,
            table.at.path,
            self._position(table.at)[0],
            tuple(
                Field(
                    UNKNOWN_TEXT if column.name is UNKNOWN else column.name,
                    column.key,
                    UNKNOWN_TEXT if column.type is UNKNOWN else column.type,
                    column.nullable,
                    tuple(_keys(table, column)),
                    column.key in tenant,
                    tuple(by_key.get(column.key, ())),
                )
                for column in table.columns
            ),
            self._tenancy(table),
            _security(view, table),
            tuple(_policies(view, table)),
            tuple(_indexes(table)),
            tuple(_relations(table)),
            tuple(self._references(table)),
            tuple(sorted(table.incomplete)),
            tuple(own),
        )

    def _tenancy(self, table: Table) -> Tenancy:
        view = self._view_of(table)
        if view.is_tenant_root(table):
            return "root"
        if table.id not in view.checked and table.orm != "sql":
            return "exempt"
        return "tenant" if view.is_tenant_table(table) else "none"

    # Edges

    def _target(self, key: ForeignKey) -> int | None:
        if isinstance(key.target_id, str) and key.target_id in self._number:
            return self._number[key.target_id]
        return self._migrated.get(key.target_table) if key.target_id is None else None

    def _references(self, table: Table) -> Iterable[str]:
        for key in table.foreign_keys:
            if self._target(key) is None:
                yield f"{_names(key.columns)} references {_text(key.target_table)} ({_names(key.target_columns)})"

    def _edges(self) -> Iterable[Edge]:
        drawn: set[object] = set()
        for source, table in enumerate(self._tables):
            for key in table.foreign_keys:
                target = self._target(key)
                if target is not None:
                    drawn |= _signs(table.id, key.columns, self._tables[target].id)
                    yield self._key_edge(source, target, key)
        for source, table in enumerate(self._tables):
            for relation in table.relations:
                signs = self._relation_signs(table, relation)
                if signs and drawn.isdisjoint(signs):
                    drawn |= signs
                    yield self._relation_edge(source, self._number[str(relation.target_id)], relation)

    def _relation_signs(self, table: Table, relation: Relation) -> set[object]:
        """Return what tells a relation from others, from both sides; nothing where it has no edge of its own.

        One through a join table has those of that table's foreign keys, and one whose columns the other side says, is
        drawn from there.
        """
        target = relation.target_id
        if not isinstance(target, str) or target not in self._number or relation.through is not None:
            return set()
        own, others = _known(relation.columns), _known(relation.target_columns)
        if not own:
            return set() if isinstance(relation.inverse, str) else {(table.id, relation.name)}
        return _signs(table.id, own, target) | _signs(target, others, table.id)

    def _key_edge(self, source: int, target: int, key: ForeignKey) -> Edge:
        table = self._tables[source]
        columns = known(key.columns) or ()
        members = [column for name in columns if (column := table.column(name)) is not None]
        nullable = [column.nullable for column in members]
        one: Many = "zero-or-one" if True in nullable else "one"
        if one == "one" and (UNKNOWN in nullable or not members):
            one = "unknown"
        unique = bool(columns) and self._view_of(table).is_unique(table, columns)
        label = ", ".join(columns) or UNKNOWN_TEXT
        return Edge(
            "foreign key",
            source,
            target,
            self._indexes(source, key.columns),
            self._indexes(target, key.target_columns),
            "zero-or-one" if unique else "zero-or-more",
            one,
            label,
        )

    def _relation_edge(self, source: int, target: int, relation: Relation) -> Edge:
        columns, targets = self._indexes(source, relation.columns), self._indexes(target, relation.target_columns)
        if relation.kind == "many":  # the rows of the target say whose they are
            return Edge("relation", target, source, targets, columns, "zero-or-more", "unknown", relation.name)
        return Edge("relation", source, target, columns, targets, "zero-or-more", "unknown", relation.name)

    def _indexes(self, box: int, columns: Maybe[tuple[Maybe[str], ...]]) -> tuple[int, ...]:
        fields = self._fields[box]
        return tuple(fields[name] for name in known(columns) or () if name in fields)


def shown_tables(schema: Schema, asked: Container[str]) -> list[Table]:
    """Return the tables that files in ``asked`` declare: models, and what migrations make that no model declares."""
    tables = [table for table in schema if table.at.path in asked]
    names = {_bare(table) for table in schema}
    for history in schema.histories:
        tables += [table for table in history.tables if table.at.path in asked and _bare(table) not in names]
    return tables


def neighbourhood(graph: Graph, names: Collection[str], depth: int) -> set[str]:
    """Return the ids of the tables that are at most ``depth`` edges away from one that is called one of ``names``."""
    near = {number for number, box in enumerate(graph.boxes) if not names_of(box).isdisjoint(names)}
    for _ in range(depth):
        near |= {edge.target for edge in graph.edges if edge.source in near} | {
            edge.source for edge in graph.edges if edge.target in near
        }
    return {graph.boxes[number].id for number in near}


def names_of(box: Box) -> set[str]:
    """Return what a table may be called on the command line."""
    return {box.label, box.symbol, box.label.rpartition(".")[2]}


def _order(table: Table) -> tuple[str, str, str, int]:
    return (_text(table.qualified_name), table.orm, table.at.path, table.at.start)


def _bare(table: Table) -> object:
    name = table.qualified_name
    return name.removeprefix("public.") if isinstance(name, str) else table.id


def _labels(tables: Iterable[Table]) -> list[str]:
    """Return a name for each table; those of several tables are told apart by what code calls them, and where."""
    names = [table.symbol if table.name is UNKNOWN else _text(table.qualified_name) for table in tables]
    result: list[str] = []
    for table, name in zip(tables, names, strict=True):
        label = name
        if names.count(name) > 1:
            label = f"{name} ({table.orm} {table.symbol} in {table.at.path})"
        while label in result:
            label += "'"
        result.append(label)
    return result


def _keys(table: Table, column: Column) -> Iterable[str]:
    name = column.name
    if column.primary_key is True:
        yield "PK"
    if any(isinstance(key.columns, tuple) and name in key.columns for key in table.foreign_keys):
        yield "FK"
    alone = (name,)
    uniques: list[object] = [each.columns for each in table.unique_constraints if each.attached]
    uniques += [
        each.columns for each in table.indexes if each.unique is True and each.attached and each.partial is False
    ]
    if column.unique is True or (name is not UNKNOWN and alone in uniques):
        yield "UK"


def _security(view: SchemaView, table: Table) -> str:
    if table.dialect != "postgresql":
        return ""
    rls = view.database.row_level_security(table)
    if rls.enabled is UNKNOWN:
        return "RLS unknown"
    if not rls.enabled:
        return "no RLS"
    return "RLS forced" if rls.forced is True else "RLS"


def _policies(view: SchemaView, table: Table) -> Iterable[str]:
    for policy in view.database.policies(table) if table.dialect == "postgresql" else ():
        words = [_text(policy.name), f"for {_text(policy.command)}"]
        words += [f"using ({policy.using})"] if isinstance(policy.using, str) else []
        words += [f"with check ({policy.with_check})"] if isinstance(policy.with_check, str) else []
        yield " ".join(words)


def _indexes(table: Table) -> Iterable[str]:
    for index in table.indexes:
        columns = UNKNOWN_TEXT if index.columns is UNKNOWN else ", ".join(
            "an expression" if each is None else _text(each) for each in index.columns
        )  # fmt: skip
        unique = "unique " if index.unique is True else ""
        partial = " where …" if index.partial is True else ""
        detached = "" if index.attached else ", never created"
        yield f"{unique}{'unnamed' if index.name is None else _text(index.name)} ({columns}){partial}{detached}"
    for constraint in table.unique_constraints:
        name = "unnamed" if constraint.name is None else _text(constraint.name)
        yield f"unique {name} ({_names(constraint.columns)})"


def _relations(table: Table) -> Iterable[str]:
    for relation in table.relations:
        other = f", other side {relation.inverse}" if isinstance(relation.inverse, str) else ""
        through = f" through {relation.through}" if isinstance(relation.through, str) else ""
        yield f"{relation.name}: {_text(relation.kind)} {_text(relation.target_table)}{through}{other}"


def _signs(table_id: str, columns: Maybe[tuple[Maybe[str], ...]], target_id: object) -> set[object]:
    names = _known(columns)
    return {(table_id, names, target_id)} if names else set()


def _known(columns: Maybe[tuple[Maybe[str], ...]]) -> tuple[str, ...]:
    return known(columns) or ()


def _names(columns: Maybe[tuple[Maybe[str], ...]]) -> str:
    return UNKNOWN_TEXT if columns is UNKNOWN else ", ".join(map(_text, columns))


def _text(value: object) -> str:
    return UNKNOWN_TEXT if value is UNKNOWN else str(value)
