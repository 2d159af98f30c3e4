"""Names, types and expressions as drizzle-kit writes them into SQL and snapshots."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from tenantlint.lang.lowering import RefusedError
from tenantlint.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenantlint.schema import Column, ForeignKey, Index, Maybe, Policy

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Entity: TypeAlias = dict[str, Json]

_TYPES: Final = ("uuid", "text", "bigint", "integer", "smallint", "varchar", "boolean", "date")
_TIMES: Final = ("date", "timestamp", "timestamptz")


class NewColumn:
    """A column to be added: its name, its type, whether it takes NULL, and its default as SQL, None where it has none.

    One that is ``filled`` takes NULL until statements of the same migration have given the rows their values. Raises
    RefusedError where the rows that are there could not have it.
    """

    def __init__(self, column: Column, nullable: bool, filled: bool = False) -> None:
        if column.name is UNKNOWN:
            raise RefusedError("the name of the new column is not known")
        self.name = column.name
        self.type = type_text(column.type)
        self.nullable = nullable
        self.required = "" if nullable or filled else " NOT NULL"
        self.default = None
        if column.has_server_default is True:
            if re.sub(r"\(\d\)", "", str(column.type)) not in _TIMES:
                raise RefusedError(f"the default of `{self.name}` is not known")
            self.default = "now()"
        elif self.required:
            raise RefusedError(f"`{self.name}` is NOT NULL and has no default that the rows which are there could take")


def type_text(name: Maybe[str]) -> str:
    """Return a type as drizzle-kit writes it. Raises RefusedError where it is none of the common ones."""
    if name is not UNKNOWN:
        time = re.fullmatch(r"(timestamp)(tz)?(\(\d\))?", name)
        if time is not None:
            precision = f" {time[3]}" if time[3] else ""
            return f"timestamp{precision}{' with time zone' if time[2] else ''}"
        if name in _TYPES or re.fullmatch(r"varchar\(\d+\)", name):
            return name
    shown = "its type" if name is UNKNOWN else f"the type `{name}`"
    raise RefusedError(f"the migration has to be generated, because {shown} of the new column is not a common one")


def quoted(name: str) -> str:
    """Return a name in quotes; drizzle-kit doubles none, so one with quotes in it is refused."""
    if '"' in name:
        raise RefusedError(f"the name `{name}` has quotes in it")
    return f'"{name}"'


def written(table: str) -> str:
    """Return a table, given with its schema, in quotes; ``public`` is left out."""
    schema, _, name = table.rpartition(".")
    return quoted(name) if schema in ("", "public") else f"{quoted(schema)}.{quoted(name)}"


def listed(names: Iterable[str]) -> str:
    """Return names in quotes, as a list."""
    return ",".join(map(quoted, names))


def known(names: object) -> list[str]:
    """Return names that are all known. Raises RefusedError where one is not."""
    if not isinstance(names, tuple) or not all(isinstance(each, str) for each in names):
        raise RefusedError("what the new index or key is over is not known")
    return list(names)


def refuse_special(index: Index) -> None:
    """Raise RefusedError for an index that is more than its columns."""
    if index.partial is not False or index.plain is not True or index.method != "btree" or index.unique is UNKNOWN:
        raise RefusedError("the migration for this index has to be generated: it is more than its columns")


def target_of(key: ForeignKey) -> tuple[str, str]:
    """Return the schema and the name of the table that a foreign key references."""
    if key.target_table is UNKNOWN or UNKNOWN in (key.on_delete, key.on_update):
        raise RefusedError("what the new foreign key references is not known")
    schema, _, name = key.target_table.rpartition(".")
    return schema or "public", name


def policy_sql(policy: Policy, table: str) -> str:
    """Return the statement that creates a policy; ``table`` is written already."""
    using, check = clauses(policy)
    kind = "RESTRICTIVE" if policy.permissive is False else "PERMISSIVE"
    named = f"CREATE POLICY {quoted(str(policy.name))} ON {table} AS {kind}"
    parts = f"{named} FOR {str(policy.command).upper()} TO {_roles(policy)}"
    parts += f" USING ({using})" if using else ""
    return f"{parts} WITH CHECK ({check});" if check else f"{parts};"


def alter_policy_sql(policy: Policy, table: str) -> str:
    """Return the statement that gives a policy its predicates; ``table`` is written already."""
    using, check = clauses(policy)
    parts = f"ALTER POLICY {quoted(str(policy.name))} ON {table} TO {_roles(policy)}"
    parts += f" USING ({using})" if using else ""
    return f"{parts} WITH CHECK ({check});" if check else f"{parts};"


def _roles(policy: Policy) -> str:
    return ", ".join(role if role in _PLAIN_ROLES else quoted(role) for role in known(policy.roles))


def clauses(policy: Policy) -> tuple[str | None, str | None]:
    """Return the predicates of a policy. Raises RefusedError where something of it is not known."""
    if UNKNOWN in (policy.name, policy.command, policy.permissive, policy.using, policy.with_check):
        raise RefusedError("what the new policy says is not known")
    return (
        policy.using if isinstance(policy.using, str) else None,
        policy.with_check if isinstance(policy.with_check, str) else None,
    )


_PLAIN_ROLES: Final = ("public", "current_user", "current_role", "session_user")


def renamed_in(text: str, table: str, old: str, new: str) -> str:
    """Return an expression of ``table`` with a quoted column renamed: ``"users"."old"``, or ``"old"`` alone."""
    text = text.replace(f'"{table}"."{old}"', f'"{table}"."{new}"')
    return re.sub(rf'(?<![.\w"])"{re.escape(old)}"(?!\.)', lambda found: f'"{new}"', text)


def names_in_text(text: str, name: str) -> bool:
    """Return whether an expression names a column without quotes: the code has that as text, and not as a column."""
    plain = re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", " ", text)
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$(])", plain, re.IGNORECASE) is not None
