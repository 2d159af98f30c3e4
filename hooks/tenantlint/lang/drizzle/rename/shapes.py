"""What an expression of TypeScript is, as far as the names of its members matter for a rename.

``None`` stands for what is not known: it may be anything. Promises are as what they give, but for queries, which are
values of their own until they are awaited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tenantlint.record import Record

if TYPE_CHECKING:
    from tree_sitter import Node


class Shape(Record):
    """The base of every shape."""


class Other(Shape):
    """Something that is surely no table, no row, and nothing that a table's keys name: a number, a text, a date."""


class Nothing(Shape):
    """``null`` or ``undefined``: what a value may be too, or is for now."""


class External(Shape):
    """Something that a package outside of the project exports; what it returns is not known."""

    module: str
    name: str


class Keyed(Shape):
    """An object with the keys of a table: the table itself (``table``), a row, or the filter of a query (``where``).

    ``alias`` is the name that ``alias(table, name)`` gave the table.
    """

    table_id: str
    role: Literal["table", "row", "where"] = "row"
    alias: str = ""


class Many(Shape):
    """An array of like items."""

    item: Shape | None


class Several(Shape):
    """An array whose items are known one by one."""

    items: tuple[Shape | None, ...]


class AnyOf(Shape):
    """One of several shapes."""

    members: tuple[Shape | None, ...]


class Written(Shape):
    """An object literal: the keys are those that stand there."""

    path: str
    node: Node


class Described(Shape):
    """A value of an interface or an object type."""

    path: str
    node: Node


class Both(Shape):
    """A value of an intersection of types."""

    members: tuple[Shape | None, ...]


class Instance(Shape):
    """An instance of a class of the project."""

    path: str
    node: Node


class Class(Shape):
    """A class of the project."""

    path: str
    node: Node


class Function(Shape):
    """A function of the project, or the type of one."""

    path: str
    node: Node


class Module(Shape):
    """A module of the project."""

    path: str


class Selecting(Shape):
    """``db.select(fields)``; ``fields`` is OTHER where none are given."""

    fields: Shape | None


class Query(Shape):
    """A query. Awaited, it gives rows of ``fields``, or of its one source, or of one object per source by name.

    ``many`` is whether it gives an array.
    """

    fields: Shape | None
    sources: tuple[tuple[str, Shape | None], ...] = ()
    many: bool = True


class Joined(Shape):
    """A row of several tables, each by its name in the query; or another object whose members are known."""

    sources: tuple[tuple[str, Shape | None], ...]


class Writing(Shape):
    """``db.insert(table)``, ``db.update(table)`` or ``db.delete(table)``."""

    table_id: str


class Queries(Shape):
    """``db.query.users``."""

    table_id: str


class Config(Shape):
    """The options of a relational query on a table."""

    table_id: str


class With(Shape):
    """The ``with`` of a relational query: options by relation."""

    table_id: str


class Conflict(Shape):
    """The options of ``onConflictDoUpdate``."""

    table_id: str


class Relate(Shape):
    """The helper ``r`` of ``defineRelations``: tables by the names that ``schema`` gives them."""

    schema: Shape | None


class RelateTo(Shape):
    """``r.one`` or ``r.many``."""

    schema: Shape | None


class Relating(Shape):
    """``r.one.users``, or the options that it takes."""

    table_id: str


class Keys(Shape):
    """The name of a key of something: ``keyof User``."""

    of: Shape | None


class Mapped(Shape):
    """A value of ``{ [K in keyof X]: ... }``, where X is no table and no row; ``node`` is the signature in it."""

    path: str
    node: Node
    of: Shape


class Named(Shape):
    """A text that is known, such as the type ``"id"`` says it."""

    value: str


class Dict(Shape):
    """Like items under names of their own: ``Record<string, User>``, ``Map<string, User>``; a Map has ``entries``."""

    item: Shape | None
    entries: bool = False


class Setter(Shape):
    """A function that takes a value, or a function that makes one of the value before: of ``useState``."""

    value: Shape | None


class Form(Shape):
    """A form of React Hook Form, or its ``control``, by what it edits."""

    value: Shape | None


class FormMethod(Shape):
    """A method of a form."""

    value: Shape | None
    name: str


class Payload(Shape):
    """What ``z.object({...})`` lets through: the keys are its own, and ``node`` is the object of them."""

    path: str
    node: Node


class Procedure(Shape):
    """A procedure of tRPC, by what it gets: ``procedure.input(validator)``."""

    input: Shape | None


class Validator(Shape):
    """A schema of zod: ``value`` is what it lets through."""

    value: Shape | None


class Expected(Record):
    """What a place takes: a value, and where it takes a function, that function's parameters and its result."""

    value: Shape | None = None
    params: tuple[Shape | None, ...] = ()
    returns: Shape | None = None


OTHER: Final = Other()
NOTHING: Final = Nothing()
NOWHERE: Final = Expected()
FREE: Final = Expected(OTHER)
WHERE: Final = "where"
TABLE: Final = "table"


def any_of(shapes: list[Shape | None]) -> Shape | None:
    """Return the one shape that all are but for ``null``, AnyOf where they differ, OTHER for none at all."""
    different = [each for each in dict.fromkeys(shapes) if each is not NOTHING]
    if not different:
        return NOTHING if shapes else OTHER
    return different[0] if len(different) == 1 else AnyOf(tuple(different))


def item_of(shape: Shape | None, index: int | None = None) -> Shape | None:
    """Return an item of an array; what takes one row or an array of them takes a row as its item."""
    if isinstance(shape, Several):
        if index is None:
            return any_of(list(shape.items))
        return shape.items[index] if index < len(shape.items) else OTHER
    if isinstance(shape, Named):
        return OTHER
    if isinstance(shape, Many):
        return shape.item
    if isinstance(shape, Dict):
        return Several((OTHER, shape.item)) if shape.entries else None
    if isinstance(shape, AnyOf):
        return any_of([item_of(member, index) for member in shape.members])
    return shape if isinstance(shape, (Keyed, Other)) else None


def row_of(shape: Shape | None) -> Shape | None:
    """Return what a query gives for each row of a table or a subquery."""
    return Keyed(shape.table_id) if isinstance(shape, Keyed) else shape


def settled(shape: Shape | None) -> Shape | None:
    """Return what a value is once it has been awaited."""
    if isinstance(shape, Query):
        row = element(shape)
        return Many(row) if shape.many else row
    if isinstance(shape, AnyOf):
        return any_of([settled(member) for member in shape.members])
    return OTHER if isinstance(shape, Writing) else shape


def element(query: Query) -> Shape | None:
    """Return one row of what a query gives."""
    if query.fields is not OTHER:
        return row_of(query.fields)
    if len(query.sources) == 1:
        return row_of(query.sources[0][1])
    return Joined(tuple((name, row_of(shape)) for name, shape in query.sources))
