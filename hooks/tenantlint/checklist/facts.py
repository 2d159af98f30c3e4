"""What is known of a table, in the words of the checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tenantlint.facts import known
from tenantlint.keys import keys as all_keys
from tenantlint.keys import serves
from tenantlint.record import Record
from tenantlint.rules._standard_fields import find
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tenantlint.migration import History, Revision
    from tenantlint.schema import Column, ForeignKey, Maybe, Part, Schema, Table
    from tenantlint.view import SchemaView


class Fact(Record):
    """Whether something holds, and the words for it (Markdown). ``holds`` is None where the question does not apply."""

    holds: Maybe[bool | None]
    text: str


class Reversal(Record):
    """Whether the migrations of a table can be undone, as the state of an item, and the words for it."""

    state: Literal["yes", "ask", "not applicable"]
    words: str


_UNREAD: Final = "not all of the table could be read"
_NO_TENANT: Final = "the table has no tenant column"


def code(text: object) -> str:
    """Return a text as a code span of Markdown, whatever is in it."""
    plain = " ".join(str(text.value if text is UNKNOWN else text).split())
    fence = "`"
    while fence in plain:
        fence += "`"
    pad = " " if plain.startswith("`") or plain.endswith("`") or not plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def column_text(column: Column) -> str:
    """Return a column as code: its name, its type, and whether it may be NULL."""
    null = {True: "NULL", False: "NOT NULL", UNKNOWN: "NULL unknown"}[column.nullable]
    return code(f"{_name(column)} {'unknown type' if column.type is UNKNOWN else column.type} {null}")


def _name(column: Column) -> str:
    return column.key if column.name is UNKNOWN else column.name


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(texts))


def _unless_unread(table: Table, parts: set[Part], fact: Fact) -> Fact:
    """Return ``fact``, unless something that could not be read may make it another."""
    if table.incomplete & parts and fact.holds is not False:
        return Fact(UNKNOWN, f"{_UNREAD} ({', '.join(sorted(table.incomplete & parts))})")
    return fact


# Tenancy


def tenant_column(table: Table, view: SchemaView) -> Fact:
    """Tell whether the tenant column is there, and NOT NULL."""
    columns = view.tenant_columns(table)
    if view.is_tenant_root(table):
        return Fact(None, "its rows are the tenants themselves")
    if not columns:
        wanted = _listed(map(code, view.settings.tenant_columns))
        return Fact(UNKNOWN, _UNREAD) if "columns" in table.incomplete else Fact(False, f"no {wanted}")
    nullable = [view.is_nullable(table, column) for column in columns]
    holds: Maybe[bool] = False if True in nullable else UNKNOWN if UNKNOWN in nullable else True
    return Fact(holds, _listed(map(column_text, columns)))


def tenant_key(table: Table, view: SchemaView) -> Fact:
    """Tell whether the tenant column references the tenants."""
    columns = view.tenant_columns(table)
    if not columns or view.is_tenant_root(table):
        return Fact(None, "its rows are the tenants themselves" if view.is_tenant_root(table) else _NO_TENANT)
    names = view.tenant_names(table)
    found = [key for key in view.foreign_keys(table) if names & set(known(key.columns) or ())]
    if found:
        return Fact(True, _listed(map(_key_text, found)))
    if view.may_have_more_foreign_keys(table, of_all=True):
        return Fact(UNKNOWN, _UNREAD)
    return Fact(False, f"{_listed(code(_name(column)) for column in columns)} references nothing")


def tenant_index(table: Table, view: SchemaView) -> Fact:
    """Tell whether an index leads with the tenant column."""
    columns = [column.name for column in view.tenant_columns(table) if column.name is not UNKNOWN]
    if not columns:
        return Fact(None, _NO_TENANT)
    return _index_fact(table, view, [(name,) for name in columns])


def _index_fact(table: Table, view: SchemaView, wanted: list[tuple[str, ...]]) -> Fact:
    answers = [view.is_indexed(table, columns) for columns in wanted]
    texts = [
        f"{code(', '.join(columns))} {_first_in(table, view, columns) if answer is True else 'is first in no index'}"
        for columns, answer in zip(wanted, answers, strict=True)
    ]
    holds: Maybe[bool] = False if False in answers else UNKNOWN if UNKNOWN in answers else True
    return Fact(holds, _UNREAD if holds is UNKNOWN else _listed(texts))


def _first_in(table: Table, view: SchemaView, columns: tuple[str, ...]) -> str:
    """Return which index leads with columns, in words."""
    wanted = frozenset(columns)
    for each in (table, *view.twins(table)):
        for index in each.indexes:
            names = index.columns if index.columns is not UNKNOWN else ()
            if index.attached and set(names[: len(columns)]) == wanted and isinstance(index.name, str):
                return f"first in {code(index.name)}"
    served = any(serves(key, wanted) is True for key in all_keys(table, wanted, view.twins(table)))
    return "first in a key" if served else "indexed"


def uniques(table: Table, view: SchemaView) -> Fact:
    """Tell what is unique, besides the primary key."""
    if not view.is_tenant_table(table):
        return Fact(None, _NO_TENANT)
    found = [code(_names(each.columns)) for each in table.unique_constraints if each.attached]
    found += [code(_names(each.columns)) for each in table.indexes if each.unique is True and each.attached]
    found += [code(_name(column)) for column in table.columns if column.unique is True]
    fact = Fact(True if found else None, _listed(found) or "nothing is unique besides the primary key")
    return _unless_unread(table, {"indexes", "unique_constraints"}, fact)


def _names(columns: Maybe[tuple[Maybe[str | None], ...]]) -> str:
    if columns is UNKNOWN:
        return "unknown"
    return ", ".join("unknown" if name is UNKNOWN else name or "an expression" for name in columns)


# References


def _key_text(key: ForeignKey) -> str:
    target = "unknown" if key.target_table is UNKNOWN else key.target_table
    return f"{code(_names(key.columns))} references {code(f'{target}.{_names(key.target_columns)}')}"


def keys(table: Table, view: SchemaView) -> Fact:
    """Tell the foreign keys."""
    found = view.foreign_keys(table)
    if view.may_have_more_foreign_keys(table):
        return Fact(UNKNOWN, _UNREAD)
    return Fact(True if found else None, _listed(map(_key_text, found)) or "it has no foreign key")


def key_indexes(table: Table, view: SchemaView) -> Fact:
    """Tell whether an index leads with the columns of each foreign key."""
    wanted = [columns for key in view.foreign_keys(table) if (columns := known(key.columns))]
    if view.may_have_more_foreign_keys(table):
        return Fact(UNKNOWN, _UNREAD)
    return _index_fact(table, view, wanted) if wanted else Fact(None, "it has no foreign key")


def deletes(table: Table, view: SchemaView) -> Fact:
    """Tell what a delete in the referenced table does."""
    found = view.foreign_keys(table)
    if not found:
        return Fact(None, "it has no foreign key")
    texts = (f"{code(_names(key.columns))} {_action(key)}" for key in found)
    given = [key.on_delete for key in found]
    return Fact(False if None in given else UNKNOWN if UNKNOWN in given else True, _listed(texts))


def _action(key: ForeignKey) -> str:
    if key.on_delete is UNKNOWN:
        return "on delete unknown"
    return "says nothing" if key.on_delete is None else f"on delete {key.on_delete}"


def relations(table: Table, view: SchemaView) -> Fact:
    """Tell the relations and their other sides."""
    texts = [
        f"{code(relation.name)} to {code(_target(relation.target_table))}"
        + (f" and back by {code(relation.inverse)}" if isinstance(relation.inverse, str) else "")
        for relation in table.relations
    ]
    if any(relation.inverse is UNKNOWN for relation in table.relations):
        return Fact(UNKNOWN, "the other side of a relation could not be read")
    fact = Fact(True if texts else None, _listed(texts) or "it has no relation")
    return _unless_unread(table, {"relations"}, fact)


def _target(name: Maybe[str]) -> str:
    return "unknown" if name is UNKNOWN else name


def indexes(table: Table, view: SchemaView) -> Fact:
    """Tell the indexes."""
    found = [index for each in (table, *view.twins(table)) for index in each.indexes]
    texts = [f"{code('unnamed' if index.name is None else index.name)} ({_names(index.columns)})" for index in found]
    fact = Fact(True if texts else None, _listed(texts) or "it has no index besides its keys")
    return _unless_unread(table, {"indexes"}, fact)


# Row level security


def _unsecured(table: Table, view: SchemaView) -> str | None:
    """Return why row level security is not asked for, None where it is."""
    if table.dialect != "postgresql":
        return f"{table.dialect} has no row level security"
    if view.is_tenant_root(table):
        return "its rows are the tenants themselves"
    return None if view.tenant_columns(table) else _NO_TENANT


def security(table: Table, view: SchemaView) -> Fact:
    """Tell whether row level security is enabled."""
    reason = _unsecured(table, view)
    if reason is not None:
        return Fact(None, reason)
    enabled = view.security.is_enabled(table)
    if enabled is UNKNOWN:
        return Fact(UNKNOWN, "migrations that could not be read may enable it")
    where = "by the model" if table.rls.enabled is True else "by the migrations"
    return Fact(enabled, f"enabled {where}" if enabled else "not enabled")


def forced(table: Table, view: SchemaView) -> Fact:
    """Tell whether row level security holds for the table's owner too."""
    reason = _unsecured(table, view)
    if reason is not None:
        return Fact(None, reason)
    answer = view.database.row_level_security(table).forced
    text = (
        "not known" if answer is UNKNOWN else "forced on the owner too" if answer else "not forced: the owner sees all"
    )
    return Fact(answer, text)


def policies(table: Table, view: SchemaView) -> Fact:
    """Tell the policies, by command."""
    reason = _unsecured(table, view)
    if reason is not None:
        return Fact(None, reason)
    if view.database.may_have_more_policies(table):
        return Fact(UNKNOWN, "there may be policies that could not be read")
    by_command: dict[str, list[str]] = {}
    for policy in view.database.policies(table):
        by_command.setdefault(_target(policy.command), []).append(code(policy.name))
    texts = (f"{command} by {_listed(names)}" for command, names in sorted(by_command.items()))
    return Fact(bool(by_command), "; ".join(texts) or "no policy")


# Fields and names


def primary_key(table: Table, view: SchemaView) -> Fact:
    """Tell the primary key."""
    if table.primary_key is UNKNOWN:
        return Fact(UNKNOWN, _UNREAD)
    members = [column_text(column) for column in table.columns if column.name in table.primary_key]
    return _unless_unread(table, {"primary_key"}, Fact(bool(members), _listed(members) or "no primary key"))


def time(rule: str, standard: str) -> Callable[[Table, SchemaView], Fact]:
    """Return what tells of the time that ``rule`` asks for: ``standard`` unless its options name others."""

    def tell(table: Table, view: SchemaView) -> Fact:
        names = view.settings.options.get(rule, {}).get("names")
        wanted = names if isinstance(names, tuple) else (standard,)
        column = find(table, wanted)
        if column is None:
            missing = Fact(False, f"no {_listed(map(code, wanted))}")
            return Fact(UNKNOWN, _UNREAD) if "columns" in table.incomplete else missing
        extra = [", with a default"] if column.has_default is True else []
        extra += [", set on every update"] if column.on_update is True else []
        return Fact(True, column_text(column) + "".join(extra))

    return tell


def zones(table: Table, view: SchemaView) -> Fact:
    """Tell the types of the times."""
    times = [column for column in table.columns if str(column.type).startswith("timestamp")]
    if any(column.type is UNKNOWN for column in table.columns):
        return Fact(UNKNOWN, "the type of a column could not be read")
    naive = [column for column in times if not str(column.type).startswith("timestamptz")]
    return Fact(not naive if times else None, _listed(map(column_text, naive or times)) or "it has no time")


def names(table: Table, view: SchemaView) -> Fact:
    """Tell the names of the table and its columns."""
    if table.name is UNKNOWN or any(column.name is UNKNOWN for column in table.columns):
        return Fact(UNKNOWN, "not all names could be read")
    return _unless_unread(table, {"columns"}, Fact(True, f"{code(table.name)} and its {len(table.columns)} columns"))


def columns(table: Table, view: SchemaView) -> Fact:
    """Tell what declares the columns."""
    return _unless_unread(table, {"columns"}, Fact(True, f"the declarations of {code(table.symbol)}"))


# Migrations


_KINDS: Final = {"sqlmodel": ("alembic", "sql"), "drizzle": ("drizzle-kit", "sql")}


def _histories(table: Table, schema: Schema) -> list[History]:
    kinds = _KINDS.get(table.orm, ())
    return [history for history in schema.histories if history.kind in kinds]


def _revisions(table: Table, histories: Iterable[History]) -> Iterator[tuple[History, Revision]]:
    """Yield the revisions that are about the table."""
    wanted = str(table.qualified_name).removeprefix("public.")
    for history in histories:
        for revision in history.revisions:
            tables = {str(getattr(each, "table", "")).removeprefix("public.") for each in revision.upgrade}
            if wanted in tables:
                yield history, revision


def paths(table: Table, view: SchemaView) -> frozenset[str]:
    """Return the files of the revisions that are about the table."""
    return touching(table, view.schema)


def touching(table: Table, schema: Schema) -> frozenset[str]:
    """Return the files of the revisions that are about the table."""
    return frozenset(revision.path for _, revision in _revisions(table, _histories(table, schema)))


def migrated(table: Table, view: SchemaView) -> Fact:
    """Tell whether migrations make the table, and all columns of the model."""
    histories = _histories(table, view.schema)
    if not histories:
        return Fact(None, f"the project has no migrations for {table.orm}")
    if table.qualified_name is UNKNOWN:
        return Fact(UNKNOWN, "the name of the table could not be read")
    twins = view.twins(table)
    if not twins:
        unread = view.database.has_unread_structure(table)
        return Fact(UNKNOWN, "migrations could not all be read") if unread else Fact(False, "no migration creates it")
    lacking = _lacking(table, twins)
    if lacking is UNKNOWN:
        return Fact(UNKNOWN, "not all columns could be read")
    if lacking:
        return Fact(False, f"no migration adds {_listed(map(code, lacking))}")
    last = [revision for _, revision in _revisions(table, _histories(table, view.schema))]
    return Fact(True, f"in {_listed(code(revision.path) for revision in last[:1] + last[-1:])}")


def _lacking(table: Table, twins: Iterable[Table]) -> Maybe[list[str]]:
    """Return the columns of the model that none of the migrated tables has."""
    twins = tuple(twins)
    if "columns" in table.incomplete or any("columns" in twin.incomplete for twin in twins):
        return UNKNOWN
    names = [column.name for column in table.columns]
    there = {column.name for twin in twins for column in twin.columns}
    if UNKNOWN in names or UNKNOWN in there:
        return UNKNOWN
    return [str(name) for name in names if name not in there]


def reversal(table: Table, view: SchemaView) -> Reversal:
    """Return whether the migrations that are about the table have downgrades; only Alembic's can."""
    found = [
        revision for history, revision in _revisions(table, _histories(table, view.schema)) if history.kind == "alembic"
    ]
    if not found:
        return Reversal("not applicable", "these migrations have no way back")
    lost = [revision for revision in found if revision.downgrade.state != "present"]
    if lost:
        return Reversal("ask", f"nothing undoes {_listed(code(revision.path) for revision in lost)}")
    return Reversal("yes", _listed(code(revision.path) for revision in found))
