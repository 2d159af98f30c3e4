"""Plays an upgrade and then its downgrade, to see what they leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tenantlint import migration as m
from tenantlint.record import Record
from tenantlint.rules._things import Step, Thing, Things, doubt
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tenantlint.rules._things import ThingKind
    from tenantlint.schema import Maybe

    Name: TypeAlias = Maybe[str | None]


class Undo:
    """An upgrade and its downgrade, played one after the other.

    ``blind`` is true where a statement that could not be read may have done anything, ``blind_to_security`` where it
    may have changed row level security or policies. ``cascades`` tells that something was dropped with what depends on
    it. ``without_name`` are the steps that drop a constraint of no name.
    """

    def __init__(self, revision: m.Revision) -> None:
        self.things = Things()
        self.blind = self.blind_to_security = self.cascades = False
        self.without_name: list[Step] = []
        for operations, down in ((revision.upgrade, False), (revision.downgrade.operations, True)):
            for operation in operations:
                self._play(operation, Step(operation, down))

    def _play(self, operation: m.Operation, step: Step) -> None:
        act = _ACTS.get(type(operation))
        if act is not None:
            touched = self._perform(act, operation, step)
            if not operation.certain:
                doubt(touched)

    def _perform(self, act: Act, operation: m.Operation, step: Step) -> Iterable[Thing]:
        """Do what an operation does and return what it touches. Where a name is not known, it may touch any."""
        table: Name = getattr(operation, "table", None)
        if act.is_named and UNKNOWN in (table, act.name(operation), getattr(operation, "new_name", None)):
            if isinstance(table, str) and act.kind != "table":
                doubt((self.things.at("table", None, table, step),))
            else:
                self.blind = True
            return ()
        inside = act.kind not in ("table", "type") and isinstance(table, str)
        owner = self.things.at("table", None, str(table), step) if inside else None
        return act.do(self, act, owner, operation, step)

    def unnamed(self, kind: ThingKind, owner: Thing | None, name: str, sort: str | None) -> Thing | None:
        """Return what was made without a name and may have got this one from the database or a naming convention."""
        made = [each for each in self.things.nameless(kind, owner) if sort in (None, each.sort)]
        likely = [each for each in made if all(column in name for column in each.columns or ())]
        return next(iter(likely or made), None)


class Act(Record):
    """What an operation does, and to what kind of thing; ``sort`` is the kind of a constraint.

    ``name`` gives the name of the thing, ``detail`` what it is made as, and ``columns`` what it is over. ``is_named``
    is false where it matters not whether the name is known.
    """

    do: Callable[[Undo, Act, Thing | None, Any, Step], Iterable[Thing]]
    kind: ThingKind
    name: Callable[[Any], Name] = lambda operation: operation.name
    detail: Callable[[Any], object] = lambda operation: None
    columns: Callable[[Any], Maybe[tuple[Name, ...] | None]] = lambda operation: None
    sort: str | None = None
    is_named: bool = True


def _make(undo: Undo, act: Act, owner: Thing | None, operation: Any, step: Step) -> Iterable[Thing]:
    return (_make_one(undo, act, owner, operation, step),)


def _make_one(undo: Undo, act: Act, owner: Thing | None, operation: Any, step: Step) -> Thing:
    name = act.name(operation)
    thing = undo.things.make(act.kind, owner, name if isinstance(name, str) else None, step, act.sort)
    thing.owner = owner
    thing.detail = act.detail(operation)
    thing.columns = _names(act.columns(operation))
    thing.unsure |= getattr(operation, "if_not_exists", False)
    return thing


def _names(columns: Maybe[tuple[Name, ...] | None]) -> tuple[str, ...] | None:
    if columns is None or columns is UNKNOWN:
        return None
    names = tuple(name for name in columns if isinstance(name, str))
    return names if len(names) == len(columns) else None


def _make_table(undo: Undo, act: Act, owner: Thing | None, operation: m.CreateTable, step: Step) -> Iterable[Thing]:
    """Make a table. What was dropped before the table was dropped may be made again inside it."""
    table = _make_one(undo, act, owner, operation, step)
    table.unsure |= not operation.complete or (table.existed and not step.down)
    if table.existed:
        for constraint in operation.unique_constraints:
            undo.things.restore("constraint", table, constraint.name, step, "unique")
        for key in operation.foreign_keys:
            undo.things.restore("constraint", table, key.name, step, "foreign key")
        for index in operation.indexes:
            undo.things.restore("index", table, index.name, step)
        for column in operation.columns:
            undo.things.restore("column", table, column.name, step)
    return (table,)


def _drop(undo: Undo, act: Act, owner: Thing | None, operation: Any, step: Step) -> Iterable[Thing]:
    return (_drop_one(undo, act, owner, operation, step),)


def _drop_one(undo: Undo, act: Act, owner: Thing | None, operation: Any, step: Step) -> Thing:
    """Drop a thing; with IF EXISTS, one that nothing has made may never have been there, as may a trigger."""
    name, sort = str(act.name(operation)), getattr(operation, "kind", None)
    thing = undo.things.find(act.kind, owner, name) or undo.unnamed(act.kind, owner, name, sort)
    thing = thing or undo.things.at(act.kind, owner, name, step)
    thing.sort = thing.sort or sort
    thing.unsure |= thing.existed and (act.kind == "trigger" or getattr(operation, "if_exists", False))
    undo.cascades |= getattr(operation, "cascade", False)
    undo.things.drop(thing, step)
    return thing


def _drop_column(undo: Undo, act: Act, owner: Thing | None, operation: m.DropColumn, step: Step) -> Iterable[Thing]:
    """Drop a column and the indexes and constraints over it."""
    column = _drop_one(undo, act, owner, operation, step)
    over = []
    if owner is not None:
        owner.lost_columns |= column.existed and not step.down
        over = [each for each in undo.things.inside(owner) if _may_be_over(each, operation.column)]
    for each in over:
        each.unsure |= each.columns is None
        undo.things.drop(each, step)
    return (column, *over)


def _may_be_over(thing: Thing, column: Maybe[str]) -> bool:
    return thing.kind in ("index", "constraint") and (thing.columns is None or column in thing.columns)


def _drop_constraint(
    undo: Undo, act: Act, owner: Thing | None, operation: m.DropConstraint, step: Step
) -> Iterable[Thing]:
    """Drop a constraint. One without a name is taken for one that the upgrade made."""
    if operation.name is not None:
        return _drop(undo, act, owner, operation, step)
    if step.down and operation.certain and operation.kind != "primary key":
        undo.without_name.append(step)
    made = [each for each in undo.things.all if each.owner is owner and each.kind == act.kind and each.alive]
    meant = [each for each in made if not each.existed and operation.kind in (None, each.sort)]
    for each in meant[:1]:
        undo.things.drop(each, step)
    return meant[:1]


def _move(undo: Undo, act: Act, owner: Thing | None, operation: Any, step: Step) -> Iterable[Thing]:
    thing = undo.things.at(act.kind, owner, str(act.name(operation)), step)
    undo.things.move(thing, operation.new_name, step)
    return (thing,)


def _rename_column(undo: Undo, act: Act, owner: Thing | None, operation: m.RenameColumn, step: Step) -> Iterable[Thing]:
    old, new = operation.column, str(operation.new_name)
    for each in undo.things.inside(owner) if owner is not None else ():
        if each.columns and old in each.columns:
            each.columns = tuple(new if name == old else name for name in each.columns)
    return _move(undo, act, owner, operation, step)


def _alter_column(undo: Undo, act: Act, owner: Thing | None, operation: m.AlterColumn, step: Step) -> Iterable[Thing]:
    column = undo.things.at("column", owner, str(operation.column), step)
    for part in ("type", "nullable", "server_default"):
        value = getattr(operation, part)
        if value is not None:
            column.parts[part] = (value, step)
    return (column,)


def _alter_policy(undo: Undo, act: Act, owner: Thing | None, operation: m.AlterPolicy, step: Step) -> Iterable[Thing]:
    policy = undo.things.at("policy", owner, str(operation.name), step)
    if isinstance(operation.new_name, str):
        undo.things.move(policy, operation.new_name, step)
    return (policy,)


def _set_row_security(
    undo: Undo, act: Act, owner: Thing | None, operation: m.SetRowSecurity, step: Step
) -> Iterable[Thing]:
    table = undo.things.at("table", None, str(operation.table), step)
    for part, value in (("enabled", operation.enabled), ("forced", operation.forced)):
        if value is not None:
            table.parts[part] = (value if operation.certain else UNKNOWN, step)
    return ()


def _drop_function(undo: Undo, act: Act, owner: Thing | None, operation: m.DropFunction, step: Step) -> Iterable[Thing]:
    """With CASCADE the triggers that call it go too."""
    triggers = [each for each in undo.things.all if each.kind == "trigger" and operation.cascade]
    doubt(
        each for each in triggers if UNKNOWN in (operation.name, each.detail) or each.detail in (None, operation.name)
    )
    return ()


def _unread(undo: Undo, act: Act, owner: Thing | None, operation: m.Unread, step: Step) -> Iterable[Thing]:
    if operation.tables is UNKNOWN:
        undo.blind |= operation.structure
        undo.blind_to_security |= operation.security
    elif operation.structure or operation.security:
        doubt(undo.things.at("table", None, name, step) for name in operation.tables)
    return ()


def _table(operation: Any) -> Name:
    name: Name = operation.table
    return name


def _column(operation: Any) -> Name:
    name: Name = operation.column
    return name


_ACTS: Final[dict[type[m.Operation], Act]] = {
    m.CreateTable: Act(_make_table, "table", _table, lambda operation: operation),
    m.DropTable: Act(_drop, "table", _table),
    m.RenameTable: Act(_move, "table", _table),
    m.AddColumn: Act(_make, "column", lambda operation: operation.column.name, lambda operation: operation.column),
    m.DropColumn: Act(_drop_column, "column", _column),
    m.RenameColumn: Act(_rename_column, "column", _column),
    m.AlterColumn: Act(_alter_column, "column", _column),
    m.AddPrimaryKey: Act(_make, "constraint", columns=lambda operation: operation.columns, sort="primary key"),
    m.AddUnique: Act(
        _make,
        "constraint",
        lambda operation: operation.constraint.name,
        columns=lambda operation: operation.constraint.columns,
        sort="unique",
    ),
    m.AddForeignKey: Act(
        _make,
        "constraint",
        lambda operation: operation.key.name,
        columns=lambda operation: operation.key.columns,
        sort="foreign key",
    ),
    m.AddCheck: Act(_make, "constraint", sort="check"),
    m.DropConstraint: Act(_drop_constraint, "constraint"),
    m.RenameConstraint: Act(_move, "constraint"),
    m.CreateIndex: Act(
        _make,
        "index",
        lambda operation: operation.index.name,
        lambda operation: operation.index,
        lambda operation: operation.index.columns,
    ),
    m.DropIndex: Act(_drop, "index", lambda operation: UNKNOWN if operation.name is None else operation.name),
    m.RenameIndex: Act(_move, "index"),
    m.SetRowSecurity: Act(_set_row_security, "policy", _table),
    m.CreatePolicy: Act(_make, "policy", lambda operation: operation.policy.name, lambda operation: operation.policy),
    m.DropPolicy: Act(_drop, "policy"),
    m.AlterPolicy: Act(_alter_policy, "policy"),
    m.CreateTrigger: Act(_make, "trigger", detail=lambda operation: operation.function),
    m.DropTrigger: Act(_drop, "trigger"),
    m.DropFunction: Act(_drop_function, "trigger", is_named=False),
    m.CreateEnum: Act(_make, "type"),
    m.DropType: Act(_drop, "type"),
    m.RenameType: Act(_move, "type"),
    m.Unread: Act(_unread, "table", is_named=False),
}
