"""What a migration has to do for each change of the schema, as calls of ``op`` with what undoes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tenantlint import change as changes
from tenantlint.lang.alembic.write_code import identifier, qualified, split, type_code
from tenantlint.lang.backfill import Backfills, remark, update
from tenantlint.lang.differences import Differences, MemberName
from tenantlint.lang.histories import history_of, refuse_unless_there, twin_of, uses_of
from tenantlint.lang.lowering import RefusedError, session_value, sharing
from tenantlint.lang.made_names import made_name
from tenantlint.lang.references import expanded, referring_columns
from tenantlint.record import Record
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from tenantlint.change import Change, Use
    from tenantlint.lang.alembic.write_code import Code
    from tenantlint.lang.backfill import Parent
    from tenantlint.lang.lowering import Lowering
    from tenantlint.migration import History
    from tenantlint.schema import Column, ForeignKey, Index, Table

_NO_TENANT: Final = (
    "# Whose the rows are that are there, only you know: write the UPDATE that gives each its tenant here. Until\n"
    "# then, and as long as there are rows, the next line fails and nothing is changed.\n"
    "# tenantlint: ignore[MIG004] -- it fails instead of guessing"
)
_FAILS: Final = "# Fails, and changes nothing, as long as a row has none: give those rows their value first."
_DANGLING: Final = "# Fails, and changes nothing, as long as a row points at nothing: mend those rows first."
_ADDING: Final = (changes.AddTenant, changes.AddTimestamp, changes.AddIndex, changes.AddForeignKey)
_TIMES: Final = ("date", "timestamp", "timestamptz")


class Step(Record):
    """One step of a revision: the code that makes it, and the code that undoes it."""

    up: str
    down: str


class Planned(Record):
    """A step of a revision in a history; ``title`` says what it is for, '' where another step of the change does.

    ``uses`` are what it would break in the database, as far as anybody can see.
    """

    history: History
    step: Step
    title: str = ""
    uses: tuple[Use, ...] = ()


def planned(given: Sequence[Change], context: Lowering, code: Callable[[History], Code]) -> list[Planned]:
    """Return the steps for changes in the order in which they run: columns are renamed first, and tables last.

    Raises RefusedError where a change cannot be written.
    """
    given = expanded(given, context)
    differences = Differences(given, context)
    tables = [change for change in given if isinstance(change, changes.RenameTable)]
    if tables and any(isinstance(change, _ADDING) for change in given):
        raise RefusedError("a table is renamed in a revision of its own, before anything is added")
    backfills = Backfills(given, differences)
    steps = list(_rename_columns(differences, code))
    added: set[str] = set()
    for change in backfills.order:
        make = _STEPS.get(type(change))
        if isinstance(change, _ADDING) and change.table_id not in added:
            added.add(change.table_id)
            own = [each for each in given if isinstance(each, _ADDING) and each.table_id == change.table_id]
            steps += _add(own, differences, code, backfills)
        elif make is not None:
            steps += make(change, differences, code)
    if differences.columns or tables:
        names = {change.table_id: change.new_name for change in tables}
        for name in (*differences.members(), *_conventional(differences, names)):
            steps += _renamed_member(name, context, code)
    steps += [step for change in tables for step in _rename_table(change, context, code)]
    once: dict[tuple[str, Step], Planned] = {}
    for each in steps:  # code may declare a table twice
        once.setdefault((each.history.path, each.step), each)
    return [*once.values()]


def place_of(table: Table, context: Lowering) -> tuple[History, Table] | None:
    """Return the history that a change of a table belongs into, and its table there; None where there is none."""
    history = history_of(table, context.schema, "alembic")
    return None if history is None else (history, twin_of(table, history))


def name_of(table: Table) -> str:
    """Return the qualified name of a table. Raises RefusedError where it is not known."""
    if table.qualified_name is UNKNOWN:
        raise RefusedError("the name of the table is not known")
    return table.qualified_name


def _rename_columns(differences: Differences, code: Callable[[History], Code]) -> Iterator[Planned]:
    for renamed in differences.columns:
        place = place_of(renamed.table, differences.context)
        if place is None:
            continue
        history, twin = place
        refuse_unless_there(renamed.table, twin, renamed.old, renamed.new)
        up, down = (
            _alter_name(code(history), name_of(renamed.table), *names)
            for names in ((renamed.old, renamed.new), (renamed.new, renamed.old))
        )
        title = f"rename {name_of(renamed.table)}.{renamed.old} to {renamed.new}"
        uses = tuple(uses_of(history, renamed.table, renamed.old))
        yield Planned(history, Step(up, down), title, uses)


def _alter_name(code: Code, table: str, old: str, new: str) -> str:
    arguments = (code.text(split(table)[1]), code.text(old))
    return code.call("alter_column", *arguments, new_column_name=code.text(new), **code.schema(table))


def _rename_table(change: changes.RenameTable, context: Lowering, code: Callable[[History], Code]) -> Iterator[Planned]:
    table = context.table(change.table_id)
    place = None if table is None else place_of(table, context)
    if table is None or place is None:
        return
    history, _ = place
    schema, old = split(name_of(table))
    taken = change.new_name if schema is None else f"{schema}.{change.new_name}"
    if any(each.qualified_name == taken for each in history.tables):
        raise RefusedError(f"the database has a table `{taken}` already")
    write = code(history)
    up, down = (
        write.call("rename_table", write.text(one), write.text(other), **write.schema(name_of(table)))
        for one, other in ((old, change.new_name), (change.new_name, old))
    )
    yield Planned(history, Step(up, down), f"rename {name_of(table)} to {change.new_name}")


def _renamed_member(name: MemberName, context: Lowering, code: Callable[[History], Code]) -> Iterator[Planned]:
    place = None if name.old == name.new else place_of(name.table, context)
    if place is None or not _has_member(place[1], name):
        return
    write, table = code(place[0]), name_of(name.table)
    up, down = (write.execute(_rename_sql(name.kind, table, *pair)) for pair in _both(name.old, name.new))
    yield Planned(place[0], Step(up, down))


def _conventional(differences: Differences, tables: Mapping[str, str]) -> Iterator[MemberName]:
    """Yield the unique constraints of single columns that a naming convention named after what is renamed.

    The model does not tell their names. Those that PostgreSQL made up stay: Alembic does not compare them.
    """
    renamed = {*tables, *(each.table.id for each in differences.columns)}
    for table in differences.context.schema.tables:
        place = place_of(table, differences.context) if table.id in renamed else None
        unique = {column.name for column in table.columns if column.unique is True}
        for constraint in () if place is None else place[1].unique_constraints:
            column = constraint.columns[0] if isinstance(constraint.columns, tuple) else UNKNOWN
            if constraint.columns == (column,) and column in unique and isinstance(constraint.name, str):
                old = split(name_of(table))[1]
                if constraint.name != made_name(old, [str(column)], "key"):
                    new = _substituted(constraint.name, old, tables.get(table.id, old))
                    new = _substituted(new, str(column), differences.new_name(table, str(column)))
                    yield MemberName(table, "unique", constraint.name, new)


def _substituted(name: str, old: str, new: str) -> str:
    """Return a name with the one part of it that is ``old`` replaced."""
    found = re.findall(rf"(?:^|(?<=_)){re.escape(old)}(?=_|$)", name)
    return re.sub(rf"(?:^|(?<=_)){re.escape(old)}(?=_|$)", lambda _: new, name) if len(found) == 1 else name


def _both(old: str, new: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (old, new), (new, old)


def _rename_sql(kind: str, table: str, old: str, new: str) -> str:
    if kind == "index":
        return f"ALTER INDEX {qualified(table, old)} RENAME TO {identifier(new)}"
    return f"ALTER TABLE {qualified(table)} RENAME CONSTRAINT {identifier(old)} TO {identifier(new)}"


def _has_member(twin: Table, name: MemberName) -> bool:
    members = {
        "index": [each.name for each in twin.indexes],
        "unique": [each.name for each in twin.unique_constraints],
        "foreign key": [each.name for each in twin.foreign_keys],
    }
    return name.old in members[name.kind]


def _add(
    own: Sequence[Any], differences: Differences, code: Callable[[History], Code], backfills: Backfills
) -> Iterator[Planned]:
    """Add what the code has now in a table, whichever change it comes from: columns, their foreign keys, indexes."""
    context, table_id = differences.context, own[0].table_id
    table = context.table(table_id)
    place = None if table is None else place_of(table, context)
    if table is None or place is None:
        return
    history, twin = place
    new, name, write = differences.additions(table_id), name_of(table), code(history)
    tenants = {change.name: backfills.parents(change) for change in own if isinstance(change, changes.AddTenant)}
    columns = [column for column in new.columns if column.name is UNKNOWN or twin.column(column.name) is None]
    referring = referring_columns(own, table, history, differences)
    titles = iter([f"add {_what(change)} to {name}" for change in own])
    for column in columns:
        step = _column_step(write, name, column, column.name in tenants or column.nullable is True)
        if column.name in tenants and column.nullable is False:
            step = _filled(write, name, step, column.name, tenants[column.name])
        yield Planned(history, step, next(titles, ""))
    for key in new.foreign_keys:
        if not any(each.columns == key.columns for each in twin.foreign_keys):
            step = key_step(write, name, key)
            if key.columns in referring:
                step = Step(f"{_DANGLING}\n{step.up}", step.down)
            yield Planned(history, step, next(titles, ""))
    for index in new.indexes:
        if not any(each.columns == index.columns and each.partial is False for each in twin.indexes):
            yield Planned(history, index_step(write, name, index), next(titles, ""))


def _what(change: Change) -> str:
    columns = getattr(change, "columns", None)
    if isinstance(change, changes.AddForeignKey):
        return f"the foreign key of {change.key}"
    return f"an index over {' and '.join(columns)}" if columns else str(getattr(change, "name", ""))


def _column_step(code: Code, table: str, column: Column, nullable: bool) -> Step:
    if column.name is UNKNOWN:
        raise RefusedError("the name of the new column is not known")
    schema, name = code.schema(table), code.text(split(table)[1])
    given = [code.text(column.name), type_code(column.type)]
    is_time = column.type in _TIMES
    default = column.has_server_default is True or (is_time and not nullable)
    if default and not is_time:
        raise RefusedError(f"the default of `{column.name}` is not known, and its rows need one")
    if not default and not nullable:
        raise RefusedError(f"`{column.name}` is NOT NULL and has no default that the rows which are there could take")
    given += ["server_default=sa.func.now()"] if default else []
    lines = [code.call("add_column", name, f"sa.Column({', '.join([*given, f'nullable={nullable}'])})", **schema)]
    if default and column.has_server_default is not True:
        lines.append(code.call("alter_column", name, code.text(column.name), server_default="None", **schema))
    return Step("\n".join(lines), code.call("drop_column", name, code.text(column.name), **schema))


def _filled(code: Code, table: str, step: Step, column: str, parents: Sequence[Parent]) -> Step:
    """Return the step that adds a tenant column, with what makes it NOT NULL when all rows have their tenant."""
    required = code.call(
        "alter_column", code.text(split(table)[1]), code.text(column), nullable="False", **code.schema(table)
    )
    filling = [_NO_TENANT]
    if parents:
        filling = [f"# {remark(parents)}", code.execute(*update(table, column, parents, identifier, qualified))]
    return Step("\n".join([step.up, *filling, required]), step.down)


def _known(names: object) -> list[str]:
    if not isinstance(names, tuple) or not all(isinstance(each, str) for each in names):
        raise RefusedError("what the new index or key is over is not known")
    return list(names)


def key_step(code: Code, table: str, key: ForeignKey) -> Step:
    """Return the step that makes a foreign key. Raises RefusedError where a part of it is not known."""
    columns, targets = _known(key.columns), _known(key.target_columns)
    if key.target_table is UNKNOWN or key.name is UNKNOWN or UNKNOWN in (key.on_delete, key.on_update):
        raise RefusedError("what the new foreign key references is not known")
    (schema, name), (target_schema, target) = split(table), split(key.target_table)
    own_name = key.name or made_name(name, columns, "fkey")
    options = {"ondelete": key.on_delete, "onupdate": key.on_update}
    actions = {option: code.text(value.upper()) for option, value in options.items() if isinstance(value, str)}
    up = code.call(
        "create_foreign_key",
        *(code.final(own_name), code.text(name), code.text(target), code.texts(columns), code.texts(targets)),
        source_schema=None if schema is None else code.text(schema),
        referent_schema=None if target_schema is None else code.text(target_schema),
        **actions,
    )
    kind = code.text("foreignkey")
    down = code.call("drop_constraint", code.final(own_name), code.text(name), type_=kind, **code.schema(table))
    return Step(up, down)


def index_step(code: Code, table: str, index: Index) -> Step:
    """Return the step that makes an index. Raises RefusedError where it is more than its columns."""
    columns = _known(index.columns)
    if not isinstance(index.name, str) or index.partial is not False or index.plain is not True:
        raise RefusedError("the migration for this index has to be written by hand: it is more than its columns")
    if index.method != "btree" or index.unique is UNKNOWN:
        raise RefusedError("the migration for this index has to be written by hand: it is of another kind")
    name, schema = code.text(split(table)[1]), code.schema(table)
    unique = str(index.unique)
    up = code.call("create_index", code.final(index.name), name, code.texts(columns), unique=unique, **schema)
    return Step(up, code.call("drop_index", code.final(index.name), table_name=name, **schema))


def _require(
    change: changes.MakeRequired, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    for table, column in sharing(differences.context, change):
        place = place_of(table, differences.context)
        if place is not None:
            yield from _required(table, column, place, differences, code)


def _required(
    table: Table,
    column: Column,
    place: tuple[History, Table],
    differences: Differences,
    code: Callable[[History], Code],
) -> Iterator[Planned]:
    history, twin = place
    if column.name is UNKNOWN:
        raise RefusedError("the name of the column in the database is not known")
    refuse_unless_there(table, twin, column.name)
    made = twin.column(column.name)
    if made is not None and made.nullable is False:
        return
    write, name = code(history), name_of(table)
    now = differences.new_name(table, column.name)
    arguments, schema = (write.text(split(name)[1]), write.text(now)), write.schema(name)
    up, down = (write.call("alter_column", *arguments, nullable=value, **schema) for value in ("False", "True"))
    yield Planned(history, Step(f"{_FAILS}\n{up}", down), f"require {name}.{now}")


def switch(code: Code, table: str, on: str, off: str) -> Step:
    """Return the step that turns row level security ``on``, and its undoing (``ENABLE`` and ``DISABLE``)."""
    up, down = (code.execute(f"ALTER TABLE {qualified(table)} {word} ROW LEVEL SECURITY") for word in (on, off))
    return Step(up, down)


def policy_step(code: Code, table: Table, change: changes.EnableSecurity, tenant: str) -> Step:
    """Return the step that makes the policy on ``tenant``. Raises RefusedError where its type is not known."""
    column, name = table.column(change.tenant), name_of(table)
    if column is None or column.type is UNKNOWN:
        raise RefusedError(f"the type of `{change.tenant}` is not known, and the policy has to compare with it")
    type_code(column.type)
    policy = identifier(f"{split(name)[1]}_tenant")
    predicate = f"{identifier(tenant)} = {session_value(change, column.type)}"
    up = code.execute(f"CREATE POLICY {policy} ON {qualified(name)}", f"USING ({predicate})")
    return Step(up, code.execute(f"DROP POLICY {policy} ON {qualified(name)}"))


def _secure(change: Change, differences: Differences, code: Callable[[History], Code]) -> Iterator[Planned]:
    from tenantlint.lang.alembic.write_policies import security_steps

    return security_steps(change, differences, code)


def _make_aware(
    change: changes.MakeAware, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    from tenantlint.lang.alembic.write_times import aware_steps

    return aware_steps(change, differences, code)


def _alter_index(
    change: changes.DropIndex | changes.RenameIndex, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    from tenantlint.lang.alembic.write_members import index_steps

    return index_steps(change, differences, code)


def _scope_unique(
    change: changes.ScopeUnique, differences: Differences, code: Callable[[History], Code]
) -> Iterator[Planned]:
    from tenantlint.lang.alembic.write_members import unique_steps

    return unique_steps(change, differences, code)


_STEPS: Final[dict[type[Change], Callable[[Any, Differences, Callable[[History], Code]], Iterator[Planned]]]] = {
    changes.MakeRequired: _require,
    changes.MakeAware: _make_aware,
    changes.EnableSecurity: _secure,
    changes.DropIndex: _alter_index,
    changes.RenameIndex: _alter_index,
    changes.ScopeUnique: _scope_unique,
    changes.SecureTable: _secure,
    changes.CheckWrites: _secure,
    changes.WrapCalls: _secure,
}
